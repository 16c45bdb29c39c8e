"""Checks of the agency: what should have come in, what should have gone on. Deadlines are those of `deadlines.csv`."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from guangfu.income.audit.facts import AuditFacts, CashRow, SettledRow
from guangfu.income.audit.found import (
    Found,
    RowRef,
    Scope,
    Value,
    days_after,
    deadline_open,
    first_day,
    grouped,
    last_day,
    quarter_of,
    yuan,
)
from guangfu.income.passing_on import deadline_for, due_on
from guangfu.income.rules.audit import Check, CheckRule
from guangfu.income.rules.models import Deadline, Leg
from guangfu.ledger.allocating import Due
from guangfu.ledger.books import Part
from guangfu.stations.models import StationKind
from guangfu.texts import Text

BASE: Final = Part.BASE.value
SUBSIDY: Final = Part.SUBSIDY.value


def nothing_received(facts: AuditFacts, scope: Scope) -> Iterator[Found]:
    """A quarter's base is settled, or where no statement came estimated, and nothing of it came in time."""
    settled = grouped(((r.station_id, quarter_of(r.month)), r) for r in facts.settled if r.part == BASE)
    estimated = grouped(((r.station_id, quarter_of(r.month)), r) for r in facts.estimated)
    came = {(row.station_id, quarter_of(row.month)) for row in facts.cash if row.part == BASE and row.received_fen}
    for station in scope.village_stations():
        for quarter in sorted(scope.quarters):
            key = (station, quarter)
            months = {r.month for r in settled.get(key, ())}
            rows = [_settled_ref(r) for r in settled.get(key, ())]
            due = int(sum(r.settled_fen for r in settled.get(key, ())))
            for r in estimated.get(key, ()):
                if r.month not in months:
                    keys = {"station_id": r.station_id, "month": r.month}
                    rows.append(RowRef("monthly_income", keys, {"estimated_base_fen": r.estimated_base_fen}))
                    due += r.estimated_base_fen
            doubtful = any(r.unconfirmed for r in [*settled.get(key, ()), *estimated.get(key, ())])
            late = _late(scope, Check.NOTHING_RECEIVED, Leg.INTO_AGENCY, BASE, _last_month(quarter), station)
            if due > 0 and key not in came and late is not None:
                rule, deadline, until = late
                text = _NOTHING.filled(station=station, quarter=quarter, yuan=yuan(due), until=until)
                yield _found(scope, rule, deadline, ("station", station), quarter, text, rows, doubtful)


def subsidy_late(facts: AuditFacts, scope: Scope) -> Iterator[Found]:
    """What is receivable of a year's subsidy has not come, in whole or in part, by the next first quarter."""
    open_ = grouped(((d.station_id, d.month[:4]), d) for d in facts.outstanding if d.part == SUBSIDY)
    settled = grouped(((r.station_id, r.month[:4]), r) for r in facts.settled if r.part == SUBSIDY)
    for (station, year), dues in sorted(open_.items()):
        left = sum(due.amount for due in dues)
        late = _late(scope, Check.SUBSIDY_LATE, Leg.INTO_AGENCY, SUBSIDY, f"{year}-12", station)
        if year in scope.years and left > 0 and late is not None:
            rule, deadline, until = late
            rows = [_settled_ref(row) for row in settled.get((station, year), ()) if row.settled_fen]
            text = _SUBSIDY.filled(station=station, year=year, yuan=yuan(left), until=until)
            doubtful = any(row.unconfirmed for row in settled.get((station, year), ()))
            yield _found(scope, rule, deadline, ("station", station), year, text, rows, doubtful)


def receipt_mismatch(facts: AuditFacts, scope: Scope) -> Iterator[Found]:
    """A month's base came, and after its deadline is not what was settled."""
    settled = grouped(((r.station_id, r.month), r) for r in facts.settled if r.part == BASE)
    cash = grouped(((r.station_id, r.month), r) for r in facts.cash if r.part == BASE and r.received_fen)
    for due in sorted(_by_month(facts.outstanding, BASE)):
        station, month, left = due
        received = cash.get((station, month), [])
        rule = scope.rule(Check.RECEIPT_MISMATCH, last_day(month), scope.banner_of(station), StationKind.VILLAGE)
        if month not in scope.months or not received or rule is None or abs(left) <= rule.fen:
            continue
        deadline = deadline_for(Leg.INTO_AGENCY, BASE, first_day(month), scope.banner_of(station) or "", scope.rules)
        if deadline is None or scope.today <= due_on(deadline, first_day(month)):
            continue
        came = sum(row.received_fen for row in received)
        text = _MISMATCH.filled(station=station, month=month, came=yuan(came), due=yuan(came + left), left=yuan(left))
        rows = [*(_settled_ref(r) for r in settled.get((station, month), ())), *map(_cash_ref, received)]
        doubtful = any(row.unconfirmed for row in settled.get((station, month), ()))
        yield _found(scope, rule, deadline, ("station", station), month, text, rows, doubtful)


def passing_on(facts: AuditFacts, scope: Scope) -> Iterator[Found]:
    """What came in a month, less deductions, was not passed on by its deadline: not at all yet, or too late.

    Of a station's energy month and part, what was passed on counts against what came first.
    """
    keys = grouped(((r.station_id, r.month, r.part), r) for r in facts.cash)
    passed = grouped(((r.station_id, r.month, r.part), r) for r in facts.passed)
    late: dict[tuple[Check, str, str], list[tuple[int, RowRef]]] = {}
    doubtful: set[tuple[Check, str, str]] = set()
    for key, receipts in sorted(keys.items()):
        sent = passed.get(key, [])
        for row in receipts:
            month = f"{row.received_on:%Y-%m}"
            deadline = deadline_for(
                Leg.TO_VILLAGE, row.part, row.received_on, scope.banner_of(row.station_id) or "", scope.rules
            )
            if month not in scope.months or deadline is None:
                continue
            came = sum(r.received_fen for r in receipts if r.received_on <= row.received_on)
            net = came - facts.borne.get(key, 0)
            for check in (Check.NOT_PASSED_ON, Check.LATE_TRANSFER):
                rule = scope.rule(check, row.received_on, scope.banner_of(row.station_id), StationKind.VILLAGE)
                if rule is None:
                    continue
                until = days_after(due_on(deadline, row.received_on), rule)
                missing = net - sum(r.passed_on_fen for r in sent)
                was_missing = net - sum(r.passed_on_fen for r in sent if r.sent_on <= until)
                wrong = missing if check is Check.NOT_PASSED_ON else was_missing if missing <= 0 else 0
                if scope.today > until and wrong > 0:
                    which = (check, row.station_id, month)
                    late.setdefault(which, []).append((min(wrong, row.received_fen), _cash_ref(row)))
                    if deadline_open(deadline):
                        doubtful.add(which)
    for (check, station, month), found in sorted(late.items()):
        rule = scope.rule(check, last_day(month), scope.banner_of(station), StationKind.VILLAGE)
        assert rule is not None
        words = _NOT_PASSED if check is Check.NOT_PASSED_ON else _PASSED_LATE
        text = words.filled(station=station, month=month, yuan=yuan(sum(amount for amount, _ in found)))
        yield scope.found(
            rule, ("station", station), month, text, [ref for _, ref in found],
            also_unconfirmed=(check, station, month) in doubtful,
        )  # fmt: skip


def unmatched_receipts(facts: AuditFacts, scope: Scope) -> Iterator[Found]:
    """Money in the agency's account that nobody has said whose it is."""
    for row in facts.unmatched:
        month = f"{row.received_on:%Y-%m}"
        rule = scope.rule(Check.UNMATCHED_RECEIPT, row.received_on, None)
        if month in scope.months and row.unmatched_fen and rule and scope.today > days_after(row.received_on, rule):
            ref = RowRef("receipts", {"receipt_id": row.receipt_id}, {"unmatched_fen": row.unmatched_fen})
            text = _UNMATCHED.filled(receipt=row.receipt_id, yuan=yuan(row.unmatched_fen), on=row.received_on)
            yield scope.found(rule, ("receipt", row.receipt_id), month, text, [ref])


def in_transit(facts: AuditFacts, scope: Scope) -> Iterator[Found]:
    """A transfer that left the agency and has not arrived, or arrived after too long."""
    for row in facts.transfers:
        month = f"{row.sent_on:%Y-%m}"
        rule = scope.rule(Check.IN_TRANSIT, row.sent_on, row.banner_code, StationKind.VILLAGE)
        if month in scope.months and rule and (row.arrived_on or scope.today) > days_after(row.sent_on, rule):
            arrived = row.arrived_on.isoformat() if row.arrived_on else None
            values: dict[str, Value] = {
                "passed_on_fen": row.passed_on_fen,
                "sent_on": row.sent_on.isoformat(),
                "ended_on": arrived,
            }
            words = _ON_ITS_WAY if row.arrived_on is None else _LONG_ON_ITS_WAY
            text = words.filled(
                transfer=row.transfer_id, yuan=yuan(row.passed_on_fen), sent=row.sent_on, arrived=arrived
            )
            ref = RowRef("transfers", {"transfer_id": row.transfer_id}, values)
            yield scope.found(rule, ("transfer", row.transfer_id), month, text, [ref], banner=row.banner_code)


def entitlement_late(facts: AuditFacts, scope: Scope) -> Iterator[Found]:
    """What a centralized station's company owes its slots and has not paid by its deadline, by year."""
    late: dict[tuple[str, str], list[tuple[Due, CheckRule, Deadline]]] = {}
    for due in facts.companies:
        banner = scope.banner_of(due.station_id)
        rule = scope.rule(Check.ENTITLEMENT_LATE, last_day(due.month), banner, StationKind.CENTRALIZED)
        deadline = deadline_for(Leg.TO_SLOTS, None, first_day(due.month), banner or "", scope.rules)
        if due.month[:4] not in scope.years or due.amount <= 0 or rule is None or deadline is None:
            continue
        if scope.today > days_after(due_on(deadline, first_day(due.month)), rule):
            late.setdefault((due.station_id, due.month[:4]), []).append((due, rule, deadline))
    for (station, year), dues in sorted(late.items()):
        _, rule, deadline = dues[-1]
        rows = [
            RowRef("journal_lines", {"account": "C1", "station_id": station, "energy_month": due.month},
                   {"outstanding_fen": due.amount})
            for due, _, _ in dues
        ]  # fmt: skip
        left = sum(due.amount for due, _, _ in dues)
        text = _COMPANY.filled(station=station, year=year, yuan=yuan(left))
        yield _found(scope, rule, deadline, ("station", station), year, text, rows, doubtful=False)


def _late(
    scope: Scope, check: Check, leg: Leg, part: str, month: str, station: str
) -> tuple[CheckRule, Deadline, date] | None:
    """The rule, its deadline and its last day, where that has passed."""
    banner = scope.banner_of(station)
    rule = scope.rule(check, last_day(month), banner, StationKind.VILLAGE)
    deadline = deadline_for(leg, part, first_day(month), banner or "", scope.rules)
    if rule is None or deadline is None:
        return None
    until = days_after(due_on(deadline, first_day(month)), rule)
    return (rule, deadline, until) if scope.today > until else None


def _found(
    scope: Scope, rule: CheckRule, deadline: Deadline, subject: tuple[str, str], period: str, text: Text,
    rows: Iterable[RowRef], doubtful: bool,
) -> Found:  # fmt: skip
    return scope.found(
        rule, subject, period, text, rows, also_unconfirmed=doubtful or deadline_open(deadline),
        document=rule.document or deadline.document,
    )  # fmt: skip


def _by_month(dues: Iterable[Due], part: str) -> list[tuple[str, str, int]]:
    sums: dict[tuple[str, str], int] = {}
    for due in dues:
        if due.part == part:
            sums[due.station_id, due.month] = sums.get((due.station_id, due.month), 0) + due.amount
    return [(station, month, amount) for (station, month), amount in sums.items()]


def _last_month(quarter: str) -> str:
    return f"{quarter[:4]}-{3 * int(quarter[-1]):02d}"


def _settled_ref(row: SettledRow) -> RowRef:
    keys = {"station_id": row.station_id, "month": row.month, "statement_id": row.statement_id}
    return RowRef("settled_income", keys, {f"settled_{row.part}_fen": row.settled_fen})


def _cash_ref(row: CashRow) -> RowRef:
    keys = {"receipt_id": row.receipt_id, "station_id": row.station_id, "month": row.month, "part": row.part}
    return RowRef("receipt_allocations", keys, {"received_fen": row.received_fen, "received_on": str(row.received_on)})


_NOTHING: Final = Text(
    "{station}：{quarter} 基础部分应到 {yuan} 元，期限 {until} 已过，分文未到结转机构",
    "{station}: {yuan} yuan of the base of {quarter} were due by {until}, and nothing came into the agency",
)
_SUBSIDY: Final = Text(
    "{station}：{year} 年补贴尚有 {yuan} 元未到结转机构，期限 {until} 已过",
    "{station}: {yuan} yuan of the subsidy of {year} are not in the agency; they were due by {until}",
)
_MISMATCH: Final = Text(
    "{station}：{month} 基础部分到账 {came} 元，应到 {due} 元，相差 {left} 元",
    "{station}: {came} yuan of the base of {month} came, {due} were due; {left} are between",
)
_NOT_PASSED: Final = Text(
    "{station}：{month} 到账的 {yuan} 元逾期未划拨到村",
    "{station}: {yuan} yuan that came in {month} were not passed on in time",
)
_PASSED_LATE: Final = Text(
    "{station}：{month} 到账的 {yuan} 元迟于期限才划拨",
    "{station}: {yuan} yuan that came in {month} were passed on late",
)
_UNMATCHED: Final = Text(
    "{receipt}：{on} 到账，{yuan} 元至今未核对到电站", "{receipt}: of {on}, {yuan} yuan are matched with no station"
)
_ON_ITS_WAY: Final = Text(
    "{transfer}：{sent} 汇出 {yuan} 元，至今未到村账户", "{transfer}: {yuan} yuan sent on {sent} have not arrived"
)
_LONG_ON_ITS_WAY: Final = Text(
    "{transfer}：{sent} 汇出 {yuan} 元，{arrived} 才到村账户",
    "{transfer}: {yuan} yuan sent on {sent} arrived only on {arrived}",
)
_COMPANY: Final = Text(
    "{station}：企业逾期未付 {year} 年应付帮扶名额的 {yuan} 元",
    "{station}: its company is late with {yuan} yuan of {year} for its slots",
)

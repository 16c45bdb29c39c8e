"""Checks of villages: money that lies idle, what was spent without a plan or on what is banned, whom it went to."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from guangfu.clock import month_days
from guangfu.income.audit.facts import AuditFacts, BankMove, DueRow, PlaceRow
from guangfu.income.audit.found import Found, RowRef, Scope, Value, first_day, grouped, last_day, yuan
from guangfu.income.plans import PlanFault, PlanFinding, check_plan
from guangfu.income.rules.audit import Check
from guangfu.ledger.books import CENTRALIZED, VILLAGE
from guangfu.stations.models import StationKind, valid_on
from guangfu.texts import Text

LEAST_HOUSEHOLDS: Final = 3
"""Two households that get the same are no hand-out to all."""


def idle_money(facts: AuditFacts, scope: Scope) -> Iterator[Found]:
    """Of what arrived in a month, something has not been spent; what goes out is of what arrived first."""
    for village, moves in sorted(grouped((move.village_id, move) for move in facts.bank).items()):
        for month, left, arrivals in _unspent(moves):
            rule = scope.rule(Check.IDLE_MONEY, last_day(month), scope.village_banner(village), StationKind.VILLAGE)
            if month in scope.months and rule and scope.today > _months_after(last_day(month), int(rule.threshold)):
                text = _IDLE.filled(village=village, month=month, yuan=yuan(left), n=int(rule.threshold))
                rows = [
                    RowRef("journal_lines", {"book": VILLAGE, "key": move.key, "account": "V1", "village_id": village},
                           {"amount_fen": move.amount_fen, "moved_on": str(move.moved_on)})
                    for move in arrivals
                ]  # fmt: skip
                yield scope.found(rule, ("village", village), month, text, rows)


def _unspent(moves: Iterable[BankMove]) -> Iterator[tuple[str, int, list[BankMove]]]:
    """Months of arrivals of which something is left, how much, and the arrivals. [fen]"""
    moves = sorted(moves, key=lambda move: (move.moved_on, move.key))
    spent = -sum(move.amount_fen for move in moves if not move.arrival)
    arrivals = grouped((f"{move.moved_on:%Y-%m}", move) for move in moves if move.arrival)
    for month, of_month in arrivals.items():
        came = sum(move.amount_fen for move in of_month)
        left = came - max(min(spent, came), 0)
        spent -= came
        if left > 0:
            yield month, left, of_month


def unfiled_spending(facts: AuditFacts, scope: Scope) -> Iterator[Found]:
    """Something was due to somebody before the county had filed the plan, or of no plan at all."""
    filed = {(plan.village_id, str(plan.year)): plan.filed_on for plan in facts.plans}
    wrong: dict[tuple[str, str], list[DueRow]] = {}
    for due in _village_dues(facts, scope):
        filed_on = filed.get((due.village_id or "", (due.line_id or "//").split("/")[-2]))
        if due.line_id is None or filed_on is None or due.posted_on < filed_on:
            wrong.setdefault((due.village_id or "", due.month), []).append(due)
    for (village, month), dues in sorted(wrong.items()):
        rule = scope.rule(Check.UNFILED_SPENDING, last_day(month), scope.village_banner(village), StationKind.VILLAGE)
        total = sum(due.due_fen for due in dues)
        if rule and total > rule.fen:
            text = _UNFILED.filled(village=village, month=month, yuan=yuan(total))
            yield scope.found(rule, ("village", village), month, text, map(due_ref, dues))


def banned_use(facts: AuditFacts, scope: Scope) -> Iterator[Found]:
    """Spending on a plan line whose use is banned, unknown, of another class, or not allowed that year."""
    lines = {line.line_id: line for line in facts.plan_lines}
    plans = grouped(((line.village_id, line.year), line) for line in facts.plan_lines)
    findings: dict[tuple[str, int], dict[int, PlanFinding]] = {}
    dues = grouped(((due.line_id, due.month), due) for due in _village_dues(facts, scope) if due.line_id in lines)
    for (line_id, month), of_line in sorted(dues.items(), key=str):
        line = lines[line_id or ""]
        plan = (line.village_id, line.year)
        if plan not in findings:
            wrong = check_plan(plans[plan], line.year, scope.rules.uses, scope.rules.bans, ())
            findings[plan] = {one.number: one for one in wrong if one.number is not None}
        finding = findings[plan].get(line.number)
        banner = scope.village_banner(line.village_id)
        rule = scope.rule(Check.BANNED_USE, last_day(month), banner, StationKind.VILLAGE)
        total = sum(due.due_fen for due in of_line)
        if finding is None or finding.fault is PlanFault.LABOUR_SHARE or rule is None or total <= rule.fen:
            continue
        text = _BANNED.filled(line=line_id, month=month, yuan=yuan(total))
        text = Text(f"{text.zh}：{finding.text.zh}", f"{text.en}: {finding.text.en}")
        keys: dict[str, Value] = {"line_id": line_id}
        values: dict[str, Value] = {"use_id": line.use_id, "spending": line.spending, "rule": finding.rule_id}
        rows = [RowRef("plan_lines", keys, values), *map(due_ref, of_line)]
        yield scope.found(
            rule, ("plan_line", line.line_id), month, text, rows, village=line.village_id,
            also_unconfirmed=finding.unconfirmed, document=finding.document,
        )  # fmt: skip


def payees(facts: AuditFacts, scope: Scope) -> Iterator[Found]:
    """Each due of a person: is the payee in the register in that month, in that village, and once?"""
    places = grouped((place.person_id, place) for place in facts.places)
    wrong: dict[tuple[Check, str, str], list[tuple[DueRow, list[PlaceRow]]]] = {}
    for due in facts.dues:
        if due.month in scope.months and due.payee_id not in facts.suppliers:
            of_payee = places.get(due.payee_id, [])
            check = _payee_check(due, of_payee)
            if check is not None:
                wrong.setdefault((check, due.payee_id, due.month), []).append((due, of_payee))
    for (check, person, month), found in sorted(wrong.items()):
        due, of_payee = found[0]
        banner = scope.village_banner(due.village_id) or scope.banner_of(due.station_id)
        rule = scope.rule(check, last_day(month), banner)
        if rule and len(found) > rule.threshold:
            total = sum(one.due_fen for one, _ in found)
            text = _PAYEES[check].filled(person=person, month=month, yuan=yuan(total))
            rows = [*(due_ref(one) for one, _ in found), *map(_place_ref, of_payee)]
            yield scope.found(
                rule, ("person", person), month, text, rows, village=due.village_id, station=due.station_id
            )


def _payee_check(due: DueRow, places: list[PlaceRow]) -> Check | None:
    if not places:
        return Check.PAYEE_NOT_REGISTERED
    of_month = [place for place in places if _in_month(place, due.month)]
    if not any(due.village_id in {None, place.village_id} for place in of_month):
        return Check.PAYEE_LEFT
    days = month_days(due.month)
    twice = any(sum(_on(place, day) for place in of_month) > 1 for day in days)
    return Check.PAYEE_TWICE if twice else None


def paid_by_both(facts: AuditFacts, scope: Scope) -> dict[tuple[str, str], list[DueRow]]:
    """Households, by month, that got something out of both books: a village's and a centralized station's."""
    household_of = {place.person_id: place.household_id for place in facts.places}
    of: dict[tuple[str, str], list[DueRow]] = {}
    for due in facts.dues:
        household = due.household_id or household_of.get(due.payee_id)
        if household and due.month in scope.months:
            of.setdefault((household, due.month), []).append(due)
    return {key: dues for key, dues in of.items() if {due.book for due in dues} >= {VILLAGE, CENTRALIZED}}


def unattended_posts(facts: AuditFacts, scope: Scope) -> Iterator[Found]:
    """A post was paid of whose month no attendance is recorded, or none at all was attended."""
    wrong = grouped(
        ((due.post_id, due.month), due) for due in _village_dues(facts, scope) if due.post_id and not due.attended
    )
    for (post, month), dues in sorted(wrong.items(), key=str):
        village = dues[0].village_id
        rule = scope.rule(Check.UNATTENDED_POST, last_day(month), scope.village_banner(village), StationKind.VILLAGE)
        if rule and post and len(dues) > rule.threshold:
            text = _UNATTENDED.filled(post=post, month=month, yuan=yuan(sum(due.due_fen for due in dues)))
            rows = [RowRef("attendance", {"post_id": post, "month": month}), *map(due_ref, dues)]
            yield scope.found(rule, ("post", post), month, text, rows, village=village)


def flat_handouts(facts: AuditFacts, scope: Scope) -> Iterator[Found]:
    """All or nearly all households of a village got the same from one plan line, and not for a post's work."""
    places = grouped((place.person_id, place) for place in facts.places)
    dues = grouped(
        ((due.village_id or "", due.month, due.line_id or ""), due)
        for due in _village_dues(facts, scope)
        if due.post_id is None and due.payee_id not in facts.suppliers
    )
    for (village, month, line_id), of_line in sorted(dues.items()):
        banner = scope.village_banner(village)
        rule = scope.rule(Check.FLAT_HANDOUT, last_day(month), banner, StationKind.VILLAGE)
        amounts: dict[str, int] = {}
        for due in of_line:
            household = due.household_id or _household(places.get(due.payee_id, []), month) or due.payee_id
            amounts[household] = amounts.get(household, 0) + due.due_fen
        everybody = sum(valid_on(h, last_day(month)) for h in facts.registry.households_of.get(village, ()))
        common = max(grouped((amount, h) for h, amount in amounts.items()).items(), key=lambda group: len(group[1]))
        amount, same = common[0], len(common[1])
        if rule and same >= LEAST_HOUSEHOLDS and everybody and same >= rule.threshold * everybody:
            text = _FLAT.filled(village=village, month=month, same=same, everybody=everybody, yuan=yuan(amount))
            ref = RowRef("plan_lines", {"line_id": line_id})
            rows = [ref, *(due_ref(due) for due in of_line)]
            yield scope.found(rule, ("plan_line", line_id or village), month, text, rows, village=village)


def _household(places: list[PlaceRow], month: str) -> str | None:
    return next((place.household_id for place in places if _in_month(place, month)), None)


def _village_dues(facts: AuditFacts, scope: Scope) -> Iterator[DueRow]:
    return (due for due in facts.dues if due.book == VILLAGE and due.month in scope.months)


def _in_month(place: PlaceRow, month: str) -> bool:
    return place.valid_from <= last_day(month) and (place.valid_to is None or place.valid_to > first_day(month))


def _on(place: PlaceRow, day: date) -> bool:
    return place.valid_from <= day and (place.valid_to is None or day < place.valid_to)


def _months_after(day: date, months: int) -> date:
    """The last day of the month so many months later."""
    n = day.year * 12 + day.month - 1 + months
    return last_day(f"{n // 12}-{n % 12 + 1:02d}")


def due_ref(due: DueRow) -> RowRef:
    return RowRef("dues", {"due_id": due.due_id}, {"payee_id": due.payee_id, "due_fen": due.due_fen})


def _place_ref(place: PlaceRow) -> RowRef:
    keys = {"person_id": place.person_id, "village_id": place.village_id, "valid_from": str(place.valid_from)}
    values = {"household_id": place.household_id, "valid_to": str(place.valid_to) if place.valid_to else None}
    return RowRef("person_places", keys, values)


_IDLE: Final = Text(
    "{village}：{month} 到账的款项尚有 {yuan} 元在村账户沉淀，已超过 {n} 个月",
    "{village}: {yuan} yuan of what arrived in {month} have lain idle for more than {n} months",
)
_UNFILED: Final = Text(
    "{village}：{month} 支出 {yuan} 元时，收益使用计划尚未报旗县备案",
    "{village}: {yuan} yuan of {month} were spent without a plan filed with the county",
)
_BANNED: Final = Text("{line}：{month} 支出 {yuan} 元", "{line}: {yuan} yuan were spent in {month}")
_PAYEES: Final = {
    Check.PAYEE_NOT_REGISTERED: Text(
        "{person}：{month} 发放 {yuan} 元，但不在受益人名册中",
        "{person}: paid {yuan} yuan of {month}, and not in the beneficiary register",
    ),
    Check.PAYEE_LEFT: Text(
        "{person}：{month} 发放 {yuan} 元，但当月已不在该村名册（去世、迁出或退出）",
        "{person}: paid {yuan} yuan of {month}, and no longer in that village's register (died, moved or left)",
    ),
    Check.PAYEE_TWICE: Text(
        "{person}：{month} 发放 {yuan} 元，在名册中重复登记",
        "{person}: paid {yuan} yuan of {month}, and listed twice in the register",
    ),
}
_UNATTENDED: Final = Text(
    "{post}：{month} 发放岗位工资 {yuan} 元，但没有考勤", "{post}: paid {yuan} yuan of {month} without attendance"
)
_FLAT: Final = Text(
    "{village}：{month} 向 {everybody} 户中的 {same} 户平均发放 {yuan} 元",
    "{village}: {same} of {everybody} households got {yuan} yuan each in {month}",
)

"""What the power company settled: statements line by line, their meters, and why they differ from the estimate."""

from collections.abc import Sequence
from typing import Final

from guangfu.explain.energy import FACTOR, METER, REMARK
from guangfu.explain.estimate import PART_NAMES, station_name
from guangfu.explain.source import Source
from guangfu.explain.tree import Fact, Step, Unit, kwh_text, whole
from guangfu.income.rules.tables import PRICE_PLACES
from guangfu.income.settlement.models import CAUSE_NAMES, SettledIncome, Statement, StatementMeter
from guangfu.ledger.books import Part
from guangfu.ledger.fen import Fen, yuan_text
from guangfu.ledger.postings.settlements import correction_keys, settled_keys
from guangfu.ledger.states import Subject, state_name
from guangfu.stations.models import Station
from guangfu.storage.sql.settlement import KeptStatement, read_settled, read_statements
from guangfu.texts import Text

SETTLED: Final = Text("{station} {month} 结算", "{station} {month}, settled")
STATEMENT: Final = Text("结算单 {id}", "statement {id}")
NUMBER: Final = Text("编号与日期", "number and day")
ACCOUNT: Final = Text("发电户号", "generation account")
STATE: Final = Text("状态", "state")
BY: Final = Text("经办", "by")
WINDOW: Final = Text("抄表周期", "window")
LINE: Final = Text("{part} {kwh} kWh × {price}", "{part}, {kwh} kWh × {price}")
CORRECTION: Final = Text("退补 {month}（{reason}）", "correction of {month} ({reason})")
METERS: Final = Text("结算单的表码", "the statement's registers")
READ: Final = Text("抄表", "read")
READINGS: Final = Text("{first} 为 {begin} Wh，{last} 为 {end} Wh", "{begin} Wh on {first}, {end} Wh on {last}")
WHY: Final = Text("与预估之差", "why it differs from the estimate")
WHOLE: Final = Text("结算单含退补", "the statement with its corrections")
ESTIMATE: Final = Text("预估", "estimated")
OF_ESTIMATE: Final = Text("比对时的预估", "the estimate that it was held against")
MEMO: Final = Text(
    "备查，不计应收：电站不在补贴清单内", "a memo, no receivable: the station is not in the subsidy list"
)
BEYOND: Final = Text("超出清单容量的补贴，仅备查", "beyond the listed capacity, a memo")
UNLISTED: Final = Text("补贴清单位置待核实", "the place in the subsidy list is not confirmed")
NONE: Final = Text("尚无结算", "nothing is settled yet")


def station_settled(source: Source, station: Station, month: str, parts: Sequence[Part] = tuple(Part)) -> Step:
    """What is settled of a station's month, by statement; a subsidy that is a memo only stands aside. [fen]"""
    rows = read_settled(source.db, start=month, end=month, stations=[station.station_id])
    kept = {one.statement_id: one for one in read_statements(source.db, ids=[row.statement_id for row in rows])}
    title = source.say(SETTLED, station=station_name(source, station), month=month)
    if not rows:
        return Step("settled", title, insufficient=source.say(NONE))
    of_parts = tuple(_part(source, rows, kept, part, month) for part in parts)
    memos = () if Part.SUBSIDY not in parts else tuple(
        _settled(source, row, kept.get(row.statement_id), Part.SUBSIDY, memo=True)
        for row in rows if not row.subsidy_receivable and row.settled_subsidy_fen
    )  # fmt: skip
    statements = tuple(_statement(source, one) for one in kept.values())
    return Step("settled", title, whole(of_parts), parts=of_parts, grounds=(*statements, *memos))


def _part(
    source: Source, rows: Sequence[SettledIncome], kept: dict[str, KeptStatement], part: Part, month: str
) -> Step:
    counted = [row for row in rows if part is Part.BASE or row.subsidy_receivable]
    steps = tuple(_settled(source, row, kept.get(row.statement_id), part) for row in counted)
    keys = [
        f"{settled_keys(row.month, row.station_id)}{part}/"
        if statement_month(row, kept) == month
        else f"{correction_keys(statement_month(row, kept), row.station_id)}{month}/{part}/"
        for row in counted
    ]
    doubt = any(row.unconfirmed for row in counted) and part is Part.SUBSIDY
    return Step(
        "part", source.say(PART_NAMES[part]), whole(steps) or 0, parts=steps,
        entries=source.entries(*keys, station_id=rows[0].station_id) if keys else (),
        unconfirmed=source.say(UNLISTED) if doubt else "",
    )  # fmt: skip


def statement_month(row: SettledIncome, kept: dict[str, KeptStatement]) -> str:
    found = kept.get(row.statement_id)
    return row.month if found is None else found.statement.month


def _settled(source: Source, row: SettledIncome, kept: KeptStatement | None, part: Part, *, memo: bool = False) -> Step:
    """A statement's part of the month: its lines, and the corrections that name the month."""
    subsidy = row.settled_subsidy_fen if memo else row.receivable_subsidy_fen
    amount = row.settled_base_fen if part is Part.BASE else subsidy
    title = source.say(STATEMENT, id=row.statement_id)
    lines = () if kept is None else tuple(_lines(source, kept.statement, part, row.month))
    beyond = row.memo_subsidy_fen if part is Part.SUBSIDY and not memo else 0
    if lines and beyond:
        lines = (*lines, Step("memo", source.say(BEYOND), -beyond))
    facts = (source.fact(REMARK, MEMO),) if memo else ()
    return Step("settled_row", title, amount, facts=facts, parts=lines)


def _lines(source: Source, said: Statement, part: Part, month: str) -> list[Step]:
    steps = []
    for line in said.lines if said.month == month else ():
        if line.part is part:
            price = f"{line.price_micro_yuan_per_kwh / 10**PRICE_PLACES:.6f}".rstrip("0").rstrip(".")
            kwh = kwh_text(line.settled_energy_wh)
            title = source.say(LINE, part=source.say(PART_NAMES[part]), kwh=kwh, price=price)
            formula = f"{kwh} kWh × {price} = {yuan_text(line.settled_fen)}"
            steps.append(Step("line", title, line.settled_fen, formula=formula))
    for one in said.corrections:
        if one.part is part and one.month == month:
            title = source.say(CORRECTION, month=one.month, reason=one.reason or "—")
            steps.append(Step("correction", title, one.settled_fen, formula=f"{kwh_text(one.settled_energy_wh)} kWh"))
    return steps


def _statement(source: Source, kept: KeptStatement) -> Step:
    """The document: whose, of which days, its meters, and why it differs."""
    said = kept.statement
    issued = source.joined(said.number or "—", said.issued_on or "—")
    facts = (
        source.fact(NUMBER, issued), source.fact(ACCOUNT, said.account_number),
        source.fact(WINDOW, f"{said.window_from} – {said.window_to}"),
        source.fact(STATE, state_name(Subject.STATEMENT, kept.state)), source.fact(BY, kept.imported_by),
        *source.vouchers(kept.voucher_id),
    )  # fmt: skip
    grounds = (_meters(source, said), *(_difference(source, kept, part) for part in Part if kept.differences))
    return Step("statement", source.say(STATEMENT, id=kept.statement_id), facts=facts, grounds=grounds)


def _meters(source: Source, said: Statement) -> Step:
    meters = tuple(_meter(source, one) for one in said.meters)
    return Step("statement_meters", source.say(METERS), whole(meters), Unit.WH, parts=meters)


def _meter(source: Source, one: StatementMeter) -> Step:
    losses = f" − {one.losses_wh:,}" if one.losses_wh else ""
    formula = (
        f"({one.last_reading_wh:,} − {one.first_reading_wh:,}) Wh × {one.multiplication_factor:,}{losses}"
        f" = {kwh_text(one.settled_energy_wh)} kWh"
    )
    facts: tuple[Fact, ...] = (
        source.fact(
            READ,
            READINGS.filled(
                first=one.read_from,
                begin=f"{one.first_reading_wh:,}",
                last=one.read_to,
                end=f"{one.last_reading_wh:,}",
            ),
        ),
        source.fact(FACTOR, one.multiplication_factor),
    )
    title = source.say(METER, device=one.meter_number or "—")
    return Step("statement_meter", title, one.settled_energy_wh, Unit.WH, formula=formula, facts=facts)


def _difference(source: Source, kept: KeptStatement, part: Part) -> Step:
    """Estimate and causes sum to the statement with its corrections. [fen]"""
    said = kept.statement
    total = said.part_fen(part) + said.corrections_fen(part)
    estimated = (kept.estimated_base_fen if part is Part.BASE else kept.estimated_subsidy_fen) or 0
    of_part = {
        one: one.difference_base_fen if part is Part.BASE else one.difference_subsidy_fen for one in kept.differences
    }
    causes = tuple(
        Step("cause", source.say(CAUSE_NAMES[one.cause]), fen, formula=f"{kwh_text(one.difference_wh)} kWh")
        for one, fen in of_part.items()
        if fen or one.difference_wh
    )
    first = Step("compared", source.say(OF_ESTIMATE), estimated)
    title = f"{source.say(WHY)}：{source.say(PART_NAMES[part])}" if source.lang == "zh-CN" else (
        f"{source.say(WHY)}: {source.say(PART_NAMES[part])}"
    )  # fmt: skip
    formula = f"{yuan_text(Fen(total))} = {yuan_text(Fen(estimated))} + {yuan_text(Fen(total - estimated))}"
    return Step("difference", title, total, formula=formula, parts=(first, *causes))

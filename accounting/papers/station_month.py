"""The monthly statement of a station: the five amounts, deductions, VAT, why settled differs, who gets it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from accounting.papers.common import (
    BORNE,
    ESTIMATED,
    NO_ESTIMATE,
    PAID,
    PART,
    PART_NAMES,
    PASSED,
    PREPARED,
    RECEIVED,
    SETTLED,
    UNCONFIRMED,
    Office,
    less,
    month_name,
    of,
    summed,
    village_name,
    yuan,
)
from accounting.papers.deduction_tables import deduction_table, vat_table
from accounting.papers.model import INSUFFICIENT, NOT_HERE, NOT_SETTLED, Cell, Column, Kind, Paper, Row, Table
from accounting.papers.slots import entitlement_table
from guangfu.clock import month_days
from guangfu.income.figures import MonthlyIncome
from guangfu.income.passing_on import CashKey, month_units
from guangfu.income.settlement.models import CAUSE_NAMES, SettledIncome
from guangfu.income.tariff import TariffRow, find_tariff
from guangfu.ledger.states import Subject, state_name
from guangfu.stations.models import Station, StationKind
from guangfu.storage.sql.figures import read_monthly_income
from guangfu.storage.sql.money import distributable, doubtful_months, receivables
from guangfu.storage.sql.papers import read_station_months
from guangfu.storage.sql.receipts import read_dated_allocations
from guangfu.storage.sql.settlement import KeptStatement, read_settled, read_statements
from guangfu.storage.sql.transfers import ON_THE_WAY, TransferLine, read_transfer_lines
from guangfu.texts import Lang, Text


@dataclass(frozen=True)
class _Month:
    """Everything that SQL has of a station's month."""

    station: Station
    month: str
    income: MonthlyIncome | None
    settled: Sequence[SettledIncome]
    received: dict[CashKey, int]
    open: dict[CashKey, int]
    rest: dict[CashKey, int]
    lines: Sequence[TransferLine]
    statements: Sequence[KeptStatement]
    state: str
    tariff: TariffRow | None
    doubtful: bool

    def estimated(self, part: str) -> Cell:
        if self.income is None:
            return INSUFFICIENT
        return int(getattr(self.income, f"estimated_{part}_fen"))

    def settled_of(self, part: str) -> Cell:
        if not self.settled:
            return NOT_SETTLED
        return sum(int(getattr(row, f"settled_{part}_fen")) for row in self.settled)

    def passed(self, part: str) -> int:
        return sum(line.passed_on_fen for line in self.lines if line.part == part)


def station_month(db: Connection, office: Office, station_id: str, month: str) -> Paper:
    """The paper of a station's month; of a centralized one with what its slots are owed in place of villages.

    Raises:
        KeyError: There is no such station.
    """
    station = office.registry.stations[station_id]
    found = _read(db, office, station, month)
    tables = [_five(found), *_own_tables(db, office, found)]
    return Paper(
        title=Text("电站月度收益报表", "Monthly statement of a station"),
        subtitle=Text(
            f"{station.name}（{station_id}）　{month_name(month).zh}", f"{station.name_en} ({station_id}), {month}"
        ),
        issuer=office.issuer, number=f"SM-{station_id}-{month}", printed_at=office.desk.at,
        synthetic=office.registry.synthetic, answer=_answer(found, office.lang),
        facts=_facts(found, office), tables=tuple(tables), signatures=PREPARED,
    )  # fmt: skip


def _read(db: Connection, office: Office, station: Station, month: str) -> _Month:
    ids = [station.station_id]
    states = read_station_months(db, month=month, stations=ids)
    lines = [line for line in read_transfer_lines(db, states=ON_THE_WAY, stations=ids) if line.month == month]
    came = read_dated_allocations(db, stations=ids)
    open_ = receivables(db, office.registry, stations=ids)
    return _Month(
        station, month, next(iter(read_monthly_income(db, start=month, end=month, stations=ids)), None),
        read_settled(db, start=month, end=month, stations=ids),
        summed((CashKey(a.station_id, a.month, a.part), a.received_fen) for a in came),
        summed((CashKey(d.station_id, d.month, d.part), d.amount) for d in open_),
        dict(distributable(db, office.registry, ids)), lines,
        [one for one in read_statements(db, month=month, stations=ids) if one.state != "replaced"],
        states[0].state if states else "open", find_tariff(station, month_days(month)[-1], office.desk.rules),
        bool(doubtful_months(db, start=month, end=month, stations=ids)),
    )  # fmt: skip


def _own_tables(db: Connection, office: Office, found: _Month) -> list[Table]:
    differences = [_differences(one) for one in found.statements if one.differences]
    if found.station.kind is StationKind.CENTRALIZED:
        return [*differences, entitlement_table(db, found.station.station_id, found.month)]
    return [
        deduction_table(db, office, found.station, found.month),
        vat_table(db, office, found.station.station_id, found.month), *differences, _villages(office, found),
    ]  # fmt: skip


def _answer(found: _Month, lang: Lang) -> tuple[Text, str]:
    if found.station.kind is StationKind.CENTRALIZED:
        amount = found.income.estimated_gross_fen if found.income else None
        text = Text("企业上网电费预估（元）", "the company's estimated income, yuan")
        return text, INSUFFICIENT.text(lang) if amount is None else yuan(amount)
    balance = sum(
        of(found.rest, found.station.station_id, found.month, part) - found.passed(part) for part in PART_NAMES
    )
    return Text("本月电量对应、尚可划拨（元）", "of this month's energy, may still be passed on (yuan)"), yuan(balance)


def _facts(found: _Month, office: Office) -> tuple[tuple[Text, str], ...]:
    station, lang, income = found.station, office.lang, found.income
    settled_wh = sum(row.settled_energy_wh for row in found.settled)
    facts = [
        (Text("状态", "state"), state_name(Subject.STATION_MONTH, found.state)(lang)),
        (Text("装机容量", "installed capacity (DC)"), f"{station.capacity_dc_w / 1000:,.2f} kW"),
        (Text("预估电量", "estimated energy"), _kwh(income.energy_wh) if income else INSUFFICIENT.text(lang)),
        (Text("数据完整率", "coverage"), _coverage(income)),
        (Text("结算电量", "settled energy"), _kwh(settled_wh) if found.settled else NOT_SETTLED.text(lang)),
        (Text("结算单", "statement"), ", ".join(_statement_name(one) for one in found.statements) or "—"),
    ]  # fmt: skip
    if found.tariff is not None:
        t = found.tariff
        facts.append(
            (Text("电价（元/千瓦时）", "tariff (yuan/kWh)"), f"{t.price} = {t.base} + {t.subsidy}，{t.document}")
        )
    return tuple(facts)


def _kwh(wh: int) -> str:
    return f"{wh / 1000:,.3f} kWh"


def _coverage(income: MonthlyIncome | None) -> str:
    return f"{income.coverage:.1%}（{income.days_counted}/{income.days_due}）" if income else "—"


def _statement_name(one: KeptStatement) -> str:
    return f"{one.statement.number or one.statement_id}（{one.voucher_id}）"


def _notes(found: _Month, part: str) -> tuple[Text, ...]:
    notes: list[Text] = []
    if found.income is None:
        notes.append(NO_ESTIMATE)
    elif found.income.unconfirmed:
        because = found.tariff.because if found.tariff and found.tariff.because else Text("规则待核实", "a rule")
        notes.append(Text(f"预估待核实：{because.zh}", f"the estimate is unconfirmed: {because.en}"))
    if part == "subsidy" and any(row.memo_subsidy_fen or not row.subsidy_receivable for row in found.settled):
        notes.append(_MEMO)
    if part == "subsidy" and any(row.unconfirmed for row in found.settled):
        notes.append(_LIST_OPEN)
    elif found.doubtful:
        notes.append(UNCONFIRMED)
    return tuple(notes)


def _five(found: _Month) -> Table:
    """The five amounts by part, with what lies between them."""
    name = found.station.station_id
    centralized = found.station.kind is StationKind.CENTRALIZED
    rows = []
    for part, text in PART_NAMES.items():
        estimated, settled = found.estimated(part), found.settled_of(part)
        received, rest = of(found.received, name, found.month, part), of(found.rest, name, found.month, part)
        passed = found.passed(part)
        money: tuple[Cell, ...] = (
            received, of(found.open, name, found.month, part), received - rest, rest, passed, rest - passed, NOT_HERE,
        )  # fmt: skip
        if centralized:
            settled, money = NOT_HERE, (NOT_HERE,) * 7
        difference = less(settled, estimated) if isinstance(settled, int) else NOT_HERE
        rows.append(Row((text, estimated, settled, difference, *money), _notes(found, part), part))
    return Table(
        Text("五个金额", "The five amounts"), FIVE_COLUMNS, tuple(rows), note=_COMPANY if centralized else _PAID
    )


def _differences(one: KeptStatement) -> Table:
    rows = tuple(
        Row((CAUSE_NAMES[d.cause], d.difference_wh, int(d.difference_base_fen), int(d.difference_subsidy_fen),
             int(d.difference_base_fen) + int(d.difference_subsidy_fen)))
        for d in one.differences
    )  # fmt: skip
    title = Text(f"结算单 {_statement_name(one)} 与预估的差额", f"Why statement {_statement_name(one)} differs")
    return Table(title, DIFFERENCE_COLUMNS, rows)


def _villages(office: Office, found: _Month) -> Table:
    """Each village's units of the energy's month, and what went on to it."""
    units = month_units(office.registry, found.station.station_id, found.month)
    whole = sum(units.values())
    villages = sorted({*units, *(line.village_id for line in found.lines)})
    rows = []
    for village in villages:
        passed = [
            sum(line.passed_on_fen for line in found.lines if (line.village_id, line.part) == (village, part))
            for part in PART_NAMES
        ]
        held = units.get(village, 0)
        rows.append(
            Row((village_name(office.registry, village), held, held / whole if whole else 0.0, *passed, sum(passed)))
        )
    return Table(
        Text("各嘎查村份额与划拨", "Villages: units and what was passed on"), VILLAGE_COLUMNS, tuple(rows), note=_UNITS
    )


FIVE_COLUMNS: Final = (
    PART, ESTIMATED, SETTLED,
    Column("difference", Text("结算减预估", "settled less estimated"), Kind.FEN, "{settled}-{estimated}", total=True),
    RECEIVED, Column("open", Text("未到账", "outstanding"), Kind.FEN, tone="outstanding", total=True), BORNE,
    Column("rest", Text("可划拨", "distributable"), Kind.FEN, "{received}-{borne}", total=True), PASSED,
    Column("balance", Text("待划拨", "still to pass on"), Kind.FEN, "{rest}-{passed}", total=True), PAID,
)  # fmt: skip
DIFFERENCE_COLUMNS: Final = (
    Column("cause", Text("原因", "cause")),
    Column("energy", Text("电量", "energy"), Kind.WH, total=True),
    Column("base", Text("基础", "base"), Kind.FEN, tone="base", total=True),
    Column("subsidy", Text("补贴", "subsidy"), Kind.FEN, tone="subsidy", total=True),
    Column("gross", Text("合计", "both"), Kind.FEN, "{base}+{subsidy}", total=True),
)
VILLAGE_COLUMNS: Final = (
    Column("village", Text("嘎查村", "village")),
    Column("units", Text("份额（按日折算）", "units, by days"), Kind.COUNT, total=True),
    Column("share", Text("占比", "share"), Kind.RATIO, "{units}/SUM({units.all})"),
    Column("base", Text("划拨：基础", "passed on: base"), Kind.FEN, tone="base", total=True),
    Column("subsidy", Text("划拨：补贴", "passed on: subsidy"), Kind.FEN, tone="subsidy", total=True),
    Column("gross", Text("划拨：合计", "passed on: both"), Kind.FEN, "{base}+{subsidy}", tone="passed", total=True),
)
_PAID: Final = Text(
    "发放由嘎查村按收益使用计划进行，不分电站，见村报表；划拨含在途。",
    "What is paid is a village's, by its plan, and of no one station: see the village's statement. Passed on includes "
    "what is in transit.",
)
_COMPANY: Final = Text(
    "集中式电站的收入归其企业，不经结转机构；对名额的应补助见下表。",
    "A centralized station's income is its company's and does not pass through the agency; what its slots are owed "
    "is below.",
)
_UNITS: Final = Text(
    "份额月内变化（如撤并村）时按各自的天数折算，只有比例有意义。",
    "Units that change within the month, as in a merger, count by their days: only the proportions mean something.",
)
_MEMO: Final = Text(
    "结算的补贴中有仅备查、不是应收的：电站未在补贴清单内，或超出清单容量",
    "of the settled subsidy some is a memo, no receivable: not listed, or beyond the listed capacity",
)
_LIST_OPEN: Final = Text(
    "结算的补贴待核实：尚无人登记该电站在补贴清单中的状态",
    "the settled subsidy is unconfirmed: nobody has entered the station's place in the subsidy list",
)

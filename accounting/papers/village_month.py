"""The monthly statement of a village: its part of each station's amounts, its plan, its account."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection

from accounting.papers.common import (
    BORNE,
    ESTIMATED,
    NO_ESTIMATE,
    PART,
    PART_NAMES,
    PASSED,
    PREPARED,
    RECEIVED,
    SETTLED,
    UNCONFIRMED,
    Office,
    month_name,
    of,
    station_name,
    summed,
    village_name,
    yuan,
)
from accounting.papers.model import INSUFFICIENT, NOT_SETTLED, Cell, Column, Kind, Paper, Row, Table
from guangfu.clock import month_days
from guangfu.income.figures import VillageMonthlyIncome
from guangfu.income.passing_on import CashKey, month_units, village_parts
from guangfu.income.rules.spending import Spending
from guangfu.income.rules.spending_words import SPENDING_NAMES
from guangfu.income.tariff import find_tariff
from guangfu.ledger.books import CARRIED_FORWARD, IN_TRANSIT, VILLAGE_BANK
from guangfu.ledger.fen import Fen
from guangfu.ledger.states import Subject, state_name
from guangfu.storage.sql.figures import read_village_income
from guangfu.storage.sql.money import VillageMoney, distributable, village_money
from guangfu.storage.sql.payments import balance, owed_by_line, paid_by_line
from guangfu.storage.sql.plans import read_plan_lines, read_plan_years
from guangfu.storage.sql.receipts import read_dated_allocations, read_settled_dues
from guangfu.storage.sql.transfers import ON_THE_WAY, read_transfer_lines
from guangfu.texts import Text


def village_month(db: Connection, office: Office, village_id: str, month: str) -> Paper:
    """The paper of a village's month.

    Raises:
        KeyError: There is no such village.
    """
    name = village_name(office.registry, office.registry.villages[village_id].village_id)
    money = village_money(db, office.registry, village_id, month, month)[0]
    stations = _stations(db, office, village_id, month, money)
    return Paper(
        title=Text("嘎查村月度收益报表", "Monthly statement of a village"),
        subtitle=Text(f"{name.zh}（{village_id}）　{month_name(month).zh}", f"{name.en} ({village_id}), {month}"),
        issuer=office.issuer, number=f"VM-{village_id}-{month}", printed_at=office.desk.at,
        synthetic=office.registry.synthetic,
        answer=(Text("本月发放（元）", "paid out this month (yuan)"), yuan(money.paid_fen)),
        facts=_facts(db, office, village_id, month),
        tables=(_five(money, month), stations, plan_table(db, village_id, month)),
        signatures=PREPARED,
    )  # fmt: skip


def _facts(db: Connection, office: Office, village_id: str, month: str) -> tuple[tuple[Text, str], ...]:
    plans = read_plan_years(db, village_id=village_id, year=int(month[:4]))
    state = state_name(Subject.PLAN_YEAR, plans[0].state) if plans else Text("没有", "none")
    day = office.desk.today
    return (
        (Text("收益使用计划", "plan of use"), f"{month[:4]}, {state(office.lang)}"),
        (Text(f"村账余额（{day}）", f"bank account ({day})"), yuan(balance(db, VILLAGE_BANK, village_id=village_id))),
        (Text(f"在途（{day}）", f"in transit ({day})"), yuan(balance(db, IN_TRANSIT, village_id=village_id))),
        (Text("历年结转", "carried forward"), yuan(-balance(db, CARRIED_FORWARD, village_id=village_id))),
    )


def _five(money: VillageMoney, month: str) -> Table:
    """The five amounts of the village, side by side, as `village_money` has them."""
    estimated: Cell = INSUFFICIENT if money.estimated_fen is None else money.estimated_fen
    row = Row(
        (month, estimated, money.settled_fen, money.received_fen, money.deductions_fen, money.distributable_fen,
         money.passed_on_fen, money.arrived_fen, money.balance_fen, money.paid_fen),
        (*((NO_ESTIMATE,) if money.estimated_fen is None else ()), *((UNCONFIRMED,) if money.unconfirmed else ())),
    )  # fmt: skip
    return Table(Text("五个金额", "The five amounts"), MONEY_COLUMNS, (row,), note=_PAID)


def _stations(db: Connection, office: Office, village_id: str, month: str, money: VillageMoney) -> Table:
    """The village's part of each station, by part; the sums are `village_money`'s."""
    registry = office.registry
    stations = sorted({s.station_id for s in registry.units_held_by.get(village_id, ()) if s.units > 0})
    weights = {s: month_units(registry, s, month) for s in stations}

    def mine(pairs: Iterable[tuple[CashKey, int]]) -> dict[CashKey, int]:
        sums = summed((key, amount) for key, amount in pairs if key.month == month)
        return {key: int(village_parts(Fen(a), weights[key.station_id]).get(village_id, 0)) for key, a in sums.items()}

    settled = mine((CashKey(d.station_id, d.month, d.part), d.amount) for d in read_settled_dues(db, stations=stations))
    received = mine(
        (CashKey(a.station_id, a.month, a.part), a.received_fen) for a in read_dated_allocations(db, stations=stations)
    )
    rest = mine(distributable(db, registry, stations).items())
    lines = read_transfer_lines(db, states=ON_THE_WAY, villages=[village_id])
    passed = summed((CashKey(x.station_id, x.month, x.part), x.passed_on_fen) for x in lines if x.month == month)
    estimates = {row.station_id: row for row in read_village_income(db, start=month, end=month, villages=[village_id])}
    rows = []
    for station in sorted({*(s for s in stations if village_id in weights[s]), *(key.station_id for key in passed)}):
        for part in PART_NAMES:
            key = CashKey(station, month, part)
            known = of(received, *key), of(rest, *key), of(passed, *key)
            cells = (
                _name(office, station), PART_NAMES[part], _estimated(estimates.get(station), part),
                settled.get(key, NOT_SETTLED), known[0], known[0] - known[1], known[1], known[2], known[1] - known[2],
            )  # fmt: skip
            rows.append(Row(cells, _notes(office, station, month, estimates.get(station)), part))
    totals = {
        "settled": money.settled_fen, "received": money.received_fen, "borne": money.deductions_fen,
        "rest": money.distributable_fen, "passed": money.passed_on_fen, "balance": money.balance_fen,
    }  # fmt: skip
    title = Text("按电站与部分（本村份额）", "By station and part: the village's share")
    return Table(title, STATION_COLUMNS, tuple(rows), totals)


def _name(office: Office, station_id: str) -> Text:
    found = office.registry.stations.get(station_id)
    return station_name(found) if found else Text(station_id, station_id)


def _estimated(row: VillageMonthlyIncome | None, part: str) -> Cell:
    return INSUFFICIENT if row is None else int(getattr(row, f"estimated_{part}_fen"))


def _notes(office: Office, station_id: str, month: str, row: VillageMonthlyIncome | None) -> tuple[Text, ...]:
    if row is None:
        return (NO_ESTIMATE,)
    if not row.unconfirmed:
        return ()
    found = office.registry.stations.get(station_id)
    tariff = find_tariff(found, month_days(month)[-1], office.desk.rules) if found else None
    because = tariff.because if tariff and tariff.because else Text("扣除或电价规则", "a rule of price or deduction")
    return (Text(f"预估待核实：{because.zh}", f"the estimate is unconfirmed: {because.en}"),)


def plan_table(db: Connection, village_id: str, month: str) -> Table:
    """The year's plan by line: planned, due and paid so far."""
    year = int(month[:4])
    owed, paid = owed_by_line(db, village_id), paid_by_line(db, village_id)
    rows = tuple(
        Row((line.number, SPENDING_NAMES[Spending(line.spending)], line.purpose, int(line.planned_fen),
             int(owed.get(line.line_id, 0)), int(paid.get(line.line_id, 0)),
             int(line.planned_fen) - int(owed.get(line.line_id, 0))))
        for line in read_plan_lines(db, village_id=village_id, year=year)
    )  # fmt: skip
    title = Text(f"{year} 年收益使用计划执行（至打印日）", f"Plan of use {year}, up to the day of printing")
    return Table(title, PLAN_COLUMNS, rows, empty=Text("没有计划", "there is no plan"))


_REST: Final = Column("rest", Text("可划拨", "distributable"), Kind.FEN, "{received}-{borne}", total=True)
_BALANCE: Final = Column("balance", Text("待划拨", "still to pass on"), Kind.FEN, "{rest}-{passed}", total=True)
MONEY_COLUMNS: Final = (
    Column("month", Text("电量月份", "energy month")), ESTIMATED, SETTLED, RECEIVED, BORNE, _REST, PASSED,
    Column("arrived", Text("其中到村账", "of it arrived"), Kind.FEN, total=True), _BALANCE,
    Column("paid", Text("发放（当月）", "paid (in the month)"), Kind.FEN, tone="paid", total=True),
)  # fmt: skip
STATION_COLUMNS: Final = (
    Column("station", Text("电站", "station")), PART, ESTIMATED, SETTLED, RECEIVED, BORNE, _REST, PASSED, _BALANCE,
)  # fmt: skip
PLAN_COLUMNS: Final = (
    Column("number", Text("序号", "no."), Kind.COUNT),
    Column("class", Text("类别", "class")),
    Column("purpose", Text("内容", "purpose")),
    Column("planned", Text("计划", "planned"), Kind.FEN, total=True),
    Column("due", Text("应付", "due"), Kind.FEN, total=True),
    Column("paid", Text("已发放", "paid"), Kind.FEN, tone="paid", total=True),
    Column("left", Text("计划余额", "left of the plan"), Kind.FEN, "{planned}-{due}", total=True),
)
_PAID: Final = Text(
    "前八项是当月电量的钱（结算不含仅备查的补贴），发放是当月从村账付出的钱，不论哪月电量。",
    "All but the last are about the month's energy (a subsidy that is a memo only is not in settled); paid is what "
    "left the village's account in the month, of whatever energy.",
)

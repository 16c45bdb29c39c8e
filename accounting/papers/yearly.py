"""The yearly report of a banner: energy and hours, the five amounts, ageing, villages with their use, findings."""

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import Connection

from accounting.papers.common import (
    BORNE,
    ESTIMATED,
    PAID,
    PART_NAMES,
    PASSED,
    PREPARED,
    RECEIVED,
    SETTLED,
    UNCONFIRMED,
    Office,
    banner_name,
    station_name,
    village_name,
    yuan,
)
from accounting.papers.model import INSUFFICIENT, NOT_SETTLED, Cell, Column, Kind, Paper, Row, Table
from accounting.papers.slots import COLUMNS as SLOT_COLUMNS
from accounting.papers.slots import slot_figures
from accounting.papers.use import findings_table, use_table
from guangfu.income.figures import MonthlyIncome
from guangfu.ledger.allocating import AGE_NAMES, Due, ageing
from guangfu.stations.models import Station, StationKind
from guangfu.storage.sql.figures import read_monthly_income
from guangfu.storage.sql.money import VillageMoney, doubtful_months, receivables, total_of, village_money
from guangfu.storage.sql.receipts import read_dated_allocations
from guangfu.storage.sql.settlement import read_settled
from guangfu.storage.sql.transfers import ON_THE_WAY, read_transfer_lines
from guangfu.texts import Text


def yearly_report(db: Connection, office: Office, banner_code: str, year: int) -> Paper:
    """The report of a banner's year, from what is in SQL on the day of printing."""
    registry = office.registry
    stations = sorted(
        (s for s in registry.stations.values() if s.banner_code == banner_code), key=lambda s: s.station_id
    )
    own = [s for s in stations if s.kind is StationKind.VILLAGE]
    villages = sorted(v.village_id for v in registry.villages.values() if v.banner_code == banner_code)
    money = {v: village_money(db, registry, v, f"{year}-01", f"{year}-12") for v in villages}
    open_ = receivables(db, registry, stations=[s.station_id for s in own])
    name = banner_name(registry, banner_code)
    paid = sum(total_of(months).paid_fen for months in money.values())
    return Paper(
        title=Text("光伏帮扶电站年度报告", "Yearly report of PV relief stations"),
        subtitle=Text(f"{name.zh}　{year} 年", f"{name.en}, {year}"), issuer=office.issuer,
        number=f"YR-{banner_code}-{year}", printed_at=office.desk.at, synthetic=registry.synthetic,
        answer=(Text("全年发放（元）", "paid in the year (yuan)"), yuan(paid)),
        facts=_facts(office, stations, villages),
        tables=(
            _energy(db, stations, year), _amounts(db, own, year, open_), _ageing(db, open_, office),
            *_slots(db, stations, year), _villages(office, money), use_table(db, office, villages, year),
            findings_table(db, office, banner_code, villages, year),
        ),
        signatures=PREPARED,
    )  # fmt: skip


def _facts(office: Office, stations: Sequence[Station], villages: Sequence[str]) -> tuple[tuple[Text, str], ...]:
    def count(kind: StationKind) -> str:
        some = [s for s in stations if s.kind is kind]
        return f"{len(some)}（{sum(s.capacity_dc_w for s in some) / 1000:,.2f} kW）"

    del office
    return (
        (Text("村级电站", "village-level stations"), count(StationKind.VILLAGE)),
        (Text("集中式电站", "centralized stations"), count(StationKind.CENTRALIZED)),
        (Text("嘎查村", "villages"), str(len(villages))),
    )


def _energy(db: Connection, stations: Sequence[Station], year: int) -> Table:
    """Energy and equivalent hours of each station; months that have a figure stand beside."""
    ids = [s.station_id for s in stations]
    months: dict[str, list[MonthlyIncome]] = {}
    for row in read_monthly_income(db, start=f"{year}-01", end=f"{year}-12", stations=ids):
        months.setdefault(row.station_id, []).append(row)
    settled: dict[str, int] = {}
    for one in read_settled(db, start=f"{year}-01", end=f"{year}-12", stations=ids):
        settled[one.station_id] = settled.get(one.station_id, 0) + one.settled_energy_wh
    rows = []
    for station in stations:
        of = months.get(station.station_id, [])
        energy: Cell = sum(row.energy_wh for row in of) if of else INSUFFICIENT
        hours: Cell = energy / station.capacity_dc_w if isinstance(energy, int) else INSUFFICIENT
        rows.append(
            Row(
                (station_name(station), _KINDS[station.kind], station.capacity_dc_w, len(of), energy,
                 settled.get(station.station_id, NOT_SETTLED), hours),
                () if of else (_NO_YEAR,),
            )
        )  # fmt: skip
    return Table(
        Text("电量与等效利用小时", "Energy and hours"), ENERGY_COLUMNS, tuple(rows), note=_HOURS, sheet=_ENERGY
    )


def _amounts(db: Connection, stations: Sequence[Station], year: int, open_: Sequence[Due]) -> Table:
    """The amounts of village-level stations for the year's energy."""
    ids = [s.station_id for s in stations]
    span = {"start": f"{year}-01", "end": f"{year}-12"}
    income = read_monthly_income(db, **span, stations=ids)
    estimated = _sums((r.station_id, int(r.estimated_gross_fen)) for r in income)
    doubtful = {r.station_id for r in income if r.unconfirmed}
    doubtful |= {station for station, _ in doubtful_months(db, **span, stations=ids)}
    settled = _sums((r.station_id, int(r.settled_gross_fen)) for r in read_settled(db, **span, stations=ids))
    received = _sums(
        (a.station_id, a.received_fen) for a in read_dated_allocations(db, stations=ids) if a.month[:4] == str(year)
    )
    lines = read_transfer_lines(db, states=ON_THE_WAY, stations=ids)
    passed = _sums((x.station_id, x.passed_on_fen) for x in lines if x.month[:4] == str(year))
    left = _sums((d.station_id, int(d.amount)) for d in open_ if d.month[:4] == str(year))
    rows = tuple(
        Row((station_name(s), estimated.get(s.station_id, INSUFFICIENT), settled.get(s.station_id, NOT_SETTLED),
             received.get(s.station_id, 0), left.get(s.station_id, 0), passed.get(s.station_id, 0)),
            (UNCONFIRMED,) if s.station_id in doubtful else ())
        for s in stations
    )  # fmt: skip
    return Table(
        Text("村级电站各金额", "Amounts of village-level stations"), AMOUNT_COLUMNS, rows, note=_PAID, sheet=_MONEY
    )


def _sums(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, amount in pairs:
        found[name] = found.get(name, 0) + amount
    return found


def _ageing(db: Connection, open_: Sequence[Due], office: Office) -> Table:
    doubtful = doubtful_months(db)
    notes = (UNCONFIRMED,) if any((due.station_id, due.month) in doubtful for due in open_) else ()
    rows = tuple(
        Row((PART_NAMES[part], *(int(a) for a in classes), sum(int(a) for a in classes)), notes, part)
        for part, classes in ageing(open_, office.desk.month).items()
    )
    title = Text(
        f"未到账账龄（{office.desk.today}，各年电量）",
        f"Ageing of what is outstanding on {office.desk.today}, all years",
    )
    return Table(title, AGEING_COLUMNS, rows, empty=Text("没有未到账", "nothing is outstanding"))


def _slots(db: Connection, stations: Sequence[Station], year: int) -> list[Table]:
    rows = [
        Row((station_name(s), *slot_figures(db, s.station_id, f"{year}-01", f"{year}-12")))
        for s in stations
        if s.kind is StationKind.CENTRALIZED
    ]
    title = Text("集中式电站：名额应补助", "Centralized stations: what slots are owed")
    return [Table(title, SLOT_COLUMNS, tuple(rows))] if rows else []


def _villages(office: Office, money: dict[str, list[VillageMoney]]) -> Table:
    rows = []
    for village, months in money.items():
        total = total_of(months)
        known = [m for m in months if m.estimated_fen is not None]
        estimated: Cell = total.estimated_fen if known and total.estimated_fen is not None else INSUFFICIENT
        rows.append(
            Row(
                (village_name(office.registry, village), len(known), estimated, total.settled_fen, total.received_fen,
                 total.deductions_fen, total.distributable_fen, total.passed_on_fen, total.arrived_fen, total.paid_fen),
                (*(() if known else (_NO_YEAR,)), *((UNCONFIRMED,) if total.unconfirmed else ())),
            )
        )  # fmt: skip
    return Table(
        Text("嘎查村五个金额与可分配", "Villages: the five amounts"), VILLAGE_COLUMNS, tuple(rows), sheet=_VILLAGES
    )


_KINDS: Final = {
    StationKind.VILLAGE: Text("村级", "village-level"), StationKind.CENTRALIZED: Text("集中式", "centralized"),
}  # fmt: skip
_ENERGY: Final = Text("电量", "Energy")
_MONEY: Final = Text("电站金额", "Stations")
_VILLAGES: Final = Text("嘎查村", "Villages")
ENERGY_COLUMNS: Final = (
    Column("station", Text("电站", "station")),
    Column("kind", Text("类型", "kind")),
    Column("capacity", Text("装机（千瓦）", "capacity, kW"), Kind.WH, total=True),
    Column("months", Text("有数月份", "months with a figure"), Kind.COUNT),
    Column("energy", Text("预估电量（千瓦时）", "estimated energy, kWh"), Kind.WH, tone="estimated", total=True),
    Column("settled", Text("结算电量（千瓦时）", "settled energy, kWh"), Kind.WH, tone="settled", total=True),
    Column("hours", Text("等效小时（预估）", "hours, estimated"), Kind.HOURS, "{energy}/{capacity}"),
)
AMOUNT_COLUMNS: Final = (
    Column("station", Text("电站", "station")), ESTIMATED, SETTLED, RECEIVED,
    Column("open", Text("未到账", "outstanding"), Kind.FEN, tone="outstanding", total=True), PASSED,
)  # fmt: skip
AGEING_COLUMNS: Final = (
    Column("part", Text("部分", "part")),
    *(Column(f"age{i}", name, Kind.FEN, total=True) for i, name in enumerate(AGE_NAMES)),
    Column("all", Text("合计", "both"), Kind.FEN, "{age0}+{age1}+{age2}+{age3}", tone="outstanding", total=True),
)
VILLAGE_COLUMNS: Final = (
    Column("village", Text("嘎查村", "village")),
    Column("months", Text("有预估的月份", "months with an estimate"), Kind.COUNT), ESTIMATED, SETTLED, RECEIVED, BORNE,
    Column("rest", Text("可分配", "distributable"), Kind.FEN, "{received}-{borne}", total=True), PASSED,
    Column("arrived", Text("其中到村账", "of it arrived"), Kind.FEN, total=True), PAID,
)  # fmt: skip
_HOURS: Final = Text(
    "等效利用小时 = 预估电量 ÷ 直流装机；有数月份不足十二个月的，小时数只是这些月份的。",
    "Hours = estimated energy / installed DC capacity; where fewer than twelve months have a figure, of those "
    "months alone.",
)
_NO_YEAR: Final = Text(
    "数据不足：全年没有可用的预估；合计不含此项", "insufficient data: no estimate in the year; left out of the total"
)
_PAID: Final = Text("发放见嘎查村表。", "What was paid is in the table of villages.")

"""A county of three stations whose meters are read by hand, and accounting on it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from prometheus_client import CollectorRegistry
from sqlalchemy import Engine

from accounting.accountant import Accountant
from accounting.metrics import Metrics
from accounting.settings import Settings
from guangfu.clock import ManualClock, day_start, from_ms, local_day, to_ms
from guangfu.income.figures import DailyEnergy, DailyIncome, MonthlyIncome, VillageMonthlyIncome
from guangfu.income.rules import Rules, load_rules
from guangfu.ledger.books import AGENCY, CENTRALIZED
from guangfu.stations.models import DeviceKind, Household, Registry, ShareUnits, Slot, StationKind
from guangfu.storage.sql.figures import (
    read_daily_energy,
    read_daily_income,
    read_monthly_income,
    read_village_income,
)
from guangfu.storage.sql.inbox import mark_dirty, read_dirty
from guangfu.storage.sql.journal import read_entries
from guangfu.storage.sql.registry import write_registry
from guangfu.storage.telemetry_store import Point, TelemetryStore
from guangfu.telemetry.reading import Reading
from tests.income.small_registry import BEGIN, meter, registry, station

MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)
QUARTER = timedelta(minutes=15)
STATIONS = ("s1", "s2", "c1")


def county() -> Registry:
    """s1 is v1's, 300 kW, factor 80; s2 is joint, v1 24 and v2 40 units; c1 is centralized, two slots."""
    return registry(
        [
            station("s1"),
            station("s2", joint=True, capacity_kw=5000),
            station("c1", StationKind.CENTRALIZED, capacity_kw=20_000),
        ],
        [meter("s1", factor=80), meter("s2", factor=1000), meter("c1", factor=6000)],
        [ShareUnits("s1", "v1", 1, BEGIN), ShareUnits("s2", "v1", 24, BEGIN), ShareUnits("s2", "v2", 40, BEGIN)],
        [Household(f"{v}-h{n}", v, BEGIN) for v in ("v1", "v2") for n in range(3)],
        [Slot("slot-1", "c1", "v2-h2", BEGIN), Slot("slot-2", "c1", "v2-h1", BEGIN)],
    )


def registers(
    station_id: str, first: datetime, last: datetime, per_hour_wh: int, start_wh: int = 1_000_000
) -> list[tuple[str, datetime, int]]:
    """A reading each quarter of an hour, from `first` to `last`, of a register that grows evenly."""
    n = int((last - first) / QUARTER)
    return [(station_id, first + i * QUARTER, start_wh + i * per_hour_wh // 4) for i in range(n + 1)]


@dataclass
class County:
    store: TelemetryStore
    engine: Engine
    clock: ManualClock = field(default_factory=ManualClock)
    rules: Rules = field(default_factory=load_rules)
    chunk_readings: int = 300_000
    registered: bool = True

    def __post_init__(self) -> None:
        if self.registered:
            write_registry(self.engine, county(), at=day_start(MAY))

    def receive(self, readings: Iterable[tuple[str, datetime, int]]) -> None:
        """What ingest does: points into the store, then the days of each reading into SQL."""
        given = list(readings)
        points = [
            Point(s, DeviceKind.METER, Reading(at_ms=to_ms(at), device="meter-1", energy_export_total_wh=wh))
            for s, at, wh in given
        ]
        assert self.store.write(points) == []
        with self.engine.begin() as db:
            mark_dirty(db, {(s, day) for s, at, _ in given for day in days_of(at)})

    def accountant(self, store: TelemetryStore | None = None) -> Accountant:
        settings = Settings.load(chunk_readings=self.chunk_readings)
        metrics = Metrics(CollectorRegistry())
        return Accountant(settings, store or self.store, self.engine, self.rules, self.clock, metrics)

    def account(self) -> int:
        return self.accountant().once()

    def energy(self) -> dict[tuple[str, date], DailyEnergy]:
        with self.engine.connect() as db:
            return {(r.station_id, r.day): r for r in read_daily_energy(db, start=MAY, end=date(2026, 12, 31))}

    def income(self) -> list[DailyIncome]:
        with self.engine.connect() as db:
            return read_daily_income(db, start=MAY, end=date(2026, 12, 31))

    def months(self) -> dict[tuple[str, str], MonthlyIncome]:
        with self.engine.connect() as db:
            return {(r.station_id, r.month): r for r in read_monthly_income(db, start="2026-01", end="2026-12")}

    def villages(self) -> list[VillageMonthlyIncome]:
        with self.engine.connect() as db:
            return read_village_income(db, start="2026-01", end="2026-12")

    def entries(self, *books: str) -> list[tuple[str, int]]:
        """Every entry of the books, both if none is named, in the order posted: its key, and its debit. [fen]"""
        with self.engine.connect() as db:
            posted = [one for book in books or (AGENCY, CENTRALIZED) for one in read_entries(db, book)]
        return [(one.entry.key, one.entry.lines[0].amount) for one in posted]

    def dirty(self) -> list[tuple[str, date]]:
        with self.engine.connect() as db:
            return [(one.station_id, one.day) for one in read_dirty(db, limit=100_000)]

    def everything(self) -> tuple[object, ...]:
        """All figures; two states of the books are the same when these are equal."""
        return self.energy(), self.income(), self.months(), self.villages(), self.entries(), self.dirty()


def days_of(at: datetime) -> set[date]:
    """The reading at midnight bounds both days."""
    return {local_day(at), local_day(from_ms(to_ms(at) - 1))}

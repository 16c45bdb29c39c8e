"""What the estimate would be under other rules, beside what it is: from stored energy, writing nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection

from accounting.lifetime import lifetimes
from accounting.months import by_month, month_rows
from guangfu.clock import day_start, month_days
from guangfu.income.entitlement import entitlement_unconfirmed
from guangfu.income.figures import DailyEnergy, MonthlyIncome, VillageMonthlyIncome
from guangfu.income.rules import Rules
from guangfu.income.rules.catalogue import row_id
from guangfu.income.rules.tables import read_files
from guangfu.income.sharing import entitlement_fen, village_stations
from guangfu.stations.models import Registry, StationKind
from guangfu.storage.sql.figures import read_daily_energy, read_monthly_income, read_unpriced, read_village_income
from guangfu.storage.sql.papers import read_station_months


class Level(StrEnum):
    STATION = "station"
    VILLAGE = "village"


class Key(NamedTuple):
    """Whose amounts they are, in which month."""

    month: str
    level: Level
    id: str


class Amounts(NamedTuple):
    """Estimated. [fen] `owed` is what a centralized station's company owes to its slots; it has no deductions."""

    gross: int = 0
    base: int = 0
    subsidy: int = 0
    deductions: int = 0
    distributable: int = 0
    owed: int = 0

    def plus(self, other: "Amounts") -> "Amounts":
        return Amounts(*(a + b for a, b in zip(self, other, strict=True)))

    def minus(self, other: "Amounts") -> "Amounts":
        return Amounts(*(a - b for a, b in zip(self, other, strict=True)))


class Estimate(NamedTuple):
    """Amounts, and whether they rest on something that nobody has confirmed."""

    amounts: Amounts = Amounts()
    unconfirmed: bool = False

    def plus(self, amounts: Amounts, *, unconfirmed: bool) -> "Estimate":
        return Estimate(self.amounts.plus(amounts), self.unconfirmed or unconfirmed)


@dataclass(frozen=True, slots=True)
class Moved:
    """A station's or village's month as it is and as it would be."""

    key: Key
    now: Estimate
    then: Estimate

    @property
    def difference(self) -> Amounts:
        return self.then.amounts.minus(self.now.amounts)


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A cell of a rule that differs; empty where the cell is, or where the row is only on the other side."""

    file: str
    rule_id: str
    column: str
    now: str
    then: str


def rule_changes(present: Path | None, other: Path | None) -> Iterator[RuleChange]:
    """What differs between the rules of two folders, both without fault."""
    old, new = _cells(present), _cells(other)
    for file, rule_id in [*old, *(key for key in new if key not in old)]:
        before, after = old.get((file, rule_id), {}), new.get((file, rule_id), {})
        for column in before or after:
            now, then = before.get(column, ""), after.get(column, "")
            if now != then:
                yield RuleChange(file, rule_id, column, now, then)


def _cells(folder: Path | None) -> dict[tuple[str, str], Mapping[str, str]]:
    return {(file, row_id(row)): row.cells for file, rows in read_files(folder, [])[0].items() for row in rows}


def open_months(db: Connection) -> list[str]:
    """Months that have energy, those without a tariff included; of a month that is closed its stations are left out."""
    priced = {row.month for row in read_monthly_income(db, start="0001-01", end="9999-12")}
    return sorted(priced | by_month(read_unpriced(db)).keys())


def what_if(
    db: Connection,
    registry: Registry,
    present: Rules,
    other: Rules,
    month: str,
    today: date,
    village: str | None = None,
) -> list[Moved]:
    """A month's stations, then its villages, under both rules; with `village`, only that one and its stations.

    Both are computed as accounting does, from the energy that is stored, so what differs is due to the rules alone.
    Station-months that are closed are left aside: no rule moves their figures any more.
    """
    days, closed = month_days(month), closed_stations(db, month)
    only = None if village is None else village_stations(registry, village, days[0], days[-1])
    stored_days = read_daily_energy(db, start=days[0], end=days[-1], stations=only)
    energy = [row for row in stored_days if row.station_id not in closed]
    stations = {row.station_id for row in energy}
    now, then = (
        estimates(registry, rules, month, energy, today, lifetimes(db, registry, rules, month, stations))
        for rules in (present, other)
    )
    open_keys = (key for key in now.keys() | then.keys() if key.level is Level.VILLAGE or key.id not in closed)
    keys = sorted(key for key in open_keys if _is_asked(key, only, village))
    return [Moved(key, now.get(key, Estimate()), then.get(key, Estimate())) for key in keys]


def closed_stations(db: Connection, month: str) -> set[str]:
    """The stations whose month is closed."""
    return {row.station_id for row in read_station_months(db, month=month, state="closed")}


def _is_asked(key: Key, stations: Sequence[str] | None, village: str | None) -> bool:
    return stations is None or (key.id in stations if key.level is Level.STATION else key.id == village)


def estimates(
    registry: Registry,
    rules: Rules,
    month: str,
    energy: Sequence[DailyEnergy],
    today: date,
    lifetime_wh: Mapping[str, int] | None = None,
) -> dict[Key, Estimate]:
    """Each station's and village's month by the same functions as accounting's."""
    stations = {row.station_id for row in energy}
    rows = month_rows(registry, rules, month, stations, energy, day_start(today), today, lifetime_wh)
    found = gathered(rows.monthly, rows.villages)
    doubtful = entitlement_unconfirmed(month_days(month)[-1], rules)
    for station_id, owed in _owed(registry, rules, month, today):
        key = Key(month, Level.STATION, station_id)
        found[key] = found.get(key, Estimate()).plus(Amounts(owed=owed), unconfirmed=doubtful and bool(owed))
    return found


def gathered(monthly: Iterable[MonthlyIncome], villages: Iterable[VillageMonthlyIncome]) -> dict[Key, Estimate]:
    """Rows of income as estimates; a station's deductions are those of its villages."""
    found: dict[Key, Estimate] = {}

    def add(month: str, level: Level, id_: str, amounts: Amounts, *, unconfirmed: bool) -> None:
        key = Key(month, level, id_)
        found[key] = found.get(key, Estimate()).plus(amounts, unconfirmed=unconfirmed)

    for row in monthly:
        parts = Amounts(row.estimated_gross_fen, row.estimated_base_fen, row.estimated_subsidy_fen)
        add(row.month, Level.STATION, row.station_id, parts, unconfirmed=row.unconfirmed)
    for share in villages:
        parts = Amounts(share.estimated_gross_fen, share.estimated_base_fen, share.estimated_subsidy_fen)
        taken = Amounts(deductions=share.estimated_deductions_fen, distributable=share.estimated_distributable_fen)
        add(share.month, Level.STATION, share.station_id, taken, unconfirmed=share.unconfirmed)
        add(share.month, Level.VILLAGE, share.village_id, parts.plus(taken), unconfirmed=share.unconfirmed)
    return found


def _owed(registry: Registry, rules: Rules, month: str, today: date) -> Iterator[tuple[str, int]]:
    """What each centralized station's company owes to its slots for the month's days up to today. [fen]"""
    first, last = month_days(month)[0], min(month_days(month)[-1], today)
    for station in registry.stations.values():
        slots = registry.slots_of.get(station.station_id)
        if station.kind is StationKind.CENTRALIZED and slots:
            yield station.station_id, entitlement_fen(registry, slots, first, last, rules)


def stored(db: Connection, month: str) -> dict[Key, Estimate]:
    """What accounting has stored of a month, closed stations left out; what is owed to slots is in the books."""
    closed = closed_stations(db, month)
    monthly = [row for row in read_monthly_income(db, start=month, end=month) if row.station_id not in closed]
    villages = [row for row in read_village_income(db, start=month, end=month) if row.station_id not in closed]
    return gathered(monthly, villages)


def behind(db: Connection, moved: Iterable[Moved]) -> int:
    """How many of the present figures accounting has not stored yet, or stored by other rules."""
    months: dict[str, dict[Key, Estimate]] = {}
    count = 0
    for one in moved:
        if one.key.month not in months:
            months[one.key.month] = stored(db, one.key.month)
        kept = months[one.key.month].get(one.key, Estimate()).amounts
        count += kept != one.now.amounts._replace(owed=0)
    return count


def last_day(db: Connection, today: date) -> date:
    """Today; or the last day with energy, where the clock that gave it its date is ahead of ours."""
    return max([today, *(row.day for row in read_daily_energy(db, start=today, end=date.max))])

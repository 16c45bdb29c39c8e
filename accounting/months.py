"""A month's income rows and journal entries, from its days. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from guangfu.clock import day_start, month_days, month_of
from guangfu.income.estimate import estimate_month
from guangfu.income.figures import DailyEnergy, DailyIncome, MonthlyIncome, VillageMonthlyIncome
from guangfu.income.rules import Rules
from guangfu.income.sharing import entitlement_fen, month_villages
from guangfu.ledger.books import Part
from guangfu.ledger.fen import Fen
from guangfu.ledger.journal import Entry
from guangfu.ledger.postings import correct_entitlement, correct_estimate
from guangfu.stations.models import Registry, StationKind


@dataclass(frozen=True)
class MonthRows:
    """All income rows of some stations in a month, and which of these months can be posted."""

    month: str
    stations: tuple[str, ...]
    daily: list[DailyIncome] = field(default_factory=list)
    monthly: list[MonthlyIncome] = field(default_factory=list)
    villages: list[VillageMonthlyIncome] = field(default_factory=list)
    postable: set[str] = field(default_factory=set)
    """Village-level stations whose month is over and has enough days, each complete."""


def month_rows(
    registry: Registry, rules: Rules, month: str, stations: Iterable[str], energy: Sequence[DailyEnergy], now: datetime,
    today: date, lifetime_wh: Mapping[str, int] | None = None,
) -> MonthRows:  # fmt: skip
    """The rows of `stations` in `month`; `energy` are that month's days of these stations.

    `lifetime_wh` is what each had produced before the month; it counts where subsidised hours are limited.
    """
    known = tuple(sorted(station for station in set(stations) if station in registry.stations))
    rows = MonthRows(month, known)
    of_station: dict[str, list[DailyEnergy]] = {}
    for row in energy:
        of_station.setdefault(row.station_id, []).append(row)
    for station_id in known:
        lifetime = (lifetime_wh or {}).get(station_id, 0)
        _add_station(rows, registry, rules, station_id, of_station.get(station_id, []), now, today, lifetime)
    return rows


def _add_station(
    rows: MonthRows, registry: Registry, rules: Rules, station_id: str, energy: Sequence[DailyEnergy], now: datetime,
    today: date, lifetime_wh: int,
) -> None:  # fmt: skip
    station = registry.stations[station_id]
    estimate = estimate_month(station, rows.month, energy, rules, today=today, computed_at=now, lifetime_wh=lifetime_wh)
    if estimate.monthly is None:
        return
    rows.daily.extend(estimate.daily)
    rows.monthly.append(estimate.monthly)
    if station.kind is StationKind.CENTRALIZED:
        return
    rows.villages.extend(month_villages(registry, station_id, rows.month, estimate.daily, rules))
    enough = estimate.monthly.days_counted >= rules.energy.posting_days_floor * estimate.monthly.days_due
    complete = all(row.complete for row in energy if row.energy_wh is not None)
    if enough and complete and is_over(rows.month, today):
        rows.postable.add(station_id)


def is_over(month: str, today: date) -> bool:
    return month < month_of(today)


def month_entries(
    posted: Mapping[str, Entry], rows: MonthRows, registry: Registry, rules: Rules, first_month: str | None
) -> list[Entry]:
    """What to post for a month that is over, so that the books stand at its rows; nothing if they do already.

    An estimate is posted first when there are enough complete days; once posted, it follows every change. What a
    centralized station's company owes rests on no reading, so it is posted in any case.

    Args:
        posted: Entries of the month's estimates and entitlements, by key.
        first_month: The first with income of any station; what was owed before is for opening balances.
    """
    monthly = {row.station_id: row for row in rows.monthly}
    begun = {line.station_id for entry in posted.values() for line in entry.lines}
    entries: list[Entry] = []
    for station_id in rows.stations:
        if registry.stations[station_id].kind is StationKind.CENTRALIZED:
            if first_month is not None and rows.month >= first_month:
                entries += _entitlements(posted, station_id, rows.month, registry, rules)
        elif station_id in rows.postable or station_id in begun:
            entries += _estimates(posted, station_id, rows.month, monthly.get(station_id))
    return entries


def _estimates(posted: Mapping[str, Entry], station_id: str, month: str, row: MonthlyIncome | None) -> list[Entry]:
    base, subsidy = (row.estimated_base_fen, row.estimated_subsidy_fen) if row else (Fen(0), Fen(0))
    return [
        *correct_estimate(posted, station_id, month, Part.BASE, base),
        *correct_estimate(posted, station_id, month, Part.SUBSIDY, subsidy),
    ]


def _entitlements(
    posted: Mapping[str, Entry], station_id: str, month: str, registry: Registry, rules: Rules
) -> list[Entry]:
    days = month_days(month)
    due = entitlement_fen(registry, registry.slots_of.get(station_id, ()), days[0], days[-1], rules)
    return correct_entitlement(posted, station_id, month, due)


def outdated(rows: Iterable[MonthlyIncome], rules: Rules, today: date) -> dict[str, set[str]]:
    """Stations, by month, whose row was computed by other rules, or before all of its days had begun or were over."""
    return _grouped(
        (row.station_id, row.month)
        for row in rows
        if row.rules_version != rules.version or row.computed_at < day_start(min(today, _day_after(row.month)))
    )


def entitled(registry: Registry, first: str, today: date) -> dict[str, set[str]]:
    """Centralized stations with slots in each month from `first` on that is over."""
    stations = [s for s in registry.stations.values() if registry.slots_of.get(s.station_id)]
    return {month: {s.station_id for s in stations} for month in _months_over(first, today)}


def together(*groups: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """The stations of each month in any of the groups."""
    return _grouped((station, month) for group in groups for month, stations in group.items() for station in stations)


def _months_over(first: str, today: date) -> list[str]:
    months = []
    while is_over(first, today):
        months.append(first)
        first = month_of(_day_after(first))
    return months


def _day_after(month: str) -> date:
    return month_days(month)[-1] + timedelta(days=1)


def by_month(pairs: Collection[tuple[str, date]]) -> dict[str, set[str]]:
    """The stations that have a day in each month."""
    return _grouped((station, month_of(day)) for station, day in pairs)


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for station, month in pairs:
        found.setdefault(month, set()).add(station)
    return found

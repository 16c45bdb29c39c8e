"""A month of a registry as columns for `guangfu.income.nation`."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from guangfu.clock import month_days
from guangfu.income.entitlement import entitlement_days
from guangfu.income.estimate import price_units, standings_of, subsidised_wh, tariffs_of
from guangfu.income.figures import DailyEnergy
from guangfu.income.nation import Ints, MonthColumns
from guangfu.income.rules.models import Rules
from guangfu.income.shares import Units, deductions_on, most_of_day, units_on
from guangfu.income.villages import indicator_households
from guangfu.stations.models import Registry, Slot, Station, StationKind


@dataclass(frozen=True)
class Named:
    """Whose the columns are: stations, villages, the (station, village) of each holder, and the households."""

    stations: list[str]
    villages: list[str]
    holders: list[tuple[str, str]]
    indicator_households: list[str]
    slot_households: list[str]


def month_columns(
    registry: Registry,
    month: str,
    energy: Iterable[DailyEnergy],
    rules: Rules,
    lifetime_wh: Mapping[str, int] | None = None,
) -> tuple[MonthColumns, Named]:
    """The columns of a month, and the names of their rows.

    Args:
        energy: Days of the month; a station's day that is missing has no figure. All stations are there, and
            of them village-level ones share with villages, centralized ones owe slots.
        lifetime_wh: What stations have produced before the month, since their first day. [Wh]

    Raises:
        ValueError: Hours with subsidy are limited, and a station's lifetime energy is not given: its subsidy could
            not be told.
    """
    days, stations = month_days(month), sorted(registry.stations)
    number = {name: i for i, name in enumerate(stations)}
    energy_wh = np.full((len(stations), len(days)), -1, np.int64)
    for row in energy:
        if row.station_id in number and days[0] <= row.day <= days[-1] and row.energy_wh is not None:
            energy_wh[number[row.station_id], (row.day - days[0]).days] = row.energy_wh
    terms, prices, bases, deductions = terms_of(registry, stations, days, rules)
    stretch, holders = _stretches(registry, stations, days)
    villages = sorted(registry.villages)
    village = {name: i for i, name in enumerate(villages)}
    shared = [indicator_households(registry, name, month) for name in villages]
    slots = [slot for slot in registry.slots if slot.station_id in registry.stations]
    slot_households = sorted({slot.household_id for slot in slots})
    slot_class, first, end, due = _slots(registry, slots, days, rules)
    sizes = np.array([len(units) for _, units in holders], np.int64)
    found = MonthColumns(
        energy_wh, terms, prices, bases, deductions, stretch, len(holders),
        holder_start=np.cumsum(sizes) - sizes,
        holder_village=np.array([village[name] for _, units in holders for name, _ in units], np.int64),
        holder_units=np.array([held for _, units in holders for _, held in units], np.int64),
        households=np.array([len(ids) for ids in shared], np.int64),
        slot_household=np.array([slot_households.index(slot.household_id) for slot in slots], np.int64),
        slot_class=slot_class, slot_first=first, slot_end=end, due=due, slot_holders=len(slot_households),
        left_wh=_left_wh(registry, stations, rules, lifetime_wh or {}),
        listed_w=_listed_w(registry, stations, days, rules),
        capacity_w=np.array([registry.stations[name].capacity_dc_w for name in stations], np.int64),
        most=_most(registry, stations, days, rules),
    )  # fmt: skip
    names = [(station, name) for station, units in holders for name, _ in units]
    return found, Named(stations, villages, names, [one for ids in shared for one in ids], slot_households)


def _left_wh(registry: Registry, stations: Sequence[str], rules: Rules, lifetime_wh: Mapping[str, int]) -> Ints | None:
    """(s,) how much more energy has a subsidy; `None` where the rule is off. [Wh]"""
    if not rules.energy.subsidised_hours:
        return None
    if unknown := [name for name in stations if name not in lifetime_wh]:
        raise ValueError(f"hours with subsidy are limited, and lifetime_wh lacks {len(unknown)} stations: {unknown[0]}")
    return np.array([subsidised_wh(registry.stations[name], rules, lifetime_wh[name]) for name in stations], np.int64)


def _listed_w(registry: Registry, stations: Sequence[str], days: Sequence[date], rules: Rules) -> Ints | None:
    """(s, d) the capacity whose subsidy is a receivable; `None` where every station's whole one is. [W]"""
    if not rules.subsidy_status:
        return None
    return np.array(
        [
            [
                standing.receivable_of(standing.capacity_w)
                for standing in standings_of(registry.stations[name], days, rules)
            ]
            for name in stations
        ],
        np.int64,
    ).reshape(len(stations), len(days))


def _most(registry: Registry, stations: Sequence[str], days: Sequence[date], rules: Rules) -> Ints | None:
    """(s, d, k) each day's part of a deduction's limit; `None` where none has one. [millionths of a fen]"""
    if all(one.limit is None for one in rules.deductions):
        return None
    positions = _positions(rules)
    most = np.full((len(stations), len(days), len(positions)), -1, np.int64)
    for row, name in enumerate(stations):
        station = registry.stations[name]
        for at, day in enumerate(days):
            for one in deductions_on(day, rules, station):
                found = most_of_day(one, station, day)
                most[row, at, positions.index(one.position)] = -1 if found is None else found
    return most


def _positions(rules: Rules) -> list[int]:
    return sorted({deduction.position for deduction in rules.deductions})


def terms_of(
    registry: Registry, stations: Sequence[str], days: Sequence[date], rules: Rules
) -> tuple[Ints, Ints, Ints, Ints]:
    """Stations that agree in everything a price or deduction asks for have the same terms, looked up once."""
    numbers: dict[Hashable, int] = {}
    of = [numbers.setdefault(_alike(registry.stations[name], rules), len(numbers)) for name in stations]
    first = {number: registry.stations[name] for name, number in reversed(list(zip(stations, of, strict=True)))}
    price, base = (np.full((len(numbers), len(days)), -1, np.int64) for _ in range(2))
    positions = _positions(rules)
    shares = np.zeros((len(numbers), len(days), len(positions)), np.int64)
    for number, station in first.items():
        for at, (day, tariff) in enumerate(zip(days, tariffs_of(station, days, rules), strict=True)):
            if tariff is not None:
                price[number, at], base[number, at] = price_units(tariff.price), price_units(tariff.base)
            for one in deductions_on(day, rules, station):
                shares[number, at, positions.index(one.position)] = int(one.share_of_gross.scaleb(6))
    return np.array(of, np.int64), price, base, shares


def _alike(station: Station, rules: Rules) -> Hashable:
    own = {rule.station_id for rule in rules.tariffs} | {rule.station_id for rule in rules.deductions}
    return (
        station.kind, station.joint, station.resource_zone, station.grid, station.grid_connected_on, station.closed_on,
        station.filed_on, station.plan_year, station.banner_code,
        station.station_id if station.station_id in own else "",
    )  # fmt: skip


def _stretches(
    registry: Registry, stations: Sequence[str], days: Sequence[date]
) -> tuple[Ints, list[tuple[str, Units]]]:
    stretch = np.full((len(stations), len(days)), -1, np.int64)
    numbers: dict[tuple[str, Units], int] = {}
    for row, name in enumerate(stations):
        if registry.stations[name].kind is StationKind.CENTRALIZED:
            continue
        for at, day in enumerate(days):
            units = units_on(registry, name, day)
            if units:
                stretch[row, at] = numbers.setdefault((name, units), len(numbers))
    return stretch, list(numbers)


def _slots(
    registry: Registry, slots: Sequence[Slot], days: Sequence[date], rules: Rules
) -> tuple[Ints, Ints, Ints, Ints]:
    classes: dict[date, int] = {}
    rows = []
    for slot in slots:
        station = registry.stations[slot.station_id]
        number = classes.setdefault(station.grid_connected_on, len(classes))
        first = max(slot.valid_from, station.grid_connected_on)
        end = min(day for day in (slot.valid_to, station.closed_on, days[-1] + timedelta(days=1)) if day is not None)
        rows.append((number, *(min(max((day - days[0]).days, 0), len(days)) for day in (first, end))))
    due = np.array([entitlement_days(rules, connected, days) for connected in classes], np.int64)
    columns = np.array(rows, np.int64).reshape(len(rows), 3)
    return columns[:, 0], columns[:, 1], columns[:, 2], due.reshape(len(classes), len(days) + 1)

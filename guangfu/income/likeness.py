"""What like stations nearby had of a clear day: by it a gap's energy is shared over its days."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from functools import cached_property
from math import hypot, sqrt
from statistics import median
from typing import Final

import numpy as np

from guangfu.clock import DAY_MS, day_start, to_ms
from guangfu.income.counters import Floats, Ints
from guangfu.income.figures import DailyEnergy
from guangfu.income.gaps import Likeness, Places, Sky
from guangfu.income.rules.models import EnergyRules
from guangfu.stations.models import Registry

NEAREST: Final = 6
"""So many stations tell what a day was like, the nearest that were measured on it."""
_ASKED: Final = 12
_WITHIN_KM: Final = 150.0
_KM_PER_DEG: Final = 111.2
_EPOCH: Final = date(1970, 1, 1)


class Neighbours:
    """Which stations are like which: near, and in the same resource zone."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._found: dict[str, tuple[str, ...]] = {}

    @cached_property
    def _stations(self) -> tuple[list[str], Floats, Ints]:
        stations = sorted(self._registry.stations.values(), key=lambda s: s.station_id)
        places = np.array([(s.lat, s.lon) for s in stations], np.float64).reshape(len(stations), 2)
        zones = {zone: i for i, zone in enumerate(sorted({s.resource_zone for s in stations}))}
        return [s.station_id for s in stations], places, np.array([zones[s.resource_zone] for s in stations], np.int64)

    def of(self, station_id: str) -> tuple[str, ...]:
        """The nearest ones first, at most twelve; ties by id."""
        if station_id not in self._found:
            self._found[station_id] = self._near(station_id)
        return self._found[station_id]

    def _near(self, station_id: str) -> tuple[str, ...]:
        ids, places, zones = self._stations
        own = ids.index(station_id)
        north, east = (places - places[own]).T
        km = _KM_PER_DEG * np.hypot(north, east * np.cos(np.radians(places[own, 0])))
        km[(zones != zones[own]) | (km > _WITHIN_KM)] = np.inf
        km[own] = np.inf
        nearest = np.argsort(km, kind="stable")[:_ASKED]
        return tuple(ids[i] for i in nearest.tolist() if km[i] < np.inf)


def sky_of(
    rows: Iterable[DailyEnergy],
    registry: Registry,
    neighbours: Neighbours,
    asked: Collection[tuple[str, date]],
    rules: EnergyRules,
) -> Sky:
    """What the like stations of each asked station had of a clear day.

    Args:
        rows: Days of the like stations; those without a whole measured day are ignored.

    Returns:
        The median over the nearest measured ones, and how far a station's day may be from it; an asked day on which
        no like station was measured is left out.
    """
    of_day: dict[date, dict[str, float]] = defaultdict(dict)
    wanted = {(like, day) for station, day in asked for like in neighbours.of(station)}
    for (station, day), index in _indices([row for row in rows if (row.station_id, row.day) in wanted], registry):
        of_day[day][station] = index
    sky: dict[tuple[str, date], Likeness] = {}
    for station, day in asked:
        known = of_day.get(day, {})
        near = [known[one] for one in neighbours.of(station) if one in known][:NEAREST]
        if near:
            sky[station, day] = _likeness(near, rules)
    return sky


def _likeness(near: list[float], rules: EnergyRules) -> Likeness:
    """The less like stations agree with each other, the less they tell."""
    index = median(near)
    apart = _apart(near) / max(index, 0.02) if len(near) > 1 else rules.like_spread
    return Likeness(max(index, 0.002), hypot(rules.like_spread, apart))


def _apart(values: list[float]) -> float:
    """The standard deviation; `statistics.pstdev` is exact, and slow."""
    mean = sum(values) / len(values)
    return sqrt(sum((value - mean) ** 2 for value in values) / len(values))


def is_measured(row: DailyEnergy) -> bool:
    """Does the row stand on both midnights' readings, with nothing to mind?"""
    return row.complete and row.reason is None and row.energy_wh is not None and row.estimated_low_wh is None


def _indices(rows: Iterable[DailyEnergy], registry: Registry) -> Iterator[tuple[tuple[str, date], float]]:
    measured = [row for row in rows if is_measured(row) and row.station_id in registry.stations]
    names = sorted({row.station_id for row in measured})
    number = {name: i for i, name in enumerate(names)}
    days = np.array([row.day.toordinal() for row in measured], np.int64)
    start = days * DAY_MS - (_EPOCH.toordinal() * DAY_MS - to_ms(day_start(_EPOCH)))
    station = np.array([number[row.station_id] for row in measured], np.int64)
    clear = Places.of(registry, names).clear_wh(station, start, start + DAY_MS)
    index = np.array([row.energy_wh for row in measured], np.float64) / np.maximum(clear, 1.0)
    return zip([(row.station_id, row.day) for row in measured], index.tolist(), strict=True)

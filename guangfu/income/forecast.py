"""What a month or year will bring: what it has brought, and a typical year's output scaled by the station's record.

A typical day of a station is its share of clear-sky irradiation over the year, times the zone's typical hours times
its capacity. The station's own days say how it compares with that.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

import numpy as np

from guangfu.clock import DAY_MS, day_start, to_ms
from guangfu.income.counters import Floats, Ints
from guangfu.income.figures import DailyEnergy
from guangfu.income.gaps import Places
from guangfu.income.rules.models import EnergyRules
from guangfu.stations.models import Registry, Station, Zone

P90: Final = 1.2816
"""So many standard deviations below the middle, it is exceeded in 90 cases of 100."""
_DAY_SPREAD: Final = 0.5
"""How far a day differs from a typical one of its season, one standard deviation."""
_MEMORY_D: Final = 2.5
"""Days in a row are alike: so many count as one."""
_TRUSTED_D: Final = 60
"""From so many own days on, they count more than the typical year."""
_STEP_D: Final = 10
"""The sun is looked at on so many days less; a line between is good to 0.1 %."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """Energy of a period as a whole. [Wh]

    `p50_wh` is as likely exceeded as not, `p90_wh` exceeded in 90 cases of 100, `p10_wh` in 10. `to_date_wh` is what
    is there of it. `record` is the station's energy over a typical one's; `record_days` is how many days tell it.
    `coverage` is of the days on the grid that are over; one without a figure counts 0, `None` while there is none.
    """

    to_date_wh: int
    p50_wh: int
    p90_wh: int
    p10_wh: int
    days_left: int
    record: float
    record_days: int
    coverage: float | None = None


@dataclass(frozen=True)
class KnownDays:
    """What is known of n stations on d days in a row.

    Attributes:
        first: The first of the days.
        energy_wh: (n, d) of days that are complete; NaN where there is no such figure. [Wh]
        coverage: (n, d)
    """

    first: date
    energy_wh: Floats
    coverage: Floats

    @staticmethod
    def of(rows: Iterable[DailyEnergy]) -> "KnownDays":
        """Of one station's rows, in any order."""
        known = {row.day: row for row in rows if row.energy_wh is not None and row.complete}
        first = min(known, default=date(1970, 1, 1))
        days = KnownDays.empty(1, first, (max(known, default=first) - first).days + 1)
        for day, row in known.items():
            days.energy_wh[0, (day - first).days] = row.energy_wh
            days.coverage[0, (day - first).days] = row.coverage
        return days

    @staticmethod
    def empty(stations: int, first: date, days: int) -> "KnownDays":
        return KnownDays(first, np.full((stations, days), np.nan), np.zeros((stations, days)))

    def on(self, days: Sequence[date], today: date) -> tuple[Floats, Floats]:
        """(n, days) energy and coverage; NaN and 0 from `today` on, and of days that are not here."""
        place = np.array([(day - self.first).days for day in days], np.int64)
        there = (place >= 0) & (place < self.energy_wh.shape[1]) & np.array([day < today for day in days], np.bool_)
        place = np.where(there, place, 0)
        return np.where(there, self.energy_wh[:, place], np.nan), np.where(there, self.coverage[:, place], 0.0)


def forecast(
    registry: Registry,
    station_id: str,
    first: date,
    last: date,
    energy: Iterable[DailyEnergy],
    rules: EnergyRules,
    today: date,
) -> Forecast:
    """As `forecasts`, of one station; `energy` are its days, best of the last year."""
    return forecasts(registry, [station_id], [(first, last)], KnownDays.of(energy), rules, today)[0][0]


def forecasts(
    registry: Registry,
    stations: Sequence[str],
    periods: Sequence[tuple[date, date]],
    known: KnownDays,
    rules: EnergyRules,
    today: date,
) -> list[list[Forecast]]:
    """The energy of each period, both of its days included: for each period a forecast of each station.

    Args:
        known: The stations' days, best of the last year; days of a period before `today` that have no figure
            are forecast as well.
        today: Days before it that are complete count as they are.
    """
    typical = typical_year(registry, stations, rules)
    record, spread, told = _records(typical, known, rules, today)
    grid = np.array([_grid_days(registry.stations[one]) for one in stations], np.int64).reshape(len(stations), 2)
    found = []
    for first, last in periods:
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        number = np.array([day.toordinal() for day in days], np.int64)
        energy, coverage = known.on(days, today)
        on_grid = (number >= grid[:, :1]) & (number < grid[:, 1:])
        there = np.isfinite(energy) & on_grid
        left, over = on_grid & ~there, on_grid & (number < today.toordinal())
        to_date = np.where(there, energy, 0.0).sum(axis=1)
        rest = (typical[:, _of_year(days)] * left).sum(axis=1) * record
        uncertain = rest * np.hypot(spread, _DAY_SPREAD * np.sqrt(_MEMORY_D / np.maximum(left.sum(axis=1), 1)))
        low, high = (np.maximum(rest + sign * P90 * uncertain, 0.0) for sign in (-1, 1))
        covered = np.where(there, coverage, 0.0).sum(axis=1) / np.maximum(over.sum(axis=1), 1)
        wh = [np.round(column).astype(np.int64) for column in (to_date, rest, low, high)]
        wh = [wh[0], *(wh[0] + column for column in wh[1:])]
        part = np.where(over.any(axis=1), covered, np.nan)
        columns = [column.tolist() for column in (*wh, left.sum(axis=1), record, told, part)]
        rows = [Forecast(*row) for row in zip(*columns, strict=True)]
        found.append([replace(row, coverage=None) if math.isnan(row.coverage or 0) else row for row in rows])
    return found


def _records(
    typical: Floats, known: KnownDays, rules: EnergyRules, today: date
) -> tuple[Floats, Floats, Ints]:  # fmt: skip
    """(n,) the stations' energy over typical ones', drawn to 1 while few days tell it; its uncertainty; how many do."""
    days = [known.first + timedelta(days=n) for n in range(known.energy_wh.shape[1])]
    energy, _ = known.on(days, today)
    there = np.isfinite(energy)
    told = there.sum(axis=1)
    own = np.where(there, energy, 0.0).sum(axis=1) / np.maximum((typical[:, _of_year(days)] * there).sum(axis=1), 1.0)
    weight = told / (told + _TRUSTED_D)
    # Of a station that is new nothing at all is known: that is as uncertain as the first of its days.
    return weight * np.where(told > 0, own, 1.0) + 1 - weight, rules.typical_spread * (2 - weight), told


def _of_year(days: Sequence[date]) -> Ints:
    """The place of each day in a typical year of 365."""
    return np.array([min(day.timetuple().tm_yday, 365) - 1 for day in days], np.int64)


def _grid_days(station: Station) -> tuple[int, int]:
    """The first day on the grid, and the one after the last."""
    return station.grid_connected_on.toordinal(), (station.closed_on or date.max).toordinal()


def together(forecasts: Sequence[Forecast]) -> Forecast:
    """Many stations: their middles add up; half of what each is uncertain by is the weather, which they share."""
    rest = [one.p50_wh - one.to_date_wh for one in forecasts]
    to_date, middle = sum(one.to_date_wh for one in forecasts), sum(one.p50_wh for one in forecasts)

    def apart(sides: list[int]) -> int:
        alone = math.sqrt(sum(one * one for one in sides) / 2)
        return round(math.hypot(alone, sum(sides) * math.sqrt(0.5)))

    down = min(apart([one.p50_wh - one.p90_wh for one in forecasts]), sum(rest))
    up = apart([one.p10_wh - one.p50_wh for one in forecasts])
    left, told = max((one.days_left for one in forecasts), default=0), sum(one.record_days for one in forecasts)
    record = sum(one.record * weight for one, weight in zip(forecasts, rest, strict=True)) / max(sum(rest), 1)
    return Forecast(to_date, middle, middle - down, middle + up, left, record, told)


def typical_wh(registry: Registry, station_id: str, days: Sequence[date], rules: EnergyRules) -> Floats:
    """(n,) a typical day's energy of the station on each day; a year of them has the zone's typical hours. [Wh]"""
    found: Floats = typical_year(registry, [station_id], rules)[0, _of_year(days)]
    return found


def typical_year(registry: Registry, stations: Sequence[str], rules: EnergyRules) -> Floats:
    """(n, 365) a typical day's energy of each station on each day of a year. [Wh]"""
    known = [registry.stations[one] for one in stations]
    hours = {Zone.I: rules.typical_hours_i, Zone.II: rules.typical_hours_ii, Zone.III: rules.typical_hours_iii}
    of_year = np.array([hours[one.resource_zone] * one.capacity_dc_w for one in known], np.float64)
    places = tuple((one.lat, one.lon, float(one.tilt_deg), float(one.azimuth_deg)) for one in known)
    found: Floats = _year_shares(places) * of_year[:, None]
    return found


@lru_cache(maxsize=1000)
def _year_shares(stations: tuple[tuple[float, float, float, float], ...]) -> Floats:
    """(n, 365) each day's share of a year's clear-sky irradiation on modules at lat, lon, tilt and azimuth."""
    n, day = len(stations), np.arange(0, 375, _STEP_D, dtype=np.int64)
    lat, lon, tilt, azimuth = np.array(stations, np.float64).reshape(n, 4).T
    places = Places(("",) * n, lat, lon, tilt, azimuth, np.ones(n))
    start = np.tile(to_ms(day_start(date(2025, 1, 1))) + day * DAY_MS, n)
    station = np.repeat(np.arange(n), len(day))
    some = places.clear_wh(station, start, start + DAY_MS).reshape(n, len(day))
    part = np.arange(365) % _STEP_D / _STEP_D
    before = np.arange(365) // _STEP_D
    clear = some[:, before] * (1 - part) + some[:, before + 1] * part
    shares: Floats = clear / clear.sum(axis=1, keepdims=True)
    return shares

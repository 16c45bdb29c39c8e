"""What a month or year will bring: what it has brought, and a typical year's output scaled by the station's record.

A typical day of a station is its share of clear-sky irradiation over the year, times the zone's typical hours times
its capacity. The station's own days say how it compares with that.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

import numpy as np

from guangfu.clock import DAY_MS, day_start, to_ms
from guangfu.income.counters import Floats
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


@dataclass(frozen=True, slots=True)
class Forecast:
    """Energy of a period as a whole. [Wh]

    `p50_wh` is as likely exceeded as not, `p90_wh` exceeded in 90 cases of 100, `p10_wh` in 10. `to_date_wh` is what
    is there of it. `record` is the station's energy over a typical one's; `record_days` is how many days tell it.
    """

    to_date_wh: int
    p50_wh: int
    p90_wh: int
    p10_wh: int
    days_left: int
    record: float
    record_days: int


def forecast(
    registry: Registry,
    station_id: str,
    first: date,
    last: date,
    energy: Iterable[DailyEnergy],
    rules: EnergyRules,
    today: date,
) -> Forecast:
    """The station's energy from `first` to `last`, both included.

    Args:
        energy: The station's days, best of the last year; days of the period before `today` that have no figure
            are forecast as well.
        today: Days before it that are complete count as they are.
    """
    station = registry.stations[station_id]
    known = {row.day: row.energy_wh for row in energy if row.energy_wh is not None and row.complete and row.day < today}
    days = [
        first + timedelta(days=n)
        for n in range((last - first).days + 1)
        if _on_grid(station, first + timedelta(days=n))
    ]
    left = [day for day in days if day not in known]
    record, spread = _record(registry, station_id, known, rules)
    to_date = sum(known[day] for day in days if day in known)
    typical = float(typical_wh(registry, station_id, left, rules).sum()) if left else 0.0
    rest = typical * record
    uncertain = rest * math.hypot(spread, _DAY_SPREAD * math.sqrt(_MEMORY_D / max(len(left), 1)))
    low, high = (max(rest + sign * P90 * uncertain, 0.0) for sign in (-1, 1))
    return Forecast(
        to_date, to_date + round(rest), to_date + round(low), to_date + round(high), len(left), record, len(known)
    )


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


def _on_grid(station: Station, day: date) -> bool:
    return station.grid_connected_on <= day < (station.closed_on or date.max)


def _record(registry: Registry, station_id: str, known: dict[date, int], rules: EnergyRules) -> tuple[float, float]:
    """The station's energy over a typical one's, drawn to 1 while few days tell it; and its uncertainty."""
    if not known:
        return 1.0, rules.typical_spread * 2
    typical = float(typical_wh(registry, station_id, sorted(known), rules).sum())
    weight = len(known) / (len(known) + _TRUSTED_D)
    own = sum(known.values()) / max(typical, 1.0)
    return weight * own + 1 - weight, rules.typical_spread * (1 + (1 - weight))


def typical_wh(registry: Registry, station_id: str, days: Sequence[date], rules: EnergyRules) -> Floats:
    """(n,) a typical day's energy of the station on each day; a year of them has the zone's typical hours. [Wh]"""
    station = registry.stations[station_id]
    hours = {
        Zone.I: rules.typical_hours_i, Zone.II: rules.typical_hours_ii, Zone.III: rules.typical_hours_iii,
    }[station.resource_zone]  # fmt: skip
    share = np.array(_year_shares(station), np.float64)
    of_day = share[[min(day.timetuple().tm_yday, 365) - 1 for day in days]]
    found: Floats = of_day * hours * station.capacity_dc_w
    return found


@lru_cache(maxsize=100_000)
def _year_shares(station: Station) -> tuple[float, ...]:
    """Each of 365 days' share of a year's clear-sky irradiation on the modules."""
    values = [(station.lat, station.lon, station.tilt_deg, station.azimuth_deg, 1.0)]
    place = Places((station.station_id,), *np.array(values, np.float64).T)
    start = to_ms(day_start(date(2025, 1, 1))) + np.arange(365, dtype=np.int64) * DAY_MS
    clear = place.clear_wh(np.zeros(365, np.int64), start, start + DAY_MS)
    return tuple((clear / clear.sum()).tolist())

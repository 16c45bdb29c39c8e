"""Energy of a gap that crosses midnights, shared over its days.

What the register gained over the gap is known; which day it belongs to is not. It is shared in proportion to what a
clear sky would have given the station in each part, times what like stations nearby had of a clear day. Parts of a
gap add up to its register's difference exactly.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from guangfu.clock import CHINA, DAY_MS
from guangfu.income.counters import Bools, Counters, Floats, Ints
from guangfu.income.rules.models import EnergyRules
from guangfu.stations.models import Registry, Station
from guangfu.stations.sun import clear_sky_w_m2

TWO_SIDED_95: Final = 1.96
"""So many standard deviations on both sides hold 95 % of a normal distribution."""
_NODES: Final = 24
"""Instants at which a part of a day is looked at."""
_OFFSET_MS: Final = 8 * 3_600_000
assert CHINA.utcoffset(None).total_seconds() * 1000 == _OFFSET_MS


@dataclass(frozen=True, slots=True)
class Likeness:
    """What like stations had of a clear day: energy over installed capacity times clear-sky irradiation.

    `spread` is how far a station's day differs from it, one standard deviation, as a share.
    """

    index: float
    spread: float


Sky = Mapping[tuple[str, date], Likeness]
"""By station and local day; a day that is not there is taken to be like a clear one."""


@dataclass(frozen=True)
class Places:
    """Where m meters' modules are; every array is (m,). Capacity is the DC side's. [degrees, W]"""

    stations: tuple[str, ...]
    lat: Floats
    lon: Floats
    tilt: Floats
    azimuth: Floats
    capacity_w: Floats

    @staticmethod
    def of(registry: Registry, stations: list[str]) -> "Places":
        found = [registry.stations[station] for station in stations]
        columns = np.array([_place(station) for station in found], np.float64).reshape(len(found), 5)
        return Places(tuple(stations), *columns.T)

    def clear_wh(self, meter: Ints, from_ms: Ints, until_ms: Ints) -> Floats:
        """What the capacity would give under a clear sky in parts of days, without losses. [Wh]

        Args:
            meter: (n,) index of the meter
            from_ms: (n,) [ms since 1970 UTC]
            until_ms: (n,) at most a day later [ms since 1970 UTC]
        """
        length = (until_ms - from_ms)[:, None]
        at_ms = from_ms[:, None] + length * ((np.arange(_NODES) + 0.5) / _NODES)
        around = (self.lat, self.lon, self.tilt, self.azimuth)
        irradiance = clear_sky_w_m2(at_ms, *(values[meter][:, None] for values in around)).mean(axis=1)
        hours = (until_ms - from_ms) / 3_600_000
        wh: Floats = irradiance * hours * self.capacity_w[meter] / 1000
        return wh


def _place(station: Station) -> tuple[float, float, float, float, float]:
    return station.lat, station.lon, station.tilt_deg, station.azimuth_deg, float(station.capacity_dc_w)


@dataclass(frozen=True)
class Gaps:
    """The parts of g gaps, a part for each local day that a gap touches: k parts, in order of gap and day.

    Attributes:
        row: (g,) of the counters, where the gap begins
        gap: (k,) which gap the part is of
        meter: (k,)
        day: (k,) local days since 1970
        from_ms, until_ms: (k,) [ms since 1970 UTC]
        share: (k,) of the gap's energy; a gap's shares add up to 1
        spread: (k,) of the part, one standard deviation, as a share of it
        expected_wh: (k,) what like stations and the clear sky say of the part, before the factor [Wh]
        like: (k,) whether like stations were read on the day
    """

    row: Ints
    gap: Ints
    meter: Ints
    day: Ints
    from_ms: Ints
    until_ms: Ints
    share: Floats
    spread: Floats
    expected_wh: Floats
    like: Bools

    def until_share(self) -> Floats:
        """(k,) the share of the gap up to each part's end."""
        total = np.cumsum(self.share)
        first = np.searchsorted(self.gap, self.gap)
        before = np.where(first > 0, total[first - 1], 0.0)
        return np.minimum(total - before, 1.0)


def is_wide(counters: Counters, rules: EnergyRules) -> Bools:
    """(n,) whether a gap that must be shaped follows the reading: longer than readings are apart, over a midnight."""
    if len(counters.at_ms) == 0:
        return np.zeros(0, np.bool_)
    steps, day = np.diff(counters.at_ms), (counters.at_ms + _OFFSET_MS) // DAY_MS
    ends = (counters.at_ms[1:] + _OFFSET_MS - 1) // DAY_MS
    wide = (steps > rules.max_interval_min * 60_000) & (steps <= rules.max_shaped_gap_d * DAY_MS)
    return np.append(
        wide & ~counters.joined[1:] & (counters.meter[1:] == counters.meter[:-1]) & (ends > day[:-1]), False
    )


def shape(counters: Counters, rows: Ints, places: Places, sky: Sky, rules: EnergyRules) -> Gaps:
    """How the energy of each gap is shared over the days that it touches.

    Args:
        rows: (g,) of the counters, at which gaps begin.
        sky: What like stations had of a clear day.
    """
    begin, end = counters.at_ms[rows], counters.at_ms[rows + 1]
    first, last = (begin + _OFFSET_MS) // DAY_MS, (end + _OFFSET_MS - 1) // DAY_MS
    count = last - first + 1
    gap = np.repeat(np.arange(len(rows)), count)
    day = first[gap] + np.arange(len(gap)) - np.repeat(np.cumsum(count) - count, count)
    meter, start = counters.meter[rows][gap], day * DAY_MS - _OFFSET_MS
    from_ms, until_ms = np.maximum(begin[gap], start), np.minimum(end[gap], start + DAY_MS)
    index, spread, like = _likeness(places, meter, day, sky, rules)
    expected = places.clear_wh(meter, from_ms, until_ms) * index
    whole = until_ms - from_ms == DAY_MS
    spread = np.hypot(spread, np.where(whole, 0.0, rules.part_day_spread))
    share = _shares(gap, expected, (until_ms - from_ms).astype(np.float64), len(rows))
    return Gaps(rows, gap, meter, day, from_ms, until_ms, share, spread, expected, like)


def _likeness(places: Places, meter: Ints, day: Ints, sky: Sky, rules: EnergyRules) -> tuple[Floats, Floats, Bools]:
    days = {number: date.fromordinal(_EPOCH + number) for number in set(day.tolist())}
    clear = Likeness(1.0, rules.clear_sky_spread)
    found = [sky.get((places.stations[m], days[d])) for m, d in zip(meter.tolist(), day.tolist(), strict=True)]
    known = [one or clear for one in found]
    return (
        np.array([one.index for one in known], np.float64),
        np.array([one.spread for one in known], np.float64),
        np.array([one is not None for one in found], np.bool_),
    )


_EPOCH: Final = date(1970, 1, 1).toordinal()


def _shares(gap: Ints, expected: Floats, elapsed: Floats, gaps: int) -> Floats:
    """By what is expected; by time where nothing is, as at night."""
    total = np.bincount(gap, expected, gaps)
    by_time = total <= 0
    weight = np.where(by_time[gap], elapsed, expected)
    share: Floats = weight / np.bincount(gap, weight, gaps)[gap]
    return share


def variance(gaps: Gaps, lost_spread: Floats) -> tuple[Floats, Floats]:
    """How uncertain each part's share is, and what each adds to its month.

    A part's own error moves its share up and all others down: with parts p and spreads s, the share's variance is
    p² ((1 - 2 p) s² + sum of p² s²), and that of the parts of one month together likewise. The latter stands at the
    gap's last part in that month, and is nothing where the gap is within the month.

    Args:
        lost_spread: (g,) of the gap's energy as a whole; 0 where the register tells it.

    Returns:
        (k,) variance of each share; (k,) of the month's, both of the gap's energy squared.
    """
    p, own = gaps.share, gaps.share**2 * gaps.spread**2
    both = np.bincount(gaps.gap, own, len(gaps.row))[gaps.gap]
    # What was lost is uncertain as a whole: by its parts' own errors, which no register holds together, and by more.
    whole = np.where(lost_spread[gaps.gap] > 0, (lost_spread[gaps.gap] ** 2 + both) * p**2, 0.0)
    of_part = p**2 * (gaps.spread**2 * (1 - 2 * p) + both) + whole
    month = (gaps.day.astype("datetime64[D]").astype("datetime64[M]")).astype(np.int64)
    new = np.append(True, (np.diff(gaps.gap) > 0) | (np.diff(month) > 0))[: len(p)]
    group = np.cumsum(new) - 1
    last = np.append(new[1:], True)[: len(p)]
    part = np.bincount(group, p)[group] if len(p) else p
    errors = np.bincount(group, own)[group] if len(p) else p
    of_whole = np.where(lost_spread[gaps.gap] > 0, (lost_spread[gaps.gap] ** 2 + both) * part**2, 0.0)
    of_month = errors * (1 - 2 * part) + part**2 * both + of_whole
    return np.maximum(of_part, 0.0), np.where(last, np.maximum(of_month, 0.0), 0.0)

"""Steps of which no register tells the energy: the counter was reset, leapt, or its meter was exchanged.

What like stations had of a clear day, times what a clear sky would have given this one, is what such a step is
estimated to hold, at least what the counter shows after it. Where nobody can tell that, the step counts what it shows,
and the energy may be as much more as under that sky.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from guangfu.clock import DAY_MS
from guangfu.income.counters import EXCHANGED, Bools, Counters, Floats, Ints
from guangfu.income.gaps import Gaps, Places, Sky, shape
from guangfu.income.meters import GatewayMeters
from guangfu.income.rules.models import EnergyRules


@dataclass(frozen=True)
class LostSteps:
    """Counters with what was estimated, and what is not known of the other steps.

    Attributes:
        rows: Of the counters, at which estimated steps begin.
        more_wh: What each of them was given beyond what the counter shows, before the factor [Wh]
        unknown: The parts of the steps that could not be estimated.
        unknown_wh: (k,) what each part may have had beyond what is counted, with the factor [Wh]
    """

    counters: Counters
    rows: Ints
    more_wh: Ints
    unknown: Gaps
    unknown_wh: Floats


def estimate_lost(
    c: Counters, meters: GatewayMeters, places: Places, days: Sequence[date], rules: EnergyRules, sky: Sky
) -> LostSteps:
    """Estimates the steps of stations' single meters on whose days like stations were read; if the rules allow it.

    Args:
        days: Those of `meters`.
    """
    rows = np.flatnonzero((c.faults[1:] > 0) & (np.diff(c.at_ms) <= rules.max_shaped_gap_d * DAY_MS))
    gaps = shape(c, rows, places, sky, rules)
    day = np.clip(gaps.day - (days[0] - date(1970, 1, 1)).days, 0, len(days) - 1)
    factor = meters.factor[gaps.meter, day]
    expected = np.bincount(gaps.gap, gaps.expected_wh / factor, len(rows)).astype(np.int64)
    more = np.maximum(expected - (c.grown_wh[rows + 1] - c.grown_wh[rows]), 0)
    untold = ~gaps.like | ~_alone(c, gaps, meters)
    told = (np.bincount(gaps.gap, untold, len(rows)) == 0) & bool(rules.estimate_lost)
    unknown = shape(c, rows[~told], places, sky, rules)
    unknown_wh = unknown.share * more[~told][unknown.gap] * factor[~told[gaps.gap]]
    return LostSteps(_with(c, rows[told], more[told]), rows[told], more[told], unknown, unknown_wh)


def _alone(c: Counters, gaps: Gaps, meters: GatewayMeters) -> Bools:
    """(k,) whether the meter is its station's only one on the part's day, but for the one that it replaces."""
    beside = {meter: group for group in meters.of_station.values() for meter in group}
    valid = [
        sum(meters.begin_day[one] <= day < meters.end_day[one] for one in beside[meter])
        for meter, day in zip(gaps.meter.tolist(), gaps.day.tolist(), strict=True)
    ]
    begins = np.append(True, gaps.gap[1:] != gaps.gap[:-1])[: len(gaps.gap)]
    replaces = begins & (c.faults[gaps.row + 1] == EXCHANGED)[gaps.gap]
    alone: Bools = np.array(valid, np.int64) <= 1 + replaces
    return alone


def _with(c: Counters, rows: Ints, more_wh: Ints) -> Counters:
    """Within a meter only differences count, so what is added may go on into the next one."""
    more = np.zeros(len(c.at_ms), np.int64)
    more[rows + 1] = more_wh
    faults = c.faults.copy()
    faults[rows + 1] = 0
    return replace(c, grown_wh=c.grown_wh + np.cumsum(more), faults=faults)

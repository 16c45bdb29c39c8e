"""Energy of each gateway meter and day: what its counter says at midnights, and how sure that is.

A day's energy is the register at its end less the register at its start, times the multiplication factor of the
day: the reading at midnight bounds both days. So a day whose two bounds are known is exact, whatever is missing
between them; a bound within a gap is shaped, see `guangfu.income.gaps`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from guangfu.clock import DAY_MS, day_start, to_ms
from guangfu.income.counters import STEP_FAULTS, Bools, Counters, Floats, Ints
from guangfu.income.gaps import TWO_SIDED_95, Gaps, Places, Sky, is_wide, shape, variance
from guangfu.income.lost_steps import LostSteps, estimate_lost
from guangfu.income.meters import GatewayMeters
from guangfu.income.reasons import Reason
from guangfu.income.rules.models import EnergyRules

REASONS: Final = (
    None, *STEP_FAULTS, Reason.SHAPED_GAP, Reason.ESTIMATED_LOST, Reason.AWAITING_MIDNIGHT,
    Reason.LOW_COVERAGE, Reason.GAP_AT_MIDNIGHT, Reason.NO_START_READING, Reason.NO_READINGS, Reason.NO_METER,
)  # fmt: skip
"""By their number in `MeterDays.reason`: first those that stand beside a figure, then those instead of one."""
_SHAPED, _LOST, AWAITING, _LOW, _GAP, _NO_START, _NO_READINGS, NO_METER = range(4, 12)


@dataclass(frozen=True)
class MeterDays:
    """Figures of each meter and day; every array is (meters, days), energy with the factor. [Wh]

    `spread_wh2` is the variance of the energy, `month_wh2` of what the day adds to its month; `down_wh` and `up_wh`
    are how far the true energy can be below and above at most.
    """

    energy_wh: Ints
    interpolated_wh: Ints
    covered_ms: Ints
    due_ms: Ints
    complete: Bools
    reason: NDArray[np.int8]
    shaped: Bools
    spread_wh2: Floats
    month_wh2: Floats
    down_wh: Floats
    up_wh: Floats


@dataclass(frozen=True)
class _Bound:
    """What the counters say at an instant for each meter and day; every array is (meters, days).

    `before` is the row of the last reading at or before the instant, `after` of the first one after it, -1 where
    there is none. `wide` marks a straight line between neighbours that are more than `max_interval_min` apart.
    """

    at_ms: Ints
    before: Ints
    after: Ints
    exact: Bools
    known: Bools
    wide: Bools
    grown_wh: Ints

    def at(self, days: slice) -> "_Bound":
        return _Bound(**{field.name: getattr(self, field.name)[:, days] for field in fields(self)})


@dataclass(frozen=True)
class _Shaped:
    """The shaped gaps, and what is known of midnights in them.

    Attributes:
        gaps: Their parts.
        lost: (g,) whether the counter was lost within the gap, and its energy is an estimate as a whole
        known: (meters, days + 1) midnights within them
        grown_wh: (meters, days + 1) the counter there
    """

    gaps: Gaps
    lost: Bools
    known: Bools
    grown_wh: Ints


def meter_days(
    c: Counters, meters: GatewayMeters, places: Places, days: Sequence[date], rules: EnergyRules, sky: Sky, now_ms: int
) -> MeterDays:
    """Figures of all `meters` on consecutive `days`; `sky` shapes gaps, see `guangfu.income.gaps`."""
    lost = estimate_lost(c, meters, places, days, rules, sky)
    c = lost.counters
    shaped = _shaped(c, lost.rows, places, days, len(meters.index), rules, sky)
    d = _day_bounds(c, meters, shaped, days, rules, now_ms)
    first_wh, last_wh = _at(c.grown_wh, d.first_row), _at(c.grown_wh, d.last_row)
    energy = np.where(d.end.known, d.end.grown_wh, last_wh) - np.where(d.starts_inside, first_wh, d.start.grown_wh)
    measured = np.where(d.inside, last_wh - first_wh, 0)
    covered, due = _covered_ms(c, d, rules), np.maximum(d.until_ms - d.from_ms, 0)
    missing = _missing(c, d, rules, covered < rules.coverage_floor * due)
    faults = _step_faults(c, _midnights(days), missing.shape)
    parts = _Parts.of(c, shaped, lost, meters.factor, days, rules.lost_spread)
    beside = [missing > 0, d.open_end & d.over, parts.lost, faults > 0, parts.shaped]
    return MeterDays(
        energy_wh=energy * meters.factor,
        interpolated_wh=(energy - measured) * meters.factor,
        covered_ms=covered,
        due_ms=due,
        complete=(d.end.known | d.ends_inside) & d.over,
        reason=np.select(beside, [missing, AWAITING, _LOST, faults, _SHAPED], 0).astype(np.int8),
        shaped=parts.shaped,
        spread_wh2=parts.spread_wh2,
        month_wh2=parts.month_wh2,
        down_wh=parts.down_wh,
        up_wh=parts.up_wh,
    )


def _shaped(
    c: Counters, lost_rows: Ints, places: Places, days: Sequence[date], meters: int, rules: EnergyRules, sky: Sky
) -> _Shaped:
    """Gaps whose energy the register tells, or gives a bound of, or that was estimated."""
    known = np.zeros((meters, len(days) + 1), np.bool_)
    grown = np.zeros(known.shape, np.int64)
    wide, begin, end = is_wide(c, rules), _midnights(days)[0], _midnights(days)[-1]
    wide[:-1] &= (c.at_ms[1:] > begin) & (c.at_ms[:-1] < end)
    wide[:-1] &= (c.faults[1:] == 0) | (np.diff(c.at_ms) <= rules.max_gap_h * 3_600_000)
    wide[lost_rows] = True
    rows = np.flatnonzero(wide)
    gaps = shape(c, rows, places, sky, rules)
    whole = (c.grown_wh[np.minimum(rows + 1, len(c.at_ms) - 1)] - c.grown_wh[rows])[gaps.gap]
    midnight = gaps.day + 1 - _day_number(days[0])
    inside = np.append(gaps.gap[1:] == gaps.gap[:-1], False)[: len(gaps.gap)]
    inside &= (midnight >= 0) & (midnight <= len(days))
    at = gaps.meter[inside], midnight[inside]
    known[at] = True
    grown[at] = (c.grown_wh[rows][gaps.gap] + np.round(gaps.until_share() * whole).astype(np.int64))[inside]
    return _Shaped(gaps, np.isin(rows, lost_rows), known, grown)


@dataclass(frozen=True)
class _Parts:
    """What the parts of gaps make of each meter and day."""

    shaped: Bools
    lost: Bools
    spread_wh2: Floats
    month_wh2: Floats
    down_wh: Floats
    up_wh: Floats

    @staticmethod
    def of(
        c: Counters, s: _Shaped, steps: LostSteps, factor: Ints, days: Sequence[date], lost_spread: float
    ) -> "_Parts":
        gaps = s.gaps
        day = gaps.day - _day_number(days[0])
        whole = (c.grown_wh[np.minimum(gaps.row + 1, len(c.at_ms) - 1)] - c.grown_wh[gaps.row])[gaps.gap]
        energy = whole * factor[gaps.meter, np.clip(day, 0, len(days) - 1)].astype(np.float64)
        of_part, of_month = variance(gaps, np.where(s.lost, lost_spread, 0.0))
        lost = s.lost[gaps.gap]
        # What the register shows after it was lost is certain: only what was given beyond that may not have been.
        more = np.zeros(len(s.lost))
        more[s.lost] = steps.more_wh
        doubtful = np.where(lost, more[gaps.gap] / np.maximum(whole, 1), 1.0)

        def summed(values: Floats | Bools) -> Floats:
            return _by_day(gaps, values, factor.shape, days)

        up_wh = _by_day(steps.unknown, steps.unknown_wh, factor.shape, days)
        # As far as its bound, whatever else is uncertain of the day.
        unknown_wh2 = (up_wh / TWO_SIDED_95) ** 2
        return _Parts(
            shaped=(summed(np.ones(len(day))) > 0) | (up_wh > 0),
            lost=summed(lost) > 0,
            spread_wh2=summed(of_part * energy**2) + unknown_wh2,
            month_wh2=summed(of_month * energy**2) + unknown_wh2,
            down_wh=summed(gaps.share * energy * doubtful),
            up_wh=summed(np.where(lost, np.inf, (1 - gaps.share) * energy)) + up_wh,
        )


def _by_day(gaps: Gaps, values: Floats | Bools, shape_: tuple[int, ...], days: Sequence[date]) -> Floats:
    """Sums over the parts of each meter and day."""
    day = gaps.day - _day_number(days[0])
    within = (day >= 0) & (day < len(days))
    total = np.zeros(shape_)
    np.add.at(total, (gaps.meter[within], day[within]), values[within])
    return total


def _bounds(c: Counters, at_ms: Ints, s: _Shaped, rules: EnergyRules) -> _Bound:
    """The register at midnights: read, shaped, or on a line between neighbours that are near enough."""
    n, meter = len(c.meter), np.arange(len(at_ms))[:, None]
    places = _places(c, at_ms)
    before = np.where((places > 0) & (_at(c.meter, places - 1) == meter), places - 1, -1)
    after = np.where((places < n) & (_at(c.meter, places) == meter), places, -1)
    since = at_ms - _at(c.at_ms, before)
    gap = _at(c.at_ms, after) - _at(c.at_ms, before)
    exact = (before >= 0) & (since == 0)
    between = ~exact & ~s.known & (before >= 0) & (after >= 0) & (gap <= rules.max_gap_h * 3_600_000)
    grown = _at(c.grown_wh, before)
    step = np.where(between, (_at(c.grown_wh, after) - grown) * since + gap // 2, 0) // np.maximum(gap, 1)
    wide = between & (gap > rules.max_interval_min * 60_000)
    return _Bound(
        at_ms, before, after, exact, exact | between | s.known, wide, np.where(s.known, s.grown_wh, grown + step)
    )


def _places(counters: Counters, at_ms: Ints) -> Ints:
    """For each meter and instant, the row after its last reading at or before the instant."""
    origin = min(int(counters.at_ms.min(initial=int(at_ms.min()))), int(at_ms.min()))
    span = max(int(counters.at_ms.max(initial=int(at_ms.max()))), int(at_ms.max())) - origin + 2
    keys = counters.meter * span + counters.at_ms - origin
    wanted = np.arange(len(at_ms))[:, None] * span + at_ms - origin
    return np.searchsorted(keys, wanted, "right").astype(np.int64)


def _at(values: Ints, rows: Ints) -> Ints:
    """`values` at `rows`; anything where there is no such row."""
    return values[np.clip(rows, 0, len(values) - 1)] if len(values) else np.full(rows.shape, -1, np.int64)


@dataclass(frozen=True)
class _Days:
    """How each meter's day begins and ends; every array is (meters, days).

    A meter's first valid day may begin, and its last end, at a reading: that is an exchange. A day without a later
    reading has an open end: it is counted up to its last reading, until the silence is longer than any gap may be.
    So the day is then what it is once the next reading has come, which accounting need not wait for.
    """

    start: _Bound
    end: _Bound
    first_row: Ints
    last_row: Ints
    inside: Bools
    over: Bools
    starts_inside: Bools
    ends_inside: Bools
    open_end: Bools
    from_ms: Ints
    until_ms: Ints


def _day_bounds(
    c: Counters, meters: GatewayMeters, shaped: _Shaped, days: Sequence[date], rules: EnergyRules, now_ms: int
) -> _Days:
    midnights = np.broadcast_to(_midnights(days), (len(meters.index), len(days) + 1))
    bounds = _bounds(c, midnights, shaped, rules)
    start, end = bounds.at(slice(None, -1)), bounds.at(slice(1, None))
    first_row, last_row = np.where(start.exact, start.before, start.after), end.before
    inside = (first_row >= 0) & (last_row >= first_row)
    over = now_ms >= end.at_ms
    starts_inside = ~start.known & meters.first & inside & (start.before < 0)
    ends_inside = ~end.known & meters.last & inside & over & (end.after < 0)
    may_come = now_ms - _at(c.at_ms, last_row) <= rules.max_gap_h * 3_600_000
    horizon = np.clip(now_ms, start.at_ms, end.at_ms)
    return _Days(
        start, end, first_row, last_row, inside, over, starts_inside, ends_inside,
        open_end=~end.known & ~ends_inside & (end.after < 0) & may_come,
        from_ms=np.where(starts_inside, _at(c.at_ms, first_row), start.at_ms),
        until_ms=np.where(ends_inside, _at(c.at_ms, last_row), horizon),
    )  # fmt: skip


def _day_number(day: date) -> int:
    """Local days since 1970-01-01."""
    return day.toordinal() - date(1970, 1, 1).toordinal()


def _midnights(days: Sequence[date]) -> Ints:
    return to_ms(day_start(days[0])) + DAY_MS * np.arange(len(days) + 1, dtype=np.int64)


def _missing(c: Counters, d: _Days, rules: EnergyRules, low: Bools) -> Ints:
    """Why a day has no figure, 0 where it has one."""
    silent = d.until_ms - _at(c.at_ms, d.last_row) > rules.max_interval_min * 60_000
    rests_on_a_gap = d.start.wide | d.end.wide | (d.open_end & silent)
    start_known, end_known = d.start.known | d.starts_inside, d.end.known | d.ends_inside | d.open_end
    empty = ~d.inside & ~(d.start.known & d.end.known)
    within_a_gap = empty & (d.start.before >= 0) & (d.end.after >= 0)
    return np.select(
        [within_a_gap, empty, ~start_known & (d.start.before < 0), ~start_known | ~end_known, rests_on_a_gap & low],
        [_GAP, _NO_READINGS, _NO_START, _GAP, _LOW],
        0,
    )


def _covered_ms(c: Counters, d: _Days, rules: EnergyRules) -> Ints:
    """Time between readings that are near each other; on a day that runs, the time since the last one too."""
    most = int(rules.max_interval_min * 60_000)
    steps = np.diff(c.at_ms)
    near = np.append(((steps <= most) | c.joined[1:]) & (np.diff(c.meter) == 0), False)
    sums = np.concatenate([[0], np.cumsum(np.where(near[:-1], steps, 0))]) if len(near) > 1 else np.zeros(1, np.int64)

    def up_to(at_ms: Ints) -> Ints:
        rows = _places(c, at_ms) - 1
        part = np.where(_at(near[: len(c.meter)].astype(np.int64), rows) == 1, at_ms - _at(c.at_ms, rows), 0)
        return np.where(rows >= 0, _at(sums, rows) + part, 0)

    trailing = d.until_ms - np.maximum(_at(c.at_ms, d.last_row), d.from_ms)
    counts = d.open_end & ~d.over & d.inside & (trailing <= most)
    return up_to(d.until_ms) - up_to(d.from_ms) + np.where(counts, np.maximum(trailing, 0), 0)


def _step_faults(c: Counters, midnights: Ints, shape: tuple[int, ...]) -> NDArray[np.int8]:
    """The number of the fault of a step that touches the day, 0 if none does."""
    marks = np.zeros(shape, np.int8)
    rows = np.flatnonzero(c.faults)
    first = np.searchsorted(midnights, c.at_ms[rows - 1], "right") - 1
    last = np.searchsorted(midnights, c.at_ms[rows], "left") - 1
    touched = np.stack([c.meter[rows], np.maximum(first, 0), last, c.faults[rows]], axis=1)
    for meter, start, end, fault in np.unique(touched, axis=0).tolist():
        marks[meter, start : end + 1] = fault
    return marks

"""Daily energy of stations from the registers of their gateway meters; docs/income.md has each rule and its reason.

A day's energy is the register at its end less the register at its start, times the multiplication factor of the
day: the reading at midnight bounds both days. So a day whose two bounds are known is exact, whatever is missing
between them.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from guangfu.clock import DAY_MS, day_start, to_ms
from guangfu.income.counters import STEP_FAULTS, Bools, Counters, Ints, Registers, grow
from guangfu.income.figures import DailyEnergy
from guangfu.income.meters import GatewayMeters, gateway_meters
from guangfu.income.reasons import Reason
from guangfu.income.rules.models import EnergyRules, Rules
from guangfu.stations.models import Registry

_REASONS: Final = (
    None, *STEP_FAULTS, Reason.AWAITING_MIDNIGHT,
    Reason.LOW_COVERAGE, Reason.GAP_AT_MIDNIGHT, Reason.NO_START_READING, Reason.NO_READINGS,
)  # fmt: skip
"""By their number in `_MeterDays.reason`: first those that stand beside a figure, then those instead of one."""
_AWAITING, _LOW, _GAP, _NO_START, _NO_READINGS = range(3, 8)


def daily_energy(
    registers: Registers, registry: Registry, asked: Collection[tuple[str, date]], rules: Rules, now: datetime
) -> list[DailyEnergy]:
    """The energy of each asked station and day.

    Args:
        registers: Readings of the stations' meters, best from `rules.energy.max_gap_h` before the first asked day
            to as long after the last; fewer only make figures missing, never wrong.
        registry: Which devices are gateway meters, when, with which factor and register.
        asked: Station ids and local days; a station that the registry does not have is left out.
        rules: Its `energy` and its `version` count here.
        now: Decides which day is not over: its energy is up to its last reading. [aware]

    Returns:
        One row per asked pair, sorted by station and day. Order and repetition of the readings change nothing.
    """
    wanted = sorted(pair for pair in set(asked) if pair[0] in registry.stations)
    if not wanted:
        return []
    days = _days(wanted)
    meters = gateway_meters(registry, {station for station, _ in wanted}, days, rules.energy.plausible_factor)
    figures = _meter_days(grow(registers, meters.index, meters.limits), meters, days, rules.energy, to_ms(now))
    computed_at = now.astimezone(UTC)
    return [
        _station_day(station, day, figures, _valid_meters(meters, station, (day - days[0]).days), rules, computed_at)
        for station, day in wanted
    ]


def _days(wanted: Sequence[tuple[str, date]]) -> list[date]:
    first, last = min(day for _, day in wanted), max(day for _, day in wanted)
    return [first + timedelta(days=i) for i in range((last - first).days + 1)]


@dataclass(frozen=True)
class _MeterDays:
    """Figures of each meter and day, [meter][day]: lists, since they are picked one by one."""

    energy_wh: list[list[int]]
    interpolated_wh: list[list[int]]
    covered_ms: list[list[int]]
    due_ms: list[list[int]]
    complete: list[list[bool]]
    reason: list[list[int]]


@dataclass(frozen=True)
class _Bound:
    """What the counters say at an instant for each meter and day; every array is (meters, days).

    `before` is the row of the last reading at or before the instant, `after` of the first one after it, -1 where
    there is none. `wide` marks an interpolation between neighbours that are more than `max_interval_min` apart.
    """

    at_ms: Ints
    before: Ints
    after: Ints
    exact: Bools
    known: Bools
    wide: Bools
    grown_wh: Ints


def _bound(counters: Counters, at_ms: Ints, rules: EnergyRules) -> _Bound:
    """The register at instants: read, or interpolated between neighbours that are near enough."""
    n, meter = len(counters.meter), np.arange(len(at_ms))[:, None]
    places = _places(counters, at_ms)
    before = np.where((places > 0) & (_at(counters.meter, places - 1) == meter), places - 1, -1)
    after = np.where((places < n) & (_at(counters.meter, places) == meter), places, -1)
    since = at_ms - _at(counters.at_ms, before)
    gap = _at(counters.at_ms, after) - _at(counters.at_ms, before)
    exact = (before >= 0) & (since == 0)
    between = ~exact & (before >= 0) & (after >= 0) & (gap <= rules.max_gap_h * 3_600_000)
    grown = _at(counters.grown_wh, before)
    step = np.where(between, (_at(counters.grown_wh, after) - grown) * since + gap // 2, 0) // np.maximum(gap, 1)
    wide = between & (gap > rules.max_interval_min * 60_000)
    return _Bound(at_ms, before, after, exact, exact | between, wide, grown + step)


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


def _day_bounds(c: Counters, meters: GatewayMeters, days: Sequence[date], rules: EnergyRules, now_ms: int) -> _Days:
    midnights = np.broadcast_to(_midnights(days), (len(meters.index), len(days) + 1))
    start, end = _bound(c, midnights[:, :-1], rules), _bound(c, midnights[:, 1:], rules)
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


def _midnights(days: Sequence[date]) -> Ints:
    return to_ms(day_start(days[0])) + DAY_MS * np.arange(len(days) + 1, dtype=np.int64)


def _meter_days(
    c: Counters, meters: GatewayMeters, days: Sequence[date], rules: EnergyRules, now_ms: int
) -> _MeterDays:
    d = _day_bounds(c, meters, days, rules, now_ms)
    first_wh, last_wh = _at(c.grown_wh, d.first_row), _at(c.grown_wh, d.last_row)
    energy = np.where(d.end.known, d.end.grown_wh, last_wh) - np.where(d.starts_inside, first_wh, d.start.grown_wh)
    measured = np.where(d.inside, last_wh - first_wh, 0)
    covered, due = _covered_ms(c, d, rules), np.maximum(d.until_ms - d.from_ms, 0)
    missing = _missing(c, d, rules, covered < rules.coverage_floor * due)
    faults = _step_faults(c, _midnights(days), missing.shape)
    return _MeterDays(
        energy_wh=(energy * meters.factor).tolist(),
        interpolated_wh=((energy - measured) * meters.factor).tolist(),
        covered_ms=covered.tolist(),
        due_ms=due.tolist(),
        complete=((d.end.known | d.ends_inside) & d.over).tolist(),
        reason=np.select([missing > 0, d.open_end & d.over], [missing, _AWAITING], faults).tolist(),
    )


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
    near = np.append((steps <= most) & (np.diff(c.meter) == 0), False)
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


def _valid_meters(meters: GatewayMeters, station: str, day: int) -> list[tuple[int, int]]:
    return [(meter, day) for meter in meters.of_station.get(station, ()) if meters.valid[meter, day]]


def _station_day(
    station: str, day: date, f: _MeterDays, places: Sequence[tuple[int, int]], rules: Rules, computed_at: datetime
) -> DailyEnergy:
    """The sum of the station's meters; one that has no figure leaves the station without."""
    worst = max((f.reason[meter][at] for meter, at in places), default=0)
    known = bool(places) and worst <= _AWAITING
    due = _sum(f.due_ms, places)
    return DailyEnergy(
        station_id=station,
        day=day,
        energy_wh=_sum(f.energy_wh, places) if known else None,
        interpolated_wh=_sum(f.interpolated_wh, places) if known else None,
        coverage=min(_sum(f.covered_ms, places) / due, 1.0) if due else float(known),
        reason=_code(_REASONS[worst] if places else Reason.NO_METER),
        complete=bool(places) and all(f.complete[meter][at] for meter, at in places),
        rules_version=rules.version,
        computed_at=computed_at,
    )


def _sum(values: list[list[int]], places: Iterable[tuple[int, int]]) -> int:
    return sum(values[meter][at] for meter, at in places)


def _code(reason: Reason | None) -> str | None:
    """A plain string, as it comes back from SQL."""
    return None if reason is None else reason.value

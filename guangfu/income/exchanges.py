"""An exchanged meter's last reading, as the point from which its successor counts.

What the station gave between the old meter's last reading and the new one's first is in no register. So the new
meter's counter is thought to begin where the old one was last read, with a step of which nothing is known: it is
estimated, or bounded, as any other step that a counter lost, see `guangfu.income.lost_steps`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from guangfu.clock import DAY_MS, day_start, to_ms
from guangfu.income.counters import EXCHANGED, Counters
from guangfu.income.meters import GatewayMeters
from guangfu.income.rules.models import EnergyRules

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class _Exchange:
    """Meters by number, rows of the counters, instants. [ms since 1970 UTC]"""

    old: int
    new: int
    first_row: int
    last_ms: int


def with_exchanges(
    c: Counters, meters: GatewayMeters, days: Sequence[date], rules: EnergyRules
) -> tuple[Counters, GatewayMeters]:
    """The same, with each new meter beginning at the old one's last reading, and valid from then on.

    An exchange counts as one where a single meter of a station ends on the day on which a single other one begins,
    or the day after, and both readings are known, in this order and at most `max_shaped_gap_d` apart.
    """
    found = [one for one in _exchanges(c, meters) if _gap_ms(c, one) <= rules.max_shaped_gap_d * DAY_MS]
    return (_with_steps(c, found), _with_validity(meters, days, found)) if found else (c, meters)


def _exchanges(c: Counters, meters: GatewayMeters) -> Iterator[_Exchange]:
    for old, new in _successors(meters):
        last = int(np.searchsorted(c.meter, old, "right")) - 1
        first = int(np.searchsorted(c.meter, new, "left"))
        read = last >= 0 and c.meter[last] == old and first < len(c.meter) and c.meter[first] == new
        if read and c.at_ms[last] < c.at_ms[first]:
            yield _Exchange(old, new, first, int(c.at_ms[last]))


def _successors(meters: GatewayMeters) -> Iterator[tuple[int, int]]:
    for group in meters.of_station.values():
        pairs = [
            (old, new)
            for old in group
            for new in group
            if meters.begin_day[old] < meters.begin_day[new] and 0 <= meters.end_day[old] - meters.begin_day[new] <= 1
        ]
        olds, news = [old for old, _ in pairs], [new for _, new in pairs]
        yield from ((old, new) for old, new in pairs if olds.count(old) == 1 and news.count(new) == 1)


def _gap_ms(c: Counters, one: _Exchange) -> int:
    return int(c.at_ms[one.first_row]) - one.last_ms


def _with_steps(c: Counters, exchanges: Sequence[_Exchange]) -> Counters:
    rows = np.array([one.first_row for one in exchanges], np.int64)
    faults, joined = c.faults.copy(), c.joined.copy()
    faults[rows], joined[rows] = EXCHANGED, False
    return Counters(
        meter=np.insert(c.meter, rows, c.meter[rows]),
        at_ms=np.insert(c.at_ms, rows, [one.last_ms for one in exchanges]),
        grown_wh=np.insert(c.grown_wh, rows, c.grown_wh[rows]),
        faults=np.insert(faults, rows, 0),
        joined=np.insert(joined, rows, False),
    )


def _with_validity(meters: GatewayMeters, days: Sequence[date], exchanges: Sequence[_Exchange]) -> GatewayMeters:
    """The reading bounds a day of both meters; one at midnight is the old one's end, and the new one's beginning."""
    valid, first, last = meters.valid.copy(), meters.first.copy(), meters.last.copy()
    begin_day, end_day = meters.begin_day.copy(), meters.end_day.copy()
    day = np.arange(len(days)) + (days[0] - _EPOCH).days
    origin = to_ms(day_start(_EPOCH))
    for one in exchanges:
        begins, ends = (one.last_ms - origin) // DAY_MS, (one.last_ms - 1 - origin) // DAY_MS
        valid[one.old] &= day <= ends
        last[one.old] = valid[one.old] & (day == ends)
        valid[one.new] |= (day >= begins) & (day < meters.begin_day[one.new])
        first[one.new] = valid[one.new] & (day == begins)
        begin_day[one.new], end_day[one.old] = min(begins, begin_day[one.new]), min(ends + 1, end_day[one.old])
    return replace(meters, valid=valid, first=first, last=last, begin_day=begin_day, end_day=end_day)

"""Leaves out readings that tell nothing about a day's energy, so that a year of a fleet is small.

Between the first and the last reading of a day, as long as the register moves plausibly and readings are near each
other, only the two ends count. What stays is marked as joined to what stayed before it, so the rules of
`guangfu.income.energy` give the same figures from a hundredth of the rows.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from guangfu.clock import CHINA, DAY_MS
from guangfu.income.counters import Bools, CodedRegisters, Ints

_OFFSET_MS: Final = 8 * 3_600_000
_TIME_BITS: Final = 40
"""Of milliseconds: 34 years."""
assert CHINA.utcoffset(None).total_seconds() * 1000 == _OFFSET_MS  # a fixed offset, see guangfu.clock


def thinned(rows: CodedRegisters, most_wh: Ints, near_ms: int) -> CodedRegisters:
    """The rows without which `daily_energy` would give another figure.

    A step is doubtful when it falls, rises by more than `most_wh`, or takes longer than `near_ms`. All
    readings beside a doubtful step stay, and the first and last of each meter and local day.

    Args:
        rows: Any meters, in any order; a later row replaces an earlier one of the same meter and instant, as
            in a database that only appends. None is thinned yet.
        most_wh: By code, what a register can gain within `counters.LEAST_ELAPSED_MS`. [Wh, before the factor]
        near_ms: Readings at most so far apart cover the time between them. [ms]

    Returns:
        Sorted by code and time, one row an instant.
    """
    assert rows.joined is None, "thinned twice"
    rows = _in_order(rows)
    codes, at_ms = rows.codes, rows.at_ms
    if len(codes) == 0:
        return replace(rows, joined=np.zeros(0, np.bool_))
    doubtful = _doubtful(rows, most_wh, near_ms)
    keep = doubtful.copy()
    keep[1:] |= doubtful[:-1]
    keep[:-1] |= doubtful[1:]
    keep[:-2] |= doubtful[2:]
    keep[-1] = True
    _keep_ends_of_days(keep, at_ms)
    kept = np.flatnonzero(keep)
    joined = ~(doubtful[kept] | doubtful[kept - 1] | doubtful[np.minimum(kept + 1, len(codes) - 1)])
    return CodedRegisters(rows.names, codes[kept], at_ms[kept], rows.register_wh[kept], joined)


def most_at_once_wh(names: Sequence[tuple[str, str]], limits: dict[tuple[str, str], float]) -> Ints:
    """`most_wh` of `thinned` for each name: what a quarter of an hour can give; 0 for a meter nobody knows."""
    return np.array([int(limits.get(name, 0.0) / 4) for name in names], np.int64)


def _in_order(rows: CodedRegisters) -> CodedRegisters:
    """Sorted by code and time, one row an instant, the one written last; a missing register is left out."""
    present = rows.register_wh >= 0
    rows = rows if present.all() else _picked(rows, present)
    # Rows that come by time need only be put by meter: for 16 bits that is a radix sort.
    codes = rows.codes.astype(np.uint16, copy=False) if len(rows.names) <= 1 << 16 else rows.codes
    order = np.argsort(codes, kind="stable")
    codes, at_ms = rows.codes[order], rows.at_ms[order]
    if _forwards(codes, at_ms).all():
        return CodedRegisters(rows.names, codes, at_ms, rows.register_wh[order])
    by_time = _by_time(codes, at_ms)
    order, codes, at_ms = order[by_time], codes[by_time], at_ms[by_time]
    last = np.append(_forwards(codes, at_ms), True)
    return CodedRegisters(rows.names, codes[last], at_ms[last], rows.register_wh[order[last]])


def _forwards(codes: NDArray[np.integer], at_ms: Ints) -> Bools:
    """Is each row's next one later, or of another meter?"""
    later: Bools = (at_ms[1:] > at_ms[:-1]) | (codes[1:] != codes[:-1])
    return later


def _by_time(codes: NDArray[np.integer], at_ms: Ints) -> NDArray[np.intp]:
    """The order by meter and time of rows that are by meter; rows of one instant stay as they are."""
    origin = int(at_ms.min())
    if int(at_ms.max()) - origin >= 1 << _TIME_BITS or int(codes[-1]) >= 1 << (63 - _TIME_BITS):
        return np.lexsort((at_ms, codes))
    # One number a row: a merge sort of mostly sorted numbers is nearly free.
    return np.argsort((codes.astype(np.int64) << _TIME_BITS) + (at_ms - origin), kind="stable")


def _doubtful(rows: CodedRegisters, most_wh: Ints, near_ms: int) -> Bools:
    """Is the step that ends at each row doubtful? A meter's first row ends none, which is."""
    starts = np.searchsorted(rows.codes, np.arange(len(most_wh) + 1, dtype=np.int32))
    limit = np.repeat(most_wh.view(np.uint64), np.diff(starts))
    found = np.ones(len(rows.codes), np.bool_)
    # As unsigned numbers what is below zero is larger than any bound.
    elapsed = np.diff(rows.at_ms)
    elapsed -= 1
    np.greater_equal(elapsed.view(np.uint64), np.uint64(near_ms), out=found[1:])
    found[1:] |= np.diff(rows.register_wh).view(np.uint64) > limit[1:]
    found[starts[:-1][np.diff(starts) > 0]] = True
    return found


def _keep_ends_of_days(keep: Bools, at_ms: Ints) -> None:
    if (int(at_ms.min()) + _OFFSET_MS) // DAY_MS == (int(at_ms.max()) + _OFFSET_MS) // DAY_MS:
        return
    day = (at_ms + _OFFSET_MS) // DAY_MS
    ends = day[1:] != day[:-1]
    keep[1:] |= ends
    keep[:-1] |= ends


def _picked(rows: CodedRegisters, which: Ints | Bools) -> CodedRegisters:
    joined = None if rows.joined is None else rows.joined[which]
    return CodedRegisters(rows.names, rows.codes[which], rows.at_ms[which], rows.register_wh[which], joined)

"""Readings of a device beside the ones before them, many devices at once.

Of each device two readings are kept: the newest, and the last one that came late. A reading newer than all before is
compared with the newest; a late one with the last late one, if that is older. So a station that sends old data beside
new ones, or its last half hour again, is compared with itself. Everything follows from the order in which a
device's readings come, not from how they are cut into batches; a test holds it.
"""

from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

Booleans = NDArray[np.bool_]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Places = NDArray[np.int32]

N = TypeVar("N", bound=np.generic)

NEWEST: Final = 0
"""The row of `Memory` beside which that of the late readings stands."""

_TIME_BITS: Final = 42
"""Milliseconds until the year 2109; 21 bits are left for the device."""
_FEW: Final = 1 << 16


class Memory:
    """What is kept of n devices: of the newest reading in row 0, of the last late one in row 1; 0 where there is none.

    Attributes:
        at_ms: (2, n) [ms since 1970 UTC]
        value: (2, n) the field that is compared.
        beside: (2, n) another field of the same reading.
        since_ms: (2, n) since when both have been the same.
        marked_ms: (n,) the last of the newest readings that was marked.
    """

    def __init__(self, count: int) -> None:
        # Zeros take memory only where something is written.
        self.at_ms, self.since_ms = np.zeros((2, count), np.int64), np.zeros((2, count), np.int64)
        self.value, self.beside = np.zeros((2, count)), np.zeros((2, count))
        self.marked_ms = np.zeros(count, np.int64)

    def moved(self, count: int, to: Places, places: Places) -> "Memory":
        """The same for other n devices, where those of `places` stand at `to`."""
        new = Memory(count)
        for name, column in vars(self).items():
            getattr(new, name)[..., to] = column[..., places]
        return new


class Line:
    """m readings sorted by device, those of a device in the order in which they came. All arrays are (m,).

    Args:
        places: The device of each reading, in the order in which they came.
        at_ms: When each was taken. [ms since 1970 UTC]

    Attributes:
        order: Which reading stands where.
        start: Where the readings of each one's device begin.
    """

    def __init__(self, places: Places, at_ms: Integers) -> None:
        self.order = _by_device(places)
        self.places, self.at_ms = places[self.order], at_ms[self.order]
        self.index = np.arange(len(places))
        first = np.ones(len(places), dtype=bool)
        first[1:] = self.places[1:] != self.places[:-1]
        self.start = np.maximum.accumulate(np.where(first, self.index, 0))
        device = self.places.astype(np.int64) << _TIME_BITS
        self.device, moment = device, device + self.at_ms
        self._newest_before = np.maximum.accumulate(moment)

    def late(self, newest_ms: Integers) -> Booleans:
        """Which are not newer than all before, (m,) the newest known of each one's device included."""
        before = self.device + newest_ms
        before[1:] = np.maximum(before[1:], self._newest_before[:-1])
        late: Booleans = self.device + self.at_ms <= before
        return late


class Neighbours:
    """m readings with a value, each beside the one before it. All arrays are (m,), in the order of the line.

    Args:
        memory: What came before; `keep` adds these.
        line: The readings.
        value: The field that is compared.
        beside: Another field, NaN where missing.

    Attributes:
        late: Not newer than all before.
        before_ms: Of the reading before; 0 where there is none that is older. [ms since 1970 UTC]
        before: Its value.
    """

    def __init__(self, memory: Memory, line: Line, value: Floats, beside: Floats) -> None:
        self._memory, self._line = memory, line
        self.places, self.at_ms = line.places, line.at_ms
        self.value, self.beside = value, beside
        self.late = line.late(memory.at_ms[NEWEST, self.places])
        self._some_late = bool(self.late.any())
        self._track = self.late.astype(np.intp)
        if self._some_late:
            self._previous = self._own(~self.late, self.late)
        else:
            self._previous = np.where(line.index > line.start, line.index - 1, -1)
        before_ms = self._of_previous(self.at_ms, memory.at_ms)
        self.before_ms = np.where(before_ms < self.at_ms, before_ms, 0)
        self.before = self._of_previous(self.value, memory.value)

    def _last(self, marked: Booleans, *, itself: bool) -> Integers:
        """The last marked reading of the same device up to each, or before it; -1 where there is none."""
        last = np.maximum.accumulate(np.where(marked, self._line.index, -1))
        if not itself:
            last[1:], last[:1] = last[:-1].copy(), -1
        found: Integers = np.where(last >= self._line.start, last, -1)
        return found

    def _own(self, of_newest: Booleans, of_late: Booleans, *, itself: bool = False) -> Integers:
        """`_last` among those that are compared with each other."""
        last = self._last(of_newest, itself=itself)
        return np.where(self.late, self._last(of_late, itself=itself), last) if self._some_late else last

    def _of_previous(self, now: NDArray[N], kept: NDArray[N]) -> NDArray[N]:
        found: NDArray[N] = np.where(self._previous >= 0, now[self._previous], kept[self._track, self.places])
        return found

    def since_ms(self, apart_ms: int) -> Integers:
        """Since when value and the field beside it have been the same, with readings at most so far apart."""
        memory = self._memory
        beside = self._of_previous(self.beside, memory.beside)
        same = (self.value == self.before) & ((self.beside == beside) | (np.isnan(self.beside) & np.isnan(beside)))
        new = ~(same & (self.before_ms > 0) & (self.at_ms - self.before_ms <= apart_ms))
        begin = self._own(new & ~self.late, new & self.late, itself=True)
        since: Integers = np.where(begin >= 0, self.at_ms[begin], memory.since_ms[self._track, self.places])
        return since

    def repeated(self, since: Integers) -> Integers:
        """`since_ms`, but of a late reading that repeats the newest ones: since when those have been the same."""
        if not self._some_late:
            return since
        memory, places = self._memory, self.places
        last = self._last(~self.late, itself=False)
        known = last >= 0
        value = np.where(known, self.value[last], memory.value[NEWEST, places])
        beside = np.where(known, self.beside[last], memory.beside[NEWEST, places])
        newest_since = np.where(known, since[last], memory.since_ms[NEWEST, places])
        same = (self.value == value) & ((self.beside == beside) | (np.isnan(self.beside) & np.isnan(beside)))
        repeats = self.late & same & (newest_since > 0) & (newest_since <= self.at_ms)
        return np.where(repeats, newest_since, since)

    def marked_before(self, marked: Booleans) -> Booleans:
        """Which of the late readings repeat the last of the newest that is marked."""
        if not self._some_late:
            return self.late
        last = self._last(marked & ~self.late, itself=False)
        marked_ms = np.where(last >= 0, self.at_ms[last], self._memory.marked_ms[self.places])
        repeats: Booleans = self.late & (self.at_ms == marked_ms)
        return repeats

    def keep(self, *, since_ms: Integers | None = None, marked: Booleans | None = None) -> None:
        """Of several readings of a device the last one stays."""
        memory, where = self._memory, (self._track, self.places)
        memory.at_ms[where], memory.value[where], memory.beside[where] = self.at_ms, self.value, self.beside
        if since_ms is not None:
            memory.since_ms[where] = since_ms
        if marked is not None:
            newest = marked & ~self.late
            memory.marked_ms[self.places[newest]] = self.at_ms[newest]


def _by_device(places: Places) -> NDArray[np.intp]:
    """The order by device that keeps the order of arrival; numbers of 16 bits are sorted ten times as fast."""
    return np.argsort(places.astype(np.uint16) if int(places.max(initial=0)) < _FEW else places, kind="stable")

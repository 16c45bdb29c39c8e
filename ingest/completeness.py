"""Which numbered messages came, batch by batch: columns until a batch is whole, then runs of numbers.

A message belongs to the local day of its earliest reading; each copy of it gives the same
(docs/completeness.md).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from guangfu.clock import DAY_MS
from guangfu.telemetry.completeness import CHINA_MS, LATE_MS, Came, Run, Unnumbered, local_day_number

Integers = NDArray[np.int64]
_RADIX_KEYS: Final = 1 << 16
"""So many different keys are sorted by their digits, ten times as fast."""
_FEW: Final = 64
"""So few messages are told one by one: looking for runs would cost more than it saves."""
MOST_RUNS: Final = 2000
"""A run costs SQL as much as several messages cost everything else. Of more, the least useful ones become counts."""
MOST_KEPT: Final = 20_000
"""So many runs are kept at most, whatever the numbers are: a megabyte, and a second or two of SQL."""
_MANY: Final = 8
_SHARED_SPAN: Final = 64
"""Of several workers each sees every second number, and less: their gaps close each other, up to so many workers."""


class Numbered(msgspec.Struct, array_like=True, gc=False):
    """What numbers came in the groups of a spool up to `group`.

    Attributes:
        group: The last of the groups; tells whether SQL knows of it already.
        starts: Station and boot.
        runs: int64, a row for each of its eight columns: the place in `starts`, local day since 1970, 1 if late, first
            and last number, first and last time [ms since 1970 UTC], messages.
        unnumbered: By station and day.
        coarse: As `runs`, with a ninth column: how many numbers in between did not come.
    """

    group: int
    starts: list[tuple[str, str]] = []
    runs: bytes = b""
    unnumbered: list[Unnumbered] = []
    coarse: bytes = b""

    def came(self) -> Iterator[Came]:
        for columns in (_columns(self.runs, 8), _columns(self.coarse, 9)):
            for start, day, late, first, last, first_at_ms, last_at_ms, *counts in columns.T.tolist():
                station, boot = self.starts[start]
                yield Came(station, boot, day, bool(late), Run(first, last, first_at_ms, last_at_ms), *counts)


def _columns(body: bytes, count: int) -> Integers:
    return np.frombuffer(body, dtype=np.int64).reshape(count, -1)


class Numbers:
    """The numbers of a batch's messages.

    Args:
        shared: Whether other workers may see the numbers in between.
    """

    def __init__(self, *, shared: bool = False) -> None:
        self._shared = shared
        self._stations: list[str] = []
        self._boots: list[str] = []
        self._seqs: list[int] = []
        self._times: list[tuple[Integers, Integers, NDArray[np.bool_]]] = []
        self._unnumbered: dict[tuple[str, int], list[int]] = {}

    def note_all(
        self,
        stations: Sequence[str],
        boots: Sequence[str | None],
        seqs: Sequence[int | None],
        earliest_ms: Integers,
        newest_ms: Integers,
        received_at_ms: Integers,
        *,
        all_numbered: bool,
    ) -> None:
        """Notes n messages; all arrays are (n,), times in ms since 1970 UTC."""
        if not all_numbered:
            columns = (x.tolist() for x in (earliest_ms, newest_ms, received_at_ms))
            for message in zip(stations, boots, seqs, *columns, strict=True):
                self.note(*message)
            return
        self._stations += stations
        self._boots += boots  # type: ignore[arg-type]
        self._seqs += seqs  # type: ignore[arg-type]
        self._times.append((earliest_ms, newest_ms, newest_ms < received_at_ms - LATE_MS))

    def note(
        self, station: str, boot: str | None, seq: int | None, earliest_ms: int, newest_ms: int, received_at_ms: int
    ) -> None:
        """One message; without a possible time of its own, its times are those of its arrival."""
        late = newest_ms < received_at_ms - LATE_MS
        if boot is None or seq is None:
            counted = self._unnumbered.setdefault((station, local_day_number(earliest_ms)), [0, 0])
            counted[0] += 1
            counted[1] += late
            return
        self._stations.append(station)
        self._boots.append(boot)
        self._seqs.append(seq)
        self._times.append((np.array([earliest_ms]), np.array([newest_ms]), np.array([late])))

    def numbered(self, group: int) -> Numbered | None:
        """What came up to the spool's `group`; `None` if nothing did."""
        unnumbered = _rows(self._unnumbered)
        if not self._seqs:
            return Numbered(group, unnumbered=unnumbered) if unnumbered else None
        starts, codes = _starts(self._stations, self._boots)
        earliest, newest, late = (np.concatenate(column) for column in zip(*self._times, strict=True))
        runs, coarse = coarsened(_runs(codes, self._seqs, earliest, newest, late), shared=self._shared)
        return _without_odd_starts(Numbered(group, starts, runs.tobytes(), unnumbered, coarse.tobytes()))


def _starts(stations: list[str], boots: list[str]) -> tuple[list[tuple[str, str]], Integers]:
    """Each pair of station and boot, and (n,) its place for each message; quick where no station has two boots."""
    boot_of = dict(zip(stations, boots, strict=True))
    if list(map(boot_of.__getitem__, stations)) == boots:
        place = {station: i for i, station in enumerate(boot_of)}
        return list(boot_of.items()), np.fromiter(map(place.__getitem__, stations), np.int64, len(stations))
    pairs = list(zip(stations, boots, strict=True))
    starts = list(dict.fromkeys(pairs))
    of_pair = {pair: i for i, pair in enumerate(starts)}
    return starts, np.fromiter(map(of_pair.__getitem__, pairs), np.int64, len(pairs))


def _runs(
    codes: Integers, numbers: Sequence[int], earliest_ms: Integers, newest_ms: Integers, late: NDArray[np.bool_]
) -> Integers:
    """The columns of `Numbered.runs`: messages by start, day and lateness, their numbers joined."""
    seqs = np.array(numbers, dtype=np.int64)
    days = (earliest_ms + CHINA_MS) // DAY_MS
    first_day = int(days.min())
    span = int(days.max()) - first_day + 1
    keys = (codes * span + days - first_day) * 2 + late
    order, first = _sorted(keys, seqs)
    last = np.append(first[1:], len(order)) - 1
    begin, end = order[first], order[last]
    return np.stack(
        [codes[begin], days[begin], late[begin], seqs[begin], seqs[end], earliest_ms[begin], newest_ms[end],
         last - first + 1]
    ).astype(np.int64, copy=False)  # fmt: skip


def _sorted(keys: Integers, seqs: Integers) -> tuple[Integers, Integers]:
    """The order by key and number, and where in it each run begins."""
    if len(keys) < _FEW:
        return np.arange(len(keys)), np.arange(len(keys))
    digits = int(keys.max()) < _RADIX_KEYS
    order = np.argsort(keys.astype(np.uint16) if digits else keys, kind="stable")
    same, step = np.diff(keys[order]) == 0, np.diff(seqs[order])
    if bool(np.any(same & (step < 0))):
        order = np.lexsort((seqs, keys))
        same, step = np.diff(keys[order]) == 0, np.diff(seqs[order])
    return order, np.append(0, np.flatnonzero(~same | (step > 1)) + 1)


def coarsened(runs: Integers, *, shared: bool) -> tuple[Integers, Integers]:
    """What is left of too many runs, and with a ninth column those of which only counts are kept.

    A counter that several stations share, or numbers by chance, make each message a run. They prove little, and must
    not slow down what counts. Of more than `MOST_KEPT` runs, those of the starts that have most become counts too.

    Args:
        runs: (8, n), sorted by the first three and the first number.
        shared: Whether other workers may see the numbers in between.
    """
    if runs.shape[1] <= MOST_RUNS:
        return runs, np.empty((9, 0), np.int64)
    first = np.append(0, np.flatnonzero((np.diff(runs[:3]) != 0).any(axis=0)) + 1)
    last = np.append(first[1:], runs.shape[1]) - 1
    several = last - first + 1
    came = np.add.reduceat(runs[4] - runs[3] + 1, first)
    span = runs[4, last] - runs[3, first]
    poor = (several >= _MANY) & (2 * several > came) & (span // came >= (_SHARED_SPAN if shared else 1))
    poor |= _too_many(np.where(poor, 0, several))
    messages = np.add.reduceat(runs[7], first)
    rows = [*runs[:4, first], runs[4, last], runs[5, first], runs[6, last], messages, span - came + 1]
    return runs[:, np.repeat(~poor, several)], np.stack(rows)[:, poor]


def _too_many(runs: Integers) -> NDArray[np.bool_]:
    """(n,) those of n starts with most runs, so that the others have at most `MOST_KEPT` together."""
    order = np.argsort(runs, kind="stable")
    too_many = np.zeros(len(runs), dtype=bool)
    too_many[order] = np.cumsum(runs[order]) > MOST_KEPT
    return too_many & (runs > 1)


def joined(several: Iterable[Numbered], apart_up_to: int, *, shared: bool = False) -> list[Numbered]:
    """The same in fewer, but for those up to the group `apart_up_to`: of them SQL may know some already."""
    apart: list[Numbered] = []
    together: list[Numbered] = []
    for one in several:
        (apart if one.group <= apart_up_to else together).append(one)
    return [*apart, _joined(together, shared=shared)] if len(together) > 1 else [*apart, *together]


def _joined(several: Sequence[Numbered], *, shared: bool) -> Numbered:
    runs: dict[tuple[str, str, int, bool], list[tuple[Run, int]]] = {}
    unnumbered: dict[tuple[str, int], list[int]] = {}
    coarse_before: list[Came] = []
    for one in several:
        for came in one.came():
            if came.holes:
                coarse_before.append(came)
                continue
            runs.setdefault(came[:4], []).append((came.run, came.messages))
        for station, day, messages, late in one.unnumbered:
            counted = unnumbered.setdefault((station, day), [0, 0])
            counted[0] += messages
            counted[1] += late
    starts = list(dict.fromkeys((*(key[:2] for key in runs), *(came[:2] for came in coarse_before))))
    place = {start: i for i, start in enumerate(starts)}
    rows = [
        (place[station, boot], day, late, *run, messages)
        for (station, boot, day, late), some in runs.items()
        for run, messages in _joined_runs(some)
    ]
    fine, coarse = coarsened(np.array(rows, dtype=np.int64).reshape(-1, 8).T, shared=shared)
    kept = [(place[x.station, x.boot], x.day, x.late, *x.run, x.messages, x.holes) for x in coarse_before]
    coarse = np.concatenate((coarse, np.array(kept, dtype=np.int64).reshape(-1, 9).T), axis=1)
    group = max(one.group for one in several)
    return _without_odd_starts(Numbered(group, starts, fine.tobytes(), _rows(unnumbered), coarse.tobytes()))


def _without_odd_starts(one: Numbered) -> Numbered:
    """Of a station that gives nearly every message a start of its own, messages count as having no number."""
    if len(one.starts) <= MOST_RUNS:
        return one
    starts_of = Counter(station for station, _ in one.starts)
    messages_of: Counter[str] = Counter()
    for came in one.came():
        messages_of[came.station] += came.messages
    odd = {station for station, n in starts_of.items() if n >= _MANY and 2 * n > messages_of[station]}
    unnumbered = {(station, day): [messages, late] for station, day, messages, late in one.unnumbered}
    for came in one.came():
        if came.station in odd:
            counted = unnumbered.setdefault((came.station, came.day), [0, 0])
            counted[0] += came.messages
            counted[1] += came.messages * came.late
    place = np.cumsum([station not in odd for station, _ in one.starts]) - 1
    return Numbered(
        one.group,
        [start for start in one.starts if start[0] not in odd],
        _moved(_columns(one.runs, 8), one.starts, odd, place).tobytes(),
        _rows(unnumbered),
        _moved(_columns(one.coarse, 9), one.starts, odd, place).tobytes(),
    )


def _moved(columns: Integers, starts: Sequence[tuple[str, str]], odd: set[str], place: Integers) -> Integers:
    """The columns without those of the odd stations, with the new places of their starts."""
    stays = np.array([station not in odd for station, _ in starts])[columns[0]]
    kept = columns[:, stays]
    kept[0] = place[kept[0]]
    return kept


def _rows(unnumbered: dict[tuple[str, int], list[int]]) -> list[Unnumbered]:
    return [(station, day, messages, late) for (station, day), (messages, late) in unnumbered.items()]


def _joined_runs(runs: Iterable[tuple[Run, int]]) -> list[tuple[Run, int]]:
    """Runs that touch or overlap as one; the messages they came in add up."""
    done: list[tuple[Run, int]] = []
    for run, messages in sorted(runs):
        if done and run.first <= done[-1][0].last + 1:
            before, counted = done[-1]
            if run.last > before.last:
                before = before._replace(last=run.last, last_at_ms=run.last_at_ms)
            done[-1] = (before, counted + messages)
        else:
            done.append((run, messages))
    return done

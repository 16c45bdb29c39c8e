"""What `boot` and `seq` prove: which numbers of a start came, which are missing, which came late. Pure arithmetic.

Of each start of a station (a `boot`) is kept from which number to which it is known, and the gaps between: sets, so
neither the order in which messages come, nor how often, nor through how many workers, changes what is left
(docs/completeness.md).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from guangfu.clock import CHINA, DAY_MS

CHINA_MS: Final = round(CHINA.utcoffset(None).total_seconds() * 1000)
LATE_MS: Final = 600_000
"""A message is late if its newest reading is older than this when it comes. [ms]"""


class Run(NamedTuple):
    """Numbers that came, `first` to `last` without a hole.

    `first_at_ms` is the earliest reading of the first message, `last_at_ms` the newest of the last. [ms since 1970 UTC]
    """

    first: int
    last: int
    first_at_ms: int
    last_at_ms: int


class Came(NamedTuple):
    """A run of numbers of one station's start and local day (since 1970), and how many messages it came in.

    `holes` numbers within the run did not come: where numbers have more gaps than is worth keeping, gaps are counts.
    """

    station: str
    boot: str
    day: int
    late: bool
    run: Run
    messages: int
    holes: int = 0


Unnumbered = tuple[str, int, int, int]
"""Station, local day since 1970, messages without a number, how many of them late."""


class Gap(NamedTuple):
    """Numbers that did not come, between the newest reading before and the earliest after. [ms since 1970 UTC]"""

    first: int
    last: int
    from_ms: int
    until_ms: int

    @property
    def missing(self) -> int:
        return self.last - self.first + 1


Span = tuple[int, int]
"""From a number to a number, both included."""


@dataclass
class Boot:
    """What is known of one start of a station: its first and last number, the gaps in between, what came late only.

    Attributes:
        known: From the lowest number that came to the highest; `None` if none came yet.
        gaps: Sorted; each between two numbers that came.
        late: By local day, sorted and apart: the numbers that never came in time.
    """

    known: Run | None = None
    gaps: list[Gap] = field(default_factory=list)
    late: dict[int, list[Span]] = field(default_factory=dict)

    def add(self, run: Run, day: int, *, late: bool) -> tuple[int, int]:
        """Takes a run in; returns how many of its numbers are new, and by how many more are late (fewer: below zero).

        Args:
            day: The local day of the run's messages, since 1970.
            late: Whether they came late.
        """
        new = [*self._beyond(run), *self._fill(run)]
        spans = self.late.setdefault(day, [])
        more = sum(unite(spans, each) for each in new) if late else take_out(spans, (run.first, run.last))
        if not spans:
            del self.late[day]
        return size(new), more

    def cover(self, run: Run) -> int:
        """Takes a run in as if it had no holes; returns how many numbers are known that were not."""
        return size([*self._beyond(run), *self._fill(run)])

    def _beyond(self, run: Run) -> Iterator[Span]:
        """What is outside of what is known; it is known from now on, and so are the gaps up to it."""
        if self.known is None:
            self.known = run
            yield run.first, run.last
            return
        first, last, first_at_ms, last_at_ms = self.known
        if run.last > last:
            if run.first > last + 1:
                self.gaps.append(Gap(last + 1, run.first - 1, last_at_ms, run.first_at_ms))
            yield max(run.first, last + 1), run.last
            self.known = self.known._replace(last=run.last, last_at_ms=run.last_at_ms)
        if run.first < first:
            if run.last < first - 1:
                self.gaps.insert(0, Gap(run.last + 1, first - 1, run.last_at_ms, first_at_ms))
            yield run.first, min(run.last, first - 1)
            self.known = self.known._replace(first=run.first, first_at_ms=run.first_at_ms)

    def _fill(self, run: Run) -> Iterator[Span]:
        """What closes gaps, whole or in part."""
        start = bisect_left(self.gaps, run.first, key=lambda gap: gap.last)
        end = bisect_right(self.gaps, run.last, key=lambda gap: gap.first)
        left: list[Gap] = []
        for gap in self.gaps[start:end]:
            if run.first > gap.first:
                left.append(Gap(gap.first, run.first - 1, gap.from_ms, run.first_at_ms))
            if run.last < gap.last:
                left.append(Gap(run.last + 1, gap.last, run.last_at_ms, gap.until_ms))
            yield max(run.first, gap.first), min(run.last, gap.last)
        self.gaps[start:end] = left


def size(spans: Iterable[Span]) -> int:
    """How many numbers are in spans that are apart."""
    return sum(last - first + 1 for first, last in spans)


def unite(spans: list[Span], more: Span) -> int:
    """Puts numbers into sorted spans that are apart; returns how many were not there. Only neighbours are looked at.

    >>> spans = [(1, 3), (9, 9)]
    >>> unite(spans, (4, 5)), spans
    (2, [(1, 5), (9, 9)])
    """
    start = bisect_left(spans, more[0] - 1, key=lambda span: span[1])
    end = bisect_right(spans, more[1] + 1, key=lambda span: span[0])
    touched = spans[start:end]
    joined = (min(more[0], touched[0][0]), max(more[1], touched[-1][1])) if touched else more
    spans[start:end] = [joined]
    return size([joined]) - size(touched)


def take_out(spans: list[Span], taken: Span) -> int:
    """Takes numbers out of sorted spans that are apart; returns by how many more there are: zero, or below it."""
    start = bisect_left(spans, taken[0], key=lambda span: span[1])
    end = bisect_right(spans, taken[1], key=lambda span: span[0])
    touched = spans[start:end]
    left = without(touched, taken)
    spans[start:end] = left
    return size(left) - size(touched)


def united(spans: Iterable[Span], more: Iterable[Span]) -> list[Span]:
    """All numbers of both, sorted and apart.

    >>> united([(1, 3), (9, 9)], [(4, 5)])
    [(1, 5), (9, 9)]
    """
    joined: list[Span] = []
    for each in (*spans, *more):
        unite(joined, each)
    return joined


def without(spans: Iterable[Span], taken: Span) -> list[Span]:
    """The numbers that are not in `taken`.

    >>> without([(1, 5)], (2, 3))
    [(1, 1), (4, 5)]
    """
    start, end = taken
    pieces = ((part for part in ((a, min(b, start - 1)), (max(a, end + 1), b))) for a, b in spans)
    return [(a, b) for pair in pieces for a, b in pair if a <= b]


def local_day_number(at_ms: int) -> int:
    """The local day of an instant, since 1970; a day begins with its midnight."""
    return (at_ms + CHINA_MS) // DAY_MS


def missing_by_day(gap: Gap) -> dict[int, int]:
    """The local days, since 1970, on which a gap's messages are counted as missing, with how many.

    They are thought of as sent evenly over the time between the neighbours: of n, number k at k/(n + 1) of it.

    >>> midnight = 20_000 * 86_400_000 - CHINA_MS
    >>> missing_by_day(Gap(5, 7, midnight - 3_000, midnight + 1_000))
    {19999: 2, 20000: 1}
    """
    start, end = min(gap.from_ms, gap.until_ms), max(gap.from_ms, gap.until_ms)
    n, length = gap.missing, end - start
    first_day, last_day = local_day_number(start), local_day_number(end)
    found: dict[int, int] = {}
    counted = 0
    for day in range(first_day, last_day + 1):
        until = (day + 1) * DAY_MS - CHINA_MS
        # number k is before `until` if start + k * length / (n + 1) < until
        upto = n if day == last_day else min(n, -(-(until - start) * (n + 1) // length) - 1)
        if upto > counted:
            found[day] = upto - counted
        counted = max(counted, upto)
    return found

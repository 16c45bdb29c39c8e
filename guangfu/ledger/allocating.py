"""What a receipt pays: which station-months and parts, in which order, and what of it stays unmatched. Pure.

Nothing is ever allocated beyond what is outstanding. What the power company owes less by a correction (退补) is taken
off first, as it does itself when it pays.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from guangfu.ledger.fen import Fen
from guangfu.ledger.split import split
from guangfu.texts import Text


class Way(StrEnum):
    """Why an amount is allocated where it is."""

    STATEMENT = "statement"
    """The base of the month that the receipt or its list names."""
    SUBSIDY_YEAR = "subsidy_year"
    """The subsidy of the year that it names, oldest month first."""
    LIST = "list"
    """A station that the accompanying list names, oldest month first."""
    OLDEST = "oldest"
    """Nothing names a month or year: oldest first, our own choice."""
    PROPORTIONAL = "proportional"
    """Nothing names a station: in proportion to what is outstanding, our own choice."""


WAY_NAMES = {
    Way.STATEMENT: Text("按结算单月份", "the statement's month"),
    Way.SUBSIDY_YEAR: Text("按补贴年度", "the subsidy's year"),
    Way.LIST: Text("按随附清单", "the accompanying list"),
    Way.OLDEST: Text("先欠先还（推定）", "oldest first, our choice"),
    Way.PROPORTIONAL: Text("按未到账比例（推定）", "in proportion to what is outstanding, our choice"),
}
CHOSEN = frozenset({Way.OLDEST, Way.PROPORTIONAL})
"""Ways that no document tells: whoever reads the figure must see so."""


@dataclass(frozen=True, slots=True)
class Due:
    """What is outstanding of a station's month and part; below zero where a correction took it back. [fen]"""

    station_id: str
    month: str
    part: str
    amount: Fen
    subsidy_year: int | None = None


@dataclass(frozen=True, slots=True)
class Allocation:
    """What a receipt brings a station's month and part. [fen]"""

    station_id: str
    month: str
    part: str
    amount: Fen
    way: Way
    subsidy_year: int | None = None


@dataclass(frozen=True, slots=True)
class Allocated:
    """Allocations and `rest` sum to the receipt. [fen]"""

    allocations: tuple[Allocation, ...]
    rest: Fen


def allocate(amount: Fen, dues: Sequence[Due], way: Way) -> Allocated:
    """Fills the dues in their order, after the credits among them were taken off as far as there is something due.

    So receipts that come in another order leave the same sum outstanding.

    Args:
        amount: What came, above zero; nothing of another amount is allocated. [fen]
        dues: Of one part, in the order in which they are to be paid.

    Example:
        >>> dues = [Due("s", "2026-05", "base", Fen(-10)), Due("s", "2026-06", "base", Fen(100))]
        >>> [a.amount for a in allocate(Fen(90), dues, Way.STATEMENT).allocations]
        [-10, 100]
    """
    if amount <= 0:
        return Allocated((), amount)
    owed = sum(due.amount for due in dues if due.amount > 0)
    usable, left = int(owed), int(amount)
    taken: list[Allocation] = []
    for due in (due for due in dues if due.amount < 0):
        part = min(-due.amount, usable)
        usable, left = usable - part, left + part
        taken += [_allocation(due, -part, way)] if part else []
    for due in (due for due in dues if due.amount > 0):
        part = min(due.amount, left)
        left -= part
        taken += [_allocation(due, part, way)] if part else []
    return Allocated(tuple(taken), Fen(left))


def allocate_named(
    amount: Fen,
    dues: Sequence[Due],
    *,
    month: str | None = None,
    subsidy_year: int | None = None,
    way: Way = Way.OLDEST,
) -> Allocated:
    """A station's receipt: first what it names, the month or the subsidy's year; the rest oldest first.

    Args:
        dues: Of the station and part; order is free.
        way: How the rest is marked: `OLDEST`, or `LIST` where a list names the station.
    """
    ordered = sorted(dues, key=lambda due: due.month)
    named = [due for due in ordered if _is_named(due, month, subsidy_year)]
    owed_back = [due for due in ordered if due.amount < 0 and due not in named] if named else []
    first = allocate(amount, [*named, *owed_back], Way.STATEMENT if month else Way.SUBSIDY_YEAR)
    rest = allocate(first.rest, outstanding([d for d in ordered if d not in named], _of(first, owed_back)), way)
    return Allocated((*first.allocations, *rest.allocations), rest.rest)


def _of(found: Allocated, dues: Sequence[Due]) -> list[Allocation]:
    """Those of the allocations that are of these dues."""
    months = {due.month for due in dues}
    return [one for one in found.allocations if one.month in months]


def allocate_proportionally(amount: Fen, dues: Sequence[Due]) -> Allocated:
    """A receipt for many stations without a list: in proportion to what each has outstanding, largest remainder.

    Within a station the oldest month comes first. Stations that owe us nothing get nothing.
    """
    by_station: dict[str, list[Due]] = {}
    for due in sorted(dues, key=lambda due: (due.station_id, due.month)):
        by_station.setdefault(due.station_id, []).append(due)
    owed = {station: max(sum(due.amount for due in of), 0) for station, of in by_station.items()}
    given = Fen(min(amount, sum(owed.values())))
    if given <= 0:
        return Allocated((), amount)
    parts = split(given, owed)
    found = [allocate(parts[station], of, Way.PROPORTIONAL) for station, of in by_station.items()]
    spare = sum(one.rest for one in found if one.rest > 0)
    return Allocated(tuple(a for one in found for a in one.allocations), Fen(amount - given + spare))


def outstanding(settled: Iterable[Due], received: Iterable[Allocation]) -> list[Due]:
    """What is still to come of each station's month and part, without those that are even; by part, station, month."""
    sums: dict[tuple[str, str, str], int] = {}
    years: dict[tuple[str, str, str], int | None] = {}
    for one in settled:
        key = one.part, one.station_id, one.month
        sums[key], years[key] = sums.get(key, 0) + one.amount, one.subsidy_year
    for got in received:
        key = got.part, got.station_id, got.month
        sums[key] = sums.get(key, 0) - got.amount
        years.setdefault(key, got.subsidy_year)
    return [Due(key[1], key[2], key[0], Fen(sums[key]), years[key]) for key in sorted(sums) if sums[key]]


AGES = (3, 12, 24)
"""Months after the energy's month at which what is outstanding grows a class older."""
AGE_NAMES = (
    Text("3 个月以内", "up to 3 months"), Text("3 至 12 个月", "3 to 12 months"), Text("1 至 2 年", "1 to 2 years"),
    Text("2 年以上", "over 2 years"),
)  # fmt: skip


def age_class(month: str, today_month: str) -> int:
    """Which of `AGE_NAMES` something of a month is in; a month's energy is 0 months old in that month.

    >>> [age_class(month, "2026-06") for month in ("2026-06", "2026-03", "2026-02", "2025-06", "2024-05")]
    [0, 0, 1, 1, 3]
    """
    age = (int(today_month[:4]) - int(month[:4])) * 12 + int(today_month[5:]) - int(month[5:])
    return sum(age > limit for limit in AGES)


def ageing(dues: Iterable[Due], today_month: str) -> Mapping[str, tuple[Fen, Fen, Fen, Fen]]:
    """What is outstanding by part, in classes of age. [fen]"""
    sums: dict[str, list[int]] = {}
    for due in dues:
        sums.setdefault(due.part, [0] * len(AGE_NAMES))[age_class(due.month, today_month)] += due.amount
    return {part: (Fen(a), Fen(b), Fen(c), Fen(d)) for part, (a, b, c, d) in sorted(sums.items())}


def _is_named(due: Due, month: str | None, subsidy_year: int | None) -> bool:
    if month is not None:
        return due.month == month
    return subsidy_year is not None and due.subsidy_year == subsidy_year


def _allocation(due: Due, amount: int, way: Way) -> Allocation:
    return Allocation(due.station_id, due.month, due.part, Fen(amount), way, due.subsidy_year)

"""`guangfu.ledger.split` for many amounts at once: the same rule on arrays; a test holds the two equal."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from guangfu.ledger.fen import Fen
from guangfu.ledger.split import BadShares, split

Ints = NDArray[np.int64]

_SAFE: Final = 1 << 62


def split_columns(amounts: Ints, starts: Ints, units: Ints) -> Ints:
    """Divide each of g amounts among the parties of its group, by largest remainder.

    Args:
        amounts: (g,) what to divide; a negative one is divided as its opposite. [fen]
        starts: (g,) where each group of parties begins in `units`; groups follow each other and none is empty.
        units: (n,) held by each party, the parties of a group in the order of their names. [units]

    Returns:
        (n,) one part for each party; a group's parts sum to its amount. [fen]

    Raises:
        BadShares: A group's units are all zero, or one is negative.
    """
    if len(amounts) == 0:
        return np.zeros(0, np.int64)
    sizes = np.diff(np.append(starts, len(units)))
    total = np.add.reduceat(units, starts)
    if bool((total <= 0).any()) or bool((units < 0).any()):
        raise BadShares({})
    if float(np.abs(amounts).max()) * float(units.max()) >= _SAFE:
        return _one_by_one(amounts, starts, sizes, units)
    group = np.repeat(np.arange(len(amounts)), sizes)
    parts, remainders = np.divmod(np.abs(amounts)[group] * units, total[group])
    spare = np.abs(amounts) - np.add.reduceat(parts, starts)
    parts[_lucky(group, remainders, spare)] += 1
    return np.where(amounts[group] < 0, -parts, parts)


def _lucky(group: Ints, remainders: Ints, spare: Ints) -> Ints:
    """Who gets a spare fen: the largest remainders of each group, ties to the earlier."""
    rows = np.flatnonzero((spare[group] > 0) & (remainders > 0))
    order = rows[np.lexsort((-remainders[rows], group[rows]))]
    of = group[order]
    first = np.searchsorted(of, of)
    return order[np.arange(len(of)) - first < spare[of]]


def _one_by_one(amounts: Ints, starts: Ints, sizes: Ints, units: Ints) -> Ints:
    """Where a product would not fit into 64 bits."""
    found: list[int] = []
    for amount, start, size in zip(amounts.tolist(), starts.tolist(), sizes.tolist(), strict=True):
        held = units[start : start + size].tolist()
        names = {f"{place:09d}": one for place, one in enumerate(held)}
        found += split(Fen(amount), names).values()
    return np.array(found, np.int64)


def split_equally(amounts: Ints, counts: Ints) -> Ints:
    """Divide each of g amounts, at least zero, among so many equal parties in the order of their names.

    Returns:
        (sum of counts,) the parts, group by group; the spare fen go to the first. A group without parties has none.
    """
    whole, spare = np.divmod(amounts, np.maximum(counts, 1))
    parts = np.repeat(whole, counts)
    place = np.arange(len(parts)) - np.repeat(np.cumsum(counts) - counts, counts)
    parts += place < np.repeat(spare, counts)
    return parts

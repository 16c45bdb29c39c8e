"""Dividing an amount so that not a fen is lost or made."""

from collections.abc import Mapping
from operator import index

from guangfu.ledger.fen import Fen


class BadShares(Exception):
    """The shares divide nothing: there are none, one is negative, or all are zero."""

    def __init__(self, shares: Mapping[str, int]) -> None:
        negative = sorted(name for name, units in shares.items() if units < 0)
        why = f"negative: {', '.join(negative)}" if negative else "all of them zero" if shares else "no shares"
        super().__init__(f"shares that divide nothing: {why}")
        self.shares = shares


def split(amount: Fen, shares: Mapping[str, int]) -> dict[str, Fen]:
    """Divide ``amount`` in proportion to ``shares``.

    Each part is rounded down to a whole fen; the fen left over go, one each, to the largest
    remainders, ties to the smaller name. A share of zero never receives a spare fen. A negative
    amount, a correction, is divided as its opposite, so that it takes back exactly what was given.

    Args:
        amount: What to divide. [fen]
        shares: Units held by each party; at least one above zero. [units]

    Returns:
        One amount for each key of ``shares``, in its order; they sum to ``amount``. [fen]

    Raises:
        BadShares: No shares, a negative share, or all of them zero.

    Source:
        Hamilton's method of largest remainders.

    Example:
        >>> split(Fen(100), {"a": 1, "b": 1, "c": 1})
        {'a': 34, 'b': 33, 'c': 33}
        >>> split(Fen(-100), {"a": 0, "b": 2, "c": 1})
        {'a': 0, 'b': -67, 'c': -33}
    """
    # `index` makes an int of any integer, also of one that would overflow, and refuses everything else.
    units = {name: index(held) for name, held in shares.items()}
    total = sum(units.values())
    if total <= 0 or min(units.values()) < 0:
        raise BadShares(shares)
    sign = -1 if amount < 0 else 1
    parts = {name: divmod(abs(index(amount)) * held, total) for name, held in units.items()}
    spare = abs(amount) - sum(whole for whole, _ in parts.values())
    lucky = set(sorted(parts, key=lambda name: (-parts[name][1], name))[:spare])
    return {name: Fen(sign * (whole + (name in lucky))) for name, (whole, _) in parts.items()}

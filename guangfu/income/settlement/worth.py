"""Energy × price in whole numbers, as statements and estimates round it: half up to whole fen."""

from fractions import Fraction
from typing import Final

from guangfu.ledger.fen import Fen

PER_FEN: Final = 10_000_000
"""Wh × millionths of a yuan per kWh, in one fen."""


def rounded(worth: int | Fraction) -> Fen:
    """Wh × millionths of a yuan per kWh as whole fen, half up.

    >>> rounded(450_000_000 * 750_000), rounded(-5_000_000), rounded(-5_000_001)
    (33750000, 0, -1)
    """
    exact = Fraction(worth) / PER_FEN
    return Fen((2 * exact.numerator + exact.denominator) // (2 * exact.denominator))

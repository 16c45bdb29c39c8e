"""An amount of money is an integer of fen, 1/100 yuan, and a type of its own."""

from typing import NewType

Fen = NewType("Fen", int)


def yuan_text(amount: Fen) -> str:
    """An amount as it is printed: yuan, two decimals, thousands separated.

    >>> yuan_text(Fen(33750000)), yuan_text(Fen(-5))
    ('337,500.00', '-0.05')
    """
    sign = "-" if amount < 0 else ""
    yuan, fen = divmod(abs(amount), 100)
    return f"{sign}{yuan:,}.{fen:02d}"

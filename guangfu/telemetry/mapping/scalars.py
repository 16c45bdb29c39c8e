"""Numbers and other scalars of foreign messages, exact: never through a float.

A number stays the literal that was sent until it is needed, so that `12345.67` kWh are 12,345,670 Wh.
"""

import json
import re
from contextlib import suppress
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal, Inexact, InvalidOperation, Overflow, Underflow
from enum import StrEnum
from typing import Final

NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)
INTEGER: Final = re.compile(r"-?[0-9]+", re.ASCII)
EXACT: Final = Context(prec=60, Emin=-400, Emax=400, traps=[Inexact, InvalidOperation, Overflow, Underflow])
"""Arithmetic that raises instead of rounding; 60 digits hold any double and any counter."""
_QUOTED_LENGTH: Final = 120


class Num(str):
    """The literal of a number."""

    __slots__ = ()


Scalar = tuple[str, Decimal | str | bool]
"""A value with its kind in front, since 1, 1.0 and true are equal to Python."""


class BadValue(Exception):
    """A value that can't be taken; the text says why and quotes it."""


class Rounding(StrEnum):
    """What a mapping allows to be done with a part of a whole unit; without it such a value is refused."""

    DOWN = ROUND_FLOOR
    NEAREST = ROUND_HALF_EVEN


def exact(literal: str) -> Decimal:
    """The number that a literal says.

    Raises:
        BadValue: Not a number, or one of more digits or a larger exponent than can be held exactly.
    """
    if not NUMBER.fullmatch(literal):
        raise BadValue(f"not a number: {quoted(literal)}")
    try:
        return EXACT.create_decimal(literal)
    except ArithmeticError:
        raise BadValue(f"a number out of range: {quoted(Num(literal))}") from None


def scalars_of(raw: object, *, text_numbers: bool) -> list[Scalar]:
    """What a value may be called in a mapping: itself, and the number that its text says, where texts are numbers.

    >>> scalars_of("65535.0", text_numbers=True)
    [('text', '65535.0'), ('number', Decimal('65535.0'))]
    """
    if isinstance(raw, bool):
        return [("bool", raw)]
    if not isinstance(raw, str):
        return []
    found: list[Scalar] = [] if isinstance(raw, Num) else [("text", raw)]
    if isinstance(raw, Num) or text_numbers:
        with suppress(BadValue):
            found.append(("number", exact(raw)))
    return found


def quoted(raw: object) -> str:
    """A value as it was sent, shortened, fit for every database."""
    if isinstance(raw, dict | list):
        return "an object" if isinstance(raw, dict) else "a list"
    text = str(raw) if isinstance(raw, Num) else json.dumps(raw, ensure_ascii=False)
    clean = text[:_QUOTED_LENGTH].encode("utf-8", "backslashreplace").decode().replace("\x7f", "\\x7f")
    return clean if len(text) <= _QUOTED_LENGTH else f"{clean}… ({len(text)} characters)"

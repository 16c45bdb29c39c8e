"""Cells of a statement: energy in kWh, money in yuan, prices, months, as exact whole numbers. Pure."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from guangfu.stations.cells import Wrong, day, wrong
from guangfu.texts import Text

_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,15}([.][0-9]{1,20})?")
_MONTH: Final = re.compile(r"([0-9]{4})(?:[-/.年]?)([0-9]{1,2})(?:月|[-/.][0-9]{1,2})?")
_NOISE: Final = Decimal("1e-7")
"""A spreadsheet that computed a cell leaves such in it."""

NO_NUMBER: Final = Text("「{cell}」不是数", '"{cell}" is no number')
TOO_FINE: Final = Text("「{cell}」小数位过多：最多 {places} 位", '"{cell}" has too many decimals: at most {places}')
NEGATIVE: Final = Text("「{cell}」不能小于 0", '"{cell}" must not be below 0')
NO_MONTH: Final = Text("「{cell}」不是月份，应如 2026-06", '"{cell}" is no month; write 2026-06')
NO_FACTOR: Final = Text(
    "「{cell}」不是倍率：应为正整数", '"{cell}" is no multiplication factor: a whole number above 0'
)
NO_PART: Final = Text("「{cell}」应为 基础 或 补贴", '"{cell}" should be base or subsidy')

Parse = Callable[[str], "int | Wrong"]


def scaled(places: int, *, negative: bool) -> Parse:
    """A decimal number as whole units of its `places`-th decimal: 3 for kWh in Wh, 2 for yuan in fen."""

    def parse(cell: str) -> int | Wrong:
        plain = cell.replace(",", "").replace("，", "").replace("−", "-")
        if not _NUMBER.fullmatch(plain):
            return wrong(NO_NUMBER, cell)
        exact = Decimal(plain).scaleb(places)
        units = exact.to_integral_value()
        if abs(exact - units) > _NOISE.scaleb(places):
            return wrong(TOO_FINE, cell, places=places)
        return wrong(NEGATIVE, cell) if units < 0 and not negative else int(units)

    return parse


register_wh: Final = scaled(3, negative=False)
energy_wh: Final = scaled(3, negative=True)
yuan_fen: Final = scaled(2, negative=True)
price_micro: Final = scaled(6, negative=True)


def factor(cell: str) -> int | Wrong:
    """A multiplication factor.

    >>> factor("80"), factor("80.0")
    (80, 80)
    """
    try:
        value = Decimal(cell)
    except InvalidOperation:
        return wrong(NO_FACTOR, cell)
    whole = value.is_finite() and value == value.to_integral_value() and 0 < value < 10**9
    return int(value) if whole else wrong(NO_FACTOR, cell)


def month(cell: str) -> str | Wrong:
    """A month in any of the ways that counties write it.

    >>> [month(cell) for cell in ("2026-06", "202606", "2026年6月", "2026.6", "2026-06-01", "2026/6")]
    ['2026-06', '2026-06', '2026-06', '2026-06', '2026-06', '2026-06']
    """
    found = _MONTH.fullmatch(cell)
    if found is None or not 1 <= int(found[2]) <= 12:
        return wrong(NO_MONTH, cell)
    return f"{found[1]}-{int(found[2]):02d}"


def reading_day(*, at_end: bool) -> Callable[[str], date | Wrong]:
    """The day at whose 00:00 a register was read; `at_end` says that the cell names the day that ended then."""

    def parse(cell: str) -> date | Wrong:
        found = day(cell.removesuffix(" 00:00:00"))
        return found + timedelta(days=1) if at_end and isinstance(found, date) else found

    return parse

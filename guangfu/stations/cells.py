"""From the text of one cell to a value, or to what is wrong with it; and back."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Final, NamedTuple

from guangfu.texts import Text


class Wrong(NamedTuple):
    """A cell that can't be taken, and what to do about it."""

    text: Text


Parser = Callable[[str], object]
"""Takes a cell that is not blank, without blanks at its ends; gives a value or `Wrong`."""

SCIENTIFIC: Final = re.compile(r"[+-]?[0-9]+([.][0-9]+)?[eE][+]?[0-9]+")
ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
CODE: Final = re.compile(r"[0-9]{6}")
_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,18}")
_DECIMAL: Final = re.compile(r"[+-]?[0-9]{1,18}([.][0-9]{1,20})?([eE][+-]?[0-9]{1,3})?")
_DATE: Final = re.compile(
    r"([0-9]{4})(?:-([0-9]{1,2})-([0-9]{1,2})|/([0-9]{1,2})/([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})日)"
)
_IDENTITY: Final = re.compile(
    r"[1-9][0-9]{5}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]"
)
_MOBILE: Final = re.compile(r"1[3-9][0-9]{9}")
FIRST_DAY: Final = date(2000, 1, 1)
LAST_DAY: Final = date(2100, 12, 31)


def damaged(cell: str) -> bool:
    """Is this what a spreadsheet leaves of a long number: 1.50421E+17, or zeros after 15 digits?

    >>> damaged("1.50421E+17"), damaged("150421000000123000"), damaged("150421000000123456")
    (True, True, False)
    """
    zeros = cell.isascii() and cell.isdigit() and len(cell) >= 18 and not cell[15:].strip("0")
    return zeros or SCIENTIFIC.fullmatch(cell) is not None


def identity_number(cell: str) -> bool:
    """Is this a resident's identity number, check digit included (GB 11643)?"""
    if not _IDENTITY.fullmatch(cell):
        return False
    total = sum(int(digit) * pow(2, 17 - i, 11) for i, digit in enumerate(cell[:17]))
    return "10X98765432"[total % 11] == cell[17].upper()


def shown(cell: str) -> str:
    """A cell as a message may repeat it: short, printable, long numbers cut so that they identify nobody.

    >>> shown("150421000000123456")
    '150421…'
    """
    printable = "".join(c if c.isprintable() else "·" for c in cell[:40])
    return re.sub(r"([0-9]{6})[0-9]{5,}[Xx]?", r"\1…", printable)


BLANK: Final = Text("不能为空", "must not be blank")
DAMAGED: Final = Text(
    "「{cell}」是被表格软件损坏的长数字（只保留前 15 位）：请把该列设为“文本”格式后按原件重新填写；"
    "如果原号确实以 000 结尾，请在前面加一个英文单引号 '",
    '"{cell}" is a long number that a spreadsheet damaged (it keeps 15 digits): format the column as text and enter it '
    "again from the original; if it really ends in 000, put an apostrophe ' in front",
)
PERSONAL: Final = Text(
    "看起来是身份证号或手机号：登记册不保存个人信息，请改用不含个人信息的编号，并从文件中删除",
    "this looks like an identity or phone number: the registry keeps no personal data; use an opaque id and delete it",
)
NOT_TEXT: Final = Text(
    "「{cell}」含有换行、控制字符或首尾空白：请删除这些字符",
    '"{cell}" holds a line break, a control character or blanks at an end: delete them',
)
FORMULA: Final = Text("「{cell}」是公式：请粘贴为数值", '"{cell}" is a formula: paste it as a value')


def wrong(text: Text, cell: str, **values: object) -> Wrong:
    """`text` with the cell and further values filled in, in both languages."""
    return Wrong(text.filled(cell=shown(cell), **values))


def text(cell: str) -> str | Wrong:
    """Plain text. An apostrophe in front, as in spreadsheets, says that what follows is meant as it stands."""
    plain = cell.removeprefix("'")
    if cell == plain and damaged(cell):
        return wrong(DAMAGED, cell)
    if cell == plain and cell.startswith("="):
        return wrong(FORMULA, cell)
    if identity_number(plain):
        return wrong(PERSONAL, cell)
    return plain if clean(plain) else wrong(NOT_TEXT, plain)


def clean(plain: str) -> bool:
    """No control characters, no lone surrogates, no blank at an end, not empty."""
    return plain.strip() == plain != "" and not any(unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} for c in plain)


def text_cell(plain: str) -> str:
    """The cell that `text` reads back as `plain`; never a formula for a spreadsheet."""
    return f"'{plain}" if plain.startswith(("'", "=", "+", "-", "@")) or damaged(plain) else plain


def identifier(cell: str) -> str | Wrong:
    """An opaque id that may stand in an MQTT topic."""
    if damaged(cell):
        return wrong(DAMAGED, cell)
    if identity_number(cell) or _MOBILE.fullmatch(cell):
        return wrong(PERSONAL, cell)
    if ID.fullmatch(cell):
        return cell
    return wrong(
        Text(
            "「{cell}」不能作编号：只用英文字母、数字、_ 和 -，最多 64 个",
            '"{cell}" can\'t be an id: letters a-z, digits, _ and - only, at most 64',
        ),
        cell,
    )


def code(cell: str) -> str | Wrong:
    if CODE.fullmatch(cell):
        return cell
    return wrong(
        Text("「{cell}」不是 6 位行政区划代码（GB/T 2260）", '"{cell}" is not a six-digit code of GB/T 2260'), cell
    )


def whole(low: int, high: int) -> Parser:
    """A whole number from `low` to `high`."""

    def parse(cell: str) -> int | Wrong:
        if _WHOLE.fullmatch(cell) and low <= int(cell) <= high:
            return int(cell)
        return wrong(
            Text("「{cell}」应为 {low} 至 {high} 的整数", '"{cell}" should be a whole number from {low} to {high}'),
            cell,
            low=low,
            high=high,
        )

    return parse


def real(low: float, high: float) -> Parser:
    def parse(cell: str) -> float | Wrong:
        if _DECIMAL.fullmatch(cell) and low <= float(cell) <= high:
            return float(cell)
        return wrong(
            Text("「{cell}」应为 {low} 至 {high} 的数", '"{cell}" should be a number from {low} to {high}'),
            cell,
            low=low,
            high=high,
        )

    return parse


def scaled(factor: int, high: int) -> Parser:
    """A quantity in a larger unit, kept as a whole number of the smaller one, at most `high` of them."""

    def parse(cell: str) -> int | Wrong:
        amount = Decimal(cell) * factor if _DECIMAL.fullmatch(cell) else Decimal(0)
        if not 0 < amount <= high:
            return wrong(
                Text("「{cell}」应为大于 0、不超过 {high} 的数", '"{cell}" should be a number above 0, at most {high}'),
                cell,
                high=Decimal(high) / factor,
            )
        if amount != int(amount):
            return wrong(Text("「{cell}」小数位过多", '"{cell}" has too many decimals'), cell)
        return int(amount)

    return parse


def day(cell: str) -> date | Wrong:
    """2018-06-30, 2018/6/30 or 2018年6月30日."""
    found = _DATE.fullmatch(cell)
    try:
        parts = [int(part) for part in found.groups() if part] if found else []
        value = date(*parts)
    except (TypeError, ValueError):
        return wrong(Text("「{cell}」不是日期，应如 2018-06-30", '"{cell}" is no date; write 2018-06-30'), cell)
    if FIRST_DAY <= value <= LAST_DAY:
        return value
    return wrong(Text("日期「{cell}」不在 2000 至 2100 年之间", 'the date "{cell}" is not between 2000 and 2100'), cell)


def choice(words: Mapping[str, object], shown_words: Iterable[str]) -> Parser:
    """One of some words, of which a message shows some; case does not matter."""
    names = " / ".join(shown_words)

    def parse(cell: str) -> object:
        found = words.get(cell.casefold())
        if found is not None:
            return found
        return wrong(
            Text("「{cell}」应为其中之一：{words}", '"{cell}" should be one of: {words}'),
            cell,
            words=names,
        )

    return parse


def cell_of(value: object) -> str:
    """The cell that a value is written as, in its plain form."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, date):
        return value.isoformat()
    return text_cell(value) if isinstance(value, str) else repr(value)

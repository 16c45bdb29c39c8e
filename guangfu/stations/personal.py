"""Cells that hold personal data: checked, and never repeated in a message.

Source: GB 11643 (identity numbers), ISO/IEC 7812-1 (bank cards), GB 32100 (credit codes), GB/T 2260 (places).
"""

import re
from typing import Final

from guangfu.stations.cells import Wrong, clean, damaged, identity_number
from guangfu.texts import Text

PROVINCES: Final = frozenset(
    str(code)
    for codes in (
        range(11, 16),
        range(21, 24),
        range(31, 38),
        range(41, 47),
        range(50, 55),
        range(61, 66),
        (71, 81, 82, 83),
    )
    for code in codes
)
"""First two digits of GB/T 2260's codes, and 83 of residence permits; a synthetic person has none of them."""

_CARD: Final = re.compile(r"[1-9][0-9]{11,18}")
_PHONE: Final = re.compile(r"(?:\+?86)?(1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8})")
_ACCOUNT: Final = re.compile(r"[0-9]{6,32}")
_CREDIT: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"

DAMAGED: Final = Text(
    "是被表格软件损坏的长数字：请把该列设为“文本”格式后按原件重新填写",
    "a long number that a spreadsheet damaged: format the column as text and enter it again from the original",
)
BAD_IDENTITY: Final = Text("不是有效的公民身份号码（GB 11643 校验不符）", "not an identity number (GB 11643)")
NO_PLACE: Final = Text("公民身份号码的地区不存在", "the identity number is of no place")
REAL_PLACE: Final = Text(
    "演示登记册中不得出现真实地区的身份号码", "the registry is synthetic: no identity number of a real place"
)
BAD_CARD: Final = Text("不是有效的银行卡号（Luhn 校验不符）", "not a bank card's number (Luhn)")
BAD_ACCOUNT: Final = Text("不是有效的银行账号", "not a bank account's number")
BAD_PHONE: Final = Text("不是有效的电话号码", "not a phone number")
BAD_NAME: Final = Text("姓名含有数字、控制字符或首尾空白", "a name with digits, control characters or blanks at an end")
BAD_CREDIT: Final = Text("不是有效的统一社会信用代码（GB 32100 校验不符）", "not a credit code (GB 32100)")


def luhn(digits: str) -> bool:
    """Does the check digit of a card's number agree?

    >>> luhn("4111111111111111"), luhn("4111111111111112")
    (True, False)
    """
    doubled = [int(d) * (1 + i % 2) for i, d in enumerate(reversed(digits))]
    return sum(n - 9 * (n > 9) for n in doubled) % 10 == 0


def credit_code(code: str) -> bool:
    """Is this a unified social credit code, check character included?

    >>> credit_code("91350100M000100Y43"), credit_code("91350100M000100Y44")
    (True, False)
    """
    if len(code) != 18 or any(c not in _CREDIT for c in code):
        return False
    total = sum(_CREDIT.index(c) * pow(3, i, 31) for i, c in enumerate(code[:17]))
    return _CREDIT[-total % 31] == code[17]


def identity_cell(cell: str) -> str | Wrong:
    plain = _plain(cell)
    if damaged(cell):
        return Wrong(DAMAGED)
    return plain if identity_number(plain) else Wrong(BAD_IDENTITY)


def place_fault(number: str, *, synthetic: bool) -> Text | None:
    """What is wrong with an identity number's place: real persons have one, synthetic ones have none."""
    real = number[:2] in PROVINCES
    if synthetic:
        return REAL_PLACE if real else None
    return None if real else NO_PLACE


def card_cell(cell: str) -> str | Wrong:
    plain = _plain(cell)
    if damaged(cell):
        return Wrong(DAMAGED)
    return plain if _CARD.fullmatch(plain) and luhn(plain) else Wrong(BAD_CARD)


def account_cell(cell: str) -> str | Wrong:
    """A supplier's account: no check digit is common to all banks."""
    plain = _plain(cell)
    if damaged(cell):
        return Wrong(DAMAGED)
    return plain if _ACCOUNT.fullmatch(plain) else Wrong(BAD_ACCOUNT)


def credit_cell(cell: str) -> str | Wrong:
    plain = _plain(cell)
    return plain if credit_code(plain) else Wrong(BAD_CREDIT)


def phone_cell(cell: str) -> str | Wrong:
    found = _PHONE.fullmatch(_plain(cell))
    return found.group(1) if found else Wrong(BAD_PHONE)


def name_cell(cell: str) -> str | Wrong:
    fits = clean(cell) and len(cell) <= 60 and not any(c.isdigit() for c in cell)
    return cell if fits and not cell.startswith(("=", "+", "-", "@")) else Wrong(BAD_NAME)


def company_cell(cell: str) -> str | Wrong:
    return cell if clean(cell) and len(cell) <= 120 and not cell.startswith(("=", "+", "-", "@")) else Wrong(BAD_NAME)


def masked(name: str) -> str:
    """A name as a public notice may show it: the first character, and a sign for each of the others.

    >>> masked("巴特尔"), masked("")
    ('巴**', '')
    """
    return name[:1] + "*" * (len(name) - 1)


def _plain(cell: str) -> str:
    return re.sub(r"[\s]", "", cell.removeprefix("'")).upper()

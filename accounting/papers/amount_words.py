"""Amounts in words, as a bank and a finance bureau want them on a form. Pure.

Source:
    《支付结算办法》附一《正确填写票据和结算凭证的基本规定》 (银发〔1997〕393号), recalled.
"""

from typing import Final

from guangfu.ledger.fen import Fen
from guangfu.texts import Lang

_DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"
_PLACES: Final = ("", "拾", "佰", "仟")
_SECTIONS: Final = ("", "万", "亿", "万亿")
_ENGLISH: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_ONES: Final = tuple(_ENGLISH.split())
_TENS: Final = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_THOUSANDS: Final = ("", "thousand", "million", "billion", "trillion", "quadrillion")
MOST: Final = 10**18
"""Amounts must be below. [fen]"""


def amount_words(amount: Fen, lang: Lang) -> str:
    """An amount in the words of a language.

    Raises:
        ValueError: It is not within `MOST`.

    Example:
        >>> amount_words(Fen(12345), Lang.EN)
        'one hundred twenty-three yuan and forty-five fen'
    """
    return english_words(amount) if lang is Lang.EN else chinese_words(amount)


def chinese_words(amount: Fen) -> str:
    """In capital numerals; each amount has words of its own.

    Example:
        >>> [chinese_words(Fen(a)) for a in (12345, 1005, 10000, 150)]
        ['人民币壹佰贰拾叁元肆角伍分', '人民币壹拾元零伍分', '人民币壹佰元整', '人民币壹元伍角整']
        >>> chinese_words(Fen(10_000_500)), chinese_words(Fen(-5))
        ('人民币壹拾万零伍元整', '人民币负伍分')
    """
    _check(amount)
    yuan, cents = divmod(abs(amount), 100)
    jiao, fen = divmod(cents, 10)
    words = f"{_whole(yuan)}元" if yuan or not cents else ""
    words += f"{_DIGITS[jiao]}角" if jiao else "零" if yuan and fen else ""
    words += f"{_DIGITS[fen]}分" if fen else "整"
    return f"人民币{'负' if amount < 0 else ''}{words}"


def _whole(number: int) -> str:
    if number == 0:
        return _DIGITS[0]
    sections: list[int] = []
    while number:
        number, section = divmod(number, 10_000)
        sections.append(section)
    words, owed = "", False  # whether a zero must stand before the next digit
    for place in range(len(sections) - 1, -1, -1):
        section = sections[place]
        if section == 0:
            owed = bool(words)
            continue
        words += ("零" if words and (owed or section < 1000) else "") + _section(section) + _unit(place, sections)
        owed = False
    return words


def _unit(place: int, sections: list[int]) -> str:
    """万亿 is said once: the upper section is 万 where the one below it says 亿."""
    if place == 3 and sections[2]:
        return "万"
    return _SECTIONS[place]


def _section(number: int) -> str:
    words, owed = "", False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if digit == 0:
            owed = bool(words)
            continue
        words += ("零" if owed else "") + _DIGITS[digit] + _PLACES[place]
        owed = False
    return words


def english_words(amount: Fen) -> str:
    """In English words.

    Example:
        >>> english_words(Fen(10_000_500)), english_words(Fen(-5))
        ('one hundred thousand five yuan', 'minus five fen')
    """
    _check(amount)
    yuan, fen = divmod(abs(amount), 100)
    parts = [f"{_english(yuan)} yuan"] if yuan or not fen else []
    parts += [f"{_english(fen)} fen"] if fen else []
    return ("minus " if amount < 0 else "") + " and ".join(parts)


def _english(number: int) -> str:
    if number == 0:
        return _ONES[0]
    words: list[str] = []
    for thousands, name in enumerate(_THOUSANDS):
        below = number // 1000**thousands % 1000
        if below:
            words.insert(0, f"{_hundreds(below)} {name}".strip())
    return " ".join(words)


def _hundreds(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    words = [f"{_ONES[hundreds]} hundred"] if hundreds else []
    if rest >= 20:
        words.append(_TENS[rest // 10] + (f"-{_ONES[rest % 10]}" if rest % 10 else ""))
    elif rest:
        words.append(_ONES[rest])
    return " ".join(words)


def _check(amount: int) -> None:
    if abs(amount) >= MOST:
        raise ValueError(amount)

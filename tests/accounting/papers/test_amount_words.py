"""Amounts in words: each amount has its own, and they can be read back to the fen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounting.papers.amount_words import MOST, chinese_words, english_words
from guangfu.ledger.fen import Fen

AMOUNTS = st.one_of(
    st.integers(-MOST + 1, MOST - 1), st.integers(0, 10**7), st.integers(0, 9999).map(lambda n: n * 10**6)
)
DIGITS = {digit: value for value, digit in enumerate("零壹贰叁肆伍陆柒捌玖")}


def read_whole(words: str) -> int:
    """What capital numerals say: a section's units, times 万 or 亿; 万亿 is both."""
    total, section, digit = 0, 0, 0
    for word in words:
        if word in DIGITS:
            digit = DIGITS[word]
        elif word in "拾佰仟":
            section, digit = section + digit * 10 ** ("拾佰仟".index(word) + 1), 0
        elif word == "万":
            total, section, digit = total + (section + digit) * 10**4, 0, 0
        else:
            total, section, digit = (total + section + digit) * 10**8, 0, 0
    return total + section + digit


def read_words(words: str) -> int:
    rest = words.removeprefix("人民币")
    sign, rest = (-1, rest[1:]) if rest.startswith("负") else (1, rest)
    yuan, _, cents = rest.rpartition("元")
    total = 100 * read_whole(yuan) if yuan else 0
    for unit, worth in (("角", 10), ("分", 1)):
        if unit in cents:
            total += worth * DIGITS[cents[cents.index(unit) - 1]]
    return sign * total


@given(AMOUNTS)
def test_chinese_words_can_be_read_back(amount: int) -> None:
    assert read_words(chinese_words(Fen(amount))) == amount


@given(AMOUNTS)
def test_zeros_never_stand_twice_nor_at_the_end(amount: int) -> None:
    words = chinese_words(Fen(amount))
    assert "零零" not in words
    assert words == "人民币零元整" or not any(f"零{unit}" in words for unit in "拾佰仟万亿元角分整")
    assert words.endswith(("整", "分"))


@given(st.sets(AMOUNTS, min_size=2, max_size=2))
def test_two_amounts_have_two_words(amounts: set[int]) -> None:
    assert len({english_words(Fen(amount)) for amount in amounts}) == 2
    assert len({chinese_words(Fen(amount)) for amount in amounts}) == 2


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (12345, "人民币壹佰贰拾叁元肆角伍分"), (0, "人民币零元整"), (5, "人民币伍分"), (50, "人民币伍角整"),
        (100005, "人民币壹仟元零伍分"), (10700053, "人民币壹拾万柒仟元伍角叁分"),
        (640904, "人民币陆仟肆佰零玖元零肆分"),
        (1_0000_0001_00, "人民币壹亿零壹元整"), (-150, "人民币负壹元伍角整"), (14_0950, "人民币壹仟肆佰零玖元伍角整"),
        (1_0001_0000_0000_00, "人民币壹万零壹亿元整"), (1_0000_0000_0000_00, "人民币壹万亿元整"),
    ],
)  # fmt: skip
def test_known_amounts(amount: int, words: str) -> None:
    assert chinese_words(Fen(amount)) == words


def test_too_much_is_refused() -> None:
    with pytest.raises(ValueError, match="1000000000000000000"):
        chinese_words(Fen(MOST))

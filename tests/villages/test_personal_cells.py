"""Cells with personal data: checked, never repeated."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guangfu.stations import personal
from guangfu.stations.cells import Wrong
from tests.villages.people import card_of, identity_of, name_of, phone_of

CELLS = (
    personal.identity_cell, personal.card_cell, personal.phone_cell, personal.name_cell, personal.account_cell,
    personal.credit_cell, personal.company_cell,
)  # fmt: skip


@pytest.mark.parametrize("n", [1, 2, 999, 1000, 49_999])
def test_what_is_right_is_taken(n: int) -> None:
    assert personal.identity_cell(identity_of(n)) == identity_of(n)
    assert personal.card_cell(f"'{card_of(n)}") == card_of(n)
    assert personal.phone_cell(phone_of(n)) == phone_of(n)
    assert personal.name_cell(name_of(n)) == name_of(n)


@given(st.text(min_size=1, max_size=30))
def test_no_message_repeats_its_cell(cell: str) -> None:
    digits = identity_of(7)[:-1] + "5" + cell
    for parse in CELLS:
        for text in (cell, digits):
            answer = parse(text)
            if isinstance(answer, Wrong):
                assert digits[:6] not in answer.text.zh + answer.text.en
                assert len(text) < 4 or text not in answer.text.zh + answer.text.en


@given(st.integers(1, 49_999), st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_is_found(n: int, place: int, by: int) -> None:
    number, card = identity_of(n), card_of(n)
    if number[place] != "X":
        other = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]
        assert isinstance(personal.identity_cell(other), Wrong)
    other = card[:place] + str((int(card[place]) + by) % 10) + card[place + 1 :]
    assert isinstance(personal.card_cell(other), Wrong)


def test_a_number_that_a_spreadsheet_damaged_is_told() -> None:
    for cell in ("9.90000E+17", "990000197001010000"):
        assert personal.identity_cell(cell) == Wrong(personal.DAMAGED)


def test_a_synthetic_person_is_of_no_place_and_a_real_one_is_of_one() -> None:
    assert personal.place_fault(identity_of(3), synthetic=True) is None
    assert personal.place_fault(identity_of(3), synthetic=False) == personal.NO_PLACE
    assert personal.place_fault("15" + identity_of(3)[2:], synthetic=True) == personal.REAL_PLACE

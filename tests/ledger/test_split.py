"""A split neither loses nor makes a fen, and nobody can gain by their place in a list."""

from fractions import Fraction
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guangfu.ledger.fen import Fen
from guangfu.ledger.split import BadShares, split

amounts = st.integers(-(10**13), 10**13).map(Fen)
shares = st.dictionaries(st.text(max_size=4), st.integers(0, 10**6), min_size=1, max_size=30).filter(
    lambda held: sum(held.values()) > 0
)


@given(amounts, shares)
def test_what_went_in_comes_out(amount: Fen, held: dict[str, int]) -> None:
    parts = split(amount, held)
    assert sum(parts.values()) == amount
    assert list(parts) == list(held)


@given(amounts, shares)
def test_each_part_is_within_one_fen_of_its_exact_share(amount: Fen, held: dict[str, int]) -> None:
    total = sum(held.values())
    for name, part in split(amount, held).items():
        assert abs(part - Fraction(amount * held[name], total)) < 1


@given(amounts, shares, st.randoms(use_true_random=False))
def test_the_order_of_the_shares_changes_nothing(amount: Fen, held: dict[str, int], random: Random) -> None:
    names = list(held)
    random.shuffle(names)
    assert split(amount, {name: held[name] for name in names}) == split(amount, held)


@given(st.integers(0, 10**13).map(Fen), shares)
def test_more_units_never_get_less(amount: Fen, held: dict[str, int]) -> None:
    parts = split(amount, held)
    by_units = sorted(held, key=lambda name: held[name])
    for fewer, more in pairwise(by_units):
        assert parts[fewer] <= parts[more] or held[fewer] == held[more]


@given(amounts, shares)
def test_equal_units_differ_by_one_fen_at_most_and_the_smaller_name_has_it(amount: Fen, held: dict[str, int]) -> None:
    parts = split(amount, held)
    for name, units in held.items():
        for other, others_units in held.items():
            if units == others_units and name < other:
                assert abs(parts[name]) - abs(parts[other]) in {0, 1}


@given(amounts, shares, st.text(min_size=5, max_size=6))
def test_a_share_of_zero_gets_nothing_and_changes_nothing(amount: Fen, held: dict[str, int], name: str) -> None:
    parts = split(amount, held)
    assert all(parts[zero] == 0 for zero, units in held.items() if units == 0)
    assert split(amount, {**held, name: 0}) == {**parts, name: 0}


@given(amounts, shares)
def test_taking_back_takes_back_what_was_given(amount: Fen, held: dict[str, int]) -> None:
    assert split(Fen(-amount), held) == {name: -part for name, part in split(amount, held).items()}


@given(amounts, shares, st.integers(1, 1000))
def test_only_the_proportion_counts(amount: Fen, held: dict[str, int], factor: int) -> None:
    assert split(amount, {name: units * factor for name, units in held.items()}) == split(amount, held)


def test_the_county_whose_64_units_are_held_by_58_villages() -> None:
    held = {f"V{n:02}": 2 if n < 6 else 1 for n in range(58)}
    parts = split(Fen(33_750_000), held)
    assert (sum(held.values()), sum(parts.values())) == (64, 33_750_000)
    # Exactly 1,054,687.5 and 527,343.75: the 42 spare fen go to the larger remainders, 0.75, by name.
    assert (parts["V00"], parts["V57"]) == (1_054_687, 527_343)
    assert [name for name in held if parts[name] == 527_344] == [f"V{n:02}" for n in range(6, 48)]


@pytest.mark.parametrize(
    ("amount", "held", "parts"),
    [
        (0, {"a": 1}, {"a": 0}),
        (1, {"b": 1, "a": 1}, {"b": 0, "a": 1}),
        (100, {"a": 1, "b": 1, "c": 1}, {"a": 34, "b": 33, "c": 33}),
        (5, {"a": 7, "b": 2, "c": 0}, {"a": 4, "b": 1, "c": 0}),
        (-100, {"a": 1, "b": 2}, {"a": -33, "b": -67}),
    ],
)
def test_splits_by_hand(amount: int, held: dict[str, int], parts: dict[str, int]) -> None:
    assert split(Fen(amount), held) == parts


@pytest.mark.parametrize("held", [{}, {"a": 0}, {"a": 0, "b": 0}, {"a": 5, "b": -1}, {"a": -1}])
def test_shares_that_divide_nothing(held: dict[str, int]) -> None:
    with pytest.raises(BadShares):
        split(Fen(100), held)


def test_a_bad_share_is_named() -> None:
    with pytest.raises(BadShares, match="negative: V2"):
        split(Fen(1), {"V1": 5, "V2": -1})


def test_integers_of_64_bits_do_not_overflow() -> None:
    held = {"a": np.int64(2**40), "b": np.int64(2**40)}
    assert split(Fen(2**50), held) == {"a": 2**49, "b": 2**49}  # type: ignore[arg-type]


@pytest.mark.parametrize("units", [0.5, "1", None])
def test_units_are_integers(units: object) -> None:
    with pytest.raises(TypeError):
        split(Fen(1), {"a": units})  # type: ignore[dict-item]


def test_a_hundred_thousand_shares_are_no_matter() -> None:
    held = {f"H{n}": n % 7 for n in range(100_000)}
    assert sum(split(Fen(10**12 + 1), held).values()) == 10**12 + 1

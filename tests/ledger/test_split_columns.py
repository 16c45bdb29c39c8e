"""The split on arrays is the split."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guangfu.ledger.fen import Fen
from guangfu.ledger.split import BadShares, split
from guangfu.ledger.split_columns import split_columns, split_equally

units = st.lists(st.integers(0, 1000), min_size=1, max_size=12).filter(any)
large = st.lists(st.integers(0, 2**40), min_size=1, max_size=4).filter(any)
amounts = st.integers(-(10**12), 10**12) | st.integers(-50, 50)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(amounts, units | large), max_size=8))
def test_each_group_is_split_as_the_plain_split_does(groups: list[tuple[int, list[int]]]) -> None:
    sizes = np.array([len(held) for _, held in groups], np.int64)
    flat = np.array([one for _, held in groups for one in held], np.int64)
    found = split_columns(np.array([a for a, _ in groups], np.int64), np.cumsum(sizes) - sizes, flat)
    plain = [split(Fen(a), {f"{i:03d}": one for i, one in enumerate(held)}) for a, held in groups]
    assert found.tolist() == [part for parts in plain for part in parts.values()]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10**12), st.integers(0, 40)), max_size=8))
def test_equal_parts_are_the_plain_split_among_one_unit_each(groups: list[tuple[int, int]]) -> None:
    found = split_equally(np.array([a for a, _ in groups], np.int64), np.array([n for _, n in groups], np.int64))
    plain = [split(Fen(a), {f"{i:03d}": 1 for i in range(n)}).values() for a, n in groups if n]
    assert found.tolist() == [part for parts in plain for part in parts]


def test_shares_that_divide_nothing_are_refused() -> None:
    with pytest.raises(BadShares):
        split_columns(np.array([5, 5]), np.array([0, 1]), np.array([1, 0]))
    with pytest.raises(BadShares):
        split_columns(np.array([5]), np.array([0]), np.array([2, -1]))

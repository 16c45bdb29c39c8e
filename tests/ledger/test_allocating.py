"""Allocation of receipts: conserves, never more than is outstanding, and the order of receipts changes no total."""

from hypothesis import given, settings
from hypothesis import strategies as st

from guangfu.ledger.allocating import (
    AGE_NAMES,
    WAY_NAMES,
    Allocated,
    Due,
    Way,
    age_class,
    ageing,
    allocate,
    allocate_named,
    allocate_proportionally,
    outstanding,
)
from guangfu.ledger.fen import Fen

MONTHS = [f"2025-{n:02d}" for n in range(1, 13)]
amounts = st.integers(-1_000, 5_000).map(Fen)
dues = st.lists(
    st.builds(Due, st.sampled_from("abc"), st.sampled_from(MONTHS), st.just("base"), amounts, st.just(2025)),
    max_size=12, unique_by=lambda due: (due.station_id, due.month),
)  # fmt: skip
receipts = st.integers(1, 20_000).map(Fen)


def _conserves(found: Allocated, amount: int, of: list[Due]) -> None:
    assert sum(one.amount for one in found.allocations) + found.rest == amount
    due = {(one.station_id, one.month): one.amount for one in of}
    for one in found.allocations:
        asked = due[one.station_id, one.month]
        assert one.amount * asked > 0
        assert abs(one.amount) <= abs(asked)


@given(receipts, dues)
def test_every_way_of_allocating_conserves_and_takes_at_most_what_is_outstanding(amount: Fen, of: list[Due]) -> None:
    station = [due for due in of if due.station_id == "a"]
    _conserves(allocate(amount, station, Way.STATEMENT), amount, of)
    _conserves(allocate_named(amount, station, month="2025-05"), amount, of)
    _conserves(allocate_named(amount, station, subsidy_year=2025), amount, of)
    _conserves(allocate_proportionally(amount, of), amount, of)


@given(dues, st.lists(receipts, max_size=6), st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_any_order_of_receipts_leaves_the_same_totals(of: list[Due], came: list[Fen], random: object) -> None:
    def left(order: list[Fen]) -> tuple[int, int]:
        open_, rest = list(of), 0
        for amount in order:
            found = allocate_named(amount, [d for d in open_ if d.station_id == "a"])
            others = [d for d in open_ if d.station_id != "a"]
            open_ = [*others, *outstanding([d for d in open_ if d.station_id == "a"], found.allocations)]
            rest += found.rest
        return sum(d.amount for d in open_), rest

    shuffled = list(came)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert left(came) == left(shuffled)
    assert left(came)[0] == sum(d.amount for d in of) - (sum(came) - left(came)[1])


def test_a_batch_is_divided_by_what_is_outstanding_with_the_largest_remainder() -> None:
    of = [Due(name, "2025-01", "base", Fen(amount)) for name, amount in (("a", 100), ("b", 100), ("c", 100))]
    found = allocate_proportionally(Fen(100), of)
    assert [one.amount for one in found.allocations] == [34, 33, 33]
    assert {one.way for one in found.allocations} == {Way.PROPORTIONAL}


def test_a_named_month_comes_first_and_the_rest_is_marked_as_our_choice() -> None:
    of = [Due("a", month, "base", Fen(100)) for month in ("2025-01", "2025-02")]
    found = allocate_named(Fen(150), of, month="2025-02")
    assert [(one.month, one.amount, one.way) for one in found.allocations] == [
        ("2025-02", 100, Way.STATEMENT), ("2025-01", 50, Way.OLDEST),
    ]  # fmt: skip


def test_a_subsidy_year_is_filled_from_its_oldest_month() -> None:
    of = [Due("a", f"{year}-01", "subsidy", Fen(100), year) for year in (2023, 2024)]
    found = allocate_named(Fen(250), of, subsidy_year=2024)
    assert [(one.month, one.amount, one.way) for one in found.allocations] == [
        ("2024-01", 100, Way.SUBSIDY_YEAR), ("2023-01", 100, Way.OLDEST),
    ]  # fmt: skip
    assert found.rest == 50


def test_ageing_sums_each_class_by_part() -> None:
    of = [
        Due("a", month, "base", Fen(1)) for month in ("2026-06", "2026-03", "2026-02", "2025-06", "2025-05", "2024-05")
    ]
    assert ageing(of, "2026-06") == {"base": (2, 2, 1, 1)}
    assert len(AGE_NAMES) == 4
    assert age_class("2027-01", "2026-06") == 0
    assert set(WAY_NAMES) == set(Way)

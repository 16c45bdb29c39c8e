"""Postings: what they say, and that correcting always ends at the figure that was asked for."""

from collections import Counter
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from guangfu.ledger.books import AGENCY, CENTRALIZED, CHARTS, Part
from guangfu.ledger.fen import Fen
from guangfu.ledger.journal import Entry, Line, check_balanced
from guangfu.ledger.postings import (
    correct_entitlement,
    correct_estimate,
    entitlement_entry,
    estimate_entry,
    estimate_keys,
    reversal,
    reversal_key,
)
from tests.ledger.strategies import amounts, entries, texts

JUNE = "2026-06"


def balances(posted: Iterable[Entry]) -> Counter[str]:
    total: Counter[str] = Counter()
    for entry in posted:
        for line in entry.lines:
            total[line.account] += line.amount
    return total


def test_an_estimate_of_june() -> None:
    """Dr A2 receivable, estimated 200,925.00 / Cr L1 owed to villages, estimated."""
    about = {"station_id": "S1", "energy_month": JUNE, "part": "subsidy"}
    assert estimate_entry("S1", JUNE, Part.SUBSIDY, Fen(20_092_500)) == Entry(
        AGENCY,
        "estimate/2026-06/S1/subsidy/1",
        "estimate",
        (
            Line("A2", Fen(20_092_500), **about),  # type: ignore[arg-type]
            Line("L1.estimated", Fen(-20_092_500), **about),  # type: ignore[arg-type]
        ),
    )


def test_an_entitlement_of_june() -> None:
    entry = entitlement_entry("S2", JUNE, Fen(25_000))
    assert (entry.book, [(line.account, line.amount) for line in entry.lines]) == (
        CENTRALIZED, [("C1", 25_000), ("C2", -25_000)],
    )  # fmt: skip


@given(texts, st.sampled_from(list(Part)), amounts)
def test_postings_balance_on_accounts_of_their_book(station_id: str, part: Part, amount: Fen) -> None:
    for entry in (estimate_entry(station_id, JUNE, part, amount), entitlement_entry(station_id, JUNE, amount)):
        check_balanced(entry)
        assert {line.account for line in entry.lines} <= set(CHARTS[entry.book])


@given(entries)
def test_a_reversal_undoes_its_entry_whole(entry: Entry) -> None:
    undone = reversal(entry, reversal_key(entry))
    check_balanced(undone)
    assert set(balances([entry, undone]).values()) <= {0}
    assert reversal(undone, entry.key).lines == entry.lines


def test_a_first_estimate_is_one_entry() -> None:
    assert correct_estimate({}, "S1", JUNE, Part.BASE, Fen(500)) == [estimate_entry("S1", JUNE, Part.BASE, Fen(500))]


def test_an_estimate_of_nothing_is_no_entry() -> None:
    assert correct_estimate({}, "S1", JUNE, Part.BASE, Fen(0)) == []


def test_late_data_reverse_the_old_estimate_whole_and_post_the_new_one() -> None:
    old = estimate_entry("S1", JUNE, Part.BASE, Fen(500))
    undone, new = correct_estimate({old.key: old}, "S1", JUNE, Part.BASE, Fen(520))
    assert [undone.key, new.key] == ["estimate/2026-06/S1/base/1/reversal", "estimate/2026-06/S1/base/2"]
    assert undone == reversal(old, reversal_key(old))
    assert new == estimate_entry("S1", JUNE, Part.BASE, Fen(520), revision=2)


@given(st.lists(st.sampled_from([Fen(n) for n in (-3, 0, 500, 520)]), max_size=8))
def test_after_any_corrections_the_last_figure_stands(figures: list[Fen]) -> None:
    posted: dict[str, Entry] = {}
    for amount in figures:
        step = correct_estimate(posted, "S1", JUNE, Part.BASE, amount)
        assert not posted.keys() & {entry.key for entry in step}
        posted |= {entry.key: entry for entry in step}
        assert balances(posted.values())["A2"] == amount
        assert correct_estimate(posted, "S1", JUNE, Part.BASE, amount) == []
        assert len(step) <= 2
    assert all(key.startswith(estimate_keys(JUNE)) for key in posted)


def test_entitlements_are_corrected_the_same_way() -> None:
    first = correct_entitlement({}, "S2", JUNE, Fen(25_000))
    posted = {entry.key: entry for entry in first}
    later = correct_entitlement(posted, "S2", JUNE, Fen(50_000))
    assert balances([*first, *later]) == {"C1": 50_000, "C2": -50_000}


@given(texts, texts, st.sampled_from(list(Part)), st.sampled_from(list(Part)), st.integers(1, 12), st.integers(1, 12))
def test_two_postings_share_a_key_only_if_they_are_the_same_step(
    a: str, b: str, part_a: Part, part_b: Part, revision_a: int, revision_b: int
) -> None:
    one = estimate_entry(a, JUNE, part_a, Fen(1), revision=revision_a)
    other = estimate_entry(b, JUNE, part_b, Fen(1), revision=revision_b)
    assert (one.key == other.key) == ((a, part_a, revision_a) == (b, part_b, revision_b))
    assert one.key != reversal_key(other)

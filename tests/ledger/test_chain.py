"""Canonical bytes tell every two entries apart, and a chain shows what was done to it."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guangfu.ledger.chain import GENESIS, Head, Link, canonical_bytes, chain_faults, chained
from guangfu.ledger.fen import Fen
from guangfu.ledger.journal import Entry, Line, Unbalanced, check_balanced
from tests.ledger.strategies import entries, instants, lines

AT = datetime(2026, 7, 1, tzinfo=UTC)
ENTRY = Entry(
    "AGENCY", "k", "estimate", (Line("A2", Fen(5), station_id="电站", part="base"), Line("L1.estimated", Fen(-5)))
)
seqs = st.integers(1, 2**62)


def faults(links: list[Link], head: Head) -> list[int]:
    return [seq for seq, _ in chain_faults(links, head)]


def test_the_bytes_of_version_1_are_fixed_for_ever() -> None:
    assert canonical_bytes(ENTRY, seq=7, posted_at=AT).decode() == (
        '{"v":1,"book":"AGENCY","seq":7,"posted_at":"2026-07-01T00:00:00.000000Z","key":"k","kind":"estimate",'
        '"lines":[{"account":"A2","amount_fen":5,"station_id":"电站","part":"base"},'
        '{"account":"L1.estimated","amount_fen":-5}]}'
    )
    (link,) = chained(Head(0, GENESIS), [ENTRY], AT)
    assert link.hash.hex() == "676cbdfa517fd71e14057322033a236b827f62ef047717010933e1e90a2f4922"


def test_an_instant_has_one_spelling() -> None:
    elsewhere = AT.astimezone(timezone(timedelta(hours=8)))
    assert canonical_bytes(ENTRY, seq=1, posted_at=elsewhere) == canonical_bytes(ENTRY, seq=1, posted_at=AT)


@given(entries, seqs, instants, entries, seqs, instants)
def test_different_entries_have_different_bytes(
    a: Entry, seq_a: int, at_a: datetime, b: Entry, seq_b: int, at_b: datetime
) -> None:
    same = (a, seq_a, at_a) == (b, seq_b, at_b)
    one, other = canonical_bytes(a, seq=seq_a, posted_at=at_a), canonical_bytes(b, seq=seq_b, posted_at=at_b)
    assert (one == other) == same


@given(entries, st.data())
def test_any_other_value_of_any_field_of_a_line_has_other_bytes(entry: Entry, data: st.DataObject) -> None:
    number = data.draw(st.integers(0, len(entry.lines) - 1))
    changed = data.draw(lines.filter(lambda line: line != entry.lines[number]))
    other = replace(entry, lines=(*entry.lines[:number], changed, *entry.lines[number + 1 :]))
    assert canonical_bytes(other, seq=1, posted_at=AT) != canonical_bytes(entry, seq=1, posted_at=AT)


@given(entries, seqs, instants)
def test_the_bytes_say_everything_about_the_entry(entry: Entry, seq: int, at: datetime) -> None:
    told = json.loads(canonical_bytes(entry, seq=seq, posted_at=at))
    read = tuple(Line(x.pop("account"), Fen(x.pop("amount_fen")), **x) for x in told["lines"])
    assert Entry(told["book"], told["key"], told["kind"], read) == entry
    assert (told["seq"], datetime.fromisoformat(told["posted_at"])) == (seq, at)


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        canonical_bytes(replace(ENTRY, key="\ud800"), seq=1, posted_at=AT)


@given(st.lists(entries, max_size=6))
def test_a_chain_that_was_left_alone_has_no_fault(posted: list[Entry]) -> None:
    links = list(chained(Head(0, GENESIS), posted, AT))
    head = Head(links[-1].seq, links[-1].hash) if links else Head(0, GENESIS)
    assert faults(links, head) == []


@given(st.lists(entries, min_size=1, max_size=5), st.lists(entries, min_size=1, max_size=5))
def test_a_chain_goes_on_where_it_stopped(first: list[Entry], then: list[Entry]) -> None:
    whole = list(chained(Head(0, GENESIS), [*first, *then], AT))
    begun = list(chained(Head(0, GENESIS), first, AT))
    assert begun + list(chained(Head(begun[-1].seq, begun[-1].hash), then, AT)) == whole


@given(st.lists(entries, min_size=2, max_size=5), st.data())
def test_a_missing_entry_is_found(posted: list[Entry], data: st.DataObject) -> None:
    links = list(chained(Head(0, GENESIS), posted, AT))
    gone = data.draw(st.integers(0, len(links) - 1))
    assert gone + 1 in faults(links[:gone] + links[gone + 1 :], Head(links[-1].seq, links[-1].hash))


@given(st.lists(entries, min_size=2, max_size=5, unique_by=lambda entry: entry.lines))
def test_entries_that_changed_places_are_found(posted: list[Entry]) -> None:
    links = list(chained(Head(0, GENESIS), posted, AT))
    a, b = links[0], links[1]
    swapped = [replace(b, seq=1), replace(a, seq=2), *links[2:]]
    assert {1, 2} <= set(faults(swapped, Head(links[-1].seq, links[-1].hash)))


@given(st.lists(entries, min_size=1, max_size=4), st.data())
def test_a_changed_byte_is_found_where_it_is(posted: list[Entry], data: st.DataObject) -> None:
    links = list(chained(Head(0, GENESIS), posted, AT))
    number = data.draw(st.integers(0, len(links) - 1))
    kept = bytearray(links[number].canonical)
    kept[data.draw(st.integers(0, len(kept) - 1))] ^= data.draw(st.integers(1, 255))
    links[number] = replace(links[number], canonical=bytes(kept))
    assert set(faults(links, Head(links[-1].seq, links[-1].hash))) == {number + 1}


def test_an_unbalanced_entry_is_found_even_with_the_right_hash() -> None:
    crooked = replace(ENTRY, lines=(Line("A2", Fen(5)), Line("L1.estimated", Fen(-4))))
    links = list(chained(Head(0, GENESIS), [crooked], AT))
    ((seq, detail),) = chain_faults(links, Head(1, links[0].hash))
    assert (seq, detail) == (1, "AGENCY k: 2 lines, debits 0.05, credits 0.04 yuan")


@pytest.mark.parametrize("some", [(), (Line("A2", Fen(0)),), (Line("A2", Fen(1)), Line("L2", Fen(-2)))])
def test_what_is_not_balanced(some: tuple[Line, ...]) -> None:
    with pytest.raises(Unbalanced):
        check_balanced(replace(ENTRY, lines=some))


@given(entries)
def test_what_is_balanced(entry: Entry) -> None:
    check_balanced(entry)
    assert sum(line.amount for line in entry.lines) == 0

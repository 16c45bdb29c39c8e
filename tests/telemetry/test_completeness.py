"""What is known of a start depends on which messages came, not on their order or repetition."""

import random
from datetime import date
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from guangfu.clock import DAY_MS, day_start, to_ms
from guangfu.telemetry.completeness import (
    Boot,
    Gap,
    Run,
    local_day_number,
    missing_by_day,
    size,
    take_out,
    united,
    without,
)

MIDNIGHT_MS = to_ms(day_start(date(2026, 6, 1)))
DAY = local_day_number(MIDNIGHT_MS)
MINUTE_MS = 60_000

SPANS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 8)).map(lambda s: (s[0], s[0] + s[1])), max_size=6)
ARRIVALS = st.lists(st.tuples(st.integers(1, 40), st.booleans()), min_size=1, max_size=60)


def at_ms(number: int) -> int:
    """A message a minute; number 20 is the first of the second day."""
    return MIDNIGHT_MS + (number - 20) * MINUTE_MS


def run_of(first: int, last: int) -> Run:
    return Run(first, last, at_ms(first), at_ms(last))


def numbers(spans: list[tuple[int, int]]) -> set[int]:
    return {n for first, last in spans for n in range(first, last + 1)}


def taken(arrivals: list[tuple[int, bool]]) -> tuple[Boot, dict[int, int], dict[int, int]]:
    """The start, and what `add` said of each day: received and late."""
    boot, received, late = Boot(), dict[int, int](), dict[int, int]()
    for number, is_late in arrivals:
        day = local_day_number(at_ms(number))
        new, more_late = boot.add(run_of(number, number), day, late=is_late)
        received[day] = received.get(day, 0) + new
        late[day] = late.get(day, 0) + more_late
    return boot, received, late


@given(SPANS, SPANS, st.tuples(st.integers(0, 30), st.integers(0, 8)).map(lambda s: (s[0], s[0] + s[1])))
def test_spans_are_sets_of_numbers(
    some: list[tuple[int, int]], more: list[tuple[int, int]], span: tuple[int, int]
) -> None:
    both = united(some, more)
    assert numbers(both) == numbers(some) | numbers(more)
    assert size(both) == len(numbers(both))
    assert all(before[1] + 1 < after[0] for before, after in pairwise(both))
    assert numbers(without(both, span)) == numbers(both) - numbers([span])


@given(SPANS, st.tuples(st.integers(0, 30), st.integers(0, 8)).map(lambda s: (s[0], s[0] + s[1])))
def test_taking_out_looks_at_neighbours_only_and_gives_the_same(
    some: list[tuple[int, int]], taken_out: tuple[int, int]
) -> None:
    spans = united(some, [])
    left = without(spans, taken_out)
    assert (take_out(spans, taken_out), spans) == (size(left) - size(united(some, [])), left)


@given(ARRIVALS, st.randoms(use_true_random=False))
@settings(max_examples=200)
def test_order_and_repetition_change_nothing(arrivals: list[tuple[int, bool]], order: random.Random) -> None:
    again = arrivals + arrivals[::2]
    order.shuffle(again)
    assert taken(again) == taken(arrivals)


@given(ARRIVALS)
@settings(max_examples=200)
def test_received_missing_and_late_are_what_a_set_would_say(arrivals: list[tuple[int, bool]]) -> None:
    boot, received, late = taken(arrivals)
    came = {n for n, _ in arrivals}
    only_late = came - {n for n, is_late in arrivals if not is_late}
    assert boot.known == run_of(min(came), max(came))
    absent = set(range(min(came), max(came))) - came
    assert numbers([gap[:2] for gap in boot.gaps]) == absent
    assert sum(gap.missing for gap in boot.gaps) == len(absent)
    for day in (DAY - 1, DAY):
        of_day = {n for n in came if local_day_number(at_ms(n)) == day}
        assert received.get(day, 0) == len(of_day)
        assert late.get(day, 0) == len(of_day & only_late) == size(boot.late.get(day, []))
    for gap in boot.gaps:
        assert (gap.from_ms, gap.until_ms) == (at_ms(gap.first - 1), at_ms(gap.last + 1))


@given(st.sets(st.integers(1, 60), min_size=1), st.data())
def test_runs_say_the_same_as_their_numbers_one_by_one(came: set[int], data: st.DataObject) -> None:
    whole = Boot()
    for first, last in data.draw(st.permutations(united([], [(n, n) for n in came]))):
        whole.add(run_of(first, last), DAY, late=False)
    assert (whole.known, whole.gaps) == (
        taken([(n, False) for n in sorted(came)])[0].known,
        taken([(n, False) for n in came])[0].gaps,
    )


def test_what_fills_a_gap_closes_it() -> None:
    boot = Boot()
    boot.add(run_of(1, 3), DAY, late=False)
    boot.add(run_of(9, 9), DAY, late=False)
    assert boot.gaps == [Gap(4, 8, at_ms(3), at_ms(9))]
    assert boot.add(run_of(2, 5), DAY, late=True) == (2, 2)
    assert boot.gaps == [Gap(6, 8, at_ms(5), at_ms(9))]
    assert boot.add(run_of(1, 9), DAY, late=False) == (3, -2)
    assert boot.gaps == []


@given(st.integers(0, 2**62), st.integers(1, 10_000), st.integers(0, 5 * DAY_MS), st.integers(-3_600_000, 5 * DAY_MS))
def test_missing_messages_are_each_on_one_day(first: int, count: int, offset_ms: int, length_ms: int) -> None:
    start = MIDNIGHT_MS + offset_ms
    gap = Gap(first, first + count - 1, start, start + length_ms)
    days = missing_by_day(gap)
    assert sum(days.values()) == count
    low, high = sorted((gap.from_ms, gap.until_ms))
    expected: dict[int, int] = {}
    for k in range(1, count + 1):
        day = local_day_number(low + k * (high - low) // (count + 1))
        expected[day] = expected.get(day, 0) + 1
    assert days == expected

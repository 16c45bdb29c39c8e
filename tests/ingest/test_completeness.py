"""The numbers of messages, from a batch to SQL."""

import random
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guangfu.clock import DAY_MS
from guangfu.storage.spool import Frame, Group, Messages
from guangfu.telemetry.completeness import CHINA_MS, LATE_MS, Came, local_day_number
from guangfu.telemetry.encode import encode_message
from guangfu.telemetry.reading import Message
from ingest.batch import Batch
from ingest.check import Arrival
from ingest.completeness import MOST_RUNS, Numbered, coarsened, joined
from ingest.directory import Directory
from tests.ingest.world import NOON_MS, meter, registry_of

DIRECTORY = Directory.of(registry_of())
Sent = tuple[str, str | None, int | None, list[int]]
"""Station, boot, number, and how long ago each reading is. [ms]"""

SENT = st.tuples(
    st.sampled_from(["s-0", "s-1"]),
    st.sampled_from(["a", "a", "b"]),
    st.integers(0, 12) | st.just(2**63 - 1),
    st.lists(st.sampled_from([0, 1000, LATE_MS, LATE_MS + 1, DAY_MS]), min_size=1, max_size=3),
)
UNNUMBERED = st.tuples(st.just("s-0"), st.sampled_from([None, "a"]), st.none(), st.just([0]))


def arrival(sent: Sent) -> Arrival:
    station, boot, seq, ages_ms = sent
    message = Message(station=station, boot=boot, seq=seq, readings=[meter(NOON_MS - age) for age in ages_ms])
    return Arrival(NOON_MS, f"pv/1/{station}/telemetry", encode_message(message))


def group_of(number: int, sent: Sequence[Sent]) -> Group:
    return Group(number, Messages.of([Frame(*arrival(each)) for each in sent]))


def numbered(sent: Sequence[Sent], *, plain: bool = False) -> list[Numbered]:
    batch, group = Batch("w", DIRECTORY, 300_000), group_of(7, sent)
    if not plain:
        batch.add(group)
    else:
        batch.groups.append(group.id)
        for index, each in enumerate(sent):
            batch._add_one(group, index, arrival(each))
    return batch.owed_whole().numbered


def told(
    several: Sequence[Numbered],
) -> tuple[list[tuple[str, str, int, bool, int]], int, dict[tuple[str, int], tuple[int, int]]]:
    """Each number that came with its station, boot, day and lateness; messages; and what has no number."""
    came: list[Came] = [each for one in several for each in one.came()]
    numbers = {(*each[:4], n) for each in came for n in range(each.run.first, each.run.last + 1)}
    unnumbered: dict[tuple[str, int], tuple[int, int]] = {}
    for one in several:
        for station, day, messages, late in one.unnumbered:
            before = unnumbered.get((station, day), (0, 0))
            unnumbered[station, day] = (before[0] + messages, before[1] + late)
    return sorted(numbers), sum(each.messages for each in came), unnumbered


def expected(sent: Sequence[Sent]) -> set[tuple[str, str, int, bool, int]]:
    return {
        (station, boot, local_day_number(NOON_MS - max(ages)), min(ages) > LATE_MS, seq)
        for station, boot, seq, ages in sent
        if boot is not None and seq is not None
    }


@given(st.lists(SENT | UNNUMBERED, min_size=1, max_size=40))
@settings(max_examples=100)
def test_each_number_is_told_with_its_day_and_lateness(sent: list[Sent]) -> None:
    numbers, messages, unnumbered = told(numbered(sent))
    assert set(numbers) == expected(sent)
    assert messages + sum(count for count, _ in unnumbered.values()) == len(sent)
    assert told(numbered(sent, plain=True)) == (numbers, messages, unnumbered)


@given(st.lists(SENT, min_size=1, max_size=8))
@settings(max_examples=30)
def test_many_messages_are_told_as_runs(sent: list[Sent]) -> None:
    many = [
        (station, boot, seq, ages) for n in range(100) for station, boot, seq, ages in [("s-2", "c", n, [0]), *sent]
    ]
    (one,) = numbered(many)
    assert told([one])[0] == sorted(expected(many))
    assert len([came for came in one.came() if came.station == "s-2"]) == 1


@given(st.lists(st.lists(SENT | UNNUMBERED, min_size=1, max_size=10), min_size=1, max_size=5), st.integers(0, 6))
@settings(max_examples=50)
def test_what_is_joined_says_the_same_and_keeps_apart_what_sql_may_know(batches: list[list[Sent]], apart: int) -> None:
    several: list[Numbered] = []
    for number, sent in enumerate(batches, 1):
        for one in numbered(sent):
            one.group = number
            several.append(one)
    fewer = joined(several, apart)
    assert told(fewer) == told(several)
    assert told([one for one in fewer if one.group <= apart]) == told([one for one in several if one.group <= apart])
    assert len([one for one in fewer if one.group > apart]) == (len(batches) > apart)


def test_a_message_is_of_the_day_of_its_earliest_reading() -> None:
    midnight_ms = (NOON_MS + CHINA_MS) // DAY_MS * DAY_MS - CHINA_MS
    day = local_day_number(NOON_MS)
    (one,) = numbered([("s-0", "a", 1, [NOON_MS - midnight_ms]), ("s-0", "a", 2, [0, NOON_MS - midnight_ms + 1])])
    assert [(came.run.first, came.day) for came in one.came()] == [(1, day), (2, day - 1)]


def runs_of(several: Sequence[Numbered]) -> list[Came]:
    return [each for one in several for each in one.came()]


def test_a_counter_that_stations_share_becomes_counts_and_few_rows() -> None:
    sent: list[Sent] = [(f"s-{n % 3}", "a", n, [0]) for n in range(9000)]
    came = runs_of(numbered(sent))
    assert len(came) == 3
    assert {(x.station, x.run.first, x.run.last, x.messages, x.holes) for x in came} == {
        (f"s-{i}", i, 8997 + i, 3000, 5998) for i in range(3)
    }


def test_numbers_by_chance_become_counts_in_large_batches_and_in_many_small_ones() -> None:
    dice = random.Random(4)
    sent: list[Sent] = [("s-0", "a", dice.randrange(2**63), [0]) for _ in range(6000)]
    (whole,) = runs_of(numbered(sent))
    small = [one for start in range(0, len(sent), 50) for one in numbered(sent[start : start + 50])]
    for number, one in enumerate(small, 1):
        one.group = number
    (put_together,) = runs_of(joined(small, 0))
    assert put_together == whole
    assert (whole.messages, whole.run.last - whole.run.first + 1 - whole.holes) == (6000, 6000)


def test_a_station_that_misses_some_keeps_its_gaps_beside_one_that_counts_oddly() -> None:
    odd: list[Sent] = [("s-0", "a", 2 * n, [0]) for n in range(5000)]
    lossy: list[Sent] = [("s-1", "a", n, [0]) for n in range(5000) if n % 10]
    came = [each for each in runs_of(numbered(odd + lossy)) if each.station == "s-1"]
    assert len(came) == 500
    assert not any(each.holes for each in came)


def test_of_several_workers_each_keeps_what_the_others_will_fill() -> None:
    batch = Batch("w", DIRECTORY, 300_000, shared=True)
    batch.add(group_of(7, [("s-0", "a", 2 * n, [0]) for n in range(5000)]))
    came = runs_of(batch.owed_whole().numbered)
    assert len(came) == 5000
    assert not any(each.holes for each in came)


@given(st.lists(st.integers(1, 400), min_size=1, max_size=12), st.booleans(), st.integers(2000, 4000))
@settings(max_examples=40)
def test_runs_are_bounded_whatever_the_numbers_are_and_no_message_is_lost(
    of_start: list[int], shared: bool, most: int
) -> None:
    """Starts with from ten to thousands of runs of two numbers: every third is missing, which is much, but not odd."""
    columns = [
        (start, 0, 0, 3 * n, 3 * n + 1, 3 * n, 3 * n + 1, 2)
        for start, n10 in enumerate(of_start)
        for n in range(10 * n10)
    ]
    runs = np.array(columns, dtype=np.int64).T
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("ingest.completeness.MOST_KEPT", most)
        fine, coarse = coarsened(runs, shared=shared)
    assert fine.shape[1] <= most or runs.shape[1] <= MOST_RUNS
    assert fine[7].sum() + coarse[7].sum() == 2 * len(columns)
    assert {*fine[0].tolist(), *coarse[0].tolist()} == set(range(len(of_start)))
    assert not {*fine[0].tolist()} & {*coarse[0].tolist()}, "a start is kept as the one or the other"
    for start, _, _, first, last, *_, messages, holes in coarse.T.tolist():
        assert (first, last) == (0, 3 * 10 * of_start[start] - 2)
        assert last - first + 1 - holes == messages == 2 * 10 * of_start[start]
    if coarse.shape[1]:
        fewest_runs = min(10 * of_start[start] for start in coarse[0].tolist())
        assert all(10 * of_start[start] <= fewest_runs for start in fine[0].tolist())


def test_messages_that_each_have_a_start_of_their_own_count_as_unnumbered() -> None:
    sent: list[Sent] = [("s-0", f"boot-{n}", 1, [0]) for n in range(5000)]
    sent += [("s-1", "a", n, [0]) for n in range(100)]
    (one,) = numbered(sent)
    (came,) = one.came()
    assert (came.station, came.boot, came.messages) == ("s-1", "a", 100)
    assert [(station, messages, late) for station, _, messages, late in one.unnumbered] == [("s-0", 5000, 0)]

"""Numbers as SQL keeps them: whatever the order, the repetition and the workers, the same figures."""

import itertools
import random
from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, func, select

from guangfu.clock import day_start, to_ms
from guangfu.storage.sql import schema
from guangfu.storage.sql.completeness import (
    StationDay,
    close_gaps,
    keep_numbers,
    read_completeness,
    read_gaps,
    told_up_to,
)
from guangfu.telemetry.completeness import Came, Gap, Run, local_day_number

TODAY, TOMORROW = date(2026, 6, 1), date(2026, 6, 2)
MIDNIGHT_MS = to_ms(day_start(TOMORROW))
MINUTE_MS = 60_000
BORDER = 30
"""The number of the first message of the second day; one a minute."""
HIGHEST = 2**63 - 1
DAY = local_day_number(MIDNIGHT_MS)


def at_ms(seq: int) -> int:
    return MIDNIGHT_MS + (seq - BORDER) * MINUTE_MS


def came(seq: int, *, last: int | None = None, boot: str = "a", late: bool = False, station: str = "s-0") -> Came:
    """Numbers in one message each; without `last` one number."""
    until = seq if last is None else last
    run = Run(seq, until, at_ms(seq), at_ms(until))
    return Came(station, boot, local_day_number(at_ms(seq)), late, run, until - seq + 1)


def tell(engine: Engine, *some: Came, origin: str = "0/x", group: int = 1) -> None:
    with engine.begin() as db:
        if told_up_to(db, origin) < group:
            keep_numbers(db, origin, group, list(some), [])


def figures(engine: Engine, station: str = "s-0") -> list[StationDay]:
    with engine.connect() as db:
        return read_completeness(db, start=TODAY, end=TOMORROW, stations=[station])


def gaps(engine: Engine) -> list[tuple[int, int]]:
    with engine.connect() as db:
        return [found.gap[:2] for found in read_gaps(db, start=TODAY, end=TOMORROW)]


def rows(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """All that was kept, but for what was told."""
    tables = [schema.seq_boots, schema.seq_gaps, schema.seq_late, schema.completeness_days]
    with engine.connect() as db:
        return {t.name: sorted(map(tuple, db.execute(select(t)))) for t in tables}


@pytest.mark.parametrize("seed", range(4))
def test_figures_are_what_sets_would_say(seed: int, engine: Engine) -> None:
    """Two workers each saw a part, tell it in pieces, sometimes twice, and the pieces of both interleave."""
    dice = random.Random(seed)
    arrivals = [came(dice.randint(1, 60), late=dice.random() < 0.3) for _ in range(80)]
    parts = [(worker, arrivals[worker::2]) for worker in (0, 1)]
    pieces = [
        (f"{worker}/x", group, part[start : start + 8])
        for worker, part in parts
        for group, start in enumerate(range(0, len(part), 8), 1)
    ]
    for origin, group, some in _interleaved(dice, pieces):
        for _ in range(dice.randint(1, 2)):
            tell(engine, *some, origin=origin, group=group)
    assert figures(engine) == _expected(arrivals)
    seqs = {one.run.first for one in arrivals}
    absent = [n for n in range(min(seqs), max(seqs)) if n not in seqs]
    assert [n for first, last in gaps(engine) for n in range(first, last + 1)] == absent


def _interleaved(dice: random.Random, pieces: list[tuple[str, int, list[Came]]]) -> list[tuple[str, int, list[Came]]]:
    """Each worker's pieces in their order, the two workers mixed."""
    mixed = [piece[0] for piece in pieces]
    dice.shuffle(mixed)
    of = {origin: iter([piece for piece in pieces if piece[0] == origin]) for origin in set(mixed)}
    return [next(of[origin]) for origin in mixed]


def _expected(arrivals: Sequence[Came]) -> list[StationDay]:
    numbers = {one.run.first for one in arrivals}
    timely = {one.run.first for one in arrivals if not one.late}
    days = []
    for day, known in ((TODAY, range(min(numbers), BORDER)), (TOMORROW, range(BORDER, max(numbers) + 1))):
        of_day = [one for one in arrivals if one.run.first in known]
        received = numbers & set(known)
        missing = _absent_near_border(numbers, known)
        if of_day or missing:
            doubled = len(of_day) - len(received)
            days.append(StationDay("s-0", day, len(received), missing, doubled, len(received - timely)))
    return days


def _absent_near_border(numbers: set[int], known: range) -> int:
    """Each message is a minute after the one before, so what is missing falls on its own day."""
    return len(set(known) - numbers)


def test_a_live_message_after_the_last_one_makes_no_row_but_the_counts(engine: Engine) -> None:
    tell(engine, came(1, last=5))
    tell(engine, came(6), group=2)
    kept = rows(engine)
    assert [row[2:4] for row in kept["seq_boots"]] == [(1, 6)]
    assert kept["seq_gaps"] == kept["seq_late"] == []
    assert figures(engine) == [StationDay("s-0", TODAY, received=6)]


def test_a_gap_that_is_filled_later_is_closed_again(engine: Engine) -> None:
    tell(engine, came(1, last=3), came(10, last=12))
    assert gaps(engine) == [(4, 9)]
    assert figures(engine) == [StationDay("s-0", TODAY, received=6, missing=6)]
    tell(engine, came(2, last=7, late=True), group=2)
    assert gaps(engine) == [(8, 9)]
    tell(engine, came(1, last=12, late=True), group=3)
    assert gaps(engine) == []
    assert figures(engine) == [StationDay("s-0", TODAY, received=12, doubled=12, late=6)]


def test_what_was_told_twice_is_counted_once(engine: Engine) -> None:
    tell(engine, came(1, last=3))
    before = rows(engine)
    tell(engine, came(1, last=3))
    assert rows(engine) == before
    tell(engine, came(1, last=3), origin="1/y")
    assert figures(engine) == [StationDay("s-0", TODAY, received=3, doubled=3)]


def test_the_first_numbers_of_a_later_start_are_missed_those_of_the_first_start_are_not(engine: Engine) -> None:
    tell(engine, came(5, last=9, boot="a"))
    assert gaps(engine) == []
    tell(engine, came(14, last=20, boot="b"), group=2)
    with engine.connect() as db:
        (found,) = read_gaps(db, start=TODAY, end=TODAY)
    assert (found.boot, found.gap) == ("b", Gap(1, 13, at_ms(9), at_ms(14)))
    head = came(10, boot="b", late=True)._replace(run=Run(1, 13, at_ms(10), at_ms(13)), messages=13)
    tell(engine, head, group=3)
    assert gaps(engine) == []


def test_a_counter_that_goes_on_after_a_start_is_no_loss(engine: Engine) -> None:
    tell(engine, came(5, last=9, boot="a"))
    tell(
        engine,
        Came("s-0", "b", local_day_number(at_ms(10)), False, Run(10**6, 10**6, at_ms(10), at_ms(10)), 1),
        group=2,
    )
    assert gaps(engine) == []


def test_a_gap_over_a_day_border_is_shared_by_time(engine: Engine) -> None:
    tell(engine, came(BORDER - 3), came(BORDER + 2))
    assert figures(engine) == [
        StationDay("s-0", TODAY, received=1, missing=2),
        StationDay("s-0", TOMORROW, received=1, missing=2),
    ]


def test_a_day_in_the_middle_of_a_gap_has_missing_messages_only(engine: Engine) -> None:
    before, after = came(1), came(2)
    week_ms = 7 * 86_400_000
    far = after._replace(day=before.day + 7, run=Run(702, 702, at_ms(1) + week_ms, at_ms(1) + week_ms))
    tell(engine, before, far)
    with engine.connect() as db:
        days = read_completeness(db, start=TOMORROW, end=TOMORROW + timedelta(days=2))
    assert [(d.received, d.missing) for d in days] == [(0, 100)] * 3


def test_messages_without_a_number_are_counted_as_such(engine: Engine) -> None:
    with engine.begin() as db:
        keep_numbers(db, "0/x", 1, [], [("s-0", local_day_number(at_ms(1)), 5, 2)])
    assert figures(engine) == [StationDay("s-0", TODAY, unnumbered=5, late=2)]


def test_old_gaps_become_counts(engine: Engine) -> None:
    tell(engine, came(1), came(5, late=True), came(BORDER + 1), came(BORDER + 4))
    before = figures(engine)
    with engine.begin() as db:
        assert close_gaps(db, before=TOMORROW) == 1
        assert close_gaps(db, before=TOMORROW) == 0
    assert figures(engine) == before
    assert gaps(engine) == [(6, BORDER), (BORDER + 2, BORDER + 3)]
    tell(engine, came(3), group=2)
    assert figures(engine)[0].doubled == 1, "what fills a closed gap is a copy of what was given up"


def test_numbers_and_names_at_their_limits(engine: Engine) -> None:
    odd = "b\x00\ud800'"
    tell(engine, came(1, boot=odd)._replace(run=Run(HIGHEST, HIGHEST, at_ms(1), at_ms(1))))
    tell(engine, came(1, boot=odd)._replace(run=Run(0, 0, at_ms(1), at_ms(1))), group=2)
    assert gaps(engine) == [(1, HIGHEST - 1)]
    tell(engine, came(1, boot=odd)._replace(run=Run(1, 2, at_ms(1), at_ms(1)), messages=2), group=3)
    assert gaps(engine) == [(3, HIGHEST - 1)]
    with engine.begin() as db:
        assert close_gaps(db, before=TOMORROW) == 1
    assert figures(engine)[0].received == 4


def test_a_fleet_costs_a_row_a_station_and_day(engine: Engine) -> None:
    for minute in range(3):
        some = [came(10 * minute + 1, last=10 * minute + 10, station=f"s-{i:03}") for i in range(200)]
        tell(engine, *some, group=minute + 1)
    with engine.connect() as db:
        counted = {t.name: db.execute(select(func.count()).select_from(t)).scalar_one() for t in (
            schema.seq_boots, schema.seq_gaps, schema.completeness_days)}  # fmt: skip
    assert counted == {"seq_boots": 200, "seq_gaps": 0, "completeness_days": 200}


def test_of_a_run_with_holes_only_counts_are_kept_and_what_fills_them_is_doubled(engine: Engine) -> None:
    tell(engine, came(1))
    coarse = came(3, last=12)._replace(messages=5, holes=6)
    tell(engine, coarse, group=2)
    assert gaps(engine) == [(2, 2)]
    (day,) = figures(engine)
    assert (day.received, day.missing, day.doubled) == (5, 7, 1)
    tell(engine, coarse, group=2)
    tell(engine, came(5), group=3)
    (day,) = figures(engine)
    assert (day.received, day.missing, day.doubled) == (5, 7, 2)
    tell(engine, came(2), group=4)
    (day,) = figures(engine)
    assert (day.received, day.missing, day.doubled) == (6, 6, 2)


def test_of_two_workers_that_both_tell_counts_the_one_fills_what_the_other_missed(engine: Engine) -> None:
    def half(first: int, messages: int, group: int, origin: str) -> None:
        span = came(first, last=first + 18)
        coarse = span._replace(messages=messages, holes=span.run.last - first + 1 - messages)
        with engine.begin() as db:
            keep_numbers(db, origin, group, [coarse], [], shared=True)

    half(1, 10, 1, "0/x")
    assert [(d.received, d.missing, d.doubled) for d in figures(engine)] == [(10, 9, 0)]
    half(2, 7, 1, "1/y")  # 20 is new, six fill what the first did not get; three are missing for good
    assert [(d.received, d.missing, d.doubled) for d in figures(engine)] == [(17, 3, 0)]
    half(2, 7, 2, "1/y")  # a repetition can't be told from a filled gap: what is missing is at least that
    assert [(d.received, d.missing, d.doubled) for d in figures(engine)] == [(20, 0, 4)]
    assert gaps(engine) == []


@pytest.mark.parametrize("seed", range(3))
def test_a_start_with_very_many_gaps_keeps_the_newest_and_counts_the_others(
    seed: int, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every figure stays what it is without the bound, and what comes in order is exact."""
    monkeypatch.setattr("guangfu.storage.sql.completeness.MOST_GAPS", 40)
    dice = random.Random(seed)
    numbers = sorted(dice.sample(range(1, 400), 180))
    for group, start in enumerate(range(0, len(numbers), 60), 1):
        tell(engine, *(came(n)._replace(day=DAY) for n in numbers[start : start + 60]), group=group)
    kept = gaps(engine)
    assert 20 <= len(kept) <= 40 + 60
    assert kept == [gap for gap in _absent(numbers) if gap[0] >= kept[0][0]]
    found = figures(engine)
    assert sum(day.received for day in found) == len(numbers)
    assert sum(day.missing for day in found) == numbers[-1] - numbers[0] + 1 - len(numbers)


def _absent(numbers: Sequence[int]) -> list[tuple[int, int]]:
    return [(a + 1, b - 1) for a, b in itertools.pairwise(numbers) if b > a + 1]


def test_holes_at_the_limits_of_numbers_are_kept(engine: Engine) -> None:
    whole = came(1)._replace(run=Run(0, HIGHEST, at_ms(1), at_ms(2)), messages=9, holes=HIGHEST - 8, late=True)
    tell(engine, whole)
    (day,) = figures(engine)
    assert (day.received, day.late, day.missing) == (9, 9, 10**12)

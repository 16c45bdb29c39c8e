"""Slots expected and received, and what the register says of silences."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guangfu.clock import day_start, to_ms
from guangfu.income.counters import Registers
from guangfu.monitor.slots import Register, SlotDay, Slots, find_slots, step_intervals
from tests.ingest.world import registry_of

DAY = date(2026, 6, 1)
START_MS = to_ms(day_start(DAY))
MINUTE_MS = 60_000
LATER = day_start(DAY) + timedelta(days=3)
REGISTRY = registry_of()


def slots(at_ms: Sequence[int], registers_wh: Sequence[int] | None = None, now: datetime = LATER) -> Slots:
    n = len(at_ms)
    values = range(n) if registers_wh is None else registers_wh
    registers = Registers(
        np.full(n, "s-0", object), np.full(n, "meter", object), np.array(at_ms, np.int64), np.array(values, np.int64)
    )
    return find_slots(registers, REGISTRY, "s-0", DAY, DAY, now, 1.5)


def minutes(first: int, end: int, step: int = 1) -> list[int]:
    return [START_MS + i * step * MINUTE_MS for i in range(first, end)]


def test_a_whole_day_by_the_minute() -> None:
    found = slots(minutes(-10, 1450))
    assert found.days == [SlotDay(DAY, 1440, 1440, 60.0)]
    assert found.silences == []


@given(st.sets(st.integers(100, 1300), max_size=60))
def test_readings_that_are_missing_here_and_there_are_expected(gone: set[int]) -> None:
    kept = [at for at in minutes(-20, 1460) if (at - START_MS) // MINUTE_MS not in gone]
    found = slots(kept)
    assert found.days == [SlotDay(DAY, 1440, 1440 - len(gone), 60.0)]
    assert sum(silence.slots for silence in found.silences) == len(gone)


def test_the_register_that_goes_on_shows_that_no_energy_was_lost() -> None:
    at = [*minutes(-20, 600), *minutes(660, 1460)]
    found = slots(at, range(5000, 5000 + len(at)))
    (silence,) = found.silences
    assert (silence.slots, silence.register, silence.energy_wh) == (60, Register.CONTINUES, 1)
    assert (silence.from_ms, silence.until_ms) == (START_MS + 599 * MINUTE_MS, START_MS + 660 * MINUTE_MS)
    assert found.days == [SlotDay(DAY, 1440, 1380, 60.0)]


def test_a_register_that_fell_or_was_not_read_says_so() -> None:
    at = [*minutes(-20, 600), *minutes(660, 1460)]
    fallen = [*range(5000, 5620), *range(800)]
    assert [s.register for s in slots(at, fallen).silences] == [Register.RESET]
    unread = [*range(5000, 5619), -1, *range(5700, 6500)]
    assert [s.register for s in slots(at, unread).silences] == [Register.UNKNOWN]


def test_a_station_that_changes_its_interval_has_missed_nothing() -> None:
    found = slots([*minutes(-20, 48, 15), *minutes(721, 1460)])
    assert found.silences == []
    assert found.days[0].expected == found.days[0].received == 48 + 719


def test_a_lost_tail_is_seen_though_no_number_is_missing() -> None:
    now = datetime.fromtimestamp((START_MS + 720 * MINUTE_MS) / 1000, UTC)
    found = slots(minutes(-20, 601), now=now)
    assert found.days == [SlotDay(DAY, 601 + 119, 601, 60.0)]
    (silence,) = found.silences
    assert (silence.until_ms, silence.slots) == (None, 119)
    assert slots(minutes(-20, 720), now=now).silences == []


@pytest.mark.parametrize("at_ms", [[], [START_MS]])
def test_too_few_readings_tell_no_interval(at_ms: list[int]) -> None:
    found = slots(at_ms)
    assert found.days == [SlotDay(DAY, None, 0, None)]


def test_jitter_is_no_gap() -> None:
    steps = np.array([10_000 + (i * 7919) % 4000 - 2000 for i in range(100)], np.int64)
    assert (np.rint(steps / step_intervals(steps)) == 1).all()

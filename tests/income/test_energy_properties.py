"""What must hold whatever the stations send."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from guangfu.clock import day_start, to_ms
from guangfu.income.counters import Registers
from guangfu.income.energy import daily_energy
from guangfu.income.figures import DailyEnergy
from guangfu.income.rules import load_rules
from tests.income.small_registry import meter, registry, station

RULES = load_rules()
DAY = date(2026, 6, 1)
DAYS = [DAY + timedelta(days=i) for i in range(3)]
START_MS = to_ms(day_start(DAY))
QUARTER_MS = 900_000
SLOTS = 3 * 96 + 1
MOST_PER_QUARTER_WH = 75_000  # of 300 kW
REGISTRY = registry([station()], [meter(factor=3, modulus_wh=None)])
WRAPPING = registry([station()], [meter(factor=3, modulus_wh=5_000_000)])
NOW = day_start(DAY) + timedelta(days=10)


@dataclass(frozen=True)
class Truth:
    """What a meter really counted in each quarter of an hour of three days, and the slots at which it was read."""

    gains_wh: np.ndarray[tuple[int], np.dtype[np.int64]]
    read: list[int]

    def of_day(self, day: int) -> int:
        return 3 * int(self.gains_wh[96 * day : 96 * (day + 1)].sum())


@st.composite
def truths(draw: st.DrawFn) -> Truth:
    seed = draw(st.integers(0, 2**32 - 1))
    random = np.random.default_rng(seed)
    gains = random.integers(0, MOST_PER_QUARTER_WH // 3, SLOTS - 1) * (random.random(SLOTS - 1) < 0.6)
    lost = draw(st.lists(st.tuples(st.integers(0, SLOTS - 1), st.integers(1, 120)), max_size=4))
    read = set(range(SLOTS)) - {slot for start, length in lost for slot in range(start, start + length)}
    return Truth(gains.astype(np.int64), sorted(read))


def shown(truth: Truth, first_wh: int = 0, modulus_wh: int = 2**40, reset_at: int | None = None) -> Registers:
    counted = np.concatenate([[first_wh], first_wh + np.cumsum(truth.gains_wh)])
    if reset_at is not None:
        counted[reset_at:] -= counted[reset_at]
    slots = np.array(truth.read, np.int64)
    names = np.full(len(slots), "s1", object), np.full(len(slots), "meter-1", object)
    return Registers(*names, START_MS + slots * QUARTER_MS, counted[slots] % modulus_wh)


def figures(registers: Registers, of: object = REGISTRY) -> list[DailyEnergy]:
    return daily_energy(registers, of, [("s1", day) for day in DAYS], RULES, NOW)  # type: ignore[arg-type]


@settings(max_examples=60, deadline=None)
@given(truths(), st.integers(0, 2**32 - 1))
def test_order_and_repetition_change_nothing(truth: Truth, seed: int) -> None:
    given = shown(truth)
    random = np.random.default_rng(seed)
    order = random.permutation(
        np.concatenate([np.arange(len(truth.read)), random.integers(0, max(len(truth.read), 1), 20)])
    )
    order = order[order < len(truth.read)]
    shuffled = Registers(given.station[order], given.device[order], given.at_ms[order], given.register_wh[order])
    assert figures(shuffled) == figures(given)


@settings(max_examples=100, deadline=None)
@given(truths())
def test_a_day_with_both_midnights_is_exact_and_days_never_exceed_the_counter(truth: Truth) -> None:
    read = set(truth.read)
    found = figures(shown(truth))
    for i, figure in enumerate(found):
        if {96 * i, 96 * (i + 1)} <= read:
            assert (figure.energy_wh, figure.interpolated_wh) == (truth.of_day(i), 0)
        assert figure.energy_wh is None or 0 <= (figure.interpolated_wh or 0) <= figure.energy_wh
        assert 0 <= figure.coverage <= 1
        assert (figure.energy_wh is None) <= (figure.reason is not None)
    assert sum(figure.energy_wh or 0 for figure in found) <= sum(truth.of_day(i) for i in range(3))


@settings(max_examples=60, deadline=None)
@given(truths(), st.integers(0, 4_999_999))
def test_a_wrap_changes_nothing(truth: Truth, first_wh: int) -> None:
    """Without gaps of hours, in which 300 kW could fill a register of 5 MWh again."""
    whole = Truth(truth.gains_wh, list(range(SLOTS)))
    wrapped = figures(shown(whole, first_wh, modulus_wh=5_000_000), WRAPPING)
    assert [figure.energy_wh for figure in wrapped] == [truth.of_day(i) for i in range(3)]


@settings(max_examples=100, deadline=None)
@given(truths(), st.integers(1, SLOTS - 1), st.integers(0, 10_000_000_000))
def test_a_reset_never_makes_energy(truth: Truth, reset_at: int, first_wh: int) -> None:
    found = figures(shown(truth, first_wh, reset_at=reset_at))
    assert sum(figure.energy_wh or 0 for figure in found) <= sum(truth.of_day(i) for i in range(3))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, SLOTS - 1), st.integers(0, 2**50)), max_size=40, unique_by=lambda r: r[0]))
def test_whatever_is_read_a_day_never_has_more_than_the_station_can_give(rows: list[tuple[int, int]]) -> None:
    """Three days of noise: each step gives at most 1.3 x 300 kW, over at least a quarter of an hour."""
    slots, values = (np.array(column, np.int64) for column in (zip(*rows, strict=True) if rows else ([], [])))
    names = np.full(len(rows), "s1", object), np.full(len(rows), "meter-1", object)
    found = figures(Registers(*names, START_MS + slots * QUARTER_MS, values))
    assert all((figure.energy_wh or 0) <= 1.3 * 300_000 * 24 for figure in found)

"""Leaving readings out changes no figure."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from guangfu.clock import DAY_MS, day_start, to_ms
from guangfu.income.counters import CodedRegisters
from guangfu.income.energy import daily_energy
from guangfu.income.meters import meter_limits
from guangfu.income.rules import load_rules
from guangfu.income.thinning import most_at_once_wh, thinned
from tests.income.small_registry import meter, registry, station

RULES = load_rules()
DAY = date(2026, 6, 1)
DAYS = [DAY + timedelta(days=i) for i in range(4)]
START_MS = to_ms(day_start(DAY))
STEP_MS = 600_000
SLOTS = 4 * 144 + 1
NEAR_MS = int(RULES.energy.max_interval_min * 60_000)
REGISTRY = registry(
    [station("s1"), station("s2")], [meter("s1", factor=3, modulus_wh=9_000_000), meter("s2", factor=3)]
)
NAMES = [("s2", "meter-1"), ("s1", "meter-1"), ("s1", "unknown")]
NOW = day_start(DAY) + timedelta(days=3, hours=11)


@st.composite
def fleets(draw: st.DrawFn) -> CodedRegisters:
    """Three meters read every ten minutes, in the order of time as a database keeps them, with everything wrong."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    keep = draw(st.sampled_from([1.0, 0.95, 0.5]))
    codes = np.tile(np.arange(3, dtype=np.int32), SLOTS)
    at_ms = START_MS + np.repeat(np.arange(SLOTS, dtype=np.int64), 3) * STEP_MS
    gains = random.integers(0, 16_000, (SLOTS, 3)) * (random.random((SLOTS, 3)) < 0.6)
    counted = 8_000_000 + np.cumsum(gains, axis=0)
    for slot, code in draw(st.lists(st.tuples(st.integers(1, SLOTS - 1), st.integers(0, 2)), max_size=3)):
        counted[slot:, code] -= counted[slot, code]
    counted[:, 1] %= 9_000_000
    register = counted.reshape(-1)
    for row in draw(st.lists(st.integers(0, SLOTS * 3 - 1), max_size=5)):
        register[row] = draw(st.sampled_from([-1, 0, 10**12, int(register[row]) + 70_000]))
    rows = np.flatnonzero(random.random(len(codes)) < keep)
    for start, length in draw(st.lists(st.tuples(st.integers(0, SLOTS), st.integers(3, 200)), max_size=3)):
        rows = rows[(rows < start * 3) | (rows >= (start + length) * 3)]
    again = draw(st.lists(st.integers(0, max(len(rows) - 1, 0)), max_size=5)) if len(rows) else []
    rows = np.concatenate([rows, rows[again].astype(np.int64)])
    found = CodedRegisters(NAMES, codes[rows], at_ms[rows], register[rows])
    if again:  # rows that were written again, with another value
        found.register_wh[len(rows) - len(again) :] += 1
    return found


def last_written(rows: CodedRegisters) -> CodedRegisters:
    """As a store gives them: of the rows of one meter and instant the last that has a value."""
    last = {
        (c, t): i for i, (c, t, w) in enumerate(zip(rows.codes, rows.at_ms, rows.register_wh, strict=True)) if w >= 0
    }
    kept = np.array(sorted(last.values()), np.int64)
    return CodedRegisters(rows.names, rows.codes[kept], rows.at_ms[kept], rows.register_wh[kept])


@settings(max_examples=150, deadline=None)
@given(fleets(), st.booleans())
def test_leaving_out_changes_no_figure(rows: CodedRegisters, by_days: bool) -> None:
    limits = meter_limits(REGISTRY, {"s1", "s2"}, RULES.energy.plausible_factor)
    most = most_at_once_wh(NAMES, limits)
    asked = [(s, day) for s in ("s1", "s2") for day in DAYS]
    parts = [thinned(rows, most, NEAR_MS)]
    if by_days:  # portions of whole days, put together
        day = (rows.at_ms - START_MS) // DAY_MS
        picked = [
            CodedRegisters(NAMES, *(v[day == d] for v in (rows.codes, rows.at_ms, rows.register_wh))) for d in range(5)
        ]
        parts = [thinned(part, most, NEAR_MS) for part in picked]
    thin = CodedRegisters(
        NAMES,
        *(np.concatenate([getattr(p, name) for p in parts]) for name in ("codes", "at_ms", "register_wh", "joined")),
    )
    whole = last_written(rows)
    assert daily_energy(thin, REGISTRY, asked, RULES, NOW) == daily_energy(whole, REGISTRY, asked, RULES, NOW)


def test_a_clean_day_keeps_its_ends() -> None:
    n = 145
    rows = CodedRegisters(
        NAMES, np.zeros(n, np.int32), START_MS + np.arange(n, dtype=np.int64) * STEP_MS, np.arange(n, dtype=np.int64)
    )
    found = thinned(rows, np.full(3, 1000), NEAR_MS)
    assert len(found.at_ms) <= 6
    assert {int(found.at_ms[0]), int(found.at_ms[-1])} == {START_MS, START_MS + DAY_MS}
    assert (
        thinned(
            replace(rows, codes=rows.codes[:0], at_ms=rows.at_ms[:0], register_wh=rows.register_wh[:0]),
            np.full(3, 1),
            1,
        ).names
        == NAMES
    )


def test_rows_generations_apart_are_put_in_order_as_well() -> None:
    """Times that do not fit beside the code in one number."""
    at_ms = np.array([10**13, 5, 10**13, 5], np.int64)
    rows = CodedRegisters(NAMES, np.array([1, 1, 0, 1], np.int32), at_ms, np.array([3, 1, 9, 2], np.int64))
    found = thinned(rows, np.full(3, 1000), NEAR_MS)
    assert found.codes.tolist() == [0, 1, 1]
    assert found.at_ms.tolist() == [10**13, 5, 10**13]
    assert found.register_wh.tolist() == [9, 2, 3]

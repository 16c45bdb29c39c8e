"""What may be passed on: by dated units, through mergers, exact; lumps; deadlines."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from guangfu.income.passing_on import (
    CashKey,
    deadline_for,
    draft_lines,
    due_on,
    may_pass,
    month_units,
    period_days,
    village_parts,
)
from guangfu.income.rules import load_rules
from guangfu.income.rules.models import Leg
from guangfu.ledger.fen import Fen
from guangfu.ledger.postings.passing import PassLine
from guangfu.stations.models import Registry, ShareUnits
from tests.income.small_registry import BEGIN, registry, station

RULES = load_rules()


def _joint() -> Registry:
    """Two villages hold 40 and 24 of 64 units; on 16 June 2026 v2 merges into v1."""
    shares = [
        ShareUnits("s1", "v1", 40, BEGIN),
        ShareUnits("s1", "v2", 24, BEGIN, date(2026, 6, 16)),
        ShareUnits("s1", "v1", 24, date(2026, 6, 16)),
    ]
    return registry([station("s1", joint=True)], [], shares)


def test_units_that_move_within_a_month_count_by_their_days() -> None:
    before, within, after = (month_units(_joint(), "s1", month) for month in ("2026-05", "2026-06", "2026-07"))
    assert village_parts(Fen(6_400), before) == {"v1": 4_000, "v2": 2_400}
    assert village_parts(Fen(12_800), within) == {"v1": 10_400, "v2": 2_400}  # v2: 24/64 of 15 of 30 days
    assert village_parts(Fen(6_400), after) == {"v1": 6_400}


@given(st.integers(-(10**9), 10**9))
def test_parts_of_villages_sum_to_the_amount(amount: int) -> None:
    assert sum(village_parts(Fen(amount), month_units(_joint(), "s1", "2026-06")).values()) == amount


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=6))
@settings(max_examples=50)
def test_passing_on_again_and_again_sums_to_what_may_be_passed_on(grown: list[int]) -> None:
    key, passed, total = CashKey("s1", "2026-06", "base"), list[PassLine](), 0
    for amount in grown:
        total += amount
        passed += draft_lines({key: Fen(total)}, passed, _joint()).lines
        again = draft_lines({key: Fen(total)}, passed, _joint())
        assert sum(line.amount for line in passed) - total == -sum(again.held.values()) - sum(
            line.amount for line in again.lines
        )
    assert abs(sum(line.amount for line in passed) - total) <= 2


def test_a_village_that_was_passed_too_much_gets_less_of_the_next_and_nothing_below_zero() -> None:
    june, july = CashKey("s1", "2026-06", "base"), CashKey("s1", "2026-07", "base")
    passed = [PassLine("v1", *july, Fen(100))]
    held = draft_lines({july: Fen(70)}, passed, _joint())
    assert (held.lines, held.held) == ((), {"v1": -30})
    later = draft_lines({july: Fen(70), june: Fen(64)}, passed, _joint())
    assert sum(line.amount for line in later.lines if line.village_id == "v1") == 52 - 30


def test_cash_of_a_month_without_holders_is_told() -> None:
    draft = draft_lines({CashKey("s1", "2017-01", "base"): Fen(5)}, [], _joint())
    assert [(one.key.month, one.amount) for one in draft.unshared] == [("2017-01", 5)]


def test_a_lump_goes_on_when_it_comes_and_base_with_its_quarter() -> None:
    end, came = date(2026, 6, 30), date(2026, 7, 5)
    assert may_pass("subsidy", came, "150430", end, RULES)
    assert not may_pass("base", came, "150430", end, RULES)
    assert may_pass("base", end, "150430", end, RULES)


def test_deadlines_by_part_and_banner() -> None:
    base = deadline_for(Leg.INTO_AGENCY, "base", date(2026, 2, 1), "150430", RULES)
    subsidy = deadline_for(Leg.INTO_AGENCY, "subsidy", date(2026, 2, 1), "150430", RULES)
    village = deadline_for(Leg.TO_VILLAGE, "base", date(2026, 2, 1), "150430", RULES)
    assert base is not None and subsidy is not None and village is not None
    assert due_on(base, date(2026, 2, 10)) == date(2026, 6, 30)
    assert due_on(subsidy, date(2026, 2, 10)) == date(2027, 3, 31)
    assert due_on(village, date(2026, 11, 30)) == date(2027, 2, 28)
    assert period_days("2026-02") == (date(2026, 2, 1), date(2026, 2, 28))
    assert period_days("2026") == (date(2026, 1, 1), date(2026, 12, 31))

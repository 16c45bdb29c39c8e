"""The subsidy ends once a station has had its hours, if the rule is switched on."""

from dataclasses import replace
from datetime import UTC, date, datetime

from guangfu.clock import month_days
from guangfu.income.estimate import MonthEstimate, estimate_month
from guangfu.income.figures import DailyEnergy
from guangfu.income.rules import load_rules
from tests.income.small_registry import station

RULES = load_rules()
ON = replace(RULES, energy=replace(RULES.energy, subsidised_hours=1))
DAYS = month_days("2026-06")
LIMIT_WH = 26_000 * 300_000
AT = datetime(2026, 7, 2, tzinfo=UTC)
ENERGY = [DailyEnergy("s1", day, 400_000, 0, 1.0, None, True, "v", AT) for day in DAYS]


def month(lifetime_wh: int, rules: object = ON) -> MonthEstimate:
    return estimate_month(
        station(), "2026-06", ENERGY, rules, today=date(2026, 7, 2), computed_at=AT, lifetime_wh=lifetime_wh  # type: ignore[arg-type]
    )  # fmt: skip


def amounts(of: MonthEstimate) -> tuple[int, int]:
    assert of.monthly is not None
    return of.monthly.estimated_base_fen, of.monthly.estimated_subsidy_fen


def test_it_is_off_by_default() -> None:
    assert amounts(month(LIMIT_WH * 2, RULES)) == amounts(month(0)) == (364_200, 535_800)


def test_beyond_the_hours_there_is_the_base_alone() -> None:
    assert amounts(month(LIMIT_WH)) == (364_200, 0)


def test_the_month_of_the_limit_is_split_to_the_watt_hour() -> None:
    """1,000 of 12,000 kWh have the subsidy: two days and a half; 1,000 x 0.4465 = 446.50."""
    split = month(LIMIT_WH - 1_000_000)
    assert amounts(split) == (364_200, 44_650)
    subsidies = [row.estimated_subsidy_fen for row in split.daily]
    assert subsidies[:4] == [17_860, 17_860, 8_930, 0]
    assert sum(subsidies) == 44_650
    assert amounts(month(LIMIT_WH - 12_000_001)) == amounts(month(0))

"""What a year will bring, from a typical one and the station's own days."""

from datetime import UTC, date, datetime, timedelta

import pytest

from guangfu.income.figures import DailyEnergy
from guangfu.income.forecast import Forecast, forecast, together, typical_wh
from guangfu.income.rules import load_rules
from tests.income.small_registry import registry, station

RULES = load_rules().energy
OF = registry([station()], [])
YEAR = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
AT = datetime(2026, 7, 2, tzinfo=UTC)


def days(first: int, end: int, share: float) -> list[DailyEnergy]:
    typical = typical_wh(OF, "s1", YEAR, RULES)
    return [
        DailyEnergy("s1", YEAR[n], round(typical[n] * share), 0, 1.0, None, True, "v", AT) for n in range(first, end)
    ]


def year(energy: list[DailyEnergy], today: date) -> Forecast:
    return forecast(OF, "s1", YEAR[0], YEAR[-1], energy, RULES, today)


def test_a_typical_year_has_the_zones_hours() -> None:
    """300 kW x 1,550 h; the region's stations have 1,400 to 1,700."""
    assert typical_wh(OF, "s1", YEAR, RULES).sum() == pytest.approx(300_000 * 1550)
    summer, winter = typical_wh(OF, "s1", [date(2026, 6, 21), date(2026, 12, 21)], RULES)
    assert 1.2 < summer / winter < 2
    found = year([], YEAR[0])
    assert found.p50_wh == pytest.approx(465_000_000, rel=1e-6)
    assert found.p90_wh / 300_000 > 1200
    assert found.p10_wh / 300_000 < 1900
    assert found.p90_wh < found.p50_wh < found.p10_wh


def test_what_is_there_counts_as_it_is_and_the_record_scales_the_rest() -> None:
    half = year(days(0, 181, 0.9), YEAR[181])
    typical = typical_wh(OF, "s1", YEAR, RULES)
    assert half.to_date_wh == pytest.approx(0.9 * typical[:181].sum(), rel=1e-6)
    assert half.record == pytest.approx((181 * 0.9 + 60) / 241)
    assert half.p50_wh == pytest.approx(half.to_date_wh + half.record * typical[181:].sum(), rel=1e-6)
    assert half.p10_wh - half.p90_wh < year([], YEAR[0]).p10_wh - year([], YEAR[0]).p90_wh


def test_a_year_that_is_over_is_what_it_was() -> None:
    over = year(days(0, 365, 1.05), date(2027, 1, 2))
    assert over.days_left == 0
    assert over.p90_wh == over.p50_wh == over.p10_wh == over.to_date_wh


def test_a_fleet_adds_up_and_is_surer_than_its_stations() -> None:
    one = year(days(0, 100, 1.0), YEAR[100])
    both = together([one, one, one])
    assert both.p50_wh == 3 * one.p50_wh
    assert one.p10_wh - one.p50_wh < both.p10_wh - both.p50_wh < 3 * (one.p10_wh - one.p50_wh)
    assert together([]).p50_wh == 0

"""The subsidy ends once a station has had its hours, if the rule is switched on; and the published figures."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from guangfu.clock import month_days
from guangfu.income.estimate import MonthEstimate, energy_fen, estimate_month
from guangfu.income.figures import DailyEnergy
from guangfu.income.rules import load_rules
from guangfu.stations.models import Zone
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


@pytest.mark.parametrize(
    ("kw", "gwh", "yuan", "hours", "yuan_per_kwh"),
    [(31_482, "50.5", 35_770_000, 1604, "0.7083")],
)
def test_aohan_2020(kw: int, gwh: str, yuan: int, hours: int, yuan_per_kwh: str) -> None:
    """敖汉旗, 230 villages: under 0.75, since a part was not yet paid, or had another year's tariff."""
    wh = int(Decimal(gwh) * 10**9)
    assert round(wh / (kw * 1000)) == hours
    assert str(round(Decimal(yuan) / (wh // 1000), 4)) == yuan_per_kwh
    assert energy_fen(wh, Decimal("0.75")) > yuan * 100


def test_hongqi_village_forecast() -> None:
    """太仆寺旗, joint, zone I: 5.6 million yuan at 0.65 from 5,053 kW are 1,705 h; 767 households."""
    price = RULES.tariffs[1].prices[Zone.I]
    assert price == Decimal("0.65")
    assert round(5_600_000 / float(price) / 5053) == 1705
    assert abs(energy_fen(5053 * 1705 * 1000, price) - 560_000_000) < 560_000_000 // 1000
    assert round(5053 / 767, 2) == 6.59


def test_horqin_left_rear_banner_forecast() -> None:
    """科左后旗, zone II: 46.2 GWh are 34.65 million yuan: exactly the tariff."""
    assert energy_fen(46_200_000_000, RULES.tariffs[0].prices[Zone.II]) == 3_465_000_000


def test_kulun_banner_centralized() -> None:
    """库伦旗: 23.2 MW, 33 GWh a year, 928 households: 1,422 h and 25.0 kW a household, the least that a rule allows."""
    assert round(33_000_000 / 23_200) == 1422
    assert 23_200 / 928 == 25.0


def test_saihandaba() -> None:
    """赛罕大坝嘎查: 154 kW for 22 households: 7.0 kW, the most that a rule allows."""
    assert 154 / 22 == 7.0


def test_halagou_lies_between_the_base_and_the_whole() -> None:
    """哈拉沟村, zone I: 500 kW brought over 250,000 yuan in 11 months: the subsidy lags."""
    base = next(one.price for one in RULES.base_prices if one.base_id == "mengxi-2017")
    wh = 500 * 1550 * 1000 * 11 // 12
    assert energy_fen(wh, base) == pytest.approx(20_100_000, rel=0.005)
    assert energy_fen(wh, base) < 25_000_000 < energy_fen(wh, Decimal("0.65"))
    assert energy_fen(wh, Decimal("0.65")) == pytest.approx(46_200_000, rel=0.005)

"""The published figures of real stations, a test a row: what they say is what the estimate's arithmetic makes.

敖汉旗, village, 2020 (II)      31,482 kW; 50.5 GWh; 35.77 million yuan; 230 villages    1,604 h; 0.7083 yuan/kWh
太仆寺旗 红旗村, joint (I)       5,053 kW; 5.6 million yuan a year; 767 households        1,705 h at 0.65; 6.59 kW each
科左后旗 (II)                  46.2 GWh and 34.65 million yuan a year                   exactly 0.75
库伦旗, centralized (II)        23.2 MW; 33 GWh a year; 928 households                   25.0 kW each; 1,422 h
赛罕大坝嘎查 (II)               154 kW; 22 households                                    7.0 kW each
哈拉沟村 (I)                   500 kW; over 250,000 yuan in about 11 months             between 201,000 and 462,000
"""

from datetime import date
from fractions import Fraction

import pytest

from guangfu.income.estimate import energy_fen, tariffs_of
from guangfu.income.rules import load_rules
from guangfu.income.tariff import TariffRow
from guangfu.stations.checks.households import CENTRALIZED_KW, MOST_VILLAGE_KW
from guangfu.stations.models import Grid, StationKind, Zone
from tests.income.small_registry import station

RULES = load_rules()
GWH, MILLION_YUAN = 10**9, 10**8
ZONES = {Zone.I: Grid.MENGXI, Zone.II: Grid.MENGDONG}


def tariff(zone: Zone, kind: StationKind = StationKind.VILLAGE, *, joint: bool = False) -> TariffRow:
    of = station(kind=kind, zone=zone, grid=ZONES[zone], joint=joint)
    (row,) = tariffs_of(of, [date(2020, 6, 1)], RULES)
    assert row is not None
    return row


def hours(kw: int, energy_wh: int) -> int:
    return round(Fraction(energy_wh, kw * 1000))


def test_aohan_banner_2020() -> None:
    """Under the tariff of 0.75: a part was not yet paid, or had another year's tariff."""
    energy_wh, received_fen = 505 * GWH // 10, 3577 * MILLION_YUAN // 100
    assert hours(31_482, energy_wh) == 1604
    assert round(received_fen / (energy_wh / 10), 4) == 0.7083
    assert energy_fen(energy_wh, tariff(Zone.II).price) == 3787_50 * 10**4 > received_fen


def test_hongqi_village_of_taibus_banner() -> None:
    price = tariff(Zone.I, joint=True).price
    energy_wh = 5053 * 1705 * 1000
    assert str(price) == "0.65"
    assert energy_fen(energy_wh, price) == pytest.approx(5.6 * MILLION_YUAN, rel=0.0005)
    assert round(5053 / 767, 2) == 6.59


def test_horqin_left_rear_banner() -> None:
    assert energy_fen(462 * GWH // 10, tariff(Zone.II).price) == 3465 * MILLION_YUAN // 100


def test_kulun_banner() -> None:
    """25.0 kW a household is the least that the rule for centralized stations allows."""
    assert hours(23_200, 33 * GWH) == 1422
    assert 23_200 / 928 == CENTRALIZED_KW[0] == 25


def test_saihandaba() -> None:
    """7.0 kW a household is the most that the rule for village stations allows."""
    assert 154 / 22 == MOST_VILLAGE_KW == 7


def test_halagou_village() -> None:
    """More than the base, less than the whole: the subsidy lags. 11 months of 1,550 h a year."""
    row, energy_wh = tariff(Zone.I), 500 * 1550 * 1000 * 11 // 12
    base_fen, whole_fen = energy_fen(energy_wh, row.base), energy_fen(energy_wh, row.price)
    assert (round(base_fen / 100, -3), round(whole_fen / 100, -3)) == (201_000, 462_000)
    assert base_fen < 25_000_000 < whole_fen


def test_300_kw_of_zone_ii_at_1500_hours() -> None:
    row = tariff(Zone.II)
    found = [energy_fen(450_000_000, price) for price in (row.price, row.base, row.subsidy)]
    assert found == [33_750_000, 13_657_500, 20_092_500]
    assert found[1] + found[2] == found[0]


@pytest.mark.parametrize("zone", list(Zone))
def test_a_typical_year_has_the_regions_hours(zone: Zone) -> None:
    assert 1400 <= getattr(RULES.energy, f"typical_hours_{zone.lower()}") <= 1700

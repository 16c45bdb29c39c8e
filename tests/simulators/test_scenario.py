"""The scenario's own prices, by hand from the published tables."""

from datetime import date
from decimal import Decimal

import pytest

from guangfu.stations.models import Grid, Station, StationKind, Zone
from simulators.scenario import NoPrice, price_yuan_per_kwh

VILLAGE, CENTRALIZED = StationKind.VILLAGE, StationKind.CENTRALIZED


def station(kind: StationKind, zone: Zone, on_grid: date, plan_year: int = 2018) -> Station:
    return Station(
        station_id="s", name="演示", name_en="Demo", kind=kind, joint=False, banner_code="150125", resource_zone=zone,
        grid=Grid.MENGXI, lon=111.0, lat=41.0, capacity_dc_w=330_000, capacity_ac_w=300_000, tilt_deg=40.0,
        azimuth_deg=180.0, plan_year=plan_year, filed_on=date(plan_year, 3, 1), grid_connected_on=on_grid,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "zone", "on_grid", "plan_year", "price"),
    [
        (VILLAGE, Zone.I, date(2018, 1, 1), 2017, "0.65"),
        (VILLAGE, Zone.II, date(2020, 12, 31), 2018, "0.75"),
        (VILLAGE, Zone.III, date(2019, 7, 1), 2018, "0.85"),
        (CENTRALIZED, Zone.I, date(2018, 6, 30), 2017, "0.65"),
        (CENTRALIZED, Zone.I, date(2018, 7, 1), 2017, "0.50"),
        (CENTRALIZED, Zone.II, date(2018, 5, 30), 2018, "0.65"),
        (CENTRALIZED, Zone.II, date(2018, 5, 31), 2018, "0.60"),
        (CENTRALIZED, Zone.III, date(2019, 6, 30), 2018, "0.70"),
        (CENTRALIZED, Zone.III, date(2019, 7, 1), 2018, "0.55"),
        (CENTRALIZED, Zone.I, date(2020, 5, 31), 2018, "0.40"),
        (CENTRALIZED, Zone.I, date(2020, 6, 1), 2018, "0.35"),
    ],
)
def test_price(kind: StationKind, zone: Zone, on_grid: date, plan_year: int, price: str) -> None:
    assert price_yuan_per_kwh(station(kind, zone, on_grid, plan_year)) == Decimal(price)


@pytest.mark.parametrize(("kind", "on_grid"), [(VILLAGE, date(2017, 12, 31)), (CENTRALIZED, date(2017, 6, 30))])
def test_before_the_programme_there_is_no_price(kind: StationKind, on_grid: date) -> None:
    with pytest.raises(NoPrice):
        price_yuan_per_kwh(station(kind, Zone.I, on_grid))

"""A small registry without a fault: a centralized, a single-village and a joint-village station."""

from dataclasses import replace
from datetime import date

from guangfu.stations.models import (
    Attribute,
    Device,
    DeviceKind,
    Grid,
    Household,
    Registry,
    ShareUnits,
    Slot,
    Station,
    StationKind,
    Village,
    Zone,
)
from guangfu.stations.places import banners, leagues

GRID_DAY = date(2018, 6, 30)
CENTRALIZED, SINGLE, JOINT = "st-c", "st-s", "st-j"
AOHAN = "150430"


def _station(station_id: str, kind: StationKind, kw: int, *, joint: bool = False) -> Station:
    return Station(
        station_id=station_id,
        name=f"演示·{station_id}",
        name_en=f"Demo {station_id}",
        kind=kind,
        joint=joint,
        banner_code=AOHAN,
        resource_zone=Zone.II,
        grid=Grid.MENGDONG,
        lon=119.9,
        lat=42.3,
        capacity_dc_w=kw * 1000,
        capacity_ac_w=kw * 1000,
        tilt_deg=38.0,
        azimuth_deg=180.0,
        plan_year=2018,
        filed_on=date(2018, 3, 1),
        grid_connected_on=GRID_DAY,
    )


def _village(village_id: str) -> Village:
    return Village(village_id, f"演示·{village_id}嘎查", f"Demo {village_id}", "演示·苏木", AOHAN, "Demo sumu")


def _meter(station_id: str) -> Device:
    return Device(
        station_id, "meter", DeviceKind.METER, GRID_DAY, multiplication_factor=100, register_modulus_wh=1_000_000_000
    )


def example() -> Registry:
    """36 slots of 27.8 kW; 50 households of 6 kW at the single village's station, 100 at the joint one of 4 units."""
    stations = (
        _station(CENTRALIZED, StationKind.CENTRALIZED, 1000),
        _station(SINGLE, StationKind.VILLAGE, 300),
        replace(_station(JOINT, StationKind.VILLAGE, 600, joint=True), closed_on=date(2038, 6, 30)),
    )
    villages = [_village(name) for name in ("vl-c", "vl-s", "vl-j1", "vl-j2", "vl-j3")]
    numbers = {"vl-c": 36, "vl-s": 50, "vl-j1": 50, "vl-j2": 25, "vl-j3": 25}
    households = [Household(f"hh-{v}-{i}", v, GRID_DAY) for v, n in numbers.items() for i in range(n)]
    return Registry(
        leagues=dict(leagues()),
        banners=dict(banners()),
        villages={village.village_id: village for village in villages},
        stations={station.station_id: station for station in stations},
        devices=(
            *(_meter(station.station_id) for station in stations),
            Device(SINGLE, "inv01", DeviceKind.INVERTER, GRID_DAY, date(2022, 1, 1), capacity_w=60_000),
            Device(SINGLE, "wx", DeviceKind.WEATHER, GRID_DAY),
        ),
        share_units=(
            ShareUnits(SINGLE, "vl-s", 1, GRID_DAY),
            ShareUnits(JOINT, "vl-j1", 2, GRID_DAY),
            ShareUnits(JOINT, "vl-j2", 1, GRID_DAY),
            ShareUnits(JOINT, "vl-j3", 1, GRID_DAY),
        ),
        households={household.household_id: household for household in households},
        slots=tuple(Slot(f"sl-{i}", CENTRALIZED, f"hh-vl-c-{i}", GRID_DAY) for i in range(36)),
        attributes=(Attribute(SINGLE, "发电户号", "150430000000123456", GRID_DAY),),
    )

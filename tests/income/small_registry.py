"""A registry of a few stations, for tests that compute by hand."""

from datetime import date

from guangfu.stations.models import (
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

BEGIN = date(2018, 7, 1)


def station(
    station_id: str = "s1",
    kind: StationKind = StationKind.VILLAGE,
    *,
    joint: bool = False,
    zone: Zone = Zone.II,
    grid: Grid = Grid.MENGDONG,
    capacity_kw: int = 300,
    plan_year: int = 2018,
    filed_on: date = date(2018, 3, 1),
    grid_connected_on: date = BEGIN,
) -> Station:
    return Station(
        station_id, "一号电站", "Station One", kind, joint, "150430", zone, grid, 119.9, 42.3,
        capacity_kw * 1000, capacity_kw * 1000, 40, 180, plan_year, filed_on, grid_connected_on,
    )  # fmt: skip


def meter(
    station_id: str = "s1",
    device: str = "meter-1",
    *,
    valid_from: date = BEGIN,
    valid_to: date | None = None,
    factor: int = 1,
    modulus_wh: int | None = None,
) -> Device:
    return Device(station_id, device, DeviceKind.METER, valid_from, valid_to, factor, modulus_wh)


def registry(
    stations: list[Station],
    devices: list[Device],
    shares: list[ShareUnits] | None = None,
    households: list[Household] | None = None,
    slots: list[Slot] | None = None,
) -> Registry:
    villages = {share.village_id for share in shares or ()} | {house.village_id for house in households or ()}
    return Registry(
        leagues={},
        banners={},
        villages={v: Village(v, v, v, "", "150430") for v in sorted(villages)},
        stations={s.station_id: s for s in stations},
        devices=tuple(devices),
        share_units=tuple(shares or ()),
        households={house.household_id: house for house in households or ()},
        slots=tuple(slots or ()),
        synthetic=True,
    )

"""Everything about one station on one page."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from api import schemas
from api.answers import rows_of
from api.parts import Parts
from api.problems import NotFound
from api.station_villages import slot_entitlement, station_villages
from api.tariffs import tariff_of
from guangfu.clock import from_ms, local_day
from guangfu.stations.models import Device, DeviceKind, Registry, Station, valid_on
from guangfu.storage.telemetry_store import TelemetryStore
from guangfu.texts import Lang, Text

CLOSED: Final = Text("电站 {id} 已于 {day} 关停。", "Station {id} was closed on {day}.")
LOOK_BACK: Final = timedelta(days=7)
"""How far back a device's last reading is looked for."""
FIRST_COLUMN: Final = {
    DeviceKind.METER: "ac_power_w",
    DeviceKind.INVERTER: "ac_power_w",
    DeviceKind.WEATHER: "poa_irradiance_w_m2",
}


def station_detail(parts: Parts, station_id: str, lang: Lang) -> schemas.StationDetail:
    """Raises `NotFound` if the station is closed, `Unavailable` if a store can't be reached."""
    view = parts.look.get()
    registry, station = view.catalog.registry, view.catalog.registry.stations[station_id]
    position = view.catalog.position_of.get(station_id)
    if position is None:
        raise NotFound(CLOSED, id=station_id, day=station.closed_on)
    day = local_day(view.present.as_of)
    row = rows_of(view, lang)[position]
    return schemas.StationDetail(
        **dict(row),
        capacity_ac_w=station.capacity_ac_w,
        resource_zone=station.resource_zone,
        grid=station.grid,
        plan_year=station.plan_year,
        filed_on=station.filed_on,
        grid_connected_on=station.grid_connected_on,
        tariff=tariff_of(station, day, parts.rules, lang),
        devices=device_infos(registry, station, parts.store, view.present.as_of),
        villages=station_villages(view.catalog, station_id),
        slots=sum(valid_on(slot, day) for slot in registry.slots_of.get(station_id, ())),
        entitlement=slot_entitlement(station, day, parts.rules),
        synthetic=registry.synthetic,
        as_of=view.present.as_of,
    )


def device_infos(
    registry: Registry, station: Station, store: TelemetryStore, now: datetime
) -> list[schemas.DeviceInfo]:
    """The devices that it has or had, with their last reading of the last days."""
    devices = registry.devices_of.get(station.station_id, ())
    last: dict[str, tuple[int, float]] = {}
    for kind in dict.fromkeys(device.kind for device in devices):
        table = store.latest(kind, [FIRST_COLUMN[kind]], since_at=now - LOOK_BACK, stations=[station.station_id])
        values = table.columns[FIRST_COLUMN[kind]].tolist()
        for name, at_ms, value in zip(table.device.tolist(), table.at_ms.tolist(), values, strict=True):
            last[name] = (at_ms, np.nan if kind is DeviceKind.WEATHER else value)
    return [_device_info(device, last) for device in devices]


def _device_info(device: Device, last: Mapping[str, tuple[int, float]]) -> schemas.DeviceInfo:
    at_ms, power_w = last.get(device.device, (None, np.nan))
    return schemas.DeviceInfo(
        device=device.device,
        kind=device.kind,
        valid_from=device.valid_from,
        valid_to=device.valid_to,
        multiplication_factor=device.multiplication_factor,
        capacity_w=device.capacity_w,
        last_reading_at=None if at_ms is None else from_ms(at_ms),
        power_w=round(power_w, 1) if np.isfinite(power_w) else None,
    )

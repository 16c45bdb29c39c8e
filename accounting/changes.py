"""What another registry changes in figures that are there already. Pure."""

from collections.abc import Collection, Iterable
from datetime import date

from guangfu.stations.models import Device, DeviceKind, Registry, valid_on


def changed_stations(old: Registry, new: Registry) -> set[str]:
    """Stations of which anything differs that their income or its sharing rests on."""
    return {
        station
        for station in old.stations.keys() | new.stations.keys()
        if old.stations.get(station) != new.stations.get(station)
        or set(old.devices_of.get(station, ())) != set(new.devices_of.get(station, ()))
        or set(old.shares_of.get(station, ())) != set(new.shares_of.get(station, ()))
        or set(old.slots_of.get(station, ())) != set(new.slots_of.get(station, ()))
        or _households(old, station) != _households(new, station)
    }


def _households(registry: Registry, station_id: str) -> set[object]:
    """The households of the station's villages, and the slots that they hold."""
    villages = {share.village_id for share in registry.shares_of.get(station_id, ())}
    households = [h for village in villages for h in registry.households_of.get(village, ())]
    return {*households, *(slot for h in households for slot in registry.slots_held_by.get(h.household_id, ()))}


def days_metered_otherwise(old: Registry, new: Registry, days: Iterable[tuple[str, date]]) -> list[tuple[str, date]]:
    """Those of the stations' days on which another meter, factor or register, or another capacity, is valid now."""
    return [
        (station, day)
        for station, day in days
        if _meters(old, station, day) != _meters(new, station, day)
        or _capacity(old, station) != _capacity(new, station)
    ]


def _meters(registry: Registry, station: str, day: date) -> Collection[object]:
    meters = [d for d in registry.devices_of.get(station, ()) if d.kind is DeviceKind.METER and valid_on(d, day)]
    return {_as_counted(meter, day) for meter in meters}


def _as_counted(meter: Device, day: date) -> tuple[object, ...]:
    first_day, last_day = meter.valid_from == day, meter.valid_to is not None and (meter.valid_to - day).days == 1
    return meter.device, meter.multiplication_factor, meter.register_modulus_wh, first_day, last_day


def _capacity(registry: Registry, station: str) -> int | None:
    found = registry.stations.get(station)
    return None if found is None else found.capacity_ac_w

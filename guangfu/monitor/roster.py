"""Who is looked at: the stations that stand on a day, and the meters that speak for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from guangfu.stations.models import DeviceKind, Registry, Station, valid_on

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Roster:
    """The stations that are not closed on `day`, in the order of their ids.

    Attributes:
        position_of: Where a station stands in `stations` and in every array.
        lat_deg, lon_deg, capacity_dc_w, capacity_ac_w: (n_stations,)
        meters: The position of the station of each gateway meter that is valid on the day.
        meters_due: (n_stations,) How many meters must have a value for the station to have one.
    """

    day: date
    stations: tuple[Station, ...]
    position_of: Mapping[str, int]
    lat_deg: Floats
    lon_deg: Floats
    capacity_dc_w: Floats
    capacity_ac_w: Floats
    meters: Mapping[tuple[str, str], int]
    meters_due: NDArray[np.int64]


def build_roster(registry: Registry, day: date) -> Roster:
    stations = tuple(station for _, station in sorted(registry.stations.items()) if _open(station, day))
    position_of = {station.station_id: i for i, station in enumerate(stations)}
    meters = _meters(registry, position_of, day)
    return Roster(
        day=day,
        stations=stations,
        position_of=position_of,
        lat_deg=np.array([s.lat for s in stations], float),
        lon_deg=np.array([s.lon for s in stations], float),
        capacity_dc_w=np.array([s.capacity_dc_w for s in stations], float),
        capacity_ac_w=np.array([s.capacity_ac_w for s in stations], float),
        meters=meters,
        meters_due=np.bincount(list(meters.values()), minlength=len(stations)),
    )


def _open(station: Station, day: date) -> bool:
    return station.closed_on is None or day < station.closed_on


def _meters(registry: Registry, position_of: Mapping[str, int], day: date) -> dict[tuple[str, str], int]:
    return {
        (device.station_id, device.device): position_of[device.station_id]
        for device in registry.devices
        if device.kind is DeviceKind.METER and device.station_id in position_of and valid_on(device, day)
    }

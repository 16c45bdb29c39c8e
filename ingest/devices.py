"""Every device of the registry by a number, and what is known of it as columns of numbers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from guangfu.stations.models import Device, DeviceKind, Registry, Station

Name = tuple[str, str]
"""A station, and the name that the device has in its messages."""

KINDS: Final = tuple(DeviceKind)
DC_OVER_AC: Final = 1.5
"""An inverter takes no more on its DC side than so many times what it gives: data sheets say 1.1 to 1.5."""


@dataclass(frozen=True, eq=False)
class Devices:
    """n devices, each known by its place.

    Attributes:
        names: (n,) station and device.
        kinds: (n,) place in `KINDS`.
        capacity_w: (n,) what it can give, of a meter what the station can; NaN of a weather station. [W]
        factor: (n,) by which a meter's register is multiplied.
        modulus_wh: (n,) where its register starts again, infinite where it does not. [Wh]
        lat_deg, lon_deg: (n,) of its station. [degrees, WGS 84]
        stations: (m,) those that have devices.
        station: (n,) place in `stations`.
    """

    names: Sequence[Name]
    kinds: NDArray[np.int8]
    capacity_w: NDArray[np.float64]
    factor: NDArray[np.float64]
    modulus_wh: NDArray[np.float64]
    lat_deg: NDArray[np.float64]
    lon_deg: NDArray[np.float64]
    stations: Sequence[str]
    station: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def place_of(self) -> Mapping[Name, int]:
        return {name: place for place, name in enumerate(self.names)}

    def places(self, names: Iterable[Name]) -> NDArray[np.int32]:
        """(m,) of m names, all of them known."""
        return np.fromiter(map(self.place_of.__getitem__, names), np.int32)

    def capacity_of(self, station: str, device: str) -> float:
        """NaN of a weather station. [W]"""
        return float(self.capacity_w[self.place_of[station, device]])

    @classmethod
    def of(cls, registry: Registry) -> "Devices":
        # Those of a kind stand together, so that what is kept of one kind does not fill memory for the others.
        sorted_ = sorted(registry.devices, key=lambda device: KINDS.index(device.kind))
        known = {(d.station_id, d.device): d for d in sorted_ if d.station_id in registry.stations}
        devices = list(known.values())
        stations = [registry.stations[device.station_id] for device in devices]
        station_place = {name: place for place, name in enumerate(dict.fromkeys(name for name, _ in known))}
        return cls(
            tuple(known),
            np.array([KINDS.index(device.kind) for device in devices], np.int8),
            np.array([_capacity_w(*both) for both in zip(devices, stations, strict=True)], np.float64),
            np.array([device.multiplication_factor for device in devices], np.float64),
            np.array([device.register_modulus_wh or np.inf for device in devices], np.float64),
            np.array([station.lat for station in stations], np.float64),
            np.array([station.lon for station in stations], np.float64),
            tuple(station_place),
            np.array([station_place[name] for name, _ in known], np.int32),
        )


def _capacity_w(device: Device, station: Station) -> float:
    if device.kind is DeviceKind.WEATHER:
        return np.nan
    return float(device.capacity_w or station.capacity_ac_w)


_NOTHING: Final = np.empty(0)
NO_DEVICES: Final = Devices(
    (), np.empty(0, np.int8), _NOTHING, _NOTHING, _NOTHING, _NOTHING, _NOTHING, (), np.empty(0, np.int32)
)

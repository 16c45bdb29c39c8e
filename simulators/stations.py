"""The stations of a registry as arrays, and the devices of each that report."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from guangfu.stations.models import Device, DeviceKind, Registry, Station
from simulators import noise
from simulators.noise import Floats, Ints
from simulators.weather import Cells, local_day_of

_EPOCH_ORDINAL: Final = date(1970, 1, 1).toordinal()


class BadSelection(Exception):
    """The registry has no such station, or none at all."""


def day_number(day: date) -> int:
    """A local day as days since 1970-01-01."""
    return day.toordinal() - _EPOCH_ORDINAL


def day_of_number(day: int) -> date:
    return date.fromordinal(day + _EPOCH_ORDINAL)


@dataclass(frozen=True)
class Fleet:
    """n stations in the order of their ids; every array is (n,).

    Attributes:
        devices: What each station has, at all dates.
        cells: The weather cells of all banners of the registry, whichever stations were chosen.
        cell: The row of `cells` each station lies in.
        capacity_dc_w, capacity_ac_w: [W]
        tilt_deg, azimuth_deg: [degrees]
        losses: Part of the DC power lost to soiling, wiring, mismatch and ageing, 0.12-0.16.
    """

    seed: int
    stations: tuple[Station, ...]
    devices: tuple[tuple[Device, ...], ...]
    cells: Cells
    cell: Ints
    capacity_dc_w: Floats
    capacity_ac_w: Floats
    tilt_deg: Floats
    azimuth_deg: Floats
    losses: Floats

    def __len__(self) -> int:
        return len(self.stations)

    @property
    def ids(self) -> list[str]:
        return [s.station_id for s in self.stations]

    def in_service(self, index: int, kind: DeviceKind, day: int) -> list[Device]:
        """The devices of a kind that a station has on a local day."""
        on = day_of_number(day)
        return [
            d
            for d in self.devices[index]
            if d.kind is kind and d.valid_from <= on and (d.valid_to is None or on < d.valid_to)
        ]

    def meter(self, index: int, at_s: int) -> Device | None:
        """The gateway meter in service at an instant."""
        return next(iter(self.in_service(index, DeviceKind.METER, local_day_of(at_s))), None)


def choose(registry: Registry, *, only: str | None = None, count: int | None = None) -> list[Station]:
    """The stations to simulate, by id: one, the first `count`, or all.

    Raises:
        BadSelection: There is no such station, or the registry is empty.
    """
    stations = [registry.stations[i] for i in sorted(registry.stations)]
    chosen = [s for s in stations if s.station_id == only] if only is not None else stations[:count]
    if not chosen:
        raise BadSelection(only or "")
    return chosen


def fleet_of(registry: Registry, stations: Sequence[Station], seed: int) -> Fleet:
    """The arrays of some stations of a registry.

    Source:
        Losses of 14 % are PVWatts' default; A. P. Dobos, "PVWatts Version 5 Manual", NREL, 2014.
    """
    codes = sorted(registry.banners)
    banners = [registry.banners[code] for code in codes]
    row = {code: i for i, code in enumerate(codes)}
    ids = [s.station_id for s in stations]
    spread = noise.uniform(noise.keys(seed, "losses", ids), np.zeros(1, dtype=np.int64))[:, 0]
    return Fleet(
        seed=seed,
        stations=tuple(stations),
        devices=tuple(registry.devices_of.get(i, ()) for i in ids),
        cells=Cells(seed, np.array([b.seat_lon for b in banners]), np.array([b.seat_lat for b in banners])),
        cell=np.array([row[s.banner_code] for s in stations], dtype=np.int64),
        capacity_dc_w=np.array([s.capacity_dc_w for s in stations], dtype=np.float64),
        capacity_ac_w=np.array([s.capacity_ac_w for s in stations], dtype=np.float64),
        tilt_deg=np.array([s.tilt_deg for s in stations], dtype=np.float64),
        azimuth_deg=np.array([s.azimuth_deg for s in stations], dtype=np.float64),
        losses=0.12 + 0.04 * spread,
    )

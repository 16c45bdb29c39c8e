"""The gateway meters of a fleet: which is in service, and what it displays."""

import numpy as np

from guangfu.stations.models import Device, DeviceKind
from simulators import noise
from simulators.counters import UNITS_PER_WH, register_wh
from simulators.noise import Ints
from simulators.stations import Fleet, day_number
from simulators.weather import CHINA_S, DAY_S, local_day_of

YEARLY_HOURS = 1550
"""What a station is taken to have produced in each year before the anchor. [h]"""


def is_midnight(at_s: int) -> bool:
    """Whether an instant is the border of two local days."""
    return (at_s + CHINA_S) % DAY_S == 0


class Meters:
    """The registers of a fleet whose energy is counted from the start of the local day `anchor_day`."""

    def __init__(self, fleet: Fleet, anchor_day: int) -> None:
        self._fleet = fleet
        self._anchor_day = anchor_day
        self._aged: dict[tuple[int, str], int] = {}

    def on(self, station: int, day: int) -> Device | None:
        """The meter in service on a local day."""
        return next(iter(self._fleet.in_service(station, DeviceKind.METER, day)), None)

    def read_at(self, station: int, at_s: int) -> list[Device]:
        """The meters that are read at an instant: at the midnight of an exchange, the old one and the new one."""
        day = local_day_of(at_s)
        days = (day - 1, day) if is_midnight(at_s) else (day,)
        meters = {m.device: m for d in days if (m := self.on(station, d)) is not None}
        return list(meters.values())

    def displayed_wh(self, station: int, meter: Device, energy: int) -> int:
        """What a meter displays when so much has passed since the anchor. [energy: 1/6,480,000 Wh]"""
        shown = self.first_wh(station, meter) + energy // (UNITS_PER_WH * meter.multiplication_factor)
        return shown if meter.register_modulus_wh is None else shown % meter.register_modulus_wh

    def displayed_rows_wh(self, energy: Ints, day: int) -> list[list[int]]:
        """What the meter of `day` of each station displays; an empty row where there is none.

        Args:
            energy: (n, m) since the anchor. [1/6,480,000 Wh]
            day: Local day.
        """
        meters = [self.on(i, day) for i in range(len(self._fleet))]
        first = [self.first_wh(i, m) if m else 0 for i, m in enumerate(meters)]
        factor = [m.multiplication_factor if m else 1 for m in meters]
        modulus = [(m and m.register_modulus_wh) or np.iinfo(np.int64).max for m in meters]
        rows: list[list[int]] = register_wh(energy, _column(first), _column(factor), _column(modulus)).tolist()
        return [row if meter else [] for row, meter in zip(rows, meters, strict=True)]

    def first_wh(self, station: int, meter: Device) -> int:
        """What a meter displayed at the anchor. [Wh]"""
        shown = self.aged_wh(station, meter) // meter.multiplication_factor
        return shown if meter.register_modulus_wh is None else shown % meter.register_modulus_wh

    def aged_wh(self, station: int, device: Device) -> int:
        """What a station is taken to have produced since a device came into service, at the anchor. [Wh]

        By the device's age, as if all years had been alike.
        """
        key = (station, device.device)
        if key not in self._aged:
            self._aged[key] = self._aged_now(station, device)
        return self._aged[key]

    def _aged_now(self, station: int, device: Device) -> int:
        name = f"{device.station_id}/{device.device}"
        luck = noise.uniform(noise.keys(self._fleet.seed, "register", [name]), np.zeros(1, dtype=np.int64))[0, 0]
        years = max(self._anchor_day - day_number(device.valid_from), 0) / 365.25
        return int(float(self._fleet.capacity_dc_w[station]) * YEARLY_HOURS * years * (0.97 + 0.06 * float(luck)))


def _column(values: list[int]) -> Ints:
    return np.array(values, dtype=np.int64)[:, None]

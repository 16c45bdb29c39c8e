"""Turns a parcel into the bytes of its message."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

import numpy as np

from guangfu.clock import Clock, to_ms
from guangfu.telemetry.encode import encode_message
from guangfu.telemetry.reading import Message, Reading
from simulators.counters import Production
from simulators.devices import Devices
from simulators.meters import Meters
from simulators.parcel import Parcel
from simulators.stations import Fleet
from simulators.weather import DAY_S, day_start_s, local_day_of

_DAYS_KEPT: Final = 2


@dataclass(frozen=True)
class _MeteredDay:
    """The meters of all stations over a local day, both midnights included: a row for each station."""

    power_w: list[list[float]]
    displayed_wh: list[list[int]]


class Teller:
    """Writes the messages of a fleet; `boot` is the same for all stations of a start."""

    def __init__(
        self, fleet: Fleet, production: Production, meters: Meters, devices: Devices, *, clock: Clock, boot: str
    ) -> None:
        self._fleet = fleet
        self._production = production
        self._meters = meters
        self._devices = devices
        self._clock = clock
        self._boot = boot
        self._days: OrderedDict[tuple[int, int], _MeteredDay] = OrderedDict()

    def __call__(self, parcel: Parcel) -> bytes:
        readings = self._metered(parcel) if parcel.step_s else self._live(parcel)
        return encode_message(
            Message(
                station=self._fleet.stations[parcel.station].station_id,
                sent_at_ms=to_ms(self._clock.now()),
                boot=self._boot,
                seq=parcel.seq,
                readings=readings,
            )
        )

    def _live(self, parcel: Parcel) -> list[Reading]:
        return [
            reading
            for at_s in parcel.at_s
            for reading in self._devices.read(self._production.at(at_s).moment(parcel.station, at_s))
        ]

    def _metered(self, parcel: Parcel) -> list[Reading]:
        """Meter readings of one local day, from 00:00 to the next midnight, both read by the day's meter."""
        day = local_day_of(parcel.at_s[-1] - 1)
        meter = self._meters.on(parcel.station, day)
        if meter is None:
            return []
        name, step_s, first_s = meter.device, parcel.step_s, day_start_s(day)
        columns = self._metered_day(day, step_s)
        power_w, displayed_wh = columns.power_w[parcel.station], columns.displayed_wh[parcel.station]
        return [
            Reading(
                at_ms=at_s * 1000,
                device=name,
                ac_power_w=power_w[(at_s - first_s) // step_s],
                energy_export_total_wh=displayed_wh[(at_s - first_s) // step_s],
            )
            for at_s in parcel.at_s
        ]

    def _metered_day(self, day: int, step_s: int) -> _MeteredDay:
        key = (day, step_s)
        if key not in self._days:
            self._days[key] = self._compute(day, step_s)
            if len(self._days) > _DAYS_KEPT:
                self._days.popitem(last=False)
        self._days.move_to_end(key)
        return self._days[key]

    def _compute(self, day: int, step_s: int) -> _MeteredDay:
        produced = self._production.day(day)
        at_s = day_start_s(day) + np.arange(0, DAY_S + 1, step_s, dtype=np.int64)
        power_w: list[list[float]] = np.round(produced.power_at(at_s), 1).tolist()
        return _MeteredDay(power_w, self._meters.displayed_rows_wh(produced.energy_at(at_s), day))

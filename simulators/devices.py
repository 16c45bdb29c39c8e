"""What the inverters, the meter and the weather station of a station say at an instant."""

from collections.abc import Mapping

import numpy as np

from guangfu.stations.models import Device, DeviceKind
from guangfu.telemetry.reading import DeviceState, Reading
from simulators import noise
from simulators.counters import UNITS_PER_WH, Moment
from simulators.faults import Fault, Trouble
from simulators.meters import Meters
from simulators.noise import Floats
from simulators.plant import INVERTER_EFFICIENCY, PPM, inverter_shares_ppm
from simulators.stations import Fleet
from simulators.weather import local_day_of

BEFORE_METER = 1012
"""Thousandths of the meter's energy that the inverters count: lines and transformer lie between."""
OVER_TEMPERATURE = 1 << 7
"""SunSpec `Evt1`."""
_METER_UNREAD = frozenset({Trouble.OFFLINE, Trouble.STALE})


class Devices:
    """Speaks for every device of a fleet."""

    def __init__(self, fleet: Fleet, meters: Meters, faults: Mapping[str, Fault]) -> None:
        self._fleet = fleet
        self._meters = meters
        self._faults = {i: faults[name] for i, name in enumerate(fleet.ids) if name in faults}
        self._grid_keys = noise.keys(fleet.seed, "grid", fleet.ids)

    def read(self, moment: Moment) -> list[Reading]:
        """All devices of a station at an instant: meter, inverters, weather station."""
        day = local_day_of(moment.at_s)
        weather = self._fleet.in_service(moment.station, DeviceKind.WEATHER, day)
        inverters = self._fleet.in_service(moment.station, DeviceKind.INVERTER, day)
        return [
            *self.read_meters(moment),
            *self._inverters(inverters, moment),
            *(self._weather(device, moment) for device in weather),
        ]

    def read_meters(self, moment: Moment) -> list[Reading]:
        """The gateway meter; two of them at the midnight of an exchange, none if it is not read any more."""
        if not self.meter_is_read(moment.station, moment.at_s):
            return []
        return [self._meter(device, moment) for device in self._meters.read_at(moment.station, moment.at_s)]

    def gateway_is_on(self, station: int, at_s: int) -> bool:
        """Whether a station takes readings at all."""
        fault = self._faults.get(station)
        return fault is None or fault.trouble is not Trouble.OFFLINE or at_s < fault.since_s

    def meter_is_read(self, station: int, at_s: int) -> bool:
        """Whether a station takes readings of its meter."""
        fault = self._faults.get(station)
        return fault is None or fault.trouble not in _METER_UNREAD or at_s < fault.since_s

    def _meter(self, device: Device, moment: Moment) -> Reading:
        power_w = moment.value(moment.produced.power_w)
        load = power_w / float(self._fleet.capacity_ac_w[moment.station])
        sway = float(noise.normal(self._grid_keys[moment.station : moment.station + 1], _slot(moment))[0, 0])
        return Reading(
            at_ms=moment.at_s * 1000,
            device=device.device,
            ac_power_w=round(power_w, 1),
            ac_voltage_v=round(390 + 10 * load + 2 * sway, 1),
            ac_frequency_hz=round(50 + 0.01 * sway, 3),
            energy_export_total_wh=self._meters.displayed_wh(moment.station, device, moment.energy),
        )

    def _inverters(self, devices: list[Device], moment: Moment) -> list[Reading]:
        """The first inverter is the one that fails when one does."""
        lost = moment.lost
        gross, gross_w = moment.energy + lost, moment.value(moment.produced.plant.gross_w)
        fault = self._faults.get(moment.station)
        failed = fault is not None and fault.trouble is Trouble.INVERTER and moment.at_s >= fault.since_s
        readings = []
        for i, (device, share_ppm) in enumerate(zip(devices, inverter_shares_ppm(devices), strict=True)):
            faulty = failed and i == 0
            own_w = 0.0 if faulty else gross_w * share_ppm / PPM * BEFORE_METER / 1000
            own = gross * share_ppm - (lost * PPM if i == 0 else 0)
            aged_wh = self._meters.aged_wh(moment.station, device) * share_ppm // PPM
            total_wh = aged_wh + own * BEFORE_METER // (1000 * PPM * UNITS_PER_WH)
            state = DeviceState.FAULT if faulty else self._state(own_w, moment)
            readings.append(self._inverter(device, own_w, total_wh, state, moment))
        return readings

    def _inverter(self, device: Device, own_w: float, total_wh: int, state: DeviceState, moment: Moment) -> Reading:
        warmth = 8 + 25 * own_w / (device.capacity_w or 1e5)
        return Reading(
            at_ms=moment.at_s * 1000,
            device=device.device,
            ac_power_w=round(own_w, 1),
            dc_power_w=round(own_w / INVERTER_EFFICIENCY, 1),
            energy_total_wh=total_wh,
            cabinet_temperature_c=round(self._air_c(moment) + warmth, 1),
            state=int(state),
            event_bits=OVER_TEMPERATURE if state is DeviceState.FAULT else 0,
        )

    def _state(self, power_w: float, moment: Moment) -> DeviceState:
        plant = moment.produced.plant
        if plant.limited[moment.station, moment.slot : moment.slot + 2].any():
            return DeviceState.THROTTLED
        if power_w > 0:
            return DeviceState.MPPT
        sunlit = moment.value(plant.poa_w_m2) > 50
        return DeviceState.STANDBY if sunlit else DeviceState.SLEEPING

    def _weather(self, device: Device, moment: Moment) -> Reading:
        plant, cell = moment.produced.plant, int(self._fleet.cell[moment.station])
        return Reading(
            at_ms=moment.at_s * 1000,
            device=device.device,
            poa_irradiance_w_m2=round(moment.value(plant.poa_w_m2), 1),
            ghi_w_m2=round(moment.value(plant.ghi_w_m2), 1),
            module_temperature_c=round(moment.value(plant.module_c), 1),
            ambient_temperature_c=round(self._air_c(moment), 1),
            wind_speed_m_s=round(moment.row_value(plant.weather.wind_m_s[cell]), 1),
        )

    def _air_c(self, moment: Moment) -> float:
        row: Floats = moment.produced.plant.weather.air_c[int(self._fleet.cell[moment.station])]
        return moment.row_value(row)


def _slot(moment: Moment) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    return np.array([moment.at_s // 60], dtype=np.int64)

"""What inverters, meter and weather station say fits together."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest

from guangfu.stations.models import Device, DeviceKind, Registry
from guangfu.telemetry.reading import FIELDS_OF, DeviceState, Reading
from simulators.counters import Production, at_anchor
from simulators.devices import Devices
from simulators.faults import Fault, Trouble
from simulators.meters import Meters
from simulators.stations import choose, day_number, fleet_of
from simulators.weather import DAY_S, STEP_S, day_start_s

TODAY = date(2026, 6, 1)
DAY = day_number(TODAY)
NOON_S = day_start_s(DAY) + DAY_S // 2


class Station:
    """The first station of the registry over a day, read every ten minutes."""

    def __init__(self, registry: Registry, fault: Fault | None = None) -> None:
        self.fleet = fleet_of(registry, choose(registry, count=1), 2018)
        faults = {} if fault is None else {self.fleet.ids[0]: fault}
        self.production = Production(self.fleet, at_anchor(self.fleet, DAY), faults)
        self.devices = Devices(self.fleet, Meters(self.fleet, DAY), faults)

    def at(self, at_s: int) -> list[Reading]:
        return self.devices.read(self.production.at(at_s).moment(0, at_s))

    def day(self) -> list[list[Reading]]:
        return [self.at(at_s) for at_s in range(day_start_s(DAY), day_start_s(DAY + 1), 600)]


def of(readings: Sequence[Reading], kind: DeviceKind, registry: Registry) -> list[Reading]:
    kinds = {d.device: d.kind for d in registry.devices_of[min(registry.stations)]}
    return [r for r in readings if kinds[r.device] is kind]


def total_wh(reading: Reading) -> int:
    assert reading.energy_total_wh is not None
    return reading.energy_total_wh


def power_w(reading: Reading) -> float:
    assert reading.ac_power_w is not None
    return reading.ac_power_w


def test_each_device_says_only_what_its_kind_may_say(registry: Registry) -> None:
    for kind in DeviceKind:
        for reading in of(Station(registry).at(NOON_S), kind, registry):
            said = {
                f for f in reading.__struct_fields__ if f not in {"at_ms", "device"} and getattr(reading, f) is not None
            }
            assert said
            assert said <= set(FIELDS_OF[kind])


def test_the_inverters_together_are_the_meter_and_a_little_more(registry: Registry) -> None:
    station = Station(registry)
    for readings in station.day():
        meter, *_ = of(readings, DeviceKind.METER, registry)
        inverters_w = sum(power_w(r) for r in of(readings, DeviceKind.INVERTER, registry))
        assert inverters_w == pytest.approx(power_w(meter) * 1.012, rel=1e-4, abs=2)


@pytest.mark.parametrize("fault", [None, Fault(Trouble.INVERTER, NOON_S)])
def test_an_inverters_counter_never_goes_back(registry: Registry, fault: Fault | None) -> None:
    days = [of(readings, DeviceKind.INVERTER, registry) for readings in Station(registry, fault).day()]
    for before, after in pairwise(days):
        for one, later in zip(before, after, strict=True):
            assert total_wh(one) <= total_wh(later)


def test_an_inverter_in_fault_gives_nothing_and_says_so(registry: Registry) -> None:
    station = Station(registry, Fault(Trouble.INVERTER, NOON_S))
    before, at_noon, later = (
        of(station.at(NOON_S + s), DeviceKind.INVERTER, registry) for s in (-STEP_S, STEP_S, 3 * 3600)
    )
    assert before[0].state == DeviceState.MPPT
    assert power_w(before[0]) > 0
    assert (at_noon[0].state, at_noon[0].event_bits, at_noon[0].ac_power_w) == (DeviceState.FAULT, 128, 0)
    assert total_wh(later[0]) - total_wh(at_noon[0]) <= 2
    assert all(r.state == DeviceState.MPPT for r in later[1:])
    assert total_wh(later[1]) > total_wh(at_noon[1])


def test_states_of_a_day(registry: Registry) -> None:
    station, midnight_s = Station(registry), day_start_s(DAY)
    assert {r.state for r in of(station.at(midnight_s), DeviceKind.INVERTER, registry)} == {DeviceState.SLEEPING}
    idle = Station(registry, Fault(Trouble.IDLE, midnight_s))
    assert {r.state for r in of(idle.at(NOON_S), DeviceKind.INVERTER, registry)} == {DeviceState.STANDBY}
    held = Station(registry, Fault(Trouble.CURTAILED, 0))
    produced = held.production.day(DAY)
    slot = int(np.flatnonzero(produced.plant.limited[0])[0])
    states = {r.state for r in of(held.at(midnight_s + slot * STEP_S), DeviceKind.INVERTER, registry)}
    assert states == {DeviceState.THROTTLED}


def test_a_stale_station_reports_all_but_its_meter(registry: Registry) -> None:
    station = Station(registry, Fault(Trouble.STALE, NOON_S))
    assert of(station.at(NOON_S - 1), DeviceKind.METER, registry)
    assert not of(station.at(NOON_S), DeviceKind.METER, registry)
    assert of(station.at(NOON_S), DeviceKind.INVERTER, registry)


def test_when_a_meter_is_exchanged_both_are_read_at_that_midnight(registry: Registry) -> None:
    name = min(registry.stations)
    tomorrow = TODAY + timedelta(days=1)
    old = next(d for d in registry.devices_of[name] if d.kind is DeviceKind.METER)
    new = replace(old, device="meter-2", valid_from=tomorrow)
    others: tuple[Device, ...] = tuple(d for d in registry.devices if d is not old)
    exchanged = replace(registry, devices=(*others, replace(old, valid_to=tomorrow), new))
    station = Station(exchanged)
    midnight_s = day_start_s(DAY + 1)
    names = [
        [r.device for r in station.at(s) if r.energy_export_total_wh is not None]
        for s in (NOON_S, midnight_s, midnight_s + 60)
    ]
    assert names == [[old.device], [old.device, "meter-2"], ["meter-2"]]

"""What is marked, and above all what is not."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guangfu.clock import CHINA, day_start, to_ms
from guangfu.stations.models import DeviceKind
from guangfu.stations.synthetic import synthetic_registry
from guangfu.storage.point_block import Points
from guangfu.storage.telemetry_store import Point
from guangfu.telemetry.reading import DeviceState, Quality, Reading
from ingest.devices import Devices
from ingest.plausible import Plausibility, suspects
from simulators.counters import Production, at_anchor
from simulators.curve import as_local_day, nrel_file, read_curve
from simulators.devices import Devices as SimulatedDevices
from simulators.faults import Faults, Trouble, plan_faults
from simulators.meters import Meters
from simulators.replay import running_energy_wh
from simulators.stations import choose, day_number, fleet_of
from simulators.weather import day_start_s
from tests.ingest.world import NOON_MS, registry_of

DEVICES = Devices.of(registry_of())
CAPACITY_W = 300_000
MINUTE_MS, HOUR_MS = 60_000, 3_600_000
DAY = date(2026, 6, 1)
MIDNIGHT_MS = to_ms(day_start(DAY))
QUARTER_S = 900


class Judge:
    """Judges readings of one station, batch after batch."""

    def __init__(self, devices: Devices = DEVICES, station: str = "s-0") -> None:
        self.plausibility, self.station = Plausibility(devices), station

    def __call__(self, *readings: Reading) -> list[int]:
        """The marks of each."""
        marks: list[int] = []
        for reading in readings:
            blocks = Points.of([Point(self.station, DeviceKind(reading.device), reading)]).blocks
            marks += self.plausibility.judge(blocks).tolist()
        return marks


def meter(at_ms: int, power_w: float | None = None, total_wh: int | None = None, **more: Any) -> Reading:
    return Reading(at_ms=at_ms, device="meter", ac_power_w=power_w, energy_export_total_wh=total_wh, **more)


def inverter(at_ms: int, power_w: float, **more: Any) -> Reading:
    return Reading(at_ms=at_ms, device="inverter", ac_power_w=power_w, **more)


def weather(at_ms: int, poa_w_m2: float) -> Reading:
    return Reading(at_ms=at_ms, device="weather", poa_irradiance_w_m2=poa_w_m2)


def minutes(count: int, of: Callable[[int, int], Reading]) -> list[Reading]:
    """A reading a minute from noon on, made of its time and its number."""
    return [of(NOON_MS + i * MINUTE_MS, i) for i in range(count)]


@pytest.mark.parametrize(
    ("reading", "mark"),
    [
        (meter(NOON_MS, 1.2 * CAPACITY_W), 0),
        (meter(NOON_MS, 1.201 * CAPACITY_W), Quality.SUSPECT_POWER),
        (meter(NOON_MS, -0.2 * CAPACITY_W), 0),
        (meter(NOON_MS, -0.21 * CAPACITY_W), Quality.SUSPECT_POWER),
        (inverter(NOON_MS, 1.0, dc_power_w=1.79 * CAPACITY_W), 0),
        (inverter(NOON_MS, 1.0, dc_power_w=1.81 * CAPACITY_W), Quality.SUSPECT_POWER),
        (weather(NOON_MS, 1800), 0),
        (weather(NOON_MS, 1801), Quality.SUSPECT_POWER),
        (meter(NOON_MS, 65_535.0), Quality.SUSPECT_POWER),
        (meter(MIDNIGHT_MS, 0.02 * CAPACITY_W), 0),
        (meter(MIDNIGHT_MS, 0.021 * CAPACITY_W), Quality.SUSPECT_NIGHT),
        (inverter(MIDNIGHT_MS, 0.5 * CAPACITY_W), Quality.SUSPECT_NIGHT),
        (weather(MIDNIGHT_MS, 20), 0),
        (weather(MIDNIGHT_MS, 21), Quality.SUSPECT_NIGHT),
        (Reading(at_ms=MIDNIGHT_MS, device="meter", state=4), 0),
        (Reading(at_ms=NOON_MS, device="weather", wind_speed_m_s=3.0), 0),
    ],
)
def test_a_reading_by_itself_is_judged_by_its_device_and_the_sun(reading: Reading, mark: int) -> None:
    assert Judge()(reading) == [mark]


@pytest.mark.parametrize(
    ("local", "mark"), [("04:20", Quality.SUSPECT_NIGHT), ("04:40", 0), ("20:15", 0), ("20:35", Quality.SUSPECT_NIGHT)]
)
def test_night_begins_half_an_hour_after_sunset_and_ends_half_an_hour_before_sunrise(local: str, mark: int) -> None:
    """On 1 June at 41 degrees north, 111 east the sun rises at 05:06 and sets at 20:02."""
    at = datetime.combine(DAY, datetime.strptime(local, "%H:%M").time(), CHINA)  # noqa: DTZ007
    assert Judge()(meter(to_ms(at), 50_000.0)) == [mark]


def test_what_an_empty_register_says_is_believed_where_the_reading_before_was_near() -> None:
    assert Judge()(*minutes(3, lambda at, i: meter(at, [60_000.0, 65_535.0, 70_000.0][i]))) == [0, 0, 0]
    assert Judge()(*minutes(3, lambda at, i: meter(at, [10.0, 65_535.0, 10.0][i])))[1] == Quality.SUSPECT_POWER


def test_a_counter_that_falls_is_marked_where_it_fell() -> None:
    totals = [5000, 5100, 4000, 4100]
    assert Judge()(*minutes(4, lambda at, i: meter(at, 1.0, totals[i]))) == [0, 0, Quality.SUSPECT_COUNTER, 0]


def test_around_a_wild_value_both_steps_are_marked() -> None:
    totals = [5000, 999_999, 5100, 5200]
    expected = [0, Quality.SUSPECT_COUNTER, Quality.SUSPECT_COUNTER, 0]
    assert Judge()(*minutes(4, lambda at, i: meter(at, 1.0, totals[i]))) == expected


def test_a_counter_may_rise_by_what_the_plant_can_give() -> None:
    """300 kW give 5 kWh a minute."""
    assert Judge()(*minutes(60, lambda at, i: meter(at, None, 5000 * i))) == [0] * 60
    long = [meter(NOON_MS, None, 0), meter(NOON_MS + 100 * HOUR_MS, None, 35_000_000)]
    assert Judge()(*long) == [0, 0]


def test_a_register_that_starts_again_did_not_fall_and_its_factor_counts() -> None:
    registry = registry_of()
    full = tuple(replace(d, register_modulus_wh=10**9, multiplication_factor=100) for d in registry.devices)
    judge = Judge(Devices.of(replace(registry, devices=full)))
    assert judge(*minutes(3, lambda at, i: meter(at, None, [10**9 - 30, 20, 19][i]))) == [0, 0, Quality.SUSPECT_COUNTER]
    assert judge(meter(NOON_MS + HOUR_MS, None, 10_000)) == [Quality.SUSPECT_COUNTER]


def test_counters_of_two_devices_and_both_directions_are_apart() -> None:
    readings = [
        meter(NOON_MS, None, 5000, energy_import_total_wh=10),
        inverter(NOON_MS, 1.0, energy_total_wh=100),
        meter(NOON_MS + 1, None, 5001, energy_import_total_wh=11),
        inverter(NOON_MS + 1, 1.0, energy_total_wh=101),
    ]
    assert Judge()(*readings) == [0] * 4


def test_late_readings_are_compared_with_themselves_only() -> None:
    """A station sends an old hour after, and between, new readings; the old hour once held a fall."""
    live = minutes(3, lambda at, i: meter(at, 1.0, 9000 + i))
    old = [meter(NOON_MS - HOUR_MS + i * MINUTE_MS, 1.0, total) for i, total in enumerate([5000, 5001, 4000, 4001])]
    mixed = [live[0], old[0], old[1], live[1], old[2], live[2], old[3]]
    assert Judge()(*mixed) == [0, 0, 0, 0, Quality.SUSPECT_COUNTER, 0, 0]


def test_what_is_sent_again_gets_the_same_marks_again() -> None:
    """A point that is written again must not lose its mark."""
    totals = [5000, 5100, 4000, 4100]
    fallen = minutes(4, lambda at, i: meter(at, 1.0, totals[i]))
    judge = Judge()
    once = judge(*fallen)
    assert once == [0, 0, Quality.SUSPECT_COUNTER, 0]
    assert judge(*fallen) == once
    assert judge(*fallen[2:]) == once[2:]
    stuck = minutes(90, lambda at, _: meter(at, 50_000.0, 5000))
    judge = Judge()
    once = judge(*stuck)
    assert judge(*stuck[60:]) == once[60:]
    assert once[60:] == [Quality.SUSPECT_STUCK] * 30


def test_power_that_stays_the_same_for_an_hour_while_nothing_is_counted_is_stuck() -> None:
    marks = Judge()(*minutes(70, lambda at, _: meter(at, 50_000.0, 5000)))
    assert marks == [0] * 60 + [Quality.SUSPECT_STUCK] * 10


@pytest.mark.parametrize(
    "readings",
    [
        minutes(90, lambda at, i: meter(at, 120_000.0, 5000 + 2000 * i)),
        minutes(90, lambda at, i: meter(at, 50_000.0 + i % 2, 5000)),
        minutes(90, lambda at, _: meter(at, 0.0, 5000)),
        minutes(90, lambda at, _: meter(at, 10_000.0, 5000)),
        minutes(90, lambda at, _: inverter(at, 100_000.0, state=int(DeviceState.THROTTLED))),
        minutes(90, lambda at, _: inverter(at, 299_000.0, state=int(DeviceState.MPPT))),
        [meter(NOON_MS + i * 21 * MINUTE_MS, 50_000.0, 5000) for i in range(6)],
    ],
    ids=["held under a limit", "varies", "stands still", "too little to tell", "throttled", "all it can", "far apart"],
)
def test_what_is_not_stuck(readings: list[Reading]) -> None:
    assert Judge()(*readings) == [0] * len(readings)


def test_irradiance_that_stays_the_same_for_an_hour_is_stuck() -> None:
    marks = Judge()(*minutes(70, lambda at, _: weather(at, 640.2)))
    assert marks == [0] * 60 + [Quality.SUSPECT_STUCK] * 10
    assert Judge()(*minutes(90, lambda at, i: weather(at, 640.2 + i / 10))) == [0] * 90


def test_another_registry_keeps_what_is_known_of_the_devices_that_stay() -> None:
    judge = Judge()
    assert judge(meter(NOON_MS, 1.0, 5000)) == [0]
    judge.plausibility.follow(Devices.of(registry_of(["a", "b", "s-0", "z"])))
    assert judge(meter(NOON_MS + 1, 1.0, 4000)) == [Quality.SUSPECT_COUNTER]
    judge.plausibility.follow(Devices.of(registry_of(["z"])))
    judge.plausibility.follow(DEVICES)
    assert judge(meter(NOON_MS + 2, 1.0, 3000)) == [0]


def test_marks_are_counted_by_their_names() -> None:
    bits = np.array([0, 4, 12, 32])
    assert suspects(bits) == {"power": 2, "counter": 1, "stuck": 1}
    assert suspects(np.zeros(3, dtype=np.int64)) == {}


@st.composite
def odd_readings(draw: st.DrawFn) -> Reading:
    at_ms = NOON_MS + draw(st.integers(-9, 9)) * 10 * MINUTE_MS
    power_w = draw(st.sampled_from([None, 0.0, 50_000.0, 65_535.0, 400_000.0]))
    counter_wh = draw(st.sampled_from([None, 0, 5000, 5001, 900_000]))
    return meter(at_ms, power_w, counter_wh)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["s-0", "s-1"]), odd_readings()), min_size=1, max_size=40), st.data())
def test_marks_do_not_depend_on_how_readings_are_cut_into_batches(
    some: list[tuple[str, Reading]], data: st.DataObject
) -> None:
    points = [Point(station, DeviceKind.METER, reading) for station, reading in some]
    at_once = Plausibility(DEVICES)
    expected = at_once.judge(Points.of(points).blocks).tolist()
    by_pieces, marks = Plausibility(DEVICES), []
    while points:
        size = data.draw(st.integers(1, len(points)))
        marks += by_pieces.judge(Points.of(points[:size]).blocks).tolist()
        points = points[size:]
    assert marks == expected


class SimulatedFleet:
    """The first stations of the synthetic fleet, every device every quarter of an hour."""

    def __init__(self, count: int, troubled: Faults) -> None:
        registry = synthetic_registry()
        self.fleet = fleet_of(registry, choose(registry, count=count), 2018)
        self.kind_of = {(d.station_id, d.device): d.kind for d in registry.devices}
        self.day = day_number(DAY)
        noon_s = day_start_s(self.day) + 12 * 3600
        self.faults = plan_faults(troubled, 2018, self.fleet.ids, noon_s)
        self.production = Production(self.fleet, at_anchor(self.fleet, self.day), self.faults)
        self.devices = SimulatedDevices(self.fleet, Meters(self.fleet, self.day), self.faults)
        self.judge = Plausibility(Devices.of(registry))

    def read(self, at_s: int) -> Iterable[Point]:
        for i, station in enumerate(self.fleet.ids):
            for reading in self.devices.read(self.production.at(at_s).moment(i, at_s)):
                yield Point(station, self.kind_of[station, reading.device], reading)

    def marks(self, days: int, spoil: Callable[[Point], Point] = lambda point: point) -> dict[str, int]:
        found: dict[str, int] = {}
        for at_s in range(day_start_s(self.day), day_start_s(self.day + days), QUARTER_S):
            for block in Points.of([spoil(point) for point in self.read(at_s)]).blocks:
                for mark, count in suspects(self.judge.judge([block])).items():
                    found[mark] = found.get(mark, 0) + count
        return found


def test_three_days_of_a_fleet_without_faults_are_not_marked() -> None:
    assert SimulatedFleet(6, Faults.NONE).marks(3) == {}


def test_plants_in_trouble_tell_the_truth_and_are_not_marked() -> None:
    """A plant that stands still, an inverter in fault, a plant held under a limit: incidents, not bad data."""
    fleet = SimulatedFleet(12, Faults.DEMO)
    assert {Trouble.IDLE, Trouble.INVERTER, Trouble.CURTAILED} <= {fault.trouble for fault in fleet.faults.values()}
    assert fleet.marks(1) == {}


def _stuck(point: Point) -> Point:
    """The gateway repeats the last thing it heard of the meter."""
    return _changed(point, ac_power_w=point.reading.ac_power_w and 0.3 * 20_000_000, energy_export_total_wh=1000)


def _changed(point: Point, **values: Any) -> Point:
    return Point(point.station, point.kind, msgspec.structs.replace(point.reading, **values))


@pytest.mark.parametrize(
    ("mark", "spoilt"),
    [
        ("power", lambda p: _changed(p, ac_power_w=3 * (p.reading.ac_power_w or 0) + 1e5)),
        ("counter", lambda p: _changed(p, energy_export_total_wh=10**9 - (p.reading.energy_export_total_wh or 0))),
        ("night", lambda p: _changed(p, ac_power_w=2e7)),
        ("stuck", _stuck),
    ],
)
def test_data_that_are_spoilt_on_the_way_are_marked(mark: str, spoilt: Callable[[Point], Point]) -> None:
    fleet = SimulatedFleet(2, Faults.NONE)
    found = fleet.marks(1, lambda p: spoilt(p) if p.kind is DeviceKind.METER else p)
    assert found.get(mark, 0) > 0


def test_a_measured_day_is_not_marked() -> None:
    """A day of minutes from an NREL array, as the meter of a station where the sun stands as it did there."""
    pytest.importorskip("pvanalytics")
    day = date(2026, 3, 20)
    curve = as_local_day(read_curve(nrel_file()), day)
    registry = registry_of()
    stations = {name: replace(s, lon=120.0 - 0.2, lat=39.7) for name, s in registry.stations.items()}
    power_w = curve.power_w * (CAPACITY_W / curve.power_w.max())
    totals = running_energy_wh(curve.at_ms, power_w).astype(int).tolist()
    readings = [
        meter(at_ms, round(power, 1), 5000 + total)
        for at_ms, power, total in zip(curve.at_ms.tolist(), power_w.tolist(), totals, strict=True)
    ]
    assert Judge(Devices.of(replace(registry, stations=stations)))(*readings) == [0] * len(readings)

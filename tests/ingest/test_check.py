import json
from dataclasses import replace
from datetime import date

import msgspec
import pytest

from guangfu.clock import day_start, to_ms
from guangfu.stations.models import DeviceKind
from guangfu.telemetry.decode import decode
from guangfu.telemetry.reading import Quality, Reading, Reason
from ingest.check import EARLIEST_MS, Arrival, Checked, check
from ingest.directory import CurrentDirectory, Directory
from ingest.possible import impossible_of
from tests.ingest.world import NOON_MS, meter, registry_of, telemetry

DIRECTORY = Directory.of(registry_of())
MAX_AHEAD_MS = 300_000


def checked(topic: str, payload: bytes, received_at_ms: int = NOON_MS) -> Checked:
    arrival = Arrival(received_at_ms, topic, payload)
    return check(decode(topic, payload), arrival, DIRECTORY, MAX_AHEAD_MS)


def refused(reading: Reading) -> tuple[Reason, str]:
    outcome = checked(*telemetry("s-0", reading))
    assert outcome.points == []
    (refusal,) = outcome.refusals
    return refusal.rejected.reason, refusal.rejected.detail


def quality(at_ms: int) -> int:
    (point,) = checked(*telemetry("s-0", meter(at_ms))).points
    return point.quality


def test_a_good_reading_becomes_a_point_of_its_devices_kind() -> None:
    inverter = Reading(at_ms=NOON_MS, device="inverter", dc_power_w=1.0)
    weather = Reading(at_ms=NOON_MS, device="weather", ghi_w_m2=1.0, state=4)
    outcome = checked(*telemetry("s-1", meter(NOON_MS), inverter, weather))
    assert [(p.station, p.kind, p.reading) for p in outcome.points] == [
        ("s-1", DeviceKind.METER, meter(NOON_MS)),
        ("s-1", DeviceKind.INVERTER, inverter),
        ("s-1", DeviceKind.WEATHER, weather),
    ]
    assert (outcome.indexes, outcome.refusals) == ([0, 1, 2], [])


def test_an_unknown_station_refuses_the_whole_message_once() -> None:
    topic, payload = telemetry("s-9", meter(NOON_MS), meter(NOON_MS + 1))
    (refusal,) = checked(topic, payload).refusals
    assert (refusal.place, refusal.rejected.reason) == ("whole", Reason.UNKNOWN_STATION)
    assert (refusal.rejected.topic, refusal.rejected.payload) == (topic, payload)


def test_an_unknown_device_refuses_its_reading_only() -> None:
    outcome = checked(*telemetry("s-0", meter(NOON_MS), meter(NOON_MS, device="meter-2"), seq=7))
    assert len(outcome.points) == 1
    (refusal,) = outcome.refusals
    assert (refusal.place, refusal.rejected.reason) == ("c1", Reason.UNKNOWN_DEVICE)
    assert json.loads(refusal.rejected.payload) == {
        "station": "s-0", "sent_at": NOON_MS, "boot": "b", "seq": 7,
        "readings": [{"at": NOON_MS, "device": "meter-2", "ac_power_w": 1000.0, "energy_export_total_wh": 5000}],
    }  # fmt: skip


def test_a_refused_reading_replayed_alone_is_refused_or_taken_as_it_was() -> None:
    (refusal,) = checked(*telemetry("s-0", meter(NOON_MS, device="meter-2"))).refusals
    again = decode(refusal.rejected.topic, refusal.rejected.payload)
    assert again.readings == [meter(NOON_MS, device="meter-2")]


def test_a_field_that_the_device_can_not_have_refuses_the_reading() -> None:
    odd = Reading(at_ms=NOON_MS, device="meter", ac_power_w=1.0, dc_power_w=2.0, wind_speed_m_s=3.0)
    assert refused(odd) == (Reason.FIELD_NOT_OF_DEVICE, "dc_power_w, wind_speed_m_s: not of a meter")


def test_a_reading_without_a_value_is_refused() -> None:
    assert refused(Reading(at_ms=NOON_MS, device="meter")) == (Reason.BAD_READING, "no value")


@pytest.mark.parametrize("at_ms", [0, EARLIEST_MS - 1, NOON_MS + MAX_AHEAD_MS + 1, 2**63 - 1])
def test_an_impossible_time_refuses_the_reading(at_ms: int) -> None:
    reason, detail = refused(meter(at_ms))
    assert reason is Reason.IMPOSSIBLE_TIME
    assert detail.startswith("at: ")


def test_a_value_that_can_not_be_true_is_refused_alone_and_the_rest_of_its_reading_kept() -> None:
    """A broken thermometer must not cost the counter beside it."""
    odd = Reading(at_ms=NOON_MS, device="inverter", energy_total_wh=9, cabinet_temperature_c=6553.5)
    outcome = checked(*telemetry("s-0", meter(NOON_MS), odd))
    assert [point.reading for point in outcome.points] == [
        meter(NOON_MS),
        Reading(at_ms=NOON_MS, device="inverter", energy_total_wh=9),
    ]
    (refusal,) = outcome.refusals
    assert (refusal.place, refusal.rejected.reason) == ("v1", Reason.IMPOSSIBLE_VALUE)
    assert refusal.rejected.detail == "cabinet_temperature_c: 6553.5 is outside -80 to 200"
    assert json.loads(refusal.rejected.payload)["readings"] == [
        {"at": NOON_MS, "device": "inverter", "energy_total_wh": 9, "cabinet_temperature_c": 6553.5}
    ]


def test_a_reading_of_impossible_values_alone_is_refused_whole() -> None:
    odd = Reading(at_ms=NOON_MS, device="weather", ghi_w_m2=6553.5, poa_irradiance_w_m2=-1e6)
    reason, detail = refused(odd)
    assert reason is Reason.IMPOSSIBLE_VALUE
    assert detail == "poa_irradiance_w_m2: -1000000.0 is outside -50 to 2500; ghi_w_m2: 6553.5 is outside -50 to 2500"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ac_power_w", -1e6), ("ac_power_w", 3_000_001.0), ("ac_power_w", -360_001.0), ("ac_power_w", 4294967295.0),
        ("ac_power_w", float("nan")), ("ac_power_w", float("inf")), ("ac_voltage_v", 65535.0), ("ac_voltage_v", 6553.5),
        ("ac_voltage_v", -1.0), ("ac_frequency_hz", 655.35), ("energy_export_total_wh", 4294967295),
        ("energy_export_total_wh", 2147483647), ("energy_import_total_wh", 2**63 - 1), ("state", 65535),
        ("event_bits", 4294967295), ("reactive_power_var", -1e6),
    ],
)  # fmt: skip
def test_what_can_not_be_true(field: str, value: float) -> None:
    reading = msgspec.structs.replace(meter(NOON_MS), **{field: value})
    (impossible,) = impossible_of(reading, [field], 300_000)
    assert impossible[0] == field
    assert impossible[1].startswith(f"{field}: {value}")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ac_power_w", 3_000_000.0), ("ac_power_w", -360_000.0), ("ac_power_w", 65535.0), ("ac_voltage_v", 220_000.0),
        ("ac_frequency_hz", 0.0), ("energy_export_total_wh", 0), ("energy_export_total_wh", 65535), ("state", 307),
        ("event_bits", 2**31), ("reactive_power_var", -300_000.0),
    ],
)  # fmt: skip
def test_what_can_be_true(field: str, value: float) -> None:
    reading = msgspec.structs.replace(meter(NOON_MS), **{field: value})
    assert list(impossible_of(reading, [field], 300_000)) == []


@pytest.mark.parametrize(
    ("after_arrival_ms", "bits"),
    [
        (MAX_AHEAD_MS, Quality.CLOCK_AHEAD),
        (60_000, Quality.CLOCK_AHEAD),
        (59_999, 0),
        (0, 0),
        (-600_000, 0),
        (-600_001, Quality.BACKFILLED),
        (EARLIEST_MS - NOON_MS, Quality.BACKFILLED),
    ],
)
def test_quality_tells_a_clock_ahead_and_a_late_reading(after_arrival_ms: int, bits: int) -> None:
    assert quality(NOON_MS + after_arrival_ms) == bits


def test_what_decode_refused_is_passed_on() -> None:
    outcome = checked("pv/1/s-0/telemetry", b"garbage")
    assert [(r.place, r.rejected.reason) for r in outcome.refusals] == [("d0", Reason.NOT_JSON)]
    assert [r.rejected.reason for r in checked("foreign", b"").refusals] == [Reason.BAD_TOPIC]


def test_who_needs_a_directory_waits_until_there_is_one() -> None:
    current = CurrentDirectory()
    assert current.wait(0) is None
    current.replace(DIRECTORY)
    assert current.wait(60) is DIRECTORY


def test_the_closing_reading_of_a_meter_that_was_exchanged_is_taken() -> None:
    """At midnight of its `valid_to` it closes its last day, also if it comes long after."""
    ends = date(2026, 6, 1)
    registry = registry_of()
    devices = tuple(replace(d, valid_to=ends) if d.kind is DeviceKind.METER else d for d in registry.devices)
    topic, payload = telemetry("s-0", meter(to_ms(day_start(ends))))
    arrival = Arrival(NOON_MS, topic, payload)
    outcome = check(decode(topic, payload), arrival, Directory.of(replace(registry, devices=devices)), MAX_AHEAD_MS)
    assert len(outcome.points) == 1

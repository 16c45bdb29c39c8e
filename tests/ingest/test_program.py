"""The whole program, with a real broker, store and database."""

import json
from datetime import date, timedelta

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import Engine

from guangfu.clock import day_start, from_ms, to_ms
from guangfu.stations.models import DeviceKind
from guangfu.storage.sql.inbox import Seen, count_dead_letters, read_dead_letters, read_dirty, read_seen
from guangfu.storage.telemetry_store import TelemetryStore
from guangfu.telemetry.encode import encode_status
from guangfu.telemetry.reading import Reading, Status
from ingest.settings import Settings
from tests.ingest.world import (
    NOON_MS,
    STATIONS,
    Publisher,
    eventually,
    make_session,
    meter,
    register,
    running_ingest,
    stored,
    stored_keys,
    telemetry,
)


def dirty(engine: Engine) -> set[tuple[str, date]]:
    with engine.connect() as db:
        return {(d.station_id, d.day) for d in read_dirty(db, limit=100)}


def seen(engine: Engine, station: str) -> Seen | None:
    with engine.connect() as db:
        return read_seen(db).get(station)


def letters(engine: Engine) -> dict[str, int]:
    with engine.connect() as db:
        return count_dead_letters(db)


def test_a_reading_travels_from_the_broker_to_the_store_and_sql_learns_of_it(
    settings: Settings, publisher: Publisher, store: TelemetryStore, engine: Engine
) -> None:
    make_session(settings)
    publisher.publish(telemetry("s-0", meter(NOON_MS, total_wh=123)))
    with running_ingest(settings, store, engine):
        eventually(lambda: stored_keys(store) == [("s-0", NOON_MS, 123)])
        publisher.publish(telemetry("s-1", meter(NOON_MS + 1, total_wh=124)))
        eventually(lambda: len(stored_keys(store)) == 2)
        eventually(lambda: dirty(engine) == {("s-0", date(2026, 6, 1)), ("s-1", date(2026, 6, 1))})
        eventually(lambda: seen(engine, "s-1") == Seen("s-1", from_ms(NOON_MS + 1), from_ms(NOON_MS)))


def test_the_reading_at_midnight_dirties_both_days(
    settings: Settings, publisher: Publisher, store: TelemetryStore, engine: Engine
) -> None:
    midnight_ms = to_ms(day_start(date(2026, 5, 20)))
    make_session(settings)
    with running_ingest(settings, store, engine):
        publisher.publish(telemetry("s-2", meter(midnight_ms)))
        eventually(lambda: dirty(engine) == {("s-2", date(2026, 5, 19)), ("s-2", date(2026, 5, 20))})


def test_an_unknown_station_is_a_dead_letter_and_the_others_go_on(
    settings: Settings, publisher: Publisher, store: TelemetryStore, engine: Engine
) -> None:
    make_session(settings)
    unknown = telemetry("s-new", meter(NOON_MS), meter(NOON_MS + 1))
    publisher.publish(unknown, telemetry("s-0", meter(NOON_MS)))
    with running_ingest(settings, store, engine):
        eventually(lambda: letters(engine) == {"unknown_station": 1})
        eventually(lambda: len(stored_keys(store)) == 1)
    with engine.connect() as db:
        (letter,) = read_dead_letters(db)
    assert (letter.topic, letter.payload, letter.station_id) == (*unknown, "s-new")
    assert letter.received_at == from_ms(NOON_MS)


def test_a_station_that_is_registered_is_taken_without_a_restart(
    settings: Settings, publisher: Publisher, store: TelemetryStore, engine: Engine
) -> None:
    make_session(settings)
    metrics = CollectorRegistry()
    with running_ingest(settings, store, engine, metrics=metrics):
        publisher.publish(telemetry("s-new", meter(NOON_MS)))
        eventually(lambda: letters(engine) == {"unknown_station": 1})
        assert metrics.get_sample_value("guangfu_ingest_registry_version") == 1
        register(engine, [*STATIONS, "s-new"])
        later = iter(range(1, 10_000))

        def taken() -> bool:
            publisher.publish(telemetry("s-new", meter(NOON_MS + next(later))))
            return bool(stored_keys(store))

        eventually(taken)
        assert metrics.get_sample_value("guangfu_ingest_registry_version") == 2


def test_a_retained_status_updates_what_was_seen_but_not_when_a_message_came(
    settings: Settings, publisher: Publisher, store: TelemetryStore, engine: Engine
) -> None:
    status = Status(station="s-3", state="offline", at_ms=NOON_MS - 5000)
    publisher.publish(("pv/1/s-3/status", encode_status(status)), retain=True)
    with running_ingest(settings, store, engine):
        eventually(lambda: seen(engine, "s-3") is not None)
    assert seen(engine, "s-3") == Seen("s-3", None, None, "offline", from_ms(NOON_MS - 5000))


def test_an_event_is_stored_as_a_reading_of_its_device(
    settings: Settings, publisher: Publisher, store: TelemetryStore, engine: Engine
) -> None:
    make_session(settings)
    fault = {"at": NOON_MS, "device": "inverter", "state": 7, "event_bits": 128}
    publisher.publish(("pv/1/s-0/event", json.dumps({"station": "s-0", "readings": [fault]}).encode()))
    with running_ingest(settings, store, engine):
        eventually(lambda: stored(store, DeviceKind.INVERTER, "state").columns["state"].tolist() == [7])
        assert stored(store, DeviceKind.INVERTER, "event_bits").columns["event_bits"].tolist() == [128]


def test_a_thousand_poison_messages_among_good_ones_stall_nothing(
    settings: Settings, publisher: Publisher, store: TelemetryStore, engine: Engine
) -> None:
    make_session(settings)
    topic, good = telemetry("s-0", meter(NOON_MS))
    poison = [b"", b"\x00\xff", b"[" * 5000, good[:-3], good.replace(b"1000.0", b"1e999"), b'{"station":"s-0"}',
              good.replace(b"5000", b"9" * 400), good.replace(b'"meter"', b'"\\u0000"')]  # fmt: skip
    bad = [(topic, payload) for payload in poison]
    publisher.publish(*(each for i in range(125) for each in [*bad, telemetry("s-0", meter(NOON_MS + i))]))
    metrics = CollectorRegistry()
    with running_ingest(settings, store, engine, metrics=metrics):
        eventually(lambda: len(stored_keys(store)) == 125)
        eventually(lambda: sum(letters(engine).values()) == 1000)
    assert letters(engine) == {"not_json": 500, "bad_message": 125, "bad_reading": 250, "unknown_device": 125}
    assert metrics.get_sample_value("guangfu_ingest_messages_received_total") == 1125
    assert metrics.get_sample_value("guangfu_ingest_dead_letters_total", {"reason": "not_json"}) == 500
    assert metrics.get_sample_value("guangfu_ingest_readings_stored_total") == 125
    assert metrics.get_sample_value("guangfu_ingest_spool_messages") == 0


@pytest.mark.parametrize("version", ["5", "3.1.1"])
def test_back_fill_of_many_readings_is_stored_whole(
    version: str, settings: Settings, publisher: Publisher, store: TelemetryStore, engine: Engine
) -> None:
    of_version = settings.model_copy(update={"mqtt_version": version, "batch_points": 1000})
    make_session(of_version)
    step_ms = round(timedelta(minutes=15).total_seconds() * 1000)
    days = [[NOON_MS - (day * 96 + i) * step_ms for i in range(96)] for day in range(40)]
    publisher.publish(*(telemetry(station, *map(meter, times)) for times in days for station in STATIONS))
    with running_ingest(of_version, store, engine):
        eventually(lambda: len(stored(store)) == 40 * 96 * len(STATIONS))


def test_a_second_program_on_the_same_spool_is_refused(
    settings: Settings, store: TelemetryStore, engine: Engine
) -> None:
    from guangfu.storage.spool import SpoolInUse
    from ingest.program import run

    with running_ingest(settings, store, engine) as stop:
        eventually(settings.spool_file.exists)
        with pytest.raises(SpoolInUse):
            run(settings, store, engine, stop=stop, clock=None)  # type: ignore[arg-type]


def test_a_reading_without_power_is_stored(
    settings: Settings, publisher: Publisher, store: TelemetryStore, engine: Engine
) -> None:
    make_session(settings)
    publisher.publish(telemetry("s-0", Reading(at_ms=NOON_MS, device="weather", wind_speed_m_s=3.5)))
    with running_ingest(settings, store, engine):
        eventually(lambda: len(stored(store, DeviceKind.WEATHER, "wind_speed_m_s")) == 1)

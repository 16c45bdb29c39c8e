"""A broker that is killed may have acknowledged what it never passes on: completeness names it."""

import signal
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from prometheus_client import CollectorRegistry
from sqlalchemy import Engine, select

import simulators.fleet
import simulators.settings
from guangfu.clock import FastClock
from guangfu.stations.synthetic import synthetic_registry
from guangfu.storage.sql import schema
from guangfu.storage.sql.completeness import StationDay, read_completeness, read_gaps
from guangfu.storage.sql.registry import write_registry
from guangfu.storage.telemetry_store import TelemetryStore
from guangfu.telemetry.completeness import Gap
from ingest.settings import Settings
from tests.ingest.conftest import settings_for
from tests.ingest.world import NOON, NOON_MS, Publisher, eventually, meter, running_ingest, telemetry
from tests.services.running import Service, running_mosquitto

DAY = date(2026, 6, 1)
SECOND_MS = 1000
FIRST, LOST, AFTER = range(1, 6), range(6, 16), range(16, 19)


@pytest.fixture
def forgetful(mosquitto: Service, tmp_path: Path) -> Iterator[Service]:
    """A broker that writes its sessions to disk when it is told to, and at no other time."""
    folder = tmp_path / "broker"
    folder.mkdir()
    with running_mosquitto(folder, "autosave_interval 0\nlog_type all") as service:
        yield service


def message(seq: int) -> tuple[str, bytes]:
    return telemetry("s-0", meter(NOON_MS + (seq - 100) * SECOND_MS, total_wh=seq), seq=seq)


def publish(broker: Service, seqs: range) -> None:
    publisher = Publisher(broker.port)
    publisher.publish(*map(message, seqs))
    publisher.close()


def save_sessions(broker: Service, folder: Path) -> None:
    """Makes the broker write its file, and waits until it has."""
    file = folder / "broker" / "mosquitto.db"
    assert broker.process is not None
    broker.process.send_signal(signal.SIGUSR1)
    eventually(file.exists)
    time.sleep(0.2)  # the file is there a moment before it is whole


def figures(engine: Engine) -> list[StationDay]:
    with engine.connect() as db:
        return read_completeness(db, start=DAY, end=DAY)


def gaps(engine: Engine) -> list[Gap]:
    with engine.connect() as db:
        return [found.gap for found in read_gaps(db, start=DAY, end=DAY)]


def test_what_a_killed_broker_lost_is_named_and_the_repeat_closes_the_gap(
    forgetful: Service, store: TelemetryStore, engine: Engine, tmp_path: Path
) -> None:
    settings: Settings = settings_for(forgetful.port, tmp_path)
    with running_ingest(settings, store, engine):
        eventually(lambda: _is_subscribed(forgetful))
        publish(forgetful, FIRST)
        eventually(lambda: figures(engine) == [StationDay("s-0", DAY, received=len(FIRST))])
    save_sessions(forgetful, tmp_path)
    publish(forgetful, LOST)  # acknowledged, and only in the broker's memory
    forgetful.kill()
    forgetful.start()
    with running_ingest(settings, store, engine):
        publish(forgetful, AFTER)
        lost = StationDay("s-0", DAY, received=len(FIRST) + len(AFTER), missing=len(LOST))
        eventually(lambda: figures(engine) == [lost])
        before_ms, after_ms = (NOON_MS + (seq - 100) * SECOND_MS for seq in (FIRST[-1], AFTER[0]))
        assert gaps(engine) == [Gap(LOST[0], LOST[-1], before_ms, after_ms)]
        publish(forgetful, range(FIRST[0], AFTER[-1] + 1))  # a station repeats its last 30 minutes
        whole = StationDay("s-0", DAY, received=AFTER[-1], doubled=len(FIRST) + len(AFTER))
        eventually(lambda: figures(engine) == [whole])
        assert gaps(engine) == []


def test_a_session_that_the_broker_forgot_is_made_anew_and_what_it_held_is_named(
    forgetful: Service, store: TelemetryStore, engine: Engine, tmp_path: Path
) -> None:
    settings: Settings = settings_for(forgetful.port, tmp_path)
    with running_ingest(settings, store, engine):
        eventually(lambda: _is_subscribed(forgetful))
        publish(forgetful, FIRST)
        eventually(lambda: figures(engine) == [StationDay("s-0", DAY, received=len(FIRST))])
    taken = threading.Event()
    other = mqtt.Client(CallbackAPIVersion.VERSION2, settings.client_id, protocol=mqtt.MQTTv5)
    other.on_connect = lambda *rest: taken.set()
    other.connect("127.0.0.1", forgetful.port, clean_start=True)
    other.loop_start()
    assert taken.wait(60)
    other.disconnect()
    other.loop_stop()
    publish(forgetful, LOST)  # acknowledged, and nobody's
    metrics = CollectorRegistry()
    with running_ingest(settings, store, engine, metrics=metrics):
        eventually(lambda: metrics.get_sample_value("guangfu_ingest_connected") == 1)
        publish(forgetful, AFTER)
        lost = StationDay("s-0", DAY, received=len(FIRST) + len(AFTER), missing=len(LOST))
        eventually(lambda: figures(engine) == [lost])


def test_the_simulated_fleets_repeat_leaves_no_gap_of_what_a_killed_broker_lost(
    forgetful: Service, store: TelemetryStore, engine: Engine, tmp_path: Path
) -> None:
    settings: Settings = settings_for(forgetful.port, tmp_path, max_ahead_s=86_400)
    clock, stop = FastClock(NOON, datetime.now(UTC), 10), threading.Event()
    fleet = simulators.settings.Settings.load(mqtt_port=forgetful.port, interval_s=5, stations=3)
    registry = synthetic_registry()
    write_registry(engine, registry, at=NOON)
    thread = threading.Thread(target=simulators.fleet.run, args=(fleet, registry, clock, stop))
    with running_ingest(settings, store, engine):
        eventually(lambda: _is_subscribed(forgetful))
        thread.start()
        eventually(lambda: received(engine) >= 6)
    save_sessions(forgetful, tmp_path)
    before = received(engine)
    eventually(lambda: published(forgetful) >= before + 9)  # of it some are in the broker's memory alone
    forgetful.kill()
    forgetful.start()
    with running_ingest(settings, store, engine):
        eventually(lambda: received(engine) >= before + 15 and not gaps(engine))
        stop.set()
        thread.join(20)
        eventually(lambda: received(engine) == sum(last_numbers(engine)))
    assert sum(row.doubled for row in figures(engine)) >= before, "the fleet said all again"
    assert sum(row.missing for row in figures(engine)) == 0
    assert len(last_numbers(engine)) == 3


def received(engine: Engine) -> int:
    return sum(row.received for row in figures(engine))


def last_numbers(engine: Engine) -> list[int]:
    """The highest number of each station; the fleet counts from 1."""
    with engine.connect() as db:
        return list(db.execute(select(schema.seq_boots.c.last_seq)).scalars())


def published(broker: Service) -> int:
    """Messages that the broker acknowledged since it is there."""
    return broker.log.read_text(errors="replace").count("Sending PUBACK to st")


def _is_subscribed(broker: Service) -> bool:
    return "Sending SUBACK" in broker.log.read_text(errors="replace")

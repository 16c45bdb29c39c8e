"""Several workers share the messages; whichever dies, nothing is lost."""

import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from pydantic import ValidationError
from sqlalchemy import Engine

from guangfu.clock import ManualClock
from guangfu.storage.opening import open_telemetry_store
from guangfu.storage.sql.database import open_database, upgrade
from guangfu.storage.sql.inbox import count_dead_letters, read_seen
from guangfu.storage.telemetry_store import TelemetryStore
from guangfu.telemetry.dialects import Dialects
from guangfu.telemetry.encode import encode_status
from guangfu.telemetry.mapping.load import load_mapping
from guangfu.telemetry.reading import Status
from ingest.program import run
from ingest.settings import Settings
from ingest.subscriptions import subscriptions
from tests.ingest.conftest import settings_for
from tests.ingest.processes import start_ingest
from tests.ingest.test_failures import messages
from tests.ingest.test_foreign import SPARKPLUG, VENDOR
from tests.ingest.world import (
    NOON,
    NOON_MS,
    Publisher,
    eventually,
    make_session,
    meter,
    register,
    running_ingest,
    stored_keys,
    telemetry,
)
from tests.services.running import Service
from tests.storage.stores import influxdb_place

WORKERS = range(3)
OURS = ("pv/1/+/telemetry", "pv/1/+/event")


def shared(*topics: str) -> tuple[str, ...]:
    return tuple(f"$share/guangfu-ingest/{topic}" for topic in topics)


def test_alone_a_worker_takes_everything_and_what_is_not_mapped_is_not_subscribed() -> None:
    assert subscriptions(Settings()).wanted == (*OURS, "pv/1/+/status")
    assert subscriptions(Settings()).unwanted == shared(*OURS)
    assert subscriptions(Settings(mqtt_version="3.1.1")).unwanted == ()


def test_only_what_may_come_in_any_order_is_shared_and_the_rest_goes_to_worker_0() -> None:
    dialects = Dialects([load_mapping(VENDOR, "v.yaml"), load_mapping(SPARKPLUG, "s.yaml")])
    any_order = (*OURS, "vendor/+/kpi")
    in_order = ("pv/1/+/status", "spBv1.0/PV/#")
    first, second = (subscriptions(Settings(worker=i, shared_subscriptions=True), dialects) for i in (0, 1))
    assert first == ((*shared(*any_order), *in_order), any_order)
    assert second == (shared(*any_order), (*any_order, *in_order))
    assert subscriptions(Settings(worker=1), dialects).wanted == (*any_order, "pv/1/+/status")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [({"mqtt_version": "3.1.1"}, "mqtt_version 5"), ({"worker": 1, "spool_path": Path("spool")}, "name {worker}")],
)
def test_what_can_not_be_shared_is_a_wrong_setting(wrong: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Settings(shared_subscriptions=True, **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_worker_that_begins_to_share_gets_nothing_twice_and_one_that_ends_it_gets_all(
    broker: Service, publisher: Publisher, store: TelemetryStore, engine: Engine, tmp_path: Path
) -> None:
    alone = settings_for(broker.port, tmp_path)
    sharing = settings_for(broker.port, tmp_path, shared_subscriptions=True)
    for number, settings in enumerate((alone, sharing, alone)):
        metrics = CollectorRegistry()
        batch, keys = messages(50, start=50 * number)
        with running_ingest(settings, store, engine, metrics=metrics):
            eventually(lambda m=metrics: m.get_sample_value("guangfu_ingest_connected"))  # type: ignore[misc]
            status = Status(station="s-3", state="online", at_ms=NOON_MS + number)
            publisher.publish(*batch, ("pv/1/s-3/status", encode_status(status)))
            eventually(lambda k=keys: set(k) <= set(stored_keys(store)))  # type: ignore[misc]
            eventually(lambda m=metrics: m.get_sample_value("guangfu_ingest_messages_received_total") == 51)  # type: ignore[misc]
        with engine.connect() as db:
            assert read_seen(db)["s-3"].status_at is not None
        assert metrics.get_sample_value("guangfu_ingest_messages_received_total") == 51
    assert len(stored_keys(store)) == 150


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_worker_that_leaves_takes_what_is_held_for_it_and_is_given_nothing_more(
    broker: Service, publisher: Publisher, store: TelemetryStore, engine: Engine, tmp_path: Path
) -> None:
    first, second = (settings_for(broker.port, tmp_path, worker=i, shared_subscriptions=True) for i in (0, 1))
    make_session(first)
    make_session(second)
    held, keys = messages(100)
    publisher.publish(*held)
    run(second, store, engine, ManualClock(NOON), threading.Event(), leave=True)
    assert len(stored_keys(store)) == 50
    more, more_keys = messages(100, start=100)
    publisher.publish(*more)
    with running_ingest(first, store, engine):
        eventually(lambda: stored_keys(store) == sorted(keys + more_keys))


Start = Callable[[int], "subprocess.Popen[bytes]"]


@pytest.fixture
def start(broker: Service, influxdb: Service, tmp_path: Path) -> Iterator[tuple[Start, TelemetryStore, Engine]]:
    """Starts a worker's process; store and database that all of them use."""
    place = influxdb_place(influxdb)
    sql_url = f"sqlite:///{tmp_path}/guangfu.sqlite"
    engine = open_database(sql_url)
    upgrade(engine)
    register(engine)
    store = open_telemetry_store(place.settings)

    def started(worker: int) -> "subprocess.Popen[bytes]":
        settings = settings_for(broker.port, tmp_path, worker=worker, shared_subscriptions=True)
        process = start_ingest(settings, place.settings, sql_url)
        stack.callback(process.wait, 60)
        stack.callback(process.kill)
        return process

    with ExitStack() as stack:
        stack.callback(engine.dispose)
        stack.callback(store.close)
        yield started, store, engine


def test_of_three_workers_one_is_killed_under_load_and_nothing_is_lost(
    broker: Service, publisher: Publisher, tmp_path: Path, start: tuple[Start, TelemetryStore, Engine]
) -> None:
    started, store, engine = start
    for worker in WORKERS:
        make_session(settings_for(broker.port, tmp_path, worker=worker, shared_subscriptions=True))
    victim = [started(worker) for worker in WORKERS][1]
    sent = []
    for number in range(12):
        batch, keys = messages(250, start=250 * number)
        publisher.publish(*batch)
        sent += keys
        if number == 3:
            eventually(lambda: stored_keys(store))
            victim.kill()
            victim.wait(60)
            kept_from = len(sent)
    others = sorted(sent)[: len(sent) - kept_from]
    eventually(lambda: len(stored_keys(store)) >= kept_from + len(others) // 3)  # two of three go on
    publisher.publish(telemetry("s-unknown", meter(NOON_MS)))
    started(1)
    eventually(lambda: len(stored_keys(store)) >= len(sent))
    assert stored_keys(store) == sorted(sent)
    eventually(lambda: counted(engine) == {"unknown_station": 1})
    for worker in WORKERS:
        assert (tmp_path / f"spool-{worker}.sqlite").exists()


def counted(engine: Engine) -> dict[str, int]:
    with engine.connect() as db:
        return count_dead_letters(db)

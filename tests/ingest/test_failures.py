"""What is acknowledged is stored, whatever dies."""

import subprocess
import threading
import time
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import Engine

from guangfu.clock import ManualClock
from guangfu.storage.influxdb_store import InfluxDBStore
from guangfu.storage.opening import open_telemetry_store
from guangfu.storage.spool import Frame, Spool
from guangfu.storage.sql.database import open_database, upgrade
from guangfu.storage.sql.inbox import count_dead_letters, read_dirty
from guangfu.storage.telemetry_store import TelemetryStore
from ingest.program import PartDied, run, supervise
from ingest.settings import Settings
from tests.ingest.conftest import settings_for
from tests.ingest.processes import ingest_process
from tests.ingest.world import (
    NOON,
    NOON_MS,
    STATIONS,
    Publisher,
    eventually,
    make_session,
    meter,
    register,
    running_ingest,
    stored_keys,
    telemetry,
)
from tests.services.running import Postgres, Service, running_influxdb, running_postgres
from tests.storage.stores import duckdb_place, influxdb_place

Message = tuple[str, bytes]
Key = tuple[str, int, int]


def messages(count: int, start: int = 0) -> tuple[list[Message], list[Key]]:
    """Messages of one reading each, and the keys they have in the store."""
    keys = [(STATIONS[i % 4], NOON_MS - i * 1000, i) for i in range(start, start + count)]
    return [telemetry(name, meter(at, total_wh=i), seq=i) for name, at, i in keys], sorted(keys)


def log_size(process: subprocess.Popen[bytes], spool_file: Path) -> int:
    """Size of the spool's write-ahead log: it changes when the process has taken messages in. [bytes]"""
    assert process.poll() is None, "ingest ended by itself"
    wal = spool_file.with_name(spool_file.name + "-wal")
    return wal.stat().st_size if wal.exists() else 0


@pytest.mark.parametrize("kind", ["duckdb", "influxdb"])
def test_killed_at_any_moment_every_message_is_stored_exactly_once(
    kind: str, settings: Settings, publisher: Publisher, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    place = duckdb_place(tmp_path) if kind == "duckdb" else influxdb_place(request.getfixturevalue("influxdb"))
    sql_url = f"sqlite:///{tmp_path}/guangfu.sqlite"
    engine = open_database(sql_url)
    upgrade(engine)
    register(engine)
    make_session(settings)
    sent: list[Key] = []
    for round_ in range(4):
        batch, keys = messages(1000, start=round_ * 1000)
        sent += keys
        with ingest_process(settings, place.settings, sql_url) as process:
            before = log_size(process, settings.spool_file)
            publisher.publish(*batch)
            eventually(lambda p=process, b=before: log_size(p, settings.spool_file) != b)  # type: ignore[misc]
            time.sleep(0.02 * round_)
    store = open_telemetry_store(place.settings)
    with running_ingest(settings, store, engine):
        eventually(lambda: len(stored_keys(store)) >= len(sent))
        assert stored_keys(store) == sorted(sent)
    store.close()
    engine.dispose()


def test_influxdb_killed_and_back_loses_nothing(
    settings: Settings, publisher: Publisher, influxdb: Service, tmp_path: Path, engine: Engine
) -> None:
    folder = tmp_path / "influxdb"
    folder.mkdir()
    make_session(settings)
    with running_influxdb(folder) as own:
        store = influx_store(own)
        with running_ingest(settings, store, engine):
            first, keys = messages(500)
            publisher.publish(*first)
            eventually(lambda: stored_keys(store) == keys)
            own.kill()
            second, more = messages(500, start=500)
            publisher.publish(*second)
            own.start()
            eventually(lambda: stored_keys(store) == sorted(keys + more))
        store.close()


def test_started_while_influxdb_is_away_it_takes_messages_in_and_stores_them_later(
    settings: Settings, publisher: Publisher, influxdb: Service, tmp_path: Path
) -> None:
    """InfluxDB and ingest may die together, and come back in any order."""
    del influxdb  # that it is installed
    sql_url = f"sqlite:///{tmp_path}/guangfu.sqlite"
    engine = open_database(sql_url)
    upgrade(engine)
    register(engine)
    engine.dispose()
    make_session(settings)
    folder = tmp_path / "influxdb"
    folder.mkdir()
    with running_influxdb(folder) as own:
        place = influxdb_place(own)
        own.kill()
        batch, keys = messages(500)
        with ingest_process(settings, place.settings, sql_url) as process:
            before = log_size(process, settings.spool_file)
            publisher.publish(*batch)
            eventually(lambda: log_size(process, settings.spool_file) != before)
            own.start()
            store = place.open()
            eventually(lambda: stored_keys(store) == keys)
            place.close()


def influx_store(service: Service) -> InfluxDBStore:
    url = f"http://{service.host}:{service.port}"
    return InfluxDBStore(url, bucket="guangfu/autogen", org="-", token="u:p", timeout_s=5)


def test_while_sql_is_away_telemetry_goes_on_and_nothing_owed_is_forgotten(
    settings: Settings, publisher: Publisher, store: TelemetryStore, postgres: Postgres, tmp_path: Path
) -> None:
    folder = tmp_path / "postgres"
    folder.mkdir()
    metrics = CollectorRegistry()
    make_session(settings)
    with running_postgres(folder) as own:
        engine = open_database(own.new_database())
        upgrade(engine)
        register(engine)
        with running_ingest(settings, store, engine, metrics=metrics):
            publisher.publish(telemetry("s-0", meter(NOON_MS)))
            eventually(lambda: len(stored_keys(store)) == 1)
            own.service.kill()
            batch, _ = messages(300, start=1)
            publisher.publish(*batch, telemetry("s-unknown", meter(NOON_MS)))
            eventually(lambda: len(stored_keys(store)) == 301)
            eventually(lambda: metrics.get_sample_value("guangfu_ingest_spool_outbox_rows"))
            eventually(lambda: metrics.get_sample_value("guangfu_ingest_sql_failures_total"))
            eventually(lambda: is_started(own.service))
            eventually(lambda: metrics.get_sample_value("guangfu_ingest_spool_outbox_rows") == 0)
        with engine.connect() as db:
            assert count_dead_letters(db) == {"unknown_station": 1}
            assert {d.station_id for d in read_dirty(db, limit=100)} == {*STATIONS}
        engine.dispose()


def is_started(service: Service) -> bool:
    """Whether it starts; not yet while what the killed one left behind is ending."""
    try:
        service.start()
    except RuntimeError:
        return False
    return True


def test_a_broker_killed_and_back_is_found_again(
    broker: Service, settings: Settings, publisher: Publisher, store: TelemetryStore, engine: Engine
) -> None:
    metrics = CollectorRegistry()

    def is_connected() -> bool:
        return metrics.get_sample_value("guangfu_ingest_connected") == 1

    with running_ingest(settings, store, engine, metrics=metrics):
        eventually(is_connected)
        broker.kill()
        eventually(lambda: not is_connected())
        broker.start()
        eventually(is_connected)
        publisher.close()
        again = Publisher(broker.port)
        again.publish(telemetry("s-0", meter(NOON_MS)))
        eventually(lambda: len(stored_keys(store)) == 1)
        again.close()


def test_a_full_spool_makes_the_broker_keep_the_rest_and_nothing_is_lost(
    broker: Service, publisher: Publisher, store: TelemetryStore, tmp_path: Path, engine: Engine
) -> None:
    small = settings_for(broker.port, tmp_path, max_spool_mib=1, group_size=10)
    batch, keys = messages(10)
    padding = b" " * 300_000
    fat = [(topic, payload + padding) for topic, payload in batch]
    make_session(small)
    spool = Spool(small.spool_file)
    for topic, payload in fat[:5]:
        spool.append([Frame(NOON_MS, topic, payload)])
    spool.close()
    publisher.publish(*fat[5:])
    away = open_database(f"sqlite:///{tmp_path}/empty.sqlite")
    upgrade(away)  # without a registry the forwarder waits, and the spool stays full
    metrics = CollectorRegistry()
    with running_ingest(small, store, away, metrics=metrics):
        eventually(lambda: metrics.get_sample_value("guangfu_ingest_paused") == 1)
        assert metrics.get_sample_value("guangfu_ingest_messages_received_total") == 0
        register(away)
        eventually(lambda: stored_keys(store) == keys)
        assert metrics.get_sample_value("guangfu_ingest_paused") == 0
    away.dispose()


def test_a_part_that_dies_takes_the_program_down_with_a_clear_word(
    settings: Settings, store: TelemetryStore, tmp_path: Path
) -> None:
    without_schema = open_database(f"sqlite:///{tmp_path}/empty.sqlite")
    never = threading.Event()
    with pytest.raises(PartDied, match=r"the (bookkeeper|health|replayer) of ingest died: OperationalError"):
        run(settings, store, without_schema, ManualClock(NOON), never)
    without_schema.dispose()


def test_a_part_that_ends_by_itself_counts_as_dead() -> None:
    with pytest.raises(PartDied, match="the idler of ingest died: AssertionError: it ended by itself"):
        supervise({"idler": lambda halt: None}, threading.Event())

"""What is bad stops nothing that is good, and a part that dies is heard of."""

import ctypes
import threading
import urllib.parse
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import Engine

from guangfu.storage.influxdb_store import InfluxDBStore
from guangfu.storage.opening import open_telemetry_store
from guangfu.storage.sql.inbox import count_dead_letters, read_dead_letters
from guangfu.storage.telemetry_store import TelemetryStore
from guangfu.telemetry.reading import Reading
from ingest.backoff import Backoff
from ingest.program import PartDied
from ingest.settings import Settings
from tests.ingest.conftest import settings_for
from tests.ingest.world import (
    NOON_MS,
    STATIONS,
    Publisher,
    eventually,
    make_session,
    meter,
    running_ingest,
    stored_keys,
    telemetry,
)
from tests.services.running import Service, running_influxdb
from tests.storage.fake_influxdb import FakeInfluxDB, running_fake
from tests.storage.stores import influxdb_place, write_influxdb

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


GRANT = "GRANT ALL ON guangfu TO ingest"
REVOKE = "REVOKE ALL ON guangfu FROM ingest"


class Killed(Exception):
    """Raised in a thread from outside."""


def kill_thread(name: str) -> None:
    """Raises `Killed` in the thread of this name, wherever it stands."""
    (thread,) = [each for each in threading.enumerate() if each.name == name]
    assert thread.ident is not None
    hit = ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(Killed))
    assert hit == 1


@pytest.mark.parametrize("part", ["receiver", "forwarder", "bookkeeper", "health", "replayer"])
def test_whichever_part_is_killed_the_program_ends_and_names_it(
    part: str, broker: Service, store: TelemetryStore, engine: Engine, tmp_path: Path
) -> None:
    metrics = CollectorRegistry()
    settings = settings_for(broker.port, tmp_path, health_interval_s=1)
    with (
        pytest.raises(PartDied, match=f"the {part} of ingest died: Killed"),
        running_ingest(settings, store, engine, metrics=metrics),
    ):
        eventually(lambda: metrics.get_sample_value("guangfu_ingest_connected"))
        name = f"ingest-{part}"
        eventually(lambda: any(each.name == name for each in threading.enumerate()))
        kill_thread(name)
        eventually(lambda: not any(each.name == "ingest" for each in threading.enumerate()))


def test_a_writer_that_fails_for_good_ends_the_program_and_what_was_acknowledged_is_stored_by_the_next(
    settings: Settings, publisher: Publisher, store: TelemetryStore, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*rest: object) -> None:
        raise Killed

    make_session(settings)
    publisher.publish(telemetry("s-0", meter(NOON_MS)))
    with monkeypatch.context() as patched:
        patched.setattr(store, "write", broken)
        with (
            pytest.raises(PartDied, match="the forwarder of ingest died: Killed"),
            running_ingest(settings, store, engine),
        ):
            eventually(lambda: not any(each.name == "ingest" for each in threading.enumerate()))
    with running_ingest(settings, store, engine):
        eventually(lambda: len(stored_keys(store)) == 1)


def test_ten_thousand_poison_messages_in_a_row_while_good_ones_flow(
    broker: Service, settings: Settings, publisher: Publisher, store: TelemetryStore, engine: Engine
) -> None:
    topic, good = telemetry("s-0", meter(NOON_MS))
    poison = [b"", b"\xff", b"[" * 2000, good[:-1], good.replace(b"5000", b"9" * 400)]
    metrics = CollectorRegistry()
    with running_ingest(settings, store, engine, metrics=metrics), ThreadPoolExecutor(1) as beside:
        eventually(lambda: metrics.get_sample_value("guangfu_ingest_connected"))
        other = Publisher(broker.port)
        flowing = beside.submit(publish_one_by_one, other)
        for _ in range(20):
            publisher.publish(*((topic, poison[i % 5]) for i in range(500)))
        flowing.result()
        other.close()
        eventually(lambda: stored_keys(store) == sorted(("s-1", NOON_MS - i, i) for i in range(300)))
        eventually(lambda: sum(counted(engine).values()) == 10_000)


def publish_one_by_one(publisher: Publisher) -> None:
    for i in range(300):
        publisher.publish(telemetry("s-1", meter(NOON_MS - i, total_wh=i)))


def counted(engine: Engine) -> dict[str, int]:
    with engine.connect() as db:
        return count_dead_letters(db)


def many(bad: Reading) -> list[tuple[str, bytes]]:
    """5,000 readings, ten a message, one of them bad."""
    readings = [meter(NOON_MS - i, total_wh=i) for i in range(4999)]
    readings.insert(2500, bad)
    return [telemetry(STATIONS[i % 4], *readings[i * 10 : i * 10 + 10]) for i in range(500)]


def only_letter(engine: Engine) -> tuple[str, str]:
    with engine.connect() as db:
        ((reason, detail),) = [(letter.reason, letter.detail) for letter in read_dead_letters(db)]
    return reason, detail


def test_of_5000_points_influxdb_refuses_one_and_the_other_4999_are_stored(
    settings: Settings, publisher: Publisher, influxdb: Service, engine: Engine
) -> None:
    place = influxdb_place(influxdb)
    database = place.settings.influx_bucket.split("/")[0]
    write_influxdb(influxdb, database, f'pv_weather,station=x,device=y ghi_w_m2="text" {NOON_MS}')
    store = open_telemetry_store(place.settings)
    make_session(settings)
    publisher.publish(*many(Reading(at_ms=NOON_MS, device="weather", ghi_w_m2=5.0)))
    with running_ingest(settings, store, engine):
        eventually(lambda: len(stored_keys(store)) == 4999)
        eventually(lambda: counted(engine) == {"store_refused": 1})
    assert "conflict" in only_letter(engine)[1]
    store.close()


def test_of_5000_points_that_are_refused_whole_the_bad_one_is_found_by_halving(
    settings: Settings, publisher: Publisher, engine: Engine
) -> None:
    make_session(settings)
    publisher.publish(*many(meter(NOON_MS - 9999, total_wh=777_777)))
    with running_fake(FakeInfluxDB(bad=b"=777777i", stores_the_good=False)) as fake:
        store = of(fake)
        with running_ingest(settings, store, engine):
            eventually(lambda: counted(engine) == {"store_refused": 1})
            eventually(lambda: len(set(fake.stored)) == 4999)
        store.close()
    assert "unable to parse" in only_letter(engine)[1]


def of(fake: FakeInfluxDB) -> InfluxDBStore:
    return InfluxDBStore(fake.url, bucket="b/r", org="-", token="t", timeout_s=5)


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_an_answer_that_is_no_refusal_keeps_everything_and_is_tried_again(
    status: int, settings: Settings, publisher: Publisher, engine: Engine
) -> None:
    metrics = CollectorRegistry()
    make_session(settings)
    publisher.publish(*(telemetry("s-0", meter(NOON_MS - i, total_wh=i)) for i in range(100)))
    with running_fake(FakeInfluxDB(status=status)) as fake:
        store = of(fake)
        # What the fake is told when it refuses is not stored: only what comes after it is well again counts.
        with running_ingest(settings, store, engine, metrics=metrics):
            eventually(lambda: (metrics.get_sample_value("guangfu_ingest_store_failures_total") or 0) >= 3)
            assert metrics.get_sample_value("guangfu_ingest_spool_messages") == 100
            assert metrics.get_sample_value("guangfu_ingest_readings_stored_total") == 0
            fake.stored.clear()
            fake.status = 204
            eventually(lambda: metrics.get_sample_value("guangfu_ingest_readings_stored_total") == 100)
        store.close()
    assert len(set(fake.stored)) == 100
    assert counted(engine) == {}


def test_a_real_influxdb_that_lets_ingest_in_no_more_and_then_again_gets_everything(
    settings: Settings, publisher: Publisher, influxdb: Service, engine: Engine, tmp_path: Path
) -> None:
    """401 for a password that is void, 403 for a right that was taken away."""
    del influxdb  # that it is installed
    metrics = CollectorRegistry()
    make_session(settings)

    def failures() -> float:
        return metrics.get_sample_value("guangfu_ingest_store_failures_total") or 0

    (tmp_path / "influxdb").mkdir()
    with running_influxdb(tmp_path / "influxdb", access_control=True) as own:

        def order(statement: str, who: str = "u=admin&p=a") -> None:
            query = urllib.parse.urlencode({"q": statement})
            urllib.request.urlopen(f"http://{own.host}:{own.port}/query?{who}&{query}", b"", timeout=20).close()

        order("CREATE USER admin WITH PASSWORD 'a' WITH ALL PRIVILEGES", who="")
        for statement in ("CREATE DATABASE guangfu", "CREATE USER ingest WITH PASSWORD 'old'", GRANT):
            order(statement)
        url, bucket = f"http://{own.host}:{own.port}", "guangfu/autogen"
        store = InfluxDBStore(url, bucket=bucket, org="-", token="ingest:old", timeout_s=5)
        with running_ingest(settings, store, engine, metrics=metrics):
            for number, (away, back) in enumerate(
                [("SET PASSWORD FOR ingest = 'new'", "SET PASSWORD FOR ingest = 'old'"), (REVOKE, GRANT)], 1
            ):
                order(away)
                before, keys = failures(), [("s-0", NOON_MS - i, i) for i in range(100 * number)]
                publisher.publish(*(telemetry(s, meter(at, total_wh=i)) for s, at, i in keys[-100:]))
                eventually(lambda than=before: failures() >= than + 2)  # type: ignore[misc]
                assert metrics.get_sample_value("guangfu_ingest_spool_messages") == 100
                order(back)
                eventually(lambda: metrics.get_sample_value("guangfu_ingest_spool_messages") == 0)
                assert stored_keys(store) == sorted(keys)
        store.close()
    assert counted(engine) == {}


def test_waits_grow_with_jitter_up_to_a_limit(monkeypatch: pytest.MonkeyPatch, engine: Engine) -> None:
    del engine
    waits: list[float] = []

    class Stop(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            waits.append(timeout or 0)
            return False

    def run(jitter: Callable[[float, float], float]) -> list[float]:
        waits.clear()
        monkeypatch.setattr("random.uniform", jitter)
        backoff = Backoff(first_s=1, longest_s=5)
        for _ in range(5):
            backoff.wait(Stop())
        backoff.reset()
        backoff.wait(Stop())
        return list(waits)

    assert run(lambda low, high: high) == [1, 2, 4, 5, 5, 1]
    assert run(lambda low, high: low) == [0.5, 1, 2, 2.5, 2.5, 0.5]

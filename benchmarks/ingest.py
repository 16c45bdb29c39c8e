"""Messages per second through ingest, acknowledged after the spool, until they are in the store; beside Telegraf.

Every consumer drains a persistent session of its own that was filled beforehand with the same messages, on one
machine, into a database of its own; they take turns, and of several rounds the median counts. A
consumer's time begins when the broker says that it is connected, and ends when the database has the last point.
Beside them stand the raw limits: what the broker gives to bare bytes, and what InfluxDB takes of ready lines.

    python -m benchmarks.ingest --single 300000 --batched 100000 --rounds 5
"""

import os
import statistics
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from prometheus_client import CollectorRegistry

from benchmarks.figure import Figure, emit
from benchmarks.ingest_place import (
    STATIONS,
    Place,
    Taken,
    children_cpu_s,
    fill,
    make_session,
    reading_of,
    services,
    until,
)
from benchmarks.raw_mqtt import RawConsumer, RawPublisher
from benchmarks.sizes import sizes_of
from guangfu.clock import Clock, ManualClock, SystemClock
from guangfu.stations.models import DeviceKind
from guangfu.storage.duckdb_store import DuckDBStore
from guangfu.storage.influxdb_store import InfluxDBStore
from guangfu.storage.line_protocol import encode_lines
from guangfu.storage.sql.database import open_database, upgrade
from guangfu.storage.telemetry_store import Point, RefusedPoint, TelemetryStore
from guangfu.telemetry.encode import encode_message
from guangfu.telemetry.reading import Message, Reading
from guangfu.telemetry.topics import TopicKind, format_topic
from ingest.process import prepare
from ingest.program import run
from ingest.settings import Settings
from tests.ingest.world import NOON, register
from tests.services.running import Missing, find_program

BATCHED_READINGS = 10
LIVE_PER_S = 786
BATCH_POINTS = 10_000
CONFIG = Path(__file__).with_name("telegraf.conf")


@dataclass(frozen=True)
class Sizes:
    """How many messages are drained, in how many rounds, and how long `ingest.latency` looks [s]."""

    single: int = 100_000
    batched: int = 15_000
    rounds: int = 3
    latency_s: int = 10


def figures(sizes: Sizes | None = None) -> Iterator[Figure]:
    sizes = sizes or Sizes()
    prepare()  # as `guangfu ingest` does
    for name, count, readings in (("single", sizes.single, 1), ("batched", sizes.batched, BATCHED_READINGS)):
        if count:
            yield from _drained(f"ingest.{name}", count, readings, sizes.rounds)
    if sizes.latency_s:
        with services() as place:
            yield from _latency(place, sizes.latency_s)


Drain = Callable[[Place, str, int, int], Taken]


def _drained(name: str, count: int, readings: int, rounds: int) -> Iterator[Figure]:
    drains = _consumers()
    taken: dict[str, list[Taken]] = {consumer: [] for consumer in drains}
    for round_ in range(rounds):
        with services() as place:  # new ones, so that no round meets what the one before left behind
            order = list(drains)[:: 1 if round_ % 2 else -1]
            for consumer in order:
                make_session(place.broker.port, f"{consumer}-0")
            fill(place.broker.port, count, readings)
            for consumer in order:
                taken[consumer].append(drains[consumer](place, consumer, count, readings))
    rates = {consumer: count / statistics.median(t.elapsed_s for t in each) for consumer, each in taken.items()}
    words = f"{readings} reading{'s' if readings > 1 else ''} of 8 fields a message"
    yield from _compared(name, rates, words)
    cpu_us = {consumer: statistics.median(t.cpu_s for t in each) / count * 1e6 for consumer, each in taken.items()}
    if "telegraf" in cpu_us:
        ours, theirs = cpu_us["influxdb"], cpu_us["telegraf"]
        yield Figure(f"{name}.cpu", ours, "µs a message", f"Telegraf, tuned: {theirs:.1f} µs ({words})", ours / theirs)


def _consumers() -> dict[str, Drain]:
    drains: dict[str, Drain] = {
        "influxdb": _drain_into_influxdb, "duckdb": _drain_into_duckdb, "broker": _drain_raw, "lines": _post_lines,
    }  # fmt: skip
    try:
        find_program("telegraf")
    except Missing:
        sys.stderr.write("TELEGRAF IS NOT INSTALLED: ingest is measured beside the raw limits only; "
                         "docs/scaling.md says how to install it\n")  # fmt: skip
        return drains
    return {"telegraf": drain_telegraf, **drains}


def _compared(name: str, rates: dict[str, float], words: str) -> Iterator[Figure]:
    limits = {
        "telegraf": "Telegraf, tuned (benchmarks/telegraf.conf)",
        "lines": "InfluxDB alone, ready lines on two connections",
        "broker": "the broker alone, acknowledged by bare bytes",
    }
    for limit, what in limits.items():
        if limit not in rates:
            continue
        beside = f"{what}: {rates[limit]:,.0f} messages/s ({words})"
        for store, suffix in (("influxdb", ""), ("duckdb", ".duckdb")):
            if store == "influxdb" or limit != "lines":
                full = f"{name}{suffix}" if limit == "telegraf" else f"{name}{suffix}.beside_{limit}"
                yield Figure(full, rates[store], "messages/s", beside, rates[store] / rates[limit])


def _drain_raw(place: Place, consumer: str, count: int, _readings: int) -> Taken:
    raw = RawConsumer(place.broker.port, f"{consumer}-0")
    began, cpu_s = time.perf_counter(), time.process_time()
    raw.drain(count)
    taken = Taken(time.perf_counter() - began, time.process_time() - cpu_s)
    raw.close()
    return taken


def _post_lines(place: Place, consumer: str, count: int, readings: int) -> Taken:
    """What InfluxDB takes of the same points as ready lines."""
    place.new_database(consumer)
    points = [
        Point(STATIONS[number % len(STATIONS)], DeviceKind.METER, reading_of(number, i))
        for number in range(count)
        for i in range(readings)
    ]
    lines = [encode_lines(points[i : i + BATCH_POINTS]) for i in range(0, len(points), BATCH_POINTS)]
    url = f"{place.influx_url}/api/v2/write?bucket={consumer}/autogen&org=-&precision=ms"
    with ThreadPoolExecutor(2) as pool:
        began, cpu_s = time.perf_counter(), time.process_time()
        for answer in pool.map(lambda body: urllib.request.urlopen(url, body), lines):
            answer.close()
        return Taken(time.perf_counter() - began, time.process_time() - cpu_s)


def drain_telegraf(place: Place, consumer: str, count: int, readings: int) -> Taken:
    place.new_database(consumer)
    client_id, awaited = f"{consumer}-0", place.written() + count * readings
    environment = {
        **os.environ, "MQTT_PORT": str(place.broker.port), "CLIENT_ID": client_id, "INFLUX_URL": place.influx_url,
        "BUCKET": f"{consumer}/autogen", "GOGC": "400",
    }  # fmt: skip
    seen, cpu_s = place.connections(client_id), children_cpu_s()
    with (place.folder / "telegraf.log").open("wb") as log:
        process = subprocess.Popen(
            [find_program("telegraf"), "--config", str(CONFIG)], env=environment, stdout=log, stderr=log
        )
    try:
        until(lambda: place.connections(client_id) > seen, 0.001)
        began = time.perf_counter()
        place.await_written(awaited)
        elapsed_s = time.perf_counter() - began
    finally:
        process.terminate()
        process.wait(60)
    assert place.stored(consumer) == count * readings
    return Taken(elapsed_s, children_cpu_s() - cpu_s)


def _drain_into_influxdb(place: Place, consumer: str, count: int, readings: int) -> Taken:
    place.new_database(consumer)
    store = InfluxDBStore(place.influx_url, bucket=f"{consumer}/autogen", org="-", token="u:p", timeout_s=60)
    taken = _drain_ingest(place, consumer, store, count * readings)
    assert place.stored(consumer) == count * readings
    return taken


def _drain_into_duckdb(place: Place, consumer: str, count: int, readings: int) -> Taken:
    return _drain_ingest(place, consumer, DuckDBStore(place.folder / "telemetry.duckdb"), count * readings)


def _drain_ingest(place: Place, consumer: str, store: TelemetryStore, readings: int) -> Taken:
    with running_ingest(place, consumer, store, ManualClock(NOON + timedelta(hours=2))) as metrics:
        until(lambda: metrics.get_sample_value("guangfu_ingest_connections_total") == 1, 0.001)
        began, cpu_s = time.perf_counter(), time.process_time()
        until(lambda: metrics.get_sample_value("guangfu_ingest_readings_stored_total") == readings, 0.05)
        return Taken(time.perf_counter() - began, time.process_time() - cpu_s)


@contextmanager
def running_ingest(
    place: Place, consumer: str, store: TelemetryStore, clock: Clock, stations: Sequence[str] = STATIONS
) -> Iterator[CollectorRegistry]:
    """The whole program in a thread, with a registry of all stations."""
    engine = open_database(f"sqlite:///{place.folder}/{consumer}.sqlite")
    upgrade(engine)
    register(engine, stations)
    metrics, stop = CollectorRegistry(), threading.Event()
    spool = place.folder / f"{consumer}.spool"
    settings = Settings(mqtt_port=place.broker.port, client_id_prefix=consumer, spool_path=spool)
    program = threading.Thread(target=run, args=(settings, store, engine, clock, stop), kwargs={"metrics": metrics})
    program.start()
    try:
        yield metrics
    finally:
        stop.set()
        program.join()
        engine.dispose()
        store.close()


class Timed:
    """A store that notes when each counter's reading could be queried. [s, monotonic]"""

    def __init__(self, store: TelemetryStore) -> None:
        self._store = store
        self.came_s: dict[int, float] = {}

    def write(self, points: Sequence[Point]) -> list[RefusedPoint]:
        refused = self._store.write(points)
        now_s = time.monotonic()
        for point in points:
            self.came_s[point.reading.energy_import_total_wh or 0] = now_s
        return refused

    def close(self) -> None:
        self._store.close()


def _latency(place: Place, seconds: int) -> Iterator[Figure]:
    """From publishing to queryable while the whole fleet sends once a second, and what ingest uses of a core."""
    inner = InfluxDBStore(place.influx_url, bucket="guangfu/autogen", org="-", token="u:p")
    store, sent_s = Timed(inner), {}
    with running_ingest(place, "latency", store, SystemClock()) as metrics:  # type: ignore[arg-type]
        until(lambda: metrics.get_sample_value("guangfu_ingest_connected") == 1)
        publisher = RawPublisher(place.broker.port)
        cpu_s, own_s, began = time.process_time(), time.thread_time(), time.monotonic()
        for number in range(1, LIVE_PER_S * seconds + 1):
            time.sleep(max(0.0, began + number / LIVE_PER_S - time.monotonic()))
            sent_s[number] = time.monotonic()
            publisher.publish([_live(number)])
        until(lambda: len(store.came_s) == len(sent_s))
        share = (time.process_time() - cpu_s - time.thread_time() + own_s) / (time.monotonic() - began)
        publisher.close()
    waits_ms = sorted((store.came_s[number] - sent_s[number]) * 1000 for number in sent_s)
    p50, p99 = (waits_ms[round(len(waits_ms) * part) - 1] for part in (0.5, 0.99))
    beside = f"p50 {p50:.1f} ms; {LIVE_PER_S} messages/s use {share:.1%} of a core"
    yield Figure("ingest.latency", p99, "ms (p99)", beside, p99 / p50)


def _live(number: int) -> tuple[str, bytes]:
    station = STATIONS[number % len(STATIONS)]
    at_ms = round(time.time() * 1000)
    reading = Reading(at_ms=at_ms, device="meter", ac_power_w=1.0, energy_import_total_wh=number, state=4)
    message = Message(station=station, sent_at_ms=at_ms, boot="b", seq=number // len(STATIONS), readings=[reading])
    return format_topic(station, TopicKind.TELEMETRY), encode_message(message)


def main(arguments: list[str]) -> None:
    for figure in figures(sizes_of(Sizes, "benchmarks.ingest", __doc__, arguments)):
        emit(figure)


if __name__ == "__main__":
    main(sys.argv[1:])

"""Messages per second through ingest, acknowledged after the spool, until they are in the store; beside Telegraf.

Every consumer drains a persistent session of its own that was filled beforehand with the same messages, on one
machine, into a database of its own; they take turns, and of several rounds the median counts. A
consumer's time begins when the broker says that it is connected, and ends when the database has the last point.
Beside them stand the raw limits: what the broker gives to bare bytes, and what InfluxDB takes of ready lines.

    python -m benchmarks.ingest --single 300000 --batched 100000 --rounds 5
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
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
from typing import NamedTuple

from prometheus_client import CollectorRegistry

from benchmarks.figure import Figure, emit
from benchmarks.raw_mqtt import RawConsumer, RawPublisher
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
from ingest.program import run
from ingest.settings import Settings
from tests.ingest.world import NOON, NOON_MS, register
from tests.services.running import Missing, Service, find_program, running_influxdb, running_mosquitto

STATIONS = tuple(f"st{i:04d}" for i in range(786))
BATCHED_READINGS = 10
PATIENCE_S = 300
STEP_MS = 20
LIVE_PER_S = 786
BATCH_POINTS = 10_000
CONFIG = Path(__file__).with_name("telegraf.conf")
LOG_CONNECTIONS = "connection_messages true\nlog_type notice\nlog_dest file {}\n"


@dataclass(frozen=True)
class Sizes:
    """How many messages are drained, in how many rounds, and how long `ingest.latency` looks [s]."""

    single: int = 100_000
    batched: int = 15_000
    rounds: int = 3
    latency_s: int = 10


def figures(sizes: Sizes | None = None) -> Iterator[Figure]:
    sizes = sizes or Sizes()
    for name, count, readings in (("single", sizes.single, 1), ("batched", sizes.batched, BATCHED_READINGS)):
        if count:
            yield from _drained(f"ingest.{name}", count, readings, sizes.rounds)
    if sizes.latency_s:
        with _services() as place:
            yield from _latency(place, sizes.latency_s)


@dataclass
class Place:
    """A broker and an InfluxDB of their own."""

    folder: Path
    broker: Service
    influxdb: Service

    @property
    def influx_url(self) -> str:
        return f"http://{self.influxdb.host}:{self.influxdb.port}"

    def connections(self, client_id: str) -> int:
        """How often the broker has seen a client connect."""
        return (self.folder / "connections.log").read_text(errors="replace").count(f" as {client_id} ")

    def written(self) -> int:
        """Points that InfluxDB has taken since it started."""
        with urllib.request.urlopen(f"{self.influx_url}/debug/vars") as answer:
            return int(json.load(answer)["write"]["values"]["pointReq"])

    def new_database(self, name: str) -> None:
        query = urllib.parse.urlencode({"q": f'CREATE DATABASE "{name}"'})
        urllib.request.urlopen(f"{self.influx_url}/query?{query}", data=b"").close()

    def stored(self, name: str) -> int:
        """Points in a database; each of another time, so that none hides another."""
        query = urllib.parse.urlencode({"q": "SELECT count(state) FROM pv_meter", "db": name})
        with urllib.request.urlopen(f"{self.influx_url}/query?{query}") as answer:
            return int(json.load(answer)["results"][0]["series"][0]["values"][0][1])


@contextmanager
def _services() -> Iterator[Place]:
    with tempfile.TemporaryDirectory(prefix="guangfu-bench-") as name:
        folder = Path(name)
        (folder / "influxdb").mkdir()
        log = LOG_CONNECTIONS.format(folder / "connections.log")
        with running_influxdb(folder / "influxdb") as influxdb, running_mosquitto(folder, log) as broker:
            yield Place(folder, broker, influxdb)


class Taken(NamedTuple):
    """What draining took: time, and the consumer's own use of a core. [s]"""

    elapsed_s: float
    cpu_s: float


Drain = Callable[[Place, str, int, int], Taken]


def _drained(name: str, count: int, readings: int, rounds: int) -> Iterator[Figure]:
    drains = _consumers()
    taken: dict[str, list[Taken]] = {consumer: [] for consumer in drains}
    for round_ in range(rounds):
        with _services() as place:  # new ones, so that no round meets what the one before left behind
            order = list(drains)[:: 1 if round_ % 2 else -1]
            for consumer in order:
                _make_session(place.broker.port, f"{consumer}-0")
            _fill(place.broker.port, count, readings)
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
    return {"telegraf": _drain_telegraf, **drains}


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


def _make_session(port: int, client_id: str) -> None:
    raw = RawConsumer(port, client_id)
    raw.subscribe()
    raw.close()


def _fill(port: int, count: int, readings: int) -> None:
    publisher = RawPublisher(port)
    publisher.publish(_message(number, readings) for number in range(count))
    time.sleep(1)  # the broker writes its persistence file: not while a consumer is timed
    publisher.close()


def _message(number: int, readings: int) -> tuple[str, bytes]:
    station = STATIONS[number % len(STATIONS)]
    return format_topic(station, TopicKind.TELEMETRY), _payload(station, number, readings)


def _payload(station: str, number: int, readings: int) -> bytes:
    several = [_reading(number, i) for i in range(readings)]
    return encode_message(Message(station=station, sent_at_ms=NOON_MS, boot="5f3a9c", seq=number, readings=several))


def _reading(number: int, i: int) -> Reading:
    return Reading(
        at_ms=NOON_MS + number * STEP_MS + i,
        device="meter",
        ac_power_w=round(150_000 + number * 0.1, 1),
        reactive_power_var=-1200.5,
        ac_voltage_v=398.2,
        ac_frequency_hz=50.01,
        energy_export_total_wh=10**9 + number,
        energy_import_total_wh=number,
        state=4,
        event_bits=0,
    )


def _until(holds: Callable[[], bool], every_s: float = 0.02) -> None:
    give_up = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < give_up, "it did not come to its end"
        time.sleep(every_s)


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
        Point(STATIONS[number % len(STATIONS)], DeviceKind.METER, _reading(number, i))
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


def _drain_telegraf(place: Place, consumer: str, count: int, readings: int) -> Taken:
    place.new_database(consumer)
    client_id, awaited = f"{consumer}-0", place.written() + count * readings
    environment = {
        **os.environ, "MQTT_PORT": str(place.broker.port), "CLIENT_ID": client_id, "INFLUX_URL": place.influx_url,
        "BUCKET": f"{consumer}/autogen", "GOGC": "400",
    }  # fmt: skip
    seen, cpu_s = place.connections(client_id), _children_cpu_s()
    with (place.folder / "telegraf.log").open("wb") as log:
        process = subprocess.Popen(
            [find_program("telegraf"), "--config", str(CONFIG)], env=environment, stdout=log, stderr=log
        )
    try:
        _until(lambda: place.connections(client_id) > seen, 0.001)
        began = time.perf_counter()
        _until(lambda: place.written() >= awaited, 0.05)  # InfluxDB stops to answer this
        elapsed_s = time.perf_counter() - began
    finally:
        process.terminate()
        process.wait(60)
    assert place.stored(consumer) == count * readings
    return Taken(elapsed_s, _children_cpu_s() - cpu_s)


def _children_cpu_s() -> float:
    """What ended children have used. [s]"""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _drain_into_influxdb(place: Place, consumer: str, count: int, readings: int) -> Taken:
    place.new_database(consumer)
    store = InfluxDBStore(place.influx_url, bucket=f"{consumer}/autogen", org="-", token="u:p", timeout_s=60)
    taken = _drain_ingest(place, consumer, store, count * readings)
    assert place.stored(consumer) == count * readings
    return taken


def _drain_into_duckdb(place: Place, consumer: str, count: int, readings: int) -> Taken:
    return _drain_ingest(place, consumer, DuckDBStore(place.folder / "telemetry.duckdb"), count * readings)


def _drain_ingest(place: Place, consumer: str, store: TelemetryStore, readings: int) -> Taken:
    with _running_ingest(place, consumer, store, ManualClock(NOON + timedelta(hours=2))) as metrics:
        _until(lambda: metrics.get_sample_value("guangfu_ingest_connections_total") == 1, 0.001)
        began, cpu_s = time.perf_counter(), time.process_time()
        _until(lambda: metrics.get_sample_value("guangfu_ingest_readings_stored_total") == readings)
        return Taken(time.perf_counter() - began, time.process_time() - cpu_s)


@contextmanager
def _running_ingest(place: Place, consumer: str, store: TelemetryStore, clock: Clock) -> Iterator[CollectorRegistry]:
    """The whole program in a thread, with a registry of all stations."""
    engine = open_database(f"sqlite:///{place.folder}/{consumer}.sqlite")
    upgrade(engine)
    register(engine, STATIONS)
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


class _Timed:
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
    store, sent_s = _Timed(inner), {}
    with _running_ingest(place, "latency", store, SystemClock()) as metrics:  # type: ignore[arg-type]
        _until(lambda: metrics.get_sample_value("guangfu_ingest_connected") == 1)
        publisher = RawPublisher(place.broker.port)
        cpu_s, own_s, began = time.process_time(), time.thread_time(), time.monotonic()
        for number in range(1, LIVE_PER_S * seconds + 1):
            time.sleep(max(0.0, began + number / LIVE_PER_S - time.monotonic()))
            sent_s[number] = time.monotonic()
            publisher.publish([_live(number)])
        _until(lambda: len(store.came_s) == len(sent_s))
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
    message = Message(station=station, sent_at_ms=at_ms, boot="b", seq=number, readings=[reading])
    return format_topic(station, TopicKind.TELEMETRY), encode_message(message)


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ingest", description=__doc__)
    for name, value in vars(Sizes()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=value)
    for figure in figures(Sizes(**vars(parser.parse_args(arguments)))):
        emit(figure)


if __name__ == "__main__":
    main(sys.argv[1:])

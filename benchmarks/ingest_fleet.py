"""Ingest as it runs: `guangfu ingest` as a process of its own, beside publishers, TLS, a day's backlog, a nation.

Slower and larger than `benchmarks.ingest`, so `make bench` runs it at sizes that take a few minutes:

    python -m benchmarks.ingest_fleet --live 300000 --tls 300000 --backlog-hours 24 --nation-minutes 10
"""

import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.figure import Figure, emit
from benchmarks.ingest import Timed, drain_telegraf, running_ingest
from benchmarks.ingest_place import STATIONS, Place, Taken, fill, make_session, services, until
from benchmarks.sizes import sizes_of
from guangfu.clock import SystemClock
from guangfu.storage.influxdb_store import InfluxDBStore
from guangfu.storage.sql.database import open_database, upgrade
from tests.ingest.world import register
from tests.services.deployed import certificates
from tests.services.running import free_port

MESSAGES_PER_DAY: Final = 8640
NATION_STATIONS: Final = 83_000
NATION_CONNECTIONS: Final = 100
LONGEST_PAUSE_S: Final = 1800


@dataclass(frozen=True)
class Sizes:
    """Messages of `live` and `tls`, in how many rounds; hours of the fleet's backlog; minutes of the nation."""

    live: int = 100_000
    tls: int = 100_000
    rounds: int = 3
    backlog_hours: int = 2
    nation_minutes: int = 1


def figures(sizes: Sizes | None = None) -> Iterator[Figure]:
    sizes = sizes or Sizes()
    if sizes.live:
        yield from _live(sizes.live, sizes.rounds)
    if sizes.tls:
        yield from _tls(sizes.tls, sizes.rounds)
    if sizes.backlog_hours:
        yield from _backlog(sizes.backlog_hours)
    if sizes.nation_minutes:
        yield from _nation(sizes.nation_minutes)


@dataclass
class Program:
    """`guangfu ingest`, running."""

    process: subprocess.Popen[bytes]
    metrics_port: int

    def metric(self, name: str) -> float:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/metrics") as answer:
            text = answer.read().decode()
        found = re.search(rf"^{name}(?:\{{.*\}})? ([0-9.e+-]+)$", text, re.MULTILINE)
        return float(found[1]) if found else 0.0

    def peak_mb(self) -> float:
        """The most memory that it has had so far. [MB]"""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) / 1000

    def cpu_s(self) -> float:
        """What it has used of the cores. [s]"""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _ingest(
    place: Place, name: str, stations: tuple[str, ...] = STATIONS, *, duckdb: bool = False,
    settings: Mapping[str, str] | None = None,
) -> Iterator[Program]:  # fmt: skip
    """The program with a registry of all stations; ready is when the broker has seen it connect."""
    sql = f"sqlite:///{place.folder}/{name}.sqlite"
    engine = open_database(sql)
    upgrade(engine)
    register(engine, stations)
    engine.dispose()
    if not duckdb:
        place.new_database(name)
    port = free_port()
    environment = {
        **os.environ,
        "GUANGFU_INGEST_MQTT_PORT": str(place.broker.port), "GUANGFU_INGEST_CLIENT_ID_PREFIX": name,
        "GUANGFU_INGEST_SPOOL_PATH": f"{place.folder}/{name}.spool", "GUANGFU_INGEST_METRICS_PORT": str(port),
        "GUANGFU_STORAGE_SQL_URL": sql, "GUANGFU_STORAGE_INFLUX_TOKEN": "u:p",
        "GUANGFU_STORAGE_INFLUX_BUCKET": f"{name}/autogen",
        "GUANGFU_STORAGE_TELEMETRY_URL": f"duckdb:///{place.folder}/{name}.duckdb" if duckdb else place.influx_url,
        **(settings or {}),
    }  # fmt: skip
    seen = place.connections(f"{name}-0")
    with (place.folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "guangfu", "ingest"], env=environment, stdout=log, stderr=log)
    try:
        until(lambda: process.poll() is not None or place.connections(f"{name}-0") > seen, 0.001)
        if process.poll() is not None:
            raise RuntimeError((place.folder / f"{name}.log").read_text())
        yield Program(process, port)
    finally:
        process.terminate()
        process.wait(120)


def _drain_program(
    place: Place, name: str, readings: int, *, duckdb: bool = False, settings: Mapping[str, str] | None = None
) -> tuple[Taken, float]:
    """Until all readings are in the store; also the most memory that it had. [MB]"""
    with _ingest(place, name, duckdb=duckdb, settings=settings) as program:
        began_s, cpu_s = time.perf_counter(), program.cpu_s()
        if duckdb:
            until(lambda: program.metric("guangfu_ingest_readings_stored_total") >= readings, 0.05)
        else:
            place.await_written(readings)
        taken = Taken(time.perf_counter() - began_s, program.cpu_s() - cpu_s)
        peak_mb = program.peak_mb()
    if not duckdb:
        assert place.stored(name) == readings
    return taken, peak_mb


class Publisher:
    """`benchmarks.ingest_publisher` as a process; it waits until `begin`."""

    def __init__(self, *arguments: object) -> None:
        command = [sys.executable, "-m", "benchmarks.ingest_publisher", *map(str, arguments)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"

    def begin(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()

    def acknowledged(self) -> int:
        """Waits for its end."""
        return int(self._process.communicate(timeout=LONGEST_PAUSE_S)[0])


def _live(count: int, rounds: int) -> Iterator[Figure]:
    """The publisher flat out on the same cores: from its first message until the last is in InfluxDB."""
    taken: dict[str, list[float]] = {"telegraf": [], "influxdb": []}
    for _ in range(rounds):
        for consumer, each in taken.items():
            with services() as place:
                make_session(place.broker.port, f"{consumer}-0")
                publisher = Publisher("flood", place.broker.port, count, 1)
                # It begins when the broker has seen the consumer, which is when the consumer's time begins.
                starting = threading.Thread(target=_begin_with, args=(place, consumer, publisher))
                starting.start()
                if consumer == "telegraf":
                    each.append(drain_telegraf(place, consumer, count, 1).elapsed_s)
                else:
                    each.append(_drain_program(place, consumer, count)[0].elapsed_s)
                starting.join()
                assert publisher.acknowledged() == count
    ours, theirs = (count / statistics.median(taken[name]) for name in ("influxdb", "telegraf"))
    beside = f"Telegraf, tuned, the publisher on the same cores too: {theirs:,.0f} messages/s"
    yield Figure("ingest.live", ours, "messages/s", beside, ours / theirs)


def _begin_with(place: Place, consumer: str, publisher: Publisher) -> None:
    seen = place.connections(f"{consumer}-0")
    until(lambda: place.connections(f"{consumer}-0") > seen, 0.001)
    publisher.begin()


def _tls(count: int, rounds: int) -> Iterator[Figure]:
    """The same drain with and without TLS between broker and ingest; and the most memory without."""
    plain, secret, peaks_mb = [], [], []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as name:
            certificates(Path(name), "broker", "127.0.0.1")
            port = free_port()
            listener = f"listener {port} 127.0.0.1\ncertfile {name}/server.pem\nkeyfile {name}/server.key\n"
            with services(listener) as place:
                for consumer in ("plain", "tls"):
                    make_session(place.broker.port, f"{consumer}-0")
                fill(place.broker.port, count, 1)
                taken, peak_mb = _drain_program(place, "plain", count)
                plain.append(taken.elapsed_s)
                peaks_mb.append(peak_mb)
                over = {"GUANGFU_INGEST_MQTT_PORT": str(port), "GUANGFU_INGEST_MQTT_CA_FILE": f"{name}/ca.pem"}
                secret.append(_drain_again(place, "tls", count, over))
    ours, without = count / statistics.median(secret), count / statistics.median(plain)
    beside = f"the same without TLS, as a process: {without:,.0f} messages/s"
    yield Figure("ingest.single.tls", ours, "messages/s", beside, ours / without)
    yield Figure("ingest.memory", max(peaks_mb), "MB", "150 MB is the bar", max(peaks_mb) / 150)


def _drain_again(place: Place, name: str, count: int, settings: Mapping[str, str]) -> float:
    """A second drain from one broker: what InfluxDB took before does not count. [s]"""
    with _ingest(place, name, settings=settings) as program:
        began_s = time.perf_counter()
        until(lambda: program.metric("guangfu_ingest_readings_stored_total") >= count, 0.05)
        return time.perf_counter() - began_s


def _backlog(hours: int) -> Iterator[Figure]:
    """What the whole fleet sent in `hours` at 10 s, one message a station, drained from the broker."""
    count = len(STATIONS) * MESSAGES_PER_DAY * hours // 24
    for store in ("influxdb", "duckdb"):
        with services(autosave_s=LONGEST_PAUSE_S) as place:
            make_session(place.broker.port, f"{store}-0")
            fill(place.broker.port, count, 1)
            taken, peak_mb = _drain_program(place, store, count, duckdb=store == "duckdb")
        beside = (
            f"{hours} h of {len(STATIONS)} stations at 10 s into {store}: {count:,} messages, "
            f"{count / taken.elapsed_s:,.0f}/s, at most {peak_mb:.0f} MB; the bar for 24 h is 120 s"
        )
        yield Figure(f"ingest.backlog.{store}", taken.elapsed_s, "s", beside, taken.elapsed_s / (5 * hours))


def _nation(minutes: int) -> Iterator[Figure]:
    """The whole nation's stations beside their publisher: from sending to queryable in InfluxDB."""
    stations = tuple(f"n{i:05d}" for i in range(NATION_STATIONS))
    with services() as place:
        store = Timed(InfluxDBStore(place.influx_url, bucket="guangfu/autogen", org="-", token="u:p"))
        with running_ingest(place, "nation", store, SystemClock(), stations) as metrics:  # type: ignore[arg-type]
            # The stations of a nation are read once, when ingest starts, which takes seconds.
            until(lambda: bool(metrics.get_sample_value("guangfu_ingest_registry_version")))
            until(lambda: metrics.get_sample_value("guangfu_ingest_connected") == 1)
            publisher = Publisher("paced", place.broker.port, NATION_STATIONS, NATION_CONNECTIONS, minutes)
            cpu_s, began_s = time.process_time(), time.monotonic()
            publisher.begin()
            sent = publisher.acknowledged()
            until(lambda: len(store.came_s) >= sent, 0.5)
            share = (time.process_time() - cpu_s) / (time.monotonic() - began_s)
        stored = place.stored("guangfu")
    # A message's counter is the time at which it was sent: see `benchmarks.ingest_publisher.paced`.
    waits_ms = sorted(came_s * 1000 - sent_us / 1000 for sent_us, came_s in store.came_s.items())
    p50, p99 = (waits_ms[round(len(waits_ms) * part) - 1] for part in (0.5, 0.99))
    beside = (
        f"p50 {p50:.0f} ms, longest {waits_ms[-1]:.0f} ms; {sent:,} sent over {NATION_CONNECTIONS} connections in "
        f"{minutes} min, {sent - stored} lost; {share:.0%} of a core; the bar is 5,000 ms"
    )
    yield Figure("ingest.nation", p99, "ms (p99)", beside, p99 / 5000)


def main(arguments: list[str]) -> None:
    for figure in figures(sizes_of(Sizes, "benchmarks.ingest_fleet", __doc__, arguments)):
        emit(figure)


if __name__ == "__main__":
    main(sys.argv[1:])

"""Where ingest is measured: a broker and an InfluxDB of their own, the messages that go in, and what is awaited."""

import json
import resource
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.raw_mqtt import RawConsumer, RawPublisher
from guangfu.telemetry.encode import encode_message
from guangfu.telemetry.reading import Message, Reading
from guangfu.telemetry.topics import TopicKind, format_topic
from tests.ingest.world import NOON_MS
from tests.services.running import Service, running_influxdb, running_mosquitto

STATIONS: Final = tuple(f"st{i:04d}" for i in range(786))
STEP_MS: Final = 20
PATIENCE_S: Final = 300
LOG_CONNECTIONS: Final = "connection_messages true\nlog_type notice\nlog_dest file {}\n"


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

    def await_written(self, points: int) -> None:
        """Until InfluxDB has taken so many since it started; seldom asked, since it stops to answer."""
        began_s, least = time.monotonic(), self.written()
        while (written := self.written()) < points:
            passed_s = time.monotonic() - began_s
            assert passed_s < PATIENCE_S, "it did not come to its end"
            left_s = passed_s * (points - written) / max(1, written - least)
            time.sleep(min(0.5, max(0.02, left_s / 4)))

    def new_database(self, name: str) -> None:
        query = urllib.parse.urlencode({"q": f'CREATE DATABASE "{name}"'})
        urllib.request.urlopen(f"{self.influx_url}/query?{query}", data=b"").close()

    def stored(self, name: str) -> int:
        """Points in a database; each of another time, so that none hides another."""
        query = urllib.parse.urlencode({"q": "SELECT count(state) FROM pv_meter", "db": name})
        with urllib.request.urlopen(f"{self.influx_url}/query?{query}") as answer:
            return int(json.load(answer)["results"][0]["series"][0]["values"][0][1])


@contextmanager
def services(broker_config: str = "", autosave_s: int = 5) -> Iterator[Place]:
    with tempfile.TemporaryDirectory(prefix="guangfu-bench-") as name:
        folder = Path(name)
        (folder / "influxdb").mkdir()
        log = LOG_CONNECTIONS.format(folder / "connections.log")
        with (
            running_influxdb(folder / "influxdb") as influxdb,
            running_mosquitto(folder, log + broker_config, autosave_s=autosave_s) as broker,
        ):
            yield Place(folder, broker, influxdb)


class Taken(NamedTuple):
    """What draining took: time, and the consumer's own use of a core. [s]"""

    elapsed_s: float
    cpu_s: float


def make_session(port: int, client_id: str) -> None:
    raw = RawConsumer(port, client_id)
    raw.subscribe()
    raw.close()


def fill(port: int, count: int, readings: int) -> None:
    publisher = RawPublisher(port)
    publisher.publish(message_of(number, readings) for number in range(count))
    time.sleep(1)  # the broker writes its persistence file: not while a consumer is timed
    publisher.close()


def message_of(number: int, readings: int) -> tuple[str, bytes]:
    station = STATIONS[number % len(STATIONS)]
    return format_topic(station, TopicKind.TELEMETRY), payload_of(station, number, readings)


def payload_of(station: str, number: int, readings: int) -> bytes:
    several = [reading_of(number, i) for i in range(readings)]
    seq = number // len(STATIONS)  # each station numbers its own messages
    return encode_message(Message(station=station, sent_at_ms=NOON_MS, boot="5f3a9c", seq=seq, readings=several))


def reading_of(number: int, i: int) -> Reading:
    return Reading(
        at_ms=NOON_MS + number * STEP_MS + i,
        device="meter",
        ac_power_w=round(150_000 + number % 50_000 * 0.1, 1),
        reactive_power_var=-1200.5,
        ac_voltage_v=398.2,
        ac_frequency_hz=50.01,
        energy_export_total_wh=10**9 + number,
        energy_import_total_wh=number,
        state=4,
        event_bits=0,
    )


def until(holds: Callable[[], bool], every_s: float = 0.02) -> None:
    give_up = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < give_up, "it did not come to its end"
        time.sleep(every_s)


def children_cpu_s() -> float:
    """What ended children have used. [s]"""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime

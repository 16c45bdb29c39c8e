"""Messages per second through ingest, acknowledged after the spool, until they are in the store.

Every consumer drains a persistent session of its own that was filled beforehand with the same messages, in one run, on
one machine: ingest into each store; a bare paho-mqtt consumer that acknowledges by hand and forgets; and the
least that a consumer can do (`raw_mqtt`), which shows what the broker gives.
"""

import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from prometheus_client import CollectorRegistry

from benchmarks.figure import Figure
from benchmarks.raw_mqtt import RawConsumer
from guangfu.clock import ManualClock
from guangfu.storage.duckdb_store import DuckDBStore
from guangfu.storage.influxdb_store import InfluxDBStore
from guangfu.storage.sql.database import open_database, upgrade
from guangfu.storage.telemetry_store import TelemetryStore
from guangfu.telemetry.encode import encode_message
from guangfu.telemetry.reading import Message, Reading
from guangfu.telemetry.topics import TopicKind, format_topic
from ingest.program import run
from ingest.settings import Settings
from tests.ingest.world import NOON, NOON_MS, register
from tests.services.running import Service, running_influxdb, running_mosquitto

STATIONS = tuple(f"st{i:04d}" for i in range(786))
SINGLE_MESSAGES = 50_000
BATCHED_MESSAGES = 10_000
BATCHED_READINGS = 10
CONSUMERS = ("duckdb", "influxdb", "paho", "raw")


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="guangfu-bench-") as name:
        folder = Path(name)
        (folder / "influxdb").mkdir()
        with running_influxdb(folder / "influxdb") as influxdb:
            yield from _figures("ingest.single", SINGLE_MESSAGES, 1, folder, influxdb)
            yield from _figures("ingest.batched", BATCHED_MESSAGES, BATCHED_READINGS, folder, influxdb)


def _figures(name: str, count: int, readings: int, folder: Path, influxdb: Service) -> Iterator[Figure]:
    place = folder / name
    place.mkdir()
    with running_mosquitto(place) as broker:
        for consumer in CONSUMERS:
            _make_session(broker.port, consumer)
        _fill(broker.port, count, readings)
        rates = {
            "paho": count / _elapsed_s(lambda: _drain_paho(broker.port, count)),
            "raw": count / _elapsed_s(lambda: _drain_raw(broker.port, count)),
        }
        for store_name, opened in (("duckdb", _duckdb(place)), ("influxdb", _influxdb(influxdb))):
            with opened as store:
                rates[store_name] = count / _drain_ingest(broker.port, store_name, store, place, count * readings)
    words = f"{readings} reading{'s' if readings > 1 else ''} of 8 fields a message"
    for store_name in ("duckdb", "influxdb"):
        for limit, what in (("paho", "a bare paho-mqtt consumer"), ("raw", "the broker, acknowledged by bare bytes")):
            beside = f"{what}: {rates[limit]:.0f} messages/s ({words})"
            ours = rates[store_name]
            yield Figure(f"{name}.{store_name}.beside_{limit}", ours, "messages/s", beside, ours / rates[limit])


def _make_session(port: int, consumer: str) -> None:
    raw = RawConsumer(port, _settings(port, consumer, Path()).client_id)
    raw.subscribe()
    raw.close()


def _settings(port: int, consumer: str, folder: Path) -> Settings:
    return Settings(mqtt_port=port, client_id_prefix=consumer, spool_path=folder / f"{consumer}.spool")


def _fill(port: int, count: int, readings: int) -> None:
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
    client.max_inflight_messages_set(5000)
    client.connect("127.0.0.1", port)
    client.loop_start()
    for number in range(count):
        station = STATIONS[number % len(STATIONS)]
        sent = client.publish(format_topic(station, TopicKind.TELEMETRY), _payload(station, number, readings), qos=1)
    sent.wait_for_publish(300)
    time.sleep(1)  # the broker writes its persistence file: not while a consumer is timed
    client.disconnect()
    client.loop_stop()


def _payload(station: str, number: int, readings: int) -> bytes:
    several = [_reading(number, i) for i in range(readings)]
    return encode_message(Message(station=station, sent_at_ms=NOON_MS, boot="5f3a9c", seq=number, readings=several))


def _reading(number: int, i: int) -> Reading:
    return Reading(
        at_ms=NOON_MS - number * 20 - i,
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


def _elapsed_s(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def _drain_raw(port: int, count: int) -> None:
    raw = RawConsumer(port, _settings(port, "raw", Path()).client_id)
    raw.drain(count)
    raw.close()


def _drain_paho(port: int, count: int) -> None:
    """A consumer as paho's documentation writes it: acknowledge each message by hand, in its loop."""
    received = 0
    client = mqtt.Client(
        CallbackAPIVersion.VERSION2, _settings(port, "paho", Path()).client_id, protocol=MQTTProtocolVersion.MQTTv5,
        manual_ack=True,
    )  # fmt: skip

    def on_message(_client: mqtt.Client, _userdata: object, message: mqtt.MQTTMessage) -> None:
        nonlocal received
        received += 1
        client.ack(message.mid, message.qos)

    client.on_message = on_message
    wishes = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    wishes.SessionExpiryInterval = 0xFFFFFFFF
    wishes.ReceiveMaximum = 65535
    client.connect("127.0.0.1", port, clean_start=False, properties=wishes)
    while received < count:
        assert client.loop() == mqtt.MQTT_ERR_SUCCESS
    client.disconnect()


def _drain_ingest(port: int, consumer: str, store: TelemetryStore, folder: Path, readings: int) -> float:
    """Seconds from the start of the program until the last reading is in the store. [s]"""
    engine = open_database(f"sqlite:///{folder}/{consumer}.sqlite")
    upgrade(engine)
    register(engine, STATIONS)
    metrics, stop = CollectorRegistry(), threading.Event()
    settings = _settings(port, consumer, folder)
    program = threading.Thread(
        target=run, args=(settings, store, engine, ManualClock(NOON), stop), kwargs={"metrics": metrics}
    )
    began = time.perf_counter()
    program.start()
    while metrics.get_sample_value("guangfu_ingest_readings_stored_total") != readings:
        time.sleep(0.005)
        assert program.is_alive()
    elapsed_s = time.perf_counter() - began
    stop.set()
    program.join()
    engine.dispose()
    return elapsed_s


@contextmanager
def _duckdb(folder: Path) -> Iterator[TelemetryStore]:
    store = DuckDBStore(folder / "telemetry.duckdb")
    yield store
    store.close()


@contextmanager
def _influxdb(service: Service) -> Iterator[TelemetryStore]:
    store = InfluxDBStore(f"http://{service.host}:{service.port}", bucket="guangfu/autogen", org="-", token="u:p")
    yield store
    store.close()

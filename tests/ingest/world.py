"""A small world for ingest: four stations, a publisher, and the program running in a thread."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from prometheus_client import CollectorRegistry
from sqlalchemy import Engine

from guangfu.clock import Clock, ManualClock, to_ms
from guangfu.stations.models import (
    Banner,
    Device,
    DeviceKind,
    Grid,
    League,
    Registry,
    Station,
    StationKind,
    Zone,
)
from guangfu.storage.sql.registry import write_registry
from guangfu.storage.telemetry_store import ReadingTable, TelemetryStore
from guangfu.telemetry.encode import encode_message
from guangfu.telemetry.reading import Message, Reading
from guangfu.telemetry.topics import TopicKind, format_topic
from ingest.link import LinkedClient
from ingest.program import run
from ingest.settings import Settings
from ingest.subscriptions import subscriptions

NOON = datetime(2026, 6, 1, 4, tzinfo=UTC)
NOON_MS = to_ms(NOON)
LONG_AGO, FAR_AHEAD = datetime(2015, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
STATIONS = tuple(f"s-{i}" for i in range(4))


def registry_of(stations: Iterable[str] = STATIONS) -> Registry:
    """Stations with a meter, an inverter and a weather station each."""
    place: dict[str, Any] = {"resource_zone": Zone.II, "grid": Grid.MENGXI}
    league = League("1501", "盟", "League", **place, seat_lon=111.0, seat_lat=41.0)
    banner = Banner("150122", "旗", "Banner", "1501", **place, seat_lon=111.0, seat_lat=41.0)
    since = date(2019, 1, 1)
    names = tuple(stations)
    return Registry(
        leagues={league.code: league},
        banners={banner.code: banner},
        villages={},
        stations={
            name: Station(
                name, "站", "Station", StationKind.VILLAGE, joint=False, banner_code=banner.code, **place, lon=111.0,
                lat=41.0, capacity_dc_w=300_000, capacity_ac_w=300_000, tilt_deg=35, azimuth_deg=180, plan_year=2018,
                filed_on=since, grid_connected_on=since,
            )
            for name in names
        },
        devices=tuple(Device(name, kind.value, kind, since) for name in names for kind in DeviceKind),
        share_units=(),
        households={},
        slots=(),
    )  # fmt: skip


def meter(at_ms: int, power_w: float = 1000.0, total_wh: int = 5000, device: str = "meter") -> Reading:
    return Reading(at_ms=at_ms, device=device, ac_power_w=power_w, energy_export_total_wh=total_wh)


def payload(station: str, *readings: Reading, seq: int = 0) -> bytes:
    return encode_message(Message(station=station, sent_at_ms=NOON_MS, boot="b", seq=seq, readings=list(readings)))


def telemetry(station: str, *readings: Reading, seq: int = 0) -> tuple[str, bytes]:
    """Topic and payload of a good message."""
    return format_topic(station, TopicKind.TELEMETRY), payload(station, *readings, seq=seq)


class Publisher:
    """Publishes with QoS 1 and returns when the broker has acknowledged."""

    def __init__(self, port: int, *, version: str = "5") -> None:
        protocol = MQTTProtocolVersion.MQTTv5 if version == "5" else MQTTProtocolVersion.MQTTv311
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=protocol)
        self._client.max_inflight_messages_set(1000)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def publish(self, *messages: tuple[str, bytes], retain: bool = False) -> None:
        sent = [self._client.publish(topic, body, qos=1, retain=retain) for topic, body in messages]
        for each in sent:
            each.wait_for_publish(60)
            assert each.is_published()

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def make_session(settings: Settings) -> None:
    """Lets the broker keep messages for a worker before it ever ran."""
    client = LinkedClient(settings)
    subscribed: list[bool] = []
    client.on_connect = lambda c, *rest: c.subscribe([(topic, 1) for topic in subscriptions(settings).wanted])
    client.on_subscribe = lambda *rest: subscribed.append(True)
    client.open(settings)
    while not subscribed:
        client.link.flush()
        assert client.loop(0.05) == mqtt.MQTT_ERR_SUCCESS
    client.disconnect()


@contextmanager
def running_ingest(
    settings: Settings,
    store: TelemetryStore,
    engine: Engine,
    clock: Clock | None = None,
    metrics: CollectorRegistry | None = None,
) -> Iterator[threading.Event]:
    """The program in a thread; what it raises is raised at the end."""
    stop = threading.Event()
    failures: list[BaseException] = []

    def target() -> None:
        try:
            run(settings, store, engine, clock or ManualClock(NOON), stop, metrics=metrics)
        except BaseException as error:  # noqa: BLE001 - raised again below
            failures.append(error)

    thread = threading.Thread(target=target, name="ingest")
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(60)
        assert not thread.is_alive()
        if failures:  # whatever the test found wrong, this is why
            raise failures[0]


def register(engine: Engine, stations: Iterable[str] = STATIONS) -> None:
    write_registry(engine, registry_of(stations), at=NOON)


def eventually(holds: Callable[[], Any], patience_s: float = 60) -> None:
    """Waits for something that will come; only a defect makes it wait to the end."""
    give_up = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < give_up, f"still not: {holds}"
        time.sleep(0.02)


def stored(
    store: TelemetryStore, kind: DeviceKind = DeviceKind.METER, column: str = "energy_export_total_wh"
) -> ReadingTable:
    return store.read(kind, [column], start_at=LONG_AGO, end_at=FAR_AHEAD)


def stored_keys(store: TelemetryStore) -> list[tuple[str, int, int]]:
    """Station, time and counter of every stored reading of a meter."""
    table = stored(store)
    counters = table.columns["energy_export_total_wh"]
    return list(zip(table.station.tolist(), table.at_ms.tolist(), counters.tolist(), strict=True))

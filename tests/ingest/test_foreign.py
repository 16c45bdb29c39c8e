"""Foreign dialects, from a real broker to the store and to dead letters."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from prometheus_client import CollectorRegistry
from sqlalchemy import Engine

from guangfu.clock import ManualClock, from_ms
from guangfu.stations.models import DeviceKind
from guangfu.storage.spool import Frame, Group, Messages
from guangfu.storage.sql.inbox import DeadLetter, count_dead_letters, read_dead_letters, read_seen
from guangfu.storage.telemetry_store import RefusedPoint, TelemetryStore
from guangfu.telemetry.decode import decode
from guangfu.telemetry.dialects import Dialects
from guangfu.telemetry.mapping.load import read_mappings
from guangfu.telemetry.mapping.nodes import BadMapping
from guangfu.telemetry.reading import Quality, Reading
from guangfu.telemetry.sparkplug.payload import rebirth_payload
from ingest.batch import Batch
from ingest.directory import Directory
from ingest.foreign import Foreign, Interpreter
from ingest.program import run
from ingest.settings import Settings
from tests.ingest.conftest import settings_for
from tests.ingest.world import (
    STATIONS,
    Publisher,
    eventually,
    register,
    registry_of,
    running_ingest,
    stored,
)
from tests.services.running import Service
from tests.telemetry.test_sparkplug import DBIRTH, DDATA, HISTORICAL, NBIRTH, T

NOW = from_ms(T + 30_000)
VENDOR = """\
name: vendor
topic: vendor/{account}/kpi
items: data
time: {path: $.at, format: ms}
station: {path: id, table: devices}
device: {path: id, table: devices}
tables:
  devices:
    "1001": {station: s-0, device: inverter}
    "1002": {station: s-new, device: inverter}
readings:
  - fields:
      ac_power_w: {path: kw, factor: 1000}
      energy_total_wh: {path: kwh, factor: 1000}
"""
SPARKPLUG = """\
name: zone
dialect: sparkplug
groups: [PV]
station: {topic: edge}
device: {topic: device}
readings:
  - fields:
      ac_power_w: {metric: AC/Power, factor: 1000}
      energy_total_wh: {metric: Energy/Total, factor: 1000}
      cabinet_temperature_c: {metric: Cabinet/Temperature}
      state: {metric: Status/State, values: {1: MPPT, 2: THROTTLED}}
"""


@pytest.fixture
def mappings(tmp_path: Path) -> Path:
    folder = tmp_path / "mappings"
    folder.mkdir()
    (folder / "vendor.yaml").write_text(VENDOR, encoding="utf-8")
    (folder / "zone.yaml").write_text(SPARKPLUG, encoding="utf-8")
    return folder


@pytest.fixture
def settings(broker: Service, tmp_path: Path, mappings: Path) -> Settings:
    return settings_for(broker.port, tmp_path, mappings=[mappings])


@pytest.fixture
def ingesting(settings: Settings, store: TelemetryStore, engine: Engine) -> Iterator[None]:
    """Ingest, subscribed."""
    metrics = CollectorRegistry()
    with running_ingest(settings, store, engine, ManualClock(NOW), metrics):
        eventually(lambda: metrics.get_sample_value("guangfu_ingest_connected") == 1)
        yield


def vendor(*items: dict[str, Any], at_ms: int = T) -> tuple[str, bytes]:
    return "vendor/county/kpi", json.dumps({"at": at_ms, "data": items}).encode()


def sparkplug(kind: str, body: bytes, edge: str = "s-1") -> tuple[str, bytes]:
    return f"spBv1.0/PV/{kind}/{edge}" + ("/inverter" if kind.startswith("D") else ""), body


def counted(engine: Engine) -> dict[str, int]:
    with engine.connect() as db:
        return count_dead_letters(db)


def only_letter(engine: Engine, reason: str) -> DeadLetter:
    eventually(lambda: counted(engine) == {reason: 1})
    with engine.connect() as db:
        (letter,) = read_dead_letters(db)
    return letter


def status_of(engine: Engine, station: str) -> str | None:
    with engine.connect() as db:
        heard = read_seen(db).get(station)
    return heard.status if heard is not None else None


def rows(store: TelemetryStore, column: str = "energy_total_wh") -> list[tuple[str, int, int]]:
    table = stored(store, DeviceKind.INVERTER, column)
    return list(zip(table.station.tolist(), table.at_ms.tolist(), table.columns[column].tolist(), strict=True))


@pytest.mark.usefixtures("ingesting")
def test_a_vendors_message_and_sparkplug_are_stored_and_a_bad_one_is_a_dead_letter(
    publisher: Publisher, store: TelemetryStore, engine: Engine
) -> None:
    bad = {"id": 1001, "kwh": "abc"}
    publisher.publish(vendor({"id": 1001, "kw": 12.345, "kwh": 123456.789}, bad))
    publisher.publish(sparkplug("NBIRTH", NBIRTH), sparkplug("DBIRTH", DBIRTH), sparkplug("DDATA", DDATA))
    expected = [("s-0", T, 123456789), ("s-1", T + 1, 123456780), ("s-1", T + 10_000, 123456790)]
    eventually(lambda: rows(store) == expected)
    letter = only_letter(engine, "bad_reading")
    eventually(lambda: status_of(engine, "s-1") == "online")
    assert (letter.topic, letter.station_id) == ("vendor/county/kpi", "s-0")
    assert json.loads(letter.payload) == {"at": T, "data": [bad]}
    assert letter.detail == 'data[1]: kwh: not a number: "abc" (vendor.yaml line 14)'


@pytest.mark.usefixtures("ingesting")
def test_historical_values_are_marked_however_young_they_are(publisher: Publisher, store: TelemetryStore) -> None:
    births = sparkplug("NBIRTH", NBIRTH), sparkplug("DBIRTH", DBIRTH)
    publisher.publish(*births, sparkplug("DDATA", DDATA), sparkplug("DDATA", HISTORICAL))
    night = Quality.SUSPECT_NIGHT.value  # the fixtures' time is before sunrise
    expected = [("s-1", T - 60_000, night | Quality.BACKFILLED), ("s-1", T + 1, night), ("s-1", T + 10_000, night)]
    eventually(lambda: rows(store, "quality") == expected)


@pytest.mark.usefixtures("ingesting")
def test_an_edge_node_whose_birth_was_missed_is_asked_for_it(
    broker: Service, publisher: Publisher, engine: Engine
) -> None:
    commands: list[tuple[str, bytes]] = []
    there = threading.Event()
    node = mqtt.Client(CallbackAPIVersion.VERSION2)
    node.on_message = lambda client, data, message: commands.append((message.topic, bytes(message.payload)))
    node.on_subscribe = lambda *rest: there.set()
    node.on_connect = lambda client, *rest: client.subscribe("spBv1.0/PV/NCMD/s-1")
    node.connect("127.0.0.1", broker.port)
    node.loop_start()
    assert there.wait(60)
    publisher.publish(sparkplug("DDATA", DDATA), sparkplug("DDATA", HISTORICAL))
    eventually(lambda: commands == [("spBv1.0/PV/NCMD/s-1", rebirth_payload(T + 30_000))])
    node.disconnect()
    node.loop_stop()
    eventually(lambda: counted(engine) == {"no_birth": 2})


def test_data_between_a_restart_and_the_rebirth_are_kept_and_come_again_by_themselves(
    settings: Settings, publisher: Publisher, store: TelemetryStore, engine: Engine
) -> None:
    clock, births = ManualClock(NOW), [sparkplug("NBIRTH", NBIRTH), sparkplug("DBIRTH", DBIRTH)]
    metrics = CollectorRegistry()
    with running_ingest(settings, store, engine, clock, metrics):
        eventually(lambda: metrics.get_sample_value("guangfu_ingest_connected") == 1)
        publisher.publish(*births)
        eventually(lambda: status_of(engine, "s-1") == "online")
    publisher.publish(sparkplug("DDATA", HISTORICAL))
    metrics = CollectorRegistry()
    with running_ingest(settings, store, engine, clock, metrics):
        eventually(lambda: counted(engine) == {"no_birth": 1})
        publisher.publish(*births)
        clock.advance(timedelta(seconds=20))
        publisher.publish(sparkplug("DDATA", DDATA))
        eventually(lambda: counted(engine) == {})
        eventually(lambda: T - 60_000 in {at_ms for _, at_ms, _ in rows(store, "quality")})
        assert metrics.get_sample_value("guangfu_ingest_replayed_total") == 1


@pytest.mark.usefixtures("ingesting")
def test_what_a_vendor_says_of_an_unknown_station_is_kept_as_a_message_of_ours(
    publisher: Publisher, store: TelemetryStore, engine: Engine
) -> None:
    publisher.publish(vendor({"id": 1002, "kwh": 1}, {"id": 1001, "kwh": 2}))
    eventually(lambda: rows(store) == [("s-0", T, 2000)])
    letter = only_letter(engine, "unknown_station")
    register(engine, [*STATIONS, "s-new"])

    def replayed() -> bool:
        publisher.publish((letter.topic, letter.payload))
        return ("s-new", T, 1000) in rows(store)

    eventually(replayed)


def test_points_of_foreign_messages_that_the_store_refuses_are_dead_letters(mappings: Path) -> None:
    foreign = Foreign()
    interpreter = Interpreter(Dialects(read_mappings([mappings])), foreign, ManualClock(NOW))
    batch = Batch("0/token", Directory.of(registry_of()), 300_000, interpreter)
    births = [sparkplug("NBIRTH", NBIRTH), sparkplug("DBIRTH", DBIRTH)]
    messages = [vendor({"id": 1001, "kwh": 1}), *births, sparkplug("DDATA", DDATA), sparkplug("DDATA", HISTORICAL)]
    group = Group(7, Messages.of(Frame(T, *message) for message in messages))
    batch.add(group)
    batch.add_refused([RefusedPoint(point, "odd") for point in batch.points], [group])
    letters = batch.owed.letters
    assert [(x.reason, x.detail, x.station) for x in letters] == [
        ("store_refused", "odd", station) for station in ("s-0", "s-1", "s-1", "s-1")
    ]
    assert len({letter.origin for letter in letters}) == 4
    again = [decode(letter.topic, letter.payload).readings for letter in letters]
    assert [reading.energy_total_wh for (reading,) in again] == [1000, 123456780, 123456790, None]
    assert not foreign.requests, "each was interpreted once: again, its seq would be a gap"


def test_a_message_that_waited_long_is_no_reason_to_ask(mappings: Path) -> None:
    foreign = Foreign()
    interpreter = Interpreter(Dialects(read_mappings([mappings])), foreign, ManualClock(NOW))
    batch = Batch("0/token", Directory.of(registry_of()), 300_000, interpreter)
    batch.add(Group(1, Messages.of([Frame(T - 60_000, *sparkplug("DDATA", DDATA))])))
    assert not foreign.requests
    batch.add(Group(2, Messages.of([Frame(T + 30_000, *sparkplug("DDATA", DDATA))])))
    assert len(foreign.requests) == 1


def test_a_faulty_mapping_is_told_before_anything_starts(
    settings: Settings, mappings: Path, store: TelemetryStore, engine: Engine
) -> None:
    (mappings / "vendor.yaml").write_text(VENDOR.replace("format: ms", "format: x"), encoding="utf-8")
    with pytest.raises(BadMapping, match=r"vendor\.yaml:4: x: not s, ms"):
        run(settings, store, engine, ManualClock(NOW), threading.Event())


def test_readings_of_one_station_in_a_mixed_group_stay_apart_from_ours(mappings: Path) -> None:
    """Foreign messages between ours change nothing of ours."""
    interpreter = Interpreter(Dialects(read_mappings([mappings])), Foreign(), ManualClock(NOW))
    batch = Batch("0/token", Directory.of(registry_of()), 300_000, interpreter)
    ours = Reading(at_ms=T, device="meter", ac_power_w=1.0)
    body = json.dumps({"station": "s-2", "readings": [{"at": T, "device": "meter", "ac_power_w": 1.0}]}).encode()
    frames = [Frame(T, "pv/1/s-2/telemetry", body), Frame(T, *vendor({"id": 1001, "kwh": 1}))] * 20
    batch.add(Group(1, Messages.of(frames)))
    found = [(point.station, point.reading) for point in batch.points]
    assert found.count(("s-2", ours)) == 20
    assert found.count(("s-0", Reading(at_ms=T, device="inverter", energy_total_wh=1000))) == 20
    assert batch.owed.letters == []

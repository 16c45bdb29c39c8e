"""A simulated fleet over a line that loses every tenth message: completeness finds just what was lost.

The fleet, a process of its own, sends some messages twice and some late to its broker; a line passes them on to
ingest's broker, all but those that it loses, and keeps a list of its own.
"""

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from guangfu.clock import CHINA, day_start, to_ms
from guangfu.stations.synthetic import synthetic_registry
from guangfu.storage.sql.completeness import StationDay, read_completeness, read_gaps
from guangfu.storage.telemetry_store import TelemetryStore
from tests.end_to_end.whole import Whole, running_whole, wait_until
from tests.ingest.world import Publisher
from tests.services.running import Service, running_mosquitto
from tests.storage.stores import duckdb_place

FIRST, DAYS, STATIONS = date(2026, 5, 20), 20, 40
LAST = FIRST + timedelta(days=DAYS - 1)
NOW = day_start(LAST + timedelta(days=1)) + timedelta(minutes=5)
LATE_MS = 600_000


@dataclass
class Line:
    """What went over it, as the JSON says: (station, seq) and the times of its readings."""

    heard: list[dict[str, Any]] = field(default_factory=list)
    messages: list[tuple[str, bytes]] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)

    def passed(self) -> list[dict[str, Any]]:
        gone = set(self.lost)
        return [said for i, said in enumerate(self.heard) if i not in gone]


@contextmanager
def listening(port: int) -> Iterator[Line]:
    line = Line()
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    subscribed: list[int] = []

    def on_message(client: mqtt.Client, userdata: object, message: mqtt.MQTTMessage) -> None:
        del client, userdata
        line.messages.append((message.topic, bytes(message.payload)))
        line.heard.append(json.loads(message.payload))

    client.on_message = on_message
    client.on_subscribe = lambda *_: subscribed.append(1)
    client.connect("127.0.0.1", port)
    client.subscribe("pv/1/+/telemetry", qos=1)
    client.loop_start()
    wait_until(lambda: bool(subscribed), "the line listens")
    yield line
    client.disconnect()
    client.loop_stop()


def simulate(port: int, truth: Path) -> int:
    """Runs the fleet to its end; returns how many messages it says it sent."""
    command = [
        sys.executable, "-m", "guangfu", "simulate", "fleet", "--mqtt-port", str(port), "--stations", str(STATIONS),
        "--step", "60", "--start-at", day_start(FIRST).isoformat(), "--end-at",
        day_start(LAST + timedelta(days=1)).isoformat(), "--duplicates", "0.1", "--late", "0.1", "--truth", str(truth),
    ]  # fmt: skip
    subprocess.run(command, check=True, timeout=300, capture_output=True)
    total = json.loads(truth.read_text().splitlines()[-1])["total"]
    return int(total["messages"])


@pytest.fixture(scope="module")
def system(
    mosquitto: Service, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Whole, Line, int, Publisher]]:
    folder = tmp_path_factory.mktemp("completeness")
    (folder / "line").mkdir()
    place = duckdb_place(folder)
    store: TelemetryStore = place.open()
    with (
        running_mosquitto(folder / "line") as before_the_line,
        running_whole(mosquitto, store, f"sqlite:///{folder}/g.sqlite", synthetic_registry(), folder, NOW) as whole,
        listening(before_the_line.port) as line,
    ):
        sent = simulate(before_the_line.port, folder / "truth.jsonl")
        wait_until(lambda: len(line.heard) >= sent, "the line heard all")
        dice = random.Random(1)
        line.lost = [i for i in range(len(line.heard)) if dice.random() < 0.1]
        gone = set(line.lost)
        publisher = Publisher(mosquitto.port)
        publisher.publish(*(message for i, message in enumerate(line.messages) if i not in gone))
        wait_until(lambda: arrived(whole) == sent - len(line.lost), "all that the line passed on is counted")
        yield whole, line, sent, publisher
        publisher.close()
    place.close()


def figures(whole: Whole) -> list[StationDay]:
    with whole.engine.connect() as db:
        return read_completeness(db, start=FIRST, end=LAST)


def arrived(whole: Whole) -> int:
    return sum(row.received + row.doubled for row in figures(whole))


def expected(line: Line) -> list[StationDay]:
    """From the line's own list: a message a station and day, whose first reading is of the day."""
    copies: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for said in line.passed():
        copies.setdefault((said["station"], said["seq"]), []).append(said)
    day_of = {(said["station"], said["seq"]): day(said) for said in line.heard}
    rows = []
    for (station, seq), of_day in sorted(day_of.items(), key=lambda item: (item[0][0], item[1])):
        known = [number for name, number in copies if name == station]
        some = copies.get((station, seq), [])
        missing = int(not some and min(known) < seq < max(known))
        late = int(bool(some) and all(to_ms(NOW) - said["readings"][-1]["at"] > LATE_MS for said in some))
        if some or missing:
            rows.append(StationDay(station, of_day, len(some) > 0, missing, max(len(some) - 1, 0), late))
    return rows


def day(said: dict[str, Any]) -> date:
    return datetime.fromtimestamp(said["readings"][0]["at"] / 1000, UTC).astimezone(CHINA).date()


def test_the_figures_of_each_station_and_day_are_what_the_line_passed_on(
    system: tuple[Whole, Line, int, Publisher],
) -> None:
    whole, line, sent, _ = system
    wanted = expected(line)
    assert figures(whole) == wanted
    assert sum(row.missing for row in wanted) > STATIONS
    assert sum(row.doubled for row in wanted) > STATIONS
    assert 0 < sum(row.late for row in wanted) < sum(row.received for row in wanted)
    tails_and_heads = len({(s["station"], s["seq"]) for s in line.heard}) - sum(r.received + r.missing for r in wanted)
    assert sent == arrived(whole) + len(line.lost)
    assert tails_and_heads < STATIONS


def test_the_gaps_are_named_number_by_number_with_the_times_of_their_neighbours(
    system: tuple[Whole, Line, int, Publisher],
) -> None:
    whole, line, _, _ = system
    said = {(s["station"], s["seq"]): [r["at"] for r in s["readings"]] for s in line.passed()}
    with whole.engine.connect() as db:
        gaps = read_gaps(db, start=FIRST, end=LAST)
    named = {(gap.station_id, seq) for gap in gaps for seq in range(gap.gap.first, gap.gap.last + 1)}
    assert named.isdisjoint(said)
    assert len(named) == sum(row.missing for row in expected(line))
    for one in gaps:
        assert one.gap.from_ms == max(said[one.station_id, one.gap.first - 1])
        assert one.gap.until_ms == min(said[one.station_id, one.gap.last + 1])


def test_when_the_lost_messages_come_after_all_nothing_is_missing(system: tuple[Whole, Line, int, Publisher]) -> None:
    whole, line, sent, publisher = system
    publisher.publish(*(line.messages[i] for i in line.lost))
    line.lost.clear()
    wait_until(lambda: arrived(whole) == sent, "all of it is counted")
    assert figures(whole) == expected(line)
    assert sum(row.received for row in figures(whole)) == STATIONS * DAYS
    assert sum(row.missing for row in figures(whole)) == 0
    with whole.engine.connect() as db:
        assert read_gaps(db, start=FIRST, end=LAST) == []

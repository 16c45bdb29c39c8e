"""`guangfu dead-letters` on a real database and a real broker."""

import base64
import json
import queue
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from sqlalchemy import Engine

from guangfu.storage.sql.inbox import DeadLetter, keep_dead_letters, mark_replayed, read_dead_letters
from tests.commands.conftest import Run
from tests.services.running import Service, free_port, running_mosquitto

AT = datetime(2026, 6, 30, 16, 0, 1, tzinfo=UTC)
NOISE = bytes(range(256))


def letter(number: int, station_id: str, payload: bytes, reason: str = "unknown_station") -> DeadLetter:
    topic = f"pv/1/{station_id}/telemetry"
    return DeadLetter(f"0/{number}", reason, f"why {number}\x1b[31m", topic, payload, station_id, AT)


@pytest.fixture
def kept(sqlite: Engine, sqlite_url: str) -> str:
    """Three letters that wait and one that was replayed, in the order of their numbers."""
    with sqlite.begin() as db:
        keep_dead_letters(
            db,
            [letter(1, "S1", '{"站": 1}'.encode()), letter(2, "S2", NOISE), letter(3, "S1", b"{", "not_json"),
             letter(4, "S1", b"old")],
        )  # fmt: skip
        mark_replayed(db, [4], AT)
    return sqlite_url


def waiting(sqlite: Engine) -> list[int]:
    with sqlite.connect() as db:
        return [one.id for one in read_dead_letters(db)]


@contextmanager
def listener(broker: Service, pattern: str = "pv/1/+/telemetry") -> Iterator["queue.Queue[tuple[str, bytes, bool]]"]:
    """Somebody who is subscribed, as ingest is."""
    heard: queue.Queue[tuple[str, bytes, bool]] = queue.Queue()
    subscribed: queue.Queue[int] = queue.Queue()
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.on_message = lambda c, d, message: heard.put((message.topic, bytes(message.payload), message.retain))
    client.on_subscribe = lambda c, d, mid, codes, properties: subscribed.put(mid)
    client.connect(broker.host, broker.port)
    client.loop_start()
    client.subscribe(pattern, qos=1)
    subscribed.get(timeout=10)
    try:
        yield heard
    finally:
        client.disconnect()
        client.loop_stop()


def at(broker: Service) -> tuple[str, str, str, str]:
    return "--host", broker.host, "--port", str(broker.port)


def test_list_shows_those_that_wait_and_counts_them(run: Run, kept: str) -> None:
    done = run("dead-letters", "list", "--sql-url", kept)
    assert (done.exit_code, "等待处理 3 封：not_json 1，unknown_station 2" in done.output) == (0, True)
    assert "2026-07-01 00:00:01" in done.output
    assert "why 4" not in done.output


def test_what_a_stranger_sent_gives_the_terminal_no_orders(run: Run, kept: str) -> None:
    assert "\x1b[31m" not in run("dead-letters", "list", "--sql-url", kept).output


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        (["--reason", "not_json"], ["why 3"]),
        (["--station", "S1"], ["why 1", "why 3"]),
        (["--all", "--after", "2"], ["why 3", "why 4"]),
        (["--limit", "1"], ["why 1"]),
        (["--station", "S9"], []),
    ],
)
def test_list_what_was_asked_for(run: Run, kept: str, options: list[str], shown: list[str]) -> None:
    output = run("dead-letters", "list", "--sql-url", kept, *options).output
    assert [f"why {n}" for n in range(1, 5) if f"why {n}" in output] == shown


def test_show_one_letter_whole(run: Run, kept: str) -> None:
    done = run("dead-letters", "show", 2, "--sql-url", kept)
    shown = json.loads(done.output)
    assert (done.exit_code, shown["station"], shown["topic"]) == (0, "S2", "pv/1/S2/telemetry")
    assert base64.b64decode(shown["payload_base64"]) == NOISE


def test_show_a_letter_that_is_not_there(run: Run, kept: str) -> None:
    assert run("dead-letters", "show", 99, "--sql-url", kept).exit_code == 2


def test_export_json_lines_to_a_file(run: Run, kept: str, tmp_path: Path) -> None:
    target = tmp_path / "死信.jsonl"
    assert run("dead-letters", "export", target, "--all", "--sql-url", kept).exit_code == 0
    exported = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert [one["id"] for one in exported] == [1, 2, 3, 4]
    assert (exported[0]["payload"], exported[3]["replayed_at"]) == ('{"站": 1}', AT.isoformat())


def test_export_writes_nothing_but_json_to_standard_output(kept: str) -> None:
    command = [sys.executable, "-m", "guangfu", "dead-letters", "export", "--sql-url", kept, "--reason", "not_json"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)
    assert [json.loads(line)["payload"] for line in done.stdout.splitlines()] == ["{"]
    assert "1" in done.stderr


def test_export_into_a_folder_that_is_not_there(run: Run, kept: str, tmp_path: Path) -> None:
    assert run("dead-letters", "export", tmp_path / "no" / "x", "--sql-url", kept).exit_code == 3


def test_replay_publishes_each_payload_unchanged_on_its_topic(
    run: Run, kept: str, sqlite: Engine, mosquitto: Service
) -> None:
    with listener(mosquitto) as heard:
        done = run("dead-letters", "replay", "--sql-url", kept, *at(mosquitto))
        assert (done.exit_code, "已重新发布 3 封" in done.output) == (0, True)
        assert [heard.get(timeout=10) for _ in range(3)] == [
            ("pv/1/S1/telemetry", '{"站": 1}'.encode(), False),
            ("pv/1/S2/telemetry", NOISE, False),
            ("pv/1/S1/telemetry", b"{", False),
        ]
    assert waiting(sqlite) == []


def test_replay_only_what_was_asked_for(run: Run, kept: str, sqlite: Engine, mosquitto: Service) -> None:
    wanted = ("--reason", "unknown_station", "--station", "S2")
    with listener(mosquitto) as heard:
        assert run("dead-letters", "replay", "--sql-url", kept, *at(mosquitto), *wanted).exit_code == 0
        assert heard.get(timeout=10)[1] == NOISE
    assert waiting(sqlite) == [1, 3]


def test_a_dry_run_sends_nothing(run: Run, kept: str, sqlite: Engine) -> None:
    done = run("dead-letters", "replay", "--sql-url", kept, "--dry-run", "--station", "S1", "--lang", "en")
    assert (done.exit_code, "2 would be published" in done.output) == (0, True)
    assert waiting(sqlite) == [1, 2, 3]


def test_more_letters_than_are_marked_together(run: Run, sqlite: Engine, sqlite_url: str, mosquitto: Service) -> None:
    with sqlite.begin() as db:
        keep_dead_letters(db, [letter(n, "S1", str(n).encode()) for n in range(250)])
    with listener(mosquitto) as heard:
        assert run("dead-letters", "replay", "--sql-url", sqlite_url, *at(mosquitto)).exit_code == 0
        assert [int(heard.get(timeout=10)[1]) for _ in range(250)] == list(range(250))
    assert waiting(sqlite) == []


def test_what_nobody_is_subscribed_to_still_waits(run: Run, kept: str, sqlite: Engine, mosquitto: Service) -> None:
    """A broker that has nobody to give a message to acknowledges it and throws it away."""
    done = run("dead-letters", "replay", "--sql-url", kept, *at(mosquitto))
    assert (done.exit_code, "代理没有收下" in done.output) == (3, True)
    assert waiting(sqlite) == [1, 2, 3]


def test_what_the_broker_does_not_allow_still_waits(run: Run, kept: str, sqlite: Engine, tmp_path: Path) -> None:
    rights = tmp_path / "acl"
    rights.write_text("topic read #\ntopic write pv/1/S1/telemetry\n")
    with running_mosquitto(tmp_path, f"acl_file {rights}") as broker, listener(broker):
        done = run("dead-letters", "replay", "--sql-url", kept, *at(broker), "--lang", "en")
    assert (done.exit_code, "Not authorized" in done.output) == (3, True)
    assert waiting(sqlite) == [2, 3]  # 1 went before it


def test_a_topic_that_cannot_be_published_to_is_told(run: Run, kept: str, sqlite: Engine, mosquitto: Service) -> None:
    with sqlite.begin() as db:
        keep_dead_letters(db, [DeadLetter("w", "bad_topic", "", "pv/#", b"", None, AT)])
    with listener(mosquitto, "#"):
        done = run("dead-letters", "replay", "--sql-url", kept, *at(mosquitto))
    assert (done.exit_code, waiting(sqlite)) == (1, [5])


def test_version_3_1_1_for_a_broker_that_knows_no_other(
    run: Run, kept: str, sqlite: Engine, mosquitto: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUANGFU_INGEST_MQTT_VERSION", "3.1.1")
    with listener(mosquitto) as heard:
        assert run("dead-letters", "replay", "--sql-url", kept, *at(mosquitto)).exit_code == 0
        assert len([heard.get(timeout=10) for _ in range(3)]) == 3
    assert waiting(sqlite) == []


def test_a_broker_that_is_away(run: Run, kept: str, sqlite: Engine) -> None:
    done = run("dead-letters", "replay", "--sql-url", kept, "--host", "127.0.0.1", "--port", free_port())
    assert (done.exit_code, waiting(sqlite)) == (3, [1, 2, 3])


def test_a_port_that_is_none(run: Run, kept: str) -> None:
    assert run("dead-letters", "replay", "--sql-url", kept, "--port", 0).exit_code == 2

"""`guangfu dead-letters` on a real database."""

import base64
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from guangfu.storage.sql.inbox import DeadLetter, keep_dead_letters, mark_replayed, read_asked, read_dead_letters
from tests.commands.conftest import Run

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


def asked(sqlite: Engine) -> list[int]:
    with sqlite.connect() as db:
        return [one.id for one in read_asked(db, limit=1000)]


def test_replay_asks_for_all_that_wait_and_they_wait_until_ingest_took_them(
    run: Run, kept: str, sqlite: Engine
) -> None:
    done = run("dead-letters", "replay", "--sql-url", kept)
    assert (done.exit_code, "已登记重放 3 封" in done.output) == (0, True)
    assert asked(sqlite) == waiting(sqlite) == [1, 2, 3]
    assert "0 are to be taken again" in run("dead-letters", "replay", "--sql-url", kept, "--lang", "en").output


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        (["--reason", "unknown_station", "--station", "S2"], [2]),
        (["--station", "S1"], [1, 3]),
        (["--number", "3"], [3]),
        (["--number", "4"], []),
        (["--dry-run"], []),
    ],
)
def test_replay_only_what_was_asked_for(
    run: Run, kept: str, sqlite: Engine, options: list[str], numbers: list[int]
) -> None:
    assert run("dead-letters", "replay", "--sql-url", kept, *options).exit_code == 0
    assert asked(sqlite) == numbers


def test_a_dry_run_says_how_many_there_would_be(run: Run, kept: str) -> None:
    done = run("dead-letters", "replay", "--sql-url", kept, "--dry-run", "--station", "S1", "--lang", "en")
    assert (done.exit_code, "2 would be taken again" in done.output) == (0, True)


def test_a_letter_that_is_not_there_is_wrong_use(run: Run, kept: str) -> None:
    assert run("dead-letters", "replay", "--sql-url", kept, "--number", 99).exit_code == 2

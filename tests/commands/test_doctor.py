"""`guangfu doctor` asks real parts."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from guangfu.ledger.books import Part
from guangfu.ledger.fen import Fen
from guangfu.ledger.postings import estimate_entry
from guangfu.stations.models import Grid, Registry, Station, StationKind, Zone
from guangfu.storage.opening import StorageSettings, open_telemetry_store
from guangfu.storage.sql.database import open_database, upgrade
from guangfu.storage.sql.inbox import DeadLetter, keep_dead_letters, mark_dirty
from guangfu.storage.sql.journal import post_entries
from guangfu.storage.sql.operations import IngestHealth, write_ingest_health
from guangfu.storage.sql.registry import write_registry
from tests.commands.conftest import Run
from tests.services.running import Postgres, Service, free_port

AT = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.fixture
def house(sqlite: Engine, sqlite_url: str, mosquitto: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """A registry, an entry, a broker, and a telemetry file that is not made yet."""
    monkeypatch.setenv("GUANGFU_INGEST_MQTT_PORT", str(mosquitto.port))
    monkeypatch.setenv("GUANGFU_STORAGE_TELEMETRY_URL", f"duckdb:///{tmp_path}/telemetry.duckdb")
    write_registry(sqlite, one_station(), at=AT)
    with sqlite.begin() as db:
        post_entries(db, [estimate_entry("S1", "2026-06", Part.BASE, Fen(500))], AT)
    return sqlite_url


def one_station() -> Registry:
    at = date(2018, 6, 1)
    station = Station(
        "S1", "敖汉一号", "Aohan One", StationKind.VILLAGE, joint=False, banner_code="150430", resource_zone=Zone.II,
        grid=Grid.MENGDONG, lon=119.9, lat=42.3, capacity_dc_w=300_000, capacity_ac_w=250_000, tilt_deg=38,
        azimuth_deg=180, plan_year=2017, filed_on=at, grid_connected_on=at,
    )  # fmt: skip
    return Registry({}, {}, {}, {"S1": station}, (), (), {}, (), synthetic=True)


def lines_of(output: str) -> dict[str, str]:
    """What is said of each part, in English."""
    parts = ("database", "registry", "ledger", "dead letters", "station-days", "telemetry store", "broker")
    rows = [line.strip() for line in output.splitlines()]
    return {part: row for part in parts for row in rows if row.startswith(part)}


@contextmanager
def api_that_is(ready: bool) -> Iterator[str]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if ready and self.path == "/readyz" else 503)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_all_is_well(run: Run, house: str) -> None:
    open_telemetry_store(StorageSettings.load()).close()
    done = run("doctor", "--sql-url", house, "--lang", "en")
    said = lines_of(done.output)
    assert (done.exit_code, {line.split("✔")[1].split()[0] for line in said.values()}) == (0, {"well"})
    assert "1 stations" in said["registry"]
    assert "synthetic" in said["registry"]
    assert "1 entries" in said["ledger"]


def test_all_is_well_with_influxdb(run: Run, house: str, influxdb: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUANGFU_STORAGE_TELEMETRY_URL", f"http://127.0.0.1:{influxdb.port}")
    done = run("doctor", "--sql-url", house)
    assert (done.exit_code, "各部分正常" in done.output) == (0, True)


def test_what_waits_is_shown_and_is_no_fault(run: Run, house: str, sqlite: Engine) -> None:
    with sqlite.begin() as db:
        keep_dead_letters(db, [DeadLetter("0/1", "not_json", "", "pv/1/S1/telemetry", b"", "S1", AT)])
        mark_dirty(db, [("S1", date(2026, 6, 1)), ("S1", date(2026, 6, 2))])
    done = run("doctor", "--sql-url", house, "--lang", "en")
    said = lines_of(done.output)
    assert (done.exit_code, "look" in said["dead letters"], said["station-days"][-1]) == (0, True, "2")
    assert "not there yet" in said["telemetry store"]


@pytest.mark.parametrize(
    ("changes", "state", "words"),
    [
        ({}, "well", "worker 3 takes messages; 7 wait in the spool, 2.0 MiB, the oldest for 60 s, 5.0 GiB of disk"),
        ({"paused": True}, "look", "leaves messages with the broker"),
        ({"connected": False}, "look", "is not connected to the broker"),
        ({"set_aside": 1}, "look", "1 set aside"),
        ({"at": AT}, "look", "takes messages"),  # and has said nothing for long
    ],
)
def test_ingest_is_shown_with_its_spool_and_disk(
    run: Run, house: str, sqlite: Engine, changes: dict[str, Any], state: str, words: str
) -> None:
    said = IngestHealth(
        worker=3, at=datetime.now(UTC), started_at=AT, received=9, stored=8, dead_letters=1, store_failures=0,
        sql_failures=0, spool_messages=7, spool_bytes=2 << 20, spool_oldest_s=60.0, outbox_rows=0, set_aside=0,
        disk_free_bytes=5 << 30, connected=True, paused=False,
    )  # fmt: skip
    with sqlite.begin() as db:
        write_ingest_health(db, replace(said, **changes))
    done = run("doctor", "--sql-url", house, "--lang", "en")
    row = next(line.strip() for line in done.output.splitlines() if line.strip().startswith("ingest"))
    assert (done.exit_code, f" {state} " in row, words in " ".join(done.output.split())) == (0, True, True)


def test_no_registry_is_wrong_data(run: Run, house: str, sqlite: Engine) -> None:
    with sqlite.begin() as db:
        db.exec_driver_sql("DELETE FROM stations")
    done = run("doctor", "--sql-url", house, "--lang", "en")
    assert (done.exit_code, "stations import" in lines_of(done.output)["registry"]) == (1, True)


def test_a_broken_chain_is_wrong_data(run: Run, house: str, sqlite: Engine) -> None:
    with sqlite.begin() as db:
        db.exec_driver_sql("UPDATE journal_heads SET seq = 2")
    done = run("doctor", "--sql-url", house, "--lang", "en")
    assert (done.exit_code, "wrong data" in lines_of(done.output)["ledger"]) == (1, True)


def test_every_part_that_is_away_is_named(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GUANGFU_INGEST_MQTT_PORT", str(free_port()))
    monkeypatch.setenv("GUANGFU_STORAGE_TELEMETRY_URL", f"http://127.0.0.1:{free_port()}")
    done = run("doctor", "--sql-url", f"postgresql+psycopg://x@127.0.0.1:{free_port()}/x", "--lang", "en")
    said = lines_of(done.output)
    assert (done.exit_code, {part for part, line in said.items() if "unreachable" in line}) == (
        3, {"database", "telemetry store", "broker"},
    )  # fmt: skip


def test_a_password_is_not_shown(run: Run, house: str, postgres: Postgres) -> None:
    url = postgres.new_database()
    engine = open_database(url)
    upgrade(engine)
    engine.dispose()
    done = run("doctor", "--sql-url", url.replace("guangfu@", "guangfu:geheim@"), "--lang", "en")
    assert ("geheim" in done.output, "guangfu:***@" in done.output) == (False, True)


@pytest.mark.parametrize(("ready", "status"), [(True, 0), (False, 3)])
def test_a_telemetry_file_that_another_process_holds(
    run: Run, house: str, tmp_path: Path, ready: bool, status: int
) -> None:
    hold = "import duckdb, sys; db = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", hold, str(tmp_path / "telemetry.duckdb")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder, api_that_is(ready) as url:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        done = run("doctor", "--sql-url", house, "--api-url", url, "--lang", "en")
        holder.communicate()
    assert (done.exit_code, "held by a running program" in done.output) == (status, ready)


def test_it_makes_nothing(tmp_path: Path) -> None:
    """As somebody would who types it in an empty folder; it runs as a program of its own."""
    done = subprocess.run([sys.executable, "-m", "guangfu", "doctor"], cwd=tmp_path, capture_output=True, check=False)
    assert (done.returncode, list(tmp_path.iterdir())) == (3, [])


def test_a_setting_that_is_wrong_is_wrong_use(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUANGFU_INGEST_MQTT_PORT", "70000")
    done = run("doctor")
    assert (done.exit_code, "GUANGFU_INGEST_MQTT_PORT" in done.output) == (2, True)

"""The program and its command."""

import threading
import time
import urllib.request
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from typer.testing import CliRunner

from accounting.commands import app
from accounting.program import _audit, run
from accounting.settings import Settings
from guangfu.clock import day_start
from guangfu.exits import Exit
from guangfu.storage.errors import Unavailable
from tests.accounting.county import MAY, County, registers
from tests.services.running import free_port


def wait_until(condition: object) -> None:
    give_up = time.monotonic() + 30
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < give_up
        time.sleep(0.02)


def test_it_runs_until_it_is_stopped_and_takes_up_what_comes(another_county: County) -> None:
    county, stop, metrics = another_county, threading.Event(), CollectorRegistry()
    county.clock.at = day_start(MAY.replace(day=3))
    settings = Settings.load(interval_s=0.05, metrics_port=free_port())
    arguments = (settings, county.store, county.engine, county.clock, stop)
    program = threading.Thread(target=run, args=arguments, kwargs={"metrics": metrics, "rules": county.rules})
    program.start()
    try:
        county.receive(registers("s1", day_start(MAY), day_start(MAY.replace(day=2)), 1000))
        wait_until(lambda: not county.dirty())
        county.receive(registers("s2", day_start(MAY), day_start(MAY.replace(day=2)), 1000))
        wait_until(lambda: not county.dirty())
        assert {station for station, _ in county.energy()} == {"s1", "s2"}
        wait_until(lambda: metrics.get_sample_value("guangfu_accounting_dirty_days") == 0)
        with urllib.request.urlopen(f"http://127.0.0.1:{settings.metrics_port}/metrics", timeout=5) as answer:
            assert b"guangfu_accounting_days_computed_total" in answer.read()
    finally:
        stop.set()
        program.join(30)
    assert not program.is_alive()


def test_it_goes_on_when_the_store_is_back(another_county: County) -> None:
    county, stop, metrics = another_county, threading.Event(), CollectorRegistry()

    class AwayTwice:
        left = 2

        def read_counter(self, *args: object, **options: object) -> object:
            AwayTwice.left -= 1
            if AwayTwice.left >= 0:
                raise Unavailable("store", "away")
            return county.store.read_counter(*args, **options)  # type: ignore[arg-type]

        def read(self, *args: object, **options: object) -> object:
            return county.store.read(*args, **options)  # type: ignore[arg-type]

    county.clock.at = day_start(MAY.replace(day=3))
    county.receive(registers("s1", day_start(MAY), day_start(MAY.replace(day=2)), 1000))
    arguments = (Settings.load(interval_s=0.05), AwayTwice(), county.engine, county.clock, stop)
    program = threading.Thread(target=run, args=arguments, kwargs={"metrics": metrics, "rules": county.rules})
    program.start()
    wait_until(lambda: not county.dirty())
    stop.set()
    program.join(30)
    assert metrics.get_sample_value("guangfu_accounting_failures_total") == 2


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GUANGFU_STORAGE_SQL_URL", f"sqlite:///{tmp_path}/g.sqlite")
    monkeypatch.setenv("GUANGFU_STORAGE_TELEMETRY_URL", f"duckdb:///{tmp_path}/t.duckdb")
    return tmp_path


def test_the_command_once(places: Path) -> None:
    done = CliRunner().invoke(app, ["--once", "--lang", "en"])
    assert (done.exit_code, done.stdout) == (Exit.DONE, "Computed 0 station-days.\n")
    assert "电站日" in CliRunner().invoke(app, ["--once"]).stdout


def test_the_command_names_every_fault_of_the_rules(places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (places / "base_prices.csv").write_text("base_id,yuan_per_kwh\nmengxi-2016,x\nmengxi-2017,y\n")
    monkeypatch.setenv("GUANGFU_RULES_FOLDER", str(places))
    done = CliRunner().invoke(app, ["--once"])
    assert done.exit_code == Exit.USAGE
    assert "base_prices.csv:2" in done.stderr
    assert "base_prices.csv:3" in done.stderr


def test_the_command_without_a_database(places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUANGFU_STORAGE_SQL_URL", f"postgresql+psycopg://nobody@127.0.0.1:{free_port()}/nothing")
    assert CliRunner().invoke(app, ["--once"]).exit_code == Exit.UNREACHABLE


def test_wrong_settings(places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUANGFU_ACCOUNTING_INTERVAL_S", "-1")
    done = CliRunner().invoke(app, ["--once", "--lang", "en"])
    assert done.exit_code == Exit.USAGE
    assert "GUANGFU_ACCOUNTING_INTERVAL_S" in done.stderr


@pytest.mark.parametrize(("name", "url"), [("SQL_URL", "mysql://x"), ("TELEMETRY_URL", "x.duckdb")])
def test_an_url_of_no_database_is_a_wrong_setting(
    places: Path, monkeypatch: pytest.MonkeyPatch, name: str, url: str
) -> None:
    monkeypatch.setenv(f"GUANGFU_STORAGE_{name}", url)
    assert CliRunner().invoke(app, ["--once"]).exit_code == Exit.USAGE


def test_a_mistake_of_ours_is_not_told_as_a_wrong_setting(places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def mistaken(*args: object, **options: object) -> int:
        raise ValueError("ours")

    monkeypatch.setattr("accounting.commands.run_once", mistaken)
    assert isinstance(CliRunner().invoke(app, ["--once"]).exception, ValueError)


def test_an_audit_that_fails_stops_nothing_but_itself(caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        def once(self) -> None:
            raise ZeroDivisionError

    _audit(Broken())  # type: ignore[arg-type]
    assert "the audit's checks failed" in caplog.text

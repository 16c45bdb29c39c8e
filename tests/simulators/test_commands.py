"""`guangfu simulate` as a person or a supervisor uses it."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from guangfu.stations.models import Registry
from simulators.commands import app
from tests.services.running import Service, free_port
from tests.simulators.conftest import listening, wait_until

DAY = ["--start-at", "2026-06-01", "--end-at", "2026-06-02"]


def simulate(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, list(arguments))
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout, done.stderr


@contextmanager
def fleet_process(broker: Service, *options: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "guangfu", "simulate", "fleet", "--mqtt-port", str(broker.port)]
    process = subprocess.Popen([*command, "--events", "json", *options], stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def until_live(process: subprocess.Popen[str]) -> list[str]:
    assert process.stdout is not None
    events = []
    for line in process.stdout:
        events.append(json.loads(line)["event"])
        if events[-1] == "live":
            break
    return events


def test_a_supervisor_hears_how_far_the_fleet_is_and_stops_it(mosquitto: Service, registry: Registry) -> None:
    station = min(registry.stations)
    with fleet_process(mosquitto, "--stations", "2", "--backfill-days", "1") as process:
        assert until_live(process) == ["backfill_done", "live"]
        with listening(mosquitto, f"pv/1/{station}/status") as heard:
            wait_until(lambda: [s["state"] for s in heard.status][-1:] == ["online"])
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
            wait_until(lambda: heard.status[-1]["state"] == "offline")
        assert process.stdout is not None
        assert json.loads(process.stdout.read())["event"] == "done"


def test_the_will_speaks_for_a_station_that_was_killed(mosquitto: Service, registry: Registry) -> None:
    station = min(registry.stations)
    with fleet_process(mosquitto, "--stations", "1") as process:
        until_live(process)
        with listening(mosquitto, f"pv/1/{station}/status") as heard:
            wait_until(lambda: [s["state"] for s in heard.status][-1:] == ["online"])
            process.kill()
            wait_until(lambda: heard.status[-1]["state"] == "offline")
        assert "at" not in heard.status[-1], "the will was written before it was known when"


def test_a_fixed_period_ends_by_itself(mosquitto: Service, tmp_path: Path) -> None:
    truth = tmp_path / "truth.jsonl"
    options = ["--mqtt-port", str(mosquitto.port), "--stations", "2", "--step", "5", "--truth", str(truth)]
    status, out, said = simulate("fleet", *DAY, *options, "--events", "json", "--lang", "en")
    assert status == 0
    assert [json.loads(line)["event"] for line in out.splitlines()] == ["backfill_done", "done"]
    assert "2 messages and 578 readings sent, 2 acknowledged" in said
    assert len(truth.read_text().splitlines()) == 3


def test_a_replay_says_what_it_was_worth(mosquitto: Service, registry: Registry, tmp_path: Path) -> None:
    curve = tmp_path / "power.csv"
    curve.write_text(
        "time,ac_power\n" + "\n".join(f"2022-01-02 {h:02d}:00:00,{1000 if 6 < h < 18 else -5}" for h in range(24))
    )
    options = ["--mqtt-port", str(mosquitto.port), "--day", "2026-06-01", "--scale", "300"]
    with listening(mosquitto) as heard:
        status, out, _ = simulate("replay", str(curve), *options)
        assert status == 0
        wait_until(lambda: bool(heard.telemetry))
    done = json.loads(out)
    station = registry.stations[done["station"]]
    price = {"I": 65, "II": 75, "III": 85}[station.resource_zone]
    assert done["energy_wh"] == 300 * 11_000
    assert done["gross_fen"] == pytest.approx(3300 * price)
    readings = heard.readings(done["station"])
    assert len(readings) == 25
    assert readings[12]["ac_power_w"] == 300_000
    moved_wh = readings[-1]["energy_export_total_wh"] - readings[0]["energy_export_total_wh"]
    factor = next(d.multiplication_factor for d in registry.devices_of[done["station"]] if d.device == done["meter"])
    assert abs(moved_wh * factor - done["energy_wh"]) <= factor


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["fleet", "--start-at", "yesterday"], 2, "yesterday is no instant"),
        (["fleet", "--start-at", "2026-06-01"], 2, "start_at needs end_at"),
        (["fleet", "--start-at", "2026-06-02", "--end-at", "2026-06-01"], 2, "end_at must be after start_at"),
        (["fleet", "--missing", "2"], 2, "GUANGFU_SIMULATE_MISSING"),
        (["fleet", "--clock-origin", "2026-06-01"], 2, "go together"),
        (["fleet", "--station", "nowhere"], 2, "no station nowhere"),
        (["replay"], 2, "Name a CSV file"),
        (["replay", "no-such-file.csv"], 1, "Can't read no-such-file.csv"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(arguments: list[str], status: int, says: str) -> None:
    code, out, said = simulate(*arguments, "--lang", "en")
    assert code == status
    assert says in said
    assert out == ""


def test_a_broker_that_is_not_there_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUANGFU_SIMULATE_PATIENCE_S", "0.2")
    port = free_port()
    code, _, said = simulate("fleet", "--stations", "1", "--mqtt-port", str(port))
    assert code == 3
    assert f"127.0.0.1:{port}" in said


def test_help_comes_with_an_example() -> None:
    for command in ("fleet", "replay"):
        code, out, _ = simulate(command, "--help")
        assert code == 0
        assert f"guangfu simulate {command}" in out

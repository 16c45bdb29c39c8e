"""The demo as its user meets it: one command, a page, Ctrl-C, nothing left; and once more from where it stopped."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from guangfu.demo.broker import find_mosquitto
from tests.services.running import free_port

READY_S = 180


@contextmanager
def running_demo(folder: Path, port: int, *options: str) -> Iterator[subprocess.Popen[str]]:
    """`guangfu demo` with one day of history, in a process group of its own as a terminal would start it."""
    command = [sys.executable, "-m", "guangfu", "demo", "--data", str(folder), "--port", str(port), "--lang", "en"]
    with (folder.parent / "demo.log").open("a") as log:
        demo = subprocess.Popen([*command, "--days", "1", *options], stdout=log, stderr=log, text=True,
                                start_new_session=True)  # fmt: skip
        try:
            yield demo
        finally:
            demo.kill()
            demo.wait()


def said(folder: Path) -> str:
    return (folder.parent / "demo.log").read_text()


def wait_until_ready(demo: subprocess.Popen[str], folder: Path, times: int) -> None:
    give_up = time.monotonic() + READY_S
    while said(folder).count("Ready after") < times:
        assert demo.poll() is None, said(folder)
        assert time.monotonic() < give_up, said(folder)
        time.sleep(0.2)


def get(port: int, path: str) -> Any:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        return json.load(answer)


def interrupt(demo: subprocess.Popen[str]) -> int:
    """What Ctrl-C in a terminal does: SIGINT to the whole process group."""
    os.killpg(demo.pid, signal.SIGINT)
    return demo.wait(60)


def left_running(folder: Path) -> list[str]:
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if str(folder) in line]


@pytest.mark.parametrize("broker", ["mosquitto", "amqtt"])
def test_one_command_shows_the_whole_fleet_and_stops_with_nothing_left(tmp_path: Path, broker: str) -> None:
    if broker == "mosquitto" and find_mosquitto() is None:
        pytest.skip("Mosquitto is not installed")
    folder, port = tmp_path / "demo", free_port()
    with running_demo(folder, port, "--broker", broker) as demo:
        wait_until_ready(demo, folder, 1)
        fleet = get(port, "/v1/fleet")
        days = get(port, "/v1/fleet/income?by=day")["items"]
        assert interrupt(demo) == 0, said(folder)
    assert fleet["synthetic"]
    assert fleet["stations"]["by_kind"] == {"centralized": 31, "village": 755}
    assert sum(fleet["stations"]["by_state"].values()) == 786
    assert days[-2]["income"]["gross_fen"] > 0, "yesterday's"
    assert left_running(folder) == []


def test_a_second_start_goes_on_and_a_fresh_one_begins_anew(tmp_path: Path) -> None:
    folder, port = tmp_path / "demo", free_port()
    with running_demo(folder, port) as demo:
        wait_until_ready(demo, folder, 1)
        first = energies(port)
        interrupt(demo)
    with running_demo(folder, port) as demo:
        wait_until_ready(demo, folder, 2)
        second = energies(port)
        interrupt(demo)
    assert second == first, "yesterday is what it was"
    sent = [int(n) for n in re.findall(r"(\d+) readings sent", said(folder))]
    assert sent[1] < sent[0] / 5, "what was sent is not sent again"
    with running_demo(folder, port, "--fresh") as demo:
        wait_until_ready(demo, folder, 3)
        assert set(energies(port)) == set(first)
        interrupt(demo)


def energies(port: int) -> dict[str, int | None]:
    """Yesterday's energy of some stations."""
    some = [row["station_id"] for row in get(port, "/v1/stations?limit=5")["items"]]
    return {station: get(port, f"/v1/stations/{station}/energy")[-2]["energy_wh"] for station in some}


def test_a_port_that_is_taken_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        command = ["demo", "--data", str(tmp_path / "demo"), "--port", str(port), "--lang", "en"]
        answer = subprocess.run(
            [sys.executable, "-m", "guangfu", *command], capture_output=True, text=True, check=False, timeout=60
        )
    assert answer.returncode == 2
    wanted = f"Port {port} is taken; choose another with --port, such as --port {port + 1}."
    assert answer.stderr.split() == wanted.split()

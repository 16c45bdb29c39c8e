"""The demo's broker: Mosquitto where it is installed, otherwise amqtt, which comes with the project."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from guangfu.storage.errors import Unavailable

START_TIMEOUT_S: Final = 15.0


def find_mosquitto() -> str | None:
    """Mosquitto's path; Debian keeps it in /usr/sbin, which a user's PATH may lack."""
    return shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def dying_with_parent(command: Sequence[str]) -> list[str]:
    """The command, made to end when this process ends, even by kill -9 (util-linux's setpriv, on Linux)."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM", *command] if setpriv else list(command)


@contextmanager
def mosquitto(program: str, folder: Path, host: str, port: int) -> Iterator[None]:
    """Runs Mosquitto on one address with its state in `folder`.

    Raises:
        Unavailable: It ended at once or does not listen; its own words are in the detail.
    """
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "mosquitto.conf"
    config.write_text(
        f"listener {port} {host}\nallow_anonymous true\npersistence true\npersistence_location {folder}/\n"
        "autosave_interval 30\nmax_queued_messages 0\nmax_inflight_messages 0\n"
        # As root Mosquitto would become another user, who can't write into this folder.
        + ("user root\n" if os.geteuid() == 0 else ""),
        encoding="utf-8",
    )
    with _running("mosquitto", [program, "-c", str(config)], folder, host, port):
        yield


@contextmanager
def amqtt(folder: Path, host: str, port: int) -> Iterator[None]:
    """Runs amqtt (MQTT 3.1.1 only, nothing on disk) with this Python, on a core of its own.

    Raises:
        Unavailable: It ended at once or does not listen; its own words are in the detail.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _running("amqtt", [sys.executable, "-m", "guangfu.demo.amqtt_broker", host, str(port)], folder, host, port):
        yield


@contextmanager
def _running(name: str, command: Sequence[str], folder: Path, host: str, port: int) -> Iterator[None]:
    log = folder / f"{name}.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            dying_with_parent(command),
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl-C is for us: the broker ends last
        )
    try:
        _wait_until_it_listens(name, host, port, process, log)
        yield
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_it_listens(name: str, host: str, port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    give_up = time.monotonic() + START_TIMEOUT_S
    while True:
        with socket.socket() as probe:
            probe.settimeout(0.2)
            if probe.connect_ex((host, port)) == 0:
                return
        if process.poll() is not None or time.monotonic() > give_up:
            raise Unavailable(name, log.read_text(errors="replace").strip() or "does not listen")
        time.sleep(0.02)

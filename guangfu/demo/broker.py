"""The demo's broker: Mosquitto where it is installed, otherwise amqtt in this process."""

import asyncio
import logging
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

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
    log = folder / "mosquitto.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            dying_with_parent([program, "-c", str(config)]),
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl-C is for us: the broker ends last
        )
    try:
        _wait_until_it_listens(host, port, lambda: process.poll() is None, log)
        yield
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def amqtt_in_process(host: str, port: int) -> Iterator[None]:
    """Runs amqtt (MQTT 3.1.1 only, nothing on disk) in a thread of this process."""
    from amqtt.broker import Broker

    logging.getLogger("amqtt").setLevel(logging.CRITICAL)
    logging.getLogger("transitions").setLevel(logging.CRITICAL)
    loop = asyncio.new_event_loop()
    config: dict[str, Any] = {
        "listeners": {"default": {"type": "tcp", "bind": f"{host}:{port}"}},
        "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
    }
    thread = threading.Thread(target=loop.run_forever, name="amqtt", daemon=True)
    thread.start()

    async def start() -> Broker:
        broker = Broker(config)
        await broker.start()
        return broker

    broker = asyncio.run_coroutine_threadsafe(start(), loop).result(START_TIMEOUT_S)
    try:
        yield
    finally:
        with suppress(Exception):
            asyncio.run_coroutine_threadsafe(broker.shutdown(), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)


def _wait_until_it_listens(host: str, port: int, lives: Callable[[], bool], log: Path) -> None:
    give_up = time.monotonic() + START_TIMEOUT_S
    while True:
        with socket.socket() as probe:
            probe.settimeout(0.2)
            if probe.connect_ex((host, port)) == 0:
                return
        if not lives() or time.monotonic() > give_up:
            raise Unavailable("mosquitto", log.read_text(errors="replace").strip() or "does not listen")
        time.sleep(0.02)

"""Running and stopping: in a thread, as a command, and what is said when it can't be."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine

from api.program import CannotListen, address_of, listen, run
from api.settings import Settings
from guangfu.clock import ManualClock
from guangfu.exits import Exit
from guangfu.settings import BadSettings
from guangfu.storage.telemetry_store import TelemetryStore
from guangfu.texts import Lang
from tests.services.running import free_port


def get_when_up(url: str) -> httpx.Response:
    for _ in range(600):
        try:
            return httpx.get(url, timeout=5)
        except httpx.TransportError:
            threading.Event().wait(0.05)
    pytest.fail(f"{url} never answered")


def test_runs_in_a_thread_until_it_is_stopped(county_sql: Engine, county_store: TelemetryStore) -> None:
    stop, port, before = threading.Event(), free_port(), signal.getsignal(signal.SIGINT)
    settings = Settings(port=port)
    thread = threading.Thread(target=run, args=(settings, county_store, county_sql, ManualClock(), stop))
    thread.start()
    assert get_when_up(f"http://127.0.0.1:{port}/healthz").json() == {"status": "ok"}
    stop.set()
    thread.join(30)
    assert not thread.is_alive()
    assert signal.getsignal(signal.SIGINT) is before


def test_taken_port_is_one_clear_sentence(county_sql: Engine, county_store: TelemetryStore) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(CannotListen) as error:
            run(Settings(port=port), county_store, county_sql, ManualClock(), threading.Event())
    assert str(port) in error.value.text.en
    assert "--port" in error.value.text(Lang.ZH)


def test_listens_on_the_loopback_by_default() -> None:
    with listen(Settings().host, 0) as listener:
        assert address_of(listener).startswith("http://127.0.0.1:")


def test_answers_do_not_wait_to_be_sent_together() -> None:
    with listen("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP, "asyncio sets TCP_NODELAY only then"


def test_faults_of_settings_are_named_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUANGFU_API_PORT", "70000")
    monkeypatch.setenv("GUANGFU_API_CACHE_S", "often")
    with pytest.raises(BadSettings) as error:
        Settings.load()
    assert "GUANGFU_API_PORT" in str(error.value)
    assert "GUANGFU_API_CACHE_S" in str(error.value)


@contextmanager
def command(folder: Path, *arguments: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    stores = {
        "GUANGFU_STORAGE_TELEMETRY_URL": f"duckdb:///{folder}/telemetry.duckdb",
        "GUANGFU_STORAGE_SQL_URL": f"sqlite:///{folder}/guangfu.sqlite",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "guangfu", "api", *arguments],
        env={**os.environ, **stores, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_command_serves_and_ends_on_a_signal(tmp_path: Path) -> None:
    port = free_port()
    with command(tmp_path, "--port", str(port)) as process:
        assert get_when_up(f"http://127.0.0.1:{port}/v1/fleet").json()["stations"]["total"] == 0
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == Exit.DONE


def test_command_tells_a_taken_port(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, ExitStack() as stack:
        port = str(other.getsockname()[1])
        process = stack.enter_context(command(tmp_path, "--port", port, "--lang", "en"))
        _, errors = process.communicate(timeout=60)
    assert process.returncode == Exit.UNREACHABLE
    assert errors.strip().splitlines()[-1].startswith("Can't listen on 127.0.0.1:")


def test_command_tells_bad_settings(tmp_path: Path) -> None:
    with command(tmp_path, GUANGFU_API_PORT="no") as process:
        _, errors = process.communicate(timeout=60)
    assert process.returncode == Exit.USAGE
    assert "GUANGFU_API_PORT" in errors
    assert "Traceback" not in errors

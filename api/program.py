"""Runs the API until it is told to stop."""

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import structlog
import uvicorn
from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from sqlalchemy import Engine

from api.app import create_app
from api.settings import Settings
from guangfu.clock import Clock
from guangfu.storage.telemetry_store import TelemetryStore
from guangfu.texts import Text

CLOSING_S: Final = 3
"""How long answers that are under way may take once the server ends."""
CANNOT_LISTEN: Final = Text(
    "无法在 {host}:{port} 上监听：{why}。请用 --port 换一个端口。",
    "Can't listen on {host}:{port}: {why}. Choose another port with --port.",
)
log = structlog.get_logger()


class CannotListen(Exception):
    """The address is taken or not this machine's; `text` says so in a sentence."""

    def __init__(self, host: str, port: int, error: OSError) -> None:
        why = error.strerror or str(error)
        self.text = Text(*(words.format(host=host, port=port, why=why) for words in CANNOT_LISTEN))
        super().__init__(self.text.en)


def run(
    settings: Settings,
    store: TelemetryStore,
    engine: Engine,
    clock: Clock,
    stop: threading.Event,
    *,
    metric_registries: Sequence[CollectorRegistry] = (),
) -> None:
    """Serves in this thread until `stop` is set; installs no signal handlers.

    Raises:
        CannotListen: The port is taken, or the host is not this machine's.
        BadRules: The rules that are set are wrong.
    """
    app = create_app(settings, store, engine, clock, metric_registries=metric_registries, stopping=stop)
    with listen(settings.host, settings.port) as listener:
        log.info("api_listening", address=address_of(listener))
        serve(app, listener, stop)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises `CannotListen`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Only a socket that says TCP gets TCP_NODELAY from asyncio, without which every answer waits 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise CannotListen(host, port, error) from error
    return listener


def address_of(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def serve(app: FastAPI, listener: socket.socket, stop: threading.Event) -> None:
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="off", server_header=False,
        timeout_graceful_shutdown=CLOSING_S, ws="none",
    )  # fmt: skip
    _Server(config, stop).run(sockets=[listener])


class _Server(uvicorn.Server):
    """Ends when an event is set, and leaves signals to whoever started the process."""

    def __init__(self, config: uvicorn.Config, stop: threading.Event) -> None:
        super().__init__(config)
        self._stop = stop

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def on_tick(self, counter: int) -> bool:
        return await super().on_tick(counter) or self._stop.is_set()

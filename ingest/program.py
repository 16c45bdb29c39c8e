"""The program: three parts, each in its thread, under one supervisor."""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Final

from prometheus_client import CollectorRegistry, start_http_server
from sqlalchemy import Engine

from guangfu.clock import Clock
from guangfu.storage.spool import Spool
from guangfu.storage.telemetry_store import TelemetryStore
from guangfu.telemetry.dialects import Dialects
from guangfu.telemetry.mapping.load import read_mappings
from ingest.bookkeeper import Bookkeeper
from ingest.counters import Counters
from ingest.directory import CurrentDirectory
from ingest.foreign import Foreign, Interpreter
from ingest.forwarder import Forwarder
from ingest.health import Health
from ingest.leaving import Leaver
from ingest.receiver import Receiver
from ingest.replayer import Replayer
from ingest.settings import Settings
from ingest.subscriptions import leaving, subscriptions

log = logging.getLogger(__name__)

_LOOK_S: Final = 0.2
_JOIN_S: Final = 30


class PartDied(Exception):
    """A part of ingest ended by an error; its cause says which."""


def run(
    settings: Settings,
    store: TelemetryStore,
    engine: Engine,
    clock: Clock,
    stop: threading.Event,
    *,
    metrics: CollectorRegistry | None = None,
    leave: bool = False,
) -> None:
    """Takes telemetry in until `stop` is set; with `leave` only what the broker still holds for this worker.

    Raises:
        PartDied: A part can't go on; nothing acknowledged is lost.
        SpoolInUse: Another process has the spool.
        SpoolBroken: The spool can't be opened.
        BadMapping: A mapping of a foreign dialect has faults; all are named.
    """
    dialects = Dialects(read_mappings(settings.mappings))
    registry = metrics if metrics is not None else CollectorRegistry()
    with ExitStack() as open_parts:
        spool = Spool(settings.spool_file)
        open_parts.callback(spool.close)
        counters = Counters(registry, spool, clock)
        open_parts.enter_context(_served(registry, settings.metrics_port))
        directory = CurrentDirectory()
        foreign, topics = Foreign(), leaving if leave else subscriptions
        interpreter = Interpreter(dialects, foreign, clock) if settings.mappings else None
        parts: dict[str, Callable[[threading.Event], None]] = {
            "receiver": Receiver(settings, spool, clock, counters, foreign, topics(settings, dialects)).run,
            "forwarder": Forwarder(settings, spool, store, directory, clock, counters, interpreter).run,
            "bookkeeper": Bookkeeper(settings, spool, engine, directory, counters, clock).run,
            "health": Health(settings, engine, clock, registry).run,
        }
        if settings.worker == 0:
            parts["replayer"] = Replayer(settings, spool, engine, directory, clock, counters, interpreter).run
        if leave:
            parts["leaver"] = Leaver(spool, registry, stop).run
        supervise(parts, stop)


def supervise(parts: Mapping[str, Callable[[threading.Event], None]], stop: threading.Event) -> None:
    """Runs each part in a thread until `stop` is set, or one of them fails.

    Raises:
        PartDied: A part failed; the others were stopped.
    """
    halt = threading.Event()
    failures: list[tuple[str, BaseException]] = []

    def guarded(name: str, part: Callable[[threading.Event], None]) -> None:
        try:
            part(halt)
            assert halt.is_set(), "it ended by itself"
        except BaseException as error:  # noqa: BLE001 - whatever it is, the supervisor tells
            failures.append((name, error))

    threads = [
        threading.Thread(target=guarded, args=each, name=f"ingest-{each[0]}", daemon=True) for each in parts.items()
    ]
    for thread in threads:
        thread.start()
    while not stop.wait(_LOOK_S) and not failures:
        pass
    halt.set()
    for thread in threads:
        thread.join(_JOIN_S)
    for name, error in failures:
        raise PartDied(f"the {name} of ingest died: {type(error).__name__}: {error}") from error


@contextmanager
def _served(registry: CollectorRegistry, port: int | None) -> Iterator[None]:
    if port is None:
        yield
        return
    server, thread = start_http_server(port, "127.0.0.1", registry)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join(_JOIN_S)

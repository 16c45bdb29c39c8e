"""The program: looks for changed days every few seconds and computes what follows from them."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from prometheus_client import CollectorRegistry, start_http_server
from sqlalchemy import Engine

from accounting.accountant import Accountant
from accounting.audit import Auditor
from accounting.metrics import Metrics
from accounting.reconciler import Reconciler
from accounting.rollups import Rollups
from accounting.settings import Settings
from accounting.states import States
from guangfu.clock import Clock
from guangfu.income.rules import Rules, RulesSettings, load_rules
from guangfu.storage.errors import Unavailable
from guangfu.storage.present import StateSettings
from guangfu.storage.telemetry_store import TelemetryStore

log = logging.getLogger(__name__)

_LONGEST_WAIT_S: Final = 60


def run(
    settings: Settings,
    store: TelemetryStore,
    engine: Engine,
    clock: Clock,
    stop: threading.Event,
    *,
    rules: Rules | None = None,
    metrics: CollectorRegistry | None = None,
) -> None:
    """Computes figures until `stop` is set. While a database is away it waits, longer each time, up to a minute.

    Args:
        rules: Those of `GUANGFU_RULES_FOLDER` and the shipped ones if left out.

    Raises:
        BadRules: The rules have faults.
        BadSettings: `GUANGFU_RULES_FOLDER` is wrong.
    """
    registry = metrics if metrics is not None else CollectorRegistry()
    counted = Metrics(registry)
    known_rules = rules if rules is not None else load_rules(RulesSettings.load().folder)
    accountant = Accountant(settings, store, engine, known_rules, clock, counted)
    rollups = Rollups(store, engine, clock)
    states = States(StateSettings.load(), store, engine, clock)
    reconciler = Reconciler(store, engine, known_rules, clock)
    auditor = Auditor(engine, known_rules, clock)
    wait_s = settings.interval_s
    with _served(registry, settings.metrics_port):
        while not stop.is_set():
            went_well = _pass(accountant, rollups, states, reconciler, auditor, counted, stop)
            wait_s = settings.interval_s if went_well else min(wait_s * 2, _LONGEST_WAIT_S)
            stop.wait(wait_s)


def run_once(
    settings: Settings, store: TelemetryStore, engine: Engine, clock: Clock, *, rules: Rules | None = None
) -> int:
    """One pass; returns how many station-days were computed.

    Raises:
        Unavailable: A database can't be reached.
        BadRules, BadSettings: As `run`.
    """
    known_rules = rules if rules is not None else load_rules(RulesSettings.load().folder)
    return Accountant(settings, store, engine, known_rules, clock, Metrics(CollectorRegistry())).once()


def _pass(
    accountant: Accountant,
    rollups: Rollups,
    states: States,
    reconciler: Reconciler,
    auditor: Auditor,
    metrics: Metrics,
    stop: threading.Event,
) -> bool:
    began_s = time.monotonic()
    try:
        computed = accountant.once(stop)
        states.once(accountant.registry)
        rollups.once(stop)
        reconciler.once(stop)
        _audit(auditor)
    except Unavailable as error:
        metrics.failures.inc()
        log.warning("a database is away, changed days wait: %s", error)
        return False
    took_s = time.monotonic() - began_s
    metrics.pass_seconds.set(took_s)
    metrics.last_run.set_to_current_time()
    if computed:
        log.info("computed %s station-days in %.2f s", computed, took_s)
    return True


def _audit(auditor: Auditor) -> None:
    """A check that fails must not keep energy and income from being computed; it is tried again in the next pass."""
    try:
        auditor.once()
    except Unavailable:
        raise
    except Exception:
        log.exception("the audit's checks failed: findings are as they were")


@contextmanager
def _served(registry: CollectorRegistry, port: int | None) -> Iterator[None]:
    """Serves the metrics on loopback for as long as the block lasts."""
    if port is None:
        yield
        return
    server, thread = start_http_server(port, addr="127.0.0.1", registry=registry)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

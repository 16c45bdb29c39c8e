"""Payloads through a real broker and ingest: no crash, no stall, each accounted for."""

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from prometheus_client import CollectorRegistry
from sqlalchemy import Engine

from guangfu.clock import ManualClock
from guangfu.storage.telemetry_store import TelemetryStore
from ingest.settings import Settings
from tests.ingest.world import NOON, Publisher, eventually, running_ingest
from tests.soak.accounts import Account
from tests.soak.payloads import MAPPINGS, Fuzzer

CHUNK = 500
QUIET_S = 0.5
STALL_S = 60.0
"""So long nothing may move before it is called a stall."""


@dataclass(frozen=True)
class Plan:
    """How many messages, how many of them hypothesis draws the pattern of, and at most how many a second (0: any)."""

    messages: int
    drawn: int = 200
    seed: int = 1
    rate: int = 0


def write_mappings(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in MAPPINGS.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def fuzz(
    plan: Plan,
    settings: Settings,
    store: TelemetryStore,
    engine: Engine,
    say: Callable[[str], None] = lambda words: None,
) -> str:
    """Sends the messages of a plan to ingest and checks the account of them; `settings.mappings` has one folder.

    Raises:
        AssertionError: Something was lost, invented or got stuck.
        PartDied: Ingest crashed.
    """
    account, metrics = Account(settings.mappings[0]), CollectorRegistry()
    source = Fuzzer(plan.seed, plan.drawn).messages(plan.messages)
    with running_ingest(settings, store, engine, ManualClock(NOON), metrics) as stop:
        eventually(lambda: metrics.get_sample_value("guangfu_ingest_connected"))
        publisher = Publisher(settings.mqtt_port)
        began_s = time.monotonic()
        while chunk := list(itertools.islice(source, CHUNK)):
            publisher.publish(*chunk)
            for each in chunk:
                account.add(each)
            if plan.rate:
                stop.wait(max(0.0, account.messages / plan.rate - (time.monotonic() - began_s)))
            if account.messages % (CHUNK * 100) == 0:
                say(f"{account.messages:,} sent, {_value(metrics, 'messages_received_total'):,.0f} received")
        _drain(metrics, account.messages)
        publisher.close()
    return account.check(store, engine)


def _drain(metrics: CollectorRegistry, messages: int) -> None:
    """Until all came and nothing waits; not longer than `STALL_S` without progress."""
    names = ("messages_received_total", "spool_messages", "spool_outbox_rows")
    last, moved_s = (0.0, 0.0, 0.0), time.monotonic()
    # Ingest hears its own requests for a rebirth as well, so it may be some more.
    while last[0] < messages or last[1:] != (0, 0) or time.monotonic() - moved_s < QUIET_S:
        now = (_value(metrics, names[0]), _value(metrics, names[1]), _value(metrics, names[2]))
        if now != last:
            last, moved_s = now, time.monotonic()
        assert time.monotonic() - moved_s < STALL_S, f"it got stuck: {dict(zip(names, now, strict=True))}"
        time.sleep(0.05)


def _value(metrics: CollectorRegistry, name: str) -> float:
    return metrics.get_sample_value(f"guangfu_ingest_{name}") or 0.0

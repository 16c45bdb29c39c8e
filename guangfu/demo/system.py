"""The whole system, embedded: broker, stores, ingest, accounting, API; and the fleet beside it."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog
from prometheus_client import CollectorRegistry
from pydantic import SecretStr
from rich.console import Console
from sqlalchemy import Engine

from guangfu.clock import Clock, local_day
from guangfu.demo.broker import amqtt, find_mosquitto, mosquitto
from guangfu.demo.clock import demo_clock, keep_clock
from guangfu.demo.money import MOVED, move_money
from guangfu.demo.preflight import NotReady, free_port
from guangfu.demo.settling import SETTLED, settle_earlier_months, settle_last_month
from guangfu.demo.supervisor import Died, Fleet, Supervisor
from guangfu.stations.synthetic import synthetic_registry
from guangfu.storage.errors import StorageError
from guangfu.storage.opening import StorageSettings, open_telemetry_store
from guangfu.storage.sql.database import open_database, upgrade
from guangfu.storage.sql.inbox import read_dirty
from guangfu.storage.sql.registry import registry_version, write_registry
from guangfu.storage.telemetry_store import TelemetryStore
from guangfu.texts import Lang, Text

log = structlog.get_logger(__name__)

NO_MOSQUITTO: Final = Text(
    "没有找到 Mosquitto；请安装（Debian：apt install mosquitto），或去掉 --broker mosquitto。",
    "Mosquitto was not found; install it (Debian: apt install mosquitto), or leave --broker mosquitto out.",
)
STARTED: Final = Text(
    "演示数据：31 座集中式电站，755 座村级电站。消息代理：{broker}。网页：{page}",
    "Synthetic data: 31 centralized and 755 village-level stations. Broker: {broker}. Page: {page}",
)
FILLED: Final = Text("历史数据已全部上报，正在核算…", "History is in, accounting is at work …")
LIVE: Final = Text(
    "就绪（{seconds:.0f} 秒）：{page}  按 Ctrl-C 停止。", "Ready after {seconds:.0f} s: {page}  Ctrl-C stops it."
)


@dataclass(frozen=True)
class Plan:
    """What the user asked for."""

    folder: Path
    port: int
    interval_s: float
    speed: float
    days: int
    broker: str
    host: str = "127.0.0.1"

    @property
    def page(self) -> str:
        return f"http://{self.host}:{self.port}/"


@dataclass(frozen=True)
class Parts:
    """What the embedded programs share."""

    plan: Plan
    mqtt_port: int
    mqtt_version: str
    store: TelemetryStore
    engine: Engine
    clock: Clock


@contextmanager
def run_system(plan: Plan, supervisor: Supervisor, lang: Lang, console: Console) -> Iterator[None]:
    """Starts everything; on leaving stops everything, the fleet first and the broker last."""
    began = time.monotonic()
    chosen = demo_clock(plan.folder / "clock.json", plan.speed)
    mqtt_port = free_port(plan.host)
    with ExitStack() as stack:
        broker, version = _start_broker(stack, plan, mqtt_port)
        engine = _open_sql(plan, chosen.clock)
        stack.callback(engine.dispose)
        store = open_telemetry_store(_storage(plan))
        stack.callback(store.close)
        stack.callback(keep_clock, plan.folder / "clock.json", chosen.clock)
        parts = Parts(plan, mqtt_port, version, store, engine, chosen.clock)
        stack.callback(supervisor.stop)
        ingest_metrics = _start_programs(supervisor, parts)
        console.print(STARTED(lang, broker=broker, page=plan.page))

        def on_event(event: str) -> None:
            if event == "backfill_done":
                console.print(FILLED(lang))
                _in_background(lambda: _tell_when_ready(supervisor, parts, began, lang, console))

        _wait_for_ingest(supervisor, ingest_metrics)
        fleet = Fleet(
            _fleet_command(parts, version, chosen.options, lang),
            on_event,
            lambda status: supervisor.report(Died("simulate", f"exit status {status}")),
        )
        stack.callback(fleet.stop)
        yield


def _start_broker(stack: ExitStack, plan: Plan, port: int) -> tuple[str, str]:
    """Name of the broker that was started, and the MQTT version that it speaks."""
    program = find_mosquitto() if plan.broker in {"auto", "mosquitto"} else None
    if program is None and plan.broker == "mosquitto":
        raise NotReady(NO_MOSQUITTO)
    running: AbstractContextManager[None]
    if program is None:
        name, version, running = "amqtt", "3.1.1", amqtt(plan.folder / "amqtt", plan.host, port)
    else:
        name, version, running = "Mosquitto", "5", mosquitto(program, plan.folder / "mosquitto", plan.host, port)
    stack.enter_context(running)
    return name, version


def _storage(plan: Plan) -> StorageSettings:
    return StorageSettings.load(
        telemetry_url=f"duckdb:///{plan.folder / 'telemetry.duckdb'}",
        sql_url=SecretStr(f"sqlite:///{plan.folder / 'guangfu.sqlite'}"),
    )


def _open_sql(plan: Plan, clock: Clock) -> Engine:
    """The database at its newest schema, with the synthetic registry in it."""
    engine = open_database(_storage(plan).sql_url.get_secret_value())
    upgrade(engine)
    if registry_version(engine) == 0:
        write_registry(engine, synthetic_registry(), at=clock.now())
    return engine


def _start_programs(supervisor: Supervisor, parts: Parts) -> CollectorRegistry:
    """Starts the three programs; returns ingest's metrics."""
    import accounting.program
    import accounting.settings
    import api.program
    import api.settings
    import ingest.program
    import ingest.settings

    plan, store, engine, clock = parts.plan, parts.store, parts.engine, parts.clock
    for_ingest = ingest.settings.Settings.load(
        mqtt_host=plan.host,
        mqtt_port=parts.mqtt_port,
        mqtt_version=parts.mqtt_version,
        spool_path=plan.folder / "spool.sqlite",
        min_disk_free_percent=1,  # a laptop's disk is often nearly full
    )
    for_accounting = accounting.settings.Settings.load()
    for_api = api.settings.Settings.load(host=plan.host, port=plan.port)
    of_ingest, of_accounting = CollectorRegistry(), CollectorRegistry()
    supervisor.start(
        "api",
        lambda stop: api.program.run(for_api, store, engine, clock, stop, metric_registries=(of_ingest, of_accounting)),
    )
    supervisor.start(
        "accounting",
        lambda stop: accounting.program.run(for_accounting, store, engine, clock, stop, metrics=of_accounting),
    )
    supervisor.start(
        "ingest", lambda stop: ingest.program.run(for_ingest, store, engine, clock, stop, metrics=of_ingest)
    )
    return of_ingest


def _wait_for_ingest(supervisor: Supervisor, metrics: CollectorRegistry) -> None:
    """Until ingest is connected: amqtt keeps nothing for a subscriber that has not come yet."""
    while metrics.get_sample_value("guangfu_ingest_connected") != 1:
        if supervisor.woken.wait(0.05):
            return


def _fleet_command(parts: Parts, version: str, clock_options: tuple[str, ...], lang: Lang) -> list[str]:
    plan = parts.plan
    return [
        sys.executable, "-m", "guangfu", "simulate", "fleet",
        "--host", plan.host, "--mqtt-port", str(parts.mqtt_port), "--mqtt-version", version,
        "--backfill-days", str(plan.days), "--interval", str(plan.interval_s), "--faults", "demo",
        "--state", str(plan.folder / "fleet.json"), "--truth", str(plan.folder / "truth.jsonl"),
        "--events", "json", "--lang", lang.value, *clock_options,
    ]  # fmt: skip


def _in_background(job: Callable[[], None]) -> None:
    threading.Thread(target=job, name="ready", daemon=True).start()


def _tell_when_ready(supervisor: Supervisor, parts: Parts, began: float, lang: Lang, console: Console) -> None:
    """Waits until accounting has computed every day before today, then says so once."""
    caught_up = 0
    while caught_up < 2:
        if supervisor.woken.wait(0.5):
            return
        with parts.engine.connect() as db:
            oldest = read_dirty(db, limit=1)
        behind = oldest and oldest[0].day < local_day(parts.clock.now())
        caught_up = 0 if behind else caught_up + 1
    console.print(LIVE(lang, seconds=time.monotonic() - began, page=parts.plan.page), style="bold")
    _settle(parts, lang, console)


def _settle(parts: Parts, lang: Lang, console: Console) -> None:
    """After everything is ready, so that nobody waits for it; without it the demo has no settled month, and goes on."""
    of = parts.engine, parts.plan.folder, parts.plan.folder / "truth.jsonl", parts.clock
    try:
        done = settle_last_month(*of)
        if done is not None and done.statements:
            settle_earlier_months(*of)
    except (OSError, ValueError, StorageError) as error:
        log.warning("no_statements", why=str(error))
        return
    if done is not None and done.statements:
        console.print(SETTLED(lang, month=done.month, n=done.statements, look=done.to_look_at))
    if done is not None:
        _move(parts, done.month, lang, console)


def _move(parts: Parts, month: str, lang: Lang, console: Console) -> None:
    """Takes the settled money its way; without it the demo shows what is settled, and goes on."""
    try:
        moved = move_money(parts.engine, parts.plan.folder, parts.clock)
    except (OSError, ValueError, StorageError) as error:
        log.warning("no_money", why=str(error))
        return
    if moved is not None:
        console.print(MOVED(lang, page=f"{parts.plan.page}finance?month={month}", **moved._asdict()))

"""The whole path in one process for tests: a real broker, real databases, our own programs in threads."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Engine, func, select

import accounting.program
import accounting.settings
import ingest.program
import ingest.settings
from guangfu.clock import Clock, ManualClock
from guangfu.stations.models import Registry
from guangfu.storage.sql import schema
from guangfu.storage.sql.database import open_database, upgrade
from guangfu.storage.sql.registry import write_registry
from guangfu.storage.telemetry_store import TelemetryStore
from tests.services.running import Service


@dataclass
class Whole:
    """A system that takes telemetry in; `account` computes what is dirty."""

    broker: Service
    store: TelemetryStore
    engine: Engine
    clock: Clock
    registry: Registry
    spool_path: Path

    def is_drained(self) -> bool:
        """True if all that ingest has acknowledged is stored, and SQL knows of it."""
        with sqlite3.connect(f"file:{self.spool_path}?mode=ro", uri=True) as db:
            newest = db.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'groups'").fetchone()[0]
            cursor = db.execute("SELECT cursor FROM facts").fetchone()[0]
            owed = db.execute("SELECT count(*) FROM outbox").fetchone()[0]
        return bool(newest > 0 and cursor == newest and owed == 0)

    def account(self) -> None:
        accounting.program.run_once(accounting.settings.Settings(), self.store, self.engine, self.clock)

    def marked(self, day: date) -> int:
        """Stations of which ingest has told SQL that this day's readings changed."""
        dirty = schema.dirty_days
        with self.engine.connect() as db:
            return int(db.execute(select(func.count()).select_from(dirty).where(dirty.c.day == day)).scalar_one())

    def count(self, table: str) -> int:
        with self.engine.connect() as db:
            return int(db.execute(select(func.count()).select_from(schema.metadata.tables[table])).scalar_one())


@contextmanager
def running_whole(
    broker: Service, store: TelemetryStore, sql_url: str, registry: Registry, folder: Path, now: datetime
) -> Iterator[Whole]:
    """Ingest runs against the broker while the block lasts; the clock stands at `now`."""
    clock = ManualClock(now)
    engine = open_database(sql_url)
    upgrade(engine)
    write_registry(engine, registry, at=clock.now())
    settings = ingest.settings.Settings(
        mqtt_port=broker.port, spool_path=folder / "spool.sqlite", client_id_prefix=f"e2e-{folder.name}"
    )
    stop = threading.Event()
    failures: list[BaseException] = []

    def run() -> None:
        try:
            ingest.program.run(settings, store, engine, clock, stop)
        except BaseException as error:  # noqa: BLE001 - told to the test below
            failures.append(error)

    thread = threading.Thread(target=run, name="ingest")
    thread.start()
    try:
        yield Whole(broker, store, engine, clock, registry, settings.spool_file)
    finally:
        stop.set()
        thread.join(30)
        engine.dispose()
    assert not failures, failures


def wait_until(true: Callable[[], bool], what: str, timeout_s: float = 120) -> None:
    give_up = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < give_up, f"still not: {what}"
        time.sleep(0.1)


def daily_energy(engine: Engine, day: date) -> dict[str, int | None]:
    table = schema.daily_energy
    with engine.connect() as db:
        rows = db.execute(select(table.c.station_id, table.c.energy_wh).where(table.c.day == day))
        return {row.station_id: row.energy_wh for row in rows}


def daily_gross_fen(engine: Engine, day: date) -> dict[str, int]:
    table = schema.daily_income
    with engine.connect() as db:
        rows = db.execute(select(table.c.station_id, table.c.estimated_gross_fen).where(table.c.day == day))
        return {row.station_id: row.estimated_gross_fen for row in rows}

"""Ingest's word on itself, in SQL."""

from datetime import timedelta

from prometheus_client import CollectorRegistry
from sqlalchemy import Engine

from guangfu.clock import ManualClock
from guangfu.storage.spool import Frame, Spool
from guangfu.storage.sql.operations import IngestHealth, read_ingest_health
from guangfu.storage.telemetry_store import TelemetryStore
from ingest.counters import Counters
from ingest.health import KEPT, Health
from ingest.settings import Settings
from tests.ingest.conftest import settings_for
from tests.ingest.world import NOON, NOON_MS, Publisher, eventually, make_session, meter, running_ingest, telemetry


def told(engine: Engine) -> list[IngestHealth]:
    with engine.connect() as db:
        return read_ingest_health(db)


def test_a_worker_tells_what_it_counted(
    settings: Settings, publisher: Publisher, store: TelemetryStore, engine: Engine
) -> None:
    make_session(settings)
    publisher.publish(telemetry("s-0", meter(NOON_MS, total_wh=1)))
    publisher.publish(telemetry("nobody", meter(NOON_MS, total_wh=1)))
    with running_ingest(settings.model_copy(update={"health_interval_s": 0.05}), store, engine):
        eventually(lambda: bool(told(engine)) and (told(engine)[-1].received, told(engine)[-1].stored) == (2, 1))
        eventually(lambda: told(engine)[-1].dead_letters == 1 and told(engine)[-1].connected)
    assert told(engine)[-1].disk_free_bytes > 0


def test_the_age_of_what_waits_is_told_and_old_rows_go(engine: Engine, tmp_path_factory: object) -> None:
    settings = settings_for(1, tmp_path_factory.mktemp("health"))  # type: ignore[attr-defined]
    clock, metrics = ManualClock(NOON - KEPT - timedelta(seconds=1)), CollectorRegistry()
    spool = Spool(settings.spool_file)
    Counters(metrics, spool, clock)
    health = Health(settings, engine, clock, metrics)
    health.tell()
    clock.at = NOON
    spool.append([Frame(NOON_MS - 90_000, "pv/1/s-0/telemetry", b"x")])
    health.tell(forget=True)
    spool.close()
    (row,) = told(engine)
    assert (row.at, row.spool_messages, row.spool_oldest_s, row.connected) == (NOON, 1, 90, False)
    assert row.started_at == NOON - KEPT - timedelta(seconds=1)

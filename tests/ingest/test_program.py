"""The whole program, with a real broker, store and database."""

from sqlalchemy import Engine

from guangfu.storage.telemetry_store import TelemetryStore
from ingest.settings import Settings
from tests.ingest.world import (
    NOON_MS,
    Publisher,
    eventually,
    make_session,
    meter,
    running_ingest,
    stored_keys,
    telemetry,
)


def test_a_reading_travels_from_the_broker_to_the_store(
    settings: Settings, publisher: Publisher, store: TelemetryStore, engine: Engine
) -> None:
    make_session(settings)
    publisher.publish(telemetry("s-0", meter(NOON_MS, total_wh=123)))
    with running_ingest(settings, store, engine):
        eventually(lambda: stored_keys(store) == [("s-0", NOON_MS, 123)])
        publisher.publish(telemetry("s-1", meter(NOON_MS + 1, total_wh=124)))
        eventually(lambda: len(stored_keys(store)) == 2)

"""Before the disk is full the broker keeps the rest: a share of the disk, with a floor."""

import shutil
from typing import NamedTuple

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import Engine

from guangfu.storage.telemetry_store import TelemetryStore
from ingest.settings import MIB, Settings
from tests.ingest.test_failures import messages
from tests.ingest.world import Publisher, eventually, make_session, running_ingest, stored_keys

GIB = 1 << 30


class Disk(NamedTuple):
    total: int
    used: int
    free: int


@pytest.mark.parametrize(
    ("disk_bytes", "free_bytes"),
    [(1000 * GIB, 100 * GIB), (20 * GIB, 2 * GIB), (4 * GIB, 512 * MIB), (1 * GIB, 512 * MIB)],
)
def test_by_default_a_tenth_of_the_disk_stays_free_and_half_a_gibibyte_of_a_small_one(
    disk_bytes: int, free_bytes: int
) -> None:
    assert Settings().min_disk_free_bytes(disk_bytes) == free_bytes


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_disk_that_is_nearly_full_makes_the_broker_keep_messages_until_there_is_room(
    settings: Settings,
    publisher: Publisher,
    store: TelemetryStore,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    free = [99 * GIB]
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Disk(1000 * GIB, 1000 * GIB - free[0], free[0]))
    default = settings.model_copy(update={"min_disk_free_percent": Settings().min_disk_free_percent})
    make_session(settings)
    batch, keys = messages(100)
    publisher.publish(*batch)
    metrics = CollectorRegistry()
    with running_ingest(default, store, engine, metrics=metrics):
        eventually(lambda: metrics.get_sample_value("guangfu_ingest_paused") == 1)
        assert metrics.get_sample_value("guangfu_ingest_messages_received_total") == 0
        assert metrics.get_sample_value("guangfu_ingest_spool_disk_free_bytes") == 99 * GIB
        free[0] = 101 * GIB
        eventually(lambda: stored_keys(store) == keys)
        assert metrics.get_sample_value("guangfu_ingest_paused") == 0

"""A broker, a store and a database of its own for each test of ingest."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from guangfu.storage.duckdb_store import DuckDBStore
from guangfu.storage.sql.database import open_database, upgrade
from guangfu.storage.telemetry_store import TelemetryStore
from ingest.settings import Settings
from tests.ingest.world import Publisher, register
from tests.services.running import Service, running_mosquitto


@pytest.fixture
def broker(mosquitto: Service, tmp_path: Path) -> Iterator[Service]:
    """A broker that remembers nothing of other tests."""
    with running_mosquitto(tmp_path) as service:
        yield service


@pytest.fixture
def publisher(broker: Service) -> Iterator[Publisher]:
    publisher = Publisher(broker.port)
    yield publisher
    publisher.close()


@pytest.fixture
def settings(broker: Service, tmp_path: Path) -> Settings:
    return settings_for(broker.port, tmp_path)


def settings_for(port: int, folder: Path, **more: Any) -> Settings:
    """Settings for quick tests, also on a disk that is nearly full."""
    quick = {"outbox_flush_s": 0.05, "registry_poll_s": 0.05, "min_disk_free_percent": 1}
    return Settings(mqtt_port=port, spool_path=folder / "spool-{worker}.sqlite", **{**quick, **more})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[TelemetryStore]:
    store = DuckDBStore(tmp_path / "telemetry.duckdb")
    yield store
    store.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database with the newest schema and four stations."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/guangfu.sqlite"
    else:
        url = request.getfixturevalue("postgres").new_database()
    engine = open_database(url)
    upgrade(engine)
    register(engine)
    yield engine
    engine.dispose()

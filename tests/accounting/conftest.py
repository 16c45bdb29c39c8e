"""Accounting's databases: the embedded pair and the production pair, each empty."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from guangfu.storage.sql.database import open_database, upgrade
from guangfu.storage.telemetry_store import TelemetryStore
from tests.accounting.county import County
from tests.storage.stores import duckdb_place, influxdb_place


@pytest.fixture(params=["embedded", "production"])
def pair(request: pytest.FixtureRequest) -> str:
    """SQLite and DuckDB, or PostgreSQL and InfluxDB."""
    return str(request.param)


@pytest.fixture
def engine(pair: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if pair == "embedded":
        url = f"sqlite:///{tmp_path}/guangfu.sqlite"
    else:
        url = str(request.getfixturevalue("postgres").new_database())
    engine = open_database(url)
    upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def store(pair: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TelemetryStore]:
    place = duckdb_place(tmp_path) if pair == "embedded" else influxdb_place(request.getfixturevalue("influxdb"))
    yield place.open()
    place.close()


@pytest.fixture
def county(engine: Engine, store: TelemetryStore) -> County:
    return County(store, engine)


@pytest.fixture
def another_county(tmp_path: Path) -> Iterator[County]:
    """The same stations on databases of their own."""
    engine = open_database(f"sqlite:///{tmp_path}/another.sqlite")
    upgrade(engine)
    place = duckdb_place(tmp_path / "another")
    yield County(place.open(), engine)
    place.close()
    engine.dispose()

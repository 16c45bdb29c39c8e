"""Accounting's databases: the embedded pair and the production pair, each empty."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from guangfu.storage.sql.database import open_database
from guangfu.storage.telemetry_store import TelemetryStore
from tests.accounting.county import County
from tests.storage.conftest import migrated_file, new_migrated
from tests.storage.stores import duckdb_place, influxdb_place

__all__ = ["migrated_file", "new_migrated"]


@pytest.fixture(params=["embedded", "production"])
def pair(request: pytest.FixtureRequest) -> str:
    """SQLite and DuckDB, or PostgreSQL and InfluxDB."""
    return str(request.param)


@pytest.fixture
def engine(pair: str, request: pytest.FixtureRequest, migrated_file: Path, tmp_path: Path) -> Iterator[Engine]:
    if pair == "production":
        engine = open_database(str(request.getfixturevalue("new_migrated")()))
    else:
        engine = open_database(f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'guangfu.sqlite')}")
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
def another_county(migrated_file: Path, tmp_path: Path) -> Iterator[County]:
    """The same stations on databases of their own."""
    engine = open_database(f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'another.sqlite')}")
    place = duckdb_place(tmp_path / "another")
    yield County(place.open(), engine)
    place.close()
    engine.dispose()

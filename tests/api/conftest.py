"""The small county on SQLite and DuckDB, one server for the whole run of these tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from guangfu.storage.opening import StorageSettings, open_telemetry_store
from guangfu.storage.sql.database import open_database, upgrade
from guangfu.storage.telemetry_store import TelemetryStore
from tests.api.small_county import Api, fill_sql, points, serving


@pytest.fixture(scope="package")
def county_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("county")


@pytest.fixture(scope="package")
def county_sql(county_folder: Path) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{county_folder}/guangfu.sqlite")
    upgrade(engine)
    fill_sql(engine)
    yield engine
    engine.dispose()


@pytest.fixture(scope="package")
def county_store(county_folder: Path) -> Iterator[TelemetryStore]:
    store = open_telemetry_store(StorageSettings(telemetry_url=f"duckdb:///{county_folder}/telemetry.duckdb"))
    assert not store.write(points())
    yield store
    store.close()


@pytest.fixture(scope="package")
def api(county_sql: Engine, county_store: TelemetryStore) -> Iterator[Api]:
    with serving(county_store, county_sql) as running:
        yield running

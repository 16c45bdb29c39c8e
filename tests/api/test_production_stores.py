"""The same answers from PostgreSQL and InfluxDB as from SQLite and DuckDB."""

from collections.abc import Iterator
from typing import Any

import pytest

from guangfu.storage.opening import StorageSettings, open_telemetry_store
from guangfu.storage.sql.database import open_database, upgrade
from tests.api.small_county import Api, fill_sql, points, serving
from tests.services.running import Postgres, Service

PATHS = [
    "/v1/fleet", "/v1/stations?sort=power&order=desc", "/v1/stations/st1", "/v1/stations/st4",
    "/v1/fleet/power?bucket_s=300", "/v1/stations/st1/power",
    "/v1/stations/st1/readings?fields=ac_power_w,energy_export_total_wh",
    "/v1/stations/st1/readings?kind=inverter", "/v1/stations/st1/readings?kind=weather", "/v1/stations/st4/energy",
    "/v1/fleet/income?by=month", "/v1/stations/st2/income?by=day", "/v1/villages/vl1", "/v1/villages/vl1/income",
    "/v1/villages/vl3/households?month=2026-05", "/v1/households/hh000007/income", "/v1/dead-letters",
    "/v1/stations/st3/completeness?start=2026-06-01&end=2026-06-01",
]  # fmt: skip


@pytest.fixture(scope="module")
def production(postgres: Postgres, influxdb: Service) -> Iterator[Api]:
    engine = open_database(postgres.new_database())
    upgrade(engine)
    fill_sql(engine)
    store = open_telemetry_store(StorageSettings(telemetry_url=f"http://127.0.0.1:{influxdb.port}"))
    assert not store.write(points())
    with serving(store, engine) as running:
        yield running
    store.close()
    engine.dispose()


@pytest.mark.parametrize("path", PATHS)
def test_both_pairs_of_stores_answer_the_same(api: Api, production: Api, path: str) -> None:
    assert without_numbers_of_rows(production.get(path)) == without_numbers_of_rows(api.get(path))


def without_numbers_of_rows(answer: Any) -> Any:
    if isinstance(answer, dict) and "waiting" in answer:
        return {**answer, "items": [{**item, "id": 0} for item in answer["items"]]}
    return answer


def test_production_is_ready(production: Api) -> None:
    assert production.get("/readyz") == {"status": "ok"}

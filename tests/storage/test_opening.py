"""Which store a URL names."""

from pathlib import Path

import pytest

from guangfu.settings import BadSettings
from guangfu.storage.duckdb_store import DuckDBStore
from guangfu.storage.errors import Unavailable
from guangfu.storage.influxdb_store import InfluxDBStore
from guangfu.storage.opening import StorageSettings, open_telemetry_store
from tests.services.running import Service, free_port


def test_three_slashes_are_a_path_from_here_and_four_an_absolute_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for url, path in (("duckdb:///var/a.duckdb", "var/a.duckdb"), (f"duckdb:///{tmp_path}/b.duckdb", "b.duckdb")):
        store = open_telemetry_store(StorageSettings(telemetry_url=url))
        assert isinstance(store, DuckDBStore)
        assert (tmp_path / path).is_file()
        store.close()


def test_http_is_influxdb_and_must_answer(influxdb: Service) -> None:
    store = open_telemetry_store(StorageSettings(telemetry_url=f"http://{influxdb.host}:{influxdb.port}/"))
    assert isinstance(store, InfluxDBStore)
    store.close()
    with pytest.raises(Unavailable, match="InfluxDB"):
        open_telemetry_store(StorageSettings(telemetry_url=f"http://127.0.0.1:{free_port()}"))


@pytest.mark.parametrize(
    "url", ["", "telemetry.duckdb", "duckdb://", "duckdb:///", "duckdb://host/x", "http://", "sqlite:///x"]
)
def test_another_url_is_a_mistake(url: str) -> None:
    with pytest.raises(BadSettings, match="begins with"):
        open_telemetry_store(StorageSettings(telemetry_url=url))

"""Roll-ups in a real InfluxDB."""

from collections.abc import Iterator

import numpy as np
import pytest

from guangfu.stations.models import DeviceKind
from guangfu.storage.errors import Unavailable
from guangfu.storage.influxdb_store import InfluxDBStore
from guangfu.storage.rollups import Rollup, RollupStore, RollupTable
from tests.services.running import Service, free_port
from tests.storage.stores import NOON_MS, duckdb_place, influxdb_place
from tests.storage.test_telemetry_contract import EVER


@pytest.fixture
def store(influxdb: Service) -> Iterator[InfluxDBStore]:
    place = influxdb_place(influxdb)
    opened = place.open()
    assert isinstance(opened, InfluxDBStore)
    yield opened
    place.close()


def rows(*buckets: tuple[str, int, float, int]) -> RollupTable:
    name, at_ms, power_w, stations = zip(*buckets, strict=True)
    return RollupTable(np.array(name, object), np.array(at_ms), np.array(power_w, float), np.array(stations))


def told(table: RollupTable) -> list[tuple[str, int, float, int]]:
    columns = (table.name, table.at_ms, table.power_w, table.stations)
    return list(zip(*(column.tolist() for column in columns), strict=True))


@pytest.mark.parametrize("rollup", Rollup)
def test_what_is_written_is_read_sorted_and_written_again_it_is_replaced(store: InfluxDBStore, rollup: Rollup) -> None:
    store.write_rollup(rollup, rows(("b", NOON_MS, 2.5, 1), ("a, 1=1", NOON_MS + 1, 1e6, 3), ("b", NOON_MS - 1, 0, 1)))
    store.write_rollup(rollup, rows(("b", NOON_MS, 7, 2)))
    everything = [("a, 1=1", NOON_MS + 1, 1e6, 3), ("b", NOON_MS - 1, 0, 1), ("b", NOON_MS, 7, 2)]
    assert told(store.read_rollup(rollup, **EVER)) == everything
    assert told(store.read_rollup(rollup, **EVER, names=["b"])) == everything[1:]
    assert told(store.read_rollup(rollup, **EVER, names=[])) == []


def test_a_roll_up_is_no_reading(store: InfluxDBStore) -> None:
    """Measurements of their own: what accounting reads is not touched."""
    store.write_rollup(Rollup.STATION, rows(("b", NOON_MS, 2.5, 1)))
    assert len(store.read(DeviceKind.METER, ["ac_power_w"], **EVER)) == 0


def test_many_rows_go_in_parts(store: InfluxDBStore) -> None:
    store.write_rollup(Rollup.STATION, rows(*(("s", NOON_MS + i, 1.0, 1) for i in range(20_001))))
    assert len(store.read_rollup(Rollup.STATION, **EVER)) == 20_001


def test_a_store_that_is_away_says_so() -> None:
    away = InfluxDBStore(f"http://127.0.0.1:{free_port()}", bucket="b/autogen", org="-", token="", timeout_s=1)
    with pytest.raises(Unavailable):
        away.write_rollup(Rollup.STATION, rows(("b", NOON_MS, 2.5, 1)))
    away.close()


def test_duckdb_keeps_none(tmp_path_factory: pytest.TempPathFactory) -> None:
    place = duckdb_place(tmp_path_factory.mktemp("duckdb"))
    assert not isinstance(place.open(), RollupStore)
    place.close()

"""What is InfluxDB's alone: refusals, being away, access, answers that break off."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TypedDict

import pytest

from guangfu.clock import SystemClock, from_ms, to_ms
from guangfu.stations.models import DeviceKind
from guangfu.storage.errors import Refused, Unavailable
from guangfu.storage.influxdb_store import InfluxDBStore
from guangfu.storage.influxql import InfluxQL
from guangfu.storage.telemetry_store import Point, TelemetryStore
from tests.services.running import Service, running_influxdb
from tests.storage.fake_influxdb import FakeInfluxDB, running_fake
from tests.storage.stores import NOON_MS, ask_influxdb, influxdb_place, meter, write_influxdb

METER = DeviceKind.METER
HOUR_MS = 3_600_000


class Bounds(TypedDict):
    start_at: datetime
    end_at: datetime


EVER = Bounds(start_at=datetime(1990, 1, 1, tzinfo=UTC), end_at=datetime(2200, 1, 1, tzinfo=UTC))


def store_at(url: str, bucket: str = "guangfu/autogen", token: str = "", timeout_s: float = 5) -> InfluxDBStore:
    return InfluxDBStore(url, bucket=bucket, org="-", token=token, timeout_s=timeout_s)


def stations(store: TelemetryStore) -> list[str]:
    names: list[str] = store.read(METER, ["quality"], **EVER).station.tolist()
    return names


def test_a_field_of_another_type_is_refused_and_the_rest_is_stored(influxdb: Service) -> None:
    place = influxdb_place(influxdb)
    database = place.settings.influx_bucket.partition("/")[0]
    write_influxdb(influxdb, database, f"pv_meter,device=m1,station=old ac_power_w=5i {NOON_MS}")
    store = place.open()
    clash = [meter(NOON_MS + i, f"bad{i}", ac_power_w=1.0) for i in range(5)]
    fine = [meter(NOON_MS + i, f"fine{i}", ac_voltage_v=1.0) for i in range(20)]
    refused = store.write([*fine[:3], clash[0], *fine[3:11], *clash[1:], *fine[11:]])
    assert [one.point for one in refused] == clash
    assert all("type conflict" in one.detail for one in refused)
    assert stations(store) == sorted(point.station for point in fine)
    place.close()


def test_a_point_older_than_the_bucket_keeps_is_refused(influxdb: Service) -> None:
    place = influxdb_place(influxdb)
    database = place.settings.influx_bucket.partition("/")[0]
    ask_influxdb(influxdb, f"CREATE RETENTION POLICY short ON {database} DURATION 2h REPLICATION 1")
    store = store_at(place.settings.telemetry_url, f"{database}/short")
    now_ms = to_ms(SystemClock().now())
    old = [meter(now_ms - 24 * HOUR_MS + i, "old", ac_power_w=1.0) for i in range(3)]
    refused = store.write([*old, meter(now_ms, "new", ac_power_w=1.0)])
    assert [one.point for one in refused] == old
    assert "retention policy" in refused[0].detail
    assert stations(store) == ["new"]
    store.close()


@pytest.mark.parametrize("bucket", ["nowhere/autogen", "guangfu/nothing"])
def test_a_bucket_that_is_not_there_is_unavailable_not_refused(influxdb: Service, bucket: str) -> None:
    store = store_at(f"http://{influxdb.host}:{influxdb.port}", bucket)
    with pytest.raises(Unavailable, match="not found"):
        store.write([meter(ac_power_w=1.0)])
    with pytest.raises(Unavailable, match="not found"):
        store.read(METER, ["ac_power_w"], **EVER)
    with pytest.raises(Unavailable, match="not found"):
        store.ping()
    store.close()


@pytest.fixture
def own_influxdb(influxdb: Service, tmp_path: Path) -> Iterator[Service]:
    """An InfluxDB for the tests that kill it; where the shared one can run, so can this."""
    del influxdb
    with running_influxdb(tmp_path) as service:
        yield service


def test_killed_it_is_unavailable_and_everything_is_there_afterwards(own_influxdb: Service) -> None:
    store = store_at(f"http://{own_influxdb.host}:{own_influxdb.port}")
    first = [meter(NOON_MS + i, f"s{i}", ac_power_w=float(i), energy_export_total_wh=2**60 + i) for i in range(500)]
    assert store.write(first) == []
    own_influxdb.kill()
    later = [meter(NOON_MS, "later", ac_power_w=1.0)]
    for call in (
        lambda: store.write(later),
        lambda: store.read(METER, ["ac_power_w"], **EVER),
        lambda: store.latest(METER, ["ac_power_w"], since_at=EVER["start_at"]),
        lambda: store.mean(METER, "ac_power_w", bucket_s=60, **EVER),
        store.ping,
    ):
        with pytest.raises(Unavailable, match="InfluxDB"):
            call()
    own_influxdb.start()
    assert store.write(later) == []
    table = store.read(METER, ["energy_export_total_wh"], **EVER)
    assert sorted(table.columns["energy_export_total_wh"].tolist()) == [2**60 + i for i in range(500)]
    assert len(stations(store)) == 501
    store.close()


def test_access_by_user_and_password(own_influxdb: Service) -> None:
    ask_influxdb(own_influxdb, "CREATE USER grid WITH PASSWORD 'sun:shine' WITH ALL PRIVILEGES")
    own_influxdb.stop()
    config = Path(own_influxdb.command[-1])
    config.write_text(config.read_text().replace("auth-enabled = false", "auth-enabled = true"))
    own_influxdb.start()
    url = f"http://{own_influxdb.host}:{own_influxdb.port}"
    store = store_at(url, token="grid:sun:shine")
    assert store.write([meter(ac_power_w=1.0)]) == []
    assert stations(store) == ["s1"]
    store.close()
    for token in ("", "grid:wrong"):
        stranger = store_at(url, token=token)
        with pytest.raises(Unavailable, match="401"):
            stranger.write([meter(ac_power_w=2.0)])
        with pytest.raises(Unavailable, match="401"):
            stranger.ping()
        stranger.close()


@pytest.mark.parametrize("status", [401, 403, 404, 408, 429, 500, 502, 503])
def test_an_answer_that_says_not_now_is_unavailable(status: int) -> None:
    with running_fake(FakeInfluxDB(status=status, body=b'{"message":"not now"}')) as fake:
        store = store_at(fake.url)
        for call in (lambda: store.write([meter(ac_power_w=1.0)]), store.ping):
            with pytest.raises(Unavailable, match=f"{status} not now"):
                call()
        store.close()


def test_a_400_about_the_request_is_no_reason_to_give_up_the_points() -> None:
    with running_fake(FakeInfluxDB(status=400, body=b'{"error":"invalid precision \\"ms\\""}')) as fake:
        store = store_at(fake.url)
        with pytest.raises(Unavailable, match="precision"):
            store.write([meter(ac_power_w=1.0)])
        with pytest.raises(Refused, match="precision"):
            store.read(METER, ["ac_power_w"], **EVER)
        store.close()


def test_no_answer_in_time_is_unavailable() -> None:
    with running_fake(FakeInfluxDB(delay_s=1)) as fake:
        store = store_at(fake.url, timeout_s=0.1)
        with pytest.raises(Unavailable, match="timed out"):
            store.write([meter(ac_power_w=1.0)])
        with pytest.raises(Unavailable, match="timed out"):
            store.ping()
        store.close()


CHUNK = b'{"results":[{"statement_id":0,"series":[{"name":"pv_meter","columns":["time","quality","station","device"],'
CHUNK += b'"values":[[1,0,"s","d"]]}]}]}\n'


@pytest.mark.parametrize(
    ("body", "cut_short"),
    [
        (CHUNK, True),
        (CHUNK + CHUNK[:50], False),
        (b"<html>a proxy's own page</html>", False),
        (CHUNK + b'{"results":[{"statement_id":0,"error":"query interrupted"}]}\n', False),
        (CHUNK + b'{"error":"timeout reached"}\n', False),
    ],
)
def test_an_answer_that_breaks_off_is_unavailable(body: bytes, cut_short: bool) -> None:
    with running_fake(FakeInfluxDB(status=200, body=body, cut_short=cut_short)) as fake:
        store = store_at(fake.url)
        with pytest.raises(Unavailable):
            store.read(METER, ["quality"], **EVER)
        store.close()


@pytest.mark.parametrize("stores_the_good", [True, False])
def test_what_2_x_refuses_is_isolated_though_it_names_only_the_first(stores_the_good: bool) -> None:
    bad = {3, 4, 17, 63}
    points = [meter(NOON_MS + i, f"s{i}", ac_power_w=float(i), state=13 if i in bad else 1) for i in range(64)]
    with running_fake(FakeInfluxDB(bad=b"state=13i", stores_the_good=stores_the_good)) as fake:
        store = store_at(fake.url)
        refused = store.write(points)
        store.close()
    assert [one.point for one in refused] == [point for i, point in enumerate(points) if i in bad]
    assert len(set(fake.stored)) == 60
    assert fake.writes < 60


def test_a_batch_too_large_is_halved() -> None:
    class Small(FakeInfluxDB):
        def take(self, body: bytes) -> tuple[int, bytes]:
            return (413, b'{"message":"too large"}') if len(body) > 500 else super().take(body)

    points: list[Point] = [meter(NOON_MS + i, ac_power_w=1.0) for i in range(50)]
    with running_fake(Small()) as fake:
        store = store_at(fake.url)
        assert store.write(points) == []
        store.close()
    assert len(fake.stored) == 50


def test_more_rows_than_one_chunk_of_an_answer(influxdb: Service) -> None:
    place = influxdb_place(influxdb)
    store = place.open()
    store.write([meter(NOON_MS + i, f"s{i % 2}", energy_export_total_wh=i) for i in range(25_000)])
    table = store.read(METER, ["energy_export_total_wh", "quality"], **EVER)
    assert (table.at_ms - NOON_MS).tolist() == [*range(0, 25_000, 2), *range(1, 25_000, 2)]
    assert (table.at_ms - NOON_MS == table.columns["energy_export_total_wh"]).all()
    assert (
        len(
            store.mean(
                METER, "energy_export_total_wh", start_at=from_ms(NOON_MS), end_at=from_ms(NOON_MS + 24_999), bucket_s=1
            )
        )
        == 50
    )
    place.close()


def test_a_statement_influxdb_does_not_understand_is_refused(influxdb: Service) -> None:
    asking = InfluxQL(f"http://{influxdb.host}:{influxdb.port}", bucket="guangfu", token="", timeout_s=5)
    with pytest.raises(Refused, match="error parsing query"):
        list(asking.ask("SELECT FROM"))
    asking.close()

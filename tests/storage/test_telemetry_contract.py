"""What every telemetry store does; DuckDB and InfluxDB pass the same tests."""

import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypedDict

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guangfu.clock import from_ms
from guangfu.stations.models import DeviceKind
from guangfu.storage.reading_rows import COLUMNS_OF, INTEGER_COLUMNS
from guangfu.storage.telemetry_store import Point, ReadingTable, TelemetryStore
from guangfu.telemetry.reading import SUSPECT_MARKS, SUSPECT_VALUE, Quality, Reading
from tests.services.running import Service
from tests.storage.stores import NOON_MS, Place, duckdb_place, influxdb_place, inverter, meter, weather


class Bounds(TypedDict):
    start_at: datetime
    end_at: datetime


EVER = Bounds(start_at=datetime(1990, 1, 1, tzinfo=UTC), end_at=datetime(2200, 1, 1, tzinfo=UTC))
METER = DeviceKind.METER


def influxdb_of(request: pytest.FixtureRequest) -> Service:
    """The service, asked for only by the tests that need it."""
    service: Service = request.getfixturevalue("influxdb")
    return service


@pytest.fixture(params=["duckdb", "influxdb"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    of_kind = {"duckdb": lambda: duckdb_place(tmp_path), "influxdb": lambda: influxdb_place(influxdb_of(request))}
    place = of_kind[request.param]()
    yield place
    place.close()


@pytest.fixture
def store(place: Place) -> TelemetryStore:
    return place.open()


def rows(table: ReadingTable) -> list[tuple[Any, ...]]:
    """The table as rows for people: station, device, milliseconds after noon, values (None for NaN)."""
    columns = [[None if np.isnan(value) else value for value in column.tolist()] for column in table.columns.values()]
    return list(
        zip(table.station.tolist(), table.device.tolist(), (table.at_ms - NOON_MS).tolist(), *columns, strict=True)
    )


def test_empty_store_reads_as_nothing_with_the_right_types(store: TelemetryStore) -> None:
    for table in (
        store.read(METER, ["ac_power_w", "energy_export_total_wh"], **EVER),
        store.latest(METER, ["ac_power_w", "energy_export_total_wh"], since_at=EVER["start_at"]),
    ):
        assert len(table) == 0
        assert table.at_ms.dtype == np.int64
        assert {name: column.dtype for name, column in table.columns.items()} == {
            "ac_power_w": np.float64,
            "energy_export_total_wh": np.int64,
        }
    assert len(store.mean(METER, "ac_power_w", bucket_s=60, **EVER)) == 0


def test_writing_nothing_is_fine(store: TelemetryStore) -> None:
    assert store.write([]) == []


def test_what_is_written_is_read(store: TelemetryStore) -> None:
    assert store.write([meter(ac_power_w=1.5, energy_export_total_wh=7, state=4, quality=2)]) == []
    columns = ["ac_power_w", "energy_export_total_wh", "state", "quality", "ac_voltage_v", "event_bits"]
    assert rows(store.read(METER, columns, **EVER)) == [("s1", "m1", 0, 1.5, 7, 4, 2, None, -1)]


def test_every_column_of_every_kind_comes_back(store: TelemetryStore) -> None:
    for kind, names in COLUMNS_OF.items():
        values = {name: number + (0 if name in INTEGER_COLUMNS else 0.25) for number, name in enumerate(names, 1)}
        quality = int(values.pop("quality"))
        store.write([Point("s", kind, Reading(at_ms=NOON_MS, device="d", **values), quality)])  # type: ignore[arg-type]
        assert rows(store.read(kind, names, **EVER)) == [("s", "d", 0, *values.values(), quality)]


def test_a_counter_alone_is_what_read_gives_once_later_rows_replace_earlier_ones(store: TelemetryStore) -> None:
    def point(station: str, after_ms: int, wh: int | None) -> Point:
        reading = Reading(at_ms=NOON_MS + after_ms, device="m1", ac_power_w=1.0, energy_export_total_wh=wh)
        return Point(station, METER, reading)

    store.write([point("b", 0, 5), point("a", 60, 7), point("a", 0, 6), point("c", 0, None)])
    store.write([point("a", 60, 8), point("b", 60, None)])
    column = "energy_export_total_wh"
    found = store.read_counter(METER, column, stations=["a", "b", "c"], **EVER)
    names = [found.names[code] for code in found.codes.tolist()]
    last = dict(zip(zip(names, found.at_ms.tolist(), strict=True), found.values.tolist(), strict=True))
    table = store.read(METER, [column], **EVER)
    keys = zip(zip(table.station.tolist(), table.device.tolist(), strict=True), table.at_ms.tolist(), strict=True)
    assert last == dict(zip(keys, table.columns[column].tolist(), strict=True))
    assert len(store.read_counter(METER, column, stations=["c"], **EVER).values) == 0
    at = from_ms(NOON_MS)
    for stations in (["a", "c"], ["a", "b", "c"], None):  # of a few days, by codes apart, by all
        few = store.read_counter(METER, column, start_at=at, end_at=at + timedelta(days=1), stations=stations)
        assert {(few.names[code][0], at_ms - NOON_MS) for code, at_ms in zip(few.codes, few.at_ms, strict=True)} == {
            key for key in {("a", 0), ("a", 60), ("b", 0)} if stations is None or key[0] in stations
        }


def test_writing_again_changes_nothing(store: TelemetryStore) -> None:
    points = [meter(NOON_MS + i, f"s{i % 3}", ac_power_w=float(i), energy_export_total_wh=i) for i in range(50)]
    store.write(points)
    once = rows(store.read(METER, ["ac_power_w", "energy_export_total_wh"], **EVER))
    store.write(points)
    store.write(points + points)
    assert rows(store.read(METER, ["ac_power_w", "energy_export_total_wh"], **EVER)) == once
    assert len(once) == 50


def test_the_last_writing_of_a_value_holds(store: TelemetryStore) -> None:
    store.write([meter(ac_power_w=1.0), meter(ac_power_w=2.0)])
    store.write([meter(ac_power_w=3.0)])
    store.write([meter(ac_power_w=2.5), meter(NOON_MS + 1, ac_power_w=9.0), meter(ac_power_w=4.0)])
    assert rows(store.read(METER, ["ac_power_w"], **EVER)) == [("s1", "m1", 0, 4.0), ("s1", "m1", 1, 9.0)]


def test_a_missing_value_never_overwrites_one(store: TelemetryStore) -> None:
    store.write([meter(ac_power_w=1.0, energy_export_total_wh=5)])
    store.write([meter(ac_power_w=2.0)])
    store.write([meter(energy_import_total_wh=3)])
    assert rows(store.read(METER, ["ac_power_w", "energy_export_total_wh", "energy_import_total_wh"], **EVER)) == [
        ("s1", "m1", 0, 2.0, 5, 3)
    ]


def test_readings_come_sorted_however_they_were_written(store: TelemetryStore) -> None:
    points = [
        meter(NOON_MS + 1000 * k, station, device, ac_power_w=float(k))
        for k in range(5)
        for station in ("b", "a", "c10", "c9")
        for device in ("2", "1")
    ]
    random.Random(3).shuffle(points)
    for start in range(0, len(points), 7):
        store.write(points[start : start + 7])
    found = [row[:3] for row in rows(store.read(METER, ["ac_power_w"], **EVER))]
    assert found == sorted((p.station, p.reading.device, p.reading.at_ms - NOON_MS) for p in points)


def test_both_bounds_belong_to_what_is_read(store: TelemetryStore) -> None:
    store.write([meter(NOON_MS + ms, ac_power_w=1.0) for ms in (-1, 0, 1, 999, 1000, 1001)])
    within = Bounds(start_at=from_ms(NOON_MS), end_at=from_ms(NOON_MS + 1000))
    assert [row[2] for row in rows(store.read(METER, ["ac_power_w"], **within))] == [0, 1, 999, 1000]
    assert rows(store.mean(METER, "ac_power_w", bucket_s=3600, **within)) == [("s1", "m1", 0, 1.0)]
    just_inside = Bounds(start_at=from_ms(NOON_MS) + timedelta(microseconds=1), end_at=from_ms(NOON_MS + 1001))
    assert [row[2] for row in rows(store.read(METER, ["ac_power_w"], **just_inside))] == [1, 999, 1000, 1001]
    assert [row[2] for row in rows(store.latest(METER, ["ac_power_w"], since_at=from_ms(NOON_MS + 1001)))] == [1001]


def test_only_the_stations_asked_for_and_only_the_kind(store: TelemetryStore) -> None:
    store.write([meter(station=name, ac_power_w=1.0) for name in ("s1", "s2", "s3")])
    store.write([inverter(station="s1", ac_power_w=5.0), weather(station="s1", ghi_w_m2=800.0)])
    assert [row[0] for row in rows(store.read(METER, ["ac_power_w"], stations=["s3", "s1", "nobody"], **EVER))] == [
        "s1",
        "s3",
    ]
    assert [
        row[0] for row in rows(store.latest(METER, ["ac_power_w"], stations=["s2"], since_at=EVER["start_at"]))
    ] == ["s2"]
    assert [row[0] for row in rows(store.mean(METER, "ac_power_w", stations=["s2"], bucket_s=60, **EVER))] == ["s2"]
    assert len(store.read(METER, ["ac_power_w"], stations=[], **EVER)) == 0
    assert len(store.latest(METER, ["ac_power_w"], stations=[], since_at=EVER["start_at"])) == 0
    assert rows(store.read(DeviceKind.WEATHER, ["ghi_w_m2"], **EVER)) == [("s1", "w1", 0, 800.0)]


def test_a_row_is_there_if_one_of_the_columns_has_a_value(store: TelemetryStore) -> None:
    store.write([meter(NOON_MS, ac_power_w=1.0), meter(NOON_MS + 1, energy_export_total_wh=2), meter(NOON_MS + 2)])
    assert rows(store.read(METER, ["energy_export_total_wh"], **EVER)) == [("s1", "m1", 1, 2)]
    assert rows(store.read(METER, ["ac_power_w", "energy_export_total_wh"], **EVER)) == [
        ("s1", "m1", 0, 1.0, -1),
        ("s1", "m1", 1, None, 2),
    ]
    assert [row[2:] for row in rows(store.read(METER, ["quality"], **EVER))] == [(0, 0), (1, 0), (2, 0)]


@pytest.mark.parametrize("counter", [0, 2**53 + 1, 2**63 - 1, -(2**63), -5])
def test_counters_are_exact(store: TelemetryStore, counter: int) -> None:
    store.write([meter(NOON_MS, energy_export_total_wh=counter), meter(NOON_MS + 1, energy_export_total_wh=1)])
    assert rows(store.read(METER, ["energy_export_total_wh"], **EVER)) == [("s1", "m1", 0, counter), ("s1", "m1", 1, 1)]
    newest = store.latest(METER, ["energy_export_total_wh", "ac_power_w"], since_at=from_ms(NOON_MS))
    assert rows(newest) == [("s1", "m1", 1, 1, None)]


ODD_IDS = [
    "察右后旗 1号",
    "a,b=c d",
    "quote'\"s",
    "-",
    "1",
    "a:b",
    "{x}[y]",
    "true",
    "🌞",
    "é",
    "$1",
    "%",
    "#",
    "a/b",
    "''",
    ";",
]


@pytest.mark.parametrize("name", ODD_IDS)
def test_ids_of_any_printable_characters(store: TelemetryStore, name: str) -> None:
    assert (
        store.write([meter(station=name, device=f"{name}x", ac_power_w=1.0), meter(station="other", ac_power_w=2.0)])
        == []
    )
    assert rows(store.read(METER, ["ac_power_w"], stations=[name], **EVER)) == [(name, f"{name}x", 0, 1.0)]
    assert rows(store.latest(METER, ["ac_power_w"], stations=[name], since_at=EVER["start_at"])) == [
        (name, f"{name}x", 0, 1.0)
    ]
    assert rows(store.mean(METER, "ac_power_w", stations=[name], bucket_s=1, **EVER)) == [(name, f"{name}x", 0, 1.0)]


def test_latest_is_the_last_value_of_each_column_at_the_newest_time(store: TelemetryStore) -> None:
    store.write([meter(NOON_MS, ac_power_w=1.0, state=4), meter(NOON_MS + 10, ac_power_w=2.0)])
    store.write([meter(NOON_MS + 5, ac_power_w=9.0, state=5), meter(NOON_MS + 20, energy_import_total_wh=1)])
    store.write([meter(NOON_MS + 3, station="s2", state=7), meter(NOON_MS - 1, station="s3", state=7)])
    found = store.latest(METER, ["ac_power_w", "state"], since_at=from_ms(NOON_MS))
    assert rows(found) == [("s1", "m1", 10, 2.0, 5), ("s2", "m1", 3, None, 7)]
    store.write([meter(NOON_MS + 10, ac_power_w=3.0), meter(NOON_MS + 10, state=6)])
    assert rows(store.latest(METER, ["ac_power_w", "state"], since_at=from_ms(NOON_MS)))[0] == ("s1", "m1", 10, 3.0, 6)


def test_mean_leaves_out_empty_buckets_and_missing_values(store: TelemetryStore) -> None:
    minute = 60_000
    store.write(
        [
            meter(NOON_MS, ac_power_w=1.0, state=1),
            meter(NOON_MS + 59_999, ac_power_w=2.0),
            meter(NOON_MS + 30_000, energy_export_total_wh=1, state=2),
            meter(NOON_MS + 3 * minute, ac_power_w=7.0),
            meter(NOON_MS, station="s0", ac_power_w=5.0),
            meter(NOON_MS + minute, station="s0", state=2),
        ]
    )
    store.write([meter(NOON_MS, ac_power_w=3.0)])
    table = store.mean(METER, "ac_power_w", bucket_s=60, **EVER)
    assert rows(table) == [("s0", "m1", 0, 5.0), ("s1", "m1", 0, 2.5), ("s1", "m1", 3 * minute, 7.0)]
    assert rows(store.mean(METER, "state", bucket_s=60, **EVER))[1] == ("s1", "m1", 0, 1.5)


@pytest.mark.parametrize("mark", [mark for mark in SUSPECT_MARKS if mark & SUSPECT_VALUE])
def test_suspect_power_and_irradiance_are_in_no_mean_and_never_the_latest(store: TelemetryStore, mark: int) -> None:
    store.write([meter(ac_power_w=10.0, state=4), meter(NOON_MS + 1000, ac_power_w=30.0, quality=2)])
    store.write([meter(NOON_MS + 2000, ac_power_w=9999.0, state=5, ac_voltage_v=230.0, quality=mark | 2)])
    store.write([meter(station="s2", ac_power_w=9999.0, quality=mark)])
    assert rows(store.mean(METER, "ac_power_w", bucket_s=60, **EVER)) == [("s1", "m1", 0, 20.0)]
    assert rows(store.mean(METER, "ac_voltage_v", bucket_s=60, **EVER)) == [("s1", "m1", 0, 230.0)]
    now = EVER["start_at"]
    assert rows(store.latest(METER, ["ac_power_w"], since_at=now)) == [("s1", "m1", 1000, 30.0)]
    assert rows(store.latest(METER, ["ac_power_w", "state"], since_at=now)) == [("s1", "m1", 2000, 30.0, 5)]
    assert len(store.read(METER, ["ac_power_w"], **EVER)) == 4  # whoever asks for readings gets them all


def test_a_mark_speaks_of_its_reading_until_that_is_written_again(store: TelemetryStore) -> None:
    stuck = Quality.SUSPECT_STUCK
    store.write([meter(ac_power_w=5.0, quality=stuck), meter(NOON_MS + 1, ac_power_w=7.0, quality=stuck)])
    store.write([meter(ac_power_w=5.0)])
    assert rows(store.latest(METER, ["ac_power_w"], since_at=EVER["start_at"])) == [("s1", "m1", 0, 5.0)]
    store.write([meter(NOON_MS + 1, ac_power_w=7.0)])
    assert rows(store.mean(METER, "ac_power_w", bucket_s=60, **EVER)) == [("s1", "m1", 0, 6.0)]


def test_readings_are_counted_once_by_day_and_by_their_marks(store: TelemetryStore) -> None:
    store.write([meter(NOON_MS + k, ac_power_w=1.0, quality=Quality.SUSPECT_NIGHT * (k < 2)) for k in range(5)])
    store.write([meter(ac_power_w=1.0, quality=Quality.SUSPECT_NIGHT), meter(NOON_MS + 86_400_000, state=1)])
    noon_ms = 43_200_000
    assert rows(store.count(METER, bucket_s=86_400, **EVER)) == [
        ("s1", "m1", -noon_ms, 5), ("s1", "m1", 86_400_000 - noon_ms, 1),
    ]  # fmt: skip
    marked = store.count(METER, bucket_s=86_400, marks=Quality.SUSPECT_NIGHT | Quality.SUSPECT_STUCK, **EVER)
    assert rows(marked) == [("s1", "m1", -noon_ms, 2)]
    assert len(store.count(METER, bucket_s=86_400, marks=Quality.SUSPECT_STUCK, **EVER)) == 0
    assert len(store.count(METER, bucket_s=86_400, stations=["s2"], **EVER)) == 0


def test_a_bucket_of_a_day_is_a_day_in_china(store: TelemetryStore) -> None:
    midnight = datetime(2026, 5, 31, 16, 0, tzinfo=UTC)
    midnight_ms = int(midnight.timestamp() * 1000)
    store.write([meter(midnight_ms + h * 3_600_000, ac_power_w=float(h)) for h in (-1, 0, 23, 24)])
    table = store.mean(METER, "ac_power_w", bucket_s=86_400, **EVER)
    days = [
        ((at - midnight_ms) // 86_400_000, value)
        for at, value in zip(table.at_ms, table.columns["ac_power_w"], strict=True)
    ]
    assert days == [(-1, -1.0), (0, 11.5), (1, 24.0)]


NEVER = [
    meter(ac_power_w=float("nan")),
    meter(ac_power_w=float("inf"), state=4),
    meter(ac_power_w=10**400),
    meter(energy_export_total_wh=2**63),
    meter(energy_export_total_wh=2**64),
    meter(state=-(2**63) - 1),
    meter(ac_power_w=1.0, quality=2**70),
    meter(station="", ac_power_w=1.0),
    meter(device="", ac_power_w=1.0),
    meter(station="a\nb", ac_power_w=1.0),
    meter(device="m1,x\\", ac_power_w=1.0),
    meter(station="\ud800", ac_power_w=1.0),
    meter(station="long" * 100, ac_power_w=1.0),
    meter(9_223_372_036_855, ac_power_w=1.0),
    meter(-(2**63), ac_power_w=1.0),
    meter(2**63, ac_power_w=1.0),
]


@pytest.mark.parametrize("bad", NEVER, ids=range(len(NEVER)))
def test_a_point_that_can_not_be_stored_is_given_back_and_the_others_are_in(store: TelemetryStore, bad: Point) -> None:
    good = [meter(NOON_MS + i, "good", ac_power_w=float(i)) for i in range(6)]
    refused = store.write([*good[:3], bad, *good[3:]])
    assert [one.point for one in refused] == [bad]
    assert refused[0].point is bad
    assert refused[0].detail
    assert [row[3] for row in rows(store.read(METER, ["ac_power_w"], **EVER))] == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    assert [one.point for one in store.write([bad])] == [bad]


def test_all_bad_points_are_given_back(store: TelemetryStore) -> None:
    refused = store.write([*NEVER, meter(ac_power_w=1.0), weather(ghi_w_m2=float("nan")), inverter(dc_power_w=2.0)])
    assert len(refused) == len(NEVER) + 1
    assert len(store.read(METER, ["ac_power_w"], **EVER)) == 1
    assert len(store.read(DeviceKind.INVERTER, ["dc_power_w"], **EVER)) == 1


def test_a_column_of_another_kind_is_our_own_mistake(store: TelemetryStore) -> None:
    for columns in (["dc_power_w"], ["ac_power_w; DROP"], []):
        with pytest.raises(ValueError, match="pv_meter has no column"):
            store.read(METER, columns, **EVER)


def test_everything_is_there_after_closing_and_opening(place: Place) -> None:
    store = place.open()
    store.write([meter(NOON_MS, ac_power_w=1.0), meter(NOON_MS, "s2", ac_power_w=2.0)])
    store.write([meter(NOON_MS, "s2", energy_export_total_wh=2)])
    place.close()
    store = place.open()
    store.write([meter(NOON_MS, "s0", ac_power_w=5.0), meter(NOON_MS, "s1", state=1)])
    assert rows(store.read(METER, ["ac_power_w", "energy_export_total_wh", "state"], **EVER)) == [
        ("s0", "m1", 0, 5.0, -1, -1),
        ("s1", "m1", 0, 1.0, -1, 1),
        ("s2", "m1", 0, 2.0, 2, -1),
    ]


def test_threads_write_and_read_at_once(store: TelemetryStore) -> None:
    def write(number: int) -> list[int]:
        seen = []
        for batch in range(5):
            at_ms = NOON_MS + batch * 1000
            store.write([meter(at_ms + i, f"s{number}", f"m{batch}", ac_power_w=1.0) for i in range(20)])
            seen.append(len(store.read(METER, ["ac_power_w"], stations=[f"s{number}"], **EVER)))
            store.latest(METER, ["ac_power_w"], since_at=EVER["start_at"])
        return seen

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(write, range(4))) == [[20, 40, 60, 80, 100]] * 4  # a thread reads what it wrote
    assert len(store.read(METER, ["ac_power_w"], **EVER)) == 4 * 5 * 20


VALUES = st.fixed_dictionaries(
    {},
    optional={
        "ac_power_w": st.floats(allow_nan=False, allow_infinity=False),
        "ac_voltage_v": st.floats(-1000, 1000),
        "energy_export_total_wh": st.integers(-(2**63), 2**63 - 1),
        "state": st.integers(1, 8),
    },
)
POINTS = st.lists(
    st.tuples(
        st.sampled_from(["s1", "s 2"]), st.sampled_from(["m1", "电表"]), st.integers(0, 3), VALUES, st.integers(0, 63)
    ),
    max_size=12,
)
# A key per example, so that one store serves all of them.
_example = iter(range(10**9))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(POINTS, max_size=4))
def test_reading_equals_a_dictionary(store: TelemetryStore, batches: list[list[Any]]) -> None:
    prefix = f"x{next(_example)}"
    model: dict[tuple[str, str, int], dict[str, float]] = {}
    for batch in batches:
        points = []
        for station, device, at_ms, values, quality in batch:
            points.append(meter(at_ms, prefix + station, device, quality=quality, **values))
            model.setdefault((prefix + station, device, at_ms), {}).update(values, quality=quality)
        assert store.write(points) == []
    columns = ["ac_power_w", "ac_voltage_v", "energy_export_total_wh", "state", "quality"]
    stations = [prefix + "s1", prefix + "s 2"]
    table = store.read(METER, columns, start_at=from_ms(0), end_at=from_ms(3), stations=stations)
    expected = [
        (*key, *(values.get(name, -1 if name in INTEGER_COLUMNS else None) for name in columns))
        for key, values in sorted(model.items())
    ]
    assert [(s, d, at + NOON_MS, *values) for s, d, at, *values in rows(table)] == expected
    newest = store.latest(METER, columns, since_at=from_ms(0), stations=stations)
    assert [(s, d, at + NOON_MS, *values) for s, d, at, *values in rows(newest)] == _newest(model, columns)
    means = store.mean(METER, "ac_power_w", start_at=from_ms(0), end_at=from_ms(3), bucket_s=60, stations=stations)
    assert list(zip(means.station, means.device, strict=True)) == sorted({k[:2] for k, v in model.items() if power(v)})
    for marks in (0, *SUSPECT_MARKS):
        counts = store.count(
            METER, start_at=from_ms(0), end_at=from_ms(3), bucket_s=86_400, marks=marks, stations=stations
        )
        counted = Counter(key[:2] for key, v in model.items() if not marks or int(v["quality"]) & marks)
        assert [(s, d, n) for s, d, _, n in rows(counts)] == [(*key, n) for key, n in sorted(counted.items())]


def power(values: dict[str, float]) -> list[float]:
    """The power of a point as a list, empty where it has none or where it is suspect."""
    suspect = int(values["quality"]) & SUSPECT_VALUE
    return [] if suspect or "ac_power_w" not in values else [values["ac_power_w"]]


def _newest(model: dict[tuple[str, str, int], dict[str, float]], columns: list[str]) -> list[tuple[Any, ...]]:
    found: dict[tuple[str, str], tuple[int, dict[str, float]]] = {}
    for (station, device, at_ms), values in sorted(model.items()):
        told = {name: value for name, value in values.items() if name != "ac_power_w" or power(values)}
        found[station, device] = (at_ms, {**found.get((station, device), (0, {}))[1], **told})
    return [
        (*key, at_ms, *(values.get(name, -1 if name in INTEGER_COLUMNS else None) for name in columns))
        for key, (at_ms, values) in sorted(found.items())
    ]

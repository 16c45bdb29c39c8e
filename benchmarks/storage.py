"""Points per second into and out of each telemetry store, beside the raw limit of the same run.

The raw limit of DuckDB is appending a ready dictionary of numpy arrays, that of InfluxDB posting ready
line protocol by http.client; of reading, each database's own answer without making a table of it.
Ours and the raw limit take turns, batch by batch, so that both meet the same machine.
"""

import http.client
import random
import tempfile
import time
import urllib.parse
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import numpy as np

from benchmarks.figure import Figure
from guangfu.clock import from_ms
from guangfu.stations.models import DeviceKind
from guangfu.storage.duckdb_store import DuckDBStore
from guangfu.storage.influxdb_store import InfluxDBStore
from guangfu.storage.line_protocol import encode_lines
from guangfu.storage.point_columns import columns_of
from guangfu.storage.telemetry_store import Point, TelemetryStore
from guangfu.telemetry.reading import Reading
from tests.services.running import Service, running_influxdb

BATCHES = 40
BATCH_POINTS = 10_000
STATIONS = 786
START_MS = 1_780_243_200_000
STEP_MS = 900_000
METER = DeviceKind.METER
EVER = {"start_at": datetime(2000, 1, 1, tzinfo=UTC), "end_at": datetime(2100, 1, 1, tzinfo=UTC)}


def batches() -> Iterator[list[Point]]:
    """Quarter-hours of a fleet's meters, eight fields a point, in batches as ingest writes them."""
    rng = random.Random(2018)
    for first in range(0, BATCHES * BATCH_POINTS, BATCH_POINTS):
        yield [_point(rng, number) for number in range(first, first + BATCH_POINTS)]


def _point(rng: random.Random, number: int) -> Point:
    slot, station = divmod(number, STATIONS)
    reading = Reading(
        at_ms=START_MS + slot * STEP_MS,
        device="m1",
        ac_power_w=round(rng.uniform(0, 300_000), 1),
        reactive_power_var=round(rng.uniform(-5_000, 5_000), 1),
        ac_voltage_v=round(rng.uniform(380, 400), 1),
        ac_frequency_hz=round(rng.uniform(49.9, 50.1), 2),
        energy_export_total_wh=station * 10**9 + slot * 50_000 + rng.randrange(50_000),
        energy_import_total_wh=slot,
        state=4,
        event_bits=0,
    )
    return Point(f"st{station:04d}", METER, reading)


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="guangfu-bench-") as folder:
        yield from duckdb_figures(Path(folder))
        yield from influxdb_figures(Path(folder))


def _elapsed_s(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def _rates(
    ours: Callable[[list[Point]], object], raw: Callable[[list[Point]], Callable[[], object]]
) -> tuple[float, float]:
    """Points per second of ours and of the raw limit; `raw` makes ready first, what it returns is timed."""
    ours_s = raw_s = 0.0
    for number, points in enumerate(batches()):
        ready = raw(points)
        turns = (True, False) if number % 2 else (False, True)
        for is_ours in turns:
            if is_ours:
                ours_s += _elapsed_s(lambda batch=points: ours(batch))  # type: ignore[misc]
            else:
                raw_s += _elapsed_s(ready)
    return BATCHES * BATCH_POINTS / ours_s, BATCHES * BATCH_POINTS / raw_s


def _written(name: str, ours: float, raw: float, limit: str) -> Figure:
    return Figure(f"storage.write.{name}", ours, "points/s", f"{limit}: {raw:,.0f} points/s", ours / raw)


def _read(store: TelemetryStore, name: str, raw: Callable[[], int], limit: str) -> Figure:
    """One counter column of the whole fleet, all rows."""
    count, ours_s, raw_s = 0, [], []
    for _ in range(3):
        raw_s.append(_elapsed_s(raw))
        began = time.perf_counter()
        count = len(store.read(METER, ["energy_export_total_wh"], start_at=from_ms(0), end_at=EVER["end_at"]))
        ours_s.append(time.perf_counter() - began)
    ours, limit_rate = count / min(ours_s), count / min(raw_s)
    return Figure(f"storage.read.{name}", ours, "rows/s", f"{limit}: {limit_rate:,.0f} rows/s", ours / limit_rate)


def duckdb_figures(folder: Path) -> Iterator[Figure]:
    store = DuckDBStore(folder / "ours.duckdb")
    bare = duckdb.connect(str(folder / "raw.duckdb"), config={"memory_limit": "256MB", "threads": 2})
    example = _numpy_batch([_point(random.Random(1), 0)])
    kinds = {np.dtype(np.float64): "DOUBLE", np.dtype(np.int64): "BIGINT", np.dtype(np.int32): "INTEGER"}
    bare.execute(f"CREATE TABLE raw ({', '.join(f'{name} {kinds[a.dtype]}' for name, a in example.items())})")

    def raw(points: list[Point]) -> Callable[[], object]:
        batch = _numpy_batch(points)
        return lambda: bare.register("batch", batch).execute("INSERT INTO raw SELECT * FROM batch")

    yield _written("duckdb", *_rates(store.write, raw), "appending ready numpy arrays, a commit a batch")
    raw_read = "SELECT series, at_ms, energy_export_total_wh FROM raw"
    yield _read(store, "duckdb", lambda: len(bare.execute(raw_read).fetchnumpy()), "fetching unsorted numpy arrays")
    bare.close()
    store.close()


def _numpy_batch(points: Sequence[Point]) -> dict[str, np.ndarray]:
    return {"series": np.arange(len(points), dtype=np.int32) % STATIONS, **columns_of(METER, points)}


def influxdb_figures(folder: Path) -> Iterator[Figure]:
    (folder / "influxdb").mkdir()
    with running_influxdb(folder / "influxdb") as service:
        _post(service, "/query", {"q": "CREATE DATABASE raw"}, b"")
        url = f"http://{service.host}:{service.port}"
        store = InfluxDBStore(url, bucket="guangfu/autogen", org="-", token="", timeout_s=60)
        connection = http.client.HTTPConnection(service.host, service.port)

        def raw(points: list[Point]) -> Callable[[], object]:
            lines = encode_lines(points)
            return lambda: _send(connection, "/api/v2/write?bucket=raw/autogen&org=-&precision=ms", lines)

        yield _written("influxdb", *_rates(store.write, raw), "posting ready line protocol")
        query = {"q": "SELECT energy_export_total_wh, station, device FROM pv_meter", "db": "raw", "epoch": "ms"}
        yield _read(
            store, "influxdb", lambda: len(_post(service, "/query", {**query, "chunked": "true"}, b"")),
            "receiving the same answer as text",
        )  # fmt: skip
        connection.close()
        store.close()


def _post(service: Service, path: str, query: dict[str, str], body: bytes) -> bytes:
    connection = http.client.HTTPConnection(service.host, service.port)
    answer = _send(connection, f"{path}?{urllib.parse.urlencode(query)}", body)
    connection.close()
    return answer


def _send(connection: http.client.HTTPConnection, path: str, body: bytes) -> bytes:
    connection.request("POST", path, body)
    answer = connection.getresponse()
    text = answer.read()
    assert answer.status in {200, 204}, text[:300]
    return text

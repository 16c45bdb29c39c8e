"""Telemetry in InfluxDB: written through influxdb-client, read by InfluxQL, so 1.8 and 2.x serve.

What it means that `write` has returned: InfluxDB has answered that the points are in its write-ahead log.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import numpy as np
from influxdb_client import InfluxDBClient, WritePrecision  # type: ignore[attr-defined]
from influxdb_client.client.write_api import SYNCHRONOUS
from influxdb_client.rest import ApiException

from guangfu.stations.models import DeviceKind
from guangfu.storage.errors import Refused, Unavailable
from guangfu.storage.influxql import PART, InfluxQL, failure, one_of, reachable, unmarked
from guangfu.storage.line_protocol import BadId, encode_lines
from guangfu.storage.point_faults import AT_MS_MAX, split_storable
from guangfu.storage.reading_rows import (
    BUCKET_OFFSET_MS,
    READINGS,
    Rows,
    bounds_ms,
    check_columns,
    counter_rows_of,
    measurement_of,
    merged,
    newest,
    table_of,
)
from guangfu.storage.rollups import Rollup, RollupTable, rollup_lines, summed
from guangfu.storage.series_rows import RowsBuilder
from guangfu.storage.telemetry_store import CounterRows, Point, ReadingTable, RefusedPoint

# A 400 that names something else (a bucket, the organisation, the precision) is about the request, not
# about the points: those are kept and tried again.
_ABOUT_POINTS: Final = re.compile(
    r"partial write|dropped[= ]|unable to parse|type conflict|out of range", re.IGNORECASE
)
_DROPPED: Final = re.compile(r"dropped[= ](\d+)")  # `dropped 3 points` of 2.x means points outside the retention


class InfluxDBStore:
    """A `TelemetryStore` in one bucket of InfluxDB.

    Args:
        url: Where InfluxDB answers, `http://host:8086`.
        bucket: The bucket; on 1.8 `database/retention`.
        org: The organisation; on 1.8 `-`.
        token: A token; on 1.8 `user:password`.
        timeout_s: How long a request may take. [s]
    """

    def __init__(self, url: str, *, bucket: str, org: str, token: str, timeout_s: float = 10) -> None:
        self._bucket, self._org = bucket, org
        self._client = InfluxDBClient(
            url, token=token or "-", org=org, timeout=round(timeout_s * 1000), connection_pool_maxsize=8
        )
        self._writer = self._client.write_api(write_options=SYNCHRONOUS)
        self._influxql = InfluxQL(url, bucket=bucket, token=token, timeout_s=timeout_s)

    def write(self, points: Sequence[Point]) -> list[RefusedPoint]:
        return self._write(points)

    def _write(self, points: Sequence[Point]) -> list[RefusedPoint]:
        """Look for the bad points only when an id can't be written, or when InfluxDB says that there are some."""
        if not points:
            return []
        try:
            words = self._post(encode_lines(points))
        except BadId:
            words = "an id is bad"
        if words is None:
            return []
        storable, refused = split_storable(points)
        return refused + self._write(storable) if refused else self._isolate(points, words)

    def _isolate(self, points: Sequence[Point], words: str) -> list[RefusedPoint]:
        """Halve the points until only refused ones are left; halves that are taken are in the store."""
        dropped = _DROPPED.search(words)
        if len(points) == 1 or (dropped and int(dropped[1]) == len(points)):
            return [RefusedPoint(point, words) for point in points]
        middle = len(points) // 2
        return self._write(points[:middle]) + self._write(points[middle:])

    def _post(self, lines: bytes) -> str | None:
        """Post lines; None if all are stored, InfluxDB's words if some of them never will be."""
        try:
            with reachable():
                self._writer.write(self._bucket, self._org, lines, WritePrecision.MS)  # type: ignore[arg-type]
        except ApiException as error:
            words = failure(error.status or 0, str(error.body or error.reason))
            about_points = error.status in {413, 422} or (error.status == 400 and _ABOUT_POINTS.search(words))
            if not about_points:
                raise Unavailable(PART, words) from error
            return words
        return None

    def read(
        self,
        kind: DeviceKind,
        columns: Sequence[str],
        *,
        start_at: datetime,
        end_at: datetime,
        stations: Sequence[str] | None = None,
    ) -> ReadingTable:
        return table_of(merged(self._rows(kind, columns, start_at, end_at, stations)))

    def read_counter(
        self,
        kind: DeviceKind,
        column: str,
        *,
        start_at: datetime,
        end_at: datetime,
        stations: Sequence[str] | None = None,
    ) -> CounterRows:
        return counter_rows_of(self._rows(kind, [column], start_at, end_at, stations), column)

    def _rows(
        self,
        kind: DeviceKind,
        columns: Sequence[str],
        start_at: datetime,
        end_at: datetime,
        stations: Sequence[str] | None,
    ) -> Rows:
        check_columns(kind, columns)
        rows = RowsBuilder(columns)
        # Tags as columns come faster than GROUP BY tags, for which InfluxDB merges every series by itself.
        picked = ", ".join([*columns, "station", "device"])
        within = f"{_between(start_at, end_at)}{one_of(stations)}"
        for _, series in self._influxql.ask(f"SELECT {picked} FROM {measurement_of(kind)} WHERE {within}"):  # noqa: S608
            rows.add(series)
        return rows.rows()

    def latest(
        self,
        kind: DeviceKind,
        columns: Sequence[str],
        *,
        since_at: datetime,
        stations: Sequence[str] | None = None,
    ) -> ReadingTable:
        check_columns(kind, columns)
        since_ms, _ = bounds_ms(since_at, since_at)
        within = f"time >= {since_ms}ms AND time <= {AT_MS_MAX}ms{one_of(stations)}"
        # A statement for each column, since only a selector that stands alone tells the time of its value.
        statements = ";".join(
            f"SELECT last({name}) FROM {measurement_of(kind)} WHERE {within}{unmarked(name)} GROUP BY station, device"  # noqa: S608
            for name in columns
        )
        rows = RowsBuilder(columns)
        for number, series in self._influxql.ask(statements):
            rows.add(series, {"last": columns[number]})
        return table_of(newest(merged(rows.rows())))

    def mean(
        self,
        kind: DeviceKind,
        column: str,
        *,
        start_at: datetime,
        end_at: datetime,
        bucket_s: int,
        stations: Sequence[str] | None = None,
    ) -> ReadingTable:
        check_columns(kind, [column])
        within = f"{_between(start_at, end_at)}{one_of(stations)}{unmarked(column)}"
        return self._buckets(f"mean({column})", kind, within, bucket_s, column)

    def count(
        self,
        kind: DeviceKind,
        *,
        start_at: datetime,
        end_at: datetime,
        bucket_s: int,
        marks: int = 0,
        stations: Sequence[str] | None = None,
    ) -> ReadingTable:
        marked = f" AND quality & {marks} > 0" if marks else ""
        within = f"{_between(start_at, end_at)}{one_of(stations)}{marked}"
        return self._buckets("count(quality)", kind, within, bucket_s, READINGS)

    def _buckets(self, asked: str, kind: DeviceKind, within: str, bucket_s: int, column: str) -> ReadingTable:
        """A figure per station, device and bucket, as a column of that name."""
        rows = RowsBuilder([column], all_floats=True)
        for _, series in self._influxql.ask(
            f"SELECT {asked} AS {column} FROM {measurement_of(kind)} WHERE {within} GROUP BY station, device, "  # noqa: S608
            f"time({bucket_s}s, {BUCKET_OFFSET_MS}ms) fill(none)"
        ):
            rows.add(series)
        return table_of(merged(rows.rows()), all_floats=True)

    def write_rollup(self, rollup: Rollup, rows: RollupTable) -> None:
        faults = [words for lines in rollup_lines(rollup, rows) if (words := self._post(lines))]
        if faults:
            raise Refused(PART, faults[0])

    def read_rollup(
        self, rollup: Rollup, *, start_at: datetime, end_at: datetime, names: Sequence[str] | None = None
    ) -> RollupTable:
        within = f"{_between(start_at, end_at)}{one_of(names, rollup.tag)}"
        asked = f"SELECT power_w, stations, {rollup.tag} FROM {rollup} WHERE {within}"  # noqa: S608
        rows = [row for _, series in self._influxql.ask(asked) for row in series.values]
        at_ms, power_w, stations, name = zip(*rows, strict=True) if rows else ((), (), (), ())
        return summed(
            np.array(name, dtype=object), np.array(at_ms, dtype=np.int64), np.array(power_w, dtype=np.float64),
            np.array(stations, dtype=np.int64),
        )  # fmt: skip

    def ping(self) -> None:
        self._influxql.ping()

    def close(self) -> None:
        self._writer.close()  # type: ignore[no-untyped-call]
        self._client.close()  # type: ignore[no-untyped-call]
        self._influxql.close()


def _between(start_at: datetime, end_at: datetime) -> str:
    """The condition on the time, both bounds included."""
    start_ms, end_ms = bounds_ms(start_at, end_at)
    return f"time >= {start_ms}ms AND time <= {end_ms}ms"

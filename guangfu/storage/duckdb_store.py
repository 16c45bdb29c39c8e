"""Telemetry in one DuckDB file, which belongs to one process.

Rows are only appended: `pv_meter_rows` and so on hold a series' code, the time and the values, in the
order they were written, without a primary key. Reading takes, per key and column, the last value
that is not missing. The views `pv_meter`, `pv_inverter` and `pv_weather` show the same to a person.

What it means that `write` has returned: DuckDB has written the commit to its write-ahead log and called
fdatasync on it, so the points survive a killed process and, as far as the disk keeps its word, a power cut.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
from numpy.typing import NDArray

from guangfu.stations.models import DeviceKind
from guangfu.storage import duckdb_schema as schema
from guangfu.storage.errors import Unavailable
from guangfu.storage.point_columns import Unstorable, columns_of
from guangfu.storage.point_faults import id_fault, split_storable
from guangfu.storage.reading_rows import (
    Rows,
    bounds_ms,
    check_columns,
    means_of,
    merged,
    table_of,
)
from guangfu.storage.telemetry_store import Point, ReadingTable, RefusedPoint

PART: Final = "DuckDB"
_END_OF_TIME: Final = datetime(2262, 1, 1, tzinfo=UTC)


@contextmanager
def _unavailable(path: Path) -> Iterator[None]:
    """Turns what DuckDB or the disk raises into `Unavailable`, in one sentence."""
    try:
        yield
    except duckdb.Error as error:
        words = str(error).splitlines()[0]
        if "Conflicting lock" in words:
            words = f"another process uses {path}; a DuckDB file belongs to one process ({words})"
        raise Unavailable(PART, words) from error
    except OSError as error:
        raise Unavailable(PART, f"{error.filename}: {error.strerror}") from error


class DuckDBStore:
    """A `TelemetryStore` in a DuckDB file.

    One connection for the process, one cursor a thread; writes take turns. The file and its folder are
    made where they do not exist.

    Args:
        path: The database file.
        memory_limit_mb: What DuckDB may use for its buffers before it spills to disk. [MB]
        threads: How many threads DuckDB may use for one query.

    Raises:
        Unavailable: Another process holds the file, or it can't be read or made.
    """

    def __init__(self, path: Path, *, memory_limit_mb: int = 256, threads: int = 2) -> None:
        self._path = path
        self._writing = threading.Lock()
        self._local = threading.local()
        with _unavailable(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = duckdb.connect(
                str(path), config={"memory_limit": f"{memory_limit_mb}MB", "threads": threads}
            )
            schema.create(self._connection)
            for kind in schema.kinds_worth_compacting(self._connection):
                schema.compact(self._connection, kind)
            self._names = schema.read_series(self._connection)
        self._code_of = {name: code for code, name in enumerate(self._names)}

    def write(self, points: Sequence[Point]) -> list[RefusedPoint]:
        refused: list[RefusedPoint] = []
        with self._writing, _unavailable(self._path), self._transaction() as cursor:
            for kind in {point.kind: None for point in points}:
                refused += self._append(cursor, kind, [point for point in points if point.kind is kind])
        return refused

    def _append(
        self, cursor: duckdb.DuckDBPyConnection, kind: DeviceKind, points: Sequence[Point]
    ) -> list[RefusedPoint]:
        refused: list[RefusedPoint] = []
        try:
            codes, columns = self._codes_of(cursor, points), columns_of(kind, points)
        except Unstorable:
            points, refused = split_storable(points)
            if not points:
                return refused
            codes, columns = self._codes_of(cursor, points), columns_of(kind, points)
        schema.append(cursor, kind, {"series": codes, **columns})
        return refused

    def _codes_of(self, cursor: duckdb.DuckDBPyConnection, points: Sequence[Point]) -> NDArray[np.int32]:
        """The series' code of each point; new series get the next codes, in the same transaction."""
        names = [(point.station, point.reading.device) for point in points]
        try:
            return np.array([self._code_of[name] for name in names], dtype=np.int32)
        except KeyError:
            new = [name for name in dict.fromkeys(names) if name not in self._code_of]
        if any(id_fault(name) for pair in new for name in pair):
            raise Unstorable
        schema.add_series(cursor, len(self._names), new)
        for name in new:
            self._code_of[name] = len(self._names)
            self._names.append(name)
        return np.array([self._code_of[name] for name in names], dtype=np.int32)

    @contextmanager
    def _transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A transaction of the writer; what was learnt about series is forgotten with it."""
        cursor, known = self._cursor(), len(self._names)
        cursor.begin()
        try:
            yield cursor
            cursor.commit()
        except BaseException:
            for name in self._names[known:]:
                del self._code_of[name]
            del self._names[known:]
            self._roll_back(cursor)
            raise

    def _roll_back(self, cursor: duckdb.DuckDBPyConnection) -> None:
        try:
            cursor.rollback()
        except duckdb.Error:
            # A commit that failed has already ended its transaction.
            self._local.cursor = None

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
        return means_of(merged(self._rows(kind, [column], start_at, end_at, stations)), column, bucket_s)

    def _rows(
        self,
        kind: DeviceKind,
        columns: Sequence[str],
        start_at: datetime,
        end_at: datetime,
        stations: Sequence[str] | None,
    ) -> Rows:
        check_columns(kind, columns)
        start_ms, end_ms = bounds_ms(start_at, end_at)
        with _unavailable(self._path):
            found = schema.select_rows(self._cursor(), kind, columns, (start_ms, end_ms), self._codes_at(stations))
        return self._as_rows(found, columns)

    def latest(
        self,
        kind: DeviceKind,
        columns: Sequence[str],
        *,
        since_at: datetime,
        stations: Sequence[str] | None = None,
    ) -> ReadingTable:
        check_columns(kind, columns)
        since_ms, _ = bounds_ms(since_at, _END_OF_TIME)
        with _unavailable(self._path):
            found = schema.select_latest(self._cursor(), kind, columns, since_ms, self._codes_at(stations))
        return table_of(merged(self._as_rows(found, columns)))

    def _codes_at(self, stations: Sequence[str] | None) -> list[int] | None:
        """The codes of the stations' series; None means all."""
        if stations is None:
            return None
        wanted = set(stations)
        return [code for code, (station, _) in enumerate(tuple(self._names)) if station in wanted]

    def _as_rows(self, found: dict[str, NDArray[Any]], columns: Sequence[str]) -> Rows:
        picked = {name: np.ma.asarray(found[name]) for name in columns}
        # Series are only ever added, so a copy taken after the query knows every code in its answer.
        return Rows(tuple(self._names), np.asarray(found["series"]), np.asarray(found["at_ms"]), picked)

    def compact(self) -> None:
        """Give back the space of values that were written again; nothing that can be read changes."""
        with self._writing, _unavailable(self._path):
            for kind in DeviceKind:
                schema.compact(self._cursor(), kind)

    def ping(self) -> None:
        with _unavailable(self._path):
            self._cursor().execute("SELECT 1").fetchall()

    def close(self) -> None:
        with self._writing, _unavailable(self._path):
            self._connection.close()

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        """This thread's own cursor on the process's connection."""
        cursor: duckdb.DuckDBPyConnection | None = getattr(self._local, "cursor", None)
        if cursor is None:
            cursor = self._local.cursor = self._connection.cursor()
        return cursor

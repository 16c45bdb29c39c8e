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
from functools import partial
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
from numpy.typing import NDArray

from guangfu.stations.models import DeviceKind
from guangfu.storage import duckdb_schema as schema
from guangfu.storage.duckdb_session import Session
from guangfu.storage.errors import Unavailable
from guangfu.storage.point_block import PointBlock, Points, by_kind
from guangfu.storage.point_columns import Unstorable, arrays_of
from guangfu.storage.point_faults import split_storable
from guangfu.storage.reading_rows import (
    READINGS,
    Rows,
    bounds_ms,
    check_columns,
    columns_to_mean,
    means_of,
    merged,
    table_of,
    without_suspects,
)
from guangfu.storage.telemetry_store import CounterRows, Point, ReadingTable, RefusedPoint
from guangfu.telemetry.reading import JUDGED_FIELDS

PART: Final = "DuckDB"
_END_OF_TIME: Final = datetime(2262, 1, 1, tzinfo=UTC)


class DuckDBStore:
    """A `TelemetryStore` in a DuckDB file.

    One connection for the process, one cursor a thread; writes take turns. The file and its folder are
    made where they do not exist. When the disk fails while DuckDB tidies its file, DuckDB gives the file up;
    the next call opens it again.

    Args:
        path: The database file.
        memory_limit_mb: What DuckDB may use for its buffers before it spills to disk. [MB]
        threads: How many threads DuckDB may use for one query.

    Raises:
        Unavailable: Another process holds the file, or it can't be read or made.
    """

    def __init__(self, path: Path, *, memory_limit_mb: int = 256, threads: int = 2) -> None:
        self._path = path
        self._open = partial(Session, path, memory_limit_mb=memory_limit_mb, threads=threads)
        self._writing = threading.Lock()
        self._opening = threading.Lock()
        self._given_up = False
        with self._available():
            self._session = self._open()

    @contextmanager
    def _available(self) -> Iterator[None]:
        """Turns what DuckDB or the disk raises into `Unavailable`, in one sentence."""
        try:
            yield
        except duckdb.Error as error:
            self._given_up |= isinstance(error, duckdb.FatalException)
            words = str(error).splitlines()[0]
            if "Conflicting lock" in words:
                words = f"another process uses {self._path}; a DuckDB file belongs to one process ({words})"
            raise Unavailable(PART, words) from error
        except OSError as error:
            raise Unavailable(PART, f"{error.filename}: {error.strerror}") from error

    def _now(self) -> Session:
        """The session, a new one if DuckDB has given the last one up."""
        if self._given_up:
            with self._opening:
                if self._given_up:
                    self._session.close()
                    self._session = self._open()
                    self._given_up = False
        return self._session

    def write(self, points: Sequence[Point]) -> list[RefusedPoint]:
        refused: list[RefusedPoint] = []
        with self._writing, self._available():
            session = self._now()
            with session.transaction() as cursor:
                for block in by_kind(Points.of(points).blocks):
                    refused += _append(session, cursor, block)
        return refused

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
        check_columns(kind, [column])
        within = bounds_ms(start_at, end_at)
        with self._available():
            session = self._now()
            codes, series = session.codes_at(stations), len(session.names)
            found = schema.select_counter(session.cursor(), kind, column, within, codes, series)
        at_ms = np.asarray(found["elapsed_ms"]).astype(np.int64) + within[0]
        return CounterRows(tuple(session.names), np.asarray(found["series"]), at_ms, np.ma.getdata(found[column]))

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
        rows = merged(self._rows(kind, columns_to_mean(column), start_at, end_at, stations))
        return means_of(without_suspects(rows, column) if column in JUDGED_FIELDS else rows, column, bucket_s)

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
        within = bounds_ms(start_at, end_at)
        with self._available():
            session = self._now()
            codes = session.codes_at(stations)
            found = schema.select_counts(session.cursor(), kind, within, codes, bucket_s * 1000, marks)
        return table_of(merged(_as_rows(session, found, [READINGS])), all_floats=True)

    def _rows(
        self,
        kind: DeviceKind,
        columns: Sequence[str],
        start_at: datetime,
        end_at: datetime,
        stations: Sequence[str] | None,
    ) -> Rows:
        check_columns(kind, columns)
        within = bounds_ms(start_at, end_at)
        with self._available():
            session = self._now()
            found = schema.select_rows(session.cursor(), kind, columns, within, session.codes_at(stations))
        return _as_rows(session, found, columns)

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
        with self._available():
            session = self._now()
            found = schema.select_latest(session.cursor(), kind, columns, since_ms, session.codes_at(stations))
        return table_of(merged(_as_rows(session, found, columns)))

    def compact(self) -> None:
        """Give back the space of values that were written again; nothing that can be read changes."""
        with self._writing, self._available():
            for kind in DeviceKind:
                schema.compact(self._now().cursor(), kind)

    def ping(self) -> None:
        with self._available():
            self._now().cursor().execute("SELECT 1").fetchall()

    def close(self) -> None:
        with self._writing, self._available():
            self._session.close()


def _append(session: Session, cursor: duckdb.DuckDBPyConnection, block: PointBlock) -> list[RefusedPoint]:
    """Append points of one kind; look for the bad ones only if there are any."""
    refused: list[RefusedPoint] = []
    try:
        codes, columns = session.codes_of(cursor, block), arrays_of(block)
    except Unstorable:
        points, refused = split_storable(list(block.points()))
        if not points:
            return refused
        (block,) = Points.of(points).blocks
        codes, columns = session.codes_of(cursor, block), arrays_of(block)
    schema.append(cursor, block.kind, {"series": codes, **columns})
    return refused


def _as_rows(session: Session, found: dict[str, NDArray[Any]], columns: Sequence[str]) -> Rows:
    picked = {name: np.ma.asarray(found[name]) for name in columns}
    # Series are only ever added, so a copy taken after the query knows every code in its answer.
    return Rows(tuple(session.names), np.asarray(found["series"]), np.asarray(found["at_ms"]), picked)

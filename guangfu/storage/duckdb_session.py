"""One opening of a DuckDB file: its connection, a cursor for each thread, the series it knows."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from guangfu.storage import duckdb_schema as schema
from guangfu.storage.point_block import PointBlock
from guangfu.storage.point_columns import Unstorable
from guangfu.storage.point_faults import id_fault


class Session:
    """What is open until the file is closed, or until DuckDB gives it up after a fault of the disk.

    Args:
        path: The database file; it and its folder are made where they do not exist.
        memory_limit_mb: What DuckDB may use for its buffers before it spills to disk. [MB]
        threads: How many threads DuckDB may use for one query.

    Raises:
        duckdb.Error: DuckDB can't open the file.
        OSError: The folder can't be made.
    """

    def __init__(self, path: Path, *, memory_limit_mb: int, threads: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = duckdb.connect(
            str(path), config={"memory_limit": f"{memory_limit_mb}MB", "threads": threads}
        )
        self._local = threading.local()
        schema.create(self._connection)
        for kind in schema.kinds_worth_compacting(self._connection):
            schema.compact(self._connection, kind)
        self.names = schema.read_series(self._connection)
        """Station and device of each series, by code; series are only ever added."""
        self._code_of = {name: code for code, name in enumerate(self.names)}

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """This thread's own cursor."""
        cursor: duckdb.DuckDBPyConnection | None = getattr(self._local, "cursor", None)
        if cursor is None:
            cursor = self._local.cursor = self._connection.cursor()
        return cursor

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A transaction of the one thread that writes; series that were new in it are forgotten if it fails."""
        cursor, known = self.cursor(), len(self.names)
        cursor.begin()
        try:
            yield cursor
            cursor.commit()
        except BaseException:
            for name in self.names[known:]:
                del self._code_of[name]
            del self.names[known:]
            self._roll_back(cursor)
            raise

    def _roll_back(self, cursor: duckdb.DuckDBPyConnection) -> None:
        try:
            cursor.rollback()
        except duckdb.Error:
            # A commit that failed has already ended its transaction.
            self._local.cursor = None

    def codes_of(self, cursor: duckdb.DuckDBPyConnection, block: PointBlock) -> NDArray[np.int32]:
        """The series' code of each point; new series get the next codes, in the writer's transaction.

        Raises:
            Unstorable: An id can't be stored.
        """
        stations, devices = block.stations, block.devices
        try:
            # zip's tuples live for one look-up only, which costs a third of keeping them.
            return np.array(list(map(self._code_of.__getitem__, zip(stations, devices, strict=True))), dtype=np.int32)
        except KeyError:
            self._add_series(cursor, dict.fromkeys(zip(stations, devices, strict=True)))
        return self.codes_of(cursor, block)

    def _add_series(self, cursor: duckdb.DuckDBPyConnection, names: Iterable[tuple[str, str]]) -> None:
        new = [name for name in names if name not in self._code_of]
        if any(id_fault(name) for pair in new for name in pair):
            raise Unstorable
        schema.add_series(cursor, len(self.names), new)
        for name in new:
            self._code_of[name] = len(self.names)
            self.names.append(name)

    def codes_at(self, stations: Sequence[str] | None) -> list[int] | None:
        """The codes of the stations' series, rising; None means all."""
        if stations is None:
            return None
        wanted = set(stations)
        return [code for code, (station, _) in enumerate(tuple(self.names)) if station in wanted]

    def close(self) -> None:
        """Close the connection and, with it, every thread's cursor."""
        self._connection.close()

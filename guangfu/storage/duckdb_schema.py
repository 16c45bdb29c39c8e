"""The tables of the DuckDB store and every statement that touches them.

`series` gives a station's device its code; `pv_<kind>_rows` are appended to; `pv_<kind>` is a view
for people. Names in the statements are constants of this project, values are always parameters.
"""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import duckdb
from numpy.typing import NDArray

from guangfu.stations.models import DeviceKind
from guangfu.storage.reading_rows import BUCKET_OFFSET_MS, COLUMNS_OF, INTEGER_COLUMNS, READINGS, measurement_of
from guangfu.telemetry.reading import JUDGED_FIELDS, SUSPECT_VALUE

_EXAMINE_GROWTH: Final = 1.5
"""A table is examined for duplicates when it has grown by so much since it was last examined."""
_EXAMINE_FROM_ROWS: Final = 200_000
_WORTH_SHARE: Final = 0.2
"""A table is rewritten when this share of its rows are duplicates."""
_SLICE_ROWS: Final = 1_000_000
"""Rewriting goes by slices of about so many rows, so that memory stays small."""


def rows_of(kind: DeviceKind) -> str:
    return f"{measurement_of(kind)}_rows"


def create(db: duckdb.DuckDBPyConnection) -> None:
    """Make what is not there yet: tables, columns that a new version has, views."""
    db.execute("CREATE TABLE IF NOT EXISTS series (code INTEGER, station VARCHAR, device VARCHAR)")
    db.execute("CREATE TABLE IF NOT EXISTS examined (measurement VARCHAR, row_count BIGINT)")
    for kind in DeviceKind:
        db.execute(f"CREATE TABLE IF NOT EXISTS {rows_of(kind)} (series INTEGER, at_ms BIGINT)")
        for name in COLUMNS_OF[kind]:
            sort = "BIGINT" if name in INTEGER_COLUMNS else "DOUBLE"
            db.execute(f"ALTER TABLE {rows_of(kind)} ADD COLUMN IF NOT EXISTS {name} {sort}")
        db.execute(
            f"CREATE OR REPLACE VIEW {measurement_of(kind)} AS "  # noqa: S608
            f"SELECT station, device, make_timestamp(at_ms * 1000) AS at_utc, at_ms, {', '.join(COLUMNS_OF[kind])} "
            f"FROM ({_deduplicated(kind, COLUMNS_OF[kind])}) JOIN series ON code = series"
        )


def _deduplicated(kind: DeviceKind, columns: Iterable[str], where: str = "true") -> str:
    newest = ", ".join(f"arg_max({name}, rowid) AS {name}" for name in columns)
    return f"SELECT series, at_ms, {newest} FROM {rows_of(kind)} WHERE {where} GROUP BY series, at_ms"  # noqa: S608


def read_series(db: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Station and device of every series, by code."""
    return [(str(s), str(d)) for s, d in db.execute("SELECT station, device FROM series ORDER BY code").fetchall()]


def add_series(db: duckdb.DuckDBPyConnection, first_code: int, names: Sequence[tuple[str, str]]) -> None:
    """Give the series the codes from `first_code` on."""
    codes = list(range(first_code, first_code + len(names)))
    stations, devices = [station for station, _ in names], [device for _, device in names]
    db.execute("INSERT INTO series SELECT unnest(?), unnest(?), unnest(?)", [codes, stations, devices])


def append(db: duckdb.DuckDBPyConnection, kind: DeviceKind, columns: Mapping[str, NDArray[Any]]) -> None:
    """Append rows, given as (n,) arrays by column, in their order; a column that is not given is missing."""
    names = ", ".join(columns)
    db.register("batch", dict(columns))
    try:
        db.execute(f"INSERT INTO {rows_of(kind)} ({names}) SELECT {names} FROM batch")  # noqa: S608
    finally:
        db.unregister("batch")


def _among(codes: list[int] | None) -> tuple[str, list[object]]:
    """A condition on the series, and what to fill into it; of a stretch of codes only the ends are compared."""
    if codes is None:
        return "true", []
    if codes and codes[-1] - codes[0] == len(codes) - 1:
        return "series BETWEEN ? AND ?", [codes[0], codes[-1]]
    return "series IN (SELECT unnest(?))", [codes]


def select_rows(
    db: duckdb.DuckDBPyConnection,
    kind: DeviceKind,
    columns: Sequence[str],
    between_ms: tuple[int, int],
    codes: list[int] | None,
) -> dict[str, NDArray[Any]]:
    """Rows with any of `columns`, both bounds included [ms], in the order they were written.

    Source:
        DuckDB keeps the order of insertion in a scan with filters while `preserve_insertion_order` is on
        (its default), https://duckdb.org/docs/stable/sql/dialect/order_preservation.
    """
    among, given = _among(codes)
    return db.execute(
        f"SELECT series, at_ms, {', '.join(columns)} FROM {rows_of(kind)} "  # noqa: S608
        f"WHERE at_ms BETWEEN ? AND ? AND {_any(columns)} AND {among}",
        [*between_ms, *given],
    ).fetchnumpy()


def select_counter(
    db: duckdb.DuckDBPyConnection,
    kind: DeviceKind,
    column: str,
    between_ms: tuple[int, int],
    codes: list[int] | None,
    series: int,
) -> dict[str, NDArray[Any]]:
    """As `select_rows` of one column, with `elapsed_ms` since the first bound in place of the time.

    Codes and times are as narrow as `series` and the bounds allow: handing rows over costs more than finding them.
    """
    among, given = _among(codes)
    code = "USMALLINT" if series <= 1 << 16 else "INTEGER"
    elapsed = "UINTEGER" if between_ms[1] - between_ms[0] < 1 << 32 else "BIGINT"
    return db.execute(
        f"SELECT series::{code} AS series, (at_ms - ?)::{elapsed} AS elapsed_ms, {column} FROM {rows_of(kind)} "  # noqa: S608
        f"WHERE at_ms BETWEEN ? AND ? AND {column} IS NOT NULL AND {among}",
        [between_ms[0], *between_ms, *given],
    ).fetchnumpy()


def _any(columns: Sequence[str]) -> str:
    return "(" + " OR ".join(f"{name} IS NOT NULL" for name in columns) + ")"


def select_latest(
    db: duckdb.DuckDBPyConnection,
    kind: DeviceKind,
    columns: Sequence[str],
    since_ms: int,
    codes: list[int] | None,
) -> dict[str, NDArray[Any]]:
    """Per series each column's last value since `since_ms` that is not suspect, and the newest time of them [ms]."""
    among, given = _among(codes)
    rows = _deduplicated(kind, {*columns, "quality"}, f"at_ms >= ? AND {among}")
    unmarked = ", ".join(_unmarked(name) for name in columns)
    newest = ", ".join(f"arg_max({name}, at_ms) AS {name}" for name in columns)
    return db.execute(
        f"SELECT series, max(at_ms) AS at_ms, {newest} FROM (SELECT series, at_ms, {unmarked} FROM ({rows})) "  # noqa: S608
        f"WHERE {_any(columns)} GROUP BY series",
        [since_ms, *given],
    ).fetchnumpy()


def _unmarked(column: str) -> str:
    if column not in JUDGED_FIELDS:
        return column
    return f"CASE WHEN coalesce(quality, 0) & {SUSPECT_VALUE} = 0 THEN {column} END AS {column}"


def select_counts(
    db: duckdb.DuckDBPyConnection,
    kind: DeviceKind,
    between_ms: tuple[int, int],
    codes: list[int] | None,
    bucket_ms: int,
    marks: int,
) -> dict[str, NDArray[Any]]:
    """How many readings per series and bucket, of those with one of the marks, of all if `marks` is 0."""
    among, given = _among(codes)
    rows = _deduplicated(kind, ["quality"], f"at_ms BETWEEN ? AND ? AND {among}")
    bucket = f"(at_ms - {BUCKET_OFFSET_MS}) // {bucket_ms} * {bucket_ms} + {BUCKET_OFFSET_MS}"
    marked = f"quality & {marks} > 0" if marks else "quality IS NOT NULL"
    return db.execute(
        f"SELECT series, {bucket} AS at_ms, count(*)::BIGINT AS {READINGS} FROM ({rows}) "  # noqa: S608
        f"WHERE {marked} GROUP BY ALL",
        [*between_ms, *given],
    ).fetchnumpy()


def kinds_worth_compacting(db: duckdb.DuckDBPyConnection) -> list[DeviceKind]:
    """The kinds with many duplicates; a table is counted only when it has grown well since the last time."""
    return [kind for kind in DeviceKind if _has_grown(db, kind) and _duplicate_share(db, kind) >= _WORTH_SHARE]


def _has_grown(db: duckdb.DuckDBPyConnection, kind: DeviceKind) -> bool:
    examined = _count(db, f"SELECT max(row_count) FROM examined WHERE measurement = '{measurement_of(kind)}'")  # noqa: S608
    return _row_count(db, kind) > examined * _EXAMINE_GROWTH + _EXAMINE_FROM_ROWS


def _duplicate_share(db: duckdb.DuckDBPyConnection, kind: DeviceKind) -> float:
    total = _row_count(db, kind)
    kept = _count(db, f"SELECT count(*) FROM (SELECT DISTINCT series, at_ms FROM {rows_of(kind)})")  # noqa: S608
    _remember_examined(db, kind, total)
    return 1 - kept / total


def _row_count(db: duckdb.DuckDBPyConnection, kind: DeviceKind) -> int:
    return _count(db, f"SELECT count(*) FROM {rows_of(kind)}")  # noqa: S608


def _count(db: duckdb.DuckDBPyConnection, query: str) -> int:
    row = db.execute(query).fetchone()
    return int(row[0] or 0) if row else 0


def _remember_examined(db: duckdb.DuckDBPyConnection, kind: DeviceKind, row_count: int) -> None:
    db.execute("DELETE FROM examined WHERE measurement = ?", [measurement_of(kind)])
    db.execute("INSERT INTO examined VALUES (?, ?)", [measurement_of(kind), row_count])


def compact(db: duckdb.DuckDBPyConnection, kind: DeviceKind) -> None:
    """Rewrite a table with one row a key, in one transaction; whoever reads sees the one or the other."""
    table = rows_of(kind)
    low, high = db.execute(f"SELECT min(at_ms), max(at_ms) FROM {table}").fetchone() or (None, None)  # noqa: S608
    if low is None:
        return
    slices = _row_count(db, kind) // _SLICE_ROWS + 1
    edges = [low + (high + 1 - low) * i // slices for i in range(slices + 1)]
    db.begin()
    try:
        db.execute(f"CREATE TABLE compacted AS SELECT * FROM {table} LIMIT 0")  # noqa: S608
        for start, end in itertools.pairwise(edges):
            kept = _deduplicated(kind, COLUMNS_OF[kind], "at_ms >= ? AND at_ms < ?")
            db.execute(f"INSERT INTO compacted BY NAME {kept} ORDER BY at_ms, series", [start, end])
        db.execute(f"DROP TABLE {table}")
        db.execute(f"ALTER TABLE compacted RENAME TO {table}")
        _remember_examined(db, kind, _row_count(db, kind))
        db.commit()
    except BaseException:
        db.rollback()
        raise

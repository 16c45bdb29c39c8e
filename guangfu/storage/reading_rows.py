"""From the rows that a database gives, in the order they were written, to a `ReadingTable`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from guangfu.clock import CHINA
from guangfu.stations.models import DeviceKind
from guangfu.storage.telemetry_store import CounterRows, ReadingTable
from guangfu.telemetry.reading import FIELDS_OF, INTEGER_FIELDS, JUDGED_FIELDS, SUSPECT_VALUE

Values = NDArray[np.float64] | NDArray[np.int64]

COLUMNS_OF: Final = {kind: (*fields, "quality") for kind, fields in FIELDS_OF.items()}
"""Every column of a measurement."""

INTEGER_COLUMNS: Final = INTEGER_FIELDS | {"quality"}
MISSING_INTEGER: Final = -1
READINGS: Final = "readings"
"""The column of `TelemetryStore.count`."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MS: Final = timedelta(milliseconds=1)
# Buckets begin at midnight in China, so that a bucket of a day is a local day.
BUCKET_OFFSET_MS: Final = -int(CHINA.utcoffset(None) / _MS)


def measurement_of(kind: DeviceKind) -> str:
    """The measurement, or table, of a kind of device."""
    return f"pv_{kind.value}"


def check_columns(kind: DeviceKind, columns: Sequence[str]) -> None:
    """Raises `ValueError` for a column that the measurement does not have; names go into queries as they are."""
    unknown = [name for name in columns if name not in COLUMNS_OF[kind]]
    if unknown or not columns:
        raise ValueError(f"{measurement_of(kind)} has no column {', '.join(unknown) or '(none asked)'}")


def bounds_ms(start_at: datetime, end_at: datetime) -> tuple[int, int]:
    """The first and last millisecond within both bounds."""
    return -((_EPOCH - start_at) // _MS), (end_at - _EPOCH) // _MS


@dataclass(frozen=True)
class Rows:
    """Rows as they were written: a key may come more than once, later rows win column by column.

    Attributes:
        names: Station and device by code.
        codes: (n,) index into `names`
        at_ms: (n,) int64 [ms since 1970 UTC]
        columns: By name, (n,), masked where missing.
    """

    names: Sequence[tuple[str, str]]
    codes: NDArray[np.integer]
    at_ms: NDArray[np.int64]
    columns: Mapping[str, np.ma.MaskedArray]


def merged(rows: Rows) -> Rows:
    """One row a key, sorted by station, device and time; each column's last value that is not missing."""
    rank = np.empty(len(rows.names), dtype=np.int32)
    rank[sorted(range(len(rows.names)), key=rows.names.__getitem__)] = np.arange(len(rows.names), dtype=np.int32)
    order = np.lexsort((rows.at_ms, rank[rows.codes]))
    codes, at_ms = rows.codes[order], rows.at_ms[order]
    columns = {name: column[order] for name, column in rows.columns.items()}
    starts = _group_starts(codes, at_ms)
    if len(starts) == len(codes):
        return Rows(rows.names, codes, at_ms, columns)
    last_of = {name: _last_present(column, starts) for name, column in columns.items()}
    return Rows(rows.names, codes[starts], at_ms[starts], last_of)


def _group_starts(codes: NDArray[np.integer], moments: NDArray[np.int64]) -> NDArray[np.intp]:
    """Where a new pair begins in two sorted arrays."""
    if len(codes) == 0:
        return np.empty(0, dtype=np.intp)
    changed = (codes[1:] != codes[:-1]) | (moments[1:] != moments[:-1])
    return np.concatenate((np.zeros(1, dtype=np.intp), np.flatnonzero(changed) + 1))


def _group_ends(starts: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    """The last index of each group; without any group, none."""
    return np.append(starts[1:], count)[: len(starts)] - 1


def _last_present(column: np.ma.MaskedArray, starts: NDArray[np.intp]) -> np.ma.MaskedArray:
    """The last value that is not missing of each group; missing where the group has none."""
    present = ~np.ma.getmaskarray(column)
    newest = np.maximum.accumulate(np.where(present, np.arange(len(column)), -1))
    ends = _group_ends(starts, len(column))
    at = newest[ends]
    return np.ma.MaskedArray(np.ma.getdata(column)[at], mask=at < starts)


def newest(rows: Rows) -> Rows:
    """One row a device of merged rows: each column's last value, at the newest of their times."""
    starts = _group_starts(rows.codes, np.zeros_like(rows.at_ms))
    ends = _group_ends(starts, len(rows.codes))
    last_of = {name: _last_present(column, starts) for name, column in rows.columns.items()}
    return Rows(rows.names, rows.codes[starts], rows.at_ms[ends], last_of)


def table_of(rows: Rows, *, all_floats: bool = False) -> ReadingTable:
    """The table of rows that are already merged; rows without any value are left out.

    Args:
        rows: One row a key, sorted.
        all_floats: Makes every column a float, as means are.
    """
    some = np.zeros(len(rows.codes), dtype=bool)
    for column in rows.columns.values():
        some |= ~np.ma.getmaskarray(column)
    keep = slice(None) if some.all() else some
    codes, whole = rows.codes[keep], frozenset() if all_floats else INTEGER_COLUMNS
    return ReadingTable(
        station=_objects([station for station, _ in rows.names])[codes],
        device=_objects([device for _, device in rows.names])[codes],
        at_ms=rows.at_ms[keep].astype(np.int64, copy=False),
        columns={name: _filled(column[keep], whole=name in whole) for name, column in rows.columns.items()},
    )


def counter_rows_of(rows: Rows, column: str) -> CounterRows:
    """One counter of rows as they were written, without those where it is missing."""
    missing = np.ma.getmask(rows.columns[column])
    keep: Any = slice(None) if missing is np.ma.nomask else ~missing
    values = np.ma.getdata(rows.columns[column])[keep].astype(np.int64, copy=False)
    return CounterRows(rows.names, rows.codes[keep], rows.at_ms[keep].astype(np.int64, copy=False), values)


def _objects(names: list[str]) -> NDArray[np.object_]:
    array = np.empty(len(names), dtype=object)
    array[:] = names
    return array


def _filled(column: np.ma.MaskedArray, *, whole: bool) -> Values:
    missing = np.ma.getmaskarray(column)
    if whole:
        integers: NDArray[np.int64] = np.ma.getdata(column).astype(np.int64)
        integers[missing] = MISSING_INTEGER
        return integers
    floats: NDArray[np.float64] = np.ma.getdata(column).astype(np.float64)
    floats[missing] = np.nan
    return floats


def without_suspects(rows: Rows, column: str) -> Rows:
    """The column of merged rows, missing where `quality` says that its value is suspect."""
    quality = np.ma.filled(rows.columns["quality"], 0)
    values = rows.columns[column]
    mask = np.ma.getmaskarray(values) | (quality & SUSPECT_VALUE > 0)
    return Rows(rows.names, rows.codes, rows.at_ms, {column: np.ma.MaskedArray(np.ma.getdata(values), mask=mask)})


def columns_to_mean(column: str) -> list[str]:
    """What must be read for means of a column."""
    return [column, "quality"] if column in JUDGED_FIELDS else [column]


def means_of(rows: Rows, column: str, bucket_s: int) -> ReadingTable:
    """Means per device and bucket of merged rows.

    Args:
        rows: One row a key, sorted.
        column: Which column to average; missing values do not count.
        bucket_s: Length of a bucket; buckets begin at midnight in China. [s]

    Returns:
        A table whose column is float64 even for an integer column; `at_ms` is the bucket's start.
    """
    present = ~np.ma.getmaskarray(rows.columns[column])
    codes, values = rows.codes[present], np.ma.getdata(rows.columns[column])[present].astype(np.float64)
    length_ms = bucket_s * 1000
    buckets = (rows.at_ms[present] - BUCKET_OFFSET_MS) // length_ms * length_ms + BUCKET_OFFSET_MS
    starts = _group_starts(codes, buckets)
    counts = _group_ends(starts, len(codes)) - starts + 1
    sums = np.add.reduceat(values, starts) if len(starts) else values
    means = Rows(rows.names, codes[starts], buckets[starts], {column: np.ma.MaskedArray(sums / counts)})
    return table_of(means, all_floats=True)

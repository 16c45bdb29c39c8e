"""InfluxQL's answers, chunk by chunk, to `Rows`."""

from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from guangfu.storage.influxql import Series, Value
from guangfu.storage.reading_rows import INTEGER_COLUMNS, Rows

_TAGS: Final = ("station", "device")


class RowsBuilder:
    """Collects rows as arrays, so that the text of an answer need not stay in memory.

    Args:
        columns: The columns that the rows will have; a series may have some of them.
        all_floats: Makes every column a float, as means are.
    """

    def __init__(self, columns: Sequence[str], *, all_floats: bool = False) -> None:
        whole = frozenset() if all_floats else INTEGER_COLUMNS
        self._dtypes: dict[str, type[np.generic]] = {
            name: np.int64 if name in whole else np.float64 for name in columns
        }
        self._code_of: dict[tuple[str, str], int] = {}
        self._codes: list[NDArray[np.int32]] = []
        self._at_ms: list[NDArray[np.int64]] = []
        self._columns: dict[str, list[np.ma.MaskedArray]] = {name: [] for name in columns}

    def add(self, series: Series, renamed: dict[str, str] | None = None) -> None:
        """Add a series' rows; `renamed` tells which column a column of the answer is."""
        if not series.values:
            return
        by_name = dict(zip(series.columns, zip(*series.values, strict=True), strict=True))
        count = len(series.values)
        tags = [series.tags[tag] if tag in series.tags else by_name[tag] for tag in _TAGS]
        self._codes.append(self._coded(*(repeat(tag, count) if isinstance(tag, str) else tag for tag in tags)))
        self._at_ms.append(np.array(by_name["time"], dtype=np.int64))
        given = {(renamed or {}).get(name, name): values for name, values in by_name.items()}
        for name, dtype in self._dtypes.items():
            self._columns[name].append(_masked(given.get(name) or (None,) * count, dtype))

    def _coded(self, stations: Iterable[Any], devices: Iterable[Any]) -> NDArray[np.int32]:
        code_of, codes = self._code_of, []
        for name in zip(stations, devices, strict=True):
            code = code_of.get(name)
            if code is None:
                code = code_of[name] = len(code_of)
            codes.append(code)
        return np.array(codes, dtype=np.int32)

    def rows(self) -> Rows:
        return Rows(
            names=list(self._code_of),
            codes=np.concatenate([*self._codes, np.empty(0, dtype=np.int32)]),
            at_ms=np.concatenate([*self._at_ms, np.empty(0, dtype=np.int64)]),
            columns={name: _joined(parts, self._dtypes[name]) for name, parts in self._columns.items()},
        )


def _joined(parts: Sequence[np.ma.MaskedArray], dtype: type[np.generic]) -> np.ma.MaskedArray:
    return np.ma.MaskedArray(
        np.concatenate([*map(np.ma.getdata, parts), np.empty(0, dtype=dtype)]),
        mask=np.concatenate([*map(np.ma.getmaskarray, parts), np.empty(0, dtype=bool)]),
    )


def _masked(values: Sequence[Value], dtype: type[np.generic]) -> np.ma.MaskedArray:
    if None not in values:
        return np.ma.MaskedArray(np.array(values, dtype=dtype))
    missing = [value is None for value in values]
    filled = [0 if value is None else value for value in values]
    return np.ma.MaskedArray(np.array(filled, dtype=dtype), mask=missing)

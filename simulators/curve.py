"""A measured power curve from a CSV file, and one day of it as a day in Asia/Shanghai."""

import csv
from collections.abc import Sequence
from datetime import UTC, date, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from guangfu.texts import Lang, Text
from simulators.noise import Floats, Ints
from simulators.stations import day_number, day_of_number
from simulators.weather import DAY_S, day_start_s

DAY_MS: Final = DAY_S * 1000
MOST_AT_EDGE_MS: Final = 3_600_000
"""How far from midnight a day's first and last sample may lie. [ms]"""
NREL_FILE: Final = "serf_east_1min_ac_power.csv"
"""A 5 kW array on a roof in Golden, Colorado, minute by minute over two days of March 2022."""

NOT_INSTALLED: Final = Text(
    "找不到 pvanalytics 自带的 NREL 实测数据；请运行 pip install '.[analysis]'，或改为给出 CSV 文件。",
    "pvanalytics, which brings the measured data of NREL, is not installed: pip install '.[analysis]'; or name a file.",
)
UNREADABLE: Final = Text("读不了 {path}：{why}", "Can't read {path}: {why}")
NO_COLUMN: Final = Text(
    "{path} 没有功率列 {column}；现有的列：{columns}。", "{path} has no power column {column}; it has {columns}."
)
BAD_ROW: Final = Text("{path} 第 {row} 行有误：{why}", "{path}, row {row}: {why}")
BACKWARDS: Final = Text("时间没有递增", "time does not increase")
NO_DAY: Final = Text("{path} 中没有完整的一天（{day}）。", "{path} does not hold a whole day ({day}).")


class BadCurve(Exception):
    """The file can't be replayed; `said` is the reason for people."""

    def __init__(self, text: Text, **values: object) -> None:
        self._text, self._values = text, values
        super().__init__(self.said(Lang.EN))

    def said(self, lang: Lang) -> str:
        values = {name: value(lang) if isinstance(value, Text) else value for name, value in self._values.items()}
        return self._text(lang, **values)


class Curve(NamedTuple):
    """A power curve.

    Attributes:
        at_ms: (n,) strictly increasing. [ms since 1970 UTC]
        power_w: (n,) as measured; at night a plant takes a little, which is below zero. [W]
        offset_ms: What the file's clock is ahead of UTC. [ms]
    """

    at_ms: Ints
    power_w: Floats
    offset_ms: int


def nrel_file() -> Path:
    """The measured curve in pvanalytics' wheel, which is found and not imported.

    Raises:
        BadCurve: pvanalytics is not installed.
    """
    found = find_spec("pvanalytics")
    places = found.submodule_search_locations if found is not None else None
    path = Path(next(iter(places)), "data", NREL_FILE) if places else None
    if path is None or not path.is_file():
        raise BadCurve(NOT_INSTALLED)
    return path


def read_curve(path: Path, column: str | None = None) -> Curve:
    """Read a power curve: time in the first column, power in `column` or the first that is called AC power.

    Power is in watts, or in kilowatts if the column's name says kW. A time without an offset is UTC. Rows
    without a value are left out.

    Raises:
        BadCurve: The file can't be read, has no such column, or has times that do not increase.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.reader(file))
    except (OSError, ValueError, csv.Error) as error:
        raise BadCurve(UNREADABLE, path=path, why=error) from error
    index = _power_column(path, rows[0] if rows else [], column)
    scale = 1000.0 if "kw" in rows[0][index].lower() else 1.0
    samples = [(n, row[0], row[index]) for n, row in enumerate(rows[1:], 2) if len(row) > index and row[index].strip()]
    times = [_time(path, n, text) for n, text, _ in samples]
    power_w = np.array([_number(path, n, text) for n, _, text in samples]) * scale
    at_ms = np.array([round(t.timestamp() * 1000) for t in times], dtype=np.int64)
    _check_increasing(path, at_ms, [n for n, _, _ in samples])
    offset = times[0].utcoffset() if times else None
    known = ~np.isnan(power_w)
    return Curve(at_ms[known], power_w[known], round(offset.total_seconds() * 1000) if offset else 0)


def as_local_day(curve: Curve, day: date, source_day: date | None = None, *, path: str = "") -> Curve:
    """One day of a curve by its own clock, moved to a local day; from midnight to midnight, both included.

    Where the curve does not reach a midnight its nearest sample holds until there, for an hour at most.

    Args:
        curve: Of several days, by any clock.
        day: The local day to move to.
        source_day: The day of the curve; its first whole one if not given.
        path: For the message.

    Raises:
        BadCurve: The curve does not hold the day from end to end.
    """
    local_ms = curve.at_ms + curve.offset_ms
    first, last = (int(t) // DAY_MS for t in (local_ms[0], local_ms[-1])) if len(local_ms) else (0, -1)
    wanted = [day_number(source_day)] if source_day is not None else range(first, last + 1)
    for number in wanted:
        since_ms = local_ms - number * DAY_MS
        inside = (since_ms >= 0) & (since_ms <= DAY_MS)
        if inside.any() and _reaches_both_ends(since_ms[inside]):
            start_ms = day_start_s(day_number(day)) * 1000
            return _closed(since_ms[inside], curve.power_w[inside], start_ms)
    raise BadCurve(NO_DAY, path=path, day=source_day or f"{day_of_number(first)} – {day_of_number(max(first, last))}")


def _reaches_both_ends(since_ms: Ints) -> bool:
    return bool(since_ms[0] <= MOST_AT_EDGE_MS and since_ms[-1] >= DAY_MS - MOST_AT_EDGE_MS)


def _closed(since_ms: Ints, power_w: Floats, start_ms: int) -> Curve:
    before, after = int(since_ms[0] > 0), int(since_ms[-1] < DAY_MS)
    at_ms = np.concatenate([[0] * before, since_ms, [DAY_MS] * after]).astype(np.int64)
    power = np.concatenate([power_w[:before], power_w, power_w[len(power_w) - after :]])
    return Curve(start_ms + at_ms, power, 0)


def _power_column(path: Path, header: Sequence[str], column: str | None) -> int:
    names = [name.lower().replace(" ", "_") for name in header]
    found = [
        i for i, name in enumerate(names) if i > 0 and (header[i] == column or (not column and "ac_power" in name))
    ]
    if not found:
        raise BadCurve(NO_COLUMN, path=path, column=column or "ac_power", columns=", ".join(header))
    return found[0]


def _time(path: Path, row: int, text: str) -> datetime:
    for read in (datetime.fromisoformat, lambda t: datetime.strptime(t, "%m/%d/%Y %H:%M")):  # noqa: DTZ007
        try:
            at = read(text)
        except ValueError:
            continue
        return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    raise BadCurve(BAD_ROW, path=path, row=row, why=text)


def _number(path: Path, row: int, text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise BadCurve(BAD_ROW, path=path, row=row, why=text) from error


def _check_increasing(path: Path, at_ms: Ints, rows: Sequence[int]) -> None:
    back = np.flatnonzero(np.diff(at_ms) <= 0)
    if len(back):
        raise BadCurve(BAD_ROW, path=path, row=rows[int(back[0]) + 1], why=BACKWARDS)

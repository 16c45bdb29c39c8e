"""The simulated power company: statements of what a fleet's truth file says, as an Excel workbook (演示数据).

It reads the meters at 00:00 of the first and of the last day, cuts the registers off after two decimals as their
displays do, and multiplies. Its prices are the simulated world's own, its headers those of the standard form.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any, Final

import msgspec
from openpyxl import Workbook

from guangfu.stations.models import Grid, Registry, Station, valid_on
from simulators.scenario import NoPrice, price_yuan_per_kwh

STEP_WH: Final = 10
"""One step of a display with two decimals of a kWh."""
BASE: Final = {Grid.MENGXI: Decimal("0.2829"), Grid.MENGDONG: Decimal("0.3035")}
"""The base part of the price, in the simulated world as in the real one since 2017. [yuan/kWh]"""
ACCOUNT: Final = "发电户号"
HEADERS: Final = (
    "发电户号", "结算月份", "结算单号", "出具日期", "表号",
    "上次抄表日期", "本次抄表日期", "上次表码", "本次表码", "倍率",
    "变损电量", "线损电量", "上网电量", "下网电量",
    "上网电价", "上网电费", "补贴电价", "补贴金额",
    "退补月份", "退补项目", "退补电量", "退补金额", "退补原因",
)  # fmt: skip
NOTES: Final = (
    ("演示数据：由模拟电站的真值生成，不是任何电力公司的结算单。",),
    ("Synthetic: made from the truth of simulated stations, no power company's statement.",),
)


@dataclass(frozen=True, slots=True)
class TrueDay:
    """What the truth file says of a station's meter on a day: its register at both midnights, as displayed. [Wh]"""

    station: str
    day: date
    meter: str
    start_wh: int
    end_wh: int
    factor: int


def read_truth(path: Path) -> list[TrueDay]:
    """The days of a truth file, in its order.

    Raises:
        OSError: It can't be read.
        ValueError: It is no truth file.
    """
    try:
        rows = (msgspec.json.decode(line) for line in path.read_bytes().splitlines())
        return [_day(row) for row in rows if "total" not in row]
    except (msgspec.DecodeError, KeyError, TypeError) as error:
        raise ValueError(f"{path}: {error}") from error


def _day(row: Mapping[str, Any]) -> TrueDay:
    day = date.fromisoformat(row["day"])
    return TrueDay(row["station"], day, row["meter"], row["register_start_wh"], row["register_end_wh"], row["factor"])


def month_window(days: Iterable[TrueDay], month: str) -> tuple[date, date] | None:
    """The part of a month that the truth knows, from its first day to the day after its last one."""
    known = [one.day for one in days if f"{one.day:%Y-%m}" == month]
    return (min(known), max(known) + timedelta(days=1)) if known else None


def earlier_days(days: Iterable[TrueDay], first: date, last: date, months: int) -> list[TrueDay]:
    """What meters would have shown so many whole months before a window, had every month been like it: made up.

    Args:
        days: What the truth knows;
        first: the window's first day
        last: and the day after its last one.
        months: How many months before the window's month, at least one.

    Returns:
        The first and the last day of the earlier month of each meter whose register did not begin after it.
    """
    known: dict[tuple[str, str], list[TrueDay]] = {}
    for one in days:
        if one.day in {first, last - timedelta(days=1)}:
            known.setdefault((one.station, one.meter), []).append(one)
    begin, end = _month_before(first, months)
    found = []
    for of in known.values():
        grown = of[-1].end_wh - of[0].start_wh
        month_wh = grown * 30 // (last - first).days
        start_wh = of[0].start_wh - months * month_wh
        if grown >= 0 and start_wh >= 0:
            at_end = start_wh + month_wh
            found += [replace(of[0], day=begin, start_wh=start_wh, end_wh=start_wh)]
            found += [replace(of[0], day=end, start_wh=at_end, end_wh=at_end)]
    return found


def _month_before(day: date, months: int) -> tuple[date, date]:
    """The first and the last day of the month so many months before a day's."""
    count = day.year * 12 + day.month - 1 - months
    begin = date(count // 12, count % 12 + 1, 1)
    return begin, (begin + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def statement_rows(
    registry: Registry, days: Iterable[TrueDay], month: str, first: date, last: date
) -> Iterator[tuple[object, ...]]:
    """A row a meter, in the order of `HEADERS`, of the stations whose meter the truth knows from `first` to `last`.

    A station without an account, or without a price in the simulated world, has none.

    Args:
        first: The meters are read at 00:00 of this day,
        last: and again at 00:00 of this one.
    """
    of_meter: dict[tuple[str, str], dict[date, TrueDay]] = {}
    for one in days:
        of_meter.setdefault((one.station, one.meter), {})[one.day] = one
    accounts = {a.subject_id: a.value for a in registry.attributes if a.name == ACCOUNT and valid_on(a, first)}
    for (station_id, meter), known in sorted(of_meter.items()):
        station = registry.stations.get(station_id)
        begin, end = known.get(first), known.get(last - timedelta(days=1))
        if station is not None and begin and end and station_id in accounts:
            row = _row(registry, station, meter, begin, end)
            if row is not None:
                head = accounts[station_id], month, f"演示-{month}", last, meter, first, last
                yield *head, *row, None, None, None, None, None


def _row(registry: Registry, station: Station, meter: str, begin: TrueDay, end: TrueDay) -> tuple[object, ...] | None:
    try:
        price = price_yuan_per_kwh(station)
    except NoPrice:
        return None
    first, last = (wh // STEP_WH * STEP_WH for wh in (begin.start_wh, end.end_wh))
    grown = last - first
    if grown < 0:
        grown += _modulus_wh(registry, station.station_id, meter)
    kwh, base = _kwh(grown * begin.factor), BASE[station.grid]
    subsidy = price - base
    amounts = base, _yuan(kwh * base), subsidy, _yuan(kwh * subsidy)
    return _kwh(first), _kwh(last), begin.factor, None, None, kwh, None, *amounts


def _modulus_wh(registry: Registry, station_id: str, meter: str) -> int:
    devices = (d for d in registry.devices_of.get(station_id, ()) if d.device == meter)
    return next((d.register_modulus_wh or 0 for d in devices), 0)


def _kwh(wh: int) -> Decimal:
    return Decimal(wh) / 1000


def _yuan(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def write_statements(path: Path, rows: Iterable[tuple[object, ...]]) -> int:
    """Writes the workbook; returns how many rows it has.

    Raises:
        OSError: It can't be written.
    """
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "结算单"
    sheet.append(HEADERS)
    n = 0
    for n, row in enumerate(rows, start=1):
        sheet.append(row)
        sheet.cell(n + 1, 1).number_format = "@"
    notes = book.create_sheet("说明")
    for note in NOTES:
        notes.append(note)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return n

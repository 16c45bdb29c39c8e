"""How complete the data of stations are: messages by their numbers, readings by the meter's slots."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from api import schemas
from api.marked import SUSPECT, count_marked
from api.parameters import Period
from api.parts import Parts
from api.tables import Column
from guangfu.clock import day_start, from_ms
from guangfu.income.counters import Registers
from guangfu.monitor.slots import MARGIN, Silence, SlotDay, Slots, find_slots
from guangfu.stations.models import DeviceKind
from guangfu.storage.sql.completeness import StationDay, StationGap, read_completeness, read_gaps
from guangfu.storage.sql.figures import read_daily_energy
from guangfu.telemetry.reading import SUSPECT_MARKS
from guangfu.texts import Lang, Text

MAX_DAYS: Final = 31
SHOWN: Final = 500
"""The newest gaps and silences that one answer holds."""


def station_completeness(parts: Parts, station_id: str, asked: Period) -> schemas.StationCompleteness:
    """Raises `Unavailable` if a store can't be reached."""
    with parts.engine.connect() as db:
        rows = read_completeness(db, start=asked.start, end=asked.end, stations=[station_id])
        gaps = read_gaps(db, start=asked.start, end=asked.end, stations=[station_id])
    slots = _slots(parts, station_id, asked)
    of_day = {row.day: row for row in rows}
    marked = _station_marks(parts, station_id, asked)
    days = [
        _day(of_day.get(slot.day) or StationDay(station_id, slot.day), slot, marked(slot.day)) for slot in slots.days
    ]
    return schemas.StationCompleteness(
        station_id=station_id,
        days=days,
        gaps_total=len(gaps),
        gaps=[_gap(gap) for gap in gaps[-SHOWN:]],
        silences_total=len(slots.silences),
        silences=[_silence(silence) for silence in slots.silences[-SHOWN:]],
    )


def _station_marks(parts: Parts, station_id: str, asked: Period) -> Callable[[date], dict[str, int]]:
    """Of a day: all readings, those with any mark, and those with each."""
    kinds = list(dict.fromkeys(device.kind for device in parts.registry.devices_of.get(station_id, ())))
    named = {"readings": 0, "suspect": SUSPECT} | {mark.name.lower(): mark for mark in SUSPECT_MARKS}
    counted = {
        name: count_marked(parts.store, asked.start, asked.end, marks=marks, kinds=kinds, stations=[station_id])
        for name, marks in named.items()
    }
    return lambda day: {name: of.get((station_id, day), 0) for name, of in counted.items()}


def _slots(parts: Parts, station_id: str, asked: Period) -> Slots:
    if not asked.days():
        return Slots([], [])
    table = parts.store.read(
        DeviceKind.METER,
        ["energy_export_total_wh", "ac_power_w"],
        start_at=day_start(asked.start) - MARGIN,
        end_at=day_start(asked.end + timedelta(days=1)) + MARGIN,
        stations=[station_id],
    )
    register_wh = table.columns["energy_export_total_wh"].astype("int64")
    registers = Registers(table.station, table.device, table.at_ms, register_wh)
    factor, now = parts.rules.energy.plausible_factor, parts.clock.now()
    return find_slots(registers, parts.registry, station_id, asked.start, asked.end, now, factor)


def fleet_completeness(parts: Parts, day: date, lang: Lang) -> schemas.FleetCompleteness:
    """A row for each station that is not closed, and their sum."""
    catalog = parts.look.get().catalog
    with parts.engine.connect() as db:
        rows = {row.station_id: row for row in read_completeness(db, start=day, end=day)}
        coverage = _coverage(db, day)
    readings = count_marked(parts.store, day, day)
    suspect = count_marked(parts.store, day, day, marks=SUSPECT)
    stations = [station for station in catalog.stations if station.grid_connected_on <= day]
    items = [
        schemas.CompletenessRow(
            station_id=station.station_id,
            name=station.name_en if lang is Lang.EN else station.name,
            coverage=coverage.get(station.station_id),
            **dict(_counts(rows.get(station.station_id) or StationDay(station.station_id, day))),
            **dict(_marked(readings.get((station.station_id, day), 0), suspect.get((station.station_id, day), 0))),
        )
        for station in stations
    ]
    known = (rows[station.station_id] for station in stations if station.station_id in rows)
    marked = _marked(sum(item.readings for item in items), sum(item.suspect for item in items))
    sums = schemas.CompletenessTotal(**dict(_counts(total(known, day))), **dict(marked))
    return schemas.FleetCompleteness(day=day, total=sums, items=items)


def total(rows: Iterable[StationDay], day: date) -> StationDay:
    """The sum of stations' days."""
    sums = StationDay("", day)
    for row in rows:
        sums = replace(
            sums,
            received=sums.received + row.received,
            missing=sums.missing + row.missing,
            doubled=sums.doubled + row.doubled,
            late=sums.late + row.late,
            unnumbered=sums.unnumbered + row.unnumbered,
        )
    return sums


def _coverage(db: Connection, day: date) -> dict[str, float]:
    return {row.station_id: row.coverage for row in read_daily_energy(db, start=day, end=day)}


def _counts(row: StationDay) -> schemas.MessageCounts:
    due = row.received + row.missing
    return schemas.MessageCounts(
        received=row.received,
        missing=row.missing,
        doubled=row.doubled,
        late=row.late,
        unnumbered=row.unnumbered,
        message_completeness=row.received / due if due else None,
    )


def _marked(readings: int, suspect: int) -> schemas.MarkedReadings:
    share = suspect / readings if readings else None
    return schemas.MarkedReadings(readings=readings, suspect=suspect, suspect_share=share)


def _day(row: StationDay, slot: SlotDay, marks: Mapping[str, int]) -> schemas.CompletenessDay:
    return schemas.CompletenessDay(
        day=slot.day,
        expected_slots=slot.expected,
        received_slots=slot.received,
        completeness=slot.received / slot.expected if slot.expected else None,
        interval_s=slot.interval_s,
        **dict(_counts(row)),
        **(dict(marks) | dict(_marked(marks["readings"], marks["suspect"]))),
    )


def _gap(found: StationGap) -> schemas.MissingNumbers:
    first, last, since_ms, until_ms = found.gap
    return schemas.MissingNumbers(
        boot=found.boot, first_seq=first, last_seq=last, missing=found.gap.missing, from_at=from_ms(since_ms),
        until_at=from_ms(until_ms),
    )  # fmt: skip


def _silence(found: Silence) -> schemas.MissingSlots:
    return schemas.MissingSlots(
        device=found.device,
        from_at=from_ms(found.from_ms),
        until_at=None if found.until_ms is None else from_ms(found.until_ms),
        slots=found.slots,
        register_says=found.register,
        energy_wh=found.energy_wh,
    )


def _plain(name: str, title: Text) -> Column[Any]:
    return Column(name, title, lambda row, _: getattr(row, name))


def _messages() -> tuple[Column[Any], ...]:
    return (
        _plain("received", Text("收到报文", "Messages received")),
        _plain("missing", Text("缺失报文", "Messages missing")),
        _plain("doubled", Text("重复报文", "Messages doubled")),
        _plain("late", Text("迟到报文", "Messages late")),
        _plain("unnumbered", Text("无序号报文", "Messages without a number")),
        _plain("message_completeness", Text("报文完整率", "Message completeness")),
    )


def _suspects() -> tuple[Column[Any], ...]:
    return (
        _plain("readings", Text("入库读数", "Readings stored")),
        _plain("suspect", Text("可疑读数", "Suspect readings")),
        _plain("suspect_share", Text("可疑占比", "Suspect share")),
    )


DAY_COLUMNS: Final[Sequence[Column[schemas.CompletenessDay]]] = (
    Column("day", Text("日期", "Day"), lambda row, _: row.day),
    *_messages(),
    Column("expected_slots", Text("应报次数", "Readings expected"), lambda row, _: row.expected_slots),
    Column("received_slots", Text("实报次数", "Readings received"), lambda row, _: row.received_slots),
    Column("completeness", Text("数据完整率", "Data completeness"), lambda row, _: row.completeness),
    Column("interval_s", Text("上报间隔（秒）", "Reporting interval (s)"), lambda row, _: row.interval_s),
    *_suspects(),
    _plain("suspect_power", Text("可疑：功率或辐照度", "Suspect: power or irradiance")),
    _plain("suspect_counter", Text("可疑：表码", "Suspect: counter")),
    _plain("suspect_night", Text("可疑：夜间发电", "Suspect: at night")),
    _plain("suspect_stuck", Text("可疑：数值不变", "Suspect: stuck")),
)
FLEET_COLUMNS: Final[Sequence[Column[schemas.CompletenessRow]]] = (
    Column("station_id", Text("电站编号", "Station id"), lambda row, _: row.station_id),
    Column("name", Text("电站", "Station"), lambda row, _: row.name),
    *_messages(),
    Column("coverage", Text("数据完整率", "Data completeness"), lambda row, _: row.coverage),
    *_suspects(),
)

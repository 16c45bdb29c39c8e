"""Dates are in order, and what can be true only once at a time does not overlap."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Final, TypeVar

from guangfu.stations.checks.finding import Finding, Findings, warning
from guangfu.stations.models import Dated
from guangfu.stations.tables import Facts, Table
from guangfu.texts import Text

F = TypeVar("F", bound=Dated)

Period = tuple[date, date]
"""From a day to the day after its last."""


def period(fact: Dated) -> Period:
    return fact.valid_from, fact.valid_to or date.max


def overlap(one: Period, other: Period) -> bool:
    """Do two periods share a day?"""
    return max(one[0], other[0]) < min(one[1], other[1])


def check_dates(facts: Facts) -> Findings:
    """Filed, then on grid, then closed; a fact ends after it began; one value at a time."""
    yield from _station_days(facts)
    for table in (Table.DEVICES, Table.SHARE_UNITS, Table.HOUSEHOLDS, Table.SLOTS, Table.ATTRIBUTES):
        yield from _ends_after_beginning(table, facts.rows(table))  # type: ignore[arg-type]  # dated, all five
    yield from overlaps(Table.DEVICES, facts.devices, lambda d: (d.station_id, d.device), _SAME_DEVICE)
    yield from overlaps(Table.SHARE_UNITS, facts.share_units, lambda s: (s.station_id, s.village_id), _SAME_SHARE)
    yield from overlaps(Table.SLOTS, facts.slots, lambda s: (s.slot_id,), _SAME_SLOT)
    yield from overlaps(Table.ATTRIBUTES, facts.attributes, lambda a: (a.subject_id, a.name), _SAME_ATTRIBUTE)


def _station_days(facts: Facts) -> Findings:
    for index, station in enumerate(facts.stations):
        if station.filed_on > station.grid_connected_on:
            yield Finding(Table.STATIONS, index, "filed_on", _FILED_LATE)
        if station.closed_on is not None and station.closed_on <= station.grid_connected_on:
            yield Finding(Table.STATIONS, index, "closed_on", _CLOSED_EARLY)
        if station.plan_year > station.grid_connected_on.year:
            yield warning(Table.STATIONS, index, "plan_year", _PLANNED_LATE)


def _ends_after_beginning(table: Table, rows: Iterable[Dated]) -> Findings:
    for index, fact in enumerate(rows):
        if fact.valid_to is not None and fact.valid_to <= fact.valid_from:
            yield Finding(table, index, "valid_to", _ENDS_EARLY)


def overlaps(table: Table, rows: Sequence[F], key: Callable[[F], tuple[str, ...]], text: Text) -> Findings:
    """Facts of one key of which a later row begins before an earlier one has ended."""
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for index, fact in enumerate(rows):
        groups[key(fact)].append(index)
    for group in groups.values():
        ends = date.min
        for index in sorted(group, key=lambda i: (rows[i].valid_from, i)):
            if rows[index].valid_from < ends:
                yield Finding(table, index, "valid_from", text)
            ends = max(ends, period(rows[index])[1])


_FILED_LATE: Final = Text("备案日期晚于并网日期", "filed after the grid connection")
_CLOSED_EARLY: Final = Text("退役日期不晚于并网日期", "closed before it was connected")
_PLANNED_LATE: Final = Text("计划年度晚于并网年份", "planned for a year after the grid connection")
_ENDS_EARLY: Final = Text("失效日期应晚于生效日期", "it should end after the day it begins")
_SAME_DEVICE: Final = Text(
    "同一电站的同名设备有效期重叠：更换后的表或设备请另起名称",
    "the device of this name overlaps in time: an exchanged device takes a new name",
)
_SAME_SHARE: Final = Text(
    "同一嘎查村在同一电站的份额有效期重叠：变更时请先给旧的一行填失效日期",
    "the village's units in this station overlap in time: end the old row first",
)
_SAME_SLOT: Final = Text(
    "同一名额在同一时间给了两户：请先给旧的一行填失效日期", "the slot is held twice at a time: end the old row first"
)
_SAME_ATTRIBUTE: Final = Text("同一属性在同一时间有两个值", "the attribute has two values at a time")

"""The registers at the bounds of a month, of its statement's window and of its meters, copied to outlive telemetry."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final, Protocol

import numpy as np

from guangfu.clock import day_start, from_ms, to_ms
from guangfu.income.settlement.matching import our_device
from guangfu.income.settlement.models import Statement
from guangfu.income.settlement.months import month_bounds
from guangfu.stations.models import Device, DeviceKind, Registry
from guangfu.storage.sql.settlement import BoundaryReading
from guangfu.storage.telemetry_store import ReadingTable

COUNTER: Final = "energy_export_total_wh"
NEAR: Final = timedelta(hours=2)
"""Around a bound, enough where readings are not missing; only where they are, more is read."""
Bound = tuple[Device, datetime]


class Readings(Protocol):
    """What can be asked for stored readings: a telemetry store, or the API of a system that holds it."""

    def read(
        self, kind: DeviceKind, columns: Sequence[str], *, start_at: datetime, end_at: datetime,
        stations: Sequence[str] | None = None,
    ) -> ReadingTable:  # fmt: skip
        """As `TelemetryStore.read`."""
        ...


def boundary_readings(
    store: Readings, registry: Registry, month: str, stations: Iterable[str],
    statements: Mapping[str, Statement], max_gap_h: float,
) -> list[BoundaryReading]:  # fmt: skip
    """What each gateway meter displayed when the month, or it itself, began and ended, and when it was read by hand.

    A bound is exact where there is a reading at it, interpolated where its neighbours are at most `max_gap_h` apart,
    otherwise missing; where the statement read the meter then, its reading stands in. A meter that begins or ends with
    an exchange has its first or last reading there, as the nearest.

    Args:
        stations: Whose meters.
        statements: The statements of the month that stand, by station; a station may have none.

    Raises:
        Unavailable: The store can't be reached.
    """
    bounds = [one for station in stations for one in _bounds(registry, station, month, statements.get(station))]
    stated = dict(_stated(registry, statements.values()))
    rows = read_bounds(store, bounds, month, max_gap_h)
    return [
        _nearest(_stand_in(row, stated.get(_place(row))), _exchange(registry, device, row.bound_at))
        for row, (device, _) in zip(rows, dict.fromkeys(bounds), strict=True)
    ]


def read_bounds(store: Readings, bounds: Iterable[Bound], month: str, max_gap_h: float) -> list[BoundaryReading]:
    """What meters displayed at instants: a row a bound, in their order; `missing` where it can't be told.

    Raises:
        Unavailable: The store can't be reached.
    """
    found = {one: _missing(*one, month) for one in bounds}
    for margin in (NEAR, timedelta(hours=max_gap_h)):
        _fill(store, found, margin, timedelta(hours=max_gap_h))
    return list(found.values())


def _bounds(registry: Registry, station_id: str, month: str, statement: Statement | None) -> Iterator[Bound]:
    days = {*month_bounds(month)}
    if statement is not None:
        days |= {day for meter in statement.meters for day in (meter.read_from, meter.read_to)}
    begin, end = month_bounds(month)
    for device in registry.devices_of.get(station_id, ()):
        if device.kind is DeviceKind.METER:
            own = {day for day in (device.valid_from, device.valid_to) if day is not None and begin < day < end}
            yield from ((device, day_start(day)) for day in sorted(days | own) if _in_service(device, day))


def _exchange(registry: Registry, device: Device, at: datetime) -> str | None:
    """Whether the meter begins or ends at the instant; not if only its factor changes."""
    others = [one for one in registry.devices_of.get(device.station_id, ()) if one.device == device.device]
    if at == day_start(device.valid_from) and all(one.valid_to != device.valid_from for one in others):
        return "begins"
    if device.valid_to is not None and at == day_start(device.valid_to):
        return "ends" if all(one.valid_from != device.valid_to for one in others) else None
    return None


def _nearest(row: BoundaryReading, exchange: str | None) -> BoundaryReading:
    """The meter's first or last reading, where it was exchanged and not read at midnight."""
    register = {"begins": row.after_wh, "ends": row.before_wh}.get(exchange or "")
    return row if row.register_wh is not None or register is None else replace(
        row, register_wh=register, quality="nearest"
    )  # fmt: skip


def _in_service(device: Device, day: date) -> bool:
    """At the midnight that begins the day; the day after its last one bounds that one too."""
    return device.valid_from <= day and (device.valid_to is None or day <= device.valid_to)


def _missing(device: Device, bound_at: datetime, month: str) -> BoundaryReading:
    return BoundaryReading(
        device.station_id, month, device.device, bound_at, None, "missing", None, None, None, None,
        device.multiplication_factor, "telemetry",
    )  # fmt: skip


def _fill(store: Readings, found: dict[Bound, BoundaryReading], margin: timedelta, longest: timedelta) -> None:
    """Looks near each bound that is not known yet."""
    waiting: dict[datetime, list[Device]] = {}
    for (device, at), row in found.items():
        if row.register_wh is None:
            waiting.setdefault(at, []).append(device)
    for at, devices in waiting.items():
        table = store.read(
            DeviceKind.METER, [COUNTER], start_at=at - margin, end_at=at + margin + timedelta(milliseconds=1),
            stations=sorted({device.station_id for device in devices}),
        )  # fmt: skip
        places = _places(table)
        for device in devices:
            rows = places.get((device.station_id, device.device))
            if rows is not None:
                found[device, at] = _read(found[device, at], device, table, rows, longest)


def _places(table: ReadingTable) -> dict[tuple[str, str], Sequence[int]]:
    rows: dict[tuple[str, str], list[int]] = {}
    known = table.columns[COUNTER] >= 0
    for n in np.flatnonzero(known).tolist():
        rows.setdefault((table.station[n], table.device[n]), []).append(n)
    return {key: sorted(group, key=lambda n: int(table.at_ms[n])) for key, group in rows.items()}


def _read(
    row: BoundaryReading, device: Device, table: ReadingTable, rows: Sequence[int], longest: timedelta
) -> BoundaryReading:
    at_ms = to_ms(row.bound_at)
    before = next((n for n in reversed(rows) if table.at_ms[n] <= at_ms), None)
    after = next((n for n in rows if table.at_ms[n] > at_ms), None)
    (before_ms, before_wh), (after_ms, after_wh) = _reading(table, before), _reading(table, after)
    row = replace(
        row, before_at=_instant(before_ms), before_wh=before_wh, after_at=_instant(after_ms), after_wh=after_wh
    )
    if before_ms == at_ms:
        return replace(row, register_wh=before_wh, quality="exact")
    if before_ms is None or after_ms is None or after_ms - before_ms > longest.total_seconds() * 1000:
        return row
    assert before_wh is not None and after_wh is not None
    grown = after_wh - before_wh
    if grown < 0:
        grown = max(grown + (device.register_modulus_wh or 0), 0)
    shown = before_wh + grown * (at_ms - before_ms) // (after_ms - before_ms)
    return replace(row, register_wh=shown % (device.register_modulus_wh or shown + 1), quality="interpolated")


def _reading(table: ReadingTable, row: int | None) -> tuple[int | None, int | None]:
    return (None, None) if row is None else (int(table.at_ms[row]), int(table.columns[COUNTER][row]))


def _instant(at_ms: int | None) -> datetime | None:
    return None if at_ms is None else from_ms(at_ms)


_Place = tuple[str, str, datetime]


def _place(row: BoundaryReading) -> _Place:
    return row.station_id, row.device, row.bound_at


def _stated(registry: Registry, statements: Iterable[Statement]) -> Iterator[tuple[_Place, int]]:
    """What the statements' readers saw, under the names of the registry's meters."""
    for statement in statements:
        for meter in statement.meters:
            device = our_device(meter, statement, registry)
            if device is not None:
                yield (device.station_id, device.device, day_start(meter.read_from)), meter.first_reading_wh
                yield (device.station_id, device.device, day_start(meter.read_to)), meter.last_reading_wh


def _stand_in(row: BoundaryReading, stated_wh: int | None) -> BoundaryReading:
    if row.register_wh is not None or stated_wh is None:
        return row
    return replace(row, register_wh=stated_wh, quality="exact", source="statement")

"""Stored readings of one station as columns, in JSON or as a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
import numpy as np
from fastapi import Response
from numpy.typing import NDArray

from api.parameters import check_range, parse_instant
from api.problems import BadRequest
from api.tables import Column, Headers, csv_response
from guangfu.clock import Clock, from_ms
from guangfu.stations.models import DeviceKind
from guangfu.storage.telemetry_store import ReadingTable, TelemetryStore
from guangfu.telemetry.reading import FIELDS_OF, INTEGER_FIELDS
from guangfu.texts import Lang, Text

MAX_DAYS: Final = {DeviceKind.METER: 31, DeviceKind.WEATHER: 31, DeviceKind.INVERTER: 7}
"""A centralized station has many inverters, and every one reports each minute."""
QUALITY: Final = "quality"
NO_FIELD: Final = Text("{kind} 没有字段 {names}。可用：{known}。", "{kind} has no field {names}. Known: {known}.")


@dataclass(frozen=True)
class Asked:
    station_id: str
    kind: DeviceKind
    device: str | None
    start_at: datetime
    end_at: datetime
    fields: tuple[str, ...]


def asked_readings(
    station_id: str, kind: DeviceKind, device: str | None, start: str | None, end: str | None, fields: str | None,
    clock: Clock,
) -> Asked:  # fmt: skip
    """What a request asks for: by default all fields of the 24 hours before the end, which is now.

    Raises:
        BadRequest: A field that the kind has not, no instant, or a range that is backwards or too long.
    """
    end_at = parse_instant(end) if end else clock.now()
    start_at = parse_instant(start) if start else end_at - timedelta(days=1)
    check_range(start_at, end_at, MAX_DAYS[kind])
    return Asked(station_id, kind, device, start_at, end_at, _fields(kind, fields))


def _fields(kind: DeviceKind, fields: str | None) -> tuple[str, ...]:
    known = (*FIELDS_OF[kind], QUALITY)
    if not fields:
        return known
    names = tuple(dict.fromkeys(name.strip() for name in fields.split(",")))
    if unknown := [name for name in names if name not in known]:
        raise BadRequest(NO_FIELD, kind=kind.value, names=", ".join(unknown), known=", ".join(known))
    return names


@dataclass(frozen=True)
class Found:
    """Readings, and what was asked for them."""

    asked: Asked
    table: ReadingTable

    def to_json(self) -> bytes:
        """As `schemas.Readings`; numbers by the million are written without a model of each."""
        return msgspec.json.encode(
            {
                "station_id": self.asked.station_id,
                "kind": self.asked.kind.value,
                "start_at": self.asked.start_at,
                "end_at": self.asked.end_at,
                "at_ms": self.table.at_ms.tolist(),
                "device": self.table.device.tolist(),
                "columns": {name: _values(name, self.table) for name in self.asked.fields},
            }
        )


def read_readings(store: TelemetryStore, asked: Asked) -> Found:
    """Raises `Unavailable` if the store can't be reached."""
    table = store.read(
        asked.kind, asked.fields, start_at=asked.start_at, end_at=asked.end_at, stations=[asked.station_id]
    )
    return Found(asked, table if asked.device is None else _of_device(table, asked.device))


def _of_device(table: ReadingTable, device: str) -> ReadingTable:
    rows = table.device == device
    columns = {name: values[rows] for name, values in table.columns.items()}
    return ReadingTable(table.station[rows], table.device[rows], table.at_ms[rows], columns)


def _values(name: str, table: ReadingTable) -> list[Any]:
    """A column with `None` where a value is missing."""
    values: NDArray[Any] = table.columns[name]
    missing = values < 0 if name in INTEGER_FIELDS or name == QUALITY else np.isnan(values)
    return [None if gone else value for value, gone in zip(values.tolist(), missing.tolist(), strict=True)]


def readings_csv(found: Found, lang: Lang, headers: Headers) -> Response:
    """A row per device and instant; the columns keep their contract names, which say the unit."""
    columns: list[Column[Sequence[Any]]] = [
        Column("at", Text("时间", "Time (Asia/Shanghai)"), lambda row, _: from_ms(row[0])),
        Column("device", Text("设备", "Device"), lambda row, _: row[1]),
        *(_field_column(name, place) for place, name in enumerate(found.asked.fields, start=2)),
    ]
    table = found.table
    values = [_values(name, table) for name in found.asked.fields]
    rows = zip(table.at_ms.tolist(), table.device.tolist(), *values, strict=True)
    name = f"readings-{found.asked.station_id}-{found.asked.kind.value}"
    return csv_response(columns, rows, lang=lang, headers=headers, name=name)


def _field_column(name: str, place: int) -> Column[Sequence[Any]]:
    return Column(name, Text(name, name), lambda row, _: row[place])

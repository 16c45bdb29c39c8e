"""Points to InfluxDB's line protocol, in bulk.

msgspec writes JSON, floats included, several times as fast as Python formats strings, so the lines
are made from JSON: an integer is wrapped into a tuple, whose closing bracket becomes the `i` of a line
protocol integer; quotes and braces go, colons become equals signs. Tags, fields and time are
documents of their own, a line each, and two of three line ends become the spaces between them.

Source:
    https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final

import msgspec
import numpy as np

from guangfu.stations.models import DeviceKind
from guangfu.storage.reading_rows import COLUMNS_OF, INTEGER_COLUMNS, measurement_of
from guangfu.storage.telemetry_store import Point
from guangfu.telemetry.reading import FIELDS_OF, INTEGER_FIELDS, Reading

# Ids of letters, digits and these few signs look the same in JSON and in line protocol.
_PLAIN_ID: Final = re.compile(r"[\w./-]+")
_CHUNK_POINTS: Final = 500  # what fits the processor's cache
_TO_LINE: Final = bytes.maketrans(b":]", b"=i")
_ENCODE_LINES: Final = msgspec.json.Encoder().encode_lines
_VALUE_OF: Final = {name: attrgetter(name) for fields in FIELDS_OF.values() for name in fields}
_FIELDS: Final = {
    kind: msgspec.defstruct(
        f"{kind.value.title()}Fields",
        [(name, tuple[int] | None if name in INTEGER_COLUMNS else float | None, None) for name in names],
        omit_defaults=True,
        gc=False,
    )
    for kind, names in COLUMNS_OF.items()
}


def encode_lines(points: Sequence[Point]) -> bytes:
    """The points as lines with times in milliseconds; points of the same device keep their order.

    A value that line protocol can't say becomes one that InfluxDB refuses: NaN and infinity are `null`, an
    integer of more than 64 bits keeps its digits.

    Args:
        points: Their ids have been checked with `point_faults.id_fault`.
    """
    odd: list[Point] = []
    groups: dict[DeviceKind, list[Point]] = {kind: [] for kind in DeviceKind}
    for point in points:
        plain = _is_plain(point.station) and _is_plain(point.reading.device)
        (groups[point.kind] if plain else odd).append(point)
    lines = [_plain_lines(kind, group[i : i + _CHUNK_POINTS]) for kind, group in groups.items()
             for i in range(0, len(group), _CHUNK_POINTS)]  # fmt: skip
    return b"".join([*lines, *map(_odd_line, odd)])


@lru_cache(maxsize=100_000)
def _is_plain(name: str) -> bool:
    return _PLAIN_ID.fullmatch(name) is not None


@lru_cache(maxsize=100_000)
def series_key(kind: DeviceKind, station: str, device: str) -> str:
    r"""Measurement and tags of a line, escaped.

    >>> series_key(DeviceKind.METER, "s1", "电表 1")
    'pv_meter,device=电表\\ 1,station=s1'
    """
    return f"{measurement_of(kind)},device={_escaped(device)},station={_escaped(station)}"


def _escaped(tag: str) -> str:
    return tag.replace(",", "\\,").replace("=", "\\=").replace(" ", "\\ ")


def _plain_lines(kind: DeviceKind, points: Sequence[Point]) -> bytes:
    readings = [point.reading for point in points]
    quality = [(point.quality,) for point in points]
    documents: list[Any] = [None] * (3 * len(points))
    documents[0::3] = [series_key(kind, point.station, point.reading.device) for point in points]
    documents[1::3] = map(_FIELDS[kind], *(_values(readings, name) for name in FIELDS_OF[kind]), quality)
    documents[2::3] = [reading.at_ms for reading in readings]
    lines = bytearray(_ENCODE_LINES(documents).translate(_TO_LINE, b'"{}['))
    characters = np.frombuffer(lines, dtype=np.uint8)
    ends = np.flatnonzero(characters == ord("\n"))
    characters[ends[0::3]] = characters[ends[1::3]] = ord(" ")
    return bytes(lines)


def _values(readings: Sequence[Reading], name: str) -> Iterable[object]:
    values = map(_VALUE_OF[name], readings)
    if name in INTEGER_FIELDS:
        return [None if value is None else (value,) for value in values]
    return values


def _odd_line(point: Point) -> bytes:
    """One line with tags that need escaping: a plain line, with its key exchanged."""
    plain = Point("s", point.kind, msgspec.structs.replace(point.reading, device="d"), point.quality)
    line = _plain_lines(point.kind, [plain])
    return series_key(point.kind, point.station, point.reading.device).encode() + line[line.index(b" ") :]

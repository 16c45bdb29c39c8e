"""Points to InfluxDB's line protocol, in bulk.

msgspec writes JSON, floats included, several times as fast as Python formats strings, so the lines
are made from JSON documents. Where a column has a value in each point or in none, the ordinary case, a line
is a row of documents, tags and names of fields between the values, from which quotes and line ends are
taken away. Otherwise the fields are one object: an integer is wrapped into a tuple, whose closing bracket
becomes the `i` of a line protocol integer; quotes and braces go, colons become equals signs.

Source:
    https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import compress
from typing import Any, Final

import msgspec
import numpy as np

from guangfu.stations.models import DeviceKind
from guangfu.storage.point_block import PointBlock, Points
from guangfu.storage.point_faults import ID_LENGTH_MAX, id_fault
from guangfu.storage.reading_rows import COLUMNS_OF, INTEGER_COLUMNS, measurement_of
from guangfu.storage.telemetry_store import Point
from guangfu.telemetry.reading import FIELDS_OF, INTEGER_FIELDS

# Ids of letters, digits and these few signs look the same in JSON and in line protocol.
_PLAIN_ID: Final = re.compile(rf"[\w./-]{{1,{ID_LENGTH_MAX}}}")
_CHUNK_POINTS: Final = 512  # what fits the processor's cache
_MOST_KEYS: Final = 1_000_000
_TO_LINE: Final = bytes.maketrans(b":]", b"=i")
_END_OF_ROW: Final = bytes.maketrans(b"|", b"\n")
_ENCODE_LINES: Final = msgspec.json.Encoder().encode_lines
_FIELDS: Final = {
    kind: msgspec.defstruct(
        f"{kind.value.title()}Fields",
        [(name, tuple[int] | None if name in INTEGER_COLUMNS else float | None, None) for name in names],
        omit_defaults=True,
        gc=False,
    )
    for kind, names in COLUMNS_OF.items()
}
_KEYS: Final[dict[DeviceKind, dict[tuple[str, str], str]]] = {kind: {} for kind in DeviceKind}
"""Measurement and tags by station and device; empty for ids that are not plain."""


class BadId(Exception):
    """A point's station or device can't be a tag; `point_faults` says which."""


def encode_lines(points: Sequence[Point]) -> bytes:
    """The points as lines with times in milliseconds; points of the same device keep their order.

    A value that line protocol can't say becomes one that InfluxDB refuses: NaN and infinity are `null`, an
    integer of more than 64 bits keeps its digits.

    Raises:
        BadId: An id can't be a tag.
    """
    lines: list[bytes] = []
    odd: list[Point] = []
    for block in Points.of(points).blocks:
        keys = _keys(block)
        if not all(keys):
            odd += compress(block.points(), [not key for key in keys])
            block, keys = block.picked(keys), list(compress(keys, keys))  # noqa: PLW2901 - the rest of it
        lines += (_plain_lines(block.part(i, i + _CHUNK_POINTS), keys[i : i + _CHUNK_POINTS])
                  for i in range(0, len(block), _CHUNK_POINTS))  # fmt: skip
    return b"".join([*lines, *map(_odd_line, odd)])


@lru_cache(maxsize=100_000)
def series_key(kind: DeviceKind, station: str, device: str) -> str:
    r"""Measurement and tags of a line, escaped.

    >>> series_key(DeviceKind.METER, "s1", "电表 1")
    'pv_meter,device=电表\\ 1,station=s1'
    """
    return f"{measurement_of(kind)},device={_escaped(device)},station={_escaped(station)}"


def _escaped(tag: str) -> str:
    return tag.replace(",", "\\,").replace("=", "\\=").replace(" ", "\\ ")


def _keys(block: PointBlock) -> list[str]:
    known = _KEYS[block.kind]
    try:
        # zip's tuples live for one look-up only, which costs a third of keeping them.
        return list(map(known.__getitem__, zip(block.stations, block.devices, strict=True)))
    except KeyError:
        if len(known) > _MOST_KEYS:
            known.clear()
        for station, device in set(zip(block.stations, block.devices, strict=True)):
            plain = _PLAIN_ID.fullmatch(station) and _PLAIN_ID.fullmatch(device)
            known[station, device] = series_key(block.kind, station, device) if plain else ""
    return _keys(block)


def _plain_lines(block: PointBlock, keys: Sequence[str]) -> bytes:
    if all(missing in {0, len(block)} for missing in block.missing.values()):
        return _even_lines(block, keys)
    return _uneven_lines(block, keys)


def _even_lines(block: PointBlock, keys: Sequence[str]) -> bytes:
    """Lines that all have the same fields."""
    names = tuple(name for name, missing in block.missing.items() if not missing)
    row = _row(names)
    documents: list[Any] = row * len(block)
    documents[0 :: len(row)] = keys
    for place, values in enumerate([*(block.columns[name] for name in names), block.quality, block.at_ms], start=1):
        documents[2 * place :: len(row)] = values
    return _ENCODE_LINES(documents).translate(_END_OF_ROW, b'"\n')


@lru_cache(maxsize=1000)
def _row(names: tuple[str, ...]) -> list[str | None]:
    """The documents of a line, `None` where a key, a value or the time goes."""
    row: list[str | None] = [None]
    sign, end = " ", ""
    for name in (*names, "quality"):
        row += [f"{end}{sign}{name}=", None]
        sign, end = ",", "i" if name in INTEGER_COLUMNS else ""
    return [*row, "i ", None, "|"]


def _uneven_lines(block: PointBlock, keys: Sequence[str]) -> bytes:
    documents: list[Any] = [None] * (3 * len(block))
    documents[0::3] = keys
    columns = [_values(block.columns[name], name) for name in FIELDS_OF[block.kind]]
    documents[1::3] = map(_FIELDS[block.kind], *columns, zip(block.quality))
    documents[2::3] = block.at_ms
    lines = bytearray(_ENCODE_LINES(documents).translate(_TO_LINE, b'"{}['))
    characters = np.frombuffer(lines, dtype=np.uint8)
    ends = np.flatnonzero(characters == ord("\n"))
    characters[ends[0::3]] = characters[ends[1::3]] = ord(" ")
    return bytes(lines)


def _values(column: list[Any], name: str) -> Iterable[object]:
    if name not in INTEGER_FIELDS:
        return column
    if None in column:
        return [None if value is None else (value,) for value in column]
    return zip(column)


def _odd_line(point: Point) -> bytes:
    """One line with tags that need escaping: a plain line, with its key exchanged."""
    if id_fault(point.station) or id_fault(point.reading.device):
        raise BadId
    block = PointBlock.of(point.kind, ["s"], [point.reading], [point.quality])
    line = _plain_lines(block, ["key"])
    return series_key(point.kind, point.station, point.reading.device).encode() + line[line.index(b" ") :]

"""Which points no telemetry store can keep: the same ones in every store.

InfluxDB sets the limits (NaN and infinity, tags, its range of time); DuckDB could take more, but a
county that moves from the one to the other must find the same rule.
"""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from guangfu.storage.telemetry_store import Point, RefusedPoint
from guangfu.telemetry.reading import FIELDS_OF, INTEGER_FIELDS

AT_MS_MAX: Final = 9_223_372_036_854
"""Nanoseconds since 1970 must fit into 64 bits: 1677-09-21 to 2262-04-11. [ms]"""

INTEGER_MIN: Final = -(2**63)
INTEGER_MAX: Final = 2**63 - 1
ID_LENGTH_MAX: Final = 200


@lru_cache(maxsize=100_000)
def id_fault(name: str) -> str | None:
    r"""Why a station's or device's id can't be a tag; None if it can.

    >>> id_fault("察右后旗 1号,a=b")
    >>> id_fault("a\nb")
    'an id holds a character that can not be printed'
    """
    if not name:
        return "an id is empty"
    if len(name) > ID_LENGTH_MAX:
        return f"an id is longer than {ID_LENGTH_MAX} characters"
    if not name.isprintable():
        return "an id holds a character that can not be printed"
    # In line protocol a backslash before a comma, a space or an equals sign takes its meaning away, and
    # can't be escaped itself.
    return "an id holds a backslash" if "\\" in name else None


def point_fault(point: Point) -> str | None:
    """Why the point can never be stored; None if it can."""
    reading = point.reading
    fault = id_fault(point.station) or id_fault(reading.device)
    if fault is not None:
        return fault
    if not -AT_MS_MAX <= reading.at_ms <= AT_MS_MAX:
        return f"time {reading.at_ms} ms is out of range"
    for name in (*FIELDS_OF[point.kind], "quality"):
        value = point.quality if name == "quality" else getattr(reading, name)
        if value is not None and not _storable(name, value):
            return f"{name} is {str(value)[:40]}, which can not be stored"
    return None


def _storable(name: str, value: float) -> bool:
    if name in INTEGER_FIELDS or name == "quality":
        return INTEGER_MIN <= value <= INTEGER_MAX
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def split_storable(points: Sequence[Point]) -> tuple[list[Point], list[RefusedPoint]]:
    """The points that can be stored, in their order, and the others with the reason."""
    storable: list[Point] = []
    refused: list[RefusedPoint] = []
    for point in points:
        fault = point_fault(point)
        if fault is None:
            storable.append(point)
        else:
            refused.append(RefusedPoint(point, fault))
    return storable, refused

"""Many points at once as arrays, made from their columns."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from guangfu.stations.models import DeviceKind
from guangfu.storage.point_block import PointBlock, Points
from guangfu.storage.point_faults import AT_MS_MAX
from guangfu.storage.telemetry_store import Point
from guangfu.telemetry.reading import INTEGER_FIELDS

Column = NDArray[np.float64] | NDArray[np.int64] | np.ma.MaskedArray


class Unstorable(Exception):
    """At least one of the points holds a value that can't be stored; `point_faults` says which."""


def columns_of(kind: DeviceKind, points: Sequence[Point]) -> dict[str, Column]:
    """`arrays_of` n points of that kind, at least one."""
    (block,) = Points.of(points).blocks
    assert block.kind is kind
    return arrays_of(block)


def arrays_of(block: PointBlock) -> dict[str, Column]:
    """The points' times, values and quality by column; columns without any value are left out.

    Args:
        block: n points, at least one.

    Returns:
        `at_ms`: (n,) int64; each field and `quality`: (n,), masked where missing.

    Raises:
        Unstorable: A value is NaN, infinite or does not fit into 64 bits.
    """
    try:
        at_ms = np.array(block.at_ms, dtype=np.int64)
        columns: dict[str, Column] = {"at_ms": at_ms}
        for name, values in block.columns.items():
            column = _column(values, block.missing[name], whole=name in INTEGER_FIELDS)
            if column is not None:
                columns[name] = column
        columns["quality"] = np.array(block.quality, dtype=np.int64)
    except OverflowError as error:
        raise Unstorable from error
    if at_ms.max() > AT_MS_MAX or at_ms.min() < -AT_MS_MAX:
        raise Unstorable
    return columns


def _column(values: list[float | None], missing: int, *, whole: bool) -> Column | None:
    if missing == len(values):
        return None
    return _integers(values, missing) if whole else _floats(values, missing)


def _integers(values: list[float | None], missing: int) -> Column:
    if not missing:
        return np.array(values, dtype=np.int64)
    filled = [0 if value is None else value for value in values]
    return np.ma.MaskedArray(np.array(filled, dtype=np.int64), mask=[value is None for value in values])


def _floats(values: list[float | None], missing: int) -> Column:
    floats = np.array(values, dtype=np.float64)  # None becomes NaN
    finite = np.isfinite(floats)
    if np.count_nonzero(finite) + missing < len(floats):
        raise Unstorable
    return np.ma.MaskedArray(floats, mask=~finite) if missing else floats

"""Can a value be true at all? What a field alone, and the size of its device, can tell.

A value that can't be true is taken out of its reading and kept as a dead letter; the rest of the reading is stored. A
broken thermometer must not cost the counter beside it, and so no money. What is merely unlikely is stored and
marked (`ingest.plausible`).
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from guangfu.storage.point_block import PointBlock
from guangfu.telemetry.reading import Reading
from ingest.devices import DC_OVER_AC, Devices

UNSIGNED_16: Final = (65_535.0, 6553.5)
SIGNED_16: Final = (32_767.0, 3276.7)
"""A register that has no measurement holds its largest number; with a scale factor of -1, a tenth of it."""
UNSIGNED_32: Final = 4_294_967_295.0
SIGNED_32: Final = 2_147_483_647.0
MINUS_A_MILLION: Final = -1_000_000.0
"""Written by historians and gateways where a tag has no value."""

MOST_TIMES_CAPACITY: Final = 10.0
"""More is another unit or no measurement; less may be a capacity that is wrong in the registry."""
LEAST_TIMES_CAPACITY: Final = -1.2
"""A plant can't take more from the grid than its connection carries."""


class Range(NamedTuple):
    """What a field can be, both ends included, and the values within that mean that there is no measurement."""

    least: float
    most: float
    never: tuple[float, ...] = ()


_COUNTER: Final = Range(0, 1e15, (UNSIGNED_32, SIGNED_32))  # 1e15 Wh: the whole country's sun of two years
_TEMPERATURE: Final = Range(-80, 200)  # a cell in a hot spot reaches 150 °C; China's coldest air was -53 °C
_IRRADIANCE: Final = Range(-50, 2500)  # pyranometers read down to -20 at night; edges of clouds have given 1,900

RANGES: Final[Mapping[str, Range]] = {
    "ac_voltage_v": Range(0, 1_200_000, (*UNSIGNED_16, *SIGNED_16)),
    "ac_frequency_hz": Range(0, 100),
    "energy_export_total_wh": _COUNTER,
    "energy_import_total_wh": _COUNTER,
    "energy_total_wh": _COUNTER,
    "cabinet_temperature_c": _TEMPERATURE,
    "module_temperature_c": _TEMPERATURE,
    "ambient_temperature_c": _TEMPERATURE,
    "state": Range(0, UNSIGNED_32, (UNSIGNED_16[0], UNSIGNED_32)),
    "event_bits": Range(0, 2**63 - 1, (UNSIGNED_32,)),
    "poa_irradiance_w_m2": _IRRADIANCE,
    "ghi_w_m2": _IRRADIANCE,
    "wind_speed_m_s": Range(-1, 120),  # the strongest gust ever measured was 113
}
"""Fields whose range is the same for every device; of the others it goes by capacity."""

_TIMES: Final = {
    "ac_power_w": 1.0,
    "dc_power_w": DC_OVER_AC,
    "reactive_power_var": 1.0,
}
_ANYTHING: Final = Range(-math.inf, math.inf)
_MOST_NEVER: Final = max(len(each.never) for each in RANGES.values())


def range_of(name: str, capacity_w: float) -> Range:
    """What a field of a device of that capacity can be."""
    if name in RANGES:
        return RANGES[name]
    most_w = _TIMES[name] * capacity_w
    least = LEAST_TIMES_CAPACITY if name != "reactive_power_var" else -MOST_TIMES_CAPACITY
    return Range(least * most_w, MOST_TIMES_CAPACITY * most_w, (MINUS_A_MILLION,))


def why_impossible(name: str, value: float, capacity_w: float) -> str | None:
    """Why a field can't have that value; `None` if it can.

    >>> why_impossible("ghi_w_m2", 6553.5, 0)
    'ghi_w_m2: 6553.5 is outside -50 to 2500'
    >>> why_impossible("ac_voltage_v", 65535.0, 0)
    'ac_voltage_v: 65535.0 means that there is no measurement'
    >>> why_impossible("ac_power_w", 1.0, 300_000)
    """
    least, most, never = range_of(name, capacity_w)
    if value in never:
        return f"{name}: {value} means that there is no measurement"
    if least <= value <= most:
        return None
    return f"{name}: {str(value)[:40]} is outside {least:.10g} to {most:.10g}"


def impossible_of(reading: Reading, names: Sequence[str], capacity_w: float) -> Iterator[tuple[str, str]]:
    """Of these fields those whose value can't be true, each with the reason."""
    for name in names:
        value = getattr(reading, name)
        why = None if value is None else why_impossible(name, value, capacity_w)
        if why is not None:
            yield name, why


def all_possible(block: PointBlock, devices: Devices) -> bool:
    """`impossible_of` for many readings at once: whether it finds nothing in any of them.

    Args:
        block: n points with their places, of which the columns become numbers here, once and for all who look later.
        devices: Where they come from.
    """
    assert block.places is not None
    names = [name for name, missing in block.missing.items() if missing < len(block)]
    if not names:
        return True
    rows = block.as_rows(names)
    least, most, never = _bounds(tuple(names))
    if bool(((rows < least) | (rows > most)).any()) or any(bool((rows == each).any()) for each in never):
        return False
    capacity_w = devices.capacity_w[block.places]
    return all(
        _power_is_possible(row, name, capacity_w) for name, row in zip(names, rows, strict=True) if name in _TIMES
    )


def _power_is_possible(power_w: NDArray[np.float64], name: str, capacity_w: NDArray[np.float64]) -> bool:
    least, most, never = range_of(name, 1.0)
    outside = (power_w < least * capacity_w) | (power_w > most * capacity_w)
    return not (outside.any() or any((power_w == each).any() for each in never))


_KNOWN_BOUNDS: dict[tuple[str, ...], tuple[Any, Any, list[Any]]] = {}


def _bounds(names: tuple[str, ...]) -> tuple[Any, Any, list[Any]]:
    """Least and most of each field, and columns of the values that are none; each (m, 1)."""
    found = _KNOWN_BOUNDS.get(names)
    if found is None:
        ranges = [RANGES.get(name, _ANYTHING) for name in names]
        padded = np.array([(*each.never, *[np.nan] * (_MOST_NEVER - len(each.never))) for each in ranges])
        never = [column[:, None] for column in padded.T if not np.isnan(column).all()]
        found = np.array([[r.least] for r in ranges]), np.array([[r.most] for r in ranges]), never
        _KNOWN_BOUNDS[names] = found
    return found

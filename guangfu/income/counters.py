"""A gateway meter's register, made to grow: wraps added, resets and impossible steps not counted.

A step is the way from one reading to the meter's next. What it may gain at most is bounded by what the station can
give in that time, so that no wrap, reset, exchange or misread register ever becomes income.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from guangfu.income.reasons import Reason

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

LEAST_ELAPSED_MS: Final = 900_000
"""A step may always gain what 15 minutes can give: a coarse register moves seldom, and then by a lot."""


@dataclass(frozen=True)
class Registers:
    """Export registers as displayed, of any stations, in any order, repeated or not.

    Attributes:
        station: (n,) of str
        device: (n,) of str
        at_ms: (n,) [ms since 1970 UTC]
        register_wh: (n,) [Wh, before the multiplication factor]; below zero where missing
    """

    station: NDArray[np.object_]
    device: NDArray[np.object_]
    at_ms: Ints
    register_wh: Ints


@dataclass(frozen=True)
class CodedRegisters:
    """The same with meters by number, as databases keep them; it may be thinned.

    Attributes:
        names: Station and device of each code.
        codes: (n,) index into `names`
        at_ms: (n,) [ms since 1970 UTC]
        register_wh: (n,) [Wh, before the multiplication factor]; below zero where missing
        joined: (n,) between the meter's row before this one and this one readings were left out, all plausible and
            each near the next; `None` where nothing was left out
    """

    names: Sequence[tuple[str, str]]
    codes: NDArray[np.integer]
    at_ms: Ints
    register_wh: Ints
    joined: Bools | None = None


@dataclass(frozen=True)
class MeterLimits:
    """For each of m meters: the register's modulus, 0 where it has none [Wh], and its highest speed [Wh/h]."""

    modulus_wh: Ints
    highest_wh_per_h: Floats


@dataclass(frozen=True)
class Counters:
    """The readings of all meters, sorted by meter and time, one per instant.

    Attributes:
        meter: (n,) index of the meter
        at_ms: (n,) [ms since 1970 UTC]
        grown_wh: (n,) what the register gained up to the reading; only differences within a meter mean anything. [Wh]
        faults: (n,) of int8: 0, or 1 + the index in `STEP_FAULTS` of what is wrong with the step that ends here
        joined: (n,) the step that ends here stands for plausible ones that are each short
    """

    meter: Ints
    at_ms: Ints
    grown_wh: Ints
    faults: NDArray[np.int8]
    joined: Bools


STEP_FAULTS: Final = (Reason.METER_RESET, Reason.COUNTER_IMPLAUSIBLE, Reason.METER_EXCHANGE)
EXCHANGED: Final = 3
"""What `Counters.faults` has of the step from an old meter's last reading to its successor's first."""


def grow(registers: Registers | CodedRegisters, meters: Mapping[tuple[str, str], int], limits: MeterLimits) -> Counters:
    """Registers as counters that only grow.

    A step counts its difference if that is plausible: at least zero and at most what the station can give meanwhile.
    A fall counts difference + modulus if that is plausible (a wrap); otherwise, if the register fell to less than
    half and its new value is plausible, the new value (a reset); otherwise nothing. A single reading that neither
    fits to the one before it nor is needed for the one after it to fit is a misread register and is left out.

    Args:
        registers: The readings; those of meters that are not in `meters` are ignored.
        meters: The index of each meter by station and device.
        limits: By that index.

    Returns:
        Order and repetition of the readings change nothing; of two values at one instant the larger counts.
    """
    rows = _sorted(registers, meters)
    gain, fault = _steps(rows, limits)
    misread = _misread(rows, limits, np.flatnonzero((fault > 0) | (np.diff(rows.register) < 0)))
    if len(misread):
        rows = rows.at(np.delete(np.arange(len(rows.meter)), misread))
        gain, fault = _steps(rows, limits)
    zero = np.zeros(min(len(rows.meter), 1), np.int64)
    grown = np.concatenate([zero, np.cumsum(gain)])
    return Counters(rows.meter, rows.at_ms, grown, np.concatenate([zero.astype(np.int8), fault]), rows.joined)


@dataclass(frozen=True)
class _Rows:
    meter: Ints
    at_ms: Ints
    register: Ints
    joined: Bools

    def at(self, rows: Ints | Bools) -> "_Rows":
        return _Rows(self.meter[rows], self.at_ms[rows], self.register[rows], self.joined[rows])


def _sorted(registers: Registers | CodedRegisters, meters: Mapping[tuple[str, str], int]) -> _Rows:
    rows = _numbered(registers, meters)
    keep = (rows.meter >= 0) & (rows.register >= 0)
    rows = rows if keep.all() else rows.at(keep)
    if _in_order(rows):
        return rows
    # Rows that come by time need only be put by meter: for 16 bits that is a radix sort.
    few = len(meters) <= 1 << 16
    by_meter = rows.at(np.argsort(rows.meter.astype(np.uint16) if few else rows.meter, kind="stable"))
    if _in_order(by_meter):
        return by_meter
    rows = rows.at(np.lexsort((rows.register, rows.at_ms, rows.meter)))
    return rows.at(np.append((rows.meter[1:] != rows.meter[:-1]) | (rows.at_ms[1:] != rows.at_ms[:-1]), True))


def _in_order(rows: _Rows) -> bool:
    same = rows.meter[1:] == rows.meter[:-1]
    return bool(np.all((rows.meter[1:] > rows.meter[:-1]) | (same & (rows.at_ms[1:] > rows.at_ms[:-1]))))


def _numbered(registers: Registers | CodedRegisters, meters: Mapping[tuple[str, str], int]) -> _Rows:
    joined = np.zeros(len(registers.at_ms), np.bool_)
    if isinstance(registers, Registers):
        meter = _meter_index(registers.station, registers.device, meters)
        return _Rows(meter, registers.at_ms, registers.register_wh, joined)
    number = np.array([meters.get(name, -1) for name in registers.names] or [-1], np.int64)
    joined = joined if registers.joined is None else registers.joined
    return _Rows(number[registers.codes], registers.at_ms, registers.register_wh, joined)


def _meter_index(
    station: NDArray[np.object_], device: NDArray[np.object_], meters: Mapping[tuple[str, str], int]
) -> Ints:
    """The meter of each row, -1 if unknown; looked up once per run of equal rows."""
    if len(station) == 0:
        return np.zeros(0, np.int64)
    changes = np.flatnonzero((station[1:] != station[:-1]) | (device[1:] != device[:-1])) + 1
    starts = np.concatenate([[0], changes])
    found = [meters.get((s, d), -1) for s, d in zip(station[starts], device[starts], strict=True)]
    return np.repeat(np.array(found, np.int64), np.diff(np.append(starts, len(station))))


def _steps(rows: _Rows, limits: MeterLimits) -> tuple[Ints, NDArray[np.int8]]:
    """Gain and fault of the step from each reading to the next; none between two meters."""
    register = rows.register
    gain, fault = _judged(rows.meter[:-1], register[:-1], register[1:], np.diff(rows.at_ms), limits)
    same, joined = rows.meter[1:] == rows.meter[:-1], rows.joined[1:]
    return np.where(joined, np.diff(register), gain) * same, np.where(joined, 0, fault).astype(np.int8) * same


def _judged(
    meter: Ints, before_wh: Ints, after_wh: Ints, elapsed_ms: Ints, limits: MeterLimits
) -> tuple[Ints, NDArray[np.int8]]:
    """What each step counts, and 1 + the index in `STEP_FAULTS` of what is wrong with it, or 0."""
    most = limits.highest_wh_per_h[meter] * (np.maximum(elapsed_ms, LEAST_ELAPSED_MS) / 3_600_000)
    risen = after_wh - before_wh
    gain, fault = np.where(risen <= most, risen, 0), (risen > most).astype(np.int8) * np.int8(2)
    falls = np.flatnonzero(risen < 0)
    fallen, after, most = risen[falls], after_wh[falls], most[falls]
    modulus = limits.modulus_wh[meter[falls]]
    wrapped = (modulus > 0) & (fallen + modulus >= 0) & (fallen + modulus <= most)
    reset = (after * 2 < before_wh[falls]) & (after <= most)
    gain[falls] = np.select([wrapped, reset], [fallen + modulus, after], 0)
    fault[falls] = np.where(wrapped, 0, 1)
    return gain, fault


def _misread(rows: _Rows, limits: MeterLimits, doubtful: Ints) -> list[int]:
    """Single readings that end a doubtful step while the readings before and after them fit each other."""
    meter, register = rows.meter, rows.register
    before = doubtful[doubtful + 2 < len(meter)]
    before = before[(meter[before] == meter[before + 1]) & (meter[before] == meter[before + 2])]
    first, last = register[before], register[before + 2]
    _, fault = _judged(meter[before], first, last, rows.at_ms[before + 2] - rows.at_ms[before], limits)
    found: list[int] = []
    for row in (before[(fault == 0) & (last >= first)] + 1).tolist():
        # A reading is judged by the one before it, so one that follows a misread one stays.
        if not found or found[-1] != row - 1:
            found.append(row)
    return found

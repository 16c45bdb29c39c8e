"""Reporting slots: how many readings a meter should have given, and whether its register goes on over a silence.

A lost tail leaves no gap in the numbers of messages. But a meter that reports every minute shows by its readings alone
that one is missing, and its register, which only grows, shows that the energy of the silence is not lost.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np

from guangfu.clock import DAY_MS, day_start, to_ms
from guangfu.income.counters import Counters, Ints, Registers, grow
from guangfu.income.meters import GatewayMeters, gateway_meters
from guangfu.stations.models import Registry
from guangfu.telemetry.completeness import CHINA_MS, local_day_number

MARGIN: Final = timedelta(hours=24)
"""How far before and after the days readings are looked at, so that a silence over a midnight has both its ends."""

_NEAR: Final = 9
"""Steps on each side that tell the interval there."""
_GRACE: Final = 2
"""Intervals that a reading may be under way before it counts as missing."""


class Register(StrEnum):
    """What the register says of a silence."""

    CONTINUES = "continues"  # nothing but readings was lost
    RESET = "reset"  # fell or jumped: energy of the silence is not known
    UNKNOWN = "unknown"  # not read at one of the ends


class Silence(NamedTuple):
    """Slots without a reading. `until_ms` and `energy_wh` (at the gateway) are `None` while it lasts."""

    device: str
    from_ms: int
    until_ms: int | None
    slots: int
    register: Register
    energy_wh: int | None


@dataclass(frozen=True, slots=True)
class SlotDay:
    """A local day's slots of a station's gateway meters. `expected` is `None` where no interval can be told."""

    day: date
    expected: int | None
    received: int
    interval_s: float | None


@dataclass(frozen=True)
class Slots:
    """`days` are all that were asked for, `silences` those that touch them, in the order of time."""

    days: list[SlotDay]
    silences: list[Silence]


def find_slots(
    registers: Registers,
    registry: Registry,
    station: str,
    start: date,
    end: date,
    now: datetime,
    plausible_factor: float,
) -> Slots:
    """Slots of one station's gateway meters on the days from `start` to `end`, both included.

    Args:
        registers: All readings of the station's meters from `MARGIN` before the days to as long after them, also those
            without a register (below zero there).
        now: A slot after it is not due. [aware]
        plausible_factor: Of the rules: what a register gains at most, times the AC capacity.
    """
    days = [start + timedelta(days=i) for i in range((end - start).days + 1)]
    meters = gateway_meters(registry, {station}, days, plausible_factor)
    counters = grow(registers, meters.index, meters.limits)
    found = _Found(days, to_ms(now))
    for (_, device), meter in meters.index.items():
        at_ms = np.unique(registers.at_ms[registers.device == device])
        if len(at_ms) > 1:
            found.add(device, at_ms, _of_meter(counters, meter), meters, meter)
    return Slots(found.slot_days(), sorted(found.silences, key=lambda silence: silence.from_ms))


class _Found:
    """Sums up the meters of a station."""

    def __init__(self, days: list[date], now_ms: int) -> None:
        self._days, self._now_ms = days, now_ms
        self._first = local_day_number(to_ms(day_start(days[0])))
        self._received = np.zeros(len(days), np.int64)
        self._missing = np.zeros(len(days), np.int64)
        self._intervals_ms: list[list[float]] = [[] for _ in days]
        self.silences: list[Silence] = []

    def add(self, device: str, at_ms: Ints, counters: "_Meter", meters: GatewayMeters, meter: int) -> None:
        steps = np.diff(at_ms)
        interval_ms = step_intervals(steps)
        missing = np.maximum(np.rint(steps / interval_ms).astype(np.int64) - 1, 0)
        self._count(at_ms, self._received, meters, meter)
        self._count(_lost_at(at_ms, steps, missing), self._missing, meters, meter)
        self._note_intervals(at_ms, steps, missing)
        for i in np.flatnonzero(missing).tolist():
            self._hush(device, int(at_ms[i]), int(at_ms[i + 1]), int(missing[i]), counters, meters, meter)
        self._add_open(device, int(at_ms[-1]), float(interval_ms[-1]), meters, meter)

    def _count(self, at_ms: Ints, into: Ints, meters: GatewayMeters, meter: int) -> None:
        places = (at_ms + CHINA_MS) // DAY_MS - self._first
        places = places[(places >= 0) & (places < len(self._days))]
        counted = np.bincount(places, minlength=len(self._days))
        into += np.where(meters.valid[meter], counted, 0)

    def _note_intervals(self, at_ms: Ints, steps: Ints, missing: Ints) -> None:
        whole = missing == 0
        places, steps = (at_ms[1:][whole] - 1 + CHINA_MS) // DAY_MS - self._first, steps[whole]
        for place, intervals_ms in enumerate(self._intervals_ms):
            intervals_ms.extend(steps[places == place].tolist())

    def _add_open(self, device: str, last_ms: int, interval_ms: float, meters: GatewayMeters, meter: int) -> None:
        """The silence after the last reading."""
        slots = int((self._now_ms - last_ms) // interval_ms) - _GRACE + 1
        end_ms = to_ms(day_start(self._days[-1] + timedelta(days=1)))
        due = last_ms + np.arange(1, max(slots, 0) + 1) * round(interval_ms)
        due = due[due < end_ms].astype(np.int64)
        self._count(due, self._missing, meters, meter)
        if len(due) and due[-1] >= to_ms(day_start(self._days[0])):
            self.silences.append(Silence(device, last_ms, None, len(due), Register.UNKNOWN, None))

    def _hush(
        self,
        device: str,
        from_ms: int,
        until_ms: int,
        slots: int,
        counters: "_Meter",
        meters: GatewayMeters,
        meter: int,
    ) -> None:
        place = min(max(local_day_number(until_ms) - self._first, 0), len(self._days) - 1)
        touches = local_day_number(until_ms) >= self._first > local_day_number(from_ms) - len(self._days)
        if not touches or not meters.valid[meter, place]:
            return
        register, gained_wh = counters.over(from_ms, until_ms)
        energy_wh = None if gained_wh is None else gained_wh * int(meters.factor[meter, place])
        self.silences.append(Silence(device, from_ms, until_ms, slots, register, energy_wh))

    def slot_days(self) -> list[SlotDay]:
        return [
            SlotDay(
                day,
                int(received + missing) if received + missing else None,
                int(received),
                float(np.median(steps)) / 1000 if steps else None,
            )
            for day, received, missing, steps in zip(
                self._days, self._received.tolist(), self._missing.tolist(), self._intervals_ms, strict=True
            )
        ]


class _Meter(NamedTuple):
    """One meter's register as it grows: (n,) of each."""

    at_ms: Ints
    grown_wh: Ints
    faults: Ints

    def over(self, from_ms: int, until_ms: int) -> tuple[Register, int | None]:
        """Whether it goes on from one reading to another, and what it gained."""
        before, after = np.searchsorted(self.at_ms, [from_ms, until_ms]).tolist()
        known = after < len(self.at_ms) and self.at_ms[before] == from_ms and self.at_ms[after] == until_ms
        if not known:
            return Register.UNKNOWN, None
        if self.faults[before + 1 : after + 1].any():
            return Register.RESET, None
        return Register.CONTINUES, int(self.grown_wh[after] - self.grown_wh[before])


def _of_meter(counters: Counters, meter: int) -> _Meter:
    mine = counters.meter == meter
    return _Meter(counters.at_ms[mine], counters.grown_wh[mine], counters.faults[mine].astype(np.int64))


def step_intervals(steps_ms: Ints) -> Ints:
    """The reporting interval at each step between readings, found from the steps around it.

    The usual step of the nine before and of the nine after, and of the two the longer: where a station changes from a
    reading every quarter hour to one every ten seconds, no readings are missing.

    Args:
        steps_ms: (n,) at least one, [ms]

    Returns:
        (n,) [ms]
    """
    n = len(steps_ms)
    if n <= 2 * _NEAR:
        return np.full(n, np.median(steps_ms)).astype(np.int64)
    windows = np.median(np.lib.stride_tricks.sliding_window_view(steps_ms, _NEAR), axis=1)
    places = np.arange(n)
    before = windows[np.clip(places - _NEAR, 0, n - _NEAR)]
    after = windows[np.clip(places + 1, 0, n - _NEAR)]
    longer: Ints = np.maximum(
        np.where(places < _NEAR, after, before), np.where(places > n - _NEAR - 1, before, after)
    ).astype(np.int64)
    return longer


def _lost_at(at_ms: Ints, steps: Ints, missing: Ints) -> Ints:
    """When the missing readings should have been, evenly over their step."""
    return np.array(list(_each_lost(at_ms, steps, missing)), np.int64)


def _each_lost(at_ms: Ints, steps: Ints, missing: Ints) -> Iterator[int]:
    for i in np.flatnonzero(missing).tolist():
        first, step, count = int(at_ms[i]), int(steps[i]), int(missing[i])
        for k in range(1, count + 1):
            yield first + k * step // (count + 1)

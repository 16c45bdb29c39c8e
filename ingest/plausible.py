"""Is a reading likely? Marks on what stands beside it in time and in the registry; nothing is refused here.

Readings are compared with their neighbours in time (`ingest.neighbours`). After a restart a device's first reading has
none, and is not marked for what only a neighbour could tell.
"""

from collections.abc import Sequence
from datetime import date
from itertools import chain
from typing import Final

import numpy as np
from numpy.typing import NDArray

from guangfu.clock import CHINA, DAY_MS
from guangfu.monitor.sun import daylight
from guangfu.stations.models import DeviceKind
from guangfu.storage.point_block import PointBlock
from guangfu.telemetry.reading import SUSPECT_MARKS, DeviceState, Quality
from ingest.devices import DC_OVER_AC, NO_DEVICES, Devices
from ingest.neighbours import Booleans, Floats, Integers, Line, Memory, Neighbours, Places
from ingest.possible import SIGNED_16, UNSIGNED_16

MOST_TIMES_CAPACITY: Final = 1.2
"""Rated power is passed in cold bright weather, or where the registry rounds a capacity, but not by more."""
LEAST_TIMES_CAPACITY: Final = -0.2
"""What a plant takes at night for itself is far less: more means that a current transformer is the wrong way round."""
MOST_IRRADIANCE_W_M2: Final = 1800.0
"""The sun outside the air gives 1,361; edges of clouds and snow add to what is left of it."""
NIGHT_TIMES_CAPACITY: Final = 0.02
"""Below, at night, is noise of the meter and the light of the moon."""
NIGHT_IRRADIANCE_W_M2: Final = 20.0
NIGHT_MARGIN_S: Final = 1800.0
"""Of sunrise and sunset: twilight, a hill, the few minutes of our formula and of a device's clock."""
STUCK_MS: Final = 3_600_000
"""The same value, and the same counter beside it, for an hour. A plant under a limit keeps its power, but it counts."""
NEIGHBOURS_MS: Final = 1_200_000
"""Two readings further apart are no neighbours: so an hour of one value holds at least four readings of it."""
STUCK_TIMES_CAPACITY: Final = 0.05
STUCK_IRRADIANCE_W_M2: Final = 50.0
"""Below, values are so few that the same one comes again by itself."""
CLIPPED_TIMES_CAPACITY: Final = 0.95
"""An inverter without a counter that gives all it can may say so for hours."""
COUNTER_SLACK_MS: Final = 360_000
"""A counter is read at another instant than its reading's time says."""
COUNTER_STEP_WH: Final = 1000.0
"""A register of whole kWh."""
NEAR_TIMES_CAPACITY: Final = 0.1
"""65,535 W is what an empty register says, and what a plant of 300 kW gives: this near to its neighbour it is true."""

_AMBIGUOUS_W: Final = (*UNSIGNED_16, *SIGNED_16)
_COUNTERS: Final = {
    DeviceKind.METER: ("energy_export_total_wh", "energy_import_total_wh"),
    DeviceKind.INVERTER: ("energy_total_wh",),
    DeviceKind.WEATHER: (),
}
_HOUR_MS: Final = 3_600_000
_CHINA_MS: Final = round(CHINA.utcoffset(None).total_seconds() * 1000)
_EPOCH: Final = date(1970, 1, 1).toordinal()
_MOST_DAYS: Final = 64
_SUSPECT: Final = "SUSPECT_"


class Plausibility:
    """Judges blocks of points in the order in which they came; keeps the last readings of each device.

    Args:
        devices: What is registered; `follow` exchanges it.
    """

    def __init__(self, devices: Devices = NO_DEVICES) -> None:
        self._devices = devices
        self._memory: dict[str, Memory] = {}
        self._days: dict[int, tuple[Floats, Floats]] = {}

    def follow(self, devices: Devices) -> None:
        """Takes up another registry; what is known of the devices that it still has stays known."""
        if devices is self._devices:
            return
        kept = [(devices.place_of[name], place) for place, name in enumerate(self._devices.names)
                if name in devices.place_of]  # fmt: skip
        new, old = np.array(kept, dtype=np.int32).reshape(-1, 2).T
        self._memory = {name: memory.moved(len(devices), new, old) for name, memory in self._memory.items()}
        self._devices, self._days = devices, {}

    def judge(self, blocks: Sequence[PointBlock]) -> Integers:
        """(n,) the `SUSPECT_…` bits of n points of one kind, in one block or several."""
        points = _Columns(blocks, self._devices)
        bits = np.zeros(len(points), dtype=np.int64)
        if points.kind is DeviceKind.WEATHER:
            self._judge_irradiance(points, bits)
        else:
            self._judge_power(points, bits)
            for name in _COUNTERS[points.kind]:
                if points.has(name):
                    self._judge_counter(points, name, bits)
        return bits

    def _judge_power(self, points: "_Columns", bits: Integers) -> None:
        capacity_w = self._devices.capacity_w[points.places]
        for name, times in (("ac_power_w", 1.0), ("dc_power_w", DC_OVER_AC)):
            if points.has(name):
                power_w = points.numbers(name)
                bits[power_w > MOST_TIMES_CAPACITY * times * capacity_w] |= Quality.SUSPECT_POWER
                bits[power_w < LEAST_TIMES_CAPACITY * times * capacity_w] |= Quality.SUSPECT_POWER
                self._judge_night(power_w > NIGHT_TIMES_CAPACITY * capacity_w, points, bits)
        if points.has("ac_power_w"):
            self._judge_steadiness(points, bits)

    def _judge_steadiness(self, points: "_Columns", bits: Integers) -> None:
        power_w, capacity_w = points.numbers("ac_power_w"), self._devices.capacity_w[points.places]
        counter = _COUNTERS[points.kind][0]
        counter_wh = points.numbers(counter) if points.has(counter) else np.full(len(points), np.nan)
        since_ms, before_w = self._steady_since("ac_power_w", power_w, counter_wh, points)
        stuck = (points.at_ms - since_ms >= STUCK_MS) & (power_w > STUCK_TIMES_CAPACITY * capacity_w)
        may_stay = power_w >= CLIPPED_TIMES_CAPACITY * capacity_w
        if points.has("state"):
            may_stay |= points.numbers("state") == DeviceState.THROTTLED
        excused = may_stay & np.isnan(counter_wh)
        bits[stuck & ~excused] |= Quality.SUSPECT_STUCK
        for empty in _AMBIGUOUS_W:
            said = power_w == empty
            if said.any():
                near = np.abs(power_w - before_w) < NEAR_TIMES_CAPACITY * capacity_w
                bits[said & ~near] |= Quality.SUSPECT_POWER

    def _judge_irradiance(self, points: "_Columns", bits: Integers) -> None:
        for name in ("poa_irradiance_w_m2", "ghi_w_m2"):
            if not points.has(name):
                continue
            sun_w_m2 = points.numbers(name)
            bits[sun_w_m2 > MOST_IRRADIANCE_W_M2] |= Quality.SUSPECT_POWER
            self._judge_night(sun_w_m2 > NIGHT_IRRADIANCE_W_M2, points, bits)
            since_ms, _ = self._steady_since(name, sun_w_m2, np.full(len(points), np.nan), points)
            stuck = (points.at_ms - since_ms >= STUCK_MS) & (sun_w_m2 > STUCK_IRRADIANCE_W_M2)
            bits[stuck] |= Quality.SUSPECT_STUCK

    def _judge_night(self, bright: Booleans, points: "_Columns", bits: Integers) -> None:
        """Marks those of the bright that are so while the sun is down."""
        some = np.flatnonzero(bright)
        if len(some):
            bits[some[self._is_night(points.places[some], points.at_ms[some])]] |= Quality.SUSPECT_NIGHT

    def _is_night(self, places: Places, at_ms: Integers) -> Booleans:
        local_days = (at_ms + _CHINA_MS) // DAY_MS
        first, last = int(local_days.min()), int(local_days.max())
        night = np.empty(len(places), dtype=bool)
        for day in [first] if first == last else np.unique(local_days).tolist():
            of_day = slice(None) if first == last else local_days == day
            noon_s, half_s = self._daylight(day)
            from_noon_s = np.abs(at_ms[of_day] / 1000 - noon_s[places[of_day]])
            night[of_day] = from_noon_s > half_s[places[of_day]] + NIGHT_MARGIN_S
        return night

    def _daylight(self, day: int) -> tuple[Floats, Floats]:
        if day not in self._days:
            if len(self._days) >= _MOST_DAYS:
                self._days.clear()
            local = date.fromordinal(_EPOCH + day)
            self._days[day] = daylight(local, self._devices.lat_deg, self._devices.lon_deg)
        return self._days[day]

    def _judge_counter(self, points: "_Columns", name: str, bits: Integers) -> None:
        """Marks the second of two neighbours between which a counter did what no device can do.

        Which of the two is wrong can't be told: around a single wild value two are marked.
        """
        shown_wh = points.numbers(name)
        line, there = points.line(shown_wh)
        near = Neighbours(self._memory_of(name), line, shown_wh[there], shown_wh[there])
        impossible = (near.before_ms > 0) & ~self._can_rise(near)
        bad = impossible | near.marked_before(impossible)
        near.keep(marked=impossible)
        bits[there[bad]] |= Quality.SUSPECT_COUNTER

    def _can_rise(self, near: Neighbours) -> Booleans:
        devices, places = self._devices, near.places
        rise_wh = near.value - near.before
        rise_wh = np.where(rise_wh < 0, rise_wh + devices.modulus_wh[places], rise_wh)
        hours = (near.at_ms - near.before_ms + COUNTER_SLACK_MS) / _HOUR_MS
        most_wh = MOST_TIMES_CAPACITY * devices.capacity_w[places] * hours / devices.factor[places] + COUNTER_STEP_WH
        can: Booleans = rise_wh <= most_wh
        return can

    def _steady_since(self, name: str, value: Floats, beside: Floats, points: "_Columns") -> tuple[Integers, Floats]:
        """(n,) since when each value is the same [ms since 1970 UTC]; (n,) the value before it, NaN if none is near."""
        line, there = points.line(value)
        near = Neighbours(self._memory_of(name), line, value[there], beside[there])
        since = near.since_ms(NEIGHBOURS_MS)
        near.keep(since_ms=since)
        since_ms, before = points.at_ms.copy(), np.full(len(value), np.nan)
        since_ms[there] = near.repeated(since)
        is_near = near.at_ms - near.before_ms <= NEIGHBOURS_MS
        before[there] = np.where(is_near, near.before, np.nan)
        return since_ms, before

    def _memory_of(self, name: str) -> Memory:
        if name not in self._memory:
            self._memory[name] = Memory(len(self._devices))
        return self._memory[name]


class _Columns:
    """n points of one kind, at least one, as columns of numbers."""

    def __init__(self, blocks: Sequence[PointBlock], devices: Devices) -> None:
        self._blocks = blocks
        self._found: dict[str, Floats] = {}
        self._whole: Line | None = None
        self.kind = blocks[0].kind
        self.at_ms = np.fromiter(chain.from_iterable(block.at_ms for block in blocks), np.int64)
        self.places = np.concatenate([_places(block, devices) for block in blocks])

    def __len__(self) -> int:
        return len(self.at_ms)

    def has(self, name: str) -> bool:
        """Whether any of them has a value."""
        return any(block.missing.get(name, len(block)) < len(block) for block in self._blocks)

    def numbers(self, name: str) -> Floats:
        """(n,) a field, NaN where missing."""
        if name not in self._found:
            self._found[name] = np.concatenate([block.as_numbers(name) for block in self._blocks])
        return self._found[name]

    def line(self, values: Floats) -> tuple[Line, NDArray[np.intp]]:
        """Those with a value, sorted by device; and which they are."""
        missing = np.isnan(values)
        if not missing.any():
            if self._whole is None:
                self._whole = Line(self.places, self.at_ms)
            return self._whole, self._whole.order
        there = np.flatnonzero(~missing)
        some = Line(self.places[there], self.at_ms[there])
        return some, there[some.order]


def _places(block: PointBlock, devices: Devices) -> Places:
    if block.places is not None:
        return block.places
    return devices.places(zip(block.stations, block.devices, strict=True))


def suspects(bits: Integers) -> dict[str, int]:
    """How many readings have each of the marks, by its name without `SUSPECT_`, small."""
    if not bits.any():
        return {}
    marks = {mark: int(np.count_nonzero(bits & mark)) for mark in SUSPECT_MARKS}
    return {mark.name.removeprefix(_SUSPECT).lower(): count for mark, count in marks.items() if count}

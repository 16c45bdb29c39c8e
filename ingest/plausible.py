"""Is a reading likely? Marks on what stands beside it in time and in the registry; nothing is refused here.

Readings are compared with their neighbours in time (`ingest.neighbours`). After a restart a device's first reading has
none, and is not marked for what only a neighbour could tell.
"""

from datetime import date
from typing import Final

import numpy as np

from guangfu.clock import CHINA, DAY_MS
from guangfu.monitor.sun import daylight
from guangfu.stations.models import DeviceKind
from guangfu.storage.point_block import PointBlock
from guangfu.telemetry.reading import DeviceState, Quality
from ingest.devices import DC_OVER_AC, NO_DEVICES, Devices
from ingest.neighbours import Booleans, Floats, Integers, Memory, Neighbours, Places
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

    def judge(self, block: PointBlock) -> Integers:
        """(n,) the `SUSPECT_…` bits of n points of one kind."""
        places = self._devices.places(zip(block.stations, block.devices, strict=True))
        at_ms = np.fromiter(block.at_ms, np.int64, len(block))
        bits = np.zeros(len(block), dtype=np.int64)
        if block.kind is DeviceKind.WEATHER:
            self._judge_irradiance(block, places, at_ms, bits)
        else:
            self._judge_power(block, places, at_ms, bits)
            for name in _COUNTERS[block.kind]:
                if _has(block, name):
                    self._judge_counter(block, name, places, at_ms, bits)
        return bits

    def _judge_power(self, block: PointBlock, places: Places, at_ms: Integers, bits: Integers) -> None:
        capacity_w = self._devices.capacity_w[places]
        for name, times in (("ac_power_w", 1.0), ("dc_power_w", DC_OVER_AC)):
            if _has(block, name):
                power_w = block.as_numbers(name)
                bits[power_w > MOST_TIMES_CAPACITY * times * capacity_w] |= Quality.SUSPECT_POWER
                bits[power_w < LEAST_TIMES_CAPACITY * times * capacity_w] |= Quality.SUSPECT_POWER
                self._judge_night(power_w > NIGHT_TIMES_CAPACITY * capacity_w, places, at_ms, bits)
        if _has(block, "ac_power_w"):
            self._judge_steadiness(block, places, at_ms, bits)

    def _judge_steadiness(self, block: PointBlock, places: Places, at_ms: Integers, bits: Integers) -> None:
        power_w, capacity_w = block.as_numbers("ac_power_w"), self._devices.capacity_w[places]
        counter = _COUNTERS[block.kind][0]
        counter_wh = block.as_numbers(counter) if _has(block, counter) else np.full(len(block), np.nan)
        since_ms, before_w = self._steady_since("ac_power_w", power_w, counter_wh, places, at_ms)
        stuck = (at_ms - since_ms >= STUCK_MS) & (power_w > STUCK_TIMES_CAPACITY * capacity_w)
        may_stay = power_w >= CLIPPED_TIMES_CAPACITY * capacity_w
        if _has(block, "state"):
            may_stay |= block.as_numbers("state") == DeviceState.THROTTLED
        excused = may_stay & np.isnan(counter_wh)
        bits[stuck & ~excused] |= Quality.SUSPECT_STUCK
        for empty in _AMBIGUOUS_W:
            said = power_w == empty
            if said.any():
                near = np.abs(power_w - before_w) < NEAR_TIMES_CAPACITY * capacity_w
                bits[said & ~near] |= Quality.SUSPECT_POWER

    def _judge_irradiance(self, block: PointBlock, places: Places, at_ms: Integers, bits: Integers) -> None:
        for name in ("poa_irradiance_w_m2", "ghi_w_m2"):
            if not _has(block, name):
                continue
            sun_w_m2 = block.as_numbers(name)
            bits[sun_w_m2 > MOST_IRRADIANCE_W_M2] |= Quality.SUSPECT_POWER
            self._judge_night(sun_w_m2 > NIGHT_IRRADIANCE_W_M2, places, at_ms, bits)
            since_ms, _ = self._steady_since(name, sun_w_m2, np.full(len(block), np.nan), places, at_ms)
            stuck = (at_ms - since_ms >= STUCK_MS) & (sun_w_m2 > STUCK_IRRADIANCE_W_M2)
            bits[stuck] |= Quality.SUSPECT_STUCK

    def _judge_night(self, bright: Booleans, places: Places, at_ms: Integers, bits: Integers) -> None:
        """Marks those of the bright that are so while the sun is down."""
        some = np.flatnonzero(bright)
        if len(some):
            bits[some[self._is_night(places[some], at_ms[some])]] |= Quality.SUSPECT_NIGHT

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

    def _judge_counter(self, block: PointBlock, name: str, places: Places, at_ms: Integers, bits: Integers) -> None:
        """Marks the second of two neighbours between which a counter did what no device can do.

        Which of the two is wrong can't be told: around a single wild value two are marked.
        """
        shown_wh = block.as_numbers(name)
        there = np.flatnonzero(~np.isnan(shown_wh))
        memory = self._memory_of(name)
        near = Neighbours(memory, places[there], at_ms[there], shown_wh[there], shown_wh[there])
        impossible = (near.before_ms > 0) & ~self._can_rise(near)
        bad = impossible | near.marked_before(impossible)
        near.keep(marked=impossible)
        bits[there[near.order[bad]]] |= Quality.SUSPECT_COUNTER

    def _can_rise(self, near: Neighbours) -> Booleans:
        devices, places = self._devices, near.places
        rise_wh = near.value - near.before
        rise_wh = np.where(rise_wh < 0, rise_wh + devices.modulus_wh[places], rise_wh)
        hours = (near.at_ms - near.before_ms + COUNTER_SLACK_MS) / _HOUR_MS
        most_wh = MOST_TIMES_CAPACITY * devices.capacity_w[places] * hours / devices.factor[places] + COUNTER_STEP_WH
        can: Booleans = rise_wh <= most_wh
        return can

    def _steady_since(
        self, name: str, value: Floats, beside: Floats, places: Places, at_ms: Integers
    ) -> tuple[Integers, Floats]:
        """(n,) since when each value is the same [ms since 1970 UTC]; (n,) the value before it, NaN if none is near."""
        there = np.flatnonzero(~np.isnan(value))
        near = Neighbours(self._memory_of(name), places[there], at_ms[there], value[there], beside[there])
        since = near.since_ms(NEIGHBOURS_MS)
        near.keep(since_ms=since)
        since_ms, before = at_ms.copy(), np.full(len(value), np.nan)
        since_ms[there[near.order]] = near.repeated(since)
        is_near = near.at_ms - near.before_ms <= NEIGHBOURS_MS
        before[there[near.order]] = np.where(is_near, near.before, np.nan)
        return since_ms, before

    def _memory_of(self, name: str) -> Memory:
        if name not in self._memory:
            self._memory[name] = Memory(len(self._devices))
        return self._memory[name]


def _has(block: PointBlock, name: str) -> bool:
    return block.missing.get(name, len(block)) < len(block)


def suspects(bits: Integers) -> dict[str, int]:
    """How many readings have each of the marks, by its name without `SUSPECT_`, small."""
    if not bits.any():
        return {}
    marks = {mark: int(np.count_nonzero(bits & mark)) for mark in Quality if mark.name.startswith(_SUSPECT)}
    return {mark.name.removeprefix(_SUSPECT).lower(): count for mark, count in marks.items() if count}

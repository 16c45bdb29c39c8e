"""A station-day's energy by three ways: the gateway meter, the inverters' counters, and power added up over time.

Power is compared with what the same device's counter gained over the same time, so that a gap is on neither side.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from guangfu.clock import DAY_MS, day_start, to_ms
from guangfu.income.counters import LEAST_ELAPSED_MS, Floats, Ints
from guangfu.income.figures import DailyEnergy
from guangfu.income.gaps import Places
from guangfu.income.rules.models import EnergyRules
from guangfu.stations.models import Device, DeviceKind, Registry, Station, valid_on

_MS_PER_H: Final = 3_600_000
_SUN_SEEN: Final = 0.99
"""An inverter that was read over so much of the day's clear-sky irradiation was read from dawn to dusk."""


@dataclass(frozen=True)
class PowerRows:
    """Readings of devices of one kind, sorted by code and time, one an instant, none with a suspect value.

    Attributes:
        names: Station and device of each code.
        codes: (n,) index into `names`
        at_ms: (n,) [ms since 1970 UTC]
        power_w: (n,) AC [W], NaN where missing
        counter_wh: (n,) as displayed [Wh], below zero where missing
    """

    names: Sequence[tuple[str, str]]
    codes: NDArray[np.integer]
    at_ms: Ints
    power_w: Floats
    counter_wh: Ints


@dataclass(frozen=True, slots=True)
class Reconciled:
    """A station-day; `None` where the readings do not tell it. [Wh]

    `meter_power_wh` is power added up, `meter_counted_wh` what the meters' registers gained over the same time, times
    the factor; likewise for the inverters. `inverter_wh` is what the inverters' counters gained over the whole day,
    `gateway_wh` the day's measured energy. Coverages are the share of the day that the first of each pair is of.
    """

    station_id: str
    day: date
    gateway_wh: int | None
    inverter_wh: int | None
    meter_power_wh: int | None
    meter_counted_wh: int | None
    meter_coverage: float
    inverter_power_wh: int | None
    inverter_counted_wh: int | None
    inverter_coverage: float
    computed_at: datetime


class Way(StrEnum):
    """Which two energies are compared."""

    METER_POWER = "meter_power"
    INVERTER_POWER = "inverter_power"
    INVERTERS = "inverters"

    @property
    def tolerance(self) -> str:
        """The rule of `energy.csv` that says how far they may differ."""
        return "loss_tolerance" if self is Way.INVERTERS else "power_tolerance"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two energies of one time; `share` is their difference over the larger one. [Wh]"""

    way: Way
    energy_wh: int
    with_wh: int
    share: float
    tolerance: float

    @property
    def beyond(self) -> bool:
        return abs(self.share) > self.tolerance


def compared(row: Reconciled, station: Station, rules: EnergyRules) -> list[Comparison]:
    """What of the day can be compared: both energies are told, and one is more than `reconcile_floor_h`."""
    floor_wh = max(station.capacity_dc_w * rules.reconcile_floor_h, 1)
    return [
        Comparison(way, energy, other, (energy - other) / max(energy, other), getattr(rules, way.tolerance))
        for way, energy, other in told(row)
        if max(energy, other) >= floor_wh
    ]


def told(row: Reconciled) -> Iterator[tuple[Way, int, int]]:
    """The pairs of which the day has both energies."""
    pairs = (
        (Way.METER_POWER, row.meter_power_wh, row.meter_counted_wh),
        (Way.INVERTER_POWER, row.inverter_power_wh, row.inverter_counted_wh),
        (Way.INVERTERS, row.inverter_wh, row.gateway_wh),
    )
    return ((way, energy, other) for way, energy, other in pairs if energy is not None and other is not None)


def reconcile(
    registry: Registry,
    day: date,
    stations: Collection[str],
    meters: PowerRows,
    inverters: PowerRows,
    gateway: Iterable[DailyEnergy],
    rules: EnergyRules,
    computed_at: datetime,
) -> list[Reconciled]:
    """A row for each of the stations, sorted.

    Args:
        meters, inverters: Best from `max_interval_min` before the day to as long after it.
        gateway: The stations' energy of the day; only a measured, complete one counts.
    """
    known = sorted(station for station in stations if station in registry.stations)
    measured = {
        row.station_id: row.energy_wh for row in gateway if row.complete and row.estimated_low_wh is None
    }  # fmt: skip
    of_meters = _kind(registry, day, known, DeviceKind.METER, meters, rules)
    of_inverters = _kind(registry, day, known, DeviceKind.INVERTER, inverters, rules)
    return [
        Reconciled(
            station, day, measured.get(station), of_inverters[station].whole(),
            *of_meters[station].pair(), *of_inverters[station].pair(), computed_at,
        )
        for station in known
    ]  # fmt: skip


@dataclass
class _Sums:
    """Of the devices of one kind of a station."""

    devices: int = 0
    power_wh: float = 0.0
    counted_wh: float = 0.0
    covered_ms: int = 0
    day_wh: list[float | None] = field(default_factory=list)

    def pair(self) -> tuple[int | None, int | None, float]:
        if not self.covered_ms:
            return None, None, 0.0
        coverage = min(self.covered_ms / (self.devices * DAY_MS), 1.0)
        return round(self.power_wh), round(self.counted_wh), round(coverage, 4)

    def whole(self) -> int | None:
        """What the counters gained over the day, if each tells it."""
        told = [wh for wh in self.day_wh if wh is not None]
        return round(sum(told)) if told and len(told) == len(self.day_wh) else None


def _kind(
    registry: Registry, day: date, stations: Sequence[str], kind: DeviceKind, rows: PowerRows, rules: EnergyRules
) -> dict[str, _Sums]:
    sums = {station: _Sums() for station in stations}
    places = Places.of(registry, list(stations))
    number = {station: i for i, station in enumerate(stations)}
    bounds = np.searchsorted(rows.codes, np.arange(len(rows.names) + 1))
    stretch = {name: slice(*bounds[code : code + 2].tolist()) for code, name in enumerate(rows.names)}
    for station in stations:
        for device in registry.devices_of.get(station, ()):
            if device.kind is kind and valid_on(device, day):
                part = stretch.get((station, device.device), slice(0, 0))
                most_w = _most_w(registry.stations[station], device) * rules.plausible_factor
                steps = _Steps.of(rows, part, day, device.multiplication_factor, most_w, rules)
                _add(sums[station], steps, places, number[station])
    return sums


def _most_w(station: Station, device: Device) -> float:
    return device.capacity_w or station.capacity_ac_w


@dataclass(frozen=True)
class _Steps:
    """Steps of one device that touch the day, and when it was first and last read within it; arrays are (steps,)."""

    near: NDArray[np.bool_]
    inside: NDArray[np.bool_]
    good: NDArray[np.bool_]
    power_wh: Floats
    counted_wh: Floats
    length_ms: Ints
    start_ms: int
    first_ms: int
    last_ms: int

    @staticmethod
    def of(rows: PowerRows, part: slice, day: date, factor: int, most_w: float, rules: EnergyRules) -> "_Steps":
        start = to_ms(day_start(day))
        end = to_ms(day_start(day + timedelta(days=1)))
        there = (rows.counter_wh[part] >= 0) & np.isfinite(rows.power_w[part])
        at, power, counter = (values[part][there] for values in (rows.at_ms, rows.power_w, rows.counter_wh))
        elapsed, gained = np.diff(at), np.diff(counter) * factor
        from_ms, until_ms = np.maximum(at[:-1], start), np.minimum(at[1:], end)
        length = np.maximum(until_ms - from_ms, 0)
        share = length / np.maximum(elapsed, 1)
        middle = (from_ms + until_ms - 2 * at[:-1]) / (2 * np.maximum(elapsed, 1))
        mean_w = power[:-1] + np.diff(power) * middle
        most_wh = most_w * np.maximum(elapsed, LEAST_ELAPSED_MS) / _MS_PER_H
        within = at[(at >= start) & (at <= end)]
        return _Steps(
            near=(elapsed <= rules.max_interval_min * 60_000) & (length > 0),
            inside=(at[:-1] >= start) & (at[1:] <= end),
            good=(gained >= 0) & (gained <= most_wh),
            power_wh=mean_w * length / _MS_PER_H,
            counted_wh=gained * share,
            length_ms=length,
            start_ms=start,
            first_ms=int(within[0]) if len(within) else start,
            last_ms=int(within[-1]) if len(within) else start,
        )


def _add(sums: _Sums, steps: _Steps, places: Places, place: int) -> None:
    counted = steps.near & steps.good
    sums.devices += 1
    sums.power_wh += float(steps.power_wh[counted].sum())
    sums.counted_wh += float(steps.counted_wh[counted].sum())
    sums.covered_ms += int(steps.length_ms[counted].sum())
    touching = steps.near | steps.inside
    told = bool(steps.good[touching].all()) and _saw_the_sun(steps, places, place)
    sums.day_wh.append(float(steps.counted_wh[touching].sum()) if told else None)


def _saw_the_sun(steps: _Steps, places: Places, place: int) -> bool:
    """Inverters sleep by night: it is enough that one was read from dawn to dusk."""
    meter = np.array([place, place], np.int64)
    from_ms = np.array([steps.first_ms, steps.start_ms], np.int64)
    until_ms = np.array([steps.last_ms, steps.start_ms + DAY_MS], np.int64)
    seen, whole = places.clear_wh(meter, from_ms, until_ms).tolist()
    return bool(seen >= _SUN_SEEN * whole)


def month_sums(rows: Iterable[Reconciled]) -> Mapping[tuple[str, str, Way], tuple[int, int]]:
    """By station, month and way: both energies, of the days that tell both. [Wh]"""
    found: dict[tuple[str, str, Way], tuple[int, int]] = {}
    for row in rows:
        for way, energy, other in told(row):
            key = row.station_id, f"{row.day:%Y-%m}", way
            sums = found.get(key, (0, 0))
            found[key] = sums[0] + energy, sums[1] + other
    return found

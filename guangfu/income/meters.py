"""Gateway meters as arrays: which are valid on which day, with which factor, and how fast each can count."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from guangfu.income.counters import Bools, Floats, Ints, MeterLimits
from guangfu.stations.models import Device, DeviceKind, Registry


@dataclass(frozen=True)
class GatewayMeters:
    """The m gateway meters of some stations on d days.

    Attributes:
        index: A meter's number by station and device.
        of_station: The numbers of a station's meters.
        limits: What each register can do.
        valid: (m, d)
        factor: (m, d) the multiplication factor of the day
        first: (m, d) valid, and not so the day before
        last: (m, d) valid, and not so the day after
        begin_day, end_day: (m,) the first valid day, and the one after the last [local days since 1970]
    """

    index: Mapping[tuple[str, str], int]
    of_station: Mapping[str, tuple[int, ...]]
    limits: MeterLimits
    valid: Bools
    factor: Ints
    first: Bools
    last: Bools
    begin_day: Ints
    end_day: Ints


def gateway_meters(
    registry: Registry, stations: Collection[str], days: Sequence[date], plausible_factor: float
) -> GatewayMeters:
    """The meters of `stations` on consecutive `days`; a meter counts at most `plausible_factor` x the AC capacity."""
    facts = _facts(registry, stations)
    keys = sorted(facts)
    valid, factor = _by_day([facts[key] for key in keys], days)
    capacity_w = np.array([registry.stations[station].capacity_ac_w for station, _ in keys], np.float64)
    inside = valid[:, 1:-1]
    return GatewayMeters(
        index={key: m for m, key in enumerate(keys)},
        of_station=_by_station(keys),
        limits=_limits([facts[key] for key in keys], capacity_w * plausible_factor),
        valid=inside,
        factor=factor[:, 1:-1],
        first=inside & ~valid[:, :-2],
        last=inside & ~valid[:, 2:],
        begin_day=_numbers(min(device.valid_from for device in facts[key]) for key in keys),
        end_day=_numbers(max(device.valid_to or date.max for device in facts[key]) for key in keys),
    )


def _numbers(days: Iterable[date]) -> Ints:
    return np.array([(day - date(1970, 1, 1)).days for day in days], np.int64)


def meter_limits(
    registry: Registry, stations: Collection[str], plausible_factor: float
) -> dict[tuple[str, str], float]:
    """How fast the register of each gateway meter can count at most, by station and device. [Wh/h]"""
    return {
        (station, device): registry.stations[station].capacity_ac_w * plausible_factor / _smallest(group)
        for (station, device), group in _facts(registry, stations).items()
    }


def _smallest(facts: Sequence[Device]) -> int:
    return min(device.multiplication_factor for device in facts)


def _facts(registry: Registry, stations: Collection[str]) -> dict[tuple[str, str], list[Device]]:
    facts: dict[tuple[str, str], list[Device]] = {}
    for station in sorted(stations):
        for device in registry.devices_of.get(station, ()):
            if device.kind is DeviceKind.METER:
                facts.setdefault((station, device.device), []).append(device)
    return facts


def _by_station(keys: Sequence[tuple[str, str]]) -> dict[str, tuple[int, ...]]:
    numbers: dict[str, tuple[int, ...]] = {}
    for m, (station, _) in enumerate(keys):
        numbers[station] = (*numbers.get(station, ()), m)
    return numbers


def _by_day(facts: Sequence[Sequence[Device]], days: Sequence[date]) -> tuple[Bools, Ints]:
    """Validity and factor, with one day more on each side, which tells a meter's first and last day."""
    shape = (len(facts), len(days) + 2)
    valid, factor = np.zeros(shape, np.bool_), np.ones(shape, np.int64)
    for m, group in enumerate(facts):
        factor[m] = min(group, key=lambda device: device.valid_from).multiplication_factor
        for device in group:
            part = _positions(device, days)
            valid[m, part], factor[m, part] = True, device.multiplication_factor
    return valid, factor


def _positions(device: Device, days: Sequence[date]) -> slice:
    before = days[0] - timedelta(days=1)
    end = len(days) + 2 if device.valid_to is None else (device.valid_to - before).days
    return slice(max((device.valid_from - before).days, 0), max(end, 0))


def _limits(facts: Sequence[Sequence[Device]], highest_w: Floats) -> MeterLimits:
    smallest = np.array([_smallest(group) for group in facts], np.float64)
    modulus = [max(device.register_modulus_wh or 0 for device in group) for group in facts]
    return MeterLimits(np.array(modulus, np.int64), highest_w / smallest)

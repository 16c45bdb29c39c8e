"""The integral of power, exactly, and what a register shows of it.

Power is whole watts at every quarter hour and linear in between, so its integral over any number of
whole seconds is a whole number of 1/6,480,000 Wh. Energy is counted in that unit from a fixed anchor,
whatever the publishing interval: the register's difference over a day is the day's energy within one
step of the register.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from simulators.faults import Fault
from simulators.noise import Floats, Ints
from simulators.plant import Float32s, PlantDay, plant_day
from simulators.stations import Fleet
from simulators.weather import STEP_S, STEPS, day_start_s, local_day_of

UNITS_PER_WH: Final = 6_480_000
"""3,600 s/h times 2 for the mean of two powers times 900 s of a slot."""
_DAYS_KEPT: Final = 3


@dataclass(frozen=True)
class Checkpoint:
    """Energy since the anchor at the start of a local day, (n,) each. [1/6,480,000 Wh]"""

    day: int
    gross: Ints
    lost: Ints


@dataclass(frozen=True)
class Produced:
    """A local day of n stations with its energy since the anchor.

    Attributes:
        plant: Power and weather.
        power_w: (n, 97) what the meter passes: gross less lost. [W]
        energy, lost: (n, 97) passed by the meter, and lost to an inverter's fault, since the anchor. [units]
    """

    plant: PlantDay
    power_w: Ints
    energy: Ints
    lost: Ints

    def power_at(self, at_s: Ints) -> Floats:
        """(n, m) power at whole seconds within the day, both midnights included. [W]"""
        return between(self.power_w, self._slot(at_s), self._share(at_s))

    def energy_at(self, at_s: Ints) -> Ints:
        """(n, m) energy through the meter since the anchor. [units]"""
        slot = self._slot(at_s)
        elapsed_s = at_s - day_start_s(self.plant.day) - slot * STEP_S
        start_w, end_w = self.power_w[:, slot], self.power_w[:, slot + 1]
        inside = 2 * STEP_S * start_w * elapsed_s + (end_w - start_w) * elapsed_s**2
        return np.asarray(self.energy[:, slot] + inside)

    def moment(self, station: int, at_s: int) -> "Moment":
        """One station at one instant, in plain whole numbers."""
        elapsed_s = at_s - day_start_s(self.plant.day)
        slot = min(elapsed_s // STEP_S, STEPS - 1)
        return Moment(self, station, at_s, slot, elapsed_s - slot * STEP_S)

    def _slot(self, at_s: Ints) -> Ints:
        slot: Ints = np.minimum((at_s - day_start_s(self.plant.day)) // STEP_S, STEPS - 1)
        assert slot.min(initial=0) >= 0, "an instant before the day"
        return slot

    def _share(self, at_s: Ints) -> Floats:
        return np.asarray((at_s - day_start_s(self.plant.day)) / STEP_S - self._slot(at_s))


@dataclass(frozen=True, slots=True)
class Moment:
    """One station at one instant of a day: `elapsed_s` whole seconds into the quarter hour `slot`."""

    produced: Produced
    station: int
    at_s: int
    slot: int
    elapsed_s: int

    def value(self, grid: Ints | Floats | Float32s) -> float:
        """A quantity of a grid (n, 97) at this instant."""
        return self.row_value(grid[self.station])

    def row_value(self, row: Ints | Floats | Float32s) -> float:
        """A quantity of a row (97,) at this instant."""
        share = self.elapsed_s / STEP_S
        return float(row[self.slot]) * (1 - share) + float(row[self.slot + 1]) * share

    def integral(self, power_w: Ints, total: Ints) -> int:
        """The integral of a power grid since the anchor. [units]"""
        start_w, end_w = (int(power_w[self.station, k]) for k in (self.slot, self.slot + 1))
        inside = 2 * STEP_S * start_w * self.elapsed_s + (end_w - start_w) * self.elapsed_s**2
        return int(total[self.station, self.slot]) + inside

    @property
    def energy(self) -> int:
        """Through the meter, since the anchor. [units]"""
        return self.integral(self.produced.power_w, self.produced.energy)

    @property
    def lost(self) -> int:
        """Lost to an inverter's fault, since the anchor. [units]"""
        return self.integral(self.produced.plant.lost_w, self.produced.lost)


def between(grid: Ints | Floats, slot: Ints, share: Floats) -> Floats:
    """(n, m) values of a grid (n, 97), linear inside each slot."""
    return np.asarray(grid[:, slot] * (1 - share) + grid[:, slot + 1] * share)


class Production:
    """What a fleet has produced since its anchor, day by day; a few days are kept in memory."""

    def __init__(self, fleet: Fleet, start: Checkpoint, faults: Mapping[str, Fault]) -> None:
        self._fleet = fleet
        self._faults = faults
        self._starts = {start.day: start}
        self._days: OrderedDict[int, Produced] = OrderedDict()

    def day(self, day: int) -> Produced:
        """A local day, not before the first checkpoint."""
        known = self._days.get(day)
        if known is None:
            known = self._days[day] = self._produce(self.start_of(day))
            if len(self._days) > _DAYS_KEPT:
                self._days.popitem(last=False)
        self._days.move_to_end(day)
        return known

    def at(self, at_s: int) -> Produced:
        """The local day that an instant falls in."""
        return self.day(local_day_of(at_s))

    def start_of(self, day: int) -> Checkpoint:
        """Energy since the anchor at the start of a local day."""
        last = max(d for d in self._starts if d <= day)
        while last < day:
            self.day(last)
            last += 1
        return self._starts[day]

    def _produce(self, start: Checkpoint) -> Produced:
        plant = plant_day(self._fleet, start.day, self._faults)
        power_w = plant.gross_w - plant.lost_w
        energy, lost = _running(power_w, start.gross - start.lost), _running(plant.lost_w, start.lost)
        end_lost = lost[:, -1].copy()  # a view would keep the whole day in memory
        self._starts[start.day + 1] = Checkpoint(start.day + 1, energy[:, -1] + end_lost, end_lost)
        return Produced(plant, power_w, energy, lost)


def _running(power_w: Ints, start: Ints) -> Ints:
    """(n, 97) integral at the quarter hours. [units]"""
    slots = (power_w[:, :-1] + power_w[:, 1:]) * STEP_S**2
    return np.asarray(np.cumsum(np.concatenate([start[:, None], slots], axis=1), axis=1))


def at_anchor(fleet: Fleet, day: int) -> Checkpoint:
    """Nothing produced yet: the checkpoint at the anchor, the start of a local day."""
    nothing = np.zeros(len(fleet), dtype=np.int64)
    return Checkpoint(day, nothing, nothing)


def register_wh(energy: Ints, first_wh: Ints, multiplication_factor: Ints, modulus_wh: Ints) -> Ints:
    """What meters display, before their multiplication factor; arrays broadcast.

    Args:
        energy: Energy since the anchor. [1/6,480,000 Wh]
        first_wh: What was displayed at the anchor. [Wh]
        multiplication_factor: The meter sees the energy divided by this.
        modulus_wh: Where the register starts again at 0. [Wh]
    """
    return np.asarray((first_wh + energy // (UNITS_PER_WH * multiplication_factor)) % modulus_wh)

"""Daily energy of stations from the registers of their gateway meters; docs/income.md has each rule and its reason."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from guangfu.clock import to_ms
from guangfu.income.counters import Bools, CodedRegisters, Floats, Ints, Registers, grow
from guangfu.income.exchanges import with_exchanges
from guangfu.income.figures import DailyEnergy
from guangfu.income.gaps import TWO_SIDED_95, Places, Sky
from guangfu.income.meter_days import AWAITING, NO_METER, REASONS, MeterDays, meter_days
from guangfu.income.meters import GatewayMeters, gateway_meters
from guangfu.income.rules.models import Rules
from guangfu.stations.models import Registry


def daily_energy(
    registers: Registers | CodedRegisters,
    registry: Registry,
    asked: Collection[tuple[str, date]],
    rules: Rules,
    now: datetime,
    sky: Sky | None = None,
) -> list[DailyEnergy]:
    """The energy of each asked station and day.

    Args:
        registers: Readings of the stations' meters, best from `rules.energy.max_gap_h` before the first asked day
            to as long after the last; fewer only make figures missing, never wrong.
        registry: Which devices are gateway meters, when, with which factor and register.
        asked: Station ids and local days; a station that the registry does not have is left out.
        rules: Its `energy` and its `version` count here.
        now: Decides which day is not over: its energy is up to its last reading. [aware]
        sky: What like stations had of a clear day, by which long gaps are shared over their days.

    Returns:
        One row per asked pair, sorted by station and day. Order and repetition of the readings change nothing.
    """
    wanted = [pair for pair in set(asked) if pair[0] in registry.stations]
    return FleetEnergy(registers, registry, wanted, rules, now).rows(wanted, sky) if wanted else []


class FleetEnergy:
    """The same for asking more than once: what like stations had is known only when their days are computed.

    Args:
        around: All that will be asked for; at least one, all of known stations.
    """

    def __init__(
        self,
        registers: Registers | CodedRegisters,
        registry: Registry,
        around: Collection[tuple[str, date]],
        rules: Rules,
        now: datetime,
    ) -> None:
        self._rules, self._now = rules, now
        names, self._days = sorted({station for station, _ in around}), _days(around)
        self._number = {station: i for i, station in enumerate(names)}
        meters = gateway_meters(registry, names, self._days, rules.energy.plausible_factor)
        self._places = Places.of(registry, [station for station, _ in meters.index])
        grown = grow(registers, meters.index, meters.limits)
        self._grown, self._meters = with_exchanges(grown, meters, self._days, rules.energy)

    def rows(self, asked: Collection[tuple[str, date]], sky: Sky | None = None) -> list[DailyEnergy]:
        """Those of the days that are asked for, sorted by station and day."""
        wanted = sorted(asked)
        energy = self._rules.energy
        figures = meter_days(self._grown, self._meters, self._places, self._days, energy, sky or {}, to_ms(self._now))
        station = np.array([self._number[station] for station, _ in wanted], np.int64)
        day = np.array([day.toordinal() for _, day in wanted], np.int64) - self._days[0].toordinal()
        columns = _station_days(wanted, _summed(figures, self._meters, self._number), station, day)
        return columns.rows(self._rules.version, self._now)


@dataclass(frozen=True)
class EnergyColumns:
    """`DailyEnergy` as columns: n station-days, sorted by station and day.

    Attributes:
        known: (n,) whether there is a figure; energies of the others mean nothing
        shaped: (n,) whether a part of it was estimated, so that `low_wh`, `high_wh` and `margin_wh` mean something
        reason: (n,) number in `meter_days.REASONS`
    """

    stations: list[str]
    days: list[date]
    energy_wh: Ints
    interpolated_wh: Ints
    coverage: Floats
    known: Bools
    complete: Bools
    reason: NDArray[np.int8]
    shaped: Bools
    low_wh: Ints
    high_wh: Ints
    margin_wh: Ints

    def rows(self, rules_version: str, computed_at: datetime) -> list[DailyEnergy]:
        n, at = len(self.stations), computed_at.astimezone(UTC)
        codes = [None if reason is None else reason.value for reason in REASONS]
        shaped = self.shaped & self.known
        columns = (
            self.stations, self.days, _or_none(self.energy_wh, self.known), _or_none(self.interpolated_wh, self.known),
            self.coverage.tolist(), [codes[number] for number in self.reason.tolist()], self.complete.tolist(),
            [rules_version] * n, [at] * n,
            *(_or_none(values, shaped) for values in (self.low_wh, self.high_wh, self.margin_wh)),
        )  # fmt: skip
        return list(map(DailyEnergy, *columns))


def _or_none(values: Ints, known: Bools) -> list[int | None]:
    found: list[int | None] = values.tolist()
    for row in np.flatnonzero(~known).tolist():
        found[row] = None
    return found


def _days(wanted: Collection[tuple[str, date]]) -> list[date]:
    first, last = min(day for _, day in wanted), max(day for _, day in wanted)
    return [first + timedelta(days=i) for i in range((last - first).days + 1)]


def _summed(f: MeterDays, meters: GatewayMeters, number: dict[str, int]) -> dict[str, NDArray[Any]]:
    """Figures of each station and day, (stations, days): the sums of its meters that are valid on the day."""
    owner = np.array([number[station] for station, _ in meters.index], np.int64)
    shape = (len(number), meters.valid.shape[1])

    def total(values: NDArray[Any], how: np.ufunc = np.add, start: float = 0) -> NDArray[Any]:
        found = np.full(shape, start, values.dtype)
        how.at(found, owner, np.where(meters.valid, values, start).astype(values.dtype))
        return found

    sums = {name: total(getattr(f, name)) for name in _SUMS}
    valid = total(meters.valid.astype(np.int8), np.maximum) > 0
    reason = np.where(valid, total(f.reason, np.maximum), NO_METER).astype(np.int8)
    complete = valid & (total((~f.complete).astype(np.int8), np.maximum) == 0)
    return sums | {"reason": reason, "complete": complete, "shaped": total(f.shaped.astype(np.int8), np.maximum) > 0}


_SUMS = (
    "energy_wh", "interpolated_wh", "covered_ms", "due_ms", "spread_wh2", "month_wh2", "down_wh", "up_wh",
)  # fmt: skip


def _station_days(
    wanted: Sequence[tuple[str, date]], of: dict[str, NDArray[Any]], station: Ints, day: Ints
) -> EnergyColumns:
    """A meter that has no figure leaves its station without."""
    picked = {name: values[station, day] for name, values in of.items()}
    energy, reason, due = picked["energy_wh"], picked["reason"], picked["due_ms"]
    known = reason <= AWAITING
    spread = TWO_SIDED_95 * np.sqrt(picked["spread_wh2"])
    covered = np.minimum(picked["covered_ms"] / np.maximum(due, 1), 1.0)
    return EnergyColumns(
        stations=[name for name, _ in wanted],
        days=[one for _, one in wanted],
        energy_wh=energy,
        interpolated_wh=picked["interpolated_wh"],
        coverage=np.where(due > 0, covered, known.astype(np.float64)),
        known=known,
        complete=picked["complete"],
        reason=reason,
        shaped=picked["shaped"],
        low_wh=energy - np.floor(np.minimum(spread, picked["down_wh"])).astype(np.int64),
        high_wh=energy + np.ceil(np.minimum(spread, picked["up_wh"])).astype(np.int64),
        margin_wh=np.ceil(TWO_SIDED_95 * np.sqrt(picked["month_wh2"])).astype(np.int64),
    )

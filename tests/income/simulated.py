"""A month of simulated stations whose truth is known, read with everything that goes wrong, and how far we are off.

Power is the simulator's, by pvlib and its weather; what the registers show is its integral. A tenth of the readings is
missing, in runs from a quarter of an hour to five days; counters are reset, some of them within such a silence;
readings come twice; clocks are up to five minutes off.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray

from accounting.plan import Portion
from accounting.readings import portion_energy
from guangfu.clock import DAY_MS, day_start, to_ms
from guangfu.income.estimate import month_interval
from guangfu.income.figures import DailyEnergy
from guangfu.income.rules import load_rules
from guangfu.stations.models import Device, DeviceKind, Registry
from guangfu.stations.synthetic import synthetic_registry
from guangfu.storage.telemetry_store import CounterRows, TelemetryStore
from simulators.plant import plant_day
from simulators.stations import day_number, fleet_of

QUARTER_MS: Final = 900_000
AROUND_D: Final = 7
"""Days that are read before and after the month, since gaps go over its borders."""
MISSING: Final = 0.1
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """n stations at the quarter hours of a month and some days around it.

    Attributes:
        at_ms: (t,) [ms since 1970 UTC]
        power_w: (n, t) what passes the meter [W]
        counted_wh: (n, t) its integral since the first instant [Wh]
        read: (n, t) which readings arrived
    """

    registry: Registry
    stations: list[str]
    first: date
    days: int
    at_ms: Ints
    power_w: Floats
    counted_wh: Floats
    read: NDArray[np.bool_]

    def truth_wh(self) -> Floats:
        """(n, days) each day's energy."""
        midnights = self.counted_wh[:, AROUND_D * 96 :: 96][:, : self.days + 1]
        found: Floats = np.diff(midnights, axis=1)
        return found


def world(seed: int, first: date, stations: int, days: int = 30) -> World:
    """`stations` of the synthetic registry, spread over it in clusters of neighbours."""
    whole = synthetic_registry()
    by_banner = sorted(whole.stations.values(), key=lambda s: (s.banner_code, s.station_id))
    apart = max(len(by_banner) * 8 // stations, 8)
    chosen = [one for start in range(0, len(by_banner), apart) for one in by_banner[start : start + 8]]
    fleet = fleet_of(whole, chosen[:stations], seed)
    start = day_number(first) - AROUND_D
    plants = [plant_day(fleet, start + n, {}) for n in range(days + 2 * AROUND_D)]
    power = np.concatenate([(p.gross_w - p.lost_w)[:, :96] for p in plants], axis=1).astype(np.float64)
    power = np.concatenate([power, power[:, -1:]], axis=1)
    steps = (power[:, 1:] + power[:, :-1]) / 2 * 0.25
    counted = np.concatenate([np.zeros((len(fleet), 1)), np.cumsum(steps, axis=1)], axis=1)
    at_ms = to_ms(day_start(first)) - AROUND_D * DAY_MS + np.arange(power.shape[1], dtype=np.int64) * QUARTER_MS
    meters = {s: Device(s, "meter-1", DeviceKind.METER, date(2018, 1, 1), None, 20) for s in fleet.ids}
    registry = replace(
        whole, stations={s.station_id: s for s in fleet.stations}, devices=tuple(meters.values()),
        share_units=(), households={}, slots=(),
    )  # fmt: skip
    read = _read(np.random.default_rng(seed), power.shape)
    return World(registry, list(fleet.ids), first, days, at_ms, power, counted, read)


def _read(rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """All but a tenth of all readings: a third of the time missing in runs under 2 h, under a day, under five days."""
    read = np.ones(shape, np.bool_)
    for longest, share in ((8, MISSING / 3), (96, MISSING / 3), (480, MISSING / 3)):
        for row in read:
            lost = 0
            while lost < share * shape[1] * rng.uniform(0.2, 1.8):
                length = int(rng.integers(1, longest + 1))
                start = int(rng.integers(0, shape[1]))
                row[start : start + length] = False
                lost += length
    return read


@dataclass(frozen=True)
class InMemory:
    """Of a telemetry store only what accounting reads."""

    rows: CounterRows

    def read_counter(
        self, kind: DeviceKind, column: str, *, start_at: datetime, end_at: datetime, stations: Sequence[str]
    ) -> CounterRows:
        """As `TelemetryStore.read_counter`; the rows are by time but for clocks that are off."""
        asked, rows = set(stations), self.rows
        wanted = np.array([station in asked for station, _ in rows.names])[rows.codes]
        keep = wanted & (rows.at_ms >= to_ms(start_at)) & (rows.at_ms <= to_ms(end_at))
        return CounterRows(rows.names, rows.codes[keep], rows.at_ms[keep], rows.values[keep])


def registers(of: World, seed: int) -> CounterRows:
    """What arrived, as a database keeps it: by time, some twice, of clocks that are off, with counters reset."""
    rng = np.random.default_rng(seed)
    n, t = of.read.shape
    shown = 5_000_000 + (of.counted_wh // 20).astype(np.int64)
    for row in np.flatnonzero(rng.random(n) < 0.3).tolist():
        at = int(rng.integers(1, t))
        shown[row, at:] -= shown[row, at]
    skew = np.where(rng.random(n) < 0.3, rng.integers(-300_000, 300_000, n), 0)
    code, slot = np.nonzero(of.read)
    order = np.argsort(slot, kind="stable")
    again = rng.random(len(order)) < 0.03
    rows = np.concatenate([order, order[again]])
    codes, slots = code.take(rows), slot.take(rows)
    names = [(station, "meter-1") for station in of.stations]
    return CounterRows(names, codes.astype(np.int32), of.at_ms[slots] + skew[codes], shown[codes, slots])


STEP_WH: Final = 2 * 20.0
"""Two steps of the register times the factor: to that, truth and figure can be told apart."""


@dataclass(frozen=True)
class Accuracy:
    """Of n station-months of d days: the truth, ours, its interval; what is measured has one of no width. [Wh]

    `estimated` marks the days of which a part was estimated.
    """

    truth: Floats
    ours: Floats
    low: Floats
    high: Floats
    whole: NDArray[np.bool_]
    day_truth: Floats
    day_low: Floats
    day_high: Floats
    estimated: NDArray[np.bool_]

    @property
    def error(self) -> Floats:
        """(n,) ours against the truth, as a share of it."""
        found: Floats = np.abs(self.ours - self.truth) / self.truth
        return found

    @property
    def inside(self) -> NDArray[np.bool_]:
        """(n,) whether the truth of the month is in its interval."""
        return _within(self.truth, self.low, self.high)

    @property
    def estimated_inside(self) -> NDArray[np.bool_]:
        """The same of each estimated day."""
        return _within(self.day_truth, self.day_low, self.day_high)[self.estimated]

    @staticmethod
    def of_all(parts: "Sequence[Accuracy]") -> "Accuracy":
        return Accuracy(*(np.concatenate([getattr(one, name) for one in parts]) for name in Accuracy.__annotations__))


def _within(truth: Floats, low: Floats, high: Floats) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (truth >= low - STEP_WH) & (truth <= high + STEP_WH)
    return found


def accuracy(of: World, seed: int) -> Accuracy:
    """Every station's month, as accounting computes it from what a store has, by the rules that are shipped."""
    days = [of.first + timedelta(days=n) for n in range(of.days)]
    store = cast("TelemetryStore", InMemory(registers(of, seed)))
    portion = Portion({station: set(days) for station in of.stations})
    now = day_start(days[-1] + timedelta(days=AROUND_D + 1))
    by_station: dict[str, list[DailyEnergy]] = {station: [] for station in of.stations}
    for row in portion_energy(store, of.registry, portion, load_rules(), now).rows:
        by_station[row.station_id].append(row)
    rows = [by_station[station] for station in of.stations]
    ours, low, high, whole = (np.array(column) for column in zip(*map(_month, rows), strict=True))
    days_low, days_high = (np.array([[_bounds(day)[side] for day in of_one] for of_one in rows]) for side in (0, 1))
    estimated = np.array([[day.estimated_low_wh is not None for day in of_one] for of_one in rows])
    truth = of.truth_wh()
    return Accuracy(truth.sum(axis=1), ours, low, high, whole, truth, days_low, days_high, estimated)


def _month(rows: list[DailyEnergy]) -> tuple[float, float, float, bool]:
    total = sum(row.energy_wh or 0 for row in rows)
    low, high = month_interval(rows, total)
    known = all(row.energy_wh is not None for row in rows)
    return float(total), float(total if low is None else low), float(total if high is None else high), known


def _bounds(row: DailyEnergy) -> tuple[float, float]:
    energy = row.energy_wh or 0
    low, high = row.estimated_low_wh, row.estimated_high_wh
    return float(energy if low is None else low), float(energy if high is None else high)


def rdtools_error(of: World) -> Floats:
    """(n,) the month's error of rdtools.energy_from_power, from the power at the instants that were read."""
    import pandas as pd
    from rdtools import energy_from_power

    begin, end = pd.to_datetime(to_ms(day_start(of.first)), unit="ms"), timedelta(days=of.days)
    found = []
    for power, read in zip(of.power_w, of.read, strict=True):
        series = pd.Series(power[read], pd.to_datetime(of.at_ms[read], unit="ms"))
        energy = energy_from_power(series, "15min", max_timedelta=pd.Timedelta("2h"))
        found.append(float(energy[(energy.index > begin) & (energy.index <= begin + end)].sum()))
    truth = of.truth_wh().sum(axis=1)
    error: Floats = np.abs(np.array(found) - truth) / truth
    return error

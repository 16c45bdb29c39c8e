"""Readings per second from registers to daily energy, beside pandas grouping the same registers by day."""

import time
from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pandas as pd

from benchmarks import accuracy, fleet_year, nation
from benchmarks.figure import Figure
from guangfu.clock import DAY_MS, day_start, to_ms
from guangfu.income.counters import Registers
from guangfu.income.energy import daily_energy
from guangfu.income.rules import load_rules
from guangfu.stations.models import DeviceKind, Registry
from guangfu.stations.synthetic import synthetic_registry

FIRST = date(2026, 5, 1)
DAYS = 31
QUARTER_MS = 900_000


def figures() -> Iterator[Figure]:
    """A month of the nation, a month of a fleet from memory, its year from DuckDB."""
    yield from nation.figures()  # first, since the most memory that a process ever had counts
    yield from _month_figures()
    yield from accuracy.figures()
    yield from fleet_year.figures()


def _month_figures() -> Iterator[Figure]:
    """786 stations, 31 days of quarter-hours."""
    registry = synthetic_registry()
    registers = _registers(registry)
    asked = [(station, FIRST + timedelta(days=n)) for station in registry.stations for n in range(DAYS)]
    now, rules = day_start(FIRST + timedelta(days=DAYS + 1)), load_rules()
    began_s = time.perf_counter()
    energy = daily_energy(registers, registry, asked, rules, now)
    ours_s = time.perf_counter() - began_s
    began_s = time.perf_counter()
    grouped = _by_pandas(registers)
    pandas_s = time.perf_counter() - began_s
    assert len(energy) == grouped == len(asked)
    n = len(registers.at_ms)
    beside = f"pandas grouping by station and day, without checks: {n / pandas_s:.3g} readings/s"
    yield Figure("accounting.daily_energy", n / ours_s, "readings/s", beside, pandas_s / ours_s)


def _registers(registry: Registry) -> Registers:
    meters = sorted((d.station_id, d.device) for d in registry.devices if d.kind is DeviceKind.METER)
    n = DAYS * 96 + 1
    at_ms = to_ms(day_start(FIRST)) + np.arange(n, dtype=np.int64) * QUARTER_MS
    station, device = (np.repeat(np.array(names, dtype=object), n) for names in zip(*meters, strict=True))
    return Registers(station, device, np.tile(at_ms, len(meters)), np.tile(np.arange(n, dtype=np.int64), len(meters)))


def _by_pandas(registers: Registers) -> int:
    """The same sums for registers that are never missing, wrapped, reset or misread."""
    day = (registers.at_ms + 8 * 3_600_000) // DAY_MS
    frame = pd.DataFrame({"station": registers.station, "day": day, "wh": registers.register_wh})
    first = frame.groupby(["station", "day"], sort=True)["wh"].first()
    return int(first.groupby("station").diff().notna().sum())

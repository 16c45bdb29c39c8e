"""A fleet's year of five-minute readings, from DuckDB to daily energy: gaps, resets, readings written twice.

The same functions as accounting's: the counter is read in blocks of some days, thinned, and computed; days in gaps
are then shared as like stations had them. Smaller: `python -m benchmarks.fleet_year --stations 50 --days 60`.
"""

import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import duckdb
import numpy as np

from accounting.readings import Source
from benchmarks.figure import Figure, emit
from benchmarks.sizes import sizes_of
from guangfu.clock import day_start, to_ms
from guangfu.income.energy import FleetEnergy
from guangfu.income.figures import DailyEnergy
from guangfu.income.likeness import Neighbours, sky_of
from guangfu.income.rules import load_rules
from guangfu.stations.models import DeviceKind, Registry
from guangfu.stations.synthetic import synthetic_registry
from guangfu.storage.boundaries import COUNTER, NEAR
from guangfu.storage.duckdb_store import DuckDBStore

FIRST: Final = date(2025, 1, 1)
MOST_READINGS: Final = 1_200_000
RDTOOLS_STATIONS: Final = 3


@dataclass(frozen=True)
class Sizes:
    stations: int = 786
    days: int = 365


def figures(sizes: Sizes = Sizes()) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="guangfu-bench-") as folder:
        path, registry = Path(folder) / "year.duckdb", synthetic_registry()
        names = sorted(registry.stations)[: sizes.stations]
        count = _write_year(path, registry, names, sizes.days)
        scan_s, window_s = _raw_s(path)
        ours_s, rows = _ours(path, registry, names, sizes.days)
        known = sum(row.energy_wh is not None for row in rows)
        shaped = sum(row.estimated_low_wh is not None for row in rows)
        sys.stderr.write(f"{count:,} rows, {known:,} of {len(rows):,} station-days known, {shaped:,} estimated\n")
        beside = f"DuckDB's scan of the counter {scan_s:.2f} s, a bare lag() window over it {window_s:.2f} s"
        yield Figure("accounting.fleet_year_energy", ours_s, "s", beside, ours_s / window_s)
        yield from _rdtools(path, ours_s, len(names))


def _write_year(path: Path, registry: Registry, stations: Sequence[str], days: int) -> int:
    """3 % of the slots missing in runs of an hour to three days, 3 % written twice, two resets a station."""
    DuckDBStore(path).close()
    db = duckdb.connect(str(path), config={"memory_limit": "1GB", "threads": 2})
    meters = sorted(
        (d.station_id, d.device)
        for name in stations
        for d in registry.devices_of[name]
        if d.kind is DeviceKind.METER and d.valid_to is None
    )
    factors = {(d.station_id, d.device): d.multiplication_factor for d in registry.devices}
    step_wh = [registry.stations[s].capacity_ac_w / 12 / factors[s, d] for s, d in meters]
    db.execute(
        "CREATE TABLE meters AS SELECT unnest(?) AS code, unnest(?) AS step_wh", [list(range(len(meters))), step_wh]
    )
    db.execute(
        "INSERT INTO series SELECT unnest(?), unnest(?), unnest(?)",
        [list(range(len(meters))), [s for s, _ in meters], [d for _, d in meters]],
    )
    slots = days * 288 + 1
    for first in range(0, slots, 288 * 10):
        db.execute(_SLICE, [to_ms(day_start(FIRST)), first, min(first + 288 * 10, slots)])
    db.execute("DROP TABLE meters")
    count = db.execute("SELECT count(*) FROM pv_meter_rows").fetchone()
    db.close()
    assert count is not None
    return int(count[0])


# By day n the sun has given n x 100.6 half-sine slots of 160; a station's weather is a share of it by day.
_SLICE: Final = """
INSERT INTO pv_meter_rows (series, at_ms, energy_export_total_wh, quality)
SELECT code, ? + k * 300000, w::BIGINT, (k % 50 = 0)::INTEGER * 2 FROM (
  SELECT code, k, 1000 + step_wh * (n - CASE WHEN k >= second THEN second // 288 * 60.0
                                             WHEN k >= first THEN first // 288 * 60.0 ELSE 0 END) AS w
  FROM (SELECT code, k, step_wh, 20000 + code * 41 AS first, 60000 + code * 37 AS second,
          k // 288 * 60.0 + 30 * (1 - cos(pi() * least(greatest(k % 288 - 64, 0), 160) / 160)) AS n
        FROM meters, (SELECT unnest(range(?, ?)) AS k))
), (SELECT unnest([1, 2]) AS copy)
WHERE (copy = 1 OR hash(code, k) % 100 < 3) AND hash(code, k // 12, 1) % 1000 >= 10
  AND hash(code, k // 100, 2) % 1000 >= 10 AND hash(code, k // 864, 3) % 1000 >= 10
"""


def _raw_s(path: Path) -> tuple[float, float]:
    db = duckdb.connect(str(path), read_only=True, config={"threads": 2})
    began = time.perf_counter()
    db.execute(f"SELECT sum({COUNTER} + at_ms + series) FROM pv_meter_rows").fetchall()
    scan_s, began = time.perf_counter() - began, time.perf_counter()
    over = "OVER (PARTITION BY series ORDER BY at_ms)"
    db.execute(f"SELECT sum(w) FROM (SELECT {COUNTER} - lag({COUNTER}) {over} AS w FROM pv_meter_rows)").fetchall()
    window_s = time.perf_counter() - began
    db.close()
    return scan_s, window_s


def _ours(
    path: Path, registry: Registry, stations: Sequence[str], days: int
) -> tuple[float, list[DailyEnergy]]:  # fmt: skip
    rules = load_rules()
    asked = [(station, FIRST + timedelta(days=n)) for station in stations for n in range(days)]
    now = day_start(FIRST + timedelta(days=days + 2))
    store = DuckDBStore(path, threads=1)  # the other core thins meanwhile
    began = time.perf_counter()
    source = Source(store, registry, rules, MOST_READINGS)
    registers = source.read(stations, day_start(FIRST) - NEAR, day_start(FIRST + timedelta(days=days)) + NEAR)
    read_s = time.perf_counter() - began
    energy = FleetEnergy(registers, registry, asked, rules, now)
    rows = energy.rows(asked)
    first_s = time.perf_counter() - began
    gaps = [(row.station_id, row.day) for row in rows if row.estimated_low_wh is not None]
    sky = sky_of(rows, registry, Neighbours(registry), gaps, rules.energy)
    sky_s = time.perf_counter() - began
    shared = {(row.station_id, row.day): row for row in energy.rows(gaps, sky)}
    rows = [shared.get((row.station_id, row.day), row) for row in rows]
    ours_s = time.perf_counter() - began
    sys.stderr.write(
        f"read and thinned {read_s:.2f} s, energy {first_s:.2f} s, like stations {sky_s:.2f} s, all {ours_s:.2f} s\n"
    )
    store.close()
    return ours_s, rows


def _rdtools(path: Path, ours_s: float, stations: int) -> Iterator[Figure]:
    import pandas as pd
    from rdtools import energy_from_power

    db = duckdb.connect(str(path), read_only=True)
    taken_s = 0.0
    for code in range(RDTOOLS_STATIONS):
        table = db.execute(
            f"SELECT at_ms, min({COUNTER}) AS wh FROM pv_meter_rows WHERE series = ? GROUP BY at_ms ORDER BY at_ms",
            [code],
        ).fetchnumpy()
        power = pd.Series(np.gradient(table["wh"]) * 12.0, pd.to_datetime(table["at_ms"], unit="ms", utc=True))
        began = time.perf_counter()
        energy_from_power(power, "1D", max_timedelta=pd.Timedelta("1h"))
        taken_s += time.perf_counter() - began
    all_s = taken_s / RDTOOLS_STATIONS * stations
    beside = (
        f"{taken_s / RDTOOLS_STATIONS:.3g} s a station, from memory, by {RDTOOLS_STATIONS} of them; "
        f"ours for all stations, reading included: {ours_s:.1f} s"
    )
    yield Figure("accounting.fleet_year_energy.rdtools", all_s, "s", beside, all_s / ours_s)


if __name__ == "__main__":
    for one in figures(sizes_of(Sizes, "benchmarks.fleet_year", __doc__, sys.argv[1:])):
        emit(one)

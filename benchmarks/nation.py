"""The nation's programme, one month: from daily energy to every household's fen, and its entries in the books.

83,000 stations and 4.15 million households: a tenth of the stations centralized with slots, the others owned by one
village or shared by several, in all zones and by all terms that the synthetic registry has: deductions and both models
of sharing. Household indicators are computed, not stored. The month is computed in a process of its own, so that its
memory is its own. Smaller: `python -m benchmarks.nation --stations 2000 --households 100000`.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_DOWN, Decimal
from pathlib import Path
from typing import Final

import numpy as np
from sqlalchemy import Engine

from benchmarks.figure import Figure, emit
from benchmarks.sizes import sizes_of
from guangfu.clock import month_days
from guangfu.income.entitlement import entitlement_days
from guangfu.income.nation import MonthColumns, MonthFen, month_fen
from guangfu.income.nation_columns import terms_of
from guangfu.income.rules import load_rules
from guangfu.ledger.books import Part
from guangfu.ledger.fen import Fen
from guangfu.ledger.postings import correct_estimate
from guangfu.stations.models import StationKind
from guangfu.stations.synthetic import synthetic_registry
from guangfu.storage.sql.database import open_database, upgrade
from guangfu.storage.sql.journal import post_entries
from tests.services.running import Missing, running_postgres

MONTH: Final = "2026-06"
AT: Final = datetime(2026, 7, 2, tzinfo=UTC)


@dataclass(frozen=True)
class Sizes:
    """`alone`: not zero in the process that only computes."""

    stations: int = 83_000
    households: int = 4_150_000
    alone: int = 0


def figures(sizes: Sizes = Sizes()) -> Iterator[Figure]:
    asked = ["--stations", str(sizes.stations), "--households", str(sizes.households), "--alone", "1"]
    command = [sys.executable, "-m", "benchmarks.nation", *asked]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    told = json.loads(answer.stdout)
    sys.stderr.write(answer.stderr)
    beside = f"a plain Decimal loop over the households alone, the same fen: {told['decimal_s']:.2f} s"
    yield Figure("accounting.nation_month", told["ours_s"], "s", beside, told["ours_s"] / told["decimal_s"])
    memory = f"of it {told['idle_mb']:.0f} MB before the month was there: interpreter, libraries, rules"
    yield Figure("accounting.nation_month.memory", told["memory_mb"], "MB", memory, told["memory_mb"] / told["idle_mb"])
    yield from _posted(sizes)


def _columns(sizes: Sizes) -> MonthColumns:
    """Every column of the month, by chance."""
    registry, rules, days = synthetic_registry(), load_rules(), month_days(MONTH)
    names = sorted(registry.stations)
    terms, price, base, deduction = terms_of(registry, names, days, rules)
    rng = np.random.default_rng(2018)
    like = rng.integers(0, len(names), sizes.stations)
    central = np.array([registry.stations[name].kind is StationKind.CENTRALIZED for name in names])[like]
    central |= rng.random(sizes.stations) < 0.06
    capacity_w = np.array([registry.stations[name].capacity_dc_w for name in names])[like]
    energy = (capacity_w[:, None] * rng.uniform(1.0, 7.0, (sizes.stations, len(days)))).astype(np.int64)
    energy[rng.random(energy.shape) < 0.01] = -1
    villages = np.flatnonzero(~central)
    holders = np.where(rng.random(len(villages)) < 0.9, 1, rng.integers(2, 40, len(villages)))
    stretch = np.full(energy.shape, -1, np.int64)
    stretch[villages] = np.arange(len(villages))[:, None]
    shared = rng.integers(0, len(villages), int(holders.sum()))
    start = np.cumsum(holders) - holders
    shared[start] = np.arange(len(villages))  # each station's own village, and others' for joint ones
    slots = sizes.households // 10
    households = rng.multinomial(sizes.households - slots, np.full(len(villages), 1 / len(villages)))
    return MonthColumns(
        energy_wh=energy, terms=terms[like], price=price, base=base, deduction=deduction,
        stretch=stretch, stretches=len(villages), holder_start=start, holder_village=shared,
        holder_units=rng.integers(1, 65, len(shared)), households=households.astype(np.int64),
        slot_household=np.arange(slots), slot_class=rng.integers(0, 2, slots), slot_first=np.zeros(slots, np.int64),
        slot_end=np.where(rng.random(slots) < 0.01, 11, len(days)),
        due=np.array([entitlement_days(rules, days[0].replace(year=year), days) for year in (2017, 2018)]),
        slot_holders=slots,
    )  # fmt: skip


def measure(sizes: Sizes) -> None:
    """One line of JSON: seconds and megabytes of the month, and seconds of the plain loop."""
    idle_mb = _memory_mb()
    month = _columns(sizes)
    began = time.perf_counter()
    found = month_fen(month)
    ours_s = time.perf_counter() - began
    memory_mb = _memory_mb()
    assert found.distributable.sum() == (found.holder_gross - found.holder_deductions).sum()
    decimal_s = _by_decimal(month, found)
    told = {"ours_s": ours_s, "memory_mb": memory_mb, "idle_mb": idle_mb, "decimal_s": decimal_s}
    sys.stderr.write(f"{len(found.indicator) + len(found.entitlement):,} households of {sizes.stations:,} stations\n")
    sys.stdout.write(json.dumps(told) + "\n")


def _by_decimal(month: MonthColumns, found: MonthFen) -> float:
    """The last step alone as one would write it: each household's part rounded down, the fen left over one each."""
    began = time.perf_counter()
    at, fen = 0, Decimal(1)
    for amount, count in zip(found.distributable.tolist(), month.households.tolist(), strict=True):
        parts = [(Decimal(amount) / Decimal(count)).quantize(fen, ROUND_DOWN) for _ in range(count)]
        for place in range(int(Decimal(amount) - sum(parts))):
            parts[place] += fen
        assert not count or int(parts[0]) == found.indicator[at]
        at += count
    return time.perf_counter() - began


def _memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _posted(sizes: Sizes) -> Iterator[Figure]:
    """Base and subsidy of every station-month: two entries of two lines each."""
    found = month_fen(_columns(sizes))
    with tempfile.TemporaryDirectory(prefix="guangfu-bench-") as folder:
        yield _post(open_database(f"sqlite:///{folder}/books.sqlite"), "sqlite", found)
        try:
            with running_postgres(Path(folder)) as service:
                yield _post(open_database(service.new_database()), "postgresql", found)
        except Missing as missing:
            sys.stderr.write(f"NOT MEASURED: posting to PostgreSQL, {missing}\n")


def _post(engine: Engine, name: str, found: MonthFen) -> Figure:
    upgrade(engine)
    made_s, posted, began = 0.0, 0, time.perf_counter()
    stations = len(found.base)
    for first in range(0, stations, 2000):
        making = time.perf_counter()
        entries = [
            entry
            for row in range(first, min(first + 2000, stations))
            for part, amount in (
                (Part.BASE, found.base[row]), (Part.SUBSIDY, found.gross[row] - found.base[row]),
            )
            for entry in correct_estimate({}, f"st{row:05d}", MONTH, part, Fen(int(amount)))
        ]  # fmt: skip
        made_s += time.perf_counter() - making
        with engine.begin() as db:
            posted += post_entries(db, entries, AT)
    taken_s = time.perf_counter() - began
    engine.dispose()
    rate = f"{posted:,} entries, {posted / taken_s:,.0f} a second; making them took {made_s:.1f} s of it"
    return Figure(f"accounting.nation_month.post.{name}", taken_s, "s", rate, taken_s / made_s)


def main(sizes: Sizes) -> None:
    if sizes.alone:
        measure(sizes)
        return
    for figure in figures(sizes):
        emit(figure)


if __name__ == "__main__":
    main(sizes_of(Sizes, "benchmarks.nation", __doc__, sys.argv[1:]))

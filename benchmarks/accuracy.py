"""How near a station's month comes to the truth: the whole synthetic fleet in four months, everything going wrong."""

from collections.abc import Iterator
from datetime import date
from typing import Final

import numpy as np

from benchmarks.figure import Figure
from tests.income.simulated import Accuracy, World, accuracy, rdtools_error, world

MONTHS: Final = (date(2026, 3, 1), date(2026, 6, 1), date(2026, 9, 1), date(2026, 12, 1))
STATIONS: Final = 784


def figures() -> Iterator[Figure]:
    """Errors in percent of the month's energy; the ratio is that to the bar."""
    worlds = [world(100 + month.month, month, STATIONS) for month in MONTHS]
    found = [accuracy(one, number) for number, one in enumerate(worlds)]
    whole = Accuracy.of_all(found)
    error, inside = 100 * whole.error, 100 * float(whole.inside.mean())
    median, worst, beside = float(np.median(error)), float(error.max()), _rdtools(worlds)
    of = f"{len(error):,} station-months, {100 - 100 * float(np.mean([w.read.mean() for w in worlds])):.0f} % missing"
    yield Figure("accounting.accuracy.median", median, "%", f"bar 0.3 %; {of}; {beside}", median / 0.3)
    yield Figure("accounting.accuracy.worst", worst, "%", f"bar 2 %; {of}; {beside}", worst / 2)
    yield Figure("accounting.accuracy.inside", inside, "%", f"bar 93 %; {of}", inside / 93)
    days = 100 * float(whole.estimated_inside.mean())
    of = f"{whole.estimated.sum():,} of {whole.estimated.size:,} station-days estimated"
    yield Figure("accounting.accuracy.inside_days", days, "%", of, days / 93)


def _rdtools(worlds: list[World]) -> str:
    error = 100 * np.concatenate([rdtools_error(one) for one in worlds])
    return f"rdtools.energy_from_power: median {np.median(error):.3g} %, worst {error.max():.3g} %"

"""From the telemetry store to daily energy: reads no more than a portion needs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from accounting.plan import ONE_DAY, Portion
from guangfu.clock import day_start
from guangfu.income.counters import Registers
from guangfu.income.energy import daily_energy
from guangfu.income.figures import DailyEnergy
from guangfu.income.rules import Rules
from guangfu.stations.models import DeviceKind, Registry
from guangfu.storage.telemetry_store import TelemetryStore

COUNTER = "energy_export_total_wh"
NEAR = timedelta(hours=2)
"""Around the days, enough where readings are not missing; only where they are, the whole allowed gap is read."""


@dataclass(frozen=True)
class PortionEnergy:
    rows: list[DailyEnergy]
    readings: int


def portion_energy(
    store: TelemetryStore, registry: Registry, portion: Portion, rules: Rules, now: datetime
) -> PortionEnergy:
    """The energy of a portion's days.

    Raises:
        Unavailable: The store can't be reached.
    """
    registers = _read(store, sorted(portion.days), portion.first, portion.last, NEAR)
    rows = {(row.station_id, row.day): row for row in daily_energy(registers, registry, portion.pairs, rules, now)}
    doubtful = [key for key, row in rows.items() if _may_need_more(row, now)]
    for pairs in _by_first_day(doubtful):
        stations, days = sorted({station for station, _ in pairs}), [day for _, day in pairs]
        wide = _read(store, stations, min(days), max(days), timedelta(hours=rules.energy.max_gap_h))
        rows |= {(row.station_id, row.day): row for row in daily_energy(wide, registry, pairs, rules, now)}
    return PortionEnergy([rows[key] for key in sorted(rows)], len(registers.at_ms))


def _may_need_more(row: DailyEnergy, now: datetime) -> bool:
    """Could a reading outside the near margin change the row?"""
    over = now >= day_start(row.day + ONE_DAY)
    return row.energy_wh is None or bool(row.interpolated_wh) or (over and not row.complete)


def _by_first_day(pairs: Collection[tuple[str, date]]) -> list[list[tuple[str, date]]]:
    """The doubtful days of one stretch together: a day at each end of a month must not read the month."""
    stretches: list[list[tuple[str, date]]] = []
    for pair in sorted(pairs, key=lambda pair: (pair[1], pair[0])):
        if stretches and pair[1] - stretches[-1][-1][1] <= ONE_DAY:
            stretches[-1].append(pair)
        else:
            stretches.append([pair])
    return stretches


def _read(store: TelemetryStore, stations: Sequence[str], first: date, last: date, margin: timedelta) -> Registers:
    table = store.read(
        DeviceKind.METER,
        [COUNTER],
        start_at=day_start(first) - margin,
        end_at=day_start(last + ONE_DAY) + margin,
        stations=stations,
    )
    return Registers(table.station, table.device, table.at_ms, table.columns[COUNTER].astype("int64", copy=False))

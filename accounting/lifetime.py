"""What stations have produced before a month, since their first day: where subsidised hours are limited, it counts."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Final

from sqlalchemy import Connection

from guangfu.clock import month_days
from guangfu.income.figures import DailyEnergy
from guangfu.income.rules import Rules
from guangfu.stations.models import Registry
from guangfu.storage.sql.figures import read_daily_energy, read_monthly_income, sum_energy

OPENING: Final = "opening_lifetime_kwh"
"""A station's attribute: what it had produced before the attribute's first day. [kWh]"""


def lifetimes(
    db: Connection,
    registry: Registry,
    rules: Rules,
    month: str,
    stations: Collection[str],
    computed: Iterable[DailyEnergy] = (),
) -> dict[str, int]:
    """By station; empty while the rule is off. [Wh]

    Args:
        computed: Days that are not stored yet; they stand in place of the stored ones.
    """
    if not rules.energy.subsidised_hours:
        return {}
    first, opening = month_days(month)[0], _openings(registry, month)
    new = {(row.station_id, row.day): row.energy_wh or 0 for row in computed if row.day < first}
    old = read_daily_energy(db, start=min(day for _, day in new), end=max(day for _, day in new)) if new else []
    replaced = {(row.station_id, row.day): row.energy_wh or 0 for row in old if (row.station_id, row.day) in new}
    found: dict[str, int] = {}
    for station in stations:
        wh, since = opening.get(station, (0, date.min))
        change = sum(wh - replaced.get(key, 0) for key, wh in new.items() if key[0] == station and key[1] >= since)
        found[station] = wh + sum_energy(db, station, start=since, before=first) + change
    return found


def _openings(registry: Registry, month: str) -> dict[str, tuple[int, date]]:
    """Each station's opening energy [Wh] and the first day after it; of several the last before the month."""
    first = month_days(month)[0]
    rows = [one for one in registry.attributes if one.name == OPENING and one.valid_from <= first]
    return {
        one.subject_id: (round(float(one.value) * 1000), one.valid_from)
        for one in sorted(rows, key=lambda one: one.valid_from)
    }


def with_later_months(db: Connection, rules: Rules, touched: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """The touched months, and each station's later ones that have income: their lifetime energy has changed."""
    found = {month: set(stations) for month, stations in touched.items()}
    if not rules.energy.subsidised_hours or not touched:
        return found
    names = {station for stations in touched.values() for station in stations}
    first = {name: min(month for month, stations in touched.items() if name in stations) for name in names}
    for row in read_monthly_income(db, start=min(touched), end="9999-12", stations=names):
        if row.month >= first[row.station_id]:
            found.setdefault(row.month, set()).add(row.station_id)
    return found

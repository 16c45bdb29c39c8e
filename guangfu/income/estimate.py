"""The estimate of a station's month: energy times tariff, rounded once a part, its days the differences.

Estimated is ours, telemetry times tariff. It is neither settled, received, passed on nor paid.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from guangfu.clock import month_days
from guangfu.income.figures import DailyEnergy, DailyIncome, MonthlyIncome
from guangfu.income.rules.models import Rules
from guangfu.income.rules.tables import PRICE_PLACES
from guangfu.income.subsidy_status import Standing, standing_changes, subsidy_standing
from guangfu.income.tariff import TariffRow, find_tariff, tariff_end
from guangfu.ledger.fen import Fen
from guangfu.stations.models import Station, Zone

_UNITS_PER_YUAN: Final = 10**PRICE_PLACES
PER_FEN: Final = _UNITS_PER_YUAN * 1000 // 100
"""Wh times millionths of a yuan per kWh, in one fen."""
_HOURS: Final = {
    Zone.I: "subsidised_hours_i", Zone.II: "subsidised_hours_ii", Zone.III: "subsidised_hours_iii",
}  # fmt: skip


@dataclass(frozen=True)
class MonthEstimate:
    """A station's month: a row for each day that has a figure, and their sum; `None` if no day has one."""

    daily: tuple[DailyIncome, ...]
    monthly: MonthlyIncome | None


def energy_fen(energy_wh: int, price: Decimal) -> Fen:
    """What energy is worth, rounded half up to whole fen. Wh x yuan/kWh.

    >>> energy_fen(450_000_000, Decimal("0.75"))  # 300 kW, zone II, 1,500 h: 337,500.00 yuan
    33750000
    >>> energy_fen(450_000_000, Decimal("0.3035"))  # of it base, 136,575.00 yuan
    13657500
    """
    return _rounded(energy_wh * price_units(price))


def price_units(price: Decimal) -> int:
    """A price in whole millionths of a yuan per kWh."""
    units = price.scaleb(PRICE_PLACES)
    assert units == int(units), f"a price of more than {PRICE_PLACES} decimals: {price}"
    return int(units)


def _rounded(worth: int) -> Fen:
    return Fen((2 * worth + PER_FEN) // (2 * PER_FEN))


def estimate_month(
    station: Station,
    month: str,
    energy: Sequence[DailyEnergy],
    rules: Rules,
    *,
    today: date,
    computed_at: datetime,
    lifetime_wh: int = 0,
) -> MonthEstimate:
    """The estimate of one station's month, to date.

    Gross and base are each rounded once, half up, from the month's energy at each day's price; subsidy is the
    remainder. A day's amount is the difference of the rounded cumulatives, so that days add up to the month
    exactly. A day without energy or tariff has no row and no amount, and is counted in `days_due` only.

    Args:
        energy: The station's days of that month, in any order; days that are missing count as without a figure.
        today: The local day; days after it are not due.
        lifetime_wh: What the station has produced before the month, since its first day; counts only where the rule
            of subsidised hours is switched on. [Wh]
    """
    first, last = month_days(month)[0], month_days(month)[-1]
    days = sorted((row for row in energy if first <= row.day <= last), key=lambda row: row.day)
    assert all(row.station_id == station.station_id for row in days)
    due = _days_due(station, month, today)
    tariffs = tariffs_of(station, [row.day for row in days], rules)
    counted = [(row, tariff) for row, tariff in zip(days, tariffs, strict=True) if row.energy_wh is not None and tariff]
    standings = standings_of(station, [row.day for row, _ in counted], rules)
    left_wh, doubtful = subsidised_wh(station, rules, lifetime_wh), _hours_unconfirmed(station, rules)
    daily = _daily(counted, standings, left_wh, unconfirmed=doubtful)
    if not daily:
        return MonthEstimate((), None)
    coverage = sum(row.coverage for row in days) / max(due, len(days))
    return MonthEstimate(daily, _monthly(month, counted, daily, due, min(coverage, 1.0), rules.version, computed_at))


def _days_due(station: Station, month: str, today: date) -> int:
    """Days of the month that have begun while the station is on grid."""
    closed = station.closed_on or date.max
    return sum(station.grid_connected_on <= day < closed and day <= today for day in month_days(month))


def tariffs_of(station: Station, days: Sequence[date], rules: Rules) -> list[TariffRow | None]:
    """The tariff of each of the month's days, looked up once per stretch in which nothing begins or ends."""
    changes = {price.valid_from for price in rules.base_prices} | {station.grid_connected_on, tariff_end(station)}
    found: dict[int, TariffRow | None] = {}
    begun = [sum(change <= day for change in changes) for day in days]
    for day, stretch in zip(days, begun, strict=True):
        if stretch not in found:
            found[stretch] = find_tariff(station, day, rules)
    return [found[stretch] for stretch in begun]


def standings_of(station: Station, days: Sequence[date], rules: Rules) -> list[Standing]:
    """The station's place in the subsidy list on each day, looked up once per stretch in which it can't change."""
    changes = standing_changes(station, rules)
    begun = [sum(change <= day for change in changes) for day in days]
    found = {stretch: subsidy_standing(station, day, rules) for stretch, day in zip(begun, days, strict=True)}
    return [found[stretch] for stretch in begun]


def subsidised_wh(station: Station, rules: Rules, lifetime_wh: int) -> int | None:
    """How much more energy of a station has a subsidy; `None` where there is no limit. [Wh]

    Source:
        财建〔2020〕426号: hours over a station's life, by resource zone, times its capacity.
    """
    if not rules.energy.subsidised_hours:
        return None
    hours = float(getattr(rules.energy, _HOURS[station.resource_zone]))
    return max(int(hours * station.capacity_dc_w) - lifetime_wh, 0)


def _hours_unconfirmed(station: Station, rules: Rules) -> bool:
    """Whether a limit of subsidised hours is in force that nobody has confirmed."""
    names = {"subsidised_hours", _HOURS[station.resource_zone]}
    return bool(rules.energy.subsidised_hours) and bool(names & rules.energy.unconfirmed)


def _daily(
    counted: Sequence[tuple[DailyEnergy, TariffRow]],
    standings: Sequence[Standing],
    left_wh: int | None,
    *,
    unconfirmed: bool,
) -> tuple[DailyIncome, ...]:
    """Each day's amounts; energy beyond `left_wh`, and a subsidy that is a memo only, bring the base alone."""
    worth = worth_base = 0
    rows = []
    for (energy, tariff), standing in zip(counted, standings, strict=True):
        before, base_before = _rounded(worth), _rounded(worth_base)
        energy_wh = energy.energy_wh or 0
        with_subsidy = energy_wh if left_wh is None else min(energy_wh, left_wh)
        left_wh = None if left_wh is None else left_wh - with_subsidy
        base_units = price_units(tariff.base)
        paid_for = standing.receivable_of(with_subsidy)
        worth += energy_wh * base_units + paid_for * (price_units(tariff.price) - base_units)
        worth_base += energy_wh * base_units
        gross, base = _rounded(worth) - before, _rounded(worth_base) - base_before
        rows.append(
            DailyIncome(
                station_id=energy.station_id,
                day=energy.day,
                estimated_gross_fen=Fen(gross),
                estimated_base_fen=Fen(base),
                estimated_subsidy_fen=Fen(gross - base),
                tariff_id=tariff.tariff_id,
                unconfirmed=tariff.unconfirmed or standing.unconfirmed or unconfirmed,
            )
        )
    return tuple(rows)


def _monthly(
    month: str,
    counted: Sequence[tuple[DailyEnergy, TariffRow]],
    daily: Sequence[DailyIncome],
    days_due: int,
    coverage: float,
    rules_version: str,
    computed_at: datetime,
) -> MonthlyIncome:
    energy_wh = sum(energy.energy_wh or 0 for energy, _ in counted)
    low_wh, high_wh = month_interval([energy for energy, _ in counted], energy_wh)
    return MonthlyIncome(
        station_id=daily[0].station_id,
        month=month,
        energy_wh=energy_wh,
        days_counted=len(counted),
        days_due=days_due,
        coverage=coverage,
        estimated_gross_fen=Fen(sum(row.estimated_gross_fen for row in daily)),
        estimated_base_fen=Fen(sum(row.estimated_base_fen for row in daily)),
        estimated_subsidy_fen=Fen(sum(row.estimated_subsidy_fen for row in daily)),
        tariff_id=daily[-1].tariff_id,
        unconfirmed=any(row.unconfirmed for row in daily),
        rules_version=rules_version,
        computed_at=computed_at,
        estimated_low_wh=low_wh,
        estimated_high_wh=high_wh,
    )


def interval_of_sum(parts: Iterable[tuple[int, int | None, int | None]]) -> tuple[int | None, int | None]:
    """Between what a sum of energies is in 95 cases of 100, where one of them was estimated. [Wh]

    Args:
        parts: Each with its bounds, which are `None` where it was measured; each is off by chance of its own.

    >>> interval_of_sum([(100, None, None), (50, 47, 54), (50, 46, 53)])
    (195, 205)
    """
    energy, down, up, estimated = 0, 0, 0, False
    for middle, low, high in parts:
        energy += middle
        if low is not None and high is not None:
            estimated, down, up = True, down + (middle - low) ** 2, up + (high - middle) ** 2
    return (energy - math.isqrt(down), energy + math.isqrt(up)) if estimated else (None, None)


def month_interval(counted: Sequence[DailyEnergy], energy_wh: int) -> tuple[int | None, int | None]:
    """Between what the month's energy is in 95 cases of 100, where a part of it was estimated."""
    margins = [row.estimated_margin_wh or 0 for row in counted if row.estimated_low_wh is not None]
    if not margins:
        return None, None
    margin = math.isqrt(sum(one * one for one in margins))
    return max(energy_wh - margin, 0), energy_wh + margin

"""The estimate once more, for the statement's own days: what our telemetry says of the window that was read. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from guangfu.income.estimate import standings_of
from guangfu.income.figures import DailyEnergy
from guangfu.income.rules import Rules
from guangfu.income.settlement.worth import rounded
from guangfu.income.tariff import TariffRow, find_tariff, tariff_end
from guangfu.ledger.books import Part
from guangfu.ledger.fen import Fen
from guangfu.stations.models import Station


@dataclass(frozen=True)
class WindowEstimate:
    """What the days of a window are estimated to have brought.

    Attributes:
        energy_wh: Of the days that have a figure. [Wh]
        base_fen, subsidy_fen: Of the same days, each rounded once. [fen]
        price: Our mean price of the window by part, exact. [millionths of a yuan per kWh]
        subsidised: The share of the energy whose subsidy is a receivable by the subsidy list, 0 to 1.
        days_missing: Days of the window without a figure.
        missing_low_wh, missing_high_wh: What the true energy may be less or more, by days without a figure, figures
            that are estimated, and bounds of the window that lie in a gap; both 0 where all was measured. [Wh]
    """

    energy_wh: int
    base_fen: Fen
    subsidy_fen: Fen
    price: Mapping[Part, Fraction] = field(default_factory=dict)
    days_missing: int = 0
    missing_low_wh: int = 0
    missing_high_wh: int = 0
    subsidised: Fraction = Fraction(1)


def window_estimate(
    station: Station, energy: Sequence[DailyEnergy], rules: Rules, window_from: date, window_to: date
) -> WindowEstimate:
    """The estimate of the days from `window_from` to the day before `window_to`.

    Args:
        energy: The station's stored days; those outside the window are ignored, those that are not there are missing.
    """
    rows = {row.day: row for row in energy if window_from <= row.day < window_to}
    days = [window_from + timedelta(days=n) for n in range((window_to - window_from).days)]
    known = [row for day in days if (row := rows.get(day)) is not None and row.energy_wh is not None]
    tariffs = _tariffs(station, days, rules)
    wh = sum(row.energy_wh or 0 for row in known)
    worth = {
        part: sum((row.energy_wh or 0) * _micro(tariffs[row.day], part) for row in known) for part in (None, Part.BASE)
    }
    standings = dict(zip(days, standings_of(station, days, rules), strict=True))
    paid = sum(
        standings[row.day].receivable_of(row.energy_wh or 0)
        * (_micro(tariffs[row.day], None) - _micro(tariffs[row.day], Part.BASE))
        for row in known
    )
    whole = worth[None] - worth[Part.BASE]
    last = standings[days[-1]]
    subsidised = Fraction(paid, whole) if whole else Fraction(last.receivable_of(last.capacity_w), last.capacity_w)
    gross, base = rounded(worth[Part.BASE] + paid), rounded(worth[Part.BASE])
    low, high = _uncertainty(station, rows, days, rules)
    return WindowEstimate(
        wh, base, Fen(gross - base), _mean_price(worth, wh, tariffs[days[-1]]), len(days) - len(known), low, high,
        subsidised,
    )  # fmt: skip


def _mean_price(worth: Mapping[Part | None, int], wh: int, last: TariffRow | None) -> dict[Part, Fraction]:
    gross, base = (Fraction(worth[part], wh) if wh else Fraction(_micro(last, part)) for part in (None, Part.BASE))
    return {Part.BASE: base, Part.SUBSIDY: gross - base}


def _micro(tariff: TariffRow | None, part: Part | None) -> int:
    """A part's price, or the whole price. [millionths of a yuan per kWh]"""
    if tariff is None:
        return 0
    return int((tariff.base if part is Part.BASE else tariff.price).scaleb(6))


def _tariffs(station: Station, days: Sequence[date], rules: Rules) -> dict[date, TariffRow | None]:
    """Looked up once per stretch in which no price begins or ends."""
    changes = {price.valid_from for price in rules.base_prices} | {station.grid_connected_on, tariff_end(station)}
    found: dict[tuple[int, int], TariffRow | None] = {}
    of_day = {}
    for day in days:
        stretch = (sum(change <= day for change in changes), day.year * 12 + day.month)
        if stretch not in found:
            found[stretch] = find_tariff(station, day, rules)
        of_day[day] = found[stretch]
    return of_day


def _uncertainty(
    station: Station, rows: Mapping[date, DailyEnergy], days: Sequence[date], rules: Rules
) -> tuple[int, int]:
    """How much the true energy may differ by what was not measured. [Wh]"""
    most = round(rules.energy.plausible_factor * station.capacity_ac_w * 24)
    low = high = 0
    for n, day in enumerate(days):
        row = rows.get(day)
        if row is None or row.energy_wh is None:
            high += most
        elif row.estimated_low_wh is not None and row.estimated_high_wh is not None:
            low, high = low - row.energy_wh, high + most
        elif n in {0, len(days) - 1}:  # inside, what one day has too much its neighbour has too little
            low, high = low - abs(row.interpolated_wh or 0), high + abs(row.interpolated_wh or 0)
    return low, high

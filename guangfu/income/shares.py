"""A village-level station's days divided among its villages, less deductions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from guangfu.clock import month_days, month_of
from guangfu.income.figures import DailyIncome
from guangfu.income.rules.models import Confidence, Deduction, Payer, Rules
from guangfu.ledger.fen import Fen
from guangfu.ledger.split import split
from guangfu.stations.models import Registry, Station, valid_on

_MILLIONTHS: Final = 6

Units = tuple[tuple[str, int], ...]
"""The villages that hold units above zero, sorted, with their units."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """A village's part of some days of one station. [fen]"""

    base: int = 0
    subsidy: int = 0
    deductions: int = 0
    capped: bool = False

    @property
    def gross(self) -> int:
        return self.base + self.subsidy

    @property
    def distributable(self) -> int:
        return self.gross - self.deductions

    def plus(self, other: "Amounts") -> "Amounts":
        return Amounts(
            self.base + other.base,
            self.subsidy + other.subsidy,
            self.deductions + other.deductions,
            self.capped or other.capped,
        )

    def minus(self, other: "Amounts") -> "Amounts":
        return Amounts(
            self.base - other.base, self.subsidy - other.subsidy, self.deductions - other.deductions, self.capped
        )


def units_on(registry: Registry, station_id: str, day: date) -> Units:
    """Who holds units of a station on a local day."""
    held: dict[str, int] = {}
    for share in registry.shares_of.get(station_id, ()):
        if valid_on(share, day) and share.units > 0:
            held[share.village_id] = held.get(share.village_id, 0) + share.units
    return tuple(sorted(held.items()))


class StationShares:
    """Adds up days of one station and month, and divides them among the villages that held units on them.

    Days with the same holders are one stretch. Base and subsidy of a stretch are divided by units; its deductions
    are computed once, each at most its days' part of its limit, rounded once, half up, all of them at most what is
    left, and are borne in proportion to gross.
    So a village that has left is not touched by what comes later.
    """

    def __init__(self, registry: Registry, station_id: str, rules: Rules) -> None:
        self._registry, self._station_id, self._rules = registry, station_id, rules
        self._stretches: dict[Units, _Stretch] = {}

    def add(self, row: DailyIncome) -> None:
        """Adds a day; one on which nobody holds units is left out."""
        units = units_on(self._registry, self._station_id, row.day)
        if units:
            station = self._registry.stations.get(self._station_id)
            deductions = deductions_on(row.day, self._rules, station)
            self._stretches.setdefault(units, _Stretch()).add(row, deductions, station)

    def amounts(self) -> dict[str, Amounts]:
        """What the days so far bring each village; the parts sum to the station's."""
        totals: dict[str, Amounts] = {}
        for units, stretch in self._stretches.items():
            for village, part in stretch.divided(dict(units)).items():
                totals[village] = totals[village].plus(part) if village in totals else part
        return totals


@dataclass(slots=True)
class Asked:
    """What one deduction asks of some days of a station: its share of them, at most its limit. [millionths of a fen]"""

    worth: int = 0
    most: int = 0

    def add(self, one: Deduction, row: DailyIncome, station: Station | None) -> None:
        worth = row.estimated_gross_fen * int(one.share_of_gross.scaleb(_MILLIONTHS))
        most = most_of_day(one, station, row.day)
        self.worth += worth
        self.most += worth if most is None else most

    @property
    def limited(self) -> bool:
        return self.most < self.worth

    @property
    def fen(self) -> Fen:
        """Rounded once, half up. [fen]"""
        unit = 10**_MILLIONTHS
        return Fen(max((2 * min(self.worth, self.most) + unit) // (2 * unit), 0))


def month_limit_fen(one: Deduction, station: Station) -> int | None:
    """The most that a deduction takes of a station's month: a twelfth of the year's, rounded down. [fen]"""
    return None if one.limit is None else int(one.limit * 100) * station.capacity_dc_w // (1000 * 12)


def most_of_day(one: Deduction, station: Station | None, day: date) -> int | None:
    """A day's part of the month's limit, so that a stretch of days has its part, and all days the whole.

    Returns:
        The difference of the month's cumulatives, rounded down; `None` without a limit. [millionths of a fen]
    """
    limit = None if station is None else month_limit_fen(one, station)
    if limit is None:
        return None
    whole, days = limit * 10**_MILLIONTHS, len(month_days(month_of(day)))
    return whole * day.day // days - whole * (day.day - 1) // days


class _Stretch:
    """Sums of some days with the same holders [fen], and what each position asks of them."""

    def __init__(self) -> None:
        self.base = self.subsidy = 0
        self.asked: dict[int, Asked] = {}

    def add(self, row: DailyIncome, deductions: Iterable[Deduction], station: Station | None) -> None:
        self.base += row.estimated_base_fen
        self.subsidy += row.estimated_subsidy_fen
        for deduction in deductions:
            self.asked.setdefault(deduction.position, Asked()).add(deduction, row, station)

    def deductions(self) -> tuple[int, bool]:
        """All deductions [fen], and whether the income could not bear them."""
        gross = max(self.base + self.subsidy, 0)
        asked = sum(one.fen for one in self.asked.values())
        return min(asked, gross), asked > gross

    def divided(self, units: Mapping[str, int]) -> dict[str, Amounts]:
        base, subsidy = split(Fen(self.base), units), split(Fen(self.subsidy), units)
        gross = {village: base[village] + subsidy[village] for village in units}
        deductions, capped = self.deductions()
        # Where a market price is below zero, rounding can leave a village at -1 fen: it bears nothing.
        weights = {village: max(part, 0) for village, part in gross.items()}
        borne = split(Fen(deductions), weights) if deductions else dict.fromkeys(units, Fen(0))
        return {village: Amounts(base[village], subsidy[village], borne[village], capped) for village in units}


def deductions_on(day: date, rules: Rules, station: Station | None = None) -> list[Deduction]:
    """The deductions in force on a day that the agency takes, in order of position.

    For each position the station's own row goes before its banner's, and that before the one for all; of several
    the one that began last. One that somebody else pays is none.
    """
    at: dict[int, Deduction] = {}
    for deduction in sorted(rules.deductions, key=lambda d: (scope_rank(d.station_id, d.banner_code), d.valid_from)):
        if deduction.valid_from <= day and is_for(deduction.station_id, deduction.banner_code, station):
            at[deduction.position] = deduction
    return [at[position] for position in sorted(at) if at[position].payer is Payer.AGENCY]


def scope_rank(station_id: str | None, banner_code: str | None) -> int:
    """How near a rule is to a station: 2 its own, 1 its banner's, 0 everybody's."""
    return 2 if station_id else 1 if banner_code else 0


def is_for(station_id: str | None, banner_code: str | None, station: Station | None) -> bool:
    """Whether a rule with these names is for the station; one without names is for all."""
    if station is None:
        return not station_id and not banner_code
    return station_id in {None, station.station_id} and banner_code in {None, station.banner_code}


def deductions_unconfirmed(day: date, rules: Rules, station: Station | None = None) -> bool:
    """Is any deduction in force one that nobody has confirmed for this place? A copy of one county's is not enough."""
    return any(d.confidence is not Confidence.A and not d.confirmed for d in deductions_on(day, rules, station))

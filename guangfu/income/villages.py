"""Rows of a village: what its units of village-level stations are estimated to bring in a day or month."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import reduce

from guangfu.clock import month_days, month_of
from guangfu.income.estimate import interval_of_sum
from guangfu.income.figures import DailyEnergy, DailyIncome, VillageMonthlyIncome
from guangfu.income.periods import By, Span, VillagePeriod, spans
from guangfu.income.reasons import Reason
from guangfu.income.rules.models import Rules
from guangfu.income.shares import Amounts, StationShares, deductions_unconfirmed, units_on
from guangfu.ledger.fen import Fen
from guangfu.stations.models import Household, Registry, ShareUnits, Slot


def village_stations(registry: Registry, village_id: str, start: date, end: date) -> list[str]:
    """Ids of the stations of which the village holds units on a day from `start` to `end`, sorted."""
    held = registry.units_held_by.get(village_id, ())
    return sorted({share.station_id for share in held if share.units > 0 and overlaps(share, start, end)})


def overlaps(fact: ShareUnits | Household | Slot, start: date, end: date) -> bool:
    """Does the fact hold on a day from `start` to `end`?"""
    return fact.valid_from <= end and (fact.valid_to is None or start < fact.valid_to)


def indicator_households(registry: Registry, village_id: str, month: str) -> list[str]:
    """Households among which a month's indicator is divided: beneficiaries then, without a slot then; sorted.

    A household may not benefit from a centralized and a village-level station at once (Inner Mongolia, 2019-01).
    """
    first, last = month_days(month)[0], month_days(month)[-1]
    valid = (h.household_id for h in registry.households_of.get(village_id, ()) if overlaps(h, first, last))
    return sorted(h for h in valid if not household_slots(registry, h, first, last))


def household_slots(registry: Registry, household_id: str, start: date, end: date) -> list[Slot]:
    """The slots that a household holds on a day from `start` to `end`."""
    return [slot for slot in registry.slots_held_by.get(household_id, ()) if overlaps(slot, start, end)]


def month_villages(
    registry: Registry, station_id: str, month: str, income: Sequence[DailyIncome], rules: Rules
) -> list[VillageMonthlyIncome]:
    """What each village's units of one village-level station bring in a month, to date.

    Args:
        income: The station's days of that month, in any order; others are ignored.

    Returns:
        Sorted by village; `units` are those of the last day with income on which the village held any.
    """
    first, last = month_days(month)[0], month_days(month)[-1]
    days = sorted((row for row in income if first <= row.day <= last), key=lambda row: row.day)
    shares = StationShares(registry, station_id, rules)
    for row in days:
        shares.add(row)
    units = {village: held for row in days for village, held in units_on(registry, station_id, row.day)}
    doubtful = any(row.unconfirmed for row in days) or any(
        deductions_unconfirmed(row.day, rules, registry.stations.get(station_id)) for row in days
    )
    return [
        VillageMonthlyIncome(
            station_id=station_id,
            village_id=village,
            month=month,
            units=units[village],
            estimated_gross_fen=Fen(amounts.gross),
            estimated_base_fen=Fen(amounts.base),
            estimated_subsidy_fen=Fen(amounts.subsidy),
            estimated_deductions_fen=Fen(amounts.deductions),
            estimated_distributable_fen=Fen(amounts.distributable),
            households=len(indicator_households(registry, village, month)),
            unconfirmed=doubtful,
        )
        for village, amounts in sorted(shares.amounts().items())
    ]


class VillageFigures:
    """What a village's rows are made of: its stations' days, from the first of the first asked month on."""

    def __init__(
        self,
        registry: Registry,
        village_id: str,
        energy: Sequence[DailyEnergy],
        income: Sequence[DailyIncome],
        rules: Rules,
    ) -> None:
        self.registry, self.village_id, self.rules = registry, village_id, rules
        self.energy = {(row.station_id, row.day): row for row in energy}
        self.income = {(row.station_id, row.day): row for row in income}
        self._cumulatives = self._added_up(sorted(income, key=lambda row: (row.day, row.station_id)))
        self._days = sorted(self._cumulatives)

    def _added_up(self, income: Sequence[DailyIncome]) -> dict[date, Amounts]:
        """The village's part from the first of the month to each day with income, of all of its stations."""
        shares: dict[tuple[str, str], StationShares] = {}
        parts: dict[str, dict[str, Amounts]] = {}
        cumulatives: dict[date, Amounts] = {}
        for row in income:
            month = month_of(row.day)
            station = StationShares(self.registry, row.station_id, self.rules)
            station = shares.setdefault((row.station_id, month), station)
            station.add(row)
            of_month = parts.setdefault(month, {})
            of_month[row.station_id] = station.amounts().get(self.village_id, Amounts())
            cumulatives[row.day] = reduce(Amounts.plus, of_month.values())
        return cumulatives

    def up_to(self, day: date) -> Amounts:
        """The village's part from the first of the month to a day, both included."""
        last = bisect_right(self._days, day) - 1
        found = last >= 0 and month_of(self._days[last]) == month_of(day)
        return self._cumulatives[self._days[last]] if found else Amounts()

    def unconfirmed(self, first: date, last: date) -> bool:
        """Whether a day of the village's income rests on a rule that nobody has confirmed, deductions included."""
        return any(
            self.rests_on_doubt(row) for row in self.income.values()
            if first <= row.day <= last and self.village_id in dict(units_on(self.registry, row.station_id, row.day))
        )  # fmt: skip

    def rests_on_doubt(self, row: DailyIncome) -> bool:
        """Whether a station's day, or what is deducted of it, does."""
        station = self.registry.stations.get(row.station_id)
        return row.unconfirmed or deductions_unconfirmed(row.day, self.rules, station)

    def before(self, day: date) -> Amounts:
        """The same up to the day before; nothing on the first of a month."""
        return self.up_to(date.fromordinal(day.toordinal() - 1)) if day.day > 1 else Amounts()


def village_rows(
    registry: Registry,
    village_id: str,
    *,
    by: By,
    start: date,
    end: date,
    energy: Sequence[DailyEnergy],
    income: Sequence[DailyIncome],
    rules: Rules,
) -> list[VillagePeriod]:
    """A row for each day, or month, from `start` to `end` (both included; the caller ends it today).

    Args:
        energy: Of `village_stations(…)`, from the first day of `start`'s month to `end`: a day's amount is the
            difference of the month's cumulatives, so earlier days of the month are needed. Order is free.
        income: The same stations and days.

    Returns:
        One row per period, in order. Days add up to their month exactly.
    """
    figures = VillageFigures(registry, village_id, energy, income, rules)
    return [_village_row(figures, span) for span in spans(by, start, end)]


def _village_row(figures: VillageFigures, span: Span) -> VillagePeriod:
    held = _held_days(figures, span)
    energy = figures.energy
    counted = [figures.income[key] for key in held if key in figures.income]
    households = len(indicator_households(figures.registry, figures.village_id, month_of(span.first)))
    coverage = sum(energy[key].coverage for key in held if key in energy) / len(held) if held else 0.0
    reason = _reason(held, energy, len(counted))
    if not counted:
        return _without_figure(span.name, households, coverage, reason)
    amounts = figures.up_to(span.last).minus(figures.before(span.first))
    days = [energy[row.station_id, row.day] for row in counted]
    low_wh, high_wh = interval_of_sum(_part(figures, day, of_month=span.first < span.last) for day in days)
    return VillagePeriod(
        period=span.name,
        energy_wh=sum(_held_wh(figures, day, day.energy_wh or 0) for day in days),
        estimated_gross_fen=Fen(amounts.gross),
        estimated_base_fen=Fen(amounts.base),
        estimated_subsidy_fen=Fen(amounts.subsidy),
        estimated_deductions_fen=Fen(amounts.deductions),
        estimated_distributable_fen=Fen(amounts.distributable),
        households=households,
        per_household_fen=Fen(max(amounts.distributable, 0) // households) if households else None,
        coverage=coverage,
        unconfirmed=any(figures.rests_on_doubt(row) for row in counted),
        capped=amounts.capped,
        reason=reason,
        estimated_low_wh=low_wh,
        estimated_high_wh=high_wh,
    )


def _without_figure(period: str, households: int, coverage: float, reason: Reason | None) -> VillagePeriod:
    return VillagePeriod(
        period=period,
        energy_wh=None,
        estimated_gross_fen=None,
        estimated_base_fen=None,
        estimated_subsidy_fen=None,
        estimated_deductions_fen=None,
        estimated_distributable_fen=None,
        households=households,
        per_household_fen=None,
        coverage=coverage,
        unconfirmed=False,
        capped=False,
        reason=reason,
    )


def _held_days(figures: VillageFigures, span: Span) -> list[tuple[str, date]]:
    """Stations and days of the span on which the village holds units of a station that is on grid."""
    days = [date.fromordinal(n) for n in range(span.first.toordinal(), span.last.toordinal() + 1)]
    stations = village_stations(figures.registry, figures.village_id, span.first, span.last)
    return [(s, day) for s in stations for day in days if _holds(figures, s, day)]


def _holds(figures: VillageFigures, station_id: str, day: date) -> bool:
    station = figures.registry.stations.get(station_id)
    on_grid = station is not None and station.grid_connected_on <= day < (station.closed_on or date.max)
    return on_grid and figures.village_id in dict(units_on(figures.registry, station_id, day))


def _held_wh(figures: VillageFigures, day: DailyEnergy, wh: int) -> int:
    """The village's part of a station's energy on a day, rounded down. [Wh]"""
    units = dict(units_on(figures.registry, day.station_id, day.day))
    return wh * units.get(figures.village_id, 0) // sum(units.values())


def _part(figures: VillageFigures, day: DailyEnergy, *, of_month: bool) -> tuple[int, int | None, int | None]:
    """The village's part of a station's day with its bounds; in a month only what the day adds to it counts."""
    middle, low, high = day.energy_wh or 0, day.estimated_low_wh, day.estimated_high_wh
    if of_month and low is not None:
        low, high = middle - (day.estimated_margin_wh or 0), middle + (day.estimated_margin_wh or 0)
    held, own_low, own_high = (None if wh is None else _held_wh(figures, day, wh) for wh in (middle, low, high))
    return held or 0, own_low, own_high


def _reason(
    held: Sequence[tuple[str, date]], energy: Mapping[tuple[str, date], DailyEnergy], counted: int
) -> Reason | None:
    if not held:
        return Reason.NO_SHARES
    if counted:
        return Reason.PARTIAL if counted < len(held) else _first(energy[key].reason for key in held if key in energy)
    first = next((energy[key] for key in held if key in energy), None)
    if first is None:
        return Reason.NO_READINGS
    return Reason.NO_TARIFF if first.energy_wh is not None else _first([first.reason])


def _first(codes: Iterable[str | None]) -> Reason | None:
    return next((Reason(code) for code in codes if code is not None), None)

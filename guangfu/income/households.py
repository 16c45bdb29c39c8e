"""Rows of a household: its slots' entitlement, or its equal part of its village's distributable income."""

from collections.abc import Sequence
from datetime import date

from guangfu.clock import month_days, month_of
from guangfu.income.entitlement import entitlement_fen, entitlement_unconfirmed
from guangfu.income.figures import DailyEnergy, DailyIncome
from guangfu.income.periods import (
    Basis,
    By,
    HouseholdIncomes,
    HouseholdMonth,
    HouseholdPeriod,
    Span,
    VillagePeriod,
    spans,
)
from guangfu.income.reasons import Reason
from guangfu.income.rules.models import Rules
from guangfu.income.villages import VillageFigures, household_slots, indicator_households, overlaps, village_rows
from guangfu.ledger.fen import Fen
from guangfu.ledger.split import split
from guangfu.stations.models import Household, Registry, Slot


def household_rows(
    registry: Registry,
    household_id: str,
    *,
    by: By,
    start: date,
    end: date,
    energy: Sequence[DailyEnergy],
    income: Sequence[DailyIncome],
    rules: Rules,
) -> HouseholdIncomes:
    """What a household's slots are owed, or, if it holds none, its equal part of its village's distributable income.

    Arguments as for `village_rows`, of the household's village. A month that `end` cuts counts to `end`.

    Raises:
        KeyError: The registry has no such household.
    """
    household = registry.households[household_id]
    slots = household_slots(registry, household_id, start, end)
    if slots:
        items = [_entitled(registry, slots, span, rules) for span in spans(by, start, end)]
        return HouseholdIncomes(household_id, household.village_id, Basis.ENTITLEMENT, tuple(items))
    figures = VillageFigures(registry, household.village_id, energy, income, rules)
    rows = village_rows(
        registry, household.village_id, by=by, start=start, end=end, energy=energy, income=income, rules=rules
    )
    items = [_indicated(figures, household, span, row) for span, row in zip(spans(by, start, end), rows, strict=True)]
    return HouseholdIncomes(household_id, household.village_id, Basis.INDICATOR, tuple(items))


def _entitled(registry: Registry, slots: Sequence[Slot], span: Span, rules: Rules) -> HouseholdPeriod:
    held = [slot for slot in slots if overlaps(slot, span.first, span.last)]
    if not held:
        return HouseholdPeriod(span.name, None, Reason.NOT_BENEFICIARY, unconfirmed=False)
    due = entitlement_fen(registry, held, span.first, span.last, rules)
    return HouseholdPeriod(span.name, due, None, unconfirmed=entitlement_unconfirmed(span.last, rules))


def _indicated(figures: VillageFigures, household: Household, span: Span, row: VillagePeriod) -> HouseholdPeriod:
    """The household's part of the month's cumulative at the span's end, less that before its start."""
    households = indicator_households(figures.registry, household.village_id, month_of(span.first))
    if household.household_id not in households:
        return HouseholdPeriod(span.name, None, Reason.NOT_BENEFICIARY, unconfirmed=False)
    if row.estimated_distributable_fen is None:
        return HouseholdPeriod(span.name, None, row.reason, unconfirmed=False)
    upto = _part(figures.up_to(span.last).distributable, household, households)
    before = _part(figures.before(span.first).distributable, household, households)
    return HouseholdPeriod(span.name, Fen(upto - before), row.reason, row.unconfirmed)


def _part(distributable: int, household: Household, households: Sequence[str]) -> int:
    return split(Fen(max(distributable, 0)), dict.fromkeys(households, 1))[household.household_id]


def village_households(
    registry: Registry,
    village_id: str,
    *,
    month: str,
    until: date,
    energy: Sequence[DailyEnergy],
    income: Sequence[DailyIncome],
    rules: Rules,
) -> list[HouseholdMonth]:
    """Each household of the village in a month, with what it is due up to `until`; sorted by id.

    `energy` and `income` as for `village_rows`, of that month.
    """
    first, last = month_days(month)[0], min(month_days(month)[-1], until)
    figures = VillageFigures(registry, village_id, energy, income, rules)
    shared = indicator_households(registry, village_id, month)
    known = any(first <= row.day <= last for row in income)
    parts: dict[str, Fen] = {}
    by_rule, by_share = entitlement_unconfirmed(last, rules), figures.unconfirmed(first, last)
    if shared and known:
        parts = split(Fen(max(figures.up_to(last).distributable, 0)), dict.fromkeys(shared, 1))
    rows = []
    for household in sorted(registry.households_of.get(village_id, ()), key=lambda h: h.household_id):
        if not overlaps(household, first, last):
            continue
        slots = household_slots(registry, household.household_id, first, last)
        basis = Basis.ENTITLEMENT if slots else Basis.INDICATOR
        due = entitlement_fen(registry, slots, first, last, rules) if slots else parts.get(household.household_id)
        doubtful = due is not None and (by_rule if slots else by_share)
        rows.append(HouseholdMonth(household.household_id, len(slots), due, basis, doubtful))
    return rows

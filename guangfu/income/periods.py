"""Rows of villages and households for a day or a month, as values."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from guangfu.clock import month_days, month_of
from guangfu.income.reasons import Reason
from guangfu.ledger.fen import Fen


class By(StrEnum):
    DAY = "day"
    MONTH = "month"


class Basis(StrEnum):
    ENTITLEMENT = "entitlement"
    """Owed by a centralized station's company to the slots that the household holds."""
    INDICATOR = "indicator"
    """The village's distributable income by household in equal parts; not a payment."""


@dataclass(frozen=True, slots=True)
class VillagePeriod:
    """A village's estimated income from its units of village-level stations in a day or month. [fen, Wh]

    Amounts are `None` where no station has a figure, and `reason` says why; where only some have one, the amounts
    are of those and `reason` says so. `households` are those that the indicator is divided by: beneficiaries in the
    month who hold no slot of a centralized station. `capped` marks deductions that the income could not bear. Where
    a part of the energy was estimated, the true one is between both bounds in 95 cases of 100; else they are `None`.
    """

    period: str
    energy_wh: int | None
    estimated_gross_fen: Fen | None
    estimated_base_fen: Fen | None
    estimated_subsidy_fen: Fen | None
    estimated_deductions_fen: Fen | None
    estimated_distributable_fen: Fen | None
    households: int
    per_household_fen: Fen | None
    coverage: float
    unconfirmed: bool
    capped: bool
    reason: Reason | None
    estimated_low_wh: int | None = None
    estimated_high_wh: int | None = None


@dataclass(frozen=True, slots=True)
class HouseholdPeriod:
    period: str
    amount_fen: Fen | None
    reason: Reason | None
    unconfirmed: bool


@dataclass(frozen=True, slots=True)
class HouseholdIncomes:
    household_id: str
    village_id: str
    basis: Basis
    items: tuple[HouseholdPeriod, ...]

    @property
    def unconfirmed(self) -> bool:
        return any(item.unconfirmed for item in self.items)


@dataclass(frozen=True, slots=True)
class HouseholdMonth:
    """One line of a village's list of households."""

    household_id: str
    slots: int
    month_fen: Fen | None
    basis: Basis
    unconfirmed: bool


@dataclass(frozen=True, slots=True)
class Span:
    """A period's name, and the local days of it that are asked for, both included."""

    name: str
    first: date
    last: date


def spans(by: By, start: date, end: date) -> list[Span]:
    """Each day, or each month cut to the days asked for.

    >>> [span.name for span in spans(By.MONTH, date(2026, 5, 30), date(2026, 6, 2))]
    ['2026-05', '2026-06']
    """
    days = [start + timedelta(days=i) for i in range((end - start).days + 1)]
    if by is By.DAY:
        return [Span(day.isoformat(), day, day) for day in days]
    months = dict.fromkeys(month_of(day) for day in days)
    return [Span(m, max(month_days(m)[0], start), min(month_days(m)[-1], end)) for m in months]

"""Income of villages and households: shares, deductions in order, entitlements, the indicator.

Two models (policy: docs/income.md). A village-level station's income is its villages', by dated share units, less
ordered deductions; an equal part per household is an *indicator*, never a payment. A centralized station's company
owes each slot an entitlement per year, a floor, whatever the station earned.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from guangfu.income.figures import DailyEnergy, DailyIncome, VillageMonthlyIncome
from guangfu.income.reasons import Reason
from guangfu.income.rules import Rules
from guangfu.ledger.fen import Fen
from guangfu.stations.models import Registry


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
    """A village's estimated income from its units of village-level stations in a day or month. [fen]

    Amounts are `None` where no station has a figure, and `reason` says why; where only some have one, the amounts
    are of those and `reason` says so. `capped` marks deductions that the income could not bear.
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


@dataclass(frozen=True, slots=True)
class HouseholdPeriod:
    period: str
    amount_fen: Fen | None
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class HouseholdIncomes:
    household_id: str
    village_id: str
    basis: Basis
    unconfirmed: bool
    items: tuple[HouseholdPeriod, ...]


@dataclass(frozen=True, slots=True)
class HouseholdMonth:
    """One line of a village's list of households."""

    household_id: str
    slots: int
    month_fen: Fen | None
    basis: Basis


def village_stations(registry: Registry, village_id: str, start: date, end: date) -> list[str]:
    """Ids of the village-level stations of which the village holds units on a day from `start` to `end`."""
    raise NotImplementedError


def month_villages(
    registry: Registry, station_id: str, month: str, income: Sequence[DailyIncome], rules: Rules
) -> list[VillageMonthlyIncome]:
    """What each village's units of one village-level station bring in a month; `income` are the days of that month."""
    raise NotImplementedError


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
    raise NotImplementedError


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
    raise NotImplementedError


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
    """Each household of the village in a month, with what it is due up to `until`; sorted by id."""
    raise NotImplementedError


def entitlement_fen(slots: Collection[object], start: date, end: date, rules: Rules) -> Fen:
    """Due to slots from `start` to `end`, both included: see the implementation's rule in docs/income.md."""
    raise NotImplementedError

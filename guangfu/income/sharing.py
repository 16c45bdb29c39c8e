"""Who gets what, of villages and households: the two models, as the API and accounting call them.

A village-level station's income is its villages', by dated share units, less ordered deductions; an equal part per
household is an *indicator*, never a payment. A centralized station's company owes each slot an entitlement a year,
a floor, whatever the station earned.
"""

from guangfu.income.entitlement import entitlement_fen
from guangfu.income.households import household_rows, village_households
from guangfu.income.periods import (
    Basis,
    By,
    HouseholdIncomes,
    HouseholdMonth,
    HouseholdPeriod,
    VillagePeriod,
)
from guangfu.income.villages import (
    household_slots,
    indicator_households,
    month_villages,
    village_rows,
    village_stations,
)

__all__ = [
    "Basis",
    "By",
    "HouseholdIncomes",
    "HouseholdMonth",
    "HouseholdPeriod",
    "VillagePeriod",
    "entitlement_fen",
    "household_rows",
    "household_slots",
    "indicator_households",
    "month_villages",
    "village_households",
    "village_rows",
    "village_stations",
]

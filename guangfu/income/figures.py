"""What accounting computes and stores: one class per SQL table, with the table's columns as fields."""

from dataclasses import dataclass
from datetime import date, datetime

from guangfu.ledger.fen import Fen


@dataclass(frozen=True, slots=True)
class DailyEnergy:
    """A station's on-grid energy of one local day.

    `energy_wh` is `None` where the data are not enough, and `reason` says why. `interpolated_wh` is
    the part that rests on a day's boundary inside a gap. `coverage` is received over expected.
    """

    station_id: str
    day: date
    energy_wh: int | None
    interpolated_wh: int | None
    coverage: float
    reason: str | None
    complete: bool
    rules_version: str
    computed_at: datetime


@dataclass(frozen=True, slots=True)
class DailyIncome:
    """The estimate of a day: the difference of the month's rounded cumulatives. [fen]"""

    station_id: str
    day: date
    estimated_gross_fen: Fen
    estimated_base_fen: Fen
    estimated_subsidy_fen: Fen
    tariff_id: str
    unconfirmed: bool


@dataclass(frozen=True, slots=True)
class MonthlyIncome:
    """The estimate of a station's month, to date; `days_due` are the days of it that have begun."""

    station_id: str
    month: str
    energy_wh: int
    days_counted: int
    days_due: int
    coverage: float
    estimated_gross_fen: Fen
    estimated_base_fen: Fen
    estimated_subsidy_fen: Fen
    tariff_id: str
    unconfirmed: bool
    rules_version: str
    computed_at: datetime


@dataclass(frozen=True, slots=True)
class VillageMonthlyIncome:
    """What a village's units of one village-level station are estimated to bring in a month."""

    station_id: str
    village_id: str
    month: str
    units: int
    estimated_gross_fen: Fen
    estimated_base_fen: Fen
    estimated_subsidy_fen: Fen
    estimated_deductions_fen: Fen
    estimated_distributable_fen: Fen
    households: int
    unconfirmed: bool

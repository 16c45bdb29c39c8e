"""What accounting computes and stores: one class per SQL table, with the table's columns as fields."""

from dataclasses import dataclass
from datetime import date, datetime

from guangfu.ledger.fen import Fen


@dataclass(frozen=True, slots=True)
class DailyEnergy:
    """A station's on-grid energy of one local day.

    `energy_wh` is `None` where the data are not enough, and `reason` says why. `interpolated_wh` is
    the part that rests on a day's boundary inside a gap. `coverage` is received over expected.

    Where a gap's energy was shared over its days, the day's true energy is between `estimated_low_wh` and
    `estimated_high_wh` in 95 cases of 100; elsewhere both are `None`, and the figure is measured. What the day adds
    to its month is uncertain by `estimated_margin_wh`, half of such an interval: nothing for a gap that begins and
    ends within the month. Margins add up as squares.
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
    estimated_low_wh: int | None = None
    estimated_high_wh: int | None = None
    estimated_margin_wh: int | None = None


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
    """The estimate of a station's month, to date; `days_due` are the days of it that have begun.

    The energy of the counted days is between `estimated_low_wh` and `estimated_high_wh` in 95 cases of 100, where a
    part of it was estimated; elsewhere both are `None`.
    """

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
    estimated_low_wh: int | None = None
    estimated_high_wh: int | None = None


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

"""The rules as values; the CSV files beside this module are where they come from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from guangfu.stations.models import Grid, StationKind, Zone
from guangfu.texts import Text

if TYPE_CHECKING:
    from guangfu.income.rules.audit import CheckRule
    from guangfu.income.rules.spending import Ban, PlanLimit, Use


class Confidence(StrEnum):
    """How well a rule is known."""

    A = "A"
    """Read in a published source."""
    B = "B"
    """Read only in a copy or an excerpt."""
    C = "C"
    """Recalled, not confirmed: a default that the operator must confirm."""


@dataclass(frozen=True, slots=True)
class TariffRule:
    """One tariff row; rows are tried in order, and a row matches when all of its conditions hold.

    A condition that is `None` always holds; of the filing dates and the plan year, where both are given, one must.
    Dates are inclusive. Prices in yuan/kWh, VAT included.
    """

    tariff_id: str
    kind: StationKind | None
    joint: bool | None
    station_id: str | None
    filed_from: date | None
    filed_to: date | None
    plan_year_to: int | None
    grid_from: date | None
    grid_to: date | None
    prices: Mapping[Zone, Decimal]
    document: str
    confidence: Confidence
    confirmed: bool


@dataclass(frozen=True, slots=True)
class BasePrice:
    """A grid's coal benchmark price from a day on. [yuan/kWh]"""

    base_id: str
    grid: Grid
    valid_from: date
    price: Decimal
    document: str
    confidence: Confidence
    confirmed: bool


@dataclass(frozen=True, slots=True)
class MarketPrice:
    """A grid's month in the market: the mechanism price tops the market price up, for a share of the energy.

    Source: 发改价格〔2025〕136号.
    """

    market_id: str
    grid: Grid
    month: str
    market: Decimal
    mechanism: Decimal
    share: Decimal
    document: str
    confidence: Confidence
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What a centralized station's company owes a slot in a year, from a day on, for so many years. [fen]"""

    entitlement_id: str
    valid_from: date
    fen_per_slot_year: int
    years: int
    document: str
    confidence: Confidence
    confirmed: bool


class DeductionBase(StrEnum):
    """What a deduction's share is taken of."""

    GROSS = "gross"
    """What was settled, or in an estimate is estimated."""
    RECEIVED = "received"
    """What came in; an estimate takes its gross."""


class Payer(StrEnum):
    """Who pays a cost."""

    AGENCY = "agency"
    """The transfer agency, out of what it owes to the villages: it is deducted."""
    VILLAGE = "village"
    """The village itself, out of what it was passed."""
    OTHER = "other"
    """Somebody else, such as the county's own budget."""


@dataclass(frozen=True, slots=True)
class Deduction:
    """A share of a village-level station's income that is taken before distribution, in order of `position`.

    A row that names a station goes before one that names a banner, and that before one that names neither. `limit`
    is the most in a year for each kW of installed capacity; `None` is without limit. [yuan/kW]
    """

    deduction_id: str
    position: int
    name: Text
    share_of_gross: Decimal
    valid_from: date
    document: str
    confidence: Confidence
    confirmed: bool
    base: DeductionBase = DeductionBase.GROSS
    payer: Payer = Payer.AGENCY
    limit: Decimal | None = None
    station_id: str | None = None
    banner_code: str | None = None


class Taxpayer(StrEnum):
    """Who owes the VAT on a station's energy."""

    VILLAGE = "village"
    AGENCY = "agency"
    GRID = "grid"
    """The grid company keeps it back (国家税务总局公告2014年第32号)."""
    COMPANY = "company"
    """A centralized station's own."""


@dataclass(frozen=True, slots=True)
class Vat:
    """A rate of VAT, or with `refund` the share of the tax that the state gives back. Dates are inclusive.

    `threshold_fen`: a month whose sales without tax are at most so much is exempt; `None` is without threshold. [fen]
    """

    vat_id: str
    refund: bool
    kind: StationKind | None
    station_id: str | None
    banner_code: str | None
    part: str | None
    taxpayer: Taxpayer
    valid_from: date
    valid_to: date | None
    share: Decimal
    threshold_fen: int | None
    document: str
    confidence: Confidence
    confirmed: bool


class Leg(StrEnum):
    """A way that money has to go, in time."""

    INTO_AGENCY = "into_agency"
    TO_VILLAGE = "to_village"
    TO_SLOTS = "to_slots"


class Period(StrEnum):
    """From the end of what a deadline counts."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    RECEIPT = "receipt"
    """From the day on which the money came."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """So many months after the end of the energy's period, or after the receipt, money is late.

    `open` is what is not confirmed of it, whatever its confidence; empty where nothing is.
    """

    deadline_id: str
    leg: Leg
    part: str | None
    banner_code: str | None
    valid_from: date
    period: Period
    months_after: int
    document: str
    confidence: Confidence
    open: Text
    confirmed: bool

    @property
    def unconfirmed(self) -> bool:
        return not self.confirmed and (self.confidence is Confidence.C or bool(self.open.zh))


class Rhythm(StrEnum):
    """How often money goes on to the villages."""

    PERIOD = "period"
    """With the transfers of the month or quarter in which it came."""
    LUMP = "lump"
    """With the next transfers after it came, in one sum."""


@dataclass(frozen=True, slots=True)
class Passing:
    """How a part goes on, for receipts from a day on."""

    passing_id: str
    part: str
    valid_from: date
    banner_code: str | None
    rhythm: Rhythm
    document: str
    confidence: Confidence
    confirmed: bool


class ListStatus(StrEnum):
    """Where a station stands in the state's list of subsidised stations (补贴清单)."""

    LISTED = "listed"
    UNLISTED = "unlisted"
    SUSPENDED = "suspended"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class SubsidyStatus:
    """A station's place in the list for some days; from the day `valid_to` on it no longer holds.

    `listed_capacity_w` is what the list names; energy beyond it has no subsidy. `None`: all of the station.
    """

    station_id: str
    valid_from: date
    valid_to: date | None
    status: ListStatus
    listed_capacity_w: int | None
    document: str
    confidence: Confidence
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something unconfirmed that a tariff rests on, for the stations that fulfil all of its conditions."""

    doubt_id: str
    affects_price: bool
    kind: StationKind | None
    joint: bool | None
    tariff_id: str | None
    grid_from: date | None
    grid_to: date | None
    capacity_over_kw: int | None
    text: Text
    confirmed: bool


@dataclass(frozen=True, slots=True)
class EnergyRules:
    """When a counter's difference counts as a day's energy; docs/income.md explains each."""

    coverage_floor: float = 0.5
    max_interval_min: float = 30
    max_gap_h: float = 24
    plausible_factor: float = 1.3
    posting_days_floor: float = 0.9
    max_shaped_gap_d: float = 31
    like_spread: float = 0.2
    clear_sky_spread: float = 0.6
    part_day_spread: float = 0.35
    estimate_lost: float = 1
    lost_spread: float = 0.15
    subsidised_hours: float = 0
    subsidised_hours_i: float = 32_000
    subsidised_hours_ii: float = 26_000
    subsidised_hours_iii: float = 22_000
    typical_hours_i: float = 1650
    typical_hours_ii: float = 1550
    typical_hours_iii: float = 1400
    typical_spread: float = 0.06
    power_tolerance: float = 0.05
    loss_tolerance: float = 0.06
    reconcile_floor_h: float = 0.2
    unconfirmed: frozenset[str] = frozenset()
    """Those that rest on what was recalled or read in a copy only, and that no operator has confirmed."""
    sources: tuple[tuple[str, str, Confidence | None], ...] = ()
    """Each by name, with its document and how surely it is known; `None` is a setting of ours."""


@dataclass(frozen=True)
class Rules:
    """All rules; `version` is a short hash of the files they were read from."""

    version: str
    tariffs: tuple[TariffRule, ...]
    base_prices: tuple[BasePrice, ...]
    market_prices: Mapping[tuple[Grid, str], MarketPrice]
    entitlements: tuple[Entitlement, ...]
    deductions: tuple[Deduction, ...]
    doubts: tuple[Doubt, ...]
    energy: EnergyRules
    vat: tuple[Vat, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    passing: tuple[Passing, ...] = ()
    uses: "tuple[Use, ...]" = ()
    bans: "tuple[Ban, ...]" = ()
    plan_limits: "tuple[PlanLimit, ...]" = ()
    checks: "tuple[CheckRule, ...]" = ()
    subsidy_status: Mapping[str, tuple[SubsidyStatus, ...]] = field(default_factory=dict)
    """By station; from the database, `guangfu.income.subsidy_status.with_subsidy_status`."""


@dataclass(frozen=True, slots=True)
class RuleFault:
    """Something wrong with a rules file; `row` counts the header as 1, and 0 is the whole file."""

    file: str
    row: int
    text: Text
    column: str = ""
    """Empty where it is the whole row, or the whole file."""

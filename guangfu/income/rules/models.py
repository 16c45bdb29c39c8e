"""The rules as values; the CSV files beside this module are where they come from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from guangfu.stations.models import Grid, StationKind, Zone
from guangfu.texts import Text


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


@dataclass(frozen=True, slots=True)
class Deduction:
    """A share of a village-level station's gross that is taken before distribution, in order of `position`."""

    deduction_id: str
    position: int
    name: Text
    share_of_gross: Decimal
    valid_from: date
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
    estimate_lost: float = 0
    lost_spread: float = 0.15


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


@dataclass(frozen=True, slots=True)
class RuleFault:
    """Something wrong with a rules file; `row` counts the header as 1, and 0 is the whole file."""

    file: str
    row: int
    text: Text
    column: str = ""
    """Empty where it is the whole row, or the whole file."""

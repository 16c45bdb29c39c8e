"""The rows that checks look at, each with the table and the keys it comes from. Ids are opaque; nothing is personal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from guangfu.income.plans import PlanLine
from guangfu.income.reconciling import Way
from guangfu.income.settlement.models import Difference
from guangfu.ledger.allocating import Due
from guangfu.ledger.books import Part
from guangfu.ledger.fen import Fen
from guangfu.stations.models import Registry


@dataclass(frozen=True, slots=True)
class SettledRow:
    """What a posted statement makes receivable of a station's month and part; `settled_income`. [fen]"""

    station_id: str
    month: str
    part: str
    statement_id: str
    settled_fen: Fen
    unconfirmed: bool


@dataclass(frozen=True, slots=True)
class EstimatedRow:
    """The estimate of a month, for one that no statement settles; `monthly_income`. [fen]"""

    station_id: str
    month: str
    estimated_base_fen: Fen
    unconfirmed: bool


@dataclass(frozen=True, slots=True)
class CashRow:
    """What a receipt brings a station's month and part; `receipt_allocations`. [fen]"""

    receipt_id: str
    station_id: str
    month: str
    part: str
    received_fen: Fen
    received_on: date


@dataclass(frozen=True, slots=True)
class UnmatchedRow:
    """What of a receipt is matched with nothing; `receipts`. [fen]"""

    receipt_id: str
    received_on: date
    unmatched_fen: Fen


@dataclass(frozen=True, slots=True)
class PassedRow:
    """A line of a transfer that has left the agency; `transfer_lines`. [fen]"""

    transfer_id: str
    position: int
    station_id: str
    month: str
    part: str
    passed_on_fen: Fen
    sent_on: date


@dataclass(frozen=True, slots=True)
class TransferRow:
    """A transfer that was sent; `arrived_on` is `None` while it is on its way; `transfers`. [fen]"""

    transfer_id: str
    banner_code: str
    passed_on_fen: Fen
    sent_on: date
    arrived_on: date | None


@dataclass(frozen=True, slots=True)
class BankMove:
    """A line of a village's bank account in the journal; in above zero; `journal_lines`. [fen]"""

    village_id: str
    moved_on: date
    amount_fen: Fen
    key: str
    arrival: bool


@dataclass(frozen=True, slots=True)
class DueRow:
    """A due that the books took up: what was spent, and on whom; `dues`. [fen]"""

    due_id: str
    book: str
    month: str
    payee_id: str
    due_fen: Fen
    posted_on: date
    village_id: str | None = None
    station_id: str | None = None
    household_id: str | None = None
    post_id: str | None = None
    line_id: str | None = None
    attended: bool = True


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A village's plan of a year; `filed_on` is `None` until the county has filed it; `plan_years`."""

    village_id: str
    year: int
    state: str
    filed_on: date | None


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """Where a person is a beneficiary, to the day before `valid_to`; `person_places`."""

    person_id: str
    household_id: str
    village_id: str
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A statement that stands, and what it differs from the estimate by; `statements`. [Wh, fen]"""

    statement_id: str
    station_id: str
    month: str
    state: str
    tolerance_wh: int
    parts: frozenset[Part]
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class IntegralRow:
    """A station's month by two ways of measuring over the same time, of which the second is the reference. [Wh]"""

    station_id: str
    month: str
    integral_wh: int
    energy_wh: int
    way: Way = Way.METER_POWER


@dataclass(frozen=True, slots=True)
class IdleDay:
    """A whole measured day on which the meter did not move; `daily_energy`."""

    station_id: str
    day: date


@dataclass(frozen=True, slots=True)
class Outage:
    """Days of which somebody said that the station would give nothing; an attribute of the registry."""

    station_id: str
    from_: date
    to: date | None


@dataclass(frozen=True)
class AuditFacts:
    """Everything that checks look at. `outstanding` is what is settled and has not come in."""

    registry: Registry
    settled: tuple[SettledRow, ...] = ()
    estimated: tuple[EstimatedRow, ...] = ()
    outstanding: tuple[Due, ...] = ()
    cash: tuple[CashRow, ...] = ()
    borne: Mapping[tuple[str, str, str], Fen] = field(default_factory=dict)
    """Deductions by station, month and part. [fen]"""
    unmatched: tuple[UnmatchedRow, ...] = ()
    passed: tuple[PassedRow, ...] = ()
    transfers: tuple[TransferRow, ...] = ()
    companies: tuple[Due, ...] = ()
    """What companies of centralized stations owe and have not paid."""
    bank: tuple[BankMove, ...] = ()
    dues: tuple[DueRow, ...] = ()
    plans: tuple[PlanRow, ...] = ()
    plan_lines: tuple[PlanLine, ...] = ()
    places: tuple[PlaceRow, ...] = ()
    suppliers: frozenset[str] = frozenset()
    statements: tuple[StatementRow, ...] = ()
    integrals: tuple[IntegralRow, ...] = ()
    idle_days: tuple[IdleDay, ...] = ()
    outages: tuple[Outage, ...] = ()

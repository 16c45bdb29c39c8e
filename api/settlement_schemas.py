"""Statements and months as the API answers them. Estimated and settled are two amounts, each by its name."""

from datetime import date, datetime
from typing import Literal

from api.schemas import Schema
from guangfu.income.settlement.models import Cause
from guangfu.ledger.books import Part

StationMonthState = Literal["open", "estimated", "settled", "closed"]
StatementState = Literal["imported", "matched", "posted", "replaced"]


class DifferenceRow(Schema):
    """What one cause adds to the estimate to make the statement; as `unconfirmed` as the estimate is."""

    cause: Cause
    name: str
    difference_wh: int
    difference_base_fen: int
    difference_subsidy_fen: int
    unconfirmed: bool


class StatementMeterRow(Schema):
    """Registers as displayed; read at 00:00 of both days."""

    meter_number: str
    read_from: date
    read_to: date
    first_reading_wh: int
    last_reading_wh: int
    multiplication_factor: int
    transformer_loss_wh: int
    line_loss_wh: int
    settled_energy_wh: int


class StatementLineRow(Schema):
    part: Part
    settled_energy_wh: int
    price_yuan_per_kwh: str
    settled_fen: int


class StatementCorrectionRow(Schema):
    """What the statement adds to, or takes from, an older month."""

    month: str
    part: Part
    settled_energy_wh: int
    settled_fen: int
    reason: str


class StatementRow(Schema):
    """A statement of the power company; amounts without corrections. `window_to` is not in the window.

    `attention` are the causes for which a person must look at it; `estimated_…` is what it was compared with, and so
    what `differences` rest on: `unconfirmed` if a rule of that estimate is.
    """

    statement_id: str
    station_id: str
    month: str
    state: StatementState
    attention: list[Cause]
    number: str
    window_from: date
    window_to: date
    settled_energy_wh: int
    settled_base_fen: int
    settled_subsidy_fen: int
    estimated_energy_wh: int | None
    estimated_base_fen: int | None
    estimated_subsidy_fen: int | None
    tolerance_wh: int | None
    unconfirmed: bool
    differences: list[DifferenceRow]
    imported_at: datetime


class Statements(Schema):
    total: int
    items: list[StatementRow]


class StatementDetail(StatementRow):
    meters: list[StatementMeterRow]
    lines: list[StatementLineRow]
    corrections: list[StatementCorrectionRow]


class SettledRow(Schema):
    """What one statement settles for the energy of one month; a month is the sum of its rows.

    `memo_subsidy_fen` of the subsidy is no receivable: all while the station is not listed, and what is beyond the
    listed capacity.
    """

    month: str
    statement_id: str
    settled_energy_wh: int
    settled_gross_fen: int
    settled_base_fen: int
    settled_subsidy_fen: int
    subsidy_year: int
    subsidy_receivable: bool
    memo_subsidy_fen: int
    unconfirmed: bool


class StationMonthRow(Schema):
    month: str
    state: StationMonthState
    statement_id: str | None


class StationSettlements(Schema):
    station_id: str
    months: list[StationMonthRow]
    settled: list[SettledRow]
    statements: list[StatementDetail]


class EstimatedAmounts(Schema):
    amount: Literal["estimated"] = "estimated"
    stations: int
    energy_wh: int
    estimated_gross_fen: int
    estimated_base_fen: int
    estimated_subsidy_fen: int
    unconfirmed: bool


class SettledAmounts(Schema):
    amount: Literal["settled"] = "settled"
    stations: int
    energy_wh: int
    settled_gross_fen: int
    settled_base_fen: int
    settled_subsidy_fen: int
    unconfirmed: bool


class Month(Schema):
    """A month of all stations on grid, or of a banner's. `differences` are of the stations whose statement is posted:
    they lead from `estimated_of_settled` to what these statements say, with their corrections of older months.
    """

    month: str
    states: dict[StationMonthState, int]
    estimated: EstimatedAmounts
    estimated_of_settled: EstimatedAmounts
    settled: SettledAmounts
    differences: list[DifferenceRow]
    waiting: list[str]

"""A month as finance looks at it: the amounts side by side, each by its name. [fen]"""

from typing import Literal

from api.schemas import Schema
from api.settlement_schemas import StationMonthState
from guangfu.income.settlement.models import Cause


class FinanceAmounts(Schema):
    """`estimated_…` is null without an estimate, `settled_…` without a posted statement; a sum leaves those out.

    `receivable_fen` = received + outstanding: what statements made receivable, less VAT that the grid company keeps.
    `late_fen` of the outstanding is past its deadline. `ready_fen` came in, less deductions, and is in no transfer yet;
    `drafted_fen` is in one that has not been sent; `transit_fen` was sent and has not arrived.
    """

    estimated_base_fen: int | None
    estimated_subsidy_fen: int | None
    settled_base_fen: int | None
    settled_subsidy_fen: int | None
    difference_fen: int | None
    received_base_fen: int
    received_subsidy_fen: int
    outstanding_base_fen: int
    outstanding_subsidy_fen: int
    receivable_fen: int
    late_fen: int
    deductions_fen: int
    ready_fen: int
    drafted_fen: int
    transit_fen: int
    arrived_fen: int
    coverage: float | None
    unconfirmed: bool


class FinanceStation(FinanceAmounts):
    """`main_cause` moves most of the difference between estimate and statement."""

    station_id: str
    name: str
    name_en: str
    state: StationMonthState
    main_cause: Cause | None
    main_cause_name: str | None


class FinanceBanner(FinanceAmounts):
    """A banner's stations and their sum; `states` counts where their months stand."""

    banner_code: str
    banner: str
    banner_en: str
    states: dict[StationMonthState, int]
    stations: list[FinanceStation]


class FinanceMonth(Schema):
    """Village-level stations alone: what a centralized station earns is its company's."""

    month: str
    states: dict[StationMonthState, int]
    total: FinanceAmounts
    banners: list[FinanceBanner]
    synthetic: bool


class MonthStandingRow(Schema):
    """`overdue`: something is settled, has not come in, and its deadline has passed."""

    month: str
    open: int
    estimated: int
    settled: int
    closed: int
    overdue: bool


class FinanceMonths(Schema):
    """The months that something is known of, the newest first."""

    kind: Literal["village"] = "village"
    items: list[MonthStandingRow]

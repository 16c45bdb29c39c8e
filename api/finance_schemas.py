"""A month as finance looks at it: the amounts side by side, each by its name. [fen]"""

from typing import Literal

from api.money_schemas import CompanyRow, ReceivableRow
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


StepKind = Literal[
    "no_statement", "no_estimate", "to_look_at", "late", "not_due", "unmatched", "ready", "drafted", "transit",
    "to_close",
]  # fmt: skip


class FinanceStep(Schema):
    """Something that the month waits for. `count` stations, statements or receipts; `amount_fen` is null where the
    amount is not known. `on_us`: nobody else has to move first.
    """

    kind: StepKind
    count: int
    amount_fen: int | None
    on_us: bool
    what: str
    next_step: str
    command: str


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
    running: bool
    total: FinanceAmounts
    steps: list[FinanceStep]
    banners: list[FinanceBanner]
    synthetic: bool


class StationFinanceMonth(FinanceStation):
    month: str


class StationFinance(Schema):
    """The months of a village-level station of which something is known, the oldest first, and what is outstanding by
    age and part. Of a centralized station instead what its company owes; its months are none of the agency's.
    """

    station_id: str
    months: list[StationFinanceMonth]
    ageing: list[ReceivableRow]
    company: CompanyRow | None


class MonthStandingRow(Schema):
    """`outstanding_fen` is settled and has not come in; `late_fen` of it is past its deadline: then it is `overdue`."""

    month: str
    open: int
    estimated: int
    settled: int
    closed: int
    outstanding_fen: int
    late_fen: int
    overdue: bool
    unconfirmed: bool


class FinanceMonths(Schema):
    """The months that something is known of, the newest first."""

    kind: Literal["village"] = "village"
    items: list[MonthStandingRow]

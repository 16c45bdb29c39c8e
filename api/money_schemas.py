"""Money that moves, as the API answers it: received, outstanding, passed on; each amount by its name. [fen]"""

from datetime import date
from typing import Literal

from api.schemas import Schema
from guangfu.ledger.allocating import Way

ReceiptState = Literal["recorded", "matched", "posted", "reversed"]
TransferState = Literal["drafted", "approved", "sent", "arrived", "returned", "cancelled"]


class AllocationRow(Schema):
    """`chosen`: no document tells it, it is our own choice."""

    station_id: str
    month: str
    part: str
    subsidy_year: int | None
    received_fen: int
    way: Way
    way_name: str
    chosen: bool


class ReceiptRow(Schema):
    """`unmatched_fen` waits for its match; of interest, and of a line that is a step of ours, nothing does."""

    receipt_id: str
    book: Literal["AGENCY", "CENTRALIZED"]
    received_on: date
    kind: str
    kind_name: str
    payer: str
    state: ReceiptState
    received_fen: int
    unmatched_fen: int
    allocations: list[AllocationRow]
    synthetic: bool


class Receipts(Schema):
    total: int
    items: list[ReceiptRow]


class ReceivableRow(Schema):
    """What is settled and has not come in, by the age of the energy: 3, 12, 24 months and more."""

    id: str
    name: str
    part: str
    up_to_3_months_fen: int
    up_to_12_months_fen: int
    up_to_24_months_fen: int
    over_24_months_fen: int
    outstanding_fen: int
    unconfirmed: bool


class CompanyRow(Schema):
    """What a centralized station's company owes its slots by the books, what it paid, and what is late."""

    station_id: str
    name: str
    due_fen: int
    paid_fen: int
    outstanding_fen: int
    late_fen: int
    late_days: int
    ahead_fen: int
    unconfirmed: bool


ReceivableBy = Literal["payer", "banner", "station"]


class Receivables(Schema):
    """`by` payer: the grid company that buys the energy; its `id` is `mengxi` or `mengdong`."""

    by: ReceivableBy
    items: list[ReceivableRow]
    companies: list[CompanyRow]


class TransferLineRow(Schema):
    village_id: str
    village: str
    station_id: str
    month: str
    part: str
    passed_on_fen: int


class TransferRow(Schema):
    """`passed_on_fen` has left the agency once it is sent."""

    transfer_id: str
    banner_code: str
    township: str
    period: str
    state: TransferState
    state_name: str
    passed_on_fen: int
    drafted_on: date
    sent_on: date | None
    ended_on: date | None
    unconfirmed: bool
    synthetic: bool
    lines: list[TransferLineRow]


class Transfers(Schema):
    total: int
    items: list[TransferRow]


class VillageMoneyRow(Schema):
    """By energy month; `estimated` is what to expect, `distributable` rests on receipts; `paid` is of the month it was.

    `deductions` = `received` - `distributable`; `balance` = `distributable` - `passed_on`.
    """

    month: str
    estimated_fen: int | None
    settled_fen: int
    received_fen: int
    deductions_fen: int
    distributable_fen: int
    passed_on_fen: int
    arrived_fen: int
    balance_fen: int
    paid_fen: int
    unconfirmed: bool


class VillageMoney(Schema):
    village_id: str
    items: list[VillageMoneyRow]
    total: VillageMoneyRow

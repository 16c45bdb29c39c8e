"""What the API answers of a village's plan and payments: ids and amounts in fen, never anything personal.

`planned`, `due` and `paid` are three different amounts: decided by the village, owed by the books, arrived by the bank.
"""

from datetime import date, datetime
from typing import Literal

from api.schemas import Schema


class PlanFindingRow(Schema):
    """Something that the rules find, and the rule that says so; `number` is the line's, null for the whole plan."""

    number: int | None
    finding: str
    rule_id: str
    document: str
    confidence: str
    unconfirmed: bool


class PlanLineRow(Schema):
    line_id: str
    number: int
    spending: Literal["posts", "works", "awards", "other"]
    use_id: str
    purpose: str
    planned_fen: int
    due_fen: int
    paid_fen: int
    rest_fen: int


class PostRow(Schema):
    """A person's planned pay: a month's wage, or a day's rate; what is due of it follows from attendance."""

    post_id: str
    person_id: str
    line_id: str
    paid_by: Literal["month", "day"]
    planned_pay_fen: int
    valid_from: date
    valid_to: date | None


class PlanStep(Schema):
    state: str
    state_name: str
    changed_at: datetime
    voucher_id: str | None


class VillagePlan(Schema):
    """A plan of use (收益使用计划); `state` is null where the village has none of that year."""

    village_id: str
    year: int
    state: str | None
    state_name: str | None
    posted_on: date | None
    planned_fen: int
    due_fen: int
    paid_fen: int
    lines: list[PlanLineRow]
    posts: list[PostRow]
    findings: list[PlanFindingRow]
    steps: list[PlanStep]
    synthetic: bool


class PaymentRow(Schema):
    """A due with what became of it; `paid_fen` is 0 until the bank says that it arrived."""

    due_id: str
    month: str
    payee_id: str
    line_id: str | None
    spending: str | None
    due_fen: int
    paid_fen: int
    state: Literal["payable", "drafted", "sent", "paid", "returned"]
    payment_id: str | None
    batch_id: str | None
    settled_on: date | None
    returned_reason: str | None


class VillagePayments(Schema):
    """`bank_fen`: what the village's bank account has in the books; `payable_fen`: what it owes and has not sent."""

    village_id: str
    bank_fen: int
    payable_fen: int
    due_fen: int
    paid_fen: int
    items: list[PaymentRow]
    synthetic: bool

"""Public notices as the API answers them: what proves a paper, and nobody's name."""

from datetime import date
from typing import Literal

from api.schemas import Schema


class NoticeHead(Schema):
    """The last entry of a book when the notice was first printed, as `guangfu ledger verify --head` takes it."""

    book: str
    entry: int
    hash: str


class Notice(Schema):
    """A public notice that was printed: compare village, period, days, lines and amount with the paper.

    `planned_fen` is a plan's total, `paid_fen` a result's; the other one is null.
    """

    code: str
    kind: Literal["plan", "result"]
    village_id: str
    village: str
    year: int
    month: str | None
    posted_on: date
    posted_until: date
    line_count: int
    planned_fen: int | None
    paid_fen: int | None
    canonical_sha256: str
    heads: list[NoticeHead]
    synthetic: bool

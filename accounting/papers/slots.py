"""What a centralized station's company owes its slots for a month, what it paid, and what households got."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection

from accounting.papers.model import Column, Kind, Row, Table
from guangfu.ledger.postings.receipts import ENTITLEMENT
from guangfu.storage.sql import schema
from guangfu.storage.sql.companies import company_dues, company_outstanding
from guangfu.storage.sql.receipts import read_allocations
from guangfu.texts import Text


def entitlement_table(db: Connection, station_id: str, month: str) -> Table:
    """One row: due by the books, received of it, outstanding, and paid to households. [fen]"""
    row = Row((_ENTITLEMENT, *slot_figures(db, station_id, month, month)))
    return Table(Text("名额应补助", "What the slots are owed"), COLUMNS, (row,), note=_FLOOR)


def slot_figures(db: Connection, station_id: str, start: str, end: str) -> tuple[int, int, int, int]:
    """Due, paid by the company, outstanding, paid to households; of months from one to another. [fen]"""
    ids = [station_id]
    due = sum(int(one.amount) for one in company_dues(db, ids) if start <= one.month <= end)
    left = sum(int(one.amount) for one in company_outstanding(db, ids) if start <= one.month <= end)
    came = sum(
        a.received_fen for a in read_allocations(db, stations=ids) if a.part == ENTITLEMENT and start <= a.month <= end
    )
    return due, came, left, _paid_to_slots(db, station_id, start, end)


def _paid_to_slots(db: Connection, station_id: str, start: str, end: str) -> int:
    """What the bank says arrived of the station's dues. [fen]"""
    dues, payments = schema.dues, schema.payments
    wanted = (
        sa.select(sa.func.coalesce(sa.func.sum(payments.c.paid_fen), 0))
        .join(dues, dues.c.due_id == payments.c.due_id)
        .where(dues.c.station_id == station_id, dues.c.month.between(start, end))
    )
    return int(db.execute(wanted).scalar_one())


_ENTITLEMENT: Final = Text("应补助", "entitlement")
COLUMNS: Final = (
    Column("what", Text("项目", "what")),
    Column("due", Text("应付", "due"), Kind.FEN, total=True),
    Column("received", Text("企业已付", "paid by the company"), Kind.FEN, tone="received", total=True),
    Column("open", Text("未付", "outstanding"), Kind.FEN, "{due}-{received}", tone="outstanding", total=True),
    Column("paid", Text("已发放到户", "paid to households"), Kind.FEN, tone="paid", total=True),
)
_FLOOR: Final = Text(
    "应补助是按名额的下限，与电站实际收入无关。",
    "The entitlement is a floor for each slot, whatever the station earned.",
)

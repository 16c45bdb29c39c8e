"""Bank lines, receipts and their allocations, the subsidy list. Every function takes an open connection."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection

from guangfu.income.rules.models import Confidence, ListStatus, SubsidyStatus
from guangfu.ledger.allocating import Allocation, Due, Way
from guangfu.ledger.books import AGENCY, Part
from guangfu.ledger.fen import Fen
from guangfu.storage.sql import schema
from guangfu.storage.sql.settlement import read_settled
from guangfu.storage.sql.typed_rows import among, next_ids, read_rows, write_rows


@dataclass(frozen=True, slots=True)
class BankLine:
    """A line of the bank's export. `settles`: the receipt, transfer or payment that it is, if known. [fen]"""

    line_hash: str
    account: str
    position: int
    booked_on: date
    bank_amount_fen: int
    bank_balance_fen: int
    counterparty: str
    memo: str
    reference: str
    file_row: int
    voucher_id: str
    settles: str | None
    synthetic: bool
    recorded_at: datetime
    recorded_by: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money that came in, or went out unexplained. `kind`: base, subsidy, interest, company or unmatched. [fen]"""

    receipt_id: str
    book: str
    line_hash: str | None
    received_on: date
    received_fen: int
    kind: str
    station_id: str | None
    month: str | None
    subsidy_year: int | None
    payer: str
    state: str
    revision: int
    voucher_id: str
    synthetic: bool
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True)
class KeptAllocation:
    """What a match of a receipt brings a station's month and part. `reversed_at`: it was a wrong match. [fen]"""

    receipt_id: str
    revision: int
    position: int
    station_id: str
    month: str
    part: str
    subsidy_year: int | None
    received_fen: int
    way: str
    reversed_at: datetime | None = None

    @property
    def allocation(self) -> Allocation:
        return Allocation(
            self.station_id, self.month, self.part, Fen(self.received_fen), Way(self.way), self.subsidy_year
        )


@dataclass(frozen=True, slots=True)
class DatedAllocation:
    """An allocation that stands, with the day on which its receipt came. [fen]"""

    station_id: str
    month: str
    part: str
    received_fen: int
    received_on: date


OPEN: Final = ("recorded", "matched", "reversed")
"""States of a receipt of which something may wait for its match."""
ALLOCATED: Final = ("receipt_id", "revision", "position")


def read_bank_lines(db: Connection, *, account: str | None = None, open_only: bool = False) -> list[BankLine]:
    """By account and position; `open_only`: those that nothing explains yet."""
    table = schema.bank_lines
    where = [] if account is None else [table.c.account == account]
    where += [table.c.settles.is_(None)] if open_only else []
    return read_rows(db, table, BankLine, *where, order=("account", "position"))


def write_bank_lines(db: Connection, lines: Sequence[BankLine]) -> None:
    write_rows(db, schema.bank_lines, lines)


def mark_line(db: Connection, line_hash: str, settles: str) -> None:
    """Notes what a bank line is."""
    table = schema.bank_lines
    db.execute(sa.update(table).where(table.c.line_hash == line_hash).values(settles=settles))


def new_receipt_ids(db: Connection, at: datetime, count: int) -> list[str]:
    return next_ids(db, schema.receipts.c.receipt_id, "R", at, count)


def write_receipts(db: Connection, rows: Sequence[Receipt]) -> None:
    """Inserts receipts, or replaces those that are there."""
    write_rows(db, schema.receipts, rows, key=("receipt_id",))


def read_receipts(
    db: Connection, *, book: str | None = None, states: Sequence[str] | None = None, ids: Sequence[str] | None = None,
    start: date = date.min, end: date = date.max,
) -> list[Receipt]:  # fmt: skip
    """In the order of their numbers; those received from `start` to `end`, both included."""
    table = schema.receipts
    where = [table.c.received_on.between(start, end), *among(table.c.state, states), *among(table.c.receipt_id, ids)]
    where += [] if book is None else [table.c.book == book]
    return read_rows(db, table, Receipt, *where, order=("receipt_id",))


def read_unmatched(db: Connection) -> list[tuple[Receipt, Fen]]:
    """The agency's receipts of which something is not matched, with how much; interest is not to be matched. [fen]"""
    waiting = [r for r in read_receipts(db, book=AGENCY, states=OPEN) if not (r.state == "reversed" and not r.revision)]
    taken: dict[str, int] = {}
    for one in read_allocations(db, receipts=[r.receipt_id for r in waiting]):
        taken[one.receipt_id] = taken.get(one.receipt_id, 0) + one.received_fen
    rests = ((r, r.received_fen - taken.get(r.receipt_id, 0)) for r in waiting)
    return [(r, Fen(rest)) for r, rest in rests if rest]


def write_allocations(db: Connection, rows: Sequence[KeptAllocation]) -> None:
    write_rows(db, schema.receipt_allocations, rows)


def reverse_allocations(db: Connection, receipt_id: str, at: datetime) -> None:
    """Marks what stands of a receipt as a wrong match."""
    table = schema.receipt_allocations
    stands = sa.and_(table.c.receipt_id == receipt_id, table.c.reversed_at.is_(None))
    db.execute(sa.update(table).where(stands).values(reversed_at=at))


def read_allocations(
    db: Connection, *, receipts: Sequence[str] | None = None, stations: Sequence[str] | None = None,
    standing: bool = True,
) -> list[KeptAllocation]:  # fmt: skip
    """By receipt, revision and position; `standing`: without wrong matches."""
    table = schema.receipt_allocations
    where = [*among(table.c.receipt_id, receipts), *among(table.c.station_id, stations)]
    where += [table.c.reversed_at.is_(None)] if standing else []
    return read_rows(db, table, KeptAllocation, *where, order=ALLOCATED)


def read_dated_allocations(
    db: Connection, *, start: str = "0001-01", end: str = "9999-12", stations: Sequence[str] | None = None
) -> list[DatedAllocation]:
    """What stands of the agency's receipts for the energy of these months, with the day on which it came; by day."""
    table, receipts = schema.receipt_allocations, schema.receipts
    wanted = (
        sa.select(table.c.station_id, table.c.month, table.c.part, table.c.received_fen, receipts.c.received_on)
        .join(receipts, receipts.c.receipt_id == table.c.receipt_id)
        .where(table.c.reversed_at.is_(None), receipts.c.book == AGENCY, table.c.month.between(start, end))
        .where(*among(table.c.station_id, stations))
        .order_by(receipts.c.received_on, table.c.receipt_id, table.c.revision, table.c.position)
    )
    return [DatedAllocation(*row) for row in db.execute(wanted)]


def read_settled_dues(db: Connection, *, stations: Sequence[str] | None = None) -> list[Due]:
    """What statements made receivable, by station, month and part; a subsidy that is a memo only is left out. [fen]"""
    dues: list[Due] = []
    for row in read_settled(db, stations=stations):
        dues.append(Due(row.station_id, row.month, Part.BASE.value, row.settled_base_fen))
        if row.subsidy_receivable:
            subsidy = row.receivable_subsidy_fen
            dues.append(Due(row.station_id, row.month, Part.SUBSIDY.value, subsidy, row.subsidy_year))
    return dues


@dataclass(frozen=True, slots=True)
class _KeptStatus:
    station_id: str
    valid_from: date
    recorded_at: datetime
    valid_to: date | None
    status: str
    listed_capacity_w: int | None
    document: str
    confidence: str
    confirmed: bool
    voucher_id: str | None
    recorded_by: str


def read_subsidy_status(db: Connection) -> list[SubsidyStatus]:
    """Every station's places in the list as they are known now, by station and day."""
    table = schema.subsidy_status
    rows = read_rows(db, table, _KeptStatus, table.c.superseded_at.is_(None), order=("station_id", "valid_from"))
    return [
        SubsidyStatus(
            row.station_id, row.valid_from, row.valid_to, ListStatus(row.status), row.listed_capacity_w, row.document,
            Confidence(row.confidence), row.confirmed,
        )
        for row in rows
    ]  # fmt: skip


def write_subsidy_status(
    db: Connection, rows: Sequence[SubsidyStatus], *, at: datetime, by: str, voucher_id: str | None
) -> list[SubsidyStatus]:
    """Records the rows that are new or differ; what they replace, the same station and first day, is superseded.

    Returns:
        The rows that were recorded; none where all were known.
    """
    known = {(row.station_id, row.valid_from): row for row in read_subsidy_status(db)}
    new = [row for row in rows if known.get((row.station_id, row.valid_from)) != row]
    table = schema.subsidy_status
    for row in new:
        same = sa.and_(table.c.station_id == row.station_id, table.c.valid_from == row.valid_from)
        db.execute(sa.update(table).where(same, table.c.superseded_at.is_(None)).values(superseded_at=at))
    kept = [
        _KeptStatus(
            row.station_id, row.valid_from, at, row.valid_to, row.status, row.listed_capacity_w, row.document,
            row.confidence, row.confirmed, voucher_id, by,
        )
        for row in new
    ]  # fmt: skip
    write_rows(db, table, kept)
    return new


_CASH_LOCK: Final = 0x6361736800000001


def lock_cash(db: Connection) -> None:
    """Until the transaction ends, nobody else matches, deducts, passes on or numbers a document about money."""
    if db.dialect.name == "postgresql":  # SQLite's transactions that write are alone anyway
        db.execute(sa.select(sa.func.pg_advisory_xact_lock(_CASH_LOCK)))

"""Dues, payments and batches in SQL, and the balances that bound them. Every function takes an open connection."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from operator import attrgetter
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection

from guangfu.clock import local_day
from guangfu.ledger import books
from guangfu.ledger.fen import Fen
from guangfu.ledger.postings.villages import Owed
from guangfu.ledger.states import Subject
from guangfu.storage.sql import schema
from guangfu.storage.sql.bulk import chunks, insert_rows
from guangfu.storage.sql.papers import StateChange, record_changes

_DUES: Final = schema.dues
_BATCHES: Final = schema.payment_batches
_PAYMENTS: Final = schema.payments
_LINES: Final = schema.journal_lines


@dataclass(frozen=True, slots=True)
class Due:
    """What is owed to a payee, once. `live_key` names what it is for; `None` once it is cancelled. [fen]"""

    due_id: str
    live_key: str | None
    book: str
    month: str
    payee_id: str
    due_fen: Fen
    reason: str
    recorded_at: datetime
    recorded_by: str
    village_id: str | None = None
    station_id: str | None = None
    household_id: str | None = None
    slot_id: str | None = None
    post_id: str | None = None
    line_id: str | None = None
    spending: str | None = None
    voucher_id: str | None = None
    posted_at: datetime | None = None
    cancelled_at: datetime | None = None

    @property
    def owed(self) -> Owed:
        """What it says of itself in the journal."""
        return Owed(
            self.due_id, self.book, self.due_fen, self.village_id, self.line_id, self.spending, self.station_id,
            self.month, self.voucher_id,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Batch:
    """Payments that are approved and sent together."""

    batch_id: str
    book: str
    village_id: str | None
    station_id: str | None
    month: str
    state: str
    due_fen: Fen
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True)
class Payment:
    """One attempt to pay a due. `paid_fen` is 0 unless the bank says that it arrived. [fen]"""

    payment_id: str
    batch_id: str
    due_id: str
    live_due_id: str | None
    payee_id: str
    due_fen: Fen
    paid_fen: Fen
    state: str
    bank_reference: str
    returned_reason: str
    settled_on: date | None
    changed_at: datetime
    changed_by: str


def read_dues(
    db: Connection, *, village_id: str | None = None, station_id: str | None = None,
    due_ids: Iterable[str] | None = None, live: bool = True,
) -> list[Due]:  # fmt: skip
    """Dues by id, those that are cancelled left out unless `live` is false."""
    wanted = sa.select(*(_DUES.c[field.name] for field in fields(Due))).order_by(_DUES.c.due_id)
    if village_id is not None:
        wanted = wanted.where(_DUES.c.village_id == village_id)
    if station_id is not None:
        wanted = wanted.where(_DUES.c.station_id == station_id)
    if live:
        wanted = wanted.where(_DUES.c.live_key.is_not(None))
    parts = [None] if due_ids is None else list(chunks(sorted(set(due_ids))))
    return [
        Due(*row)
        for part in parts
        for row in db.execute(wanted if part is None else wanted.where(_DUES.c.due_id.in_(part)))
    ]


def add_dues(db: Connection, dues: Sequence[Due]) -> None:
    """Keeps new dues; the database refuses a second one that lives under the same key."""
    columns = [field.name for field in fields(Due)]
    insert_rows(db, _DUES, columns, [attrgetter(*columns)(due) for due in dues])


def mark_dues(db: Connection, due_ids: Iterable[str], *, posted_at: datetime) -> None:
    """The journal took them up."""
    for part in chunks(sorted(set(due_ids))):
        db.execute(sa.update(_DUES).where(_DUES.c.due_id.in_(part)).values(posted_at=posted_at))


def cancel_dues(db: Connection, due_ids: Iterable[str], *, at: datetime) -> None:
    """They were none; what they were for can be owed anew."""
    for part in chunks(sorted(set(due_ids))):
        db.execute(sa.update(_DUES).where(_DUES.c.due_id.in_(part)).values(live_key=None, cancelled_at=at))


def read_batches(
    db: Connection, *, batch_id: str | None = None, village_id: str | None = None, station_id: str | None = None,
    lock: bool = False,
) -> list[Batch]:  # fmt: skip
    """Batches by id; `lock` holds them until the transaction ends."""
    wanted = sa.select(*(_BATCHES.c[field.name] for field in fields(Batch))).order_by(_BATCHES.c.batch_id)
    for name, value in (("batch_id", batch_id), ("village_id", village_id), ("station_id", station_id)):
        if value is not None:
            wanted = wanted.where(_BATCHES.c[name] == value)
    return [Batch(*row) for row in db.execute(wanted.with_for_update() if lock else wanted)]


def write_batch(
    db: Connection, batch: Batch, *, before: str | None, reason: str = "", voucher: str | None = None
) -> None:
    """Sets the batch's state and keeps the step.

    Raises:
        BadStep: The state may not follow; nothing is written.
    """
    step = StateChange(
        Subject.PAYMENT_BATCH, batch.batch_id, before, batch.state, batch.changed_at, batch.changed_by, reason, voucher
    )
    record_changes(db, [step])
    columns = [field.name for field in fields(Batch)]
    update = ", ".join(f"{name} = excluded.{name}" for name in columns[1:])
    insert_rows(db, _BATCHES, columns, [attrgetter(*columns)(batch)], f"(batch_id) DO UPDATE SET {update}")


def read_payments(
    db: Connection, *, batch_id: str | None = None, payment_ids: Iterable[str] | None = None,
    due_ids: Iterable[str] | None = None,
) -> list[Payment]:  # fmt: skip
    """Payments by id."""
    wanted = sa.select(*(_PAYMENTS.c[field.name] for field in fields(Payment))).order_by(_PAYMENTS.c.payment_id)
    if batch_id is not None:
        wanted = wanted.where(_PAYMENTS.c.batch_id == batch_id)
    if payment_ids is not None:
        wanted = wanted.where(_PAYMENTS.c.payment_id.in_(sorted(set(payment_ids))))
    parts = [None] if due_ids is None else list(chunks(sorted(set(due_ids))))
    return [
        Payment(*row)
        for part in parts
        for row in db.execute(wanted if part is None else wanted.where(_PAYMENTS.c.due_id.in_(part)))
    ]


def write_payments(
    db: Connection, payments: Sequence[Payment], before: Mapping[str, str], *, voucher: str | None = None
) -> None:
    """Sets the payments' states and keeps each step.

    Args:
        before: The state of each until now; one that is left out is new.

    Raises:
        BadStep: A state may not follow; nothing is written.
    """
    record_changes(
        db,
        [
            StateChange(
                Subject.PAYMENT, p.payment_id, before.get(p.payment_id), p.state, p.changed_at, p.changed_by,
                p.returned_reason, voucher,
            )
            for p in payments
        ],
    )  # fmt: skip
    columns = [field.name for field in fields(Payment)]
    update = ", ".join(f"{name} = excluded.{name}" for name in columns[1:])
    rows = [attrgetter(*columns)(payment) for payment in payments]
    insert_rows(db, _PAYMENTS, columns, rows, f"(payment_id) DO UPDATE SET {update}")


def paid_posts(db: Connection, month: str) -> dict[str, tuple[int, int]]:
    """Posts that have a live due of the month, with the half days (attended, due) that it rests on."""
    attendance = schema.attendance
    wanted = (
        sa.select(_DUES.c.post_id, attendance.c.attended_half_days, attendance.c.due_half_days)
        .join(attendance, sa.and_(attendance.c.post_id == _DUES.c.post_id, attendance.c.month == _DUES.c.month))
        .where(_DUES.c.month == month, _DUES.c.live_key.is_not(None), attendance.c.superseded_at.is_(None))
    )
    return {post: (attended, due) for post, attended, due in db.execute(wanted)}


def unattended(db: Connection, month: str) -> list[Due]:
    """Live dues of posts that no attendance was recorded for: a post paid without attendance."""
    attendance = schema.attendance
    there = sa.select(1).where(
        attendance.c.post_id == _DUES.c.post_id, attendance.c.month == _DUES.c.month,
        attendance.c.superseded_at.is_(None), attendance.c.attended_half_days > 0,
    )  # fmt: skip
    wanted = sa.select(*(_DUES.c[field.name] for field in fields(Due))).where(
        _DUES.c.month == month, _DUES.c.live_key.is_not(None), _DUES.c.post_id.is_not(None), ~there.exists()
    )
    return [Due(*row) for row in db.execute(wanted.order_by(_DUES.c.due_id))]


def balance(db: Connection, account: str, *, village_id: str | None = None, station_id: str | None = None) -> Fen:
    """Debits less credits of an account, of a village or a station. [fen]"""
    total = sa.select(sa.func.coalesce(sa.func.sum(_LINES.c.amount_fen), 0)).where(_LINES.c.account == account)
    if village_id is not None:
        total = total.where(_LINES.c.village_id == village_id)
    if station_id is not None:
        total = total.where(_LINES.c.station_id == station_id)
    return Fen(int(db.execute(total).scalar_one()))


def on_the_way(
    db: Connection, *, village_id: str | None = None, station_id: str | None = None, book: str | None = None
) -> Fen:
    """Sum of payments that are drafted and have not left the bank account yet. [fen]"""
    total = (
        sa.select(sa.func.coalesce(sa.func.sum(_PAYMENTS.c.due_fen), 0))
        .join(_DUES, _DUES.c.due_id == _PAYMENTS.c.due_id)
        .where(_PAYMENTS.c.state == "drafted")
    )
    if village_id is not None:
        total = total.where(_DUES.c.village_id == village_id)
    if station_id is not None:
        total = total.where(_DUES.c.station_id == station_id)
    if book is not None:
        total = total.where(_DUES.c.book == book)
    return Fen(int(db.execute(total).scalar_one()))


def owed_by_line(db: Connection, village_id: str) -> dict[str, Fen]:
    """Sum of live dues by plan line. [fen]"""
    total = sa.func.sum(_DUES.c.due_fen)
    wanted = sa.select(_DUES.c.line_id, total).where(
        _DUES.c.village_id == village_id, _DUES.c.line_id.is_not(None), _DUES.c.live_key.is_not(None)
    )
    return {line: Fen(int(amount)) for line, amount in db.execute(wanted.group_by(_DUES.c.line_id))}


def paid_by_line(db: Connection, village_id: str) -> dict[str, Fen]:
    """Sum of what the bank says arrived, by plan line. [fen]"""
    total = sa.func.sum(_PAYMENTS.c.paid_fen)
    wanted = (
        sa.select(_DUES.c.line_id, total)
        .join(_DUES, _DUES.c.due_id == _PAYMENTS.c.due_id)
        .where(_DUES.c.village_id == village_id, _DUES.c.line_id.is_not(None))
    )
    return {line: Fen(int(amount)) for line, amount in db.execute(wanted.group_by(_DUES.c.line_id))}


def carried_balances(
    db: Connection, village_id: str, year: int, until: datetime
) -> dict[tuple[str, str | None, str | None], Fen]:
    """What a plan year still has to carry forward, by account, part and plan line: debits less credits. [fen]

    Income that was posted before `until`, spending of the year's plan lines, less what was carried before.
    """
    entries = schema.journal_entries
    income = sa.and_(
        _LINES.c.account == books.VILLAGE_INCOME, sa.or_(entries.c.posted_at < until, entries.c.kind == "carry")
    )
    spending = _LINES.c.plan_line.startswith(f"{village_id}/{year}/", autoescape=True)
    wanted = (
        sa.select(_LINES.c.account, _LINES.c.part, _LINES.c.plan_line, sa.func.sum(_LINES.c.amount_fen))
        .join(entries, sa.and_(entries.c.book == _LINES.c.book, entries.c.seq == _LINES.c.seq))
        .where(_LINES.c.book == books.VILLAGE, _LINES.c.village_id == village_id)
        .where(sa.or_(income, sa.and_(spending, _LINES.c.account.startswith(books.VILLAGE_SPENDING))))
        .group_by(_LINES.c.account, _LINES.c.part, _LINES.c.plan_line)
    )
    return {(account, part, line): Fen(int(amount)) for account, part, line, amount in db.execute(wanted)}


def next_ids(db: Connection, prefix: str, n: int, at: datetime) -> list[str]:
    """The next numbers of a year, such as `P-2026-000001`; `prefix` is D, B or P."""
    column = {"D": _DUES.c.due_id, "B": _BATCHES.c.batch_id, "P": _PAYMENTS.c.payment_id}[prefix]
    begin = f"{prefix}-{local_day(at).year}-"
    last = db.execute(sa.select(sa.func.max(column)).where(column.startswith(begin))).scalar()
    first = int(last[len(begin) :]) + 1 if last else 1
    return [f"{begin}{i:06d}" for i in range(first, first + n)]


def hold_payments(db: Connection) -> None:
    """Keeps other programs from drafting until the transaction ends: numbers and balances are read, then used."""
    if db.dialect.name == "postgresql":
        db.exec_driver_sql("LOCK TABLE payment_batches, dues, payments IN EXCLUSIVE MODE")

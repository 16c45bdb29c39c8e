"""Invoices, deductions, VAT and transfers. Every function takes an open connection."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection

from guangfu.income.deducting import Invoiced
from guangfu.ledger.fen import Fen
from guangfu.ledger.postings.passing import PassLine
from guangfu.storage.sql import schema
from guangfu.storage.sql.typed_rows import among, next_ids, read_rows, write_rows


@dataclass(frozen=True, slots=True)
class Invoice:
    """A bill for a station's months, both included. `cancelled_at`: it was wrong. [fen]"""

    invoice_id: str
    deduction_id: str
    station_id: str
    month_from: str
    month_to: str
    invoiced_fen: int
    number: str
    issued_on: date | None
    payee: str
    voucher_id: str
    recorded_at: datetime
    recorded_by: str
    cancelled_at: datetime | None = None

    @property
    def invoiced(self) -> Invoiced:
        return Invoiced(self.deduction_id, self.station_id, self.month_from, self.month_to, Fen(self.invoiced_fen))


@dataclass(frozen=True, slots=True)
class BorneRow:
    """What a station's month bears of one deduction: borne and carried = due and carried before. [fen]"""

    station_id: str
    month: str
    position: int
    deduction_id: str
    due_fen: int
    carried_before_fen: int
    borne_base_fen: int
    borne_subsidy_fen: int
    carried_fen: int
    way: str
    unconfirmed: bool
    revision: int
    computed_at: datetime


@dataclass(frozen=True, slots=True)
class DeductionPayment:
    """What was paid of a deduction of a station's month. [fen]"""

    payment_id: str
    position: int
    deduction_id: str
    station_id: str
    month: str
    paid_fen: int
    paid_on: date
    payee: str
    voucher_id: str
    recorded_at: datetime
    recorded_by: str


@dataclass(frozen=True, slots=True)
class VatRow:
    """The VAT in a part of a station's month: three figures, and what of the tax comes back. [fen]"""

    station_id: str
    month: str
    part: str
    settled_gross_fen: int
    settled_tax_fen: int
    settled_net_fen: int
    settled_refund_fen: int
    taxpayer: str
    vat_id: str
    exempt: bool
    unconfirmed: bool
    computed_at: datetime


@dataclass(frozen=True, slots=True)
class Transfer:
    """One transfer to a township. `ended_on`: the day on which it arrived or came back. [fen]"""

    transfer_id: str
    banner_code: str
    township: str
    period: str
    passed_on_fen: int
    state: str
    drafted_on: date
    sent_on: date | None
    ended_on: date | None
    voucher_id: str | None
    unconfirmed: bool
    synthetic: bool
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True)
class TransferLine:
    """A village, station, energy month and part of a transfer. [fen]"""

    transfer_id: str
    position: int
    village_id: str
    station_id: str
    month: str
    part: str
    passed_on_fen: int

    @property
    def passed(self) -> PassLine:
        return PassLine(self.village_id, self.station_id, self.month, self.part, Fen(self.passed_on_fen))


UNDER_WAY: Final = ("drafted", "approved", "sent", "arrived")
"""States of a transfer whose lines can't be drafted again."""
ON_THE_WAY: Final = ("sent", "arrived")
"""States in which the money has left the agency."""


def new_ids(db: Connection, kind: str, at: datetime, count: int = 1) -> list[str]:
    """Numbers of ours for `invoice`, `payment` or `transfer`."""
    column, letter = {
        "invoice": (schema.invoices.c.invoice_id, "I"),
        "payment": (schema.deduction_payments.c.payment_id, "D"),
        "transfer": (schema.transfers.c.transfer_id, "T"),
    }[kind]
    return next_ids(db, column, letter, at, count)


def write_invoices(db: Connection, rows: Sequence[Invoice]) -> None:
    write_rows(db, schema.invoices, rows)


def cancel_invoice(db: Connection, invoice_id: str, at: datetime) -> bool:
    """Whether there was one that could be cancelled."""
    table = schema.invoices
    which = sa.and_(table.c.invoice_id == invoice_id, table.c.cancelled_at.is_(None))
    return db.execute(sa.update(table).where(which).values(cancelled_at=at)).rowcount > 0


def read_invoices(db: Connection, *, stations: Sequence[str] | None = None, all_: bool = False) -> list[Invoice]:
    """By number; `all_`: cancelled ones too."""
    table = schema.invoices
    where = [*among(table.c.station_id, stations), *([] if all_ else [table.c.cancelled_at.is_(None)])]
    return read_rows(db, table, Invoice, *where, order=("invoice_id",))


def replace_borne(db: Connection, station_id: str, rows: Sequence[BorneRow]) -> None:
    table = schema.deductions_borne
    db.execute(sa.delete(table).where(table.c.station_id == station_id))
    write_rows(db, table, rows)


def read_borne(
    db: Connection, *, start: str = "0001-01", end: str = "9999-12", stations: Sequence[str] | None = None
) -> list[BorneRow]:
    """By station, month and position."""
    table = schema.deductions_borne
    where = [table.c.month.between(start, end), *among(table.c.station_id, stations)]
    return read_rows(db, table, BorneRow, *where, order=("station_id", "month", "position"))


def write_deduction_payments(db: Connection, rows: Sequence[DeductionPayment]) -> None:
    write_rows(db, schema.deduction_payments, rows)


def read_deduction_payments(db: Connection, *, deduction_id: str | None = None) -> list[DeductionPayment]:
    table = schema.deduction_payments
    where = [] if deduction_id is None else [table.c.deduction_id == deduction_id]
    return read_rows(db, table, DeductionPayment, *where, order=("payment_id", "position"))


def replace_vat(db: Connection, station_id: str, rows: Sequence[VatRow]) -> None:
    table = schema.vat_months
    db.execute(sa.delete(table).where(table.c.station_id == station_id))
    write_rows(db, table, rows)


def read_vat(
    db: Connection, *, start: str = "0001-01", end: str = "9999-12", stations: Sequence[str] | None = None
) -> list[VatRow]:
    """By station, month and part."""
    table = schema.vat_months
    where = [table.c.month.between(start, end), *among(table.c.station_id, stations)]
    return read_rows(db, table, VatRow, *where, order=("station_id", "month", "part"))


def write_transfers(db: Connection, rows: Sequence[Transfer]) -> None:
    """Inserts transfers, or replaces those that are there."""
    write_rows(db, schema.transfers, rows, key=("transfer_id",))


def write_transfer_lines(db: Connection, rows: Sequence[TransferLine]) -> None:
    write_rows(db, schema.transfer_lines, rows)


def read_transfers(
    db: Connection, *, states: Sequence[str] | None = None, ids: Sequence[str] | None = None,
    banner_code: str | None = None,
) -> list[Transfer]:  # fmt: skip
    """In the order of their numbers."""
    table = schema.transfers
    where = [*among(table.c.state, states), *among(table.c.transfer_id, ids)]
    where += [] if banner_code is None else [table.c.banner_code == banner_code]
    return read_rows(db, table, Transfer, *where, order=("transfer_id",))


def read_transfer_lines(
    db: Connection, *, states: Sequence[str] | None = None, ids: Sequence[str] | None = None,
    stations: Sequence[str] | None = None, villages: Sequence[str] | None = None,
    start: str = "0001-01", end: str = "9999-12",
) -> list[TransferLine]:  # fmt: skip
    """By transfer and position; `states`: of transfers that are in one of them."""
    table, transfers = schema.transfer_lines, schema.transfers
    where = [*among(table.c.transfer_id, ids), *among(table.c.station_id, stations)]
    where += [*among(table.c.village_id, villages), table.c.month.between(start, end)]
    if states is not None:
        known = sa.select(transfers.c.transfer_id).where(transfers.c.state.in_(states))
        where.append(table.c.transfer_id.in_(known))
    return read_rows(db, table, TransferLine, *where, order=("transfer_id", "position"))

"""Invoices in, and deductions that are paid to whom they are due."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection

from accounting.cash.bank import Expected, claim_line
from accounting.cash.deducting import refresh
from accounting.cash.steps import Desk
from accounting.villages.imports import Declined
from guangfu.income.cash_files import InvoiceLine
from guangfu.ledger.fen import Fen, yuan_text
from guangfu.ledger.postings.passing import deduction_paid_entry
from guangfu.storage.sql.journal import post_entries
from guangfu.storage.sql.receipts import lock_cash
from guangfu.storage.sql.transfers import (
    DeductionPayment,
    Invoice,
    cancel_invoice,
    new_ids,
    read_borne,
    read_deduction_payments,
    read_invoices,
    write_deduction_payments,
    write_invoices,
)
from guangfu.texts import Text


def new_invoices(db: Connection, lines: Sequence[InvoiceLine]) -> list[InvoiceLine]:
    """Those of the lines that are not recorded yet: the same cost, months, amount and number is the same invoice."""
    known = {(one.invoiced, one.number) for one in read_invoices(db, all_=True) if one.cancelled_at is None}
    found: dict[object, InvoiceLine] = {}
    for line in lines:
        if (line.invoiced, line.number) not in known:
            found.setdefault((line.invoiced, line.number), line)
    return list(found.values())


def record_invoices(db: Connection, desk: Desk, lines: Sequence[InvoiceLine], voucher_id: str) -> list[Invoice]:
    """Keeps invoices; from now on they take the place of the rates of their months, and the books follow."""
    lock_cash(db)
    new = new_invoices(db, lines)
    ids = new_ids(db, "invoice", desk.at, len(new))
    rows = [
        Invoice(
            name, line.invoiced.deduction_id, line.invoiced.station_id, line.invoiced.month_from,
            line.invoiced.month_to, line.invoiced.amount, line.number, line.issued_on, line.payee, voucher_id, desk.at,
            desk.by,
        )
        for name, line in zip(ids, new, strict=True)
    ]  # fmt: skip
    write_invoices(db, rows)
    refresh(db, desk, sorted({row.station_id for row in rows}))
    return rows


def drop_invoice(db: Connection, desk: Desk, invoice_id: str) -> None:
    """Takes a wrong invoice out of account; its row stays.

    Raises:
        Declined: There is no such invoice, or it is cancelled.
    """
    lock_cash(db)
    stations = [one.station_id for one in read_invoices(db) if one.invoice_id == invoice_id]
    if not cancel_invoice(db, invoice_id, desk.at):
        raise Declined(_NO_INVOICE.filled(invoice=invoice_id))
    refresh(db, desk, stations)


def unpaid(db: Connection, deduction_id: str, stations: Sequence[str]) -> dict[tuple[str, str], Fen]:
    """What was deducted and is not paid yet, by station and month, oldest first. [fen]"""
    sums: dict[tuple[str, str], int] = {}
    for row in read_borne(db, stations=stations):
        if row.deduction_id == deduction_id:
            key = row.month, row.station_id
            sums[key] = sums.get(key, 0) + row.borne_base_fen + row.borne_subsidy_fen
    for paid in read_deduction_payments(db, deduction_id=deduction_id):
        if paid.station_id in set(stations):
            key = paid.month, paid.station_id
            sums[key] = sums.get(key, 0) - paid.paid_fen
    return {(station, month): Fen(amount) for (month, station), amount in sorted(sums.items()) if amount}


def pay_deduction(
    db: Connection, desk: Desk, deduction_id: str, amount: Fen, *, on: date, payee: str, stations: Sequence[str],
    voucher_id: str,
) -> list[DeductionPayment]:  # fmt: skip
    """Pays what was deducted, oldest first: Dr L2 / Cr A1.

    Raises:
        Declined: More than what was deducted and is not paid.
    """
    lock_cash(db)
    open_ = {key: due for key, due in unpaid(db, deduction_id, stations).items() if due > 0}
    if not 0 < amount <= sum(open_.values()):
        raise Declined(_TOO_MUCH.filled(amount=yuan_text(amount), open=yuan_text(Fen(sum(open_.values())))))
    name = new_ids(db, "payment", desk.at)[0]
    left, paid = int(amount), dict[tuple[str, str], Fen]()
    for key, due in open_.items():
        part = min(due, left)
        left -= part
        paid |= {key: Fen(part)} if part else {}
    rows = [
        DeductionPayment(name, n, deduction_id, station, month, part, on, payee, voucher_id, desk.at, desk.by)
        for n, ((station, month), part) in enumerate(paid.items(), 1)
    ]
    write_deduction_payments(db, rows)
    post_entries(db, [deduction_paid_entry(name, paid, voucher=voucher_id)], desk.at)
    claim_line(db, desk, Expected(name, Fen(-amount), (name, payee)))
    return rows


_NO_INVOICE = Text("没有这张有效发票：{invoice}", "there is no such invoice, or it is cancelled: {invoice}")
_TOO_MUCH = Text(
    "{amount} 元超出已扣未付的 {open} 元", "{amount} yuan is more than the {open} that is deducted and unpaid"
)

"""What companies of centralized stations paid for their slots, into the books."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from accounting.cash.steps import Desk
from guangfu.income.cash_files import CompanyPayment
from guangfu.ledger.allocating import Allocation, allocate_named, outstanding
from guangfu.ledger.books import CENTRALIZED
from guangfu.ledger.fen import Fen
from guangfu.ledger.journal import Entry
from guangfu.ledger.postings.receipts import ahead_entry, company_entry
from guangfu.ledger.states import Subject
from guangfu.storage.sql.companies import company_outstanding
from guangfu.storage.sql.journal import post_entries
from guangfu.storage.sql.receipts import (
    KeptAllocation,
    Receipt,
    lock_cash,
    new_receipt_ids,
    read_allocations,
    read_receipts,
    write_allocations,
    write_receipts,
)


def record_payments(db: Connection, desk: Desk, payments: Sequence[CompanyPayment], voucher_id: str) -> list[Receipt]:
    """Companies' payments into the CENTRALIZED book: the month that they name, otherwise the oldest first.

    A payment that is known (station, day, amount, month, payer) comes in once.
    """
    lock_cash(db)
    new = new_payments(db, payments)
    ids = new_receipt_ids(db, desk.at, len(new))
    receipts, kept, entries = [], list[KeptAllocation](), list[Entry]()
    open_ = company_outstanding(db)
    steps: list[tuple[str, str | None, str]] = []
    for name, (hash_, payment) in zip(ids, new, strict=True):
        own = [due for due in open_ if due.station_id == payment.station_id]
        found = allocate_named(payment.amount, own, month=payment.month)
        open_ = outstanding(open_, found.allocations)
        state = "matched" if found.rest else "posted"
        receipts.append(
            Receipt(
                name, CENTRALIZED, hash_, payment.paid_on, payment.amount, "company", payment.station_id, payment.month,
                None, payment.payer, state, 1, voucher_id, desk.registry.synthetic, desk.at, desk.by,
            )
        )  # fmt: skip
        kept += _kept(name, 1, found.allocations)
        entries.append(company_entry(name, payment.amount, found.allocations, voucher=voucher_id))
        steps.append((name, None, state))
    write_receipts(db, receipts)
    write_allocations(db, kept)
    desk.record(db, Subject.RECEIPT, steps, voucher_id=voucher_id)
    if entries:
        post_entries(db, entries, desk.at)
    return receipts


def new_payments(db: Connection, payments: Sequence[CompanyPayment]) -> list[tuple[str, CompanyPayment]]:
    """The payments that are not known yet, with what each is known by."""
    known = {receipt.line_hash for receipt in read_receipts(db, book=CENTRALIZED)}
    seen: Counter[tuple[object, ...]] = Counter()
    found = []
    for one in payments:
        said = (one.station_id, one.paid_on.isoformat(), one.amount, one.month, one.payer)
        seen[said] += 1
        hash_ = hashlib.sha256(repr(("company", *said, seen[said])).encode()).hexdigest()
        if hash_ not in known:
            found.append((hash_, one))
    return found


def use_what_was_paid_ahead(db: Connection, desk: Desk) -> list[Receipt]:
    """Matches what companies paid ahead with what they have come to owe since: Dr C4 / Cr C1."""
    lock_cash(db)
    used = []
    for receipt in read_receipts(db, book=CENTRALIZED, states=["matched"]):
        rest = receipt.received_fen - sum(a.received_fen for a in read_allocations(db, receipts=[receipt.receipt_id]))
        found = allocate_named(Fen(rest), company_outstanding(db, [receipt.station_id or ""]))
        if not found.allocations:
            continue
        revision = receipt.revision + 1
        write_allocations(db, _kept(receipt.receipt_id, revision, found.allocations))
        state = "matched" if found.rest else "posted"
        used.append(replace(receipt, state=state, revision=revision, changed_at=desk.at, changed_by=desk.by))
        write_receipts(db, used[-1:])
        desk.record(db, Subject.RECEIPT, [(receipt.receipt_id, "matched", state)])
        post_entries(
            db, [ahead_entry(receipt.receipt_id, revision, found.allocations, voucher=receipt.voucher_id)], desk.at
        )
    return used


def _kept(receipt_id: str, revision: int, allocations: Sequence[Allocation]) -> list[KeptAllocation]:
    return [
        KeptAllocation(receipt_id, revision, n, one.station_id, one.month, one.part, None, one.amount, one.way.value)
        for n, one in enumerate(allocations, 1)
    ]

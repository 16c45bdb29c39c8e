"""Bank lines into the books: each comes in once, stands as unmatched money at once, or is a transfer that we know."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from accounting.cash.steps import Desk
from guangfu.income.bank_export import (
    INTEREST,
    UNKNOWN,
    Export,
    ExportLine,
    continues,
    kind_of,
    line_hashes,
    named_month,
    named_station,
    named_year,
)
from guangfu.ledger.books import AGENCY, BANK
from guangfu.ledger.fen import Fen
from guangfu.ledger.postings.receipts import receipt_entry
from guangfu.ledger.postings.revisions import reversal, reversal_key
from guangfu.ledger.states import Subject
from guangfu.stations.faults import Fault
from guangfu.storage.sql.journal import balances, post_entries
from guangfu.storage.sql.receipts import (
    BankLine,
    Receipt,
    lock_cash,
    mark_line,
    new_receipt_ids,
    read_bank_lines,
    read_receipts,
    write_bank_lines,
    write_receipts,
)
from guangfu.storage.sql.transfers import read_deduction_payments, read_transfers


@dataclass(frozen=True, slots=True)
class NewLine:
    """A line that is not known yet, and what it seems to be. `settles`: a step of ours that posted it already."""

    line: ExportLine
    line_hash: str
    kind: str
    station_id: str | None
    month: str | None
    subsidy_year: int | None
    settles: str | None


@dataclass(frozen=True, slots=True)
class BankImport:
    """What an import would do: lines that are new, how many are known, and why it can't be done."""

    account: str
    new: tuple[NewLine, ...]
    known: int
    faults: tuple[Fault, ...]
    before: Fen
    """The account's balance before its first line; told where the account is new. [fen]"""


@dataclass(frozen=True, slots=True)
class Expected:
    """A step of ours that the bank will show: by its amount, and a word of it. [fen]"""

    name: str
    amount: Fen
    words: tuple[str, ...]


def plan_bank(db: Connection, desk: Desk, export: Export, account: str, file: str) -> BankImport:
    """What importing a bank's export would do. Nothing is written."""
    kept = read_bank_lines(db, account=account)
    known = {line.line_hash for line in kept}
    hashed = list(zip(export.lines, line_hashes(account, export.lines), strict=True))
    new = [(line, name) for line, name in hashed if name not in known]
    rest = Export(tuple(line for line, _ in new), ())
    faults = [*export.faults, *(continues(rest, Fen(kept[-1].bank_balance_fen), file) if kept else [])]
    expected = _expected(db)
    lines = tuple(_new_line(line, name, desk, expected) for line, name in new)
    before = export.lines[0].before if export.lines and not kept else Fen(0)
    return BankImport(account, lines, len(hashed) - len(new), tuple(faults), before)


def apply_bank(db: Connection, desk: Desk, plan: BankImport, voucher_id: str) -> list[Receipt]:
    """Keeps the lines and posts those that no step of ours has posted; returns their receipts.

    The plan must have been made in the same transaction, after `lock_cash`.
    """
    assert not plan.faults, "a plan with faults"
    first = len(read_bank_lines(db, account=plan.account)) + 1
    waiting = [new for new in plan.new if new.settles is None]
    ids = dict(zip((n.line_hash for n in waiting), new_receipt_ids(db, desk.at, len(waiting)), strict=True))
    write_bank_lines(
        db,
        [
            _bank_line(desk, plan.account, position, new, new.settles or ids[new.line_hash], voucher_id)
            for position, new in enumerate(plan.new, first)
        ],
    )
    receipts = [_receipt(desk, ids[new.line_hash], new, voucher_id) for new in waiting]
    write_receipts(db, receipts)
    desk.record(db, Subject.RECEIPT, _steps(receipts), voucher_id=voucher_id)
    entries = [
        receipt_entry(r.receipt_id, Fen(r.received_fen), interest=r.kind == INTEREST, voucher=voucher_id)
        for r in receipts
    ]
    if entries:
        post_entries(db, entries, desk.at)
    return receipts


def claim_line(db: Connection, desk: Desk, expected: Expected) -> bool:
    """The bank showed a step of ours before it was entered: its line is that step, not unexplained money any more."""
    lock_cash(db)
    waiting = {r.receipt_id: r for r in read_receipts(db, book=AGENCY, states=["recorded"])}
    lines = [line for line in read_bank_lines(db) if line.settles in waiting]
    found = [line for line in lines if _is(expected, line.bank_amount_fen, f"{line.counterparty} {line.memo}")]
    if len(found) != 1:
        return False
    receipt = waiting[found[0].settles or ""]
    entry = receipt_entry(
        receipt.receipt_id, Fen(receipt.received_fen), interest=receipt.kind == INTEREST, voucher=receipt.voucher_id
    )
    post_entries(db, [reversal(entry, reversal_key(entry))], desk.at)
    write_receipts(db, [replace(receipt, state="reversed", changed_at=desk.at, changed_by=desk.by)])
    desk.record(db, Subject.RECEIPT, [(receipt.receipt_id, "recorded", "reversed")], reason=expected.name)
    mark_line(db, found[0].line_hash, expected.name)
    return True


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The agency's bank account in the books and at the bank. [fen]

    `booked` - `on_way` + `unopened` = `at_bank`: what was sent and the bank has not shown yet, and what was in the
    account before its first line and is not in the books as an opening balance.
    """

    booked: Fen
    at_bank: Fen
    on_way: Fen
    unopened: Fen
    accounts: tuple[tuple[str, Fen], ...]


def reconcile(db: Connection) -> Reconciliation:
    """The agency's bank account against the last running balance of each account that was imported."""
    last = {line.account: line for line in read_bank_lines(db)}
    moved = sum(line.bank_amount_fen for line in read_bank_lines(db))
    at_bank = Fen(sum(line.bank_balance_fen for line in last.values()))
    booked = Fen(balances(db, AGENCY).get(BANK, 0))
    on_way = Fen(sum(one.amount for one in _expected(db)))
    opened = booked - on_way - moved
    accounts = tuple((name, Fen(line.bank_balance_fen)) for name, line in sorted(last.items()))
    return Reconciliation(booked, at_bank, on_way, Fen(at_bank - moved - opened), accounts)


def _expected(db: Connection) -> list[Expected]:
    """Steps that are posted and that no bank line shows yet."""
    shown = {line.settles for line in read_bank_lines(db)}
    found = []
    for transfer in read_transfers(db, states=["sent", "arrived", "returned"]):
        words = (transfer.transfer_id, transfer.township)
        found.append(Expected(transfer.transfer_id, Fen(-transfer.passed_on_fen), words))
        if transfer.state == "returned":
            found.append(Expected(f"{transfer.transfer_id}/returned", Fen(transfer.passed_on_fen), words))
    payments: dict[str, tuple[int, str]] = {}
    for row in read_deduction_payments(db):
        payments[row.payment_id] = payments.get(row.payment_id, (0, ""))[0] + row.paid_fen, row.payee
    found += [Expected(name, Fen(-paid), (name, payee)) for name, (paid, payee) in payments.items()]
    return [one for one in found if one.name not in shown]


def _is(expected: Expected, amount: int, text: str) -> bool:
    return amount == expected.amount and any(word and word in text for word in expected.words)


def _new_line(line: ExportLine, name: str, desk: Desk, expected: Iterable[Expected]) -> NewLine:
    steps = [one.name for one in expected if _is(one, line.amount, line.text)]
    named = [one for one in steps if one.split("/")[0] in line.text]
    settles = steps[0] if len(steps) == 1 else named[0] if len(named) == 1 else None
    kind = kind_of(line)
    if line.amount < 0 and kind != INTEREST:
        kind = UNKNOWN
    return NewLine(
        line, name, kind, named_station(line, desk.registry), named_month(line),
        named_year(line) if kind == "subsidy" else None, settles,
    )  # fmt: skip


def _bank_line(desk: Desk, account: str, position: int, new: NewLine, settles: str, voucher_id: str) -> BankLine:
    line = new.line
    return BankLine(
        new.line_hash, account, position, line.booked_on, line.amount, line.balance, line.counterparty, line.memo,
        line.reference, line.row, voucher_id, settles, desk.registry.synthetic, desk.at, desk.by,
    )  # fmt: skip


def _receipt(desk: Desk, receipt_id: str, new: NewLine, voucher_id: str) -> Receipt:
    state = "posted" if new.kind == INTEREST else "recorded"
    return Receipt(
        receipt_id, AGENCY, new.line_hash, new.line.booked_on, new.line.amount, new.kind, new.station_id, new.month,
        new.subsidy_year, new.line.counterparty, state, 0, voucher_id, desk.registry.synthetic, desk.at, desk.by,
    )  # fmt: skip


def _steps(receipts: Sequence[Receipt]) -> list[tuple[str, str | None, str]]:
    return [(receipt.receipt_id, None, receipt.state) for receipt in receipts]

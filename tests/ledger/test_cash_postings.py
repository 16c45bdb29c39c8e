"""Receipts, matches, deductions and transfers as entries: each balances, and a way out and back leaves nothing."""

from collections import Counter

from guangfu.ledger import books
from guangfu.ledger.allocating import Allocation, Way
from guangfu.ledger.fen import Fen
from guangfu.ledger.journal import Entry, check_balanced
from guangfu.ledger.postings.passing import (
    PassLine,
    arrived_entry,
    deduction_entry,
    deduction_paid_entry,
    sent_entries,
)
from guangfu.ledger.postings.receipts import company_entry, match_entry, receipt_entry, withheld_entry
from guangfu.ledger.postings.revisions import reversal

OF = [
    Allocation("s1", "2026-05", "base", Fen(-10), Way.STATEMENT),
    Allocation("s1", "2026-06", "base", Fen(100), Way.STATEMENT),
]
LINES = [PassLine("v1", "s1", "2026-06", "base", Fen(60)), PassLine("v2", "s1", "2026-06", "base", Fen(25))]


def _balances(*entries: Entry) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for entry in entries:
        check_balanced(entry)
        for line in entry.lines:
            sums[line.account] += line.amount
    return {account: amount for account, amount in sums.items() if amount}


def test_received_and_matched_is_bank_against_settled_and_settled_against_cash() -> None:
    came, match = receipt_entry("R-1", Fen(90)), match_entry("R-1", 1, OF)
    assert _balances(came) == {books.BANK: 90, books.UNMATCHED: -90}
    assert _balances(came, match) == {
        books.BANK: 90, books.RECEIVABLE_SETTLED: -90, books.OWED_SETTLED: 90, books.OWED_CASH: -90,
    }  # fmt: skip
    assert _balances(came, match, reversal(match, "x")) == _balances(came)


def test_interest_stays_interest() -> None:
    assert _balances(receipt_entry("R-1", Fen(3), interest=True)) == {books.BANK: 3, books.INTEREST: -3}


def test_deducted_paid_passed_on_and_arrived() -> None:
    borne = deduction_entry("s1", "2026-06", "operation", {"base": Fen(4), "subsidy": Fen(1)})
    paid = deduction_paid_entry("D-1", {("s1", "2026-06"): Fen(5)})
    assert _balances(borne, paid) == {books.OWED_CASH: 5, books.BANK: -5}
    agency, village = sent_entries("T-1", LINES)
    assert _balances(agency) == {books.OWED_CASH: 85, books.BANK: -85}
    assert _balances(village) == {books.IN_TRANSIT: 85, books.VILLAGE_INCOME: -85}
    assert _balances(village, arrived_entry("T-1", LINES)) == {books.VILLAGE_BANK: 85, books.VILLAGE_INCOME: -85}


def test_a_company_that_pays_ahead_and_tax_that_is_kept_back() -> None:
    of = [Allocation("c1", "2026-01", "entitlement", Fen(80), Way.OLDEST)]
    assert _balances(company_entry("R-2", Fen(100), of)) == {
        books.SLOTS_BANK: 100, books.COMPANY_OWES: -80, books.COMPANY_AHEAD: -20,
    }  # fmt: skip
    kept = withheld_entry("s1", "2026-06", "base", Fen(7))
    assert _balances(kept) == {books.OWED_SETTLED: 7, books.RECEIVABLE_SETTLED: -7}

"""Receipts as entries: what the bank says, then what it is matched with; and what companies pay.

Money stands as unmatched from the moment the bank shows it, so that the agency's bank account is always the bank's. A
match moves it to what was settled; a wrong match is reversed whole and leaves it unmatched again.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from guangfu.ledger import books
from guangfu.ledger.allocating import Allocation
from guangfu.ledger.fen import Fen
from guangfu.ledger.journal import Entry, Line
from guangfu.ledger.postings.revisions import in_key

ENTITLEMENT: Final = "entitlement"
"""The part of what a centralized station's company owes."""


def receipt_entry(receipt_id: str, amount: Fen, *, interest: bool = False, voucher: str | None = None) -> Entry:
    """What the bank's line brings the agency, or takes from it: Dr A1 / Cr L3.

    Args:
        amount: As the bank books it; below zero where money went out that nothing explains. [fen]
        interest: Interest, or a fee that is taken off it.

    Example:
        >>> [line.account for line in receipt_entry("R-2026-000001", Fen(5)).lines]
        ['A1', 'L3.unmatched']
    """
    account = books.INTEREST if interest else books.UNMATCHED
    debit = Line(books.BANK, amount, voucher=voucher)
    credit = Line(account, Fen(-amount), voucher=voucher)
    return Entry(books.AGENCY, f"{receipt_keys(receipt_id)}in", "receipt", (debit, credit))


def match_entry(
    receipt_id: str, revision: int, allocations: Sequence[Allocation], *, voucher: str | None = None
) -> Entry:
    """A match: Dr L3.unmatched / Cr A3, and Dr L1 settled / Cr L1 cash, for each station, month and part.

    Args:
        revision: 1 for the first match of the receipt, one more for each that follows.
    """
    total = sum(one.amount for one in allocations)
    lines = [Line(books.UNMATCHED, Fen(total), voucher=voucher)]
    lines += _lines(books.RECEIVABLE_SETTLED, allocations, -1, voucher)
    lines += _lines(books.OWED_SETTLED, allocations, 1, voucher)
    lines += _lines(books.OWED_CASH, allocations, -1, voucher)
    return Entry(books.AGENCY, f"{receipt_keys(receipt_id)}{revision}", "match", tuple(lines))


def company_entry(
    receipt_id: str, amount: Fen, allocations: Sequence[Allocation], *, voucher: str | None = None
) -> Entry:
    """What a centralized station's company paid: Dr C3 / Cr C1 for the months that it pays, C4 for what is too much."""
    paid = sum(one.amount for one in allocations)
    lines = [Line(books.SLOTS_BANK, amount, voucher=voucher)]
    lines += [
        Line(books.COMPANY_OWES, Fen(-one.amount), station_id=one.station_id, energy_month=one.month, voucher=voucher)
        for one in allocations
    ]
    if amount != paid:
        lines.append(Line(books.COMPANY_AHEAD, Fen(paid - amount), voucher=voucher))
    return Entry(books.CENTRALIZED, f"{receipt_keys(receipt_id)}in", "company_paid", tuple(lines))


def ahead_entry(
    receipt_id: str, revision: int, allocations: Sequence[Allocation], *, voucher: str | None = None
) -> Entry:
    """What a company had paid ahead, against what it has come to owe since: Dr C4 / Cr C1."""
    lines = [Line(books.COMPANY_AHEAD, Fen(sum(one.amount for one in allocations)), voucher=voucher)]
    lines += [
        Line(books.COMPANY_OWES, Fen(-one.amount), station_id=one.station_id, energy_month=one.month, voucher=voucher)
        for one in allocations
    ]
    return Entry(books.CENTRALIZED, f"{receipt_keys(receipt_id)}{revision}", "match", tuple(lines))


def withheld_entry(station_id: str, month: str, part: str, tax: Fen, *, revision: int = 1) -> Entry:
    """VAT that the grid company keeps back: never received, so Dr L1 settled / Cr A3."""
    debit = Line(books.OWED_SETTLED, tax, station_id=station_id, energy_month=month, part=part)
    credit = Line(books.RECEIVABLE_SETTLED, Fen(-tax), station_id=station_id, energy_month=month, part=part)
    key = f"{withheld_keys(month, station_id)}{part}/{revision}"
    return Entry(books.AGENCY, key, "vat_withheld", (debit, credit))


def receipt_keys(receipt_id: str) -> str:
    """How the keys of everything about a receipt begin."""
    return f"receipt/{in_key(receipt_id)}/"


def withheld_keys(month: str, station_id: str) -> str:
    """How the keys of the VAT kept back from a station's month begin."""
    return f"vat-withheld/{month}/{in_key(station_id)}/"


def _lines(account: str, allocations: Iterable[Allocation], sign: int, voucher: str | None) -> Iterator[Line]:
    for one in allocations:
        yield Line(
            account, Fen(sign * one.amount), station_id=one.station_id, energy_month=one.month, part=one.part,
            subsidy_year=one.subsidy_year, voucher=voucher,
        )  # fmt: skip

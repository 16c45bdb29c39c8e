"""What a village owes and pays, what slots are paid, what is carried forward, and what stood before we began. Pure.

A due is a debit of spending and a credit of what is payable; sending it takes it from the bank, and a payment that
comes back reverses that entry whole, so that the due stands as payable again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from guangfu.ledger import books
from guangfu.ledger.fen import Fen
from guangfu.ledger.journal import Entry, Line
from guangfu.ledger.postings.revisions import against, correct, in_key, reversal, reversal_key

PAID_STEP: Final = "paid"
PAID_KEYS: Final = f"{PAID_STEP}/"
"""How the keys of payments and of their reversals begin."""


@dataclass(frozen=True, slots=True)
class Owed:
    """What a due says of itself in the journal: ids and no more. Of a slot, `station_id` and the month. [fen]"""

    due_id: str
    book: str
    amount: Fen
    village_id: str | None = None
    line_id: str | None = None
    spending: str | None = None
    station_id: str | None = None
    month: str | None = None
    voucher: str | None = None


def due_entry(owed: Owed) -> Entry:
    """A village's due: spending of a plan's line, payable to somebody. A slot's due is its entitlement's entry.

    Example:
        >>> [line.account for line in due_entry(Owed("D1", books.VILLAGE, Fen(5), "v1", "v1/2026/1", "posts")).lines]
        ['V4.posts', 'V5']
    """
    assert owed.book == books.VILLAGE
    debit = Line(
        f"{books.VILLAGE_SPENDING}.{owed.spending}", owed.amount, village_id=owed.village_id, plan_line=owed.line_id,
        voucher=owed.voucher,
    )  # fmt: skip
    return Entry(books.VILLAGE, f"due/{in_key(owed.due_id)}", "due", (debit, against(debit, books.PAYABLE)))


def paid_entry(payment_id: str, owed: Owed) -> Entry:
    """A payment on its way: what was payable leaves the bank.

    Example:
        >>> paid_entry("P1", Owed("D1", books.CENTRALIZED, Fen(5), station_id="c1", month="2026-06")).lines[0].account
        'C2'
    """
    village = owed.book == books.VILLAGE
    debit = Line(
        books.PAYABLE if village else books.OWED_TO_SLOTS, owed.amount, station_id=owed.station_id,
        energy_month=None if village else owed.month, village_id=owed.village_id, plan_line=owed.line_id,
        voucher=owed.voucher,
    )  # fmt: skip
    bank = books.VILLAGE_BANK if village else books.SLOTS_BANK
    return Entry(owed.book, f"{PAID_KEYS}{in_key(payment_id)}", "paid", (debit, against(debit, bank)))


def returned_entry(payment_id: str, owed: Owed) -> Entry:
    """The payment came back: its entry is reversed whole, and what is owed is payable again."""
    paid = paid_entry(payment_id, owed)
    return reversal(paid, reversal_key(paid))


def cancelled_entry(owed: Owed) -> Entry:
    """The due was none: its entry is reversed whole."""
    due = due_entry(owed)
    return reversal(due, reversal_key(due))


def carry_entry(
    village_id: str, year: int, balances: Mapping[tuple[str, str | None, str | None], Fen], *, revision: int = 1
) -> Entry | None:
    """Closes a plan year: income and spending into the balance carried forward; nothing where all are zero.

    Args:
        balances: Debits less credits, by account, part and plan line. [fen]
        revision: 1 for the first closing; later ones carry what was posted since.
    """
    lines = [
        Line(account, Fen(-amount), part=part, village_id=village_id, plan_line=line)
        for (account, part, line), amount in sorted(balances.items(), key=repr)
        if amount
    ]
    if not lines:
        return None
    rest = Fen(-sum(line.amount for line in lines))
    if rest:
        lines.append(Line(books.CARRIED_FORWARD, rest, village_id=village_id))
    return Entry(books.VILLAGE, f"carry/{year}/{in_key(village_id)}/{revision}", "carry", tuple(lines))


def opening_entry(opening_id: str, book: str, line: Line, *, revision: int = 1) -> Entry:
    """What stood on an account before we began, against the book's opening account.

    Args:
        line: The account, the amount (debit above zero) and all that it names, its voucher included.
    """
    key = f"{opening_keys(opening_id)}{revision}"
    return Entry(book, key, "opening", (line, against(line, books.OPENING[book])))


def opening_keys(opening_id: str) -> str:
    """How the keys of an opening balance and of its reversals begin."""
    return f"opening/{in_key(opening_id)}/"


def correct_opening(posted: Mapping[str, Entry], opening_id: str, book: str, line: Line) -> list[Entry]:
    """What to post so that the opening balance is the line's amount; nothing if it is already."""
    return correct(posted, lambda n: opening_entry(opening_id, book, line, revision=n), line.amount)

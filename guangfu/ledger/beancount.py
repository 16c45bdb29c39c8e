"""A book as a beancount file, so that a program that is not ours adds it up again. Pure.

Each account ends with a balance assertion of our own sum: `bean-check` then finds every entry that does not
balance and every account on which the two programs disagree.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import date, timedelta
from typing import Final, NamedTuple

from guangfu.ledger.books import BOOKS, CHARTS, AccountKind
from guangfu.ledger.fen import Fen
from guangfu.ledger.journal import Entry, Line

CURRENCY: Final = "CNY"
_ROOTS: Final[Mapping[AccountKind, str]] = {
    AccountKind.ASSET: "Assets",
    AccountKind.LIABILITY: "Liabilities",
    AccountKind.INCOME: "Income",
    AccountKind.EXPENSE: "Expenses",
    AccountKind.EQUITY: "Equity",
}
_NOTES: Final = tuple(field.name for field in fields(Line) if field.name not in {"account", "amount"})


class Dated(NamedTuple):
    """An entry with its number in the book, its hash, and the local day on which it was posted."""

    seq: int
    day: date
    hash: bytes
    entry: Entry


def beancount_lines(book: str, entries: Iterable[Dated], balances: Mapping[str, int]) -> Iterator[str]:
    """The book's file, line by line.

    Args:
        entries: In the order they were posted.
        balances: Of each account, debits less credits, as the book itself has them. [fen]
    """
    yield from (
        f'option "title" {_quoted(f"{BOOKS[book].zh} {book}")}',
        f'option "operating_currency" "{CURRENCY}"',
        "",
    )
    opened = last = None
    for dated in entries:
        if opened is None:
            opened = dated.day
            yield from _openings(book, opened)
        yield from _transaction(dated)
        last = dated.day if last is None else max(last, dated.day)
    if last is not None:
        day_after = last + timedelta(days=1)
        for account, amount in balances.items():
            # Without a tolerance of its own, beancount lets a balance be a fen off.
            yield f"{day_after} balance {account_name(book, account)} {_yuan(Fen(amount))} ~ 0.00 {CURRENCY}"


def account_name(book: str, code: str) -> str:
    """What beancount calls an account.

    >>> account_name("AGENCY", "L1.estimated")
    'Liabilities:Agency:L1:Estimated'
    """
    parts = (part[:1].upper() + part[1:] for part in code.split("."))
    return ":".join((_ROOTS[CHARTS[book][code].kind], book.title(), *parts))


def _openings(book: str, day: date) -> Iterator[str]:
    for code, account in CHARTS[book].items():
        yield f"{day} open {account_name(book, code)} {CURRENCY}"
        yield f"  name: {_quoted(account.name.zh)}"
    yield ""


def _transaction(dated: Dated) -> Iterator[str]:
    entry = dated.entry
    yield f"{dated.day} * {_quoted(entry.kind)} {_quoted(entry.key)}"
    yield f"  seq: {dated.seq}"
    yield f'  hash: "{dated.hash.hex()}"'
    for line in entry.lines:
        yield f"  {account_name(entry.book, line.account)}  {_yuan(line.amount)} {CURRENCY}"
        for name in _NOTES:
            value = getattr(line, name)
            if value is not None:
                yield f"    {name}: {_quoted(str(value))}"
    yield ""


def _yuan(amount: Fen) -> str:
    """Yuan with two decimals, without thousands separators.

    >>> _yuan(Fen(-5))
    '-0.05'
    """
    yuan, fen = divmod(abs(amount), 100)
    return f"{'-' if amount < 0 else ''}{yuan}.{fen:02d}"


def _quoted(text: str) -> str:
    """A string of beancount's: it knows no escapes but these two."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

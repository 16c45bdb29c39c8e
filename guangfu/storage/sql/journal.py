"""Posting to the journal: appended under a lock, chained by hash, never updated."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from guangfu.ledger.chain import GENESIS, Head, Link, chain_faults, chained
from guangfu.ledger.fen import Fen
from guangfu.ledger.journal import Entry, KeyTaken, Line, check_balanced
from guangfu.storage.sql import schema
from guangfu.storage.sql.bulk import chunks, insert_rows
from guangfu.storage.sql.journal_sums import add_sums, sum_faults

_ENTRIES: Final = schema.journal_entries
_LINES: Final = schema.journal_lines
_HEADS: Final = schema.journal_heads
_LINE_IDS: Final = tuple(field.name for field in fields(Line) if field.name not in {"account", "amount"})
_LINE_COLUMNS: Final = ("account", "amount_fen", *_LINE_IDS)


@dataclass(frozen=True, slots=True)
class Posted:
    seq: int
    posted_at: datetime
    entry: Entry
    hash: bytes = b""


@dataclass(frozen=True, slots=True)
class ChainFault:
    book: str
    seq: int
    detail: str


def post_entries(db: Connection, entries: Sequence[Entry], at: datetime) -> int:
    """Appends the entries whose key is new to their book; returns how many.

    Until the caller's transaction ends, nobody else can append to these books. Begin it with
    `engine.begin()`.

    Raises:
        Unbalanced: An entry does not sum to zero; nothing is posted.
        KeyTaken: A key is posted with other lines; nothing is posted.
        Unavailable: The database can't be reached.
    """
    by_book: dict[str, dict[str, Entry]] = defaultdict(dict)
    for entry in entries:
        check_balanced(entry)
        if by_book[entry.book].setdefault(entry.key, entry) != entry:
            raise KeyTaken(entry)
    heads = {book: _lock(db, book) for book in sorted(by_book)}  # always in this order: no deadlock
    new = {book: _new(db, book, by_book[book]) for book in heads}
    return sum(_append(db, book, head, new[book], at) for book, head in heads.items())


def read_entries(db: Connection, book: str, *, station_id: str | None = None, key_prefix: str = "") -> list[Posted]:
    """Entries of a book in the order they were posted; of a station, those that have a line of it."""
    wanted = [_ENTRIES.c.book == book]
    if key_prefix:  # not LIKE, which in SQLite takes a for A
        wanted.append(sa.func.substr(_ENTRIES.c.key, 1, len(key_prefix)) == key_prefix)
    if station_id is not None:
        of_station = sa.select(_LINES.c.seq).where(_LINES.c.book == book, _LINES.c.station_id == station_id)
        wanted.append(_ENTRIES.c.seq.in_(of_station))
    return [Posted(link.seq, link.posted_at, link.entry, link.hash) for link in _links(db, book, sa.and_(*wanted))]


def balances(db: Connection, book: str) -> dict[str, int]:
    """Sum of each account, debits less credits. [fen]"""
    sums = schema.journal_sums
    total = sa.func.sum(sums.c.amount_fen)
    rows = db.execute(sa.select(sums.c.account, total).where(sums.c.book == book).group_by(sums.c.account))
    return {account: int(amount) for account, amount in sorted(map(tuple, rows))}


def read_account(db: Connection, book: str, account: str) -> dict[tuple[str, str], int]:
    """An account's balance by station and energy month, debits less credits; of lines that name both. [fen]"""
    of = (_LINES.c.station_id, _LINES.c.energy_month)
    rows = sa.select(*of, sa.func.sum(_LINES.c.amount_fen)).where(_LINES.c.book == book, _LINES.c.account == account)
    named = rows.where(of[0].is_not(None), of[1].is_not(None)).group_by(*of)
    return {(station, month): int(amount) for station, month, amount in db.execute(named)}


def read_heads(db: Connection) -> dict[str, Head]:
    """The last link of each book, to be kept where whoever can change this database can't reach."""
    rows = db.execute(sa.select(_HEADS.c.book, _HEADS.c.seq, _HEADS.c.hash)).all()
    return {book: Head(seq, hash_) for book, seq, hash_ in sorted(map(tuple, rows))}


def read_hash(db: Connection, book: str, seq: int) -> bytes | None:
    """The hash of an entry: where the chain has no fault, it stands for the entry and all before it."""
    found = db.execute(sa.select(_ENTRIES.c.hash).where(_ENTRIES.c.book == book, _ENTRIES.c.seq == seq)).scalar()
    return None if found is None else bytes(found)


def verify_chain(db: Connection) -> list[ChainFault]:
    """Recomputes every book's chain and compares lines and sums with the hashed bytes; no fault, no change.

    Entries cut off the end show against the book's head. Who can rewrite the head as well leaves no trace
    here: compare `read_heads` with one that was kept elsewhere.
    """
    books: set[str] = set()
    for table in (_ENTRIES, _LINES, _HEADS, schema.journal_sums):
        books |= set(db.execute(sa.select(table.c.book).distinct()).scalars())
    heads = read_heads(db)
    return [fault for book in sorted(books) for fault in _book_faults(db, book, heads.get(book, Head(0, GENESIS)))]


def _book_faults(db: Connection, book: str, head: Head) -> list[ChainFault]:
    try:
        links = _links(db, book, _ENTRIES.c.book == book)
        faults = [*chain_faults(links, head), *_stray_lines(db, book)] or sum_faults(db, book, links)
    except (ValueError, TypeError, sa.exc.DBAPIError) as error:  # a time that is none, text that is not UTF-8
        faults = [(0, f"the book can't be read: {error}")]
    return [ChainFault(book, seq, detail) for seq, detail in faults]


def _stray_lines(db: Connection, book: str) -> list[tuple[int, str]]:
    """What the hashes don't show: lines of no entry, and lines that are not numbered from 1 on."""
    count = sa.func.count()
    numbering = sa.select(_LINES.c.seq, sa.func.max(_LINES.c.line)).where(_LINES.c.book == book).group_by(_LINES.c.seq)
    wrong = db.execute(numbering.having(sa.or_(sa.func.min(_LINES.c.line) != 1, sa.func.max(_LINES.c.line) != count)))
    faults = [(seq, f"lines are not numbered 1 to {last}") for seq, last in wrong]
    known = sa.select(_ENTRIES.c.seq).where(_ENTRIES.c.book == book)
    strays = sa.select(_LINES.c.seq).where(_LINES.c.book == book, _LINES.c.seq.not_in(known)).distinct()
    return faults + [(seq, "lines without an entry") for seq in db.execute(strays).scalars()]


def _lock(db: Connection, book: str) -> Head:
    """Holds the book's head until the transaction ends; making it is a write, which locks all of SQLite."""
    insert_rows(db, _HEADS, ["book", "seq", "hash"], [(book, 0, GENESIS)], "(book) DO NOTHING")
    head = sa.select(_HEADS.c.seq, _HEADS.c.hash).where(_HEADS.c.book == book).with_for_update()
    return Head(*db.execute(head).one())


def _new(db: Connection, book: str, entries: dict[str, Entry]) -> list[Entry]:
    posted: dict[str, Entry] = {}
    for keys in chunks(entries):
        wanted = sa.and_(_ENTRIES.c.book == book, _ENTRIES.c.key.in_(keys))
        posted |= {link.entry.key: link.entry for link in _links(db, book, wanted)}
    for key, entry in posted.items():
        if entry != entries[key]:
            raise KeyTaken(entries[key])
    return [entry for key, entry in entries.items() if key not in posted]


def _append(db: Connection, book: str, head: Head, entries: Sequence[Entry], at: datetime) -> int:
    links = list(chained(head, entries, at))
    if not links:
        return 0
    insert_rows(
        db, _ENTRIES, ["book", "seq", "key", "kind", "posted_at", "canonical", "hash"],
        [(book, one.seq, one.entry.key, one.entry.kind, at, one.canonical, one.hash) for one in links],
    )  # fmt: skip
    insert_rows(db, _LINES, ["book", "seq", "line", *_LINE_COLUMNS], [row for one in links for row in _rows(one)])
    add_sums(db, book, links)
    db.execute(sa.update(_HEADS).where(_HEADS.c.book == book).values(seq=links[-1].seq, hash=links[-1].hash))
    return len(links)


def _rows(one: Link) -> Iterable[tuple[object, ...]]:
    for number, line in enumerate(one.entry.lines, start=1):
        yield one.entry.book, one.seq, number, line.account, line.amount, *(getattr(line, name) for name in _LINE_IDS)


def _links(db: Connection, book: str, wanted: sa.ColumnElement[bool]) -> list[Link]:
    """Entries with their lines, two queries for all of them, sorted by number."""
    found = sa.select(_ENTRIES.c.seq).where(wanted)
    lines: dict[int, list[Line]] = defaultdict(list)
    columns = [_LINES.c[name] for name in _LINE_COLUMNS]
    of_found = sa.select(_LINES.c.seq, *columns).where(_LINES.c.book == book, _LINES.c.seq.in_(found))
    for seq, account, amount, *ids in db.execute(of_found.order_by(_LINES.c.seq, _LINES.c.line)):
        lines[seq].append(Line(account, Fen(amount), *ids))
    entries = db.execute(sa.select(_ENTRIES).where(wanted).order_by(_ENTRIES.c.seq))
    return [_link(row, tuple(lines[row.seq])) for row in entries]


def _link(row: Row[tuple[object, ...]], lines: tuple[Line, ...]) -> Link:
    entry = Entry(row.book, row.key, row.kind, lines)
    return Link(row.seq, row.posted_at, entry, bytes(row.canonical), bytes(row.hash))

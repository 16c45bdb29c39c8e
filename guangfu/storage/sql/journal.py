"""Posting to the journal: appended under a lock, chained by hash, never updated."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from guangfu.ledger.journal import Entry


@dataclass(frozen=True, slots=True)
class Posted:
    seq: int
    posted_at: datetime
    entry: Entry


@dataclass(frozen=True, slots=True)
class ChainFault:
    book: str
    seq: int
    detail: str


def post_entries(db: Connection, entries: Sequence[Entry], at: datetime) -> int:
    """Appends the entries whose key is new to their book; returns how many.

    Raises:
        Unbalanced: An entry does not sum to zero; nothing is posted.
    """
    raise NotImplementedError


def read_entries(db: Connection, book: str, *, station_id: str | None = None, key_prefix: str = "") -> list[Posted]:
    raise NotImplementedError


def balances(db: Connection, book: str) -> dict[str, int]:
    """Sum of each account. [fen]"""
    raise NotImplementedError


def verify_chain(db: Connection) -> list[ChainFault]:
    """Recomputes every book's chain and compares the lines with the hashed bytes; no fault, no change."""
    raise NotImplementedError

"""What the journal's lines add up to, kept beside them, so that a balance does not read every line there ever was.

A sum is of an account, the village that its lines name, the local month in which they were posted, and the step: what
the keys of their entries begin with, reversals included (`estimate`, `paid`). They are written with the lines, under
the lock of the book's head, and proved against them by `verify_chain`.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from guangfu.clock import local_day, month_of
from guangfu.ledger.chain import Link
from guangfu.storage.sql import schema
from guangfu.storage.sql.bulk import insert_rows

_SUMS: Final = schema.journal_sums


class SumKey(NamedTuple):
    """What a sum is of; `village_id` is empty where lines name none."""

    account: str
    village_id: str
    posted_month: str
    step: str


def sums_of(links: Iterable[Link]) -> dict[SumKey, int]:
    """The sums of entries of one book, debits less credits. [fen]"""
    sums: dict[SumKey, int] = {}
    for one in links:
        month, step = month_of(local_day(one.posted_at)), one.entry.key.split("/")[0]
        for line in one.entry.lines:
            key = SumKey(line.account, line.village_id or "", month, step)
            sums[key] = sums.get(key, 0) + line.amount
    return sums


def add_sums(db: Connection, book: str, links: Iterable[Link]) -> None:
    """Adds entries that are being posted; the caller holds the book's head."""
    rows = [(book, *key, amount) for key, amount in sums_of(links).items()]
    columns = ("book", *SumKey._fields, "amount_fen")
    named = ", ".join(columns[:-1])
    added = f"{_SUMS.name}.amount_fen + excluded.amount_fen"
    insert_rows(db, _SUMS, columns, rows, f"({named}) DO UPDATE SET amount_fen = {added}")


def read_village_sums(db: Connection, book: str, account: str, village_id: str, step: str) -> dict[str, int]:
    """A village's sums of an account and a step, by the local month of posting. [fen]"""
    wanted = sa.select(_SUMS.c.posted_month, _SUMS.c.amount_fen).where(
        _SUMS.c.book == book, _SUMS.c.account == account, _SUMS.c.village_id == village_id, _SUMS.c.step == step
    )
    return {month: int(amount) for month, amount in db.execute(wanted)}


def sum_faults(db: Connection, book: str, links: Sequence[Link]) -> list[tuple[int, str]]:
    """Where what is kept is not what the entries add up to, as faults of no entry."""
    columns = [_SUMS.c[name] for name in (*SumKey._fields, "amount_fen")]
    kept = {SumKey(*key): amount for *key, amount in db.execute(sa.select(*columns).where(_SUMS.c.book == book))}
    true = sums_of(links)
    wrong = sorted(key for key in kept.keys() | true.keys() if kept.get(key) != true.get(key))
    return [(0, f"the sum kept of {' '.join(filter(None, key))} is not what was posted") for key in wrong]

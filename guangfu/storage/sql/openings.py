"""Opening balances in SQL. Every function takes an open connection."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection

from guangfu.clock import local_day
from guangfu.ledger.fen import Fen
from guangfu.storage.sql import schema
from guangfu.storage.sql.bulk import insert_rows

_TABLE: Final = schema.opening_balances
_NAMED: Final = ("book", "account", "station_id", "energy_month", "subsidy_year", "part", "village_id")


@dataclass(frozen=True, slots=True)
class Opening:
    """A balance as it stood on the evening of `as_of`: a debit above zero, a credit below. [fen]"""

    opening_id: str
    book: str
    account: str
    station_id: str | None
    energy_month: str | None
    subsidy_year: int | None
    part: str | None
    village_id: str | None
    opening_fen: Fen
    as_of: date
    document: str

    @classmethod
    def of(cls, **values: Any) -> "Opening":
        """A balance under the id that follows from all that it names."""
        return cls(opening_id="|".join(str(values[name] or "") for name in _NAMED), **values)


def read_openings(db: Connection, *, book: str | None = None) -> list[Opening]:
    """The balances as they stand, by id."""
    wanted = sa.select(*(_TABLE.c[field.name] for field in fields(Opening))).order_by(_TABLE.c.opening_id)
    return [Opening(*row) for row in db.execute(wanted if book is None else wanted.where(_TABLE.c.book == book))]


def write_openings(
    db: Connection, openings: Sequence[Opening], known: Mapping[str, Opening], *, at: datetime, by: str, voucher_id: str
) -> None:
    """Keeps the balances; one that is known gets its next revision."""
    columns = [*(field.name for field in fields(Opening)), "voucher_id", "revision", "recorded_at", "recorded_by"]
    revisions = dict(map(tuple, db.execute(sa.select(_TABLE.c.opening_id, _TABLE.c.revision)))) if known else {}
    rows = [
        (
            *(getattr(one, field.name) for field in fields(Opening)),
            voucher_id,
            revisions.get(one.opening_id, 0) + 1,
            at,
            by,
        )
        for one in openings
    ]
    update = ", ".join(f"{name} = excluded.{name}" for name in columns[1:])
    insert_rows(db, _TABLE, columns, rows, f"(opening_id) DO UPDATE SET {update}")


def first_own_postings(db: Connection) -> dict[tuple[str, str], date]:
    """Local day of the first posting that is no opening balance, by station and energy month."""
    lines, entries = schema.journal_lines, schema.journal_entries
    own = ~sa.or_(entries.c.kind == "opening", entries.c.key.startswith("opening/"))
    wanted = (
        sa.select(lines.c.station_id, lines.c.energy_month, sa.func.min(entries.c.posted_at))
        .join(entries, sa.and_(entries.c.book == lines.c.book, entries.c.seq == lines.c.seq))
        .where(own, lines.c.station_id.is_not(None), lines.c.energy_month.is_not(None))
        .group_by(lines.c.station_id, lines.c.energy_month)
    )
    return {(station, month): local_day(posted_at) for station, month, posted_at in db.execute(wanted)}

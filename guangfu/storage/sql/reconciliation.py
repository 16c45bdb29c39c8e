"""Station-days by three ways of measuring, in SQL: written whole, replaced whole."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import date
from operator import attrgetter
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection

from guangfu.income.reconciling import Reconciled
from guangfu.storage.sql import schema
from guangfu.storage.sql.bulk import insert_rows

_COLUMNS: Final = [field.name for field in fields(Reconciled)]


def write_reconciled(db: Connection, rows: Sequence[Reconciled]) -> None:
    """Inserts or replaces each (station, day)."""
    update = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS if name not in {"station_id", "day"})
    values = [attrgetter(*_COLUMNS)(row) for row in rows]
    insert_rows(db, schema.energy_reconciliation, _COLUMNS, values, f"(station_id, day) DO UPDATE SET {update}")


def read_reconciled(
    db: Connection, *, start: date, end: date, stations: Iterable[str] | None = None
) -> list[Reconciled]:
    """Days from `start` to `end`, both included, sorted by station and day."""
    table = schema.energy_reconciliation
    wanted = sa.select(*(table.c[name] for name in _COLUMNS)).where(table.c.day.between(start, end))
    if stations is not None:
        wanted = wanted.where(table.c.station_id.in_(sorted(set(stations))))
    return [Reconciled(*row) for row in db.execute(wanted.order_by(table.c.station_id, table.c.day))]

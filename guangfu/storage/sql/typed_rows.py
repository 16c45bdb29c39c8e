"""Tables whose rows are dataclasses with the columns as fields: reading, inserting, replacing, numbering."""

from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import Column, Connection, Table

from guangfu.clock import local_day
from guangfu.storage.sql.bulk import insert_rows

R = TypeVar("R")


def read_rows(
    db: Connection, table: Table, row: type[R], *where: sa.ColumnElement[bool], order: Sequence[str] = (),
    limit: int | None = None, offset: int = 0,
) -> list[R]:  # fmt: skip
    """The rows that fulfil all conditions; enumerations come as the text that is stored."""
    columns = [table.c[field.name] for field in fields(row)]  # type: ignore[arg-type]
    wanted = sa.select(*columns).where(*where).order_by(*(table.c[name] for name in order))
    wanted = wanted.limit(limit).offset(offset) if limit is not None else wanted
    return [row(*values) for values in db.execute(wanted)]


def write_rows(db: Connection, table: Table, rows: Sequence[Any], *, key: Sequence[str] = ()) -> None:
    """Inserts rows of one class; with a key, a row that is there is replaced."""
    if not rows:
        return
    columns = [field.name for field in fields(rows[0])]
    updated = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in key)
    conflict = f"({', '.join(key)}) DO UPDATE SET {updated}" if key else ""
    values = [tuple(_plain(getattr(row, name)) for name in columns) for row in rows]
    insert_rows(db, table, columns, values, conflict)


def next_ids(db: Connection, column: Column[Any], letter: str, at: datetime, count: int) -> list[str]:
    """The next numbers of a year, `R-2026-000001`; the caller's transaction must keep others from numbering too."""
    prefix = f"{letter}-{local_day(at).year}-"
    last = db.execute(sa.select(sa.func.max(column)).where(column.startswith(prefix))).scalar()
    first = int(last[len(prefix) :]) + 1 if last else 1
    return [f"{prefix}{first + n:06d}" for n in range(count)]


def among(column: Column[Any], names: Collection[str] | None) -> list[sa.ColumnElement[bool]]:
    """A condition on names, or none where all are wanted."""
    return [] if names is None else [column.in_(sorted(set(names)))]


def _plain(value: object) -> object:
    return str(value) if isinstance(value, StrEnum) else value

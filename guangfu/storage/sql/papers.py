"""Vouchers and states: what was recorded, by whom, and when. Every function takes an open connection."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection

from guangfu.clock import local_day
from guangfu.ledger.states import Subject, check_step
from guangfu.storage.sql import schema
from guangfu.storage.sql.bulk import chunks, insert_rows

_VOUCHER_COLUMNS: Final = (
    "voucher_id", "kind", "number", "issued_on", "file_name", "file_sha256", "file_bytes", "recorded_at",
    "recorded_by", "note",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Voucher:
    """A document as it was recorded. `kind`: statement, receipt, bank_lines, invoice, transfer, plan, …"""

    voucher_id: str
    kind: str
    number: str
    issued_on: date | None
    file_name: str
    file_sha256: str
    file_bytes: int
    recorded_at: datetime
    recorded_by: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class StateChange:
    """One step: `before` is `None` for the first."""

    subject: Subject
    subject_id: str
    before: str | None
    after: str
    changed_at: datetime
    changed_by: str
    reason: str = ""
    voucher_id: str | None = None


@dataclass(frozen=True, slots=True)
class StationMonth:
    """Where a station's month stands."""

    station_id: str
    month: str
    state: str
    changed_at: datetime
    changed_by: str
    statement_id: str | None = None
    exception_voucher_id: str | None = None


NOT_KEPT: Final = "not kept"
"""The note of a voucher of which only the hash is kept, since the file has personal data in clear."""


def record_voucher(
    db: Connection, kind: str, file_name: str, sha256: str, size_bytes: int, *, at: datetime, by: str,
    number: str = "", issued_on: date | None = None, note: str = "",
) -> Voucher:  # fmt: skip
    """Gives the document a number of ours, `V-2026-000001`; the same file, kind and number is recorded once.

    Returns:
        The voucher that is new, or the one that was recorded before.
    """
    known = _find_voucher(db, kind, sha256, number)
    if known is not None:
        return known
    voucher = Voucher(_next_id(db, at), kind, number, issued_on, file_name, sha256, size_bytes, at, by, note)
    row = tuple(_as_stored(getattr(voucher, name)) for name in _VOUCHER_COLUMNS)
    insert_rows(db, schema.vouchers, _VOUCHER_COLUMNS, [row])
    return voucher


def read_voucher(db: Connection, voucher_id: str) -> Voucher | None:
    return _one_voucher(db, schema.vouchers.c.voucher_id == voucher_id)


def read_vouchers(db: Connection, *, kind: str | None = None) -> list[Voucher]:
    """In the order they were recorded."""
    table = schema.vouchers
    wanted = sa.select(*(table.c[name] for name in _VOUCHER_COLUMNS)).order_by(table.c.voucher_id)
    if kind is not None:
        wanted = wanted.where(table.c.kind == kind)
    return [_voucher(row) for row in db.execute(wanted)]


def record_changes(db: Connection, changes: Sequence[StateChange]) -> None:
    """Keeps who took which step when; the owner's table is updated by its owner, in the same transaction.

    Raises:
        BadStep: A step that may not follow; nothing is kept.
    """
    for change in changes:
        check_step(change.subject, change.subject_id, change.before, change.after)
    columns = tuple(StateChange.__dataclass_fields__)
    rows = [tuple(_as_stored(getattr(change, name)) for name in columns) for change in changes]
    insert_rows(db, schema.state_changes, columns, rows)


def read_changes(db: Connection, subject: Subject, subject_id: str) -> list[StateChange]:
    """All steps of one subject, the first one first."""
    table = schema.state_changes
    columns = [table.c[name] for name in StateChange.__dataclass_fields__]
    wanted = sa.select(*columns).where(table.c.subject == str(subject), table.c.subject_id == subject_id)
    return [StateChange(Subject(row[0]), *row[1:]) for row in db.execute(wanted.order_by(table.c.id))]


def station_month_id(station_id: str, month: str) -> str:
    """How `state_changes` names a station's month."""
    return f"{station_id}/{month}"


def read_station_months(
    db: Connection, *, month: str | None = None, stations: Sequence[str] | None = None, state: str | None = None
) -> list[StationMonth]:
    """Months that have left `open` at least once, by station and month; one without a row is open."""
    table = schema.station_months
    wanted = sa.select(*(table.c[name] for name in StationMonth.__dataclass_fields__))
    if month is not None:
        wanted = wanted.where(table.c.month == month)
    if state is not None:
        wanted = wanted.where(table.c.state == state)
    parts = [None] if stations is None else list(chunks(stations))
    found = [
        StationMonth(*row)
        for part in parts
        for row in db.execute(wanted if part is None else wanted.where(table.c.station_id.in_(part)))
    ]
    return sorted(found, key=lambda row: (row.station_id, row.month))


def write_station_months(
    db: Connection, rows: Sequence[StationMonth], *, reason: str = "", voucher_id: str | None = None
) -> None:
    """Sets the states, and keeps each step; a row whose state is the present one keeps no step.

    Raises:
        BadStep: A step that may not follow; nothing is written.
    """
    wanted = {(row.station_id, row.month): row for row in rows}
    stations = sorted({station for station, _ in wanted})
    present = {(row.station_id, row.month): row.state for row in read_station_months(db, stations=stations)}
    changes = [
        StateChange(
            Subject.STATION_MONTH, station_month_id(*key), present.get(key), row.state, row.changed_at, row.changed_by,
            reason, voucher_id,
        )
        for key, row in wanted.items()
        if present.get(key) != row.state
    ]  # fmt: skip
    record_changes(db, changes)
    columns = tuple(StationMonth.__dataclass_fields__)
    updated = ", ".join(f"{name} = excluded.{name}" for name in columns[2:])
    values = [tuple(getattr(row, name) for name in columns) for row in wanted.values()]
    insert_rows(db, schema.station_months, columns, values, f"(station_id, month) DO UPDATE SET {updated}")


def closed_months(db: Connection, stations: Sequence[str] | None = None) -> set[tuple[str, str]]:
    """Each (station, month) that is closed: no figure of it changes any more."""
    return {(row.station_id, row.month) for row in read_station_months(db, stations=stations, state="closed")}


def _find_voucher(db: Connection, kind: str, sha256: str, number: str) -> Voucher | None:
    table = schema.vouchers
    return _one_voucher(db, sa.and_(table.c.kind == kind, table.c.file_sha256 == sha256, table.c.number == number))


def _one_voucher(db: Connection, which: sa.ColumnElement[bool]) -> Voucher | None:
    row = db.execute(sa.select(*(schema.vouchers.c[name] for name in _VOUCHER_COLUMNS)).where(which)).one_or_none()
    return None if row is None else _voucher(row)


def _voucher(row: sa.Row[tuple[object, ...]]) -> Voucher:
    values = row._asdict()
    issued_on = values.pop("issued_on")
    return Voucher(issued_on=date.fromisoformat(issued_on) if issued_on else None, **values)


def _next_id(db: Connection, at: datetime) -> str:
    prefix = f"V-{local_day(at).year}-"
    column = schema.vouchers.c.voucher_id
    last = db.execute(sa.select(sa.func.max(column)).where(column.startswith(prefix))).scalar()
    return f"{prefix}{int(last[len(prefix) :]) + 1 if last else 1:06d}"


def _as_stored(value: object) -> object:
    return value.isoformat() if isinstance(value, date) and not isinstance(value, datetime) else value

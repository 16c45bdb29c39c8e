"""Statements, what they settle and differ by, and what closing keeps. Every function takes an open connection."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import datetime
from typing import Any, Final, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection, Table

from guangfu.income.settlement.models import (
    Cause,
    Difference,
    SettledIncome,
    Statement,
    StatementCorrection,
    StatementLine,
    StatementMeter,
)
from guangfu.ledger.books import Part
from guangfu.ledger.fen import Fen
from guangfu.storage.sql import schema
from guangfu.storage.sql.bulk import chunks, insert_rows

F = TypeVar("F")


@dataclass(frozen=True, slots=True)
class KeptStatement:
    """A statement as it was imported: what it says, where it stands, and what it was compared with."""

    statement_id: str
    revision: int
    statement: Statement
    state: str
    attention: tuple[Cause, ...]
    estimated_energy_wh: int | None
    estimated_base_fen: int | None
    estimated_subsidy_fen: int | None
    tolerance_wh: int | None
    content_sha256: str
    voucher_id: str
    imported_at: datetime
    imported_by: str
    differences: tuple[Difference, ...] = ()


_OWN: Final = tuple(f.name for f in fields(KeptStatement) if f.name not in {"statement", "differences", "attention"})
_SAID: Final = (
    "station_id", "month", "account_number", "number", "issued_on", "settled_energy_wh", "off_grid_energy_wh", "source",
)  # fmt: skip
_COLUMNS: Final = (
    *_OWN, *_SAID, "attention", "window_from", "window_to", "settled_base_fen", "settled_subsidy_fen",
)  # fmt: skip
_KEY: Final = frozenset({"statement_id"})


def statement_id(station_id: str, month: str, revision: int) -> str:
    """How a statement is named.

    >>> statement_id("st00012", "2026-06", 1)
    'st00012-2026-06-1'
    """
    return f"{station_id}-{month}-{revision}"


def write_statements(db: Connection, kept: Sequence[KeptStatement]) -> None:
    """Inserts statements, or replaces the state, comparison and differences of those that are there.

    What a statement says is written once; the same id with other words is our own mistake.
    """
    updated = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS if name not in _KEY)
    insert_rows(db, schema.statements, _COLUMNS, [_row(one) for one in kept], f"(statement_id) DO UPDATE SET {updated}")
    ids = [one.statement_id for one in kept]
    for table, part in (
        (schema.statement_meters, "meters"), (schema.statement_lines, "lines"),
        (schema.statement_corrections, "corrections"),
    ):  # fmt: skip
        _replace(db, table, ids, [row for one in kept for row in _numbered(one, part)], lines=True)
    causes = [(one.statement_id, *_plain(astuple(cause))) for one in kept for cause in one.differences]
    _replace(db, schema.settlement_differences, ids, causes, lines=False)


def _row(one: KeptStatement) -> tuple[Any, ...]:
    said = one.statement
    return (
        *(getattr(one, name) for name in _OWN), *(getattr(said, name) for name in _SAID), " ".join(one.attention),
        said.window_from, said.window_to, said.part_fen(Part.BASE), said.part_fen(Part.SUBSIDY),
    )  # fmt: skip


def _numbered(one: KeptStatement, part: str) -> Iterable[tuple[Any, ...]]:
    for line, value in enumerate(getattr(one.statement, part), start=1):
        yield one.statement_id, line, *_plain(astuple(value))


def _plain(values: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(str(value) if isinstance(value, Part | Cause) else value for value in values)


def _replace(db: Connection, table: Table, ids: Sequence[str], rows: Sequence[tuple[Any, ...]], *, lines: bool) -> None:
    for part in chunks(ids):
        db.execute(sa.delete(table).where(table.c.statement_id.in_(part)))
    columns = [column.name for column in table.columns]
    assert not lines or columns[1] == "line"
    insert_rows(db, table, columns, rows)


def read_statements(
    db: Connection,
    *,
    month: str | None = None,
    stations: Iterable[str] | None = None,
    states: Iterable[str] | None = None,
    ids: Iterable[str] | None = None,
) -> list[KeptStatement]:
    """Statements with their parts and differences, by station, month and revision."""
    table = schema.statements
    where = [table.c.month == month] if month is not None else []
    where += [
        column.in_(sorted(set(wanted)))
        for column, wanted in ((table.c.station_id, stations), (table.c.state, states), (table.c.statement_id, ids))
        if wanted is not None
    ]
    order = (table.c.station_id, table.c.month, table.c.revision)
    rows = db.execute(sa.select(table).where(*where).order_by(*order)).all()
    found = sa.select(table.c.statement_id).where(*where)
    meters = _parts(db, schema.statement_meters, found, StatementMeter)
    lines = _parts(db, schema.statement_lines, found, _line)
    corrections = _parts(db, schema.statement_corrections, found, _correction)
    differences = _parts(db, schema.settlement_differences, found, _difference, skip=1)
    return [_kept(row._asdict(), meters, lines, corrections, differences) for row in rows]


def _parts(db: Connection, table: Table, found: Any, make: Any, *, skip: int = 2) -> dict[str, list[Any]]:
    parts: dict[str, list[Any]] = {}
    keys = list(table.primary_key.columns)
    for row in db.execute(sa.select(table).where(table.c.statement_id.in_(found)).order_by(*keys)):
        parts.setdefault(row[0], []).append(make(*row[skip:]))
    return parts


def _line(part: str, wh: int, price: int, fen: int) -> StatementLine:
    return StatementLine(Part(part), wh, price, Fen(fen))


def _correction(month: str, part: str, wh: int, fen: int, reason: str) -> StatementCorrection:
    return StatementCorrection(month, Part(part), wh, Fen(fen), reason)


def _difference(cause: str, wh: int, base: int, subsidy: int) -> Difference:
    return Difference(Cause(cause), wh, Fen(base), Fen(subsidy))


def _kept(row: dict[str, Any], *parts: Mapping[str, list[Any]]) -> KeptStatement:
    meters, lines, corrections, differences = (tuple(of.get(row["statement_id"], ())) for of in parts)
    said = Statement(**{name: row[name] for name in _SAID}, meters=meters, lines=lines, corrections=corrections)
    return KeptStatement(
        **{name: row[name] for name in _OWN}, statement=said,
        attention=tuple(Cause(word) for word in row["attention"].split()),
        differences=tuple(sorted(differences, key=lambda one: list(Cause).index(one.cause))),
    )  # fmt: skip


def read_waiting(db: Connection, month: str) -> list[str]:
    """The stations whose statement of a month waits for a person."""
    table = schema.statements
    wanted = sa.select(table.c.station_id).where(table.c.month == month, table.c.state == "imported")
    return list(db.scalars(wanted.order_by(table.c.station_id)))


def read_differences(
    db: Connection, *, start: str = "0001-01", end: str = "9999-12", stations: Iterable[str] | None = None
) -> dict[tuple[str, str], tuple[Difference, ...]]:
    """Why the posted statements of these months differ from the estimates, by station and month."""
    table, causes = schema.statements, schema.settlement_differences
    wanted = (
        sa.select(table.c.station_id, table.c.month, *(column for column in causes.c if column.name != "statement_id"))
        .join(causes, causes.c.statement_id == table.c.statement_id)
        .where(table.c.month.between(start, end), table.c.state == "posted")
    )
    if stations is not None:
        wanted = wanted.where(table.c.station_id.in_(sorted(set(stations))))
    found: dict[tuple[str, str], list[Difference]] = {}
    for station_id, month, *cause in db.execute(wanted):
        found.setdefault((station_id, month), []).append(_difference(*cause))
    return {key: tuple(of) for key, of in found.items()}


_SETTLED: Final = tuple(f.name for f in fields(SettledIncome))


def replace_settled(db: Connection, ids: Sequence[str], rows: Sequence[SettledIncome]) -> None:
    """Replaces everything that these statements settle; a replaced statement settles nothing."""
    table = schema.settled_income
    for part in chunks(ids):
        db.execute(sa.delete(table).where(table.c.statement_id.in_(part)))
    insert_rows(db, table, _SETTLED, [astuple(row) for row in rows])


def read_settled(
    db: Connection, *, start: str = "0001-01", end: str = "9999-12", stations: Iterable[str] | None = None
) -> list[SettledIncome]:
    """What statements settled for the energy of these months, a row a statement; a month is the sum of its rows."""
    table = schema.settled_income
    where = [table.c.month.between(start, end)]
    if stations is not None:
        where.append(table.c.station_id.in_(sorted(set(stations))))
    order = (table.c.station_id, table.c.month, table.c.statement_id)
    rows = db.execute(sa.select(*(table.c[name] for name in _SETTLED)).where(*where).order_by(*order))
    return [SettledIncome(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class BoundaryReading:
    """What a meter displayed at a bound of a month or of a statement's window, before its factor. [Wh]

    `before` is the last reading at or before the bound, `after` the first one after it. `quality` is exact,
    interpolated, nearest (an exchanged meter's last or first reading) or missing; `source` is telemetry or statement.
    """

    station_id: str
    month: str
    device: str
    bound_at: datetime
    register_wh: int | None
    quality: str
    before_at: datetime | None
    before_wh: int | None
    after_at: datetime | None
    after_wh: int | None
    multiplication_factor: int
    source: str


def write_boundary_readings(db: Connection, rows: Sequence[BoundaryReading]) -> None:
    """Keeps the readings; those that are kept already stay as they are."""
    columns = [f.name for f in fields(BoundaryReading)]
    keys = "(station_id, month, device, bound_at) DO NOTHING"
    insert_rows(db, schema.boundary_readings, columns, [astuple(row) for row in rows], keys)


def read_boundary_readings(db: Connection, station_id: str, month: str) -> list[BoundaryReading]:
    """By device and time; none before the month is closed."""
    table = schema.boundary_readings
    columns = [table.c[f.name] for f in fields(BoundaryReading)]
    wanted = sa.select(*columns).where(table.c.station_id == station_id, table.c.month == month)
    return [BoundaryReading(*row) for row in db.execute(wanted.order_by(table.c.device, table.c.bound_at))]


@dataclass(frozen=True, slots=True)
class FiguresMoved:
    """An estimate that other rules, or late data, moved. Of a closed month the figures stay as they were. [Wh, fen]"""

    station_id: str
    month: str
    state: str
    energy_before_wh: int
    energy_after_wh: int
    estimated_base_before_fen: int
    estimated_base_after_fen: int
    estimated_subsidy_before_fen: int
    estimated_subsidy_after_fen: int
    rules_before: str
    rules_after: str
    moved_at: datetime


def write_moved(db: Connection, rows: Sequence[FiguresMoved]) -> None:
    columns = [f.name for f in fields(FiguresMoved)]
    insert_rows(db, schema.figures_moved, columns, [astuple(row) for row in rows])


def read_moved(
    db: Connection, *, month: str | None = None, stations: Iterable[str] | None = None
) -> list[FiguresMoved]:
    """In the order they were noted."""
    table = schema.figures_moved
    wanted = sa.select(*(table.c[f.name] for f in fields(FiguresMoved))).order_by(table.c.id)
    if month is not None:
        wanted = wanted.where(table.c.month == month)
    if stations is not None:
        wanted = wanted.where(table.c.station_id.in_(sorted(set(stations))))
    return [FiguresMoved(*row) for row in db.execute(wanted)]


def doubtful_estimates(db: Connection, kept: Sequence[KeptStatement]) -> set[str]:
    """Those of the statements, by id, whose month's estimate rests on a rule that nobody has confirmed."""
    of, income = schema.statements, schema.monthly_income
    same = sa.and_(income.c.station_id == of.c.station_id, income.c.month == of.c.month, income.c.unconfirmed)
    wanted = sa.select(of.c.statement_id).join(income, same)
    found: set[str] = set()
    for ids in chunks([one.statement_id for one in kept]):
        found |= set(db.execute(wanted.where(of.c.statement_id.in_(ids))).scalars())
    return found


def meters_read(db: Connection, stations: Iterable[str]) -> list[tuple[str, str, StatementMeter]]:
    """Station, statement and meter of every statement that is not replaced: what has been settled already."""
    meters, of = schema.statement_meters, schema.statements
    found = []
    for part in chunks(sorted(set(stations))):
        wanted = (
            sa.select(of.c.station_id, meters)
            .join(of, of.c.statement_id == meters.c.statement_id)
            .where(of.c.station_id.in_(part), of.c.state != "replaced")
            .order_by(of.c.station_id, meters.c.statement_id, meters.c.line)
        )
        found += [(row[0], row[1], StatementMeter(*row[3:])) for row in db.execute(wanted)]
    return found


_MONTHS_LOCK: Final = 0x6D6F6E746873


def lock_months(db: Connection) -> None:
    """Until the transaction ends, nobody else closes a month, settles one, or writes figures of one."""
    if db.dialect.name == "postgresql":  # SQLite's transactions that write are alone anyway
        db.execute(sa.select(sa.func.pg_advisory_xact_lock(_MONTHS_LOCK)))

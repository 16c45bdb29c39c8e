"""Plan years with their lines, posts and attendance in SQL. Every function takes an open connection."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from operator import attrgetter
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection, Table

from guangfu.income.plans import Attendance, PlanLine, Post
from guangfu.ledger.states import Subject
from guangfu.storage.sql import schema
from guangfu.storage.sql.bulk import chunks, insert_rows
from guangfu.storage.sql.papers import StateChange, record_changes

T = TypeVar("T", PlanLine, Post, Attendance)


@dataclass(frozen=True, slots=True)
class PlanYear:
    """Where a village's plan of a year stands."""

    village_id: str
    year: int
    state: str
    posted_on: date | None
    voucher_id: str | None
    changed_at: datetime
    changed_by: str


def plan_year_id(village_id: str, year: int) -> str:
    """How `state_changes` names a plan year."""
    return f"{village_id}/{year}"


def read_plan_years(
    db: Connection, *, village_id: str | None = None, year: int | None = None, lock: bool = False
) -> list[PlanYear]:
    """Plan years by village and year; `lock` holds them until the transaction ends."""
    table = schema.plan_years
    wanted = sa.select(*(table.c[field.name] for field in fields(PlanYear)))
    if village_id is not None:
        wanted = wanted.where(table.c.village_id == village_id)
    if year is not None:
        wanted = wanted.where(table.c.year == year)
    wanted = wanted.order_by(table.c.village_id, table.c.year)
    return [PlanYear(*row) for row in db.execute(wanted.with_for_update() if lock else wanted)]


def write_plan_year(
    db: Connection, plan: PlanYear, *, before: str | None, reason: str = "", voucher_id: str | None = None
) -> None:
    """Sets the plan's state and keeps the step, unless it is the present one.

    Raises:
        BadStep: A step that may not follow; nothing is written.
    """
    if before != plan.state:
        step = StateChange(
            Subject.PLAN_YEAR, plan_year_id(plan.village_id, plan.year), before, plan.state, plan.changed_at,
            plan.changed_by, reason, voucher_id,
        )  # fmt: skip
        record_changes(db, [step])
    columns = [field.name for field in fields(PlanYear)]
    update = ", ".join(f"{name} = excluded.{name}" for name in columns[2:])
    row = attrgetter(*columns)(plan)
    insert_rows(db, schema.plan_years, columns, [row], f"(village_id, year) DO UPDATE SET {update}")


def read_plan_lines(db: Connection, *, village_id: str | None = None, year: int | None = None) -> list[PlanLine]:
    """The lines that stand, by village, year and number."""
    table = schema.plan_lines
    where = [] if village_id is None else [table.c.village_id == village_id]
    where += [] if year is None else [table.c.year == year]
    return sorted(_read(db, table, PlanLine, *where), key=lambda line: (line.village_id, line.year, line.number))


def replace_plan_lines(db: Connection, village_id: str, year: int, lines: Sequence[PlanLine], *, at: datetime) -> None:
    """The plan's lines are these; what stood before is superseded where it differs."""
    before = read_plan_lines(db, village_id=village_id, year=year)
    names = [field.name for field in fields(PlanLine)]
    _supersede(db, schema.plan_lines, names, [line for line in before if line not in lines], at)
    rows = [(line.line_id, *attrgetter(*names)(line), at) for line in lines if line not in before]
    insert_rows(db, schema.plan_lines, ["line_id", *names, "recorded_at"], rows)


def read_posts(db: Connection, *, villages: Iterable[str] | None = None) -> list[Post]:
    """The posts as they are known now, by village, id and day."""
    table = schema.posts
    posts = _read(db, table, Post) if villages is None else [
        post for part in chunks(sorted(set(villages))) for post in _read(db, table, Post, table.c.village_id.in_(part))
    ]  # fmt: skip
    return sorted(posts, key=_post_key)


def replace_posts(
    db: Connection, before: Sequence[Post], after: Sequence[Post], *, at: datetime, voucher_id: str | None
) -> None:
    """Supersedes the posts that are not in `after`, and adds those that were not in `before`."""
    names = [field.name for field in fields(Post)]
    gone: list[Post] = sorted(set(before) - set(after), key=_post_key)
    _supersede(db, schema.posts, names, gone, at)
    new = sorted(set(after) - set(before), key=_post_key)
    rows = [(*attrgetter(*names)(post), voucher_id, at) for post in new]
    insert_rows(db, schema.posts, [*names, "voucher_id", "recorded_at"], rows)


def _post_key(post: Post) -> tuple[str, str, date]:
    return post.village_id, post.post_id, post.valid_from


def read_attendance(db: Connection, month: str, posts: Iterable[str]) -> dict[str, Attendance]:
    """The month's attendance by post; a post of which none was recorded is left out."""
    table = schema.attendance
    found = [
        row
        for part in chunks(sorted(set(posts)))
        for row in _read(db, table, Attendance, table.c.month == month, table.c.post_id.in_(part))
    ]
    return {row.post_id: row for row in found}


def write_attendance(
    db: Connection, rows: Sequence[Attendance], *, at: datetime, by: str, voucher_id: str | None
) -> int:
    """Records what differs from what is known; returns how many rows did."""
    changed = 0
    names = [field.name for field in fields(Attendance)]
    for month in sorted({row.month for row in rows}):
        of_month = [row for row in rows if row.month == month]
        known = read_attendance(db, month, [row.post_id for row in of_month])
        new = [row for row in of_month if known.get(row.post_id) != row]
        _supersede(db, schema.attendance, names, [known[row.post_id] for row in new if row.post_id in known], at)
        values = [(*attrgetter(*names)(row), voucher_id, at, by) for row in new]
        insert_rows(db, schema.attendance, [*names, "voucher_id", "recorded_at", "recorded_by"], values)
        changed += len(new)
    return changed


def _read(db: Connection, table: Table, fact: type[T], *where: sa.ColumnElement[bool]) -> list[T]:
    columns = [table.c[field.name] for field in fields(fact)]
    return [fact(*row) for row in db.execute(sa.select(*columns).where(table.c.superseded_at.is_(None), *where))]


def _supersede(db: Connection, table: Table, names: Sequence[str], gone: Sequence[object], at: datetime) -> None:
    for fact in gone:
        same = (table.c[name].is_not_distinct_from(getattr(fact, name)) for name in names)
        db.execute(sa.update(table).where(table.c.superseded_at.is_(None), *same).values(superseded_at=at))

"""What ingest must not forget: dead letters, days to recompute, when a station was last heard of.

Every function takes an open connection, so that the caller decides what is one transaction.
"""

import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection

from guangfu.storage.sql import schema
from guangfu.storage.sql.bulk import chunks, delete_rows, insert_rows, storable

_LETTERS: Final = schema.dead_letters.c
_UNASKED: Final = sa.and_(_LETTERS.replayed_at.is_(None), _LETTERS.replay_asked_at.is_(None))
"""Letters that wait, and that nobody asked for yet."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message, or a reading of one, that could not be taken. `origin` is unique to its first arrival."""

    origin: str
    reason: str
    detail: str
    topic: str
    payload: bytes
    station_id: str | None
    received_at: datetime
    id: int = 0
    replayed_at: datetime | None = None
    replay_asked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DirtyDay:
    """A station's day to compute again. `generation` only serves to tell one mark from a later one."""

    station_id: str
    day: date
    generation: int


@dataclass(frozen=True, slots=True)
class Seen:
    """When a station was last heard of; a later value replaces an earlier one, never the reverse."""

    station_id: str
    last_reading_at: datetime | None = None
    last_received_at: datetime | None = None
    status: str | None = None
    status_at: datetime | None = None


def keep_dead_letters(db: Connection, letters: Sequence[DeadLetter]) -> int:
    """Keeps each letter once by its origin; returns how many are new.

    The payload is kept byte for byte; in the texts about it, what SQL can't hold (NUL) is shown.
    """
    columns = ["origin", "reason", "detail", "topic", "payload", "station_id", "received_at"]
    rows = [
        (
            storable(x.origin), x.reason, storable(x.detail), storable(x.topic), x.payload,
            None if x.station_id is None else storable(x.station_id), x.received_at,
        )
        for x in letters
    ]  # fmt: skip
    return insert_rows(db, schema.dead_letters, columns, rows, "(origin) DO NOTHING")


def read_dead_letters(
    db: Connection,
    *,
    reason: str | None = None,
    station_id: str | None = None,
    waiting_only: bool = True,
    after_id: int = 0,
    limit: int = 100,
) -> list[DeadLetter]:
    """Dead letters in the order they came."""
    table = schema.dead_letters
    wanted = sa.select(*(table.c[name] for name in DeadLetter.__dataclass_fields__)).where(table.c.id > after_id)
    if reason is not None:
        wanted = wanted.where(table.c.reason == reason)
    if station_id is not None:
        wanted = wanted.where(table.c.station_id == station_id)
    if waiting_only:
        wanted = wanted.where(table.c.replayed_at.is_(None))
    return [DeadLetter(*row) for row in db.execute(wanted.order_by(table.c.id).limit(limit))]


def count_dead_letters(db: Connection) -> dict[str, int]:
    """Letters that wait, by reason."""
    table = schema.dead_letters
    waiting = sa.select(table.c.reason, sa.func.count()).where(table.c.replayed_at.is_(None))
    return dict(db.execute(waiting.group_by(table.c.reason).order_by(table.c.reason)).all())


def read_dead_letter(db: Connection, letter_id: int) -> DeadLetter | None:
    """The letter of a number, whether it waits or not."""
    found = read_dead_letters(db, waiting_only=False, after_id=letter_id - 1, limit=1)
    return found[0] if found and found[0].id == letter_id else None


def ask_replay(
    db: Connection,
    at: datetime,
    *,
    letter_id: int | None = None,
    reason: str | None = None,
    detail: str | None = None,
    topic: str | None = None,
    between: tuple[datetime, datetime] | None = None,
    station_ids: Collection[str] | None = None,
) -> int:
    """Asks ingest to take the letters that wait and fit all that is given; returns how many were not asked for yet."""
    table = schema.dead_letters
    asking = sa.update(table).where(_UNASKED)
    if letter_id is not None:
        asking = asking.where(table.c.id == letter_id)
    if reason is not None:
        asking = asking.where(table.c.reason == reason)
    if detail is not None:
        asking = asking.where(table.c.detail == detail)
    if topic is not None:
        asking = asking.where(table.c.topic == topic)
    if between is not None:
        asking = asking.where(table.c.received_at.between(*between))
    if station_ids is None:
        return db.execute(asking.values(replay_asked_at=at)).rowcount
    parts = chunks(sorted(station_ids))
    return sum(
        db.execute(asking.where(table.c.station_id.in_(part)).values(replay_asked_at=at)).rowcount for part in parts
    )


def read_asked(db: Connection, *, limit: int) -> list[DeadLetter]:
    """Letters whose replay was asked for and not done, in the order they came."""
    table = schema.dead_letters
    asked = sa.select(*(table.c[name] for name in DeadLetter.__dataclass_fields__)).where(
        table.c.replay_asked_at.is_not(None), table.c.replayed_at.is_(None)
    )
    return [DeadLetter(*row) for row in db.execute(asked.order_by(table.c.id).limit(limit))]


def count_by_station(db: Connection, reason: str) -> dict[str, int]:
    """Letters that wait for this reason, by station; those of none are left out."""
    table = schema.dead_letters
    waiting = sa.select(table.c.station_id, sa.func.count()).where(
        table.c.replayed_at.is_(None), table.c.reason == reason, table.c.station_id.is_not(None)
    )
    return dict(db.execute(waiting.group_by(table.c.station_id).order_by(table.c.station_id)).all())


def details_by_station(db: Connection, reason: str) -> set[tuple[str, str]]:
    """Station and detail of the letters that wait for this reason, and that nobody asked for yet."""
    table = schema.dead_letters
    waiting = sa.select(table.c.station_id, table.c.detail).where(
        _UNASKED, table.c.reason == reason, table.c.station_id.is_not(None)
    )
    return {(station, detail) for station, detail in db.execute(waiting.distinct())}


def waiting_topics(db: Connection, reason: str, *, since: datetime) -> list[str]:
    """Topics of the letters since then that wait for this reason, and that nobody asked for yet."""
    table = schema.dead_letters
    waiting = sa.select(table.c.topic).where(_UNASKED, table.c.reason == reason, table.c.received_at >= since)
    return sorted(db.execute(waiting.distinct()).scalars())


def mark_replayed(db: Connection, ids: Sequence[int], at: datetime) -> None:
    """Marks letters that were taken again; one that was marked before keeps its first time."""
    table = schema.dead_letters
    for part in chunks(ids):
        db.execute(sa.update(table).where(table.c.id.in_(part), table.c.replayed_at.is_(None)).values(replayed_at=at))


def mark_dirty(db: Connection, days: Iterable[tuple[str, date]]) -> None:
    """Adds each (station, local day), or makes its generation one larger.

    A day that is added starts at a random generation: a mark that was cleared and set again is then
    never taken for the earlier one, also when two programs clear.
    """
    # Sorted, so that two programs that mark the same days lock them in the same order.
    rows = [(*key, secrets.randbits(48)) for key in sorted(set(days))]
    update = "(station_id, day) DO UPDATE SET generation = dirty_days.generation + 1"
    insert_rows(db, schema.dirty_days, ["station_id", "day", "generation"], rows, update)


def read_dirty(db: Connection, *, limit: int) -> list[DirtyDay]:
    """Oldest days first."""
    table = schema.dirty_days
    oldest = sa.select(table.c.station_id, table.c.day, table.c.generation).order_by(table.c.day, table.c.station_id)
    return [DirtyDay(*row) for row in db.execute(oldest.limit(limit))]


def count_dirty(db: Connection) -> int:
    return db.execute(sa.select(sa.func.count()).select_from(schema.dirty_days)).scalar_one()


def clear_dirty(db: Connection, days: Sequence[DirtyDay]) -> None:
    """Clears those whose generation is still the one that was read."""
    rows = sorted((d.station_id, d.day, d.generation) for d in days)
    delete_rows(db, schema.dirty_days, ["station_id", "day", "generation"], rows)


def mark_seen(db: Connection, seen: Sequence[Seen]) -> None:
    """Keeps the latest of each time; a status goes with its own time. Nothing goes back in time."""
    latest: dict[str, Seen] = {}
    for one in seen:
        latest[one.station_id] = _later(latest[one.station_id], one) if one.station_id in latest else one
    columns = list(Seen.__dataclass_fields__)
    rows = [tuple(getattr(latest[name], column) for column in columns) for name in sorted(latest)]
    insert_rows(db, schema.stations_seen, columns, rows, f"(station_id) DO UPDATE SET {_SEEN_UPDATE}")


def read_seen(db: Connection) -> dict[str, Seen]:
    table = schema.stations_seen
    rows = db.execute(sa.select(*(table.c[name] for name in Seen.__dataclass_fields__)))
    return {row[0]: Seen(*row) for row in rows}


def _keep_later(column: str) -> str:
    old, new = f"stations_seen.{column}", f"excluded.{column}"
    return f"{column} = CASE WHEN {old} IS NULL OR {new} > {old} THEN {new} ELSE {old} END"


def _with_status(column: str) -> str:
    old, new = "stations_seen.status_at", "excluded.status_at"
    newer = f"excluded.status IS NOT NULL AND ({old} IS NULL OR {new} >= {old})"
    return f"{column} = CASE WHEN {newer} THEN excluded.{column} ELSE stations_seen.{column} END"


_SEEN_UPDATE = ", ".join(
    [_keep_later("last_reading_at"), _keep_later("last_received_at"), _with_status("status"), _with_status("status_at")]
)


def _later(a: Seen, b: Seen) -> Seen:
    """What `_SEEN_UPDATE` does, for two reports on one station in one call."""
    b_newer = b.status is not None and (a.status_at is None or (b.status_at is not None and b.status_at >= a.status_at))
    status, status_at = (b.status, b.status_at) if b_newer else (a.status, a.status_at)
    return Seen(
        a.station_id,
        _latest(a.last_reading_at, b.last_reading_at),
        _latest(a.last_received_at, b.last_received_at),
        status,
        status_at,
    )


def _latest(a: datetime | None, b: datetime | None) -> datetime | None:
    return max(a, b) if a is not None and b is not None else a or b

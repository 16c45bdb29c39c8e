"""What ingest must not forget: dead letters, days to recompute, when a station was last heard of.

Every function takes an open connection, so that the caller decides what is one transaction.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection


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


@dataclass(frozen=True, slots=True)
class DirtyDay:
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
    """Keeps each letter once by its origin; returns how many are new."""
    raise NotImplementedError


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
    raise NotImplementedError


def count_dead_letters(db: Connection) -> dict[str, int]:
    """Letters that wait, by reason."""
    raise NotImplementedError


def mark_replayed(db: Connection, ids: Sequence[int], at: datetime) -> None:
    raise NotImplementedError


def mark_dirty(db: Connection, days: Iterable[tuple[str, date]]) -> None:
    """Adds each (station, local day), or makes its generation one larger."""
    raise NotImplementedError


def read_dirty(db: Connection, *, limit: int) -> list[DirtyDay]:
    """Oldest days first."""
    raise NotImplementedError


def clear_dirty(db: Connection, days: Sequence[DirtyDay]) -> None:
    """Clears those whose generation is still the one that was read."""
    raise NotImplementedError


def mark_seen(db: Connection, seen: Sequence[Seen]) -> None:
    raise NotImplementedError


def read_seen(db: Connection) -> dict[str, Seen]:
    raise NotImplementedError

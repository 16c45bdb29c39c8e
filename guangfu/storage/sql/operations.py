"""How programs and stations do, in SQL: ingest's word on itself, how far the roll-ups have come, stations' states."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from guangfu.storage.sql import schema
from guangfu.storage.sql.bulk import insert_rows


@dataclass(frozen=True, slots=True)
class IngestHealth:
    """What one worker of ingest says of itself; counts are since `started_at`.

    `spool_oldest_s` is how long the oldest message has waited. [s] Sizes are bytes.
    """

    worker: int
    at: datetime
    started_at: datetime
    received: int
    stored: int
    dead_letters: int
    store_failures: int
    sql_failures: int
    spool_messages: int
    spool_bytes: int
    spool_oldest_s: float
    outbox_rows: int
    set_aside: int
    disk_free_bytes: int
    connected: bool
    paused: bool


_COLUMNS = [field.name for field in fields(IngestHealth)]


def write_ingest_health(db: Connection, row: IngestHealth) -> None:
    """Keeps the row; one of the same worker and instant replaces it."""
    update = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS if name not in {"worker", "at"})
    insert_rows(db, schema.ingest_health, _COLUMNS, [astuple(row)], f"(worker, at) DO UPDATE SET {update}")


def read_ingest_health(db: Connection) -> list[IngestHealth]:
    """Every row, oldest first."""
    table = schema.ingest_health
    rows = db.execute(sa.select(*(table.c[name] for name in _COLUMNS)).order_by(table.c.at, table.c.worker))
    return [IngestHealth(*row) for row in rows]


def latest_ingest_health(db: Connection) -> list[IngestHealth]:
    """What each worker said last, by worker."""
    table = schema.ingest_health
    latest = sa.select(table.c.worker, sa.func.max(table.c.at).label("at")).group_by(table.c.worker).subquery()
    same = (table.c.worker == latest.c.worker) & (table.c.at == latest.c.at)
    rows = db.execute(sa.select(*(table.c[name] for name in _COLUMNS)).join(latest, same).order_by(table.c.worker))
    return [IngestHealth(*row) for row in rows]


def forget_ingest_health(db: Connection, *, before: datetime) -> None:
    db.execute(sa.delete(schema.ingest_health).where(schema.ingest_health.c.at < before))


def read_rollup_mark(db: Connection, name: str) -> datetime | None:
    """Up to which `computed_at` of daily energy the roll-up follows it; `None` before the first time."""
    marks = schema.rollup_marks.c
    return db.execute(sa.select(marks.done_at).where(marks.name == name)).scalar()


def write_rollup_mark(db: Connection, name: str, done_at: datetime) -> None:
    update = "(name) DO UPDATE SET done_at = excluded.done_at"
    insert_rows(db, schema.rollup_marks, ["name", "done_at"], [(name, done_at)], update)


def computed_days(db: Connection, *, after: datetime | None) -> list[tuple[str, date, datetime]]:
    """Station-days whose energy was computed after an instant, and when; all of them for `None`. By day."""
    energy = schema.daily_energy.c
    wanted = sa.select(energy.station_id, energy.day, energy.computed_at).order_by(energy.day, energy.station_id)
    if after is not None:
        wanted = wanted.where(energy.computed_at > after)
    return [(station, day, at) for station, day, at in db.execute(wanted)]


def banner_of_station(db: Connection) -> dict[str, str]:
    """Every station that is registered, and its banner's code."""
    stations = schema.stations.c
    known = sa.select(stations.station_id, stations.banner_code).where(stations.superseded_at.is_(None))
    return {row.station_id: row.banner_code for row in db.execute(known)}


@dataclass(frozen=True, slots=True)
class ToldState:
    """What a station does; `power_w` is its present power, if it counts in sums."""

    station_id: str
    state: str
    power_w: float | None


def write_station_states(db: Connection, states: Sequence[ToldState], as_of: datetime) -> None:
    """The states of all open stations; of one that is not among them none is kept."""
    columns = ["station_id", "state", "power_w", "as_of"]
    rows = [(one.station_id, one.state, one.power_w, as_of) for one in states]
    update = "(station_id) DO UPDATE SET state = excluded.state, power_w = excluded.power_w, as_of = excluded.as_of"
    insert_rows(db, schema.station_states, columns, rows, update)
    db.execute(sa.delete(schema.station_states).where(schema.station_states.c.as_of != as_of))

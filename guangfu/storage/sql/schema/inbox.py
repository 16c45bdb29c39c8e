"""What ingest tells: dead letters, days whose readings changed, when a station was last heard."""

from sqlalchemy import BigInteger, Column, Date, Index, LargeBinary, Table, Text, UniqueConstraint

from guangfu.storage.sql.schema.columns import Instant, RowId, metadata

dead_letters = Table(
    "dead_letters", metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("origin", Text, nullable=False),  # where it came from, once: worker, spool group, place in it
    Column("reason", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("station_id", Text),
    Column("received_at", Instant, nullable=False),
    Column("replayed_at", Instant),
    Column("replay_asked_at", Instant),
    UniqueConstraint("origin"),
    Index(None, "reason", "received_at"),
    Index(None, "station_id"),
)  # fmt: skip
"""A replay that is asked for is done by ingest, which then sets `replayed_at`."""

_asked = (dead_letters.c.replay_asked_at.is_not(None)) & (dead_letters.c.replayed_at.is_(None))
Index("ix_dead_letters_asked", dead_letters.c.id, sqlite_where=_asked, postgresql_where=_asked)
_waits = dead_letters.c.replayed_at.is_(None)
Index(
    "ix_dead_letters_waiting", dead_letters.c.reason, dead_letters.c.station_id,
    sqlite_where=_waits, postgresql_where=_waits,
)  # fmt: skip

dirty_days = Table(
    "dirty_days", metadata,
    Column("station_id", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("generation", BigInteger, nullable=False),
)  # fmt: skip
"""Station-days whose readings changed since accounting last looked."""

stations_seen = Table(
    "stations_seen", metadata,
    Column("station_id", Text, primary_key=True),
    Column("last_reading_at", Instant),
    Column("last_received_at", Instant),
    Column("status", Text),  # online, offline: the station's retained status
    Column("status_at", Instant),
)  # fmt: skip

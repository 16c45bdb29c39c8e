"""How the programs and stations do: what ingest says of itself, how far the roll-ups have come, stations' states."""

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, Table, Text

from guangfu.storage.sql.schema.columns import Instant, metadata

ingest_health = Table(
    "ingest_health", metadata,
    Column("worker", Integer, primary_key=True),
    Column("at", Instant, primary_key=True),
    Column("started_at", Instant, nullable=False),  # counts are since then
    Column("received", BigInteger, nullable=False),  # messages on disk
    Column("stored", BigInteger, nullable=False),  # readings written to the telemetry store
    Column("dead_letters", BigInteger, nullable=False),
    Column("store_failures", BigInteger, nullable=False),
    Column("sql_failures", BigInteger, nullable=False),
    Column("spool_messages", BigInteger, nullable=False),
    Column("spool_bytes", BigInteger, nullable=False),
    Column("spool_oldest_s", Float, nullable=False),  # age of the oldest message that waits
    Column("outbox_rows", BigInteger, nullable=False),
    Column("set_aside", BigInteger, nullable=False),
    Column("disk_free_bytes", BigInteger, nullable=False),
    Column("connected", Boolean, nullable=False),
    Column("paused", Boolean, nullable=False),  # the broker must keep messages
    Index(None, "at"),
)  # fmt: skip
"""A row every few seconds from each worker, kept for some weeks."""

rollup_marks = Table(
    "rollup_marks", metadata,
    Column("name", Text, primary_key=True),
    Column("done_at", Instant, nullable=False),
)  # fmt: skip
"""The `computed_at` of daily energy up to which the roll-ups follow it."""

station_states = Table(
    "station_states", metadata,
    Column("station_id", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("power_w", Float),  # the present one; null where none is known
    Column("as_of", Instant, nullable=False),
)  # fmt: skip
"""State and power of each open station as the pages tell them, kept by accounting for who can't reckon it: Grafana."""

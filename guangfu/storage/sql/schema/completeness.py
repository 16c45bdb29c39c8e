"""Which numbered messages came: of each start of a station its gaps, and counts by station and day."""

from sqlalchemy import BigInteger, Column, Date, Index, Table, Text

from guangfu.storage.sql.schema.columns import Instant, metadata

seq_boots = Table(
    "seq_boots", metadata,
    Column("station_id", Text, primary_key=True),
    Column("boot", Text, primary_key=True),
    Column("first_seq", BigInteger, nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Column("first_at", Instant, nullable=False),  # the earliest reading of its first message
    Column("last_at", Instant, nullable=False),  # the newest reading of its last message
)  # fmt: skip
"""Each start of a station, from the lowest number that came to the highest."""

seq_gaps = Table(
    "seq_gaps", metadata,
    Column("station_id", Text, primary_key=True),
    Column("boot", Text, primary_key=True),
    Column("first_seq", BigInteger, primary_key=True),
    Column("last_seq", BigInteger, nullable=False),
    Column("from_at", Instant, nullable=False),  # the newest reading of the message before the gap
    Column("until_at", Instant, nullable=False),  # the earliest reading of the message after it
    Index(None, "from_at"),
    Index(None, "until_at"),
)  # fmt: skip
"""Numbers that did not come, between two that did. A gap that is filled later is split or deleted."""

seq_late = Table(
    "seq_late", metadata,
    Column("station_id", Text, primary_key=True),
    Column("boot", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("first_seq", BigInteger, primary_key=True),
    Column("last_seq", BigInteger, nullable=False),
    Index(None, "day"),
)  # fmt: skip
"""Numbers of which no copy came in time."""

completeness_days = Table(
    "completeness_days", metadata,
    Column("station_id", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("arrived", BigInteger, nullable=False),  # messages with a number, each copy counted
    Column("received", BigInteger, nullable=False),  # different numbers
    Column("late", BigInteger, nullable=False),  # numbers of which no copy came in time; messages without a number
    Column("unnumbered", BigInteger, nullable=False),  # messages without boot and seq
    Column("missing_closed", BigInteger, nullable=False),  # of gaps that were deleted since they are too old
    Index(None, "day"),
)  # fmt: skip
"""What came of each station and local day; what is missing follows from the gaps."""

completeness_told = Table(
    "completeness_told", metadata,
    Column("origin", Text, primary_key=True),  # a worker's spool
    Column("last_group", BigInteger, nullable=False),  # up to which it has been counted
)  # fmt: skip
"""A spool may tell twice what it is not sure to have told; what was counted is not counted again."""

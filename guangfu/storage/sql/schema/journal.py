"""The journal: append-only, a hash chain a book."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text, UniqueConstraint

from guangfu.storage.sql.schema.columns import Instant, metadata

journal_entries = Table(
    "journal_entries", metadata,
    Column("book", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("key", Text, nullable=False),  # posting the same key again posts nothing
    Column("kind", Text, nullable=False),
    Column("posted_at", Instant, nullable=False),
    Column("canonical", LargeBinary, nullable=False),  # the versioned bytes that were hashed
    Column("hash", LargeBinary, nullable=False),  # SHA-256 of the previous hash and `canonical`
    UniqueConstraint("book", "key"),
)  # fmt: skip

journal_lines = Table(
    "journal_lines", metadata,
    Column("book", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("account", Text, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),  # debit above zero, credit below
    Column("station_id", Text),
    Column("energy_month", Text),
    Column("part", Text),  # base, subsidy
    Column("subsidy_year", Integer),
    Column("village_id", Text),
    Column("plan_line", Text),
    Column("voucher", Text),
    Index(None, "station_id", "energy_month"),
    Index(None, "account", "energy_month"),
)  # fmt: skip

journal_heads = Table(
    "journal_heads", metadata,
    Column("book", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)  # fmt: skip
"""The last entry of each book. Its row is the lock under which a book grows; and a chain alone can't show
that its last entries were cut off."""

journal_sums = Table(
    "journal_sums", metadata,
    Column("book", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("village_id", Text, primary_key=True),  # empty where the lines name none
    Column("posted_month", Text, primary_key=True),  # the local month of posting, 2026-06
    Column("step", Text, primary_key=True),  # what the keys of the entries begin with, reversals included
    Column("amount_fen", BigInteger, nullable=False),
)  # fmt: skip
"""What the lines add up to, written with them: a balance that reads them all takes ever longer."""

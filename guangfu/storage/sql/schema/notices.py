"""Public notices that were printed: what proves, years later, that a paper on a wall was ours."""

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, Integer, Table, Text

from guangfu.storage.sql.schema.columns import Instant, metadata

notices = Table(
    "notices", metadata,
    Column("code", Text, primary_key=True),  # of the content's hash, XXXX-XXXX-XXXX-XXXX
    Column("kind", Text, nullable=False),  # plan, result
    Column("village_id", Text, nullable=False),
    Column("year", Integer, nullable=False),
    Column("month", Text),  # of a result of one month
    Column("posted_on", Date, nullable=False),
    Column("posted_until", Date, nullable=False),  # the last day
    Column("line_count", Integer, nullable=False),
    Column("planned_fen", BigInteger),  # of a plan
    Column("paid_fen", BigInteger),  # of a result
    Column("canonical_sha256", Text, nullable=False),  # of the content; names in part, so it is not kept here
    Column("heads", Text, nullable=False),  # of the ledger, as printed: BOOK:NUMBER:HASH, blanks between
    Column("synthetic", Boolean, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Index(None, "village_id", "year"),
)  # fmt: skip
"""Append-only, by the database's own triggers. The same content is one notice, printed as often as is wanted."""

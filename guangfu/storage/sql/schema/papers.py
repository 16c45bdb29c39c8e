"""Vouchers, and who changed which state when: what every figure of finance can be traced to."""

from sqlalchemy import BigInteger, Column, Index, Table, Text, UniqueConstraint

from guangfu.storage.sql.schema.columns import Instant, RowId, metadata

vouchers = Table(
    "vouchers", metadata,
    Column("voucher_id", Text, primary_key=True),  # V-2026-000001, in the order they were recorded
    Column("kind", Text, nullable=False),
    Column("number", Text, nullable=False),  # the document's own number; empty if it has none
    Column("issued_on", Text),  # the document's own date, 2026-06-30
    Column("file_name", Text, nullable=False),
    Column("file_sha256", Text, nullable=False),
    Column("file_bytes", BigInteger, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("note", Text, nullable=False),
    UniqueConstraint("kind", "file_sha256", "number"),
)  # fmt: skip
"""A document's file, once; the file itself is kept by its hash (`guangfu.storage.voucher_files`)."""

state_changes = Table(
    "state_changes", metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("subject", Text, nullable=False),  # guangfu.ledger.states.Subject
    Column("subject_id", Text, nullable=False),
    Column("before", Text),
    Column("after", Text, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("voucher_id", Text),
    Index(None, "subject", "subject_id", "id"),
)  # fmt: skip
"""Append-only, by the database's own triggers."""

station_months = Table(
    "station_months", metadata,
    Column("station_id", Text, primary_key=True),
    Column("month", Text, primary_key=True),
    Column("state", Text, nullable=False),  # open, estimated, settled, closed
    Column("statement_id", Text),
    Column("exception_voucher_id", Text),  # what was signed where it closed without a statement
    Column("changed_at", Instant, nullable=False),
    Column("changed_by", Text, nullable=False),
    Index(None, "month", "state"),
)  # fmt: skip
"""Where each station's month stands; one that has no row is open."""

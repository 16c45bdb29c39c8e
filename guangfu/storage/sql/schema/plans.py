"""What a village decides and pays: plan years, posts with their attendance, dues, payments in batches."""

from sqlalchemy import BigInteger, Column, Date, Index, Integer, Table, Text

from guangfu.storage.sql.schema.columns import Instant, RowId, metadata

plan_years = Table(
    "plan_years", metadata,
    Column("village_id", Text, primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),  # drafted … closed; the steps are in state_changes
    Column("posted_on", Date),  # first day on which the plan hung in public
    Column("voucher_id", Text),  # the file that its lines came from
    Column("changed_at", Instant, nullable=False),
    Column("changed_by", Text, nullable=False),
)  # fmt: skip

plan_lines = Table(
    "plan_lines", metadata,
    Column("row_id", RowId, primary_key=True, autoincrement=True),
    Column("line_id", Text, nullable=False),  # village/year/number
    Column("village_id", Text, nullable=False),
    Column("year", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("spending", Text, nullable=False),  # posts, works, awards, other
    Column("use_id", Text, nullable=False),  # a row of uses.csv or bans.csv, or unknown
    Column("purpose", Text, nullable=False),
    Column("planned_fen", BigInteger, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("superseded_at", Instant),
    Index(None, "village_id", "year", "superseded_at"),
)  # fmt: skip
"""A line is superseded while its plan is a draft; once decided it stands."""

posts = Table(
    "posts", metadata,
    Column("row_id", RowId, primary_key=True, autoincrement=True),
    Column("post_id", Text, nullable=False),
    Column("village_id", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("line_id", Text, nullable=False),
    Column("duty", Text, nullable=False),
    Column("paid_by", Text, nullable=False),  # month, day
    Column("wage_fen", BigInteger, nullable=False),  # a month's wage, or a day's
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("voucher_id", Text),
    Column("recorded_at", Instant, nullable=False),
    Column("superseded_at", Instant),
    Index(None, "village_id", "superseded_at"),
    Index(None, "person_id", "superseded_at"),
)  # fmt: skip

attendance = Table(
    "attendance", metadata,
    Column("row_id", RowId, primary_key=True, autoincrement=True),
    Column("post_id", Text, nullable=False),
    Column("month", Text, nullable=False),
    Column("attended_half_days", Integer, nullable=False),
    Column("due_half_days", Integer, nullable=False),
    Column("voucher_id", Text),
    Column("recorded_at", Instant, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("superseded_at", Instant),
    Index(None, "post_id", "month", "superseded_at"),
)  # fmt: skip

dues = Table(
    "dues", metadata,
    Column("due_id", Text, primary_key=True),  # D-2026-000001
    Column("live_key", Text, unique=True),  # what is owed, such as post/…/2026-06; null once cancelled: owed once
    Column("book", Text, nullable=False),  # VILLAGE, CENTRALIZED
    Column("village_id", Text),
    Column("station_id", Text),  # of a slot
    Column("month", Text, nullable=False),
    Column("payee_id", Text, nullable=False),  # persons.person_id
    Column("household_id", Text),
    Column("slot_id", Text),
    Column("post_id", Text),
    Column("line_id", Text),
    Column("spending", Text),
    Column("due_fen", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("voucher_id", Text),
    Column("recorded_at", Instant, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("posted_at", Instant),  # when the journal took it up
    Column("cancelled_at", Instant),
    Index(None, "village_id", "month"),
    Index(None, "station_id", "month"),
    Index(None, "line_id"),
    Index(None, "payee_id"),
)  # fmt: skip
"""What is owed to a payee, once each. A payment that came back leaves it payable."""

payment_batches = Table(
    "payment_batches", metadata,
    Column("batch_id", Text, primary_key=True),  # B-2026-000001
    Column("book", Text, nullable=False),
    Column("village_id", Text),
    Column("station_id", Text),
    Column("month", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("due_fen", BigInteger, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("changed_by", Text, nullable=False),
    Index(None, "village_id", "month"),
    Index(None, "station_id", "month"),
    Index(None, "month"),
)  # fmt: skip

payments = Table(
    "payments", metadata,
    Column("payment_id", Text, primary_key=True),  # P-2026-000001
    Column("batch_id", Text, nullable=False),
    Column("due_id", Text, nullable=False),
    Column("live_due_id", Text, unique=True),  # null once returned or cancelled: a due has one payment on its way
    Column("payee_id", Text, nullable=False),
    Column("due_fen", BigInteger, nullable=False),
    Column("paid_fen", BigInteger, nullable=False),  # 0 unless the bank says that it arrived
    Column("state", Text, nullable=False),
    Column("bank_reference", Text, nullable=False),
    Column("returned_reason", Text, nullable=False),
    Column("settled_on", Date),
    Column("changed_at", Instant, nullable=False),
    Column("changed_by", Text, nullable=False),
    Index(None, "batch_id"),
    Index(None, "due_id"),
    Index(None, "payee_id"),
)  # fmt: skip
"""One attempt to pay a due."""

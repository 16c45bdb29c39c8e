"""What ingest says of itself, and how far the roll-ups have come."""

import sqlalchemy as sa
from alembic import op

from guangfu.storage.sql.migrations.columns import flag, instant, number, ratio, small, text

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

COUNTS = ("received", "stored", "dead_letters", "store_failures", "sql_failures", "spool_messages", "spool_bytes")


def upgrade() -> None:
    op.create_table(
        "ingest_health",
        small("worker", key=True), sa.Column("at", sa.DateTime(timezone=True), nullable=False, primary_key=True),
        instant("started_at"), *(number(name) for name in COUNTS), ratio("spool_oldest_s"), number("outbox_rows"),
        number("set_aside"), number("disk_free_bytes"), flag("connected"), flag("paused"),
    )  # fmt: skip
    op.create_index("ix_ingest_health_at", "ingest_health", ["at"])
    op.create_table("rollup_marks", text("name", key=True), instant("done_at"))

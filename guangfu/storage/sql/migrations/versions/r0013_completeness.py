"""Completeness: starts of stations, gaps in their numbers, and counts by day."""

from alembic import op

from guangfu.storage.sql.migrations.columns import instant, local_day, number, text

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "seq_boots",
        text("station_id", key=True), text("boot", key=True), number("first_seq"), number("last_seq"),
        instant("first_at"), instant("last_at"),
    )  # fmt: skip
    op.create_table(
        "seq_gaps",
        text("station_id", key=True), text("boot", key=True), number("first_seq", key=True), number("last_seq"),
        instant("from_at"), instant("until_at"),
    )  # fmt: skip
    op.create_index("ix_seq_gaps_from_at", "seq_gaps", ["from_at"])
    op.create_index("ix_seq_gaps_until_at", "seq_gaps", ["until_at"])
    op.create_table(
        "seq_late",
        text("station_id", key=True), text("boot", key=True), local_day("day", key=True),
        number("first_seq", key=True), number("last_seq"),
    )  # fmt: skip
    op.create_index("ix_seq_late_day", "seq_late", ["day"])
    op.create_table(
        "completeness_days",
        text("station_id", key=True), local_day("day", key=True), number("arrived"), number("received"),
        number("late"), number("unnumbered"), number("missing_closed"),
    )  # fmt: skip
    op.create_index("ix_completeness_days_day", "completeness_days", ["day"])
    op.create_table("completeness_told", text("origin", key=True), number("last_group"))

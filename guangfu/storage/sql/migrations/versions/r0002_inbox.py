"""What ingest must not forget: dead letters, dirty days, stations seen."""

import sqlalchemy as sa
from alembic import op

from guangfu.storage.sql.migrations.columns import instant, local_day, number, octets, row_id, text

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dead_letters",
        row_id("id"), text("origin"), text("reason"), text("detail"), text("topic"), octets("payload"),
        text("station_id", nullable=True), instant("received_at"), instant("replayed_at", nullable=True),
        sa.UniqueConstraint("origin", name="uq_dead_letters_origin"),
    )  # fmt: skip
    op.create_index("ix_dead_letters_reason_received_at", "dead_letters", ["reason", "received_at"])
    op.create_index("ix_dead_letters_station_id", "dead_letters", ["station_id"])
    op.create_table("dirty_days", text("station_id", key=True), local_day("day", key=True), number("generation"))
    op.create_table(
        "stations_seen",
        text("station_id", key=True), instant("last_reading_at", nullable=True),
        instant("last_received_at", nullable=True), text("status", nullable=True), instant("status_at", nullable=True),
    )  # fmt: skip

"""Replays of dead letters that are asked for, and quick answers to which letters wait."""

import sqlalchemy as sa
from alembic import op

from guangfu.storage.sql.migrations.columns import instant

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("dead_letters", instant("replay_asked_at", nullable=True))
    waits = sa.text("replayed_at IS NULL")
    asked = sa.text("replay_asked_at IS NOT NULL AND replayed_at IS NULL")
    op.create_index("ix_dead_letters_asked", "dead_letters", ["id"], sqlite_where=asked, postgresql_where=asked)
    columns = ["reason", "station_id"]
    op.create_index("ix_dead_letters_waiting", "dead_letters", columns, sqlite_where=waits, postgresql_where=waits)

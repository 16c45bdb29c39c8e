"""How severe a finding is, and of which station and village; the next run of the checks says so of those that stand."""

import sqlalchemy as sa
from alembic import op

from guangfu.storage.sql.migrations.columns import text

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    warning = sa.text("'warning'")
    op.add_column("findings", sa.Column("severity", sa.Text, nullable=False, server_default=warning))
    op.add_column("findings", text("station_id", nullable=True))
    op.add_column("findings", text("village_id", nullable=True))

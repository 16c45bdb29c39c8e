"""Each station's present state and power, for Grafana."""

import sqlalchemy as sa
from alembic import op

from guangfu.storage.sql.migrations.columns import instant, text

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "station_states",
        text("station_id", key=True), text("state"), sa.Column("power_w", sa.Float), instant("as_of"),
    )  # fmt: skip

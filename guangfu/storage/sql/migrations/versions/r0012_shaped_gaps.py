"""Between what a day's and a month's energy is, where a part of it was estimated."""

from alembic import op

from guangfu.storage.sql.migrations.columns import number

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("estimated_low_wh", "estimated_high_wh", "estimated_margin_wh"):
        op.add_column("daily_energy", number(name, nullable=True))
    for name in ("estimated_low_wh", "estimated_high_wh"):
        op.add_column("monthly_income", number(name, nullable=True))

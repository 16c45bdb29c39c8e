"""A township's English name; villages recorded before have none."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("villages", sa.Column("township_en", sa.Text, nullable=False, server_default=sa.text("''")))

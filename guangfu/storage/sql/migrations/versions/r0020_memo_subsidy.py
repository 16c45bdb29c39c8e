"""How much of a settled subsidy is a memo: all of an unlisted station's, and what is beyond a listed capacity."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    none = sa.text("'0'")
    op.add_column("settled_income", sa.Column("memo_subsidy_fen", sa.BigInteger, nullable=False, server_default=none))
    op.execute("UPDATE settled_income SET memo_subsidy_fen = settled_subsidy_fen WHERE NOT subsidy_receivable")

"""Money of a month is found by the month: what came, what was borne, kept, passed on and paid."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

TABLES = ("deductions_borne", "payment_batches", "receipt_allocations", "transfer_lines", "vat_months")


def upgrade() -> None:
    for table in TABLES:
        op.create_index(f"ix_{table}_month", table, ["month"])

"""The same energy by three ways."""

from alembic import op

from guangfu.storage.sql.migrations.columns import instant, local_day, number, ratio, text

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "energy_reconciliation",
        text("station_id", key=True), local_day("day", key=True), number("gateway_wh", nullable=True),
        number("inverter_wh", nullable=True), number("meter_power_wh", nullable=True),
        number("meter_counted_wh", nullable=True), ratio("meter_coverage"), number("inverter_power_wh", nullable=True),
        number("inverter_counted_wh", nullable=True), ratio("inverter_coverage"), instant("computed_at"),
    )  # fmt: skip
    op.create_index("ix_energy_reconciliation_day", "energy_reconciliation", ["day"])

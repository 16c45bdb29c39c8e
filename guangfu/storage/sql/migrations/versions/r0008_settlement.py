"""The power company's statements, what they settle and differ by, and what closing a month keeps."""

import sqlalchemy as sa
from alembic import op

from guangfu.storage.sql.migrations.columns import flag, instant, local_day, number, row_id, small, text

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _statements()
    _parts_of_statements()
    _settled()
    _kept()


def _statements() -> None:
    op.create_table(
        "statements",
        text("statement_id", key=True), text("station_id"), text("month"), small("revision"), text("account_number"),
        text("number"), local_day("issued_on", nullable=True), local_day("window_from"), local_day("window_to"),
        number("settled_energy_wh"), number("off_grid_energy_wh", nullable=True), number("settled_base_fen"),
        number("settled_subsidy_fen"), text("state"), text("attention"), number("estimated_energy_wh", nullable=True),
        number("estimated_base_fen", nullable=True), number("estimated_subsidy_fen", nullable=True),
        number("tolerance_wh", nullable=True), text("content_sha256"), text("source"), text("voucher_id"),
        instant("imported_at"), text("imported_by"),
        sa.UniqueConstraint("station_id", "month", "revision", name="uq_statements_station_id_month_revision"),
    )  # fmt: skip
    op.create_index("ix_statements_month_state", "statements", ["month", "state"])


def _parts_of_statements() -> None:
    op.create_table(
        "statement_meters",
        text("statement_id", key=True), small("line", key=True), text("meter_number"), local_day("read_from"),
        local_day("read_to"), number("first_reading_wh"), number("last_reading_wh"), number("register_step_wh"),
        number("multiplication_factor"), number("transformer_loss_wh"), number("line_loss_wh"),
        number("settled_energy_wh"),
    )  # fmt: skip
    op.create_index("ix_statement_meters_meter_number", "statement_meters", ["meter_number"])
    op.create_table(
        "statement_lines",
        text("statement_id", key=True), small("line", key=True), text("part"), number("settled_energy_wh"),
        number("price_micro_yuan_per_kwh"), number("settled_fen"),
    )  # fmt: skip
    op.create_table(
        "statement_corrections",
        text("statement_id", key=True), small("line", key=True), text("month"), text("part"),
        number("settled_energy_wh"), number("settled_fen"), text("reason"),
    )  # fmt: skip
    op.create_index("ix_statement_corrections_month", "statement_corrections", ["month"])
    op.create_table(
        "settlement_differences",
        text("statement_id", key=True), text("cause", key=True), number("difference_wh"),
        number("difference_base_fen"), number("difference_subsidy_fen"),
    )  # fmt: skip


def _settled() -> None:
    op.create_table(
        "settled_income",
        text("station_id", key=True), text("month", key=True), text("statement_id", key=True),
        number("settled_energy_wh"), number("settled_gross_fen"), number("settled_base_fen"),
        number("settled_subsidy_fen"), small("subsidy_year"), flag("subsidy_receivable"), flag("unconfirmed"),
    )  # fmt: skip
    op.create_index("ix_settled_income_month", "settled_income", ["month"])
    op.create_index("ix_settled_income_statement_id", "settled_income", ["statement_id"])


def _kept() -> None:
    op.create_table(
        "boundary_readings",
        text("station_id", key=True), text("month", key=True), text("device", key=True),
        sa.Column("bound_at", sa.DateTime(timezone=True), primary_key=True, nullable=False),
        number("register_wh", nullable=True), text("quality"), instant("before_at", nullable=True),
        number("before_wh", nullable=True), instant("after_at", nullable=True), number("after_wh", nullable=True),
        number("multiplication_factor"), text("source"),
    )  # fmt: skip
    op.create_table(
        "figures_moved",
        row_id("id"), text("station_id"), text("month"), text("state"), number("energy_before_wh"),
        number("energy_after_wh"), number("estimated_base_before_fen"), number("estimated_base_after_fen"),
        number("estimated_subsidy_before_fen"), number("estimated_subsidy_after_fen"), text("rules_before"),
        text("rules_after"), instant("moved_at"),
    )  # fmt: skip
    op.create_index("ix_figures_moved_month_station_id", "figures_moved", ["month", "station_id"])

"""Bank lines, receipts, deductions, VAT, the state of the subsidy list, transfers."""

import sqlalchemy as sa
from alembic import op

from guangfu.storage.sql.migrations.columns import flag, instant, local_day, number, small, text

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _receipts()
    _subsidy_status()
    _deductions()
    _transfers()


def _receipts() -> None:
    op.create_table(
        "bank_lines",
        text("line_hash", key=True), text("account"), number("position"), local_day("booked_on"),
        number("bank_amount_fen"), number("bank_balance_fen"), text("counterparty"), text("memo"), text("reference"),
        small("file_row"), text("voucher_id"), text("settles", nullable=True), flag("synthetic"),
        instant("recorded_at"), text("recorded_by"),
    )  # fmt: skip
    op.create_index("ix_bank_lines_account_position", "bank_lines", ["account", "position"], unique=True)
    op.create_table(
        "receipts",
        text("receipt_id", key=True), text("book"), text("line_hash", nullable=True), local_day("received_on"),
        number("received_fen"), text("kind"), text("station_id", nullable=True), text("month", nullable=True),
        small("subsidy_year", nullable=True), text("payer"), text("state"), small("revision"), text("voucher_id"),
        flag("synthetic"), instant("changed_at"), text("changed_by"),
    )  # fmt: skip
    op.create_index("ix_receipts_state", "receipts", ["state"])
    op.create_index("ix_receipts_line_hash", "receipts", ["line_hash"], unique=True)
    op.create_table(
        "receipt_allocations",
        text("receipt_id", key=True), small("revision", key=True), small("position", key=True), text("station_id"),
        text("month"), text("part"), small("subsidy_year", nullable=True), number("received_fen"), text("way"),
        instant("reversed_at", nullable=True),
    )  # fmt: skip
    op.create_index("ix_receipt_allocations_station_id_month", "receipt_allocations", ["station_id", "month"])


def _subsidy_status() -> None:
    op.create_table(
        "subsidy_status",
        text("station_id", key=True), local_day("valid_from", key=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), primary_key=True, nullable=False),
        local_day("valid_to", nullable=True), text("status"), number("listed_capacity_w", nullable=True),
        text("document"), text("confidence"), flag("confirmed"), text("voucher_id", nullable=True),
        text("recorded_by"), instant("superseded_at", nullable=True),
    )  # fmt: skip


def _deductions() -> None:
    op.create_table(
        "invoices",
        text("invoice_id", key=True), text("deduction_id"), text("station_id"), text("month_from"), text("month_to"),
        number("invoiced_fen"), text("number"), local_day("issued_on", nullable=True), text("payee"),
        text("voucher_id"), instant("recorded_at"), text("recorded_by"), instant("cancelled_at", nullable=True),
    )  # fmt: skip
    op.create_index("ix_invoices_station_id_deduction_id", "invoices", ["station_id", "deduction_id"])
    op.create_table(
        "deductions_borne",
        text("station_id", key=True), text("month", key=True), small("position", key=True), text("deduction_id"),
        number("due_fen"), number("carried_before_fen"), number("borne_base_fen"), number("borne_subsidy_fen"),
        number("carried_fen"), text("way"), flag("unconfirmed"), small("revision"), instant("computed_at"),
    )  # fmt: skip
    op.create_table(
        "deduction_payments",
        text("payment_id", key=True), small("position", key=True), text("deduction_id"), text("station_id"),
        text("month"), number("paid_fen"), local_day("paid_on"), text("payee"), text("voucher_id"),
        instant("recorded_at"), text("recorded_by"),
    )  # fmt: skip
    op.create_index("ix_deduction_payments_station_id_month", "deduction_payments", ["station_id", "month"])
    op.create_table(
        "vat_months",
        text("station_id", key=True), text("month", key=True), text("part", key=True), number("settled_gross_fen"),
        number("settled_tax_fen"), number("settled_net_fen"), number("settled_refund_fen"), text("taxpayer"),
        text("vat_id"), flag("exempt"), flag("unconfirmed"), instant("computed_at"),
    )  # fmt: skip


def _transfers() -> None:
    op.create_table(
        "transfers",
        text("transfer_id", key=True), text("banner_code"), text("township"), text("period"), number("passed_on_fen"),
        text("state"), local_day("drafted_on"), local_day("sent_on", nullable=True),
        local_day("ended_on", nullable=True), text("voucher_id", nullable=True), flag("unconfirmed"),
        flag("synthetic"), instant("changed_at"), text("changed_by"),
    )  # fmt: skip
    op.create_index("ix_transfers_banner_code_state", "transfers", ["banner_code", "state"])
    op.create_table(
        "transfer_lines",
        text("transfer_id", key=True), small("position", key=True), text("village_id"), text("station_id"),
        text("month"), text("part"), number("passed_on_fen"),
    )  # fmt: skip
    op.create_index("ix_transfer_lines_village_id_month", "transfer_lines", ["village_id", "month"])
    op.create_index("ix_transfer_lines_station_id_month", "transfer_lines", ["station_id", "month"])

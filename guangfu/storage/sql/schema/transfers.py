"""What leaves the agency's account: deductions and VAT borne and paid, transfers to townships and villages."""

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, Integer, Table, Text

from guangfu.storage.sql.schema.columns import Instant, metadata

invoices = Table(
    "invoices", metadata,
    Column("invoice_id", Text, primary_key=True),  # I-2026-000001
    Column("deduction_id", Text, nullable=False),
    Column("station_id", Text, nullable=False),
    Column("month_from", Text, nullable=False),
    Column("month_to", Text, nullable=False),  # both included; the amount is divided among them
    Column("invoiced_fen", BigInteger, nullable=False),
    Column("number", Text, nullable=False),
    Column("issued_on", Date),
    Column("payee", Text, nullable=False),
    Column("voucher_id", Text, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("cancelled_at", Instant),
    Index(None, "station_id", "deduction_id"),
)  # fmt: skip
"""An invoice takes the place of a deduction's rate in its months."""

deductions_borne = Table(
    "deductions_borne", metadata,
    Column("station_id", Text, primary_key=True),
    Column("month", Text, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("deduction_id", Text, nullable=False),
    Column("due_fen", BigInteger, nullable=False),
    Column("carried_before_fen", BigInteger, nullable=False),
    Column("borne_base_fen", BigInteger, nullable=False),
    Column("borne_subsidy_fen", BigInteger, nullable=False),
    Column("carried_fen", BigInteger, nullable=False),
    Column("way", Text, nullable=False),  # rate, invoice, vat
    Column("unconfirmed", Boolean, nullable=False),
    Column("revision", Integer, nullable=False),  # of the entry that stands in the journal; 0 is none
    Column("computed_at", Instant, nullable=False),
    Index(None, "month"),
)  # fmt: skip
"""Borne and carried = due and carried before; each row is computed again when more comes in."""

deduction_payments = Table(
    "deduction_payments", metadata,
    Column("payment_id", Text, primary_key=True),  # D-2026-000001
    Column("position", Integer, nullable=False, primary_key=True),
    Column("deduction_id", Text, nullable=False),
    Column("station_id", Text, nullable=False),
    Column("month", Text, nullable=False),
    Column("paid_fen", BigInteger, nullable=False),
    Column("paid_on", Date, nullable=False),
    Column("payee", Text, nullable=False),
    Column("voucher_id", Text, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Index(None, "station_id", "month"),
)  # fmt: skip

vat_months = Table(
    "vat_months", metadata,
    Column("station_id", Text, primary_key=True),
    Column("month", Text, primary_key=True),
    Column("part", Text, primary_key=True),
    Column("settled_gross_fen", BigInteger, nullable=False),
    Column("settled_tax_fen", BigInteger, nullable=False),
    Column("settled_net_fen", BigInteger, nullable=False),
    Column("settled_refund_fen", BigInteger, nullable=False),  # of the tax, what the state gives back
    Column("taxpayer", Text, nullable=False),  # village, agency, grid
    Column("vat_id", Text, nullable=False),  # the rule's row
    Column("exempt", Boolean, nullable=False),
    Column("unconfirmed", Boolean, nullable=False),
    Column("computed_at", Instant, nullable=False),
    Index(None, "month"),
)  # fmt: skip

transfers = Table(
    "transfers", metadata,
    Column("transfer_id", Text, primary_key=True),  # T-2026-000001
    Column("banner_code", Text, nullable=False),
    Column("township", Text, nullable=False),
    Column("period", Text, nullable=False),  # 2026-Q2 or 2026-05: which receipts it passes on, up to its end
    Column("passed_on_fen", BigInteger, nullable=False),
    Column("state", Text, nullable=False),  # drafted, approved, sent, arrived, returned, cancelled
    Column("drafted_on", Date, nullable=False),
    Column("sent_on", Date),
    Column("ended_on", Date),  # arrived or returned
    Column("voucher_id", Text),
    Column("unconfirmed", Boolean, nullable=False),
    Column("synthetic", Boolean, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("changed_by", Text, nullable=False),
    Index(None, "banner_code", "state"),
)  # fmt: skip

transfer_lines = Table(
    "transfer_lines", metadata,
    Column("transfer_id", Text, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("village_id", Text, nullable=False),
    Column("station_id", Text, nullable=False),
    Column("month", Text, nullable=False),
    Column("part", Text, nullable=False),
    Column("passed_on_fen", BigInteger, nullable=False),
    Index(None, "village_id", "month"),
    Index(None, "station_id", "month"),
    Index(None, "month"),
)  # fmt: skip
"""One village, station, energy month and part each."""

"""What came into the agency's account, and what it is for: bank lines, receipts, where they are allocated."""

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, Integer, Table, Text

from guangfu.storage.sql.schema.columns import Instant, metadata

bank_lines = Table(
    "bank_lines", metadata,
    Column("line_hash", Text, primary_key=True),  # SHA-256 of what the bank says, so that a line comes in once
    Column("account", Text, nullable=False),  # which account, by a name of ours
    Column("position", BigInteger, nullable=False),  # 1, 2, … in the account, as the bank has them
    Column("booked_on", Date, nullable=False),
    Column("bank_amount_fen", BigInteger, nullable=False),  # in above zero, out below
    Column("bank_balance_fen", BigInteger, nullable=False),  # the running balance after the line
    Column("counterparty", Text, nullable=False),
    Column("memo", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("file_row", Integer, nullable=False),
    Column("voucher_id", Text, nullable=False),
    Column("settles", Text),  # the receipt, transfer or payment that this line is
    Column("synthetic", Boolean, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Index(None, "account", "position", unique=True),
)  # fmt: skip

receipts = Table(
    "receipts", metadata,
    Column("receipt_id", Text, primary_key=True),  # R-2026-000001
    Column("book", Text, nullable=False),  # AGENCY, or CENTRALIZED: a company's payment
    Column("line_hash", Text),
    Column("received_on", Date, nullable=False),
    Column("received_fen", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),  # base, subsidy, interest, opening, company, unmatched
    Column("station_id", Text),  # as the bank's text or the list tells; nothing where it is of many or unknown
    Column("month", Text),
    Column("subsidy_year", Integer),
    Column("payer", Text, nullable=False),
    Column("state", Text, nullable=False),  # recorded, matched, posted, reversed
    Column("revision", Integer, nullable=False),  # how many times it was matched
    Column("voucher_id", Text, nullable=False),
    Column("synthetic", Boolean, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("changed_by", Text, nullable=False),
    Index(None, "state"),
    Index(None, "line_hash", unique=True),
)  # fmt: skip

receipt_allocations = Table(
    "receipt_allocations", metadata,
    Column("receipt_id", Text, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("station_id", Text, nullable=False),
    Column("month", Text, nullable=False),
    Column("part", Text, nullable=False),  # base, subsidy; entitlement in the CENTRALIZED book
    Column("subsidy_year", Integer),
    Column("received_fen", BigInteger, nullable=False),
    Column("way", Text, nullable=False),  # statement, subsidy_year, list; oldest and proportional are our own choice
    Column("reversed_at", Instant),  # a wrong match; its correcting entry is in the journal
    Index(None, "station_id", "month"),
    Index(None, "month"),
)  # fmt: skip

subsidy_status = Table(
    "subsidy_status", metadata,
    Column("station_id", Text, primary_key=True),
    Column("valid_from", Date, primary_key=True),
    Column("recorded_at", Instant, primary_key=True),
    Column("valid_to", Date),
    Column("status", Text, nullable=False),  # listed, unlisted, suspended, removed
    Column("listed_capacity_w", BigInteger),
    Column("document", Text, nullable=False),
    Column("confidence", Text, nullable=False),  # A, B, C
    Column("confirmed", Boolean, nullable=False),
    Column("voucher_id", Text),
    Column("recorded_by", Text, nullable=False),
    Column("superseded_at", Instant),
)  # fmt: skip
"""Where a station stands in the state's list of subsidised stations; a row that was replaced stays."""

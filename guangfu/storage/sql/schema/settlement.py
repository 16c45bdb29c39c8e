"""Settlement: the power company's statements as they came, what they differ by, and what closing keeps.

Prices are millionths of a yuan per kWh, so that they are exact.
"""

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, Integer, Table, Text, UniqueConstraint

from guangfu.storage.sql.schema.columns import Instant, RowId, metadata

statements = Table(
    "statements", metadata,
    Column("statement_id", Text, primary_key=True),  # station, month and revision: st00012-2026-06-1
    Column("station_id", Text, nullable=False),
    Column("month", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("account_number", Text, nullable=False),  # the generation account 发电户号, text
    Column("number", Text, nullable=False),  # the document's own number; empty if it has none
    Column("issued_on", Date),
    Column("window_from", Date, nullable=False),  # read at 00:00 of this day
    Column("window_to", Date, nullable=False),  # read at 00:00 of this day: the first that is not in it
    Column("settled_energy_wh", BigInteger, nullable=False),  # on grid, after losses, without corrections
    Column("off_grid_energy_wh", BigInteger),  # taken from the grid; billed apart
    Column("settled_base_fen", BigInteger, nullable=False),  # without corrections
    Column("settled_subsidy_fen", BigInteger, nullable=False),
    Column("state", Text, nullable=False),  # guangfu.ledger.states: imported, matched, posted, replaced
    Column("attention", Text, nullable=False),  # why a person must look at it, by causes; empty if nobody must
    # What it was compared with; null before that.
    Column("estimated_energy_wh", BigInteger),
    Column("estimated_base_fen", BigInteger),
    Column("estimated_subsidy_fen", BigInteger),
    Column("tolerance_wh", BigInteger),
    Column("content_sha256", Text, nullable=False),  # of what it says: the same statement comes in once
    Column("source", Text, nullable=False),  # file, sheet and row
    Column("voucher_id", Text, nullable=False),
    Column("imported_at", Instant, nullable=False),
    Column("imported_by", Text, nullable=False),
    UniqueConstraint("station_id", "month", "revision"),
    Index(None, "month", "state"),
)  # fmt: skip

statement_meters = Table(
    "statement_meters", metadata,
    Column("statement_id", Text, primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("meter_number", Text, nullable=False),  # as the statement names it
    Column("read_from", Date, nullable=False),
    Column("read_to", Date, nullable=False),
    Column("first_reading_wh", BigInteger, nullable=False),  # as the register displays it
    Column("last_reading_wh", BigInteger, nullable=False),
    Column("register_step_wh", BigInteger, nullable=False),
    Column("multiplication_factor", BigInteger, nullable=False),
    Column("transformer_loss_wh", BigInteger, nullable=False),
    Column("line_loss_wh", BigInteger, nullable=False),
    Column("settled_energy_wh", BigInteger, nullable=False),
    Index(None, "meter_number"),
)  # fmt: skip

statement_lines = Table(
    "statement_lines", metadata,
    Column("statement_id", Text, primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("part", Text, nullable=False),  # base, subsidy
    Column("settled_energy_wh", BigInteger, nullable=False),
    Column("price_micro_yuan_per_kwh", BigInteger, nullable=False),
    Column("settled_fen", BigInteger, nullable=False),
)  # fmt: skip
"""Energy × price = amount; a part may have several, such as a market price and its top-up."""

statement_corrections = Table(
    "statement_corrections", metadata,
    Column("statement_id", Text, primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("month", Text, nullable=False),  # the old month that is corrected
    Column("part", Text, nullable=False),
    Column("settled_energy_wh", BigInteger, nullable=False),  # both may be negative
    Column("settled_fen", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Index(None, "month"),
)  # fmt: skip

settlement_differences = Table(
    "settlement_differences", metadata,
    Column("statement_id", Text, primary_key=True),
    Column("cause", Text, primary_key=True),  # window, factor, loss, price, correction, missing, rest
    Column("difference_wh", BigInteger, nullable=False),
    Column("difference_base_fen", BigInteger, nullable=False),
    Column("difference_subsidy_fen", BigInteger, nullable=False),
)  # fmt: skip
"""What the statement, with its corrections, has more than the estimate. The causes sum to it exactly."""

settled_income = Table(
    "settled_income", metadata,
    Column("station_id", Text, primary_key=True),
    Column("month", Text, primary_key=True),  # of the energy
    Column("statement_id", Text, primary_key=True),
    Column("settled_energy_wh", BigInteger, nullable=False),
    Column("settled_gross_fen", BigInteger, nullable=False),
    Column("settled_base_fen", BigInteger, nullable=False),
    Column("settled_subsidy_fen", BigInteger, nullable=False),
    Column("subsidy_year", Integer, nullable=False),
    Column("subsidy_receivable", Boolean, nullable=False),  # false: a memo, no receivable, such as unlisted
    Column("unconfirmed", Boolean, nullable=False),
    Column("memo_subsidy_fen", BigInteger, nullable=False, server_default="0"),  # of the subsidy, what is no receivable
    Index(None, "month"),
    Index(None, "statement_id"),
)  # fmt: skip
"""What posted statements settle, by the month of the energy. A later statement's correction of an old month is a row
of its own, so the rows of a closed month never change: a station's month is the sum of its rows, and amounts may be
negative. A replaced statement has no rows."""

boundary_readings = Table(
    "boundary_readings", metadata,
    Column("station_id", Text, primary_key=True),
    Column("month", Text, primary_key=True),
    Column("device", Text, primary_key=True),
    Column("bound_at", Instant, primary_key=True),  # a bound of the month or of the statement's window
    Column("register_wh", BigInteger),  # null: it is not known
    Column("quality", Text, nullable=False),  # exact, interpolated, nearest (of an exchanged meter), missing
    Column("before_at", Instant),  # the readings on both sides, the one at the bound itself as `before`
    Column("before_wh", BigInteger),
    Column("after_at", Instant),
    Column("after_wh", BigInteger),
    Column("multiplication_factor", BigInteger, nullable=False),
    Column("source", Text, nullable=False),  # telemetry, statement
)  # fmt: skip
"""Copied when a month is closed, so that it can be explained when its telemetry is gone."""

figures_moved = Table(
    "figures_moved", metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("station_id", Text, nullable=False),
    Column("month", Text, nullable=False),
    Column("state", Text, nullable=False),  # of the station-month then; of a closed one the figures stay
    Column("energy_before_wh", BigInteger, nullable=False),
    Column("energy_after_wh", BigInteger, nullable=False),
    Column("estimated_base_before_fen", BigInteger, nullable=False),
    Column("estimated_base_after_fen", BigInteger, nullable=False),
    Column("estimated_subsidy_before_fen", BigInteger, nullable=False),
    Column("estimated_subsidy_after_fen", BigInteger, nullable=False),
    Column("rules_before", Text, nullable=False),
    Column("rules_after", Text, nullable=False),
    Column("moved_at", Instant, nullable=False),
    Index(None, "month", "station_id"),
)  # fmt: skip
"""What a change of rules, or late data of a month that was posted, moved in estimates."""

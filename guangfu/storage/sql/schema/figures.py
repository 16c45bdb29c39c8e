"""Daily and monthly figures, all estimated: rows that can be computed again from telemetry and rules."""

from sqlalchemy import BigInteger, Boolean, Column, Date, Float, Index, Integer, Table, Text

from guangfu.storage.sql.schema.columns import Instant, metadata

daily_energy = Table(
    "daily_energy", metadata,
    Column("station_id", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("energy_wh", BigInteger),  # null: insufficient data, `reason` says why
    Column("interpolated_wh", BigInteger),  # the part of energy_wh that a boundary inside a gap made up
    Column("coverage", Float, nullable=False),  # measured part of the day's expected readings, 0 to 1
    Column("reason", Text),
    Column("complete", Boolean, nullable=False),  # the day is over and its midnight readings are in
    Column("rules_version", Text, nullable=False),
    Column("computed_at", Instant, nullable=False),
    Column("estimated_low_wh", BigInteger),  # null: measured; else the day's energy is within, in 95 cases of 100
    Column("estimated_high_wh", BigInteger),
    Column("estimated_margin_wh", BigInteger),  # half of such an interval, of what the day adds to its month
    Index(None, "day"),
)  # fmt: skip

daily_income = Table(
    "daily_income", metadata,
    Column("station_id", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("estimated_gross_fen", BigInteger, nullable=False),
    Column("estimated_base_fen", BigInteger, nullable=False),
    Column("estimated_subsidy_fen", BigInteger, nullable=False),
    Column("tariff_id", Text, nullable=False),
    Column("unconfirmed", Boolean, nullable=False),
    Index(None, "day"),
)  # fmt: skip
"""A day's amount: the difference of the month's rounded cumulatives, so that days add up to the month."""

monthly_income = Table(
    "monthly_income", metadata,
    Column("station_id", Text, primary_key=True),
    Column("month", Text, primary_key=True),
    Column("energy_wh", BigInteger, nullable=False),
    Column("days_counted", Integer, nullable=False),
    Column("days_due", Integer, nullable=False),  # days of the month that have begun
    Column("coverage", Float, nullable=False),
    Column("estimated_gross_fen", BigInteger, nullable=False),
    Column("estimated_base_fen", BigInteger, nullable=False),
    Column("estimated_subsidy_fen", BigInteger, nullable=False),
    Column("tariff_id", Text, nullable=False),
    Column("unconfirmed", Boolean, nullable=False),
    Column("rules_version", Text, nullable=False),
    Column("computed_at", Instant, nullable=False),
    Column("estimated_low_wh", BigInteger),  # null: measured; else energy_wh is within, in 95 cases of 100
    Column("estimated_high_wh", BigInteger),
    Index(None, "month"),
)  # fmt: skip

village_monthly_income = Table(
    "village_monthly_income", metadata,
    Column("station_id", Text, primary_key=True),
    Column("village_id", Text, primary_key=True),
    Column("month", Text, primary_key=True),
    Column("units", BigInteger, nullable=False),
    Column("estimated_gross_fen", BigInteger, nullable=False),
    Column("estimated_base_fen", BigInteger, nullable=False),
    Column("estimated_subsidy_fen", BigInteger, nullable=False),
    Column("estimated_deductions_fen", BigInteger, nullable=False),
    Column("estimated_distributable_fen", BigInteger, nullable=False),
    Column("households", Integer, nullable=False),
    Column("unconfirmed", Boolean, nullable=False),
    Index(None, "village_id", "month"),
    Index(None, "month"),
)  # fmt: skip
"""Village-level stations: what each village's units of a station are estimated to bring in a month."""

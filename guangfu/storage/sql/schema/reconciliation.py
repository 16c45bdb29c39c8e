"""The same energy by three ways, a row a station-day; computed again when the day is."""

from sqlalchemy import BigInteger, Column, Date, Float, Index, Table, Text

from guangfu.storage.sql.schema.columns import Instant, metadata

energy_reconciliation = Table(
    "energy_reconciliation", metadata,
    Column("station_id", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("gateway_wh", BigInteger),  # null: not measured whole
    Column("inverter_wh", BigInteger),  # null: not every inverter's counter tells the day
    Column("meter_power_wh", BigInteger),  # null: no two readings near each other
    Column("meter_counted_wh", BigInteger),
    Column("meter_coverage", Float, nullable=False),
    Column("inverter_power_wh", BigInteger),
    Column("inverter_counted_wh", BigInteger),
    Column("inverter_coverage", Float, nullable=False),
    Column("computed_at", Instant, nullable=False),
    Index(None, "day"),
)  # fmt: skip

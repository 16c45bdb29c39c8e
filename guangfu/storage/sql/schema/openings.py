"""What stood in each book before this system began, with its evidence."""

from sqlalchemy import BigInteger, Column, Date, Index, Integer, Table, Text

from guangfu.storage.sql.schema.columns import Instant, metadata

opening_balances = Table(
    "opening_balances", metadata,
    Column("opening_id", Text, primary_key=True),  # book, account and all that its line names
    Column("book", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("station_id", Text),
    Column("energy_month", Text),
    Column("subsidy_year", Integer),
    Column("part", Text),
    Column("village_id", Text),
    Column("opening_fen", BigInteger, nullable=False),  # debit above zero, credit below
    Column("as_of", Date, nullable=False),
    Column("document", Text, nullable=False),
    Column("voucher_id", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Index(None, "station_id", "energy_month"),
)  # fmt: skip
"""The balance as it stands now; what stood before a correction is in the journal."""

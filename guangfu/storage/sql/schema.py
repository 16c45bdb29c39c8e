"""Every table, as SQLAlchemy Core; Alembic's migrations are checked against it by a test.

Amounts are integer fen and say in their name which of the five amounts they are; energy is integer
Wh. A registry row is current while `superseded_at` is null: a change supersedes, nothing is deleted.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant; SQLite, which has no time zones, keeps it as naive UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        assert value.tzinfo is not None, "a naive instant"
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite numbers rows by itself only for a column of type INTEGER.
RowId = BigInteger().with_variant(Integer, "sqlite")


def _registry_table(name: str, *columns: Column[object]) -> Table:
    return Table(
        name,
        metadata,
        Column("row_id", RowId, primary_key=True, autoincrement=True),
        *columns,
        Column("recorded_at", Instant, nullable=False),
        Column("superseded_at", Instant),
        Index(None, columns[0].name, "superseded_at"),
    )


def _text(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, Text, nullable=nullable)


def _number(
    name: str, kind: type[Float[float]] | type[BigInteger] = BigInteger, *, nullable: bool = False
) -> Column[object]:
    return Column(name, kind, nullable=nullable)


def _validity() -> tuple[Column[object], Column[object]]:
    return Column("valid_from", Date, nullable=False), Column("valid_to", Date)


leagues = _registry_table(
    "leagues", _text("code"), _text("name"), _text("name_en"), _text("resource_zone"), _text("grid"),
    _number("seat_lon", Float), _number("seat_lat", Float),
)  # fmt: skip
banners = _registry_table(
    "banners", _text("code"), _text("name"), _text("name_en"), _text("league_code"), _text("resource_zone"),
    _text("grid"), _number("seat_lon", Float), _number("seat_lat", Float),
)  # fmt: skip
villages = _registry_table(
    "villages", _text("village_id"), _text("name"), _text("name_en"), _text("township"), _text("banner_code"),
    Column("township_en", Text, nullable=False, server_default=text("''")),
)  # fmt: skip
stations = _registry_table(
    "stations", _text("station_id"), _text("name"), _text("name_en"), _text("kind"),
    Column("joint", Boolean, nullable=False), _text("banner_code"), _text("resource_zone"), _text("grid"),
    _number("lon", Float), _number("lat", Float), _number("capacity_dc_w"), _number("capacity_ac_w"),
    _number("tilt_deg", Float), _number("azimuth_deg", Float), _number("plan_year"),
    Column("filed_on", Date, nullable=False), Column("grid_connected_on", Date, nullable=False),
    Column("closed_on", Date),
)  # fmt: skip
devices = _registry_table(
    "devices", _text("station_id"), _text("device"), _text("kind"), *_validity(), _number("multiplication_factor"),
    _number("register_modulus_wh", nullable=True), _number("capacity_w", nullable=True),
)  # fmt: skip
share_units = _registry_table("share_units", _text("station_id"), _text("village_id"), _number("units"), *_validity())
households = _registry_table("households", _text("household_id"), _text("village_id"), *_validity())
slots = _registry_table("slots", _text("slot_id"), _text("station_id"), _text("household_id"), *_validity())
attributes = _registry_table("attributes", _text("subject_id"), _text("name"), _text("value"), *_validity())

registry_facts = Table(
    "registry_facts", metadata,
    Column("name", Text, primary_key=True), Column("value", Text, nullable=False),
)  # fmt: skip
"""What is true of the registry as a whole: `synthetic` is `true` or `false`; `version` grows with each change, the last
of which was recorded at `changed_at`; `taken_up_at` is the `changed_at` up to which accounting's figures follow it."""

dead_letters = Table(
    "dead_letters", metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("origin", Text, nullable=False),  # where it came from, once: worker, spool group, place in it
    Column("reason", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("station_id", Text),
    Column("received_at", Instant, nullable=False),
    Column("replayed_at", Instant),
    UniqueConstraint("origin"),
    Index(None, "reason", "received_at"),
    Index(None, "station_id"),
)  # fmt: skip

dirty_days = Table(
    "dirty_days", metadata,
    Column("station_id", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("generation", BigInteger, nullable=False),
)  # fmt: skip
"""Station-days whose readings changed since accounting last looked."""

stations_seen = Table(
    "stations_seen", metadata,
    Column("station_id", Text, primary_key=True),
    Column("last_reading_at", Instant),
    Column("last_received_at", Instant),
    Column("status", Text),  # online, offline: the station's retained status
    Column("status_at", Instant),
)  # fmt: skip

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

journal_entries = Table(
    "journal_entries", metadata,
    Column("book", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("key", Text, nullable=False),  # posting the same key again posts nothing
    Column("kind", Text, nullable=False),
    Column("posted_at", Instant, nullable=False),
    Column("canonical", LargeBinary, nullable=False),  # the versioned bytes that were hashed
    Column("hash", LargeBinary, nullable=False),  # SHA-256 of the previous hash and `canonical`
    UniqueConstraint("book", "key"),
)  # fmt: skip

journal_lines = Table(
    "journal_lines", metadata,
    Column("book", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("account", Text, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),  # debit above zero, credit below
    Column("station_id", Text),
    Column("energy_month", Text),
    Column("part", Text),  # base, subsidy
    Column("subsidy_year", Integer),
    Column("village_id", Text),
    Column("plan_line", Text),
    Column("voucher", Text),
    Index(None, "station_id", "energy_month"),
    Index(None, "account", "energy_month"),
)  # fmt: skip

journal_heads = Table(
    "journal_heads", metadata,
    Column("book", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)  # fmt: skip
"""The last entry of each book. Its row is the lock under which a book grows; and a chain alone can't show
that its last entries were cut off."""

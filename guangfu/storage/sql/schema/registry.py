"""What exists: a row is current while `superseded_at` is null; a change supersedes, nothing is deleted."""

from sqlalchemy import BigInteger, Boolean, Column, Date, Float, Index, Table, Text, text

from guangfu.storage.sql.schema.columns import Instant, RowId, metadata


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

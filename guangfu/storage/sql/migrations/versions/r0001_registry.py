"""The registry: what exists, with the time it was recorded."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from guangfu.storage.sql.migrations.columns import flag, instant, local_day, number, ratio, row_id, text, validity

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _registry_table(
        "leagues", text("code"), text("name"), text("name_en"), text("resource_zone"), text("grid"),
        ratio("seat_lon"), ratio("seat_lat"),
    )  # fmt: skip
    _registry_table(
        "banners", text("code"), text("name"), text("name_en"), text("league_code"), text("resource_zone"),
        text("grid"), ratio("seat_lon"), ratio("seat_lat"),
    )  # fmt: skip
    _registry_table(
        "villages", text("village_id"), text("name"), text("name_en"), text("township"), text("banner_code"),
    )  # fmt: skip
    _registry_table(
        "stations", text("station_id"), text("name"), text("name_en"), text("kind"), flag("joint"),
        text("banner_code"), text("resource_zone"), text("grid"), ratio("lon"), ratio("lat"),
        number("capacity_dc_w"), number("capacity_ac_w"), ratio("tilt_deg"), ratio("azimuth_deg"),
        number("plan_year"), local_day("filed_on"), local_day("grid_connected_on"),
        local_day("closed_on", nullable=True),
    )  # fmt: skip
    _registry_table(
        "devices", text("station_id"), text("device"), text("kind"), *validity(), number("multiplication_factor"),
        number("register_modulus_wh", nullable=True), number("capacity_w", nullable=True),
    )  # fmt: skip
    _registry_table("share_units", text("station_id"), text("village_id"), number("units"), *validity())
    _registry_table("households", text("household_id"), text("village_id"), *validity())
    _registry_table("slots", text("slot_id"), text("station_id"), text("household_id"), *validity())
    _registry_table("attributes", text("subject_id"), text("name"), text("value"), *validity())
    op.create_table("registry_facts", text("name", key=True), text("value"))


def _registry_table(name: str, *columns: sa.Column[Any]) -> None:
    op.create_table(name, row_id(), *columns, instant("recorded_at"), instant("superseded_at", nullable=True))
    first = columns[0].name
    op.create_index(f"ix_{name}_{first}_superseded_at", name, [first, "superseded_at"])

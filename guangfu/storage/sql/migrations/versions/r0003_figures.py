"""Accounting's figures: energy and estimated income by day and month."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from guangfu.storage.sql.migrations.columns import flag, instant, local_day, number, ratio, small, text

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "daily_energy",
        text("station_id", key=True), local_day("day", key=True), number("energy_wh", nullable=True),
        number("interpolated_wh", nullable=True), ratio("coverage"), text("reason", nullable=True), flag("complete"),
        text("rules_version"), instant("computed_at"),
    )  # fmt: skip
    op.create_index("ix_daily_energy_day", "daily_energy", ["day"])
    op.create_table(
        "daily_income",
        text("station_id", key=True), local_day("day", key=True), *_estimated(), text("tariff_id"), flag("unconfirmed"),
    )  # fmt: skip
    op.create_index("ix_daily_income_day", "daily_income", ["day"])
    op.create_table(
        "monthly_income",
        text("station_id", key=True), text("month", key=True), number("energy_wh"), small("days_counted"),
        small("days_due"), ratio("coverage"), *_estimated(), text("tariff_id"), flag("unconfirmed"),
        text("rules_version"), instant("computed_at"),
    )  # fmt: skip
    op.create_index("ix_monthly_income_month", "monthly_income", ["month"])
    op.create_table(
        "village_monthly_income",
        text("station_id", key=True), text("village_id", key=True), text("month", key=True), number("units"),
        *_estimated(), number("estimated_deductions_fen"), number("estimated_distributable_fen"),
        small("households"), flag("unconfirmed"),
    )  # fmt: skip
    op.create_index("ix_village_monthly_income_village_id_month", "village_monthly_income", ["village_id", "month"])
    op.create_index("ix_village_monthly_income_month", "village_monthly_income", ["month"])


def _estimated() -> list[sa.Column[Any]]:
    return [number("estimated_gross_fen"), number("estimated_base_fen"), number("estimated_subsidy_fen")]

"""Persons (encrypted) and looks at them, village plans, posts, dues, payments in batches, opening balances."""

import sqlalchemy as sa
from alembic import op

from guangfu.storage.sql.migrations.columns import (
    flag,
    instant,
    local_day,
    number,
    octets,
    row_id,
    small,
    text,
    validity,
)
from guangfu.storage.sql.migrations.versions.r0006_papers import refuse_changes

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

REFUSAL = "a look at personal data is never altered: it happened"


def upgrade() -> None:
    _persons()
    _plans()
    _payments()
    op.create_table(
        "opening_balances",
        text("opening_id", key=True), text("book"), text("account"), text("station_id", nullable=True),
        text("energy_month", nullable=True), small("subsidy_year", nullable=True), text("part", nullable=True),
        text("village_id", nullable=True), number("opening_fen"), local_day("as_of"), text("document"),
        text("voucher_id"), small("revision"), instant("recorded_at"), text("recorded_by"),
    )  # fmt: skip
    _index("opening_balances", "station_id", "energy_month")
    refuse_changes("person_looks", REFUSAL)


def _persons() -> None:
    op.create_table(
        "persons",
        text("person_id", key=True), text("kind"), text("identity_mac", nullable=True),
        text("mac_key_id", nullable=True), flag("synthetic"), instant("recorded_at"), text("recorded_by"),
        instant("erased_at", nullable=True), text("erased_by", nullable=True),
        sa.UniqueConstraint("identity_mac", name="uq_persons_identity_mac"),
    )  # fmt: skip
    op.create_table(
        "person_secrets",
        text("person_id", key=True), text("field", key=True), text("key_id"), octets("ciphertext"),
        instant("recorded_at"), text("recorded_by"),
    )  # fmt: skip
    _index("person_secrets", "key_id")
    op.create_table(
        "person_looks",
        row_id("id"), text("person_id"), text("act"), text("fields"), text("purpose"), instant("looked_at"),
        text("looked_by"),
    )  # fmt: skip
    _index("person_looks", "person_id", "id")
    op.create_table(
        "person_places",
        row_id(), text("person_id"), text("household_id"), text("village_id"), flag("head"), *validity(),
        text("reason"), text("voucher_id", nullable=True), instant("recorded_at"),
        instant("superseded_at", nullable=True),
    )  # fmt: skip
    _index("person_places", "person_id", "superseded_at")
    _index("person_places", "village_id", "superseded_at")


def _plans() -> None:
    op.create_table(
        "plan_years",
        text("village_id", key=True), small("year", key=True), text("state"), local_day("posted_on", nullable=True),
        text("voucher_id", nullable=True), instant("changed_at"), text("changed_by"),
    )  # fmt: skip
    op.create_table(
        "plan_lines",
        row_id(), text("line_id"), text("village_id"), small("year"), small("number"), text("spending"),
        text("use_id"), text("purpose"), number("planned_fen"), instant("recorded_at"),
        instant("superseded_at", nullable=True),
    )  # fmt: skip
    _index("plan_lines", "village_id", "year", "superseded_at")
    op.create_table(
        "posts",
        row_id(), text("post_id"), text("village_id"), text("person_id"), text("line_id"), text("duty"),
        text("paid_by"), number("wage_fen"), *validity(), text("voucher_id", nullable=True), instant("recorded_at"),
        instant("superseded_at", nullable=True),
    )  # fmt: skip
    _index("posts", "village_id", "superseded_at")
    _index("posts", "person_id", "superseded_at")
    op.create_table(
        "attendance",
        row_id(), text("post_id"), text("month"), small("attended_half_days"), small("due_half_days"),
        text("voucher_id", nullable=True), instant("recorded_at"), text("recorded_by"),
        instant("superseded_at", nullable=True),
    )  # fmt: skip
    _index("attendance", "post_id", "month", "superseded_at")


def _payments() -> None:
    op.create_table(
        "dues",
        text("due_id", key=True), text("live_key", nullable=True), text("book"), text("village_id", nullable=True),
        text("station_id", nullable=True), text("month"), text("payee_id"), text("household_id", nullable=True),
        text("slot_id", nullable=True), text("post_id", nullable=True), text("line_id", nullable=True),
        text("spending", nullable=True), number("due_fen"), text("reason"), text("voucher_id", nullable=True),
        instant("recorded_at"), text("recorded_by"), instant("posted_at", nullable=True),
        instant("cancelled_at", nullable=True),
        sa.UniqueConstraint("live_key", name="uq_dues_live_key"),
    )  # fmt: skip
    for columns in (("village_id", "month"), ("station_id", "month"), ("line_id",), ("payee_id",)):
        _index("dues", *columns)
    op.create_table(
        "payment_batches",
        text("batch_id", key=True), text("book"), text("village_id", nullable=True),
        text("station_id", nullable=True), text("month"), text("state"), number("due_fen"), instant("changed_at"),
        text("changed_by"),
    )  # fmt: skip
    for columns in (("village_id", "month"), ("station_id", "month")):
        _index("payment_batches", *columns)
    op.create_table(
        "payments",
        text("payment_id", key=True), text("batch_id"), text("due_id"), text("live_due_id", nullable=True),
        text("payee_id"), number("due_fen"), number("paid_fen"), text("state"), text("bank_reference"),
        text("returned_reason"), local_day("settled_on", nullable=True), instant("changed_at"), text("changed_by"),
        sa.UniqueConstraint("live_due_id", name="uq_payments_live_due_id"),
    )  # fmt: skip
    for column in ("batch_id", "due_id", "payee_id"):
        _index("payments", column)


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))

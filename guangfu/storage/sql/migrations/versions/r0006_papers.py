"""Vouchers, state changes that the database refuses to alter, and the states of station-months."""

import sqlalchemy as sa
from alembic import op

from guangfu.storage.sql.migrations.columns import instant, number, row_id, text

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

REFUSAL = "a change of state is never altered: it is followed by another"


def upgrade() -> None:
    op.create_table(
        "vouchers",
        text("voucher_id", key=True), text("kind"), text("number"), text("issued_on", nullable=True), text("file_name"),
        text("file_sha256"), number("file_bytes"), instant("recorded_at"), text("recorded_by"), text("note"),
        sa.UniqueConstraint("kind", "file_sha256", "number", name="uq_vouchers_kind_file_sha256_number"),
    )  # fmt: skip
    op.create_table(
        "state_changes",
        row_id("id"), text("subject"), text("subject_id"), text("before", nullable=True), text("after"),
        instant("changed_at"), text("changed_by"), text("reason"), text("voucher_id", nullable=True),
    )  # fmt: skip
    op.create_index("ix_state_changes_subject_subject_id_id", "state_changes", ["subject", "subject_id", "id"])
    op.create_table(
        "station_months",
        text("station_id", key=True), text("month", key=True), text("state"), text("statement_id", nullable=True),
        text("exception_voucher_id", nullable=True), instant("changed_at"), text("changed_by"),
    )  # fmt: skip
    op.create_index("ix_station_months_month_state", "station_months", ["month", "state"])
    refuse_changes("state_changes", REFUSAL)


def refuse_changes(table: str, refusal: str) -> None:
    """Triggers under which rows can only be added."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE FUNCTION refuse_{table}_change() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{refusal}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_never_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION refuse_{table}_change()"
        )
        return
    for act in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
        )

"""The journal, and triggers by which the database itself refuses to change or delete what was posted."""

import sqlalchemy as sa
from alembic import op

from guangfu.storage.sql.migrations.columns import instant, number, octets, small, text

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

REFUSAL = "the journal is never changed: post a correcting entry"


def upgrade() -> None:
    op.create_table(
        "journal_entries",
        text("book", key=True), number("seq", key=True), text("key"), text("kind"), instant("posted_at"),
        octets("canonical"), octets("hash"),
        sa.UniqueConstraint("book", "key", name="uq_journal_entries_book_key"),
    )  # fmt: skip
    op.create_table(
        "journal_lines",
        text("book", key=True), number("seq", key=True), small("line", key=True), text("account"),
        number("amount_fen"), text("station_id", nullable=True), text("energy_month", nullable=True),
        text("part", nullable=True), small("subsidy_year", nullable=True), text("village_id", nullable=True),
        text("plan_line", nullable=True), text("voucher", nullable=True),
    )  # fmt: skip
    op.create_index("ix_journal_lines_station_id_energy_month", "journal_lines", ["station_id", "energy_month"])
    op.create_index("ix_journal_lines_account_energy_month", "journal_lines", ["account", "energy_month"])
    op.create_table("journal_heads", text("book", key=True), number("seq"), octets("hash"))
    if op.get_bind().dialect.name == "postgresql":
        _refuse_on_postgresql()
    else:
        _refuse_on_sqlite()


def _refuse_on_sqlite() -> None:
    for table in ("journal_entries", "journal_lines"):
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )
    op.execute(
        "CREATE TRIGGER journal_heads_no_delete BEFORE DELETE ON journal_heads "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    )


def _refuse_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_journal_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    acts = {
        "journal_entries": "UPDATE OR DELETE OR TRUNCATE",
        "journal_lines": "UPDATE OR DELETE OR TRUNCATE",
        "journal_heads": "DELETE OR TRUNCATE",
    }
    for table, act in acts.items():
        op.execute(
            f"CREATE TRIGGER {table}_never_change BEFORE {act} ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_journal_change()"
        )

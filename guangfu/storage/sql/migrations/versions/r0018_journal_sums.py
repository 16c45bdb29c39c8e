"""What the journal's lines add up to, by account, village, month of posting and step."""

from alembic import op

from guangfu.storage.sql.migrations.columns import number, text

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

MONTH_AND_STEP = {
    "postgresql": ("to_char(e.posted_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')", "split_part(e.key, '/', 1)"),
    "sqlite": ("strftime('%Y-%m', e.posted_at, '+8 hours')", "substr(e.key, 1, instr(e.key || '/', '/') - 1)"),
}


def upgrade() -> None:
    op.create_table(
        "journal_sums",
        text("book", key=True), text("account", key=True), text("village_id", key=True),
        text("posted_month", key=True), text("step", key=True), number("amount_fen"),
    )  # fmt: skip
    month, step = MONTH_AND_STEP[op.get_bind().dialect.name]
    op.get_bind().exec_driver_sql(
        "INSERT INTO journal_sums "  # noqa: S608 - the words are ours
        f"SELECT l.book, l.account, coalesce(l.village_id, ''), {month}, {step}, sum(l.amount_fen) "
        "FROM journal_lines l JOIN journal_entries e ON e.book = l.book AND e.seq = l.seq GROUP BY 1, 2, 3, 4, 5"
    )

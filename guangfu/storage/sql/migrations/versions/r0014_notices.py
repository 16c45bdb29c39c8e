"""Public notices: the codes by which a paper on a wall is known to be ours."""

from alembic import op

from guangfu.storage.sql.migrations.columns import flag, instant, local_day, number, small, text
from guangfu.storage.sql.migrations.versions.r0006_papers import refuse_changes

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

REFUSAL = "a notice that was printed is never altered: another one is printed"


def upgrade() -> None:
    op.create_table(
        "notices",
        text("code", key=True), text("kind"), text("village_id"), small("year"), text("month", nullable=True),
        local_day("posted_on"), local_day("posted_until"), small("line_count"), number("planned_fen", nullable=True),
        number("paid_fen", nullable=True), text("canonical_sha256"), text("heads"), flag("synthetic"),
        instant("recorded_at"), text("recorded_by"),
    )  # fmt: skip
    op.create_index("ix_notices_village_id_year", "notices", ["village_id", "year"])
    refuse_changes("notices", REFUSAL)

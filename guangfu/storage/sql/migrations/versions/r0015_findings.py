"""Findings of audit checks."""

from alembic import op

from guangfu.storage.sql.migrations.columns import flag, instant, text

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "findings",
        text("finding_id", key=True), text("check_name"), text("subject_kind"), text("subject_id"), text("period"),
        text("banner_code", nullable=True), text("text_zh"), text("text_en"), text("cause_rows"), text("rule_id"),
        text("document"), text("confidence"), flag("unconfirmed"), text("rules_version"), text("state"),
        instant("first_seen_at"), instant("last_seen_at"), instant("cleared_at", nullable=True),
    )  # fmt: skip
    op.create_index("ix_findings_state_check_name", "findings", ["state", "check_name"])
    op.create_index("ix_findings_subject_id", "findings", ["subject_id"])
    op.create_index("ix_findings_period", "findings", ["period"])

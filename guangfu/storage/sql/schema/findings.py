"""What audit checks found: a row a finding, kept when its cause is gone; who explained it is in `state_changes`."""

from sqlalchemy import Boolean, Column, Index, Table, Text, text

from guangfu.storage.sql.schema.columns import Instant, metadata

findings = Table(
    "findings", metadata,
    Column("finding_id", Text, primary_key=True),  # check, subject and period: idle_money:v1:2026-01
    Column("check_name", Text, nullable=False),  # guangfu.income.rules.audit.Check
    Column("subject_kind", Text, nullable=False),  # station, village, household, person, receipt, …
    Column("subject_id", Text, nullable=False),
    Column("period", Text, nullable=False),  # the month, quarter or year that it is about
    Column("station_id", Text),  # of which station, village and banner it is, where it is of one
    Column("village_id", Text),
    Column("banner_code", Text),
    Column("text_zh", Text, nullable=False),  # in words, ids only
    Column("text_en", Text, nullable=False),
    Column("cause_rows", Text, nullable=False),  # JSON: [{"table", "keys", "values"}], the rows that cause it
    Column("rule_id", Text, nullable=False),  # checks.csv
    Column("document", Text, nullable=False),
    Column("confidence", Text, nullable=False),
    Column("unconfirmed", Boolean, nullable=False),
    Column("severity", Text, nullable=False, server_default=text("'warning'")),  # serious, warning
    Column("rules_version", Text, nullable=False),
    Column("state", Text, nullable=False),  # open, explained, cleared
    Column("first_seen_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("cleared_at", Instant),
    Index(None, "state", "check_name"),
    Index(None, "subject_id"),
    Index(None, "period"),
)  # fmt: skip

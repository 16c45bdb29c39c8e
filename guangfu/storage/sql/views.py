"""What Grafana may see of the SQL database: views without personal data, and a role that reads them.

Grafana lets everybody who may look at a dashboard send any query that its user may send. So its user sees the schema
`grafana` alone, whose views have the names of the tables and only the columns that are named here, or sums: no
household, no person, no entry of the journal, no voucher, no payload of a message, and of a finding not whom
it names. PostgreSQL only; SQLite has no users.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection

from guangfu.ledger.books import VILLAGE, VILLAGE_BANK
from guangfu.ledger.postings.villages import PAID_STEP

VIEWS_SCHEMA: Final = "grafana"
STATEMENT_TIMEOUT: Final = "30s"

_RECORDED: Final = ("recorded_at", "superseded_at")
_ESTIMATED: Final = ("estimated_gross_fen", "estimated_base_fen", "estimated_subsidy_fen")
_COMPUTED: Final = ("rules_version", "computed_at")

VIEWS: Final[Mapping[str, tuple[str, ...]]] = {
    "leagues": ("code", "name", "name_en", "seat_lon", "seat_lat", *_RECORDED),
    "banners": ("code", "name", "name_en", "league_code", "seat_lon", "seat_lat", *_RECORDED),
    "villages": ("village_id", "name", "name_en", "banner_code", *_RECORDED),
    "stations": (
        "station_id", "name", "name_en", "kind", "joint", "banner_code", "lon", "lat", "capacity_dc_w",
        "capacity_ac_w", "grid_connected_on", "closed_on", *_RECORDED,
    ),
    "registry_facts": ("name", "value"),
    "stations_seen": ("station_id", "last_reading_at", "last_received_at", "status", "status_at"),
    "dirty_days": ("station_id", "day", "generation"),
    "dead_letters": ("id", "reason", "station_id", "received_at", "replayed_at"),
    "daily_energy": (
        "station_id", "day", "energy_wh", "interpolated_wh", "coverage", "reason", "complete", *_COMPUTED,
    ),
    "daily_income": ("station_id", "day", *_ESTIMATED, "tariff_id", "unconfirmed"),
    "monthly_income": (
        "station_id", "month", "energy_wh", "days_counted", "days_due", "coverage", *_ESTIMATED, "tariff_id",
        "unconfirmed", *_COMPUTED,
    ),
    "village_monthly_income": (
        "station_id", "village_id", "month", "units", *_ESTIMATED, "estimated_deductions_fen",
        "estimated_distributable_fen", "unconfirmed",
    ),
    "station_months": ("station_id", "month", "state", "changed_at"),
    "station_states": ("station_id", "state", "power_w", "as_of"),
    "completeness_days": ("station_id", "day", "arrived", "received", "late", "unnumbered", "missing_closed"),
    "seq_gaps": ("station_id", "first_seq", "last_seq", "from_at", "until_at"),
    "ingest_health": (
        "worker", "at", "started_at", "received", "stored", "dead_letters", "store_failures", "sql_failures",
        "spool_messages", "spool_bytes", "spool_oldest_s", "outbox_rows", "set_aside", "disk_free_bytes", "connected",
        "paused",
    ),
    "rollup_marks": ("name", "done_at"),
    "statements": ("statement_id", "station_id", "month", "revision", "state"),
    "settlement_differences": (
        "statement_id", "cause", "difference_wh", "difference_base_fen", "difference_subsidy_fen",
    ),
    "settled_income": (
        "station_id", "month", "settled_energy_wh", "settled_gross_fen", "settled_base_fen", "settled_subsidy_fen",
        "subsidy_year", "subsidy_receivable", "unconfirmed", "memo_subsidy_fen",
    ),
    "vat_months": ("station_id", "month", "part", "settled_tax_fen", "taxpayer", "unconfirmed"),
    "deductions_borne": ("station_id", "month", "deduction_id", "borne_base_fen", "borne_subsidy_fen", "unconfirmed"),
    "transfers": (
        "transfer_id", "banner_code", "period", "passed_on_fen", "state", "sent_on", "ended_on", "unconfirmed",
    ),
    "transfer_lines": ("transfer_id", "village_id", "station_id", "month", "part", "passed_on_fen"),
    "findings": (
        "check_name", "severity", "period", "station_id", "village_id", "banner_code", "state", "first_seen_at",
        "last_seen_at", "cleared_at", "rule_id", "unconfirmed",
    ),
}  # fmt: skip
"""Columns that Grafana may read, by table."""

SUMMED: Final[Mapping[str, str]] = {
    "agency_receipts": (
        "SELECT a.station_id, a.month, a.part, sum(a.received_fen)::bigint AS received_fen "
        "FROM public.receipt_allocations a JOIN public.receipts r ON r.receipt_id = a.receipt_id "
        "WHERE a.reversed_at IS NULL AND r.book = 'AGENCY' GROUP BY 1, 2, 3"
    ),
    "agency_receipt_days": (
        "SELECT received_on, kind, count(*) AS receipts, sum(received_fen)::bigint AS received_fen "
        "FROM public.receipts WHERE book = 'AGENCY' GROUP BY 1, 2"
    ),
    "village_paid": (  # the names are our own constants
        "SELECT village_id, posted_month AS month, (-amount_fen)::bigint AS paid_fen FROM public.journal_sums "  # noqa: S608
        f"WHERE book = '{VILLAGE}' AND account = '{VILLAGE_BANK}' AND step = '{PAID_STEP}'"
    ),
    "account_balances": (
        "SELECT book, account, village_id, sum(amount_fen)::bigint AS balance_fen FROM public.journal_sums "
        "GROUP BY 1, 2, 3"
    ),
    "payments_by_state": (
        "SELECT b.book, b.village_id, b.month, p.state, count(*) AS payments, sum(p.due_fen)::bigint AS due_fen "
        "FROM public.payments p JOIN public.payment_batches b ON b.batch_id = p.batch_id GROUP BY 1, 2, 3, 4"
    ),
}
"""Sums of tables whose rows Grafana may not see: what came in, what villages paid, balances of the books, payments.

A balance is of an account and a village, which is empty where the lines of the account name none. `month` of
`village_paid` is the local month of the entry; everywhere else it is the energy's, or the due's.
"""


def role_statements(role: str, password: str, database: str, owner: str) -> list[str]:
    """SQL that makes the role, or brings it into this shape, and the schema of its views.

    Args:
        role: The login that Grafana uses.
        password: Its password; none is set if it is empty.
        database: The database of the views.
        owner: Who owns the tables, and so the views.
    """
    who, place = _name(role), _name(database)
    login = f"LOGIN PASSWORD {_text(password)}" if password else "LOGIN"
    made = f"CREATE ROLE {who}; EXCEPTION WHEN duplicate_object THEN NULL"
    return [
        f"DO $make$ BEGIN {made}; END $make$",
        f"ALTER ROLE {who} {login} NOCREATEDB NOCREATEROLE NOINHERIT",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {who}",
        f"REVOKE ALL ON SCHEMA public FROM {who}",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        f"REVOKE TEMPORARY ON DATABASE {place} FROM PUBLIC",
        f"GRANT CONNECT ON DATABASE {place} TO {who}",
        f"CREATE SCHEMA IF NOT EXISTS {VIEWS_SCHEMA} AUTHORIZATION {_name(owner)}",
        f"GRANT USAGE ON SCHEMA {VIEWS_SCHEMA} TO {who}",
        f"ALTER ROLE {who} IN DATABASE {place} SET search_path = {VIEWS_SCHEMA}",
        f"ALTER ROLE {who} IN DATABASE {place} SET default_transaction_read_only = on",
        f"ALTER ROLE {who} IN DATABASE {place} SET statement_timeout = '{STATEMENT_TIMEOUT}'",
    ]


def view_statements(roles: Sequence[str]) -> list[str]:
    """SQL that makes every view, anew, readable by the roles."""
    makes = [f"CREATE VIEW {VIEWS_SCHEMA}.{table} AS SELECT {', '.join(names)} FROM public.{table}"  # noqa: S608
             for table, names in VIEWS.items()]  # fmt: skip
    makes += [f"CREATE VIEW {VIEWS_SCHEMA}.{name} AS {query}" for name, query in SUMMED.items()]
    gone = [f"DROP VIEW IF EXISTS {VIEWS_SCHEMA}.{table} CASCADE" for table in (*VIEWS, *SUMMED)]
    return gone + makes + [f"GRANT SELECT ON ALL TABLES IN SCHEMA {VIEWS_SCHEMA} TO {_name(role)}" for role in roles]


def readers(db: Connection) -> list[str]:
    """Who may use the schema of the views, but its owner; nobody where there is no such schema."""
    asked = sa.text(
        "SELECT r.rolname FROM pg_namespace n, aclexplode(n.nspacl) a JOIN pg_roles r ON r.oid = a.grantee "
        "WHERE n.nspname = :name AND a.privilege_type = 'USAGE' AND a.grantee <> n.nspowner ORDER BY 1"
    )
    return list(db.execute(asked, {"name": VIEWS_SCHEMA}).scalars())


def drop_views(db: Connection) -> None:
    """Takes every view of the schema away, so that a migration may change what they show."""
    names = db.execute(sa.text("SELECT viewname FROM pg_views WHERE schemaname = :name"), {"name": VIEWS_SCHEMA})
    for name in names.scalars().all():
        db.exec_driver_sql(f"DROP VIEW {VIEWS_SCHEMA}.{_name(name)} CASCADE")


def create_views(db: Connection, roles: Sequence[str]) -> None:
    for statement in view_statements(roles):
        db.exec_driver_sql(statement)


def _name(text: str) -> str:
    """
    >>> print(_name('a"b'))
    "a""b"
    """
    return '"' + text.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"

"""Every table, as SQLAlchemy Core, a module a room; Alembic's migrations are checked against it by a test.

Amounts are integer fen and say in their name which of the five amounts they are; energy is integer Wh.
"""

from guangfu.storage.sql.schema.columns import metadata
from guangfu.storage.sql.schema.completeness import (
    completeness_days,
    completeness_told,
    seq_boots,
    seq_gaps,
    seq_late,
)
from guangfu.storage.sql.schema.figures import daily_energy, daily_income, monthly_income, village_monthly_income
from guangfu.storage.sql.schema.findings import findings
from guangfu.storage.sql.schema.inbox import dead_letters, dirty_days, stations_seen
from guangfu.storage.sql.schema.journal import journal_entries, journal_heads, journal_lines, journal_sums
from guangfu.storage.sql.schema.notices import notices
from guangfu.storage.sql.schema.openings import opening_balances
from guangfu.storage.sql.schema.operations import ingest_health, rollup_marks, station_states
from guangfu.storage.sql.schema.papers import state_changes, station_months, vouchers
from guangfu.storage.sql.schema.persons import person_looks, person_places, person_secrets, persons
from guangfu.storage.sql.schema.plans import (
    attendance,
    dues,
    payment_batches,
    payments,
    plan_lines,
    plan_years,
    posts,
)
from guangfu.storage.sql.schema.receipts import bank_lines, receipt_allocations, receipts, subsidy_status
from guangfu.storage.sql.schema.reconciliation import energy_reconciliation
from guangfu.storage.sql.schema.registry import (
    attributes,
    banners,
    devices,
    households,
    leagues,
    registry_facts,
    share_units,
    slots,
    stations,
    villages,
)
from guangfu.storage.sql.schema.settlement import (
    boundary_readings,
    figures_moved,
    settled_income,
    settlement_differences,
    statement_corrections,
    statement_lines,
    statement_meters,
    statements,
)
from guangfu.storage.sql.schema.transfers import (
    deduction_payments,
    deductions_borne,
    invoices,
    transfer_lines,
    transfers,
    vat_months,
)

__all__ = [
    "attendance",
    "attributes",
    "bank_lines",
    "banners",
    "boundary_readings",
    "completeness_days",
    "completeness_told",
    "daily_energy",
    "daily_income",
    "dead_letters",
    "deduction_payments",
    "deductions_borne",
    "devices",
    "dirty_days",
    "dues",
    "energy_reconciliation",
    "figures_moved",
    "findings",
    "households",
    "ingest_health",
    "invoices",
    "journal_entries",
    "journal_heads",
    "journal_lines",
    "journal_sums",
    "leagues",
    "metadata",
    "monthly_income",
    "notices",
    "opening_balances",
    "payment_batches",
    "payments",
    "person_looks",
    "person_places",
    "person_secrets",
    "persons",
    "plan_lines",
    "plan_years",
    "posts",
    "receipt_allocations",
    "receipts",
    "registry_facts",
    "rollup_marks",
    "seq_boots",
    "seq_gaps",
    "seq_late",
    "settled_income",
    "settlement_differences",
    "share_units",
    "slots",
    "state_changes",
    "statement_corrections",
    "statement_lines",
    "statement_meters",
    "statements",
    "station_months",
    "station_states",
    "stations",
    "stations_seen",
    "subsidy_status",
    "transfer_lines",
    "transfers",
    "vat_months",
    "village_monthly_income",
    "villages",
    "vouchers",
]

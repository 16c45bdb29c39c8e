"""Five years of the fleet's money, as accounting and finance would leave it, written by PostgreSQL itself.

755 village-level stations and their villages, 60 months up to the last: estimates, statements with their differences,
receipts of base and subsidy, deductions, VAT, transfers of every village's part, ten payments a village and month, and
findings. Of the journal only the sums (`journal_sums`), since no query reads its lines.
"""

from typing import Final

from sqlalchemy import Connection

MONTHS: Final = 60
_MONTHS: Final = (
    "(SELECT to_char(first, 'YYYY-MM') AS month, first::date AS first FROM generate_series("
    f"date_trunc('month', now()) - interval '{MONTHS} months', date_trunc('month', now()) - interval '1 month', "
    "interval '1 month') first) m"
)
_STATIONS: Final = "(SELECT station_id, banner_code FROM stations WHERE kind = 'village') s"
_HOLDERS: Final = "(SELECT DISTINCT station_id, village_id FROM share_units WHERE units > 0) h"
_BANNERS: Final = "(SELECT DISTINCT banner_code FROM stations WHERE kind = 'village') b"
_PARTS: Final = "unnest(ARRAY['base', 'subsidy']) part"
_STATION_MONTHS: Final = f"{_STATIONS} CROSS JOIN {_MONTHS}"
_CAUSES: Final = "unnest(ARRAY['window', 'factor', 'loss', 'price', 'correction', 'missing', 'rest']) cause"
_VILLAGE_SUMS: Final = (
    "(VALUES ('V1', 'transfer', 900000), ('V1', 'paid', -800000), ('V2', 'transfer', 0), ('V3', 'transfer', -900000), "
    "('V4.posts', 'due', 800000), ('V5', 'due', -800000), ('V5', 'paid', 800000)) t (account, step, fen)"
)
_AGENCY_SUMS: Final = (
    "(VALUES ('A1', 'receipt', 9), ('A1', 'transfer', -8), ('A2', 'estimate', 9), ('A3', 'settled', 9), "
    "('L1.settled', 'settled', -9), ('L1.cash', 'receipt', -9), ('L2', 'deduction', -1)) t (account, step, fen)"
)

FILLS: Final = (
    "INSERT INTO monthly_income (station_id, month, energy_wh, days_counted, days_due, coverage, estimated_gross_fen, "
    "estimated_base_fen, estimated_subsidy_fen, tariff_id, unconfirmed, rules_version, computed_at) "
    "SELECT station_id, month, 40000000, 30, 30, 1, 3000000, 1200000, 1800000, 't', true, 'r1', now() "
    f"FROM {_STATION_MONTHS} ON CONFLICT DO NOTHING",
    "INSERT INTO village_monthly_income (station_id, village_id, month, units, estimated_gross_fen, "
    "estimated_base_fen, estimated_subsidy_fen, estimated_deductions_fen, estimated_distributable_fen, households, "
    "unconfirmed) SELECT station_id, village_id, month, 1, 375000, 150000, 225000, 18000, 357000, 30, true "
    f"FROM {_HOLDERS} CROSS JOIN {_MONTHS} ON CONFLICT DO NOTHING",
    "INSERT INTO station_months (station_id, month, state, changed_at, changed_by) "
    f"SELECT station_id, month, 'closed', now(), 'x' FROM {_STATION_MONTHS}",
    "INSERT INTO statements (statement_id, station_id, month, revision, account_number, number, window_from, "
    "window_to, settled_energy_wh, settled_base_fen, settled_subsidy_fen, state, attention, content_sha256, source, "
    "voucher_id, imported_at, imported_by) SELECT station_id || month, station_id, month, 1, station_id, '', first, "
    f"first + 30, 40000000, 1200000, 1800000, 'posted', '', '', '', '', now(), 'x' FROM {_STATION_MONTHS}",
    "INSERT INTO settlement_differences (statement_id, cause, difference_wh, difference_base_fen, "
    "difference_subsidy_fen) SELECT station_id || month, cause, 1000, 30, 45 "
    f"FROM {_STATION_MONTHS} CROSS JOIN {_CAUSES}",
    "INSERT INTO settled_income (station_id, month, statement_id, settled_energy_wh, settled_gross_fen, "
    "settled_base_fen, settled_subsidy_fen, subsidy_year, subsidy_receivable, unconfirmed) SELECT station_id, month, "
    "station_id || month, 40000000, 3000000, 1200000, 1800000, left(month, 4)::int, true, true "
    f"FROM {_STATION_MONTHS}",
    "INSERT INTO receipts (receipt_id, book, received_on, received_fen, kind, payer, state, revision, voucher_id, "
    "synthetic, changed_at, changed_by) SELECT banner_code || month || part, 'AGENCY', first + 40, 9000000, part, "
    f"'x', 'posted', 1, '', true, now(), 'x' FROM {_BANNERS} CROSS JOIN {_MONTHS} CROSS JOIN {_PARTS}",
    "INSERT INTO receipt_allocations (receipt_id, revision, position, station_id, month, part, received_fen, way) "
    "SELECT banner_code || month || part, 1, row_number() OVER (PARTITION BY banner_code, month, part), station_id, "
    "month, part, CASE part WHEN 'base' THEN 1200000 ELSE 900000 END, 'list' "
    f"FROM {_STATION_MONTHS} CROSS JOIN {_PARTS}",
    "INSERT INTO deductions_borne (station_id, month, position, deduction_id, due_fen, carried_before_fen, "
    "borne_base_fen, borne_subsidy_fen, carried_fen, way, unconfirmed, revision, computed_at) SELECT station_id, "
    "month, n, 'd' || n, 60000, 0, 24000, 36000, 0, 'rate', true, 1, now() "
    f"FROM {_STATION_MONTHS} CROSS JOIN generate_series(1, 2) n",
    "INSERT INTO vat_months (station_id, month, part, settled_gross_fen, settled_tax_fen, settled_net_fen, "
    "settled_refund_fen, taxpayer, vat_id, exempt, unconfirmed, computed_at) SELECT station_id, month, part, 1200000, "
    f"30000, 1170000, 0, 'grid', 'v', false, true, now() FROM {_STATION_MONTHS} CROSS JOIN {_PARTS}",
    "INSERT INTO transfers (transfer_id, banner_code, township, period, passed_on_fen, state, drafted_on, sent_on, "
    "ended_on, unconfirmed, synthetic, changed_at, changed_by) SELECT banner_code || month, banner_code, '', month, "
    f"9000000, 'arrived', first + 50, first + 55, first + 58, true, true, now(), 'x' FROM {_BANNERS} "
    f"CROSS JOIN {_MONTHS}",
    "INSERT INTO transfer_lines (transfer_id, position, village_id, station_id, month, part, passed_on_fen) "
    "SELECT banner_code || month, row_number() OVER (PARTITION BY banner_code, month), village_id, station_id, month, "
    f"part, 100000 FROM {_HOLDERS} JOIN {_STATIONS} USING (station_id) CROSS JOIN {_MONTHS} CROSS JOIN {_PARTS}",
    "INSERT INTO journal_sums (book, account, village_id, posted_month, step, amount_fen) "
    "SELECT 'VILLAGE', account, village_id, month, step, fen "
    f"FROM (SELECT DISTINCT village_id FROM share_units) v CROSS JOIN {_MONTHS} CROSS JOIN {_VILLAGE_SUMS}",
    "INSERT INTO journal_sums (book, account, village_id, posted_month, step, amount_fen) "
    f"SELECT 'AGENCY', account, '', month, step, fen FROM {_MONTHS} CROSS JOIN {_AGENCY_SUMS}",
    "INSERT INTO journal_sums (book, account, village_id, posted_month, step, amount_fen) "
    "SELECT 'AGENCY', 'L1.cash', village_id, month, 'transfer', 8 "
    f"FROM (SELECT DISTINCT village_id FROM share_units) v CROSS JOIN {_MONTHS}",
    "INSERT INTO payment_batches (batch_id, book, village_id, month, state, due_fen, changed_at, changed_by) "
    "SELECT village_id || month, 'VILLAGE', village_id, month, 'settled', 800000, now(), 'x' "
    f"FROM (SELECT DISTINCT village_id FROM share_units) v CROSS JOIN {_MONTHS}",
    "INSERT INTO payments (payment_id, batch_id, due_id, payee_id, due_fen, paid_fen, state, bank_reference, "
    "returned_reason, changed_at, changed_by) SELECT batch_id || n, batch_id, batch_id || n, 'p' || n, 80000, 80000, "
    "'paid', '', '', now(), 'x' FROM payment_batches CROSS JOIN generate_series(1, 10) n",
    "INSERT INTO findings (finding_id, check_name, subject_kind, subject_id, period, text_zh, text_en, cause_rows, "
    "rule_id, document, confidence, unconfirmed, severity, rules_version, state, first_seen_at, last_seen_at) "
    "SELECT station_id || month, 'not_passed_on', 'station', station_id, month, '', '', '[]', 'r', '', 'B', true, "
    f"'serious', 'r1', 'open', now(), now() FROM {_STATION_MONTHS}",
)
"""A statement for each table."""


def fill_money(db: Connection) -> None:
    for statement in FILLS:
        db.exec_driver_sql(statement)

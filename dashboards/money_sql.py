"""Pieces of the queries on settled, received and passed-on money, as `guangfu.storage.sql.money` reckons it."""

# ruff: noqa: S608 - queries are made of constants of ours; what people choose stays a variable of Grafana

from typing import Final

OWED: Final = (
    "(SELECT station_id, month, 'base' AS part, settled_base_fen AS fen FROM settled_income "
    "UNION ALL SELECT station_id, month, 'subsidy', settled_subsidy_fen FROM settled_income WHERE subsidy_receivable "
    "UNION ALL SELECT station_id, month, part, -settled_tax_fen FROM vat_months WHERE taxpayer = 'grid' "
    "UNION ALL SELECT station_id, month, part, -received_fen FROM agency_receipts)"
)
"""What is receivable less what came; sum it by whatever is asked. [fen]"""


def _borne(part: str) -> str:
    """What a month bears of deductions, where it received anything of the part; nothing goes on without."""
    return (
        f"SELECT b.station_id, b.month, 0, 0, 0, b.borne_{part}_fen, 0, 0 FROM deductions_borne b "
        "JOIN agency_receipts r ON r.station_id = b.station_id AND r.month = b.month "
        f"AND r.part = '{part}'"
    )


_ROWS: Final = (
    "SELECT station_id, month, settled_base_fen + settled_subsidy_fen AS settled, 0 AS received, 0 AS owed, "
    "0 AS borne, 0 AS passed, 0 AS held FROM settled_income "
    "UNION ALL SELECT station_id, month, 0, received_fen, 0, 0, 0, 0 FROM agency_receipts "
    f"UNION ALL SELECT station_id, month, 0, 0, fen, 0, 0, 0 FROM {OWED} owed "
    f"UNION ALL {_borne('base')} UNION ALL {_borne('subsidy')} "
    "UNION ALL SELECT l.station_id, l.month, 0, 0, 0, 0, "
    "CASE WHEN t.state IN ('sent', 'arrived') THEN l.passed_on_fen ELSE 0 END, l.passed_on_fen FROM transfer_lines l "
    "JOIN transfers t ON t.transfer_id = l.transfer_id WHERE t.state IN ('drafted', 'approved', 'sent', 'arrived')"
)

MONEY: Final = (
    "(SELECT station_id, month, sum(settled) AS settled_fen, sum(received) AS received_fen, sum(owed) AS owed_fen, "
    "sum(passed) AS passed_fen, sum(received) - sum(borne) - sum(held) AS ready_fen "
    f"FROM ({_ROWS}) rows GROUP BY station_id, month)"
)
"""A row for each station and month of energy. [fen]"""

DIFFERENCES: Final = (
    "(SELECT station_id, month, sum(fen) AS fen, (array_agg(cause ORDER BY abs(fen) DESC, place))[1] AS cause FROM "
    "(SELECT s.station_id, s.month, d.cause, d.difference_base_fen + d.difference_subsidy_fen AS fen, "
    "array_position(ARRAY['window', 'factor', 'loss', 'price', 'correction', 'missing', 'rest'], d.cause) AS place "
    "FROM statements s JOIN settlement_differences d USING (statement_id) WHERE s.state = 'posted') each "
    "GROUP BY station_id, month)"
)
"""What each posted statement has more than the estimate, and the cause of most of it. [fen]"""

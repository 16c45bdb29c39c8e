"""Which months' settled money rests on something unconfirmed: each ground alone, and none."""

from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from guangfu.storage.sql import schema
from guangfu.storage.sql.database import open_database
from guangfu.storage.sql.money import doubtful_months

AT = datetime(2026, 7, 1, tzinfo=UTC)
ALLOCATION = {
    "receipt_id": "R-1", "revision": 1, "position": 1, "part": "base", "received_fen": 1, "way": "statement",
}  # fmt: skip
BORNE = {
    "position": 5, "deduction_id": "operation", "due_fen": 1, "carried_before_fen": 0, "borne_base_fen": 1,
    "borne_subsidy_fen": 0, "carried_fen": 0, "way": "rate", "unconfirmed": False, "revision": 1, "computed_at": AT,
}  # fmt: skip
VAT = {
    "part": "base", "settled_gross_fen": 1, "settled_tax_fen": 0, "settled_net_fen": 1, "settled_refund_fen": 0,
    "taxpayer": "agency", "vat_id": "v", "exempt": True, "unconfirmed": False, "computed_at": AT,
}  # fmt: skip
SETTLED = {
    "statement_id": "x", "settled_energy_wh": 1, "settled_gross_fen": 1, "settled_base_fen": 1,
    "settled_subsidy_fen": 0, "subsidy_year": 2026, "subsidy_receivable": True, "unconfirmed": False,
}  # fmt: skip


@pytest.mark.parametrize(
    ("table", "row", "doubt"),
    [
        ("receipt_allocations", ALLOCATION, {}),
        ("receipt_allocations", ALLOCATION, {"way": "oldest"}),
        ("receipt_allocations", ALLOCATION, {"way": "proportional"}),
        ("deductions_borne", BORNE, {}),
        ("deductions_borne", BORNE, {"unconfirmed": True}),
        ("vat_months", VAT, {}),
        ("vat_months", VAT, {"unconfirmed": True}),
        ("vat_months", VAT, {"unconfirmed": True, "taxpayer": "grid"}),
        ("settled_income", SETTLED, {}),
        ("settled_income", SETTLED, {"unconfirmed": True}),
    ],
)
def test_a_month_is_in_doubt_for_each_ground_alone(table: str, row: dict[str, Any], doubt: dict[str, Any]) -> None:
    engine = open_database("sqlite:///:memory:")
    schema.metadata.create_all(engine)
    with engine.begin() as db:
        db.execute(sa.insert(schema.metadata.tables[table]), [{"station_id": "s1", "month": "2026-06", **row, **doubt}])
        assert doubtful_months(db) == ({("s1", "2026-06")} if doubt else set())
        assert doubtful_months(db, start="2026-07") == doubtful_months(db, stations=["s2"]) == set()
    engine.dispose()


@pytest.mark.parametrize(
    ("table", "row", "without"),
    [
        ("receipt_allocations", ALLOCATION, {"way": "oldest", "reversed_at": AT}),
        ("deductions_borne", BORNE, {"unconfirmed": True, "due_fen": 0}),
        ("vat_months", VAT, {"unconfirmed": True, "taxpayer": "village"}),
    ],
)
def test_what_touches_no_amount_is_no_doubt(table: str, row: dict[str, Any], without: dict[str, Any]) -> None:
    engine = open_database("sqlite:///:memory:")
    schema.metadata.create_all(engine)
    with engine.begin() as db:
        values = {"station_id": "s1", "month": "2026-06", **row, **without}
        db.execute(sa.insert(schema.metadata.tables[table]), [values])
        assert doubtful_months(db) == set()
    engine.dispose()

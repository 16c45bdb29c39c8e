"""What goes wrong at the agency is found by the checks, from tables that the real steps filled, on both databases.

All of 2025, looked at on 10 October 2026: what was planted is found, with its rows, and nothing else of the money.
"""

from datetime import date

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from accounting.audit import run_audit
from accounting.audit_commands import app
from accounting.cash.companies import record_payments
from accounting.cash.passing import apply_draft, approve, arrive, plan_draft, send
from guangfu.exits import Exit
from guangfu.income.cash_files import CompanyPayment
from guangfu.ledger.fen import Fen
from guangfu.storage.sql import schema
from guangfu.storage.sql.findings import CLEARED, Finding, read_findings
from guangfu.storage.sql.registry import write_registry
from tests.accounting.cash.world import BANNER, NOW, Cash, registry

PLACES = {"single_size", "joint_size", "kw_most", "kw_least", "both_kinds"}
"""The county's households are too few for its kW; that is no matter of money."""
YEAR = [f"2025-{n:02d}" for n in range(1, 13)]


@pytest.fixture
def county(cash: Cash) -> Cash:
    """s1's May came on 1 July, was passed on on 2 December and arrived on 5 January; of June 0.50 never came.

    s2's May came on 2 July and is still there, nobody knows whose 7.77 are, its third quarter never came. s1's
    subsidy of May did not come; c1's company paid 100.00 of 250.00.
    """
    write_registry(cash.engine, registry(), at=NOW)
    cash.settle("s1", "2025-05", 10_000, 15_000)
    cash.came(10_000, "s1 2025年5月上网电费", date(2025, 7, 1))
    cash.take()
    cash.match()
    with cash.engine.begin() as db:
        apply_draft(db, cash.desk, plan_draft(db, cash.desk, "2025-Q4", BANNER))
        approve(db, cash.desk, ["T-2026-000001"])
        send(db, cash.desk, ["T-2026-000001"], date(2025, 12, 2))
        arrive(db, cash.desk, ["T-2026-000001"], date(2026, 1, 5))
    cash.settle("s1", "2025-06", 10_000)
    cash.settle("s2", "2025-05", 64_000)
    cash.settle("s2", "2025-07", 64_000)
    cash.came(9_950, "s1 2025年6月上网电费", date(2025, 7, 1))
    cash.came(64_000, "s2 2025年5月上网电费", date(2025, 7, 2))
    cash.came(777, "不明", date(2025, 9, 1), "某人")
    cash.take()
    cash.match()
    cash.owe("2025-05", 25_000)
    with cash.engine.begin() as db:
        paid = CompanyPayment(2, "c1", date(2025, 12, 1), Fen(10_000), None, "企业")
        record_payments(db, cash.desk, [paid], "V-2026-000002")
    return cash


def found(county: Cash) -> dict[str, Finding]:
    run_audit(county.engine, county.rules, NOW, "李", YEAR)
    with county.engine.connect() as db:
        return {one.finding_id: one for one in read_findings(db) if one.check_name not in PLACES}


def test_what_went_wrong_is_found_with_its_figures_and_nothing_else(county: Cash) -> None:
    """Of 100.00 of s1's May 87.75 go on: 2.9 % and 2 % of 250.00 are kept; s2 keeps 4.9 % of 640.00."""
    says = {key: one.text_en.split(": ", 1)[1] for key, one in found(county).items()}
    assert says == {
        "entitlement_late:c1:2025": "its company is late with 150.00 yuan of 2025 for its slots",
        "not_passed_on:s1:2025-07": "94.60 yuan that came in 2025-07 were not passed on in time",
        "not_passed_on:s2:2025-07": "608.64 yuan that came in 2025-07 were not passed on in time",
        "late_transfer:s1:2025-07": "87.75 yuan that came in 2025-07 were passed on late",
        "in_transit:T-2026-000001:2025-12": "87.75 yuan sent on 2025-12-02 arrived only on 2026-01-05",
        "nothing_received:s2:2025-Q3": "640.00 yuan of the base of 2025-Q3 were due by 2025-12-31, and nothing came "
        "into the agency",
        "receipt_mismatch:s1:2025-06": "99.50 yuan of the base of 2025-06 came, 100.00 were due; 0.50 are between",
        "subsidy_late:s1:2025": "150.00 yuan of the subsidy of 2025 are not in the agency; they were due by 2026-03-31",
        "unmatched_receipt:R-2026-000004:2025-09": "of 2025-09-01, 7.77 yuan are matched with no station",
    }


def test_the_rows_that_cause_a_finding_are_in_its_table(county: Cash) -> None:
    """Each row is found again by its table and keys, but for those that a check reckons."""
    reckoned = {"unmatched_fen", "outstanding_fen"}
    for one in found(county).values():
        for row in one.rows:
            table = schema.metadata.tables[row.table]
            where = [table.c[name] == value for name, value in row.keys.items()]
            with county.engine.connect() as db:
                (kept, *others) = db.execute(sa.select(table).where(*where)).mappings().all()
            assert row.table == "journal_lines" or not others, row
            fen = {name for name in row.values if name.endswith("_fen")} - reckoned
            assert {name: kept[name] for name in fen} == {name: row.values[name] for name in fen}


def test_what_was_mended_is_cleared(county: Cash) -> None:
    """The 0.50 come, and what waited is passed on: late, but passed on."""
    before = found(county)
    county.came(50, "s1 2025年6月上网电费", date(2026, 10, 9))
    county.take()
    county.match()
    with county.engine.begin() as db:
        draft = plan_draft(db, county.desk, "2026-Q4", BANNER)
        apply_draft(db, county.desk, draft)
        ids = [transfer.transfer_id for transfer, _ in draft.transfers]
        approve(db, county.desk, ids)
        send(db, county.desk, ids, date(2026, 10, 9))
    after = found(county)
    cleared = {key for key, one in after.items() if one.state == CLEARED}
    assert cleared == {"not_passed_on:s1:2025-07", "not_passed_on:s2:2025-07", "receipt_mismatch:s1:2025-06"}
    assert after.keys() - before.keys() == {"late_transfer:s2:2025-07"}


def test_the_command_finds_a_late_transfer(county: Cash, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUANGFU_STORAGE_SQL_URL", county.engine.url.render_as_string(hide_password=False))
    run = CliRunner()
    assert run.invoke(app, ["run", "--month", "2025-07", "--by", "李"]).exit_code == Exit.FOUND
    listed = run.invoke(app, ["list", "--check", "late_transfer", "--month", "2025-07", "--lang", "en"])
    assert (listed.exit_code, "late_transfer:s1:2025-07" in listed.output) == (Exit.FOUND, True)
    shown = run.invoke(app, ["show", "late_transfer:s1:2025-07"]).output
    assert "迟于期限才划拨" in shown and "receipt_id R-2026-000001" in shown and "received_fen 10000" in shown

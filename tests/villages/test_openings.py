"""Opening balances: one balanced entry each, twice as once, never after our own first posting."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from guangfu.income.audit import audit
from guangfu.income.rules import load_rules
from guangfu.ledger.books import Part
from guangfu.ledger.fen import Fen
from guangfu.ledger.postings import estimate_entry
from guangfu.storage.sql.audit_facts import audit_months, read_audit_facts
from guangfu.storage.sql.journal import balances, post_entries, read_entries, verify_chain
from guangfu.storage.sql.papers import read_vouchers
from guangfu.storage.sql.registry import read_registry
from tests.villages.conftest import Run, Write

HEAD = ("账簿", "科目", "电站编号", "嘎查村编号", "期间", "部分", "金额（元，借正贷负）", "截至日期", "凭证号")
ROWS = (
    ("结转机构账", "A3", "st-s", "", "2019-05", "基础", "1,234.56", "2025-12-31", "财发〔2026〕3号"),
    ("AGENCY", "A3", "st-s", "", "2019", "补贴", "-20", "2025-12-31", "财发〔2026〕3号"),
    ("VILLAGE", "V1", "", "vl-s", "", "", "5000", "2025-12-31", "财发〔2026〕3号"),
    ("集中式电站账", "C2", "st-c", "", "2025-12", "", "-250.00", "2025-12-31", "财发〔2026〕3号"),
)


def book(engine: Engine, name: str) -> dict[str, int]:
    with engine.connect() as db:
        return balances(db, name)


def test_balances_come_in_with_evidence_and_twice_is_once(county: Engine, run: Run, write: Write) -> None:
    path = write("期初.csv", [HEAD, *ROWS])
    assert "preview" in run("opening-balances", "import", path).output
    assert book(county, "AGENCY") == {}
    for _ in range(2):
        assert run("opening-balances", "import", path, "--apply").exit_code == 0
    assert book(county, "AGENCY") == {"A0": -121_456, "A3": 121_456}
    assert book(county, "VILLAGE") == {"V0": -500_000, "V1": 500_000}
    assert book(county, "CENTRALIZED") == {"C0": 25_000, "C2": -25_000}
    with county.connect() as db:
        entries = [p.entry for p in read_entries(db, "AGENCY")]
        assert [(e.lines[0].energy_month, e.lines[0].subsidy_year, e.lines[0].part) for e in entries] == [
            ("2019-05", None, "base"), (None, 2019, "subsidy"),
        ]  # fmt: skip
        vouchers = {line.voucher for entry in entries for line in entry.lines}
        assert [v.kind for v in read_vouchers(db) if v.voucher_id in vouchers] == ["opening"], (
            "one voucher, with the file's hash"
        )
        assert verify_chain(db) == []
    assert "5,000.00" in run("opening-balances", "list").output


def test_a_corrected_balance_reverses_the_one_that_stood(county: Engine, run: Run, write: Write) -> None:
    run("opening-balances", "import", write("a.csv", [HEAD, ROWS[2]]), "--apply")
    other = (*ROWS[2][:6], "4000", *ROWS[2][7:])
    done = run("opening-balances", "import", write("b.csv", [HEAD, other]), "--apply")
    assert ("5,000.00" in done.output, "4,000.00" in done.output) == (True, True)
    assert book(county, "VILLAGE") == {"V0": -400_000, "V1": 400_000}
    with county.connect() as db:
        assert [p.entry.kind for p in read_entries(db, "VILLAGE")] == ["opening", "reversal", "opening"]


def test_a_corrected_balance_is_for_audits_what_stood_and_nothing_of_it_spent(
    county: Engine, run: Run, write: Write
) -> None:
    """4,000.00 of 2025-12-31 lie idle after June; that the balance was 5,000.00 first is no spending."""
    other = (*ROWS[2][:6], "4000", *ROWS[2][7:])
    for n, rows in enumerate(([ROWS[2]], [other])):
        run("opening-balances", "import", write(f"{n}.csv", [HEAD, *rows]), "--apply")
    registry = read_registry(county)
    with county.connect() as db:
        months = audit_months(db, date(2026, 7, 1))
        facts = read_audit_facts(db, registry, months)
    (stood,) = facts.bank
    assert (stood.moved_on, stood.amount_fen, stood.arrival) == (date(2025, 12, 31), 400_000, True)
    assert [one.key for one in audit(facts, load_rules(), months, date(2026, 6, 30))] == []
    (idle,) = audit(facts, load_rules(), months, date(2026, 7, 1))
    assert (idle.key, idle.rows[0].values["amount_fen"]) == ("idle_money:vl-s:2025-12", 400_000)


def test_a_date_after_our_own_first_posting_of_the_station_month_is_refused(
    county: Engine, run: Run, write: Write
) -> None:
    with county.begin() as db:
        post_entries(db, [estimate_entry("st-s", "2019-05", Part.BASE, Fen(5))], datetime(2025, 12, 30, tzinfo=UTC))
    done = run("opening-balances", "import", write("a.csv", [HEAD, *ROWS]), "--apply")
    assert (done.exit_code, "first posting for that station-month, on 2025-12-30" in done.output) == (1, True)
    assert "a.csv:2" in done.output
    assert book(county, "VILLAGE") == {}, "nothing is written"


@pytest.mark.parametrize(
    ("place", "cell", "says"),
    [
        (1, "A0", "no such account"), (1, "V1", "no such account"), (2, "st-x", "no such station"),
        (3, "vl-x", "no such village"), (4, "2019", "give a month"), (4, "2019-13", "looks like 2026-06"),
        (6, "1.234", "two decimals"), (6, "0", "needs no row"), (7, "2018-01-01", "first day"), (8, "", "not be blank"),
    ],
)  # fmt: skip
def test_faults_are_told(county: Engine, run: Run, write: Write, place: int, cell: str, says: str) -> None:
    row = [*ROWS[0][:place], cell, *ROWS[0][place + 1 :]]
    done = run("opening-balances", "import", write("a.csv", [HEAD, row]), "--apply")
    assert (done.exit_code, says in " ".join(done.output.split())) == (1, True), done.output


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(amounts=st.lists(st.integers(-(10**10), 10**10).filter(bool), min_size=1, max_size=4))
def test_whatever_is_imported_stands_at_the_last_file(
    county: Engine, run: Run, write: Write, amounts: list[int]
) -> None:
    for fen in amounts:
        row = (*ROWS[2][:6], f"{fen / 100:.2f}", *ROWS[2][7:])
        assert run("opening-balances", "import", write("a.csv", [HEAD, row]), "--apply").exit_code == 0
    assert book(county, "VILLAGE") == {"V0": -amounts[-1], "V1": amounts[-1]}

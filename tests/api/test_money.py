"""Money that moves: receipts, what is outstanding by age, transfers, a village's amounts side by side.

st2 is vl1's alone: May is settled at 400.00 base and 600.00 subsidy; the base came, less 2.9 % and 2 % of 1,000.00.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from accounting.cash.bank import apply_bank, plan_bank
from accounting.cash.companies import record_payments
from accounting.cash.matching import How, match_receipts
from accounting.cash.passing import apply_draft, approve, plan_draft, send
from accounting.cash.steps import Desk
from guangfu.income.bank_export import read_export
from guangfu.income.cash_files import CompanyPayment
from guangfu.income.rules import load_rules
from guangfu.income.settlement.models import SettledIncome
from guangfu.income.synthetic_bank import SyntheticBank
from guangfu.ledger.books import Part
from guangfu.ledger.fen import Fen
from guangfu.ledger.postings import settled_entry
from guangfu.ledger.postings.estimates import entitlement_entry
from guangfu.storage.opening import StorageSettings, open_telemetry_store
from guangfu.storage.sql.database import open_database, upgrade
from guangfu.storage.sql.journal import post_entries
from guangfu.storage.sql.registry import read_registry
from guangfu.storage.sql.settlement import replace_settled
from tests.api.small_county import Api, fill_sql, serving

AT = datetime(2026, 6, 1, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def paid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    folder = tmp_path_factory.mktemp("paid")
    engine = open_database(f"sqlite:///{folder}/guangfu.sqlite")
    upgrade(engine)
    fill_sql(engine)
    store = open_telemetry_store(StorageSettings(telemetry_url=f"duckdb:///{folder}/telemetry.duckdb"))
    desk = Desk(read_registry(engine), load_rules(), AT, "李会计")
    bank = SyntheticBank()
    bank.book(date(2026, 5, 20), Fen(40_000), "=国网", "st2 2026年5月上网电费")
    bank.book(date(2026, 5, 21), Fen(7), "农商行", "利息")
    export = Path(folder) / "bank.csv"
    export.write_text(bank.export(), encoding="utf-8")
    with engine.begin() as db:
        rows = [SettledIncome("st2", "2026-05", "x", 1, Fen(100_000), Fen(40_000), Fen(60_000), 2026, True, False)]
        replace_settled(db, [], rows)
        post_entries(db, [settled_entry("st2", "2026-05", part, Fen(amount)) for part, amount in (
            (Part.BASE, 40_000), (Part.SUBSIDY, 60_000))], AT)  # fmt: skip
        post_entries(db, [entitlement_entry("st1", "2025-05", Fen(25_000))], AT)
        apply_bank(db, desk, plan_bank(db, desk, read_export(export), "专户", "bank.csv"), "V-2026-000001")
        match_receipts(db, desk, None, How())
        apply_draft(db, desk, plan_draft(db, desk, "2026-Q2", "150430"))
        approve(db, desk, ["T-2026-000001"])
        send(db, desk, ["T-2026-000001"], date(2026, 6, 1))
        record_payments(
            db, desk, [CompanyPayment(2, "st1", date(2026, 1, 5), Fen(10_000), None, "企业")], "V-2026-000002"
        )
    with serving(store, engine) as running:
        yield running
    store.close()
    engine.dispose()


def test_receipts_with_what_each_is_matched_with(paid: Api) -> None:
    answer = paid.get("/v1/receipts", lang="en")
    assert [(r["receipt_id"], r["book"], r["kind_name"], r["unmatched_fen"]) for r in answer["items"]] == [
        ("R-2026-000001", "AGENCY", "base", 0), ("R-2026-000002", "AGENCY", "interest and fees", 0),
        ("R-2026-000003", "CENTRALIZED", "paid by a company", 0),
    ]  # fmt: skip
    (one,) = answer["items"][0]["allocations"]
    assert (one["station_id"], one["month"], one["way"], one["chosen"]) == ("st2", "2026-05", "statement", False)
    assert paid.get("/v1/receipts", start="2026-05-21", end="2026-05-21")["total"] == 1
    assert paid.get("/v1/receipts", state="recorded")["items"] == []
    table = paid.client.get("/v1/receipts", params={"format": "csv", "headers": "ids"}).text
    assert "R-2026-000001,2026-05-20,基础电费,'=国网,posted,400.00,0.00," in table


def test_what_is_outstanding_by_age_and_what_a_company_is_late_with(paid: Api) -> None:
    answer = paid.get("/v1/receivables", by="station")
    assert [(r["id"], r["part"], r["up_to_3_months_fen"], r["outstanding_fen"]) for r in answer["items"]] == [
        ("st2", "subsidy", 60_000, 60_000)
    ]
    (company,) = answer["companies"]
    assert (company["due_fen"], company["paid_fen"], company["late_fen"]) == (25_000, 10_000, 15_000)
    assert company["late_days"] == (paid.clock.now().date() - date(2025, 12, 31)).days
    assert company["unconfirmed"]
    assert paid.get("/v1/receivables", lang="en")["items"][0]["name"] == "Aohan Banner"
    assert "600.00" in paid.client.get("/v1/receivables", params={"format": "csv"}).text


def test_transfers_with_their_lines(paid: Api) -> None:
    (one,) = paid.get("/v1/transfers", banner="150430", state="sent", lang="en")["items"]
    assert (one["township"], one["state_name"], one["passed_on_fen"], one["unconfirmed"]) == (
        "新惠镇",
        "sent",
        35_100,
        True,
    )
    assert one["lines"] == [
        {"village_id": "vl1", "village": "Hongqi", "station_id": "st2", "month": "2026-05", "part": "base",
         "passed_on_fen": 35_100}
    ]  # fmt: skip
    assert paid.get("/v1/transfers", banner="150927")["total"] == 0
    assert "351.00" in paid.client.get("/v1/transfers", params={"format": "csv"}).text


def test_a_villages_amounts_side_by_side(paid: Api) -> None:
    answer = paid.get("/v1/villages/vl1/money", start="2026-04", end="2026-05")
    april, may = answer["items"]
    assert (may["settled_fen"], may["received_fen"], may["deductions_fen"]) == (100_000, 40_000, 4_900)
    assert (may["distributable_fen"], may["passed_on_fen"], may["arrived_fen"], may["balance_fen"]) == (
        35_100, 35_100, 0, 0,
    )  # fmt: skip
    assert april["settled_fen"] == 0
    assert answer["total"]["settled_fen"] == 100_000
    assert paid.client.get("/v1/villages/nowhere/money").status_code == 404
    table = paid.client.get(
        "/v1/villages/vl1/money", params={"format": "csv", "headers": "ids", "start": "2026-05"}
    ).text
    assert table.splitlines()[0].lstrip("\ufeff").startswith("month,estimated_yuan,settled_yuan,received_yuan")

"""From receipts to the villages: deductions first, units through a merger, transfers that arrive or come back."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounting.cash.costs import drop_invoice, pay_deduction, record_invoices, unpaid
from accounting.cash.deducting import refresh
from accounting.cash.matching import reverse_match
from accounting.cash.passing import apply_draft, approve, arrive, cancel, plan_draft, return_, send
from accounting.villages.imports import Declined
from guangfu.income.cash_files import InvoiceLine
from guangfu.income.deducting import Invoiced
from guangfu.income.rules.models import Confidence, Taxpayer, Vat
from guangfu.ledger.fen import Fen
from guangfu.ledger.states import BadStep
from guangfu.storage.sql.money import total_of, village_money
from guangfu.storage.sql.transfers import Transfer, read_borne, read_transfer_lines, read_vat
from tests.accounting.cash.world import BANNER, Cash, registry

DAY = date(2026, 10, 10)


def draft(cash: Cash, period: str = "2026-Q3") -> list[Transfer]:
    with cash.engine.begin() as db:
        found = plan_draft(db, cash.desk, period, BANNER)
        apply_draft(db, cash.desk, found)
    return [transfer for transfer, _ in found.transfers]


def sent(cash: Cash, transfers: Sequence[Transfer]) -> None:
    with cash.engine.begin() as db:
        ids = [one.transfer_id for one in transfers]
        approve(db, cash.desk, ids)
        send(db, cash.desk, ids, DAY)


def june_came(cash: Cash, month: str = "2026-05") -> None:
    cash.settle("s2", month, 64_000, 96_000)
    cash.came(64_000, f"s2 {month[:4]}年{int(month[5:])}月上网电费")
    cash.take()
    cash.match()


def test_deductions_come_first_and_each_village_gets_its_units_of_the_rest(cash: Cash) -> None:
    june_came(cash)  # gross 1,600.00: O&M 2.9 % is 46.40, reserve 2 % is 32.00
    with cash.engine.connect() as db:
        assert [(r.deduction_id, r.borne_base_fen) for r in read_borne(db)] == [
            ("operation", 4_640),
            ("reserve", 3_200),
        ]
    assert cash.books()["L2"] == -7_840
    transfers = draft(cash)
    assert [(t.township, t.passed_on_fen, t.unconfirmed) for t in transfers] == [
        ("乙镇", 21_060, True), ("甲苏木", 35_100, True),  # 24 and 40 units of 64, of 561.60
    ]  # fmt: skip
    assert draft(cash) == []


def test_sent_and_arrived_and_the_bank_shows_it_once(cash: Cash) -> None:
    june_came(cash)
    transfers = draft(cash)
    sent(cash, transfers)
    assert cash.books()["A1"] == 64_000 - 56_160
    assert cash.books("VILLAGE") == {"V2": 56_160, "V3": -56_160}
    assert cash.reconciled().on_way == -56_160
    for one in transfers:
        cash.came(-one.passed_on_fen, f"划拨 {one.transfer_id}", DAY, one.township)
    assert cash.take() == []  # the lines are the transfers, not unexplained money
    found = cash.reconciled()
    assert (found.on_way, found.unopened, found.at_bank) == (0, 0, found.booked)
    with cash.engine.begin() as db:
        arrive(db, cash.desk, [one.transfer_id for one in transfers], DAY)
    assert cash.books("VILLAGE") == {"V1": 56_160, "V3": -56_160}
    assert cash.books()["L1.settled"] == -96_000
    assert "L1.cash" not in cash.books()


def test_the_bank_shows_a_transfer_before_it_is_entered(cash: Cash) -> None:
    june_came(cash)
    transfers = draft(cash)
    cash.came(-transfers[0].passed_on_fen, f"划拨 {transfers[0].transfer_id}", DAY)
    assert [r.kind for r in cash.take()] == ["unmatched"]
    assert cash.books()["L3.unmatched"] == 21_060
    sent(cash, transfers[:1])
    assert "L3.unmatched" not in cash.books()
    assert cash.reconciled().on_way == 0


def test_what_comes_back_can_be_drafted_again(cash: Cash) -> None:
    june_came(cash)
    before = cash.books()
    transfers = draft(cash)
    sent(cash, transfers)
    with cash.engine.begin() as db:
        return_(db, cash.desk, [transfers[0].transfer_id], DAY, "户名不符")
        with pytest.raises(BadStep):
            arrive(db, cash.desk, [transfers[0].transfer_id], DAY)
    again = draft(cash)
    assert [(t.township, t.passed_on_fen) for t in again] == [("乙镇", 21_060)]
    with cash.engine.begin() as db:
        cancel(db, cash.desk, [again[0].transfer_id], "改期")
        return_(db, cash.desk, [transfers[1].transfer_id], DAY, "户名不符")
        with pytest.raises(Declined):
            approve(db, cash.desk, ["T-2026-000099"])
    assert cash.books() == before
    assert cash.books("VILLAGE") == {}


def test_units_of_the_energys_month_decide_after_a_merger(cash: Cash) -> None:
    june_came(cash, "2026-06")
    june_came(cash, "2026-08")
    draft(cash)
    with cash.engine.connect() as db:
        lines = read_transfer_lines(db)
    by_month = {(line.month, line.village_id): line.passed_on_fen for line in lines}
    assert set(by_month) == {("2026-06", "v1"), ("2026-06", "v2"), ("2026-08", "v1")}
    assert by_month["2026-06", "v2"] == 10_530  # 24 of 64 for 15 of 30 days


def test_what_the_month_cannot_bear_is_carried_and_borne_later_without_a_share_below_zero(cash: Cash) -> None:
    june_came(cash, "2026-05")
    transfers = draft(cash)
    sent(cash, transfers)
    with cash.engine.begin() as db:
        bill = InvoiceLine(2, Invoiced("insurance", "s2", "2026-05", "2026-05", Fen(50_000)), "n1", None, "保险公司")
        recorded = record_invoices(db, cash.desk, [bill], "V-2026-000002")
        assert record_invoices(db, cash.desk, [bill], "V-2026-000002") == []
        assert [r.carried_fen for r in read_borne(db) if r.deduction_id == "insurance"] == [42_160]
    june_came(cash, "2026-07")
    with cash.engine.connect() as db:
        july = {
            r.deduction_id: (r.carried_before_fen, r.borne_base_fen, r.carried_fen)
            for r in read_borne(db)
            if r.month == "2026-07"
        }
    assert july["insurance"] == (42_160, 42_160, 0)
    with cash.engine.begin() as db:
        drop_invoice(db, cash.desk, recorded[0].invoice_id)
        assert [r.carried_fen for r in read_borne(db)] == [0] * 4
    books = cash.books()
    assert books["L2"] == -2 * 7_840


def test_a_deduction_is_paid_oldest_first_and_never_more_than_was_deducted(cash: Cash) -> None:
    june_came(cash, "2026-05")
    june_came(cash, "2026-07")
    with cash.engine.begin() as db:
        paid = pay_deduction(
            db,
            cash.desk,
            "operation",
            Fen(5_000),
            on=DAY,
            payee="运维公司",
            stations=["s2"],
            voucher_id="V-2026-000003",
        )
        assert [(row.month, row.paid_fen) for row in paid] == [("2026-05", 4_640), ("2026-07", 360)]
        assert unpaid(db, "operation", ["s2"]) == {("s2", "2026-07"): 4_280}
    with pytest.raises(Declined), cash.engine.begin() as db:
        pay_deduction(db, cash.desk, "operation", Fen(4_281), on=DAY, payee="x", stations=["s2"], voucher_id="V")
    cash.came(-5_000, "运维费", DAY, "运维公司")
    assert cash.take() == []
    assert cash.reconciled().on_way == 0


def test_a_reversed_match_after_passing_on_is_taken_off_the_next_transfer(cash: Cash) -> None:
    june_came(cash, "2026-05")
    sent(cash, draft(cash))
    with cash.engine.begin() as db:
        reverse_match(db, cash.desk, "R-2026-000001", "错月")
        assert plan_draft(db, cash.desk, "2026-Q3", BANNER).held == {"v1": -35_100, "v2": -21_060}
    cash.match("R-2026-000001")
    assert draft(cash) == []


def test_vat_of_an_agency_is_deducted_and_of_a_grid_company_never_comes(cash: Cash) -> None:
    def rule(taxpayer: Taxpayer) -> None:
        own = Vat(
            "own", refund=False, kind=None, station_id="s2", banner_code=None, part=None, taxpayer=taxpayer,
            valid_from=date(2020, 1, 1), valid_to=None, share=cash.rules.deductions[4].share_of_gross,
            threshold_fen=None, document="doc", confidence=Confidence.A, confirmed=True,
        )  # fmt: skip
        cash.rules = replace(cash.rules, vat=(own,))

    rule(Taxpayer.AGENCY)
    june_came(cash, "2026-05")
    with cash.engine.connect() as db:
        vat = {row.part: (row.settled_gross_fen, row.settled_tax_fen, row.settled_net_fen) for row in read_vat(db)}
        taxes = next(r for r in read_borne(db) if r.deduction_id == "taxes")
    assert vat == {"base": (64_000, 1_804, 62_196), "subsidy": (96_000, 2_706, 93_294)}
    assert (taxes.due_fen, taxes.way) == (4_510, "vat")
    rule(Taxpayer.GRID)
    with cash.engine.begin() as db:
        refresh(db, cash.desk, ["s2"])
    assert cash.receivable() == {("s2", "2026-05", "base"): -1_804, ("s2", "2026-05", "subsidy"): 93_294}
    assert cash.books()["A3"] == 93_294 - 1_804


def test_a_villages_amounts_stand_side_by_side(cash: Cash) -> None:
    june_came(cash, "2026-05")
    sent(cash, draft(cash))
    with cash.engine.connect() as db:
        rows = village_money(db, registry(), "v1", "2026-04", "2026-05")
    april, may = rows
    assert (may.estimated_fen, may.settled_fen, may.received_fen) == (None, 100_000, 40_000)
    assert (may.deductions_fen, may.distributable_fen, may.passed_on_fen, may.balance_fen) == (4_900, 35_100, 35_100, 0)
    assert (may.arrived_fen, may.paid_fen, april.settled_fen) == (0, 0, 0)
    assert total_of(rows).settled_fen == 100_000


@given(st.lists(st.tuples(st.sampled_from(["s1", "s2"]), st.integers(1, 90_000)), max_size=5), st.data())
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_order_of_receipts_gives_the_same_totals_in_books_that_balance(
    new_cash: Callable[[], Cash], came: list[tuple[str, int]], data: st.DataObject
) -> None:
    def books(cash: Cash, order: Sequence[tuple[str, int]]) -> dict[str, int]:
        for station in ("s1", "s2"):
            for month in ("2026-05", "2026-06"):
                cash.settle(station, month, 30_000, 40_000)
        for station, amount in order:
            cash.came(amount, f"{station} 上网电费")
            cash.take()
            cash.match()
        assert cash.reconciled().at_bank == cash.reconciled().booked
        return cash.books()

    first, second = new_cash(), new_cash()
    assert books(first, came) == books(second, data.draw(st.permutations(came)))
    first.engine.dispose()
    second.engine.dispose()

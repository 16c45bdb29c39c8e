"""Deductions: borne + carried = due + carried before, never below zero, invoices in place of rates."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from guangfu.income.deducting import Cost, CostWay, Invoiced, MonthCash, bear, month_costs, months_between
from guangfu.income.rules import load_rules
from guangfu.ledger.fen import Fen
from tests.income.small_registry import station

RULES = load_rules()
MONTHS = months_between("2025-11", "2026-04")
costs = st.builds(
    Cost,
    st.integers(1, 6),
    st.sampled_from(["a", "b"]),
    st.integers(0, 900).map(Fen),
    st.just(CostWay.RATE),
    st.booleans(),
)
months = st.lists(
    st.builds(
        MonthCash, st.sampled_from(MONTHS), st.integers(-200, 1_000).map(Fen), st.integers(-200, 1_000).map(Fen),
        st.lists(costs, max_size=4, unique_by=lambda cost: cost.position).map(tuple),
    ),
    max_size=6, unique_by=lambda month: month.month,
)  # fmt: skip


@given(months)
def test_borne_and_carried_are_due_and_carried_before_and_no_month_goes_below_zero(of: list[MonthCash]) -> None:
    rows = bear(of)
    carried: dict[int, int] = {}
    for row in rows:
        assert row.borne + row.carried == row.due + row.carried_before
        assert row.carried_before == carried.pop(row.position, 0)
        assert min(row.borne_base, row.borne_subsidy, row.carried, row.due) >= 0
        if row.carried:
            carried[row.position] = row.carried
    for month in of:
        here = [row for row in rows if row.month == month.month]
        assert sum(row.borne_base for row in here) <= max(month.base, 0)
        assert sum(row.borne_subsidy for row in here) <= max(month.subsidy, 0)
    due = sum(cost.due for month in of for cost in month.costs)
    assert sum(row.borne for row in rows) + sum(carried.values()) == due


@given(months, st.randoms(use_true_random=False))
@settings(max_examples=50)
def test_the_order_in_which_months_are_given_changes_nothing(of: list[MonthCash], random: object) -> None:
    shuffled = list(of)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert bear(of) == bear(shuffled)


@given(st.integers(0, 10**9), st.integers(0, 30))
def test_an_invoice_is_divided_among_its_months_without_losing_a_fen(amount: int, length: int) -> None:
    last = months_between("2025-01", "2030-12")[length]
    invoice = Invoiced("insurance", "s1", "2025-01", last, Fen(amount))
    assert sum(invoice.of_month(month) for month in months_between("2025-01", last)) == amount
    assert invoice.of_month("2024-12") == 0


def test_an_invoice_replaces_the_rate_and_the_rest_are_shares_of_what_was_settled() -> None:
    invoices = [Invoiced("operation", "s1", "2026-01", "2026-12", Fen(120_000))]
    found = month_costs(
        station(), "2026-06", settled=Fen(2_250_000), received=Fen(900_000), invoices=invoices, vat=Fen(0), rules=RULES
    )
    by_id = {cost.deduction_id: (cost.due, cost.way) for cost in found}
    assert by_id["operation"] == (10_000, CostWay.INVOICE)
    assert by_id["reserve"] == (45_000, CostWay.RATE)  # 2 % of 22,500.00 yuan
    assert [cost.position for cost in found] == sorted(cost.position for cost in found)


def test_vat_that_the_agency_owes_is_due_beside_the_taxes() -> None:
    found = month_costs(station(), "2026-06", settled=Fen(100), received=Fen(0), invoices=(), vat=Fen(7), rules=RULES)
    taxes = next(cost for cost in found if cost.deduction_id == "taxes")
    assert (taxes.due, taxes.way, taxes.unconfirmed) == (7, CostWay.VAT, True)


def test_a_year_s_limit_bounds_a_month_to_a_twelfth(tmp_path: Path) -> None:
    (tmp_path / "deductions.csv").write_text("deduction_id,limit_yuan_per_kw_year\noperation,12\n")
    rules = load_rules(tmp_path)
    found = month_costs(
        station(capacity_kw=300),
        "2026-06",
        settled=Fen(100_000_000),
        received=Fen(0),
        invoices=(),
        vat=Fen(0),
        rules=rules,
    )
    operation = next(cost for cost in found if cost.deduction_id == "operation")
    assert operation.due == 30_000  # 300 kW at 1 yuan a month

"""From the bank's export to what was settled: each line once, the balance proved, matches and wrong matches."""

from datetime import date
from pathlib import Path

import pytest

from accounting.cash.bank import plan_bank
from accounting.cash.matching import reverse_match
from accounting.villages.imports import Declined
from guangfu.income.bank_export import read_export
from guangfu.income.cash_files import ListLine, read_list
from guangfu.income.synthetic_bank import pay_base, pay_subsidy
from guangfu.ledger.allocating import Way
from guangfu.ledger.fen import Fen
from guangfu.ledger.states import Subject
from guangfu.storage.sql.papers import read_changes
from guangfu.storage.sql.receipts import read_allocations, read_receipts, read_unmatched
from guangfu.texts import Lang
from tests.accounting.cash.world import Cash, registry


def test_a_line_comes_in_once_and_stands_as_unmatched_money(cash: Cash) -> None:
    cash.came(10_000, "上网电费")
    cash.came(3, "存款利息", who="农商行")
    cash.came(-2, "手续费", who="农商行")
    assert [r.kind for r in cash.take()] == ["base", "interest", "interest"]
    assert cash.take() == []
    cash.came(500, "2025年补贴")
    assert [(r.receipt_id, r.subsidy_year) for r in cash.take()] == [("R-2026-000004", 2025)]
    assert cash.books() == {"A1": 10_501, "L3.unmatched": -10_500, "L3.interest": -1}
    assert cash.reconciled().at_bank == cash.reconciled().booked == 10_501


def test_a_gap_in_the_running_balance_names_the_line(cash: Cash) -> None:
    cash.came(100, "a")
    cash.take()
    cash.came(50, "b")
    missing = cash.bank.lines.pop()
    cash.came(20, "c")
    path = cash.folder / "gap.csv"
    path.write_text(cash.bank.export(), encoding="utf-8")
    within = read_export(path)
    assert [(fault.row, "0.50" in fault.text(Lang.EN)) for fault in within.faults] == [(3, True)]
    cash.bank.lines.pop(0)  # the file begins after the gap
    path.write_text(cash.bank.export(), encoding="utf-8")
    with cash.engine.connect() as db:
        plan = plan_bank(db, cash.desk, read_export(path), "专户", path.name)
    assert [fault.row for fault in plan.faults] == [2]
    assert missing[1] == "0.50"


def test_a_file_that_begins_with_the_newest_line_is_turned_round(cash: Cash, tmp_path: Path) -> None:
    for amount in (1, 2, 3):
        cash.came(amount, "x")
    cash.bank.lines.reverse()
    path = tmp_path / "new.csv"
    path.write_text(cash.bank.export(), encoding="gb18030")
    found = read_export(path)
    assert (found.faults, [line.amount for line in found.lines]) == ((), [1, 2, 3])


def test_base_goes_to_the_month_that_the_memo_names_and_the_station_of_its_account(cash: Cash) -> None:
    for month in ("2026-05", "2026-06"):
        cash.settle("s1", month, 9_105, 13_395)
    cash.came(9_105, "1504300001 2026年6月上网电费")
    cash.take()
    cash.match()
    assert cash.receivable()["s1", "2026-05", "base"] == 9_105
    assert ("s1", "2026-06", "base") not in cash.receivable()
    with cash.engine.connect() as db:
        assert [one.way for one in read_allocations(db)] == [Way.STATEMENT.value]
        assert [r.state for r in read_receipts(db)] == ["posted"]
        steps = [c.after for c in read_changes(db, Subject.RECEIPT, "R-2026-000001")]
    assert steps == ["recorded", "matched", "posted"]
    books = cash.books()
    assert (books["A1"], books["A3"]) == (9_105, 9_105 + 2 * 13_395)
    assert "L3.unmatched" not in books


def test_matching_twice_equals_once(cash: Cash) -> None:
    cash.settle("s1", "2026-06", 9_105)
    cash.came(9_105, "1504300001 2026年6月上网电费")
    cash.take()
    assert len(cash.match()) == 1
    once = cash.books()
    assert cash.match() == []
    assert cash.books() == once


def test_what_is_more_than_outstanding_stays_unmatched_until_more_is_settled(cash: Cash) -> None:
    cash.settle("s1", "2026-05", 100)
    cash.came(250, "s1 上网电费")
    cash.take()
    assert [match.rest for match in cash.match()] == [150]
    with cash.engine.connect() as db:
        assert [(r.state, rest) for r, rest in read_unmatched(db)] == [("matched", 150)]
    cash.settle("s1", "2026-06", 150)
    assert [(match.rest, match.allocations[0].way) for match in cash.match()] == [(0, Way.OLDEST)]
    assert "L3.unmatched" not in cash.books()


def test_a_correction_is_taken_off_as_the_power_company_does(cash: Cash) -> None:
    cash.settle("s1", "2026-05", -10)
    cash.settle("s1", "2026-06", 100)
    cash.came(90, "s1 电费")
    cash.take()
    cash.match()
    assert cash.receivable() == {}


def test_a_wrong_match_is_reversed_by_correcting_entries_and_can_be_matched_again(cash: Cash) -> None:
    cash.settle("s1", "2026-05", 100)
    cash.settle("s1", "2026-06", 100)
    cash.came(100, "s1 2026年5月电费")
    cash.take()
    before = cash.books()
    cash.match()
    with cash.engine.begin() as db:
        reverse_match(db, cash.desk, "R-2026-000001", "应为六月")
    assert cash.books() == before
    cash.match("R-2026-000001", month="2026-06")
    assert cash.receivable() == {("s1", "2026-05", "base"): 100}
    with cash.engine.connect() as db:
        everything = read_allocations(db, standing=False)
        assert [(one.revision, one.month, one.reversed_at is None) for one in everything] == [
            (1, "2026-05", False), (2, "2026-06", True),
        ]  # fmt: skip
    with pytest.raises(Declined), cash.engine.begin() as db:
        reverse_match(db, cash.desk, "R-2026-000009", "?")


def test_a_batch_by_its_list_and_one_without_in_proportion(cash: Cash) -> None:
    for name, subsidy in (("s1", 300), ("s2", 100)):
        cash.settle(name, "2025-06", 0, subsidy)
    listed = cash.folder / "list.csv"
    listed.write_text(pay_subsidy(cash.bank, cash.dues(), 2025, date(2026, 3, 1)), encoding="utf-8")
    cash.take()
    lines, faults = read_list(listed, registry(), date(2026, 3, 1))
    assert faults == []
    cash.match("R-2026-000001", lines=tuple(lines))
    with cash.engine.connect() as db:
        assert {one.way for one in read_allocations(db)} == {Way.SUBSIDY_YEAR.value}
    for name, subsidy in (("s1", 300), ("s2", 100)):
        cash.settle(name, "2026-01", 0, subsidy)
    cash.came(100, "2026年补贴")
    cash.take()
    assert cash.match("R-2026-000002") == []  # nothing says for whom it is
    cash.match("R-2026-000002", proportionally=True)
    assert cash.receivable() == {("s1", "2026-01", "subsidy"): 225, ("s2", "2026-01", "subsidy"): 75}


def test_a_list_of_more_than_the_receipt_is_declined(cash: Cash) -> None:
    cash.settle("s1", "2026-06", 300)
    cash.came(100, "电费")
    cash.take()
    with pytest.raises(Declined, match="the list sums to"):
        cash.match("R-2026-000001", lines=(ListLine(2, "s1", Fen(101), None),))
    assert cash.receivable() == {("s1", "2026-06", "base"): 300}


def test_base_of_a_month_a_line_a_station(cash: Cash) -> None:
    for name in ("s1", "s2"):
        cash.settle(name, "2026-06", 500, 700)
    pay_base(cash.bank, cash.dues(), "2026-06", date(2026, 7, 20))
    cash.take()
    cash.match()
    assert set(cash.receivable()) == {("s1", "2026-06", "subsidy"), ("s2", "2026-06", "subsidy")}

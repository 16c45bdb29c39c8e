"""A statement's month all the way: statement, receipt, deductions, transfer, arrival; books and bank agree.

s1 in May: base 18,064.32, subsidy 26,575.68; deductions 2.9 % and 2 % of 44,640.00 are 1,294.56 and 892.80.
"""

from datetime import date
from pathlib import Path

from accounting.cash.bank import apply_bank, plan_bank, reconcile
from accounting.cash.matching import How, match_receipts
from accounting.cash.passing import apply_draft, approve, arrive, plan_draft, send
from accounting.cash.steps import Desk
from guangfu.income.bank_export import read_export
from guangfu.income.cash_files import read_list
from guangfu.income.synthetic_bank import SyntheticBank, pay_base, pay_subsidy
from guangfu.ledger.books import VILLAGE
from guangfu.ledger.fen import Fen
from guangfu.storage.sql.journal import balances, verify_chain
from guangfu.storage.sql.money import receivables, village_money
from guangfu.storage.sql.registry import read_registry
from tests.accounting.county import County
from tests.accounting.test_settlement import balance, may_is_estimated, take
from tests.income.statements import statement

DAY = date(2027, 3, 1)


def test_from_a_statement_to_the_villages_account(county: County, tmp_path: Path) -> None:
    may_is_estimated(county)
    take(county, [statement()])
    registry = read_registry(county.engine)
    desk = Desk(registry, county.rules, county.clock.now(), "李会计")
    bank, export, listed = SyntheticBank(), tmp_path / "bank.csv", tmp_path / "list.csv"

    def bank_says() -> None:
        export.write_text(bank.export(), encoding="utf-8")
        with county.engine.begin() as db:
            plan = plan_bank(db, desk, read_export(export), "专户", export.name)
            assert not plan.faults
            apply_bank(db, desk, plan, "V-2026-000002")

    with county.engine.connect() as db:
        dues = receivables(db, registry)
    pay_base(bank, dues, "2026-05", DAY)
    listed.write_text(pay_subsidy(bank, dues, 2026, DAY), encoding="utf-8")
    bank_says()
    lines, faults = read_list(listed, registry, DAY)
    assert not faults
    with county.engine.begin() as db:
        match_receipts(db, desk, None, How())
        match_receipts(db, desk, ["R-2026-000002"], How(lines=tuple(lines)))
        assert receivables(db, registry) == []
        apply_draft(db, desk, plan_draft(db, desk, "2027-Q1", registry.stations["s1"].banner_code))
        approve(db, desk, ["T-2026-000001"])
        send(db, desk, ["T-2026-000001"], DAY)
    bank.book(DAY, Fen(-4_245_264), "苏木", "划拨 T-2026-000001")
    bank_says()
    with county.engine.begin() as db:
        arrive(db, desk, ["T-2026-000001"], DAY)
    assert balance(county) == {"A1": 218_736, "L2": -218_736}
    with county.engine.connect() as db:
        found = reconcile(db)
        (may,) = village_money(db, registry, "v1", "2026-05", "2026-05")
        assert balances(db, VILLAGE) == {"V1": 4_245_264, "V2": 0, "V3": -4_245_264}
        assert verify_chain(db) == []
    assert (found.booked, found.at_bank, found.on_way, found.unopened) == (218_736, bank.balance, 0, 0)
    assert (may.estimated_fen, may.settled_fen, may.received_fen) == (4_464_000, 4_464_000, 4_464_000)
    assert (may.deductions_fen, may.passed_on_fen, may.arrived_fen, may.balance_fen) == (
        218_736,
        4_245_264,
        4_245_264,
        0,
    )

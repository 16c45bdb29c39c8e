"""From a fen back to the registers: every level sums to the fen above it, and what is missing says why.

s1 in May: 24 kWh × 80 a day, 59,520 kWh; base 18,064.32, subsidy 26,575.68; deductions 1,294.56 and 892.80.
"""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from accounting.cash.bank import apply_bank, plan_bank
from accounting.cash.matching import How, match_receipts
from accounting.cash.passing import apply_draft, approve, arrive, plan_draft, send
from accounting.cash.steps import Desk
from accounting.commands import app as accounting_app
from accounting.explain_commands import app
from guangfu.clock import day_start
from guangfu.exits import Exit
from guangfu.explain.lines import lines_of
from guangfu.explain.subjects import is_month
from guangfu.explain.tree import Amount, Explanation, Step, Unit
from guangfu.income.bank_export import read_export
from guangfu.income.synthetic_bank import SyntheticBank, pay_base
from guangfu.ledger.books import Part
from guangfu.storage.sql.journal import read_hash
from guangfu.storage.sql.money import receivables, village_money
from guangfu.storage.sql.papers import record_voucher
from guangfu.storage.sql.registry import read_registry
from guangfu.texts import Lang
from tests.accounting.county import MAY, County, registers
from tests.accounting.test_settlement import may_is_estimated, take
from tests.explain.month import explained
from tests.income.statements import statement

DAY = date(2026, 7, 10)


def amount(of: Explanation, chain: Amount) -> int | None:
    found = of.chain(chain)
    assert found is not None
    return found.amount


def only(root: Step | None, kind: str) -> Step:
    assert root is not None
    found = {step for step in root.walk() if step.kind == kind}
    assert len(found) == 1, [step.title for step in found]
    return found.pop()


def test_an_estimate_goes_back_to_the_registers(county: County) -> None:
    may_is_estimated(county)
    root = explained(county, "station", "s1").chain(Amount.ESTIMATED)
    assert root is not None
    assert (root.amount, root.formula) == (4_464_000, "59,520.000 kWh × 0.75 = 44,640.00")
    base, subsidy = root.parts
    assert (base.amount, subsidy.amount) == (1_806_432, 2_657_568)
    assert base.formula == "59,520.000 kWh × 0.3035 = 18,064.32"
    assert len(base.parts) == 31 and sum(day.amount or 0 for day in base.parts) == 1_806_432
    assert [entry.key for entry in base.entries] == ["estimate/2026-05/s1/base/1"]
    with county.engine.connect() as db:
        assert [read_hash(db, e.book, e.seq) for e in base.entries] == [bytes.fromhex(e.hash) for e in base.entries]
    meter = only(root, "meter")
    assert (meter.amount, meter.unit) == (59_520_000, Unit.WH)
    assert meter.formula == "(1,744,000 − 1,000,000) Wh × 80 = 59,520.000 kWh"
    tariff = only(root, "tariff")
    assert "发改能源〔2018〕823号" in str(tariff.facts) and "benchmark price of 0.3035" in tariff.unconfirmed
    assert only(root, "registers").facts[0].value == "equal to the sum of the days"


def test_a_day_and_a_part_alone(county: County) -> None:
    may_is_estimated(county)
    day = explained(county, "station", "s1", "2026-05-01").chain(Amount.ESTIMATED)
    assert day is not None and day.amount == 144_000
    assert only(day, "meter").formula == "(1,024,000 − 1,000,000) Wh × 80 = 1,920.000 kWh"
    of = explained(county, "station", "s1", parts=(Part.SUBSIDY,))
    assert amount(of, Amount.ESTIMATED) == 2_657_568


def test_the_whole_way_and_each_amount_in_a_chain_of_its_own(county: County, tmp_path: Path) -> None:
    may_is_estimated(county)
    with county.engine.begin() as db:
        record_voucher(db, "statement", "结算单.xlsx", "ab" * 32, 10, at=county.clock.now(), by="李会计")
    take(county, [statement()])
    passed_to_the_village(county, tmp_path)
    of = explained(county, "village", "v1")
    registry = read_registry(county.engine)
    with county.engine.connect() as db:
        (may,) = village_money(db, registry, "v1", "2026-05", "2026-05")
    assert may.passed_on_fen > 0
    assert [amount(of, chain) for chain in (Amount.ESTIMATED, Amount.SETTLED, Amount.RECEIVED, Amount.PASSED_ON)] == [
        may.estimated_fen, may.settled_fen, may.received_fen, may.passed_on_fen,
    ]  # fmt: skip
    expected = of.chain(Amount.DISTRIBUTABLE)
    assert expected is not None and expected.amount == 4_245_264
    passed = of.chain(Amount.PASSED_ON)
    transfer, receipt = only(passed, "transfer"), only(passed, "receipt")
    assert [(e.book, e.key) for e in transfer.entries] == [
        ("AGENCY", "transfer/T-2026-000001/sent"), ("VILLAGE", "transfer/T-2026-000001/sent"),
        ("VILLAGE", "transfer/T-2026-000001/arrived"),
    ]  # fmt: skip
    assert [e.key for e in receipt.entries] == ["receipt/R-2026-000001/in", "receipt/R-2026-000001/1"]
    assert any(fact.name == "bank line" and "hash" in fact.value for fact in receipt.facts)
    assert {s.title for s in (passed or transfer).walk() if s.kind == "deduction"} == {
        "deduction: operation and maintenance", "deduction: reserve for repairs",
    }  # fmt: skip
    settled = of.chain(Amount.SETTLED)
    document = only(settled, "statement")
    assert any("ab" * 32 in fact.value for fact in document.facts)
    assert only(settled, "statement_meter").amount == 59_520_000
    assert {step.amount for step in document.walk() if step.kind == "difference"} == {1_806_432, 2_657_568}
    assert "s1: 1" not in str(of) and only(of.chain(Amount.ESTIMATED), "meter").amount == 59_520_000
    for lang in Lang:
        said = list(lines_of(explained(county, "village", "v1", lang=lang), lang))
        assert any("42,452.64" in line for line in said)
        assert any("V-2026-000001" in line and "ab" * 32 in line for line in said)
        if lang is Lang.EN:
            assert not any("，" in line for line in said), "no Chinese comma in English"


def passed_to_the_village(county: County, folder: Path) -> None:
    """The base of May comes, bears its deductions, and is passed on."""
    registry = read_registry(county.engine)
    desk = Desk(registry, county.rules, county.clock.now(), "李会计")
    bank, export = SyntheticBank(), folder / "bank.csv"
    with county.engine.connect() as db:
        pay_base(bank, receivables(db, registry), "2026-05", DAY)
    export.write_text(bank.export(), encoding="utf-8")
    with county.engine.begin() as db:
        plan = plan_bank(db, desk, read_export(export), "专户", export.name)
        apply_bank(db, desk, plan, "V-2026-000002")
        match_receipts(db, desk, None, How())
        apply_draft(db, desk, plan_draft(db, desk, "2026-Q3", registry.stations["s1"].banner_code))
        approve(db, desk, ["T-2026-000001"])
        send(db, desk, ["T-2026-000001"], DAY)
        arrive(db, desk, ["T-2026-000001"], DAY)


def test_what_is_not_there_says_why(county: County) -> None:
    nothing = explained(county, "station", "s1").chain(Amount.ESTIMATED)
    assert nothing is not None and nothing.amount is None and nothing.insufficient.startswith("insufficient data")
    county.receive(registers("s1", day_start(MAY), day_start(MAY) + timedelta(days=7), 1000))
    county.clock.at = day_start(date(2026, 6, 1)) + timedelta(minutes=1)
    county.account()
    few = explained(county, "station", "s1", lang=Lang.ZH).chain(Amount.ESTIMATED)
    assert few is not None and few.amount is None
    assert few.insufficient == "数据不足：31 天中只有 7 天有数据，低于下限 50%"
    village = explained(county, "village", "v1", lang=Lang.ZH)
    assert amount(village, Amount.ESTIMATED) is None and amount(village, Amount.DISTRIBUTABLE) is None


def test_a_joint_stations_share_and_a_households_indicator(county: County) -> None:
    """s2: 48,000 kWh; v1 24 of 64 units: 13,500.00 less 661.50 is 12,838.50 for three households."""
    county.receive(registers("s2", day_start(MAY), day_start(MAY) + timedelta(days=2), 1000))
    county.clock.at = day_start(MAY) + timedelta(days=2)
    county.account()
    of = explained(county, "village", "v1")
    assert (amount(of, Amount.ESTIMATED), amount(of, Amount.DISTRIBUTABLE)) == (1_350_000, 1_283_850)
    home = explained(county, "household", "v1-h0")
    assert [chain.of for chain in home.chains] == [Amount.INDICATOR]
    root = home.chains[0].root
    assert (root.amount, root.formula) == (427_950, "12,838.50 / 3 households = 4,279.50")
    assert "no payment" in root.title
    assert {step.amount for step in root.walk() if step.kind == "meter"} >= {48_000_000}
    slot = explained(county, "household", "v2-h2")
    assert {chain.of for chain in slot.chains} == {Amount.ENTITLEMENT, Amount.PAID}


def test_a_centralized_station_is_explained_by_slots(county: County) -> None:
    county.receive(registers("c1", day_start(MAY), day_start(MAY) + timedelta(days=31), 1000))
    county.clock.at = day_start(date(2026, 6, 2))
    county.account()
    of = explained(county, "station", "c1")
    owed = of.chain(Amount.ENTITLEMENT)
    assert owed is not None and len(owed.parts) == 2 and owed.amount == 2 * 25_480
    assert owed.parts[0].formula == "3,000.00 × 151/365 − 3,000.00 × 120/365 days, each rounded"
    assert [entry.key for entry in owed.entries] == ["entitlement/2026-05/c1/1"]


def test_a_step_whose_parts_do_not_sum_can_not_be_made() -> None:
    Step("x", "whole", 3, parts=(Step("x", "a", 1), Step("x", "b", 2), Step("x", "unknown")))
    with pytest.raises(AssertionError, match="not the sum"):
        Step("x", "whole", 4, parts=(Step("x", "a", 1), Step("x", "b", 2)))
    with pytest.raises(AssertionError, match="another unit"):
        Step("x", "whole", 1, parts=(Step("x", "a", 1, Unit.WH),))


def test_periods() -> None:
    assert is_month("2026-06")
    assert not is_month("2026-06-01")
    for bad in ("2026-13", "2026", "june", "2026-06-31", "20260601", "2026-W23"):
        with pytest.raises(ValueError, match=r"."):
            is_month(bad)


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUANGFU_STORAGE_SQL_URL", f"sqlite:///{tmp_path}/g.sqlite")
    monkeypatch.setenv("GUANGFU_STORAGE_TELEMETRY_URL", f"duckdb:///{tmp_path}/t.duckdb")
    nothing = CliRunner().invoke(app, ["station", "nowhere", "2026-06"])
    assert nothing.exit_code == Exit.UNREACHABLE, "a command that only looks makes nothing"
    assert CliRunner().invoke(accounting_app, ["--once"]).exit_code == Exit.DONE
    unknown = CliRunner().invoke(app, ["station", "nowhere", "2026-06", "--lang", "en"])
    assert (unknown.exit_code, unknown.stderr) == (Exit.USAGE, "the registry has no station nowhere\n")
    assert CliRunner().invoke(app, ["station", "s1", "yesterday"]).exit_code == Exit.USAGE
    assert CliRunner().invoke(app, ["village", "v1", "2026-06-01"]).exit_code == Exit.USAGE
    for subject in ("village", "household", "person"):
        assert CliRunner().invoke(app, [subject, "nobody", "2026-06"]).exit_code == Exit.USAGE


def test_the_command_speaks_as_text_and_as_json(
    another_county: County, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_is_estimated(another_county)
    another_county.store.close()
    monkeypatch.setenv("GUANGFU_STORAGE_SQL_URL", another_county.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("GUANGFU_STORAGE_TELEMETRY_URL", f"duckdb:///{next(tmp_path.rglob('*.duckdb'))}")
    said = CliRunner().invoke(app, ["station", "s1", "2026-05", "--lang", "en"])
    assert said.exit_code == Exit.DONE, said.output
    assert "[(1,744,000 − 1,000,000) Wh × 80 = 59,520.000 kWh]" in said.stdout
    tree = json.loads(CliRunner().invoke(app, ["village", "v1", "2026-05", "--format", "json"]).stdout)
    assert (tree["subject"], tree["chains"][0]["of"], tree["chains"][0]["root"]["amount"]) == (
        "village", "estimated", 4_464_000,
    )  # fmt: skip

"""Each paper says what SQL says, to the fen, in both languages; its formulas calculate; it names nobody."""

import re
import sys
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from accounting.audit import run_audit
from accounting.papers.batch_cover import batch_cover, control_sum
from accounting.papers.beneficiary import beneficiary_statement
from accounting.papers.model import Paper
from accounting.papers.pdf import NoPango, pdf
from accounting.papers.station_month import station_month
from accounting.papers.village_month import village_month
from accounting.papers.workbook import workbook
from accounting.villages.imports import Declined
from guangfu.ledger.fen import Fen, yuan_text
from guangfu.storage.errors import Refused
from guangfu.storage.sql.findings import explain_finding
from guangfu.storage.sql.money import village_money
from guangfu.storage.sql.payments import read_payments
from guangfu.storage.sql.persons import read_looks
from guangfu.storage.sql.transfers import read_borne, read_transfer_lines, read_vat
from guangfu.texts import Lang
from tests.accounting.papers.every import PAPERS, Evaluator, pdf_pages, sheet_text, sheets
from tests.accounting.papers.world import MONTH, NOW, County, registry
from tests.villages.people import Somebody


def build(county: County, name: str, lang: Lang = Lang.ZH, at: datetime = NOW) -> Paper:
    with county.engine.begin() as db:
        return PAPERS[name](county, db, county.office(lang, at))


def figures(*amounts: int) -> set[str]:
    return {yuan_text(Fen(amount)) for amount in amounts}


def all_of(paper: Paper, lang: Lang = Lang.ZH) -> str:
    return "".join(pdf_pages(pdf(paper, lang)))


@pytest.mark.parametrize("name", PAPERS)
@pytest.mark.parametrize("lang", Lang)
def test_synthetic_is_on_every_page_and_sheet_and_nothing_personal_is(county: County, name: str, lang: Lang) -> None:
    paper = build(county, name, lang)
    content, book = pdf(paper, lang), workbook(paper, lang)
    said = "演示数据" if lang is Lang.ZH else "Syntheticdata"
    assert all(said in page for page in pdf_pages(content))
    assert all(str(sheet["A1"].value).replace(" ", "").startswith(said) for sheet in sheets(book, values=True))
    words = "".join(pdf_pages(content)) + sheet_text(book)
    for n in range(1, len(county.people.people) + 1):
        assert not [secret for secret in Somebody(n).secrets if secret in words]


@pytest.mark.parametrize("name", ["station", "plan"])
def test_the_same_paper_is_the_same_file_and_another_day_another(county: County, name: str) -> None:
    paper, again = build(county, name), build(county, name)
    assert (pdf(again, Lang.ZH), workbook(again, Lang.ZH)) == (pdf(paper, Lang.ZH), workbook(paper, Lang.ZH))
    assert pdf(build(county, name, at=datetime(2026, 10, 11, tzinfo=UTC)), Lang.ZH) != pdf(paper, Lang.ZH)


def test_a_real_registry_has_no_such_mark(county: County) -> None:
    office = county.office()
    real = replace(office, desk=replace(office.desk, registry=replace(registry(), synthetic=False)))
    with county.engine.connect() as db:
        paper = station_month(db, real, "st-s", MONTH)
    assert "演示数据" not in all_of(paper)
    assert "演示数据" not in sheet_text(workbook(paper, Lang.ZH))


@pytest.mark.parametrize("name", PAPERS)
def test_formulas_give_our_own_figures_and_every_check_is_zero(county: County, name: str) -> None:
    content = workbook(build(county, name), Lang.ZH)
    formulas = checks = 0
    for live, stored in zip(sheets(content, values=False), sheets(content, values=True), strict=True):
        evaluator = Evaluator(live)
        for row in live:
            for cell in row:
                if isinstance(cell.value, str) and cell.value.startswith("="):
                    formulas += 1
                    value = evaluator.formula(cell.value[1:])
                    assert value == pytest.approx(stored[cell.coordinate].value, abs=1e-9), cell.value
            if row[0].value == "公式减本系统数（应为 0）":
                found = [evaluator.value(cell.coordinate) for cell in row[1:] if cell.value is not None]
                checks += len(found)
                assert set(found) == {0}
    assert formulas
    assert checks


def test_a_changed_cell_shows_in_the_check(county: County) -> None:
    """A check can fail: a fen more in one cell is a fen in the check below it."""
    sheet = sheets(workbook(build(county, "station"), Lang.ZH), values=False)[0]
    place = next(cell for row in sheet for cell in row if cell.value == 17900.0)
    place.value = 17900.01
    last = next(row for row in sheet.iter_rows() if row[0].value == "公式减本系统数（应为 0）")
    assert Evaluator(sheet).value(last[place.column - 1].coordinate) == 1


def test_a_stations_month_has_the_five_amounts_apart_and_to_the_fen(county: County) -> None:
    """Estimated 44,640.00, settled 44,400.00, received 17,900.00 of the base; 2,175.60 borne; the rest passed on."""
    paper = build(county, "station")
    five = paper.tables[0]
    rows = [dict(zip((column.name for column in five.columns), row.cells, strict=True)) for row in five.rows]
    assert [(r["estimated"], r["settled"], r["received"], r["passed"]) for r in rows] == [
        (1_806_432, 1_790_000, 1_790_000, 1_572_440), (2_657_568, 2_650_000, 0, 0),
    ]  # fmt: skip
    with county.engine.connect() as db:
        borne = sum(r.borne_base_fen + r.borne_subsidy_fen for r in read_borne(db, stations=["st-s"]))
        lines = sum(x.passed_on_fen for x in read_transfer_lines(db, stations=["st-s"]))
        vat = [(r.settled_gross_fen, r.settled_tax_fen, r.settled_net_fen) for r in read_vat(db, stations=["st-s"])]
    assert (five.total(five.columns[6]), five.total(five.columns[8])) == (borne, lines)
    text = all_of(paper)
    assert figures(borne, lines, *(amount for row in vat for amount in row), 4_464_000, 4_440_000) <= set(
        re.findall(r"-?[\d,]+\.\d\d", text)
    ) | figures(*vat[0])
    assert "98.5%" in text
    assert "待核实" in text
    assert "①" in text


def test_a_village_of_a_joint_station_has_the_sums_of_village_money(county: County) -> None:
    with county.engine.connect() as db:
        money = village_money(db, registry(), "vl-j1", MONTH, MONTH)[0]
        paper = village_month(db, county.office(), "vl-j1", MONTH)
    table = paper.tables[1]
    for name, ours in (
        ("settled", money.settled_fen),
        ("received", money.received_fen),
        ("rest", money.distributable_fen),
    ):
        at = [column.name for column in table.columns].index(name)
        assert sum(row.cells[at] for row in table.rows if isinstance(row.cells[at], int)) == ours  # type: ignore[misc]
    assert money.received_fen > 0
    text = all_of(paper)
    assert "数据不足" in text
    assert all(amount in text for amount in figures(money.settled_fen, money.received_fen, money.distributable_fen))


def test_what_is_missing_is_said_and_is_no_zero(county: County) -> None:
    with county.engine.connect() as db:
        paper = station_month(db, county.office(), "st-s", "2026-05")
    text = all_of(paper)
    assert "数据不足" in text
    assert "未结算" in text
    sheet = sheet_text(workbook(paper, Lang.ZH))
    assert "数据不足" in sheet


def test_a_transfer_form_has_the_amount_in_words_and_its_lines(county: County) -> None:
    transfer = county.transfers[0]
    text = all_of(build(county, "transfer"))
    with county.engine.connect() as db:
        lines = read_transfer_lines(db, ids=[transfer.transfer_id])
    assert sum(line.passed_on_fen for line in lines) == transfer.passed_on_fen == 4_136_341
    assert "人民币肆万壹仟叁佰陆拾叁元肆角壹分" in text
    assert all(amount in text for amount in figures(*(line.passed_on_fen for line in lines)))
    assert {"V-2026-000002", "V-2026-000003"} <= set(re.findall(r"V-\d{4}-\d{6}", text))


def test_a_batchs_cover_has_count_total_and_sums_and_refuses_another_file(county: County) -> None:
    bank_file = county.folder / f"{county.batch}.csv"
    with county.engine.connect() as db:
        payments = read_payments(db, batch_id=county.batch)
        text = all_of(batch_cover(db, county.office(), county.batch, bank_file))
        other = county.folder / "other.csv"
        other.write_text(bank_file.read_text(encoding="utf-8-sig").replace(payments[0].payment_id, "P-1"), "utf-8")
        with pytest.raises(Declined):
            batch_cover(db, county.office(), county.batch, other)
    assert control_sum(payments) in text
    assert "人民币壹仟肆佰元整" in text
    assert "笔数2" in text
    changed = [replace(payments[0], due_fen=Fen(payments[0].due_fen + 1)), *payments[1:]]
    assert control_sum(changed) != control_sum(payments) == control_sum(payments[::-1])


def test_a_year_has_each_station_village_and_what_is_to_be_looked_at(county: County) -> None:
    paper = build(county, "year")
    text = all_of(paper)
    assert "198.4" in text  # 59,520 kWh of 300 kW
    assert "审计检查尚未运行" in text
    assert figures(4_790_001, 653_660, 4_136_341, 80_000) <= set(re.findall(r"-?[\d,]+\.\d\d", _spaced(text)))
    assert [sheet.title for sheet in sheets(workbook(paper, Lang.ZH), values=True)] == [
        "电量", "电站金额", "嘎查村", "待处理事项",
    ]  # fmt: skip


def test_a_year_has_what_audit_checks_found_and_why_where_it_is_explained(county: County) -> None:
    """Of st-j's base of 36,000.00, 5,999.99 never came."""
    run_audit(county.engine, county.rules, NOW, "李")
    found = all_of(build(county, "year"))
    assert "审计检查于2026-10-10运行" in found
    assert "严重：到账与结算不符" in found and "相差5,999.99元待处理国开办发〔2017〕61号（A）" in found
    with county.engine.begin() as db:
        explain_finding(db, f"receipt_mismatch:st-j:{MONTH}", "电力公司来函", at=NOW, by="李")
    explained = all_of(build(county, "year"))
    assert "相差5,999.99元已说明" in explained and "2026-10-10说明：电力公司来函" in explained


def _spaced(text: str) -> str:
    """Figures of neighbouring cells stand apart again: each ends after two decimals."""
    return re.sub(r"(\.\d\d)(?!\d)|(\.\d\d)(?=\d)", r"\1\2 ", text)


def test_a_persons_own_statement_has_the_name_and_the_look_is_kept(county: County) -> None:
    person = county.people.people[0]
    with county.engine.begin() as db:
        span = {"start": "2026-01", "end": "2026-12"}
        keys = county.people.keys
        paper = beneficiary_statement(db, county.office(), keys, person, **span, purpose="本人查询")
        with pytest.raises(Refused):
            beneficiary_statement(db, county.office(), keys, person, **span, purpose=" ")
        looks = [look for look in read_looks(db, person) if look.purpose == "本人查询"]
    text = all_of(paper)
    name, *others = Somebody(1).secrets
    assert name in text
    assert not [secret for secret in others if secret in text]
    assert "800.00" in text
    assert [(look.fields, look.looked_by) for look in looks] == [("name", "李会计")]


def test_where_pango_is_missing_the_error_says_so(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(NoPango):
        pdf(build(county, "station"), Lang.ZH)

"""`guangfu statements` and `guangfu months`, as finance uses them: from a spreadsheet to a closed month."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from accounting import months_commands, statements_commands
from guangfu.clock import day_start
from guangfu.exits import Exit
from guangfu.income.settlement.fields import load_statement_mapping
from guangfu.income.settlement.templates import mapping_path, write_template
from guangfu.stations.files.mapped import ColumnMapping
from guangfu.stations.models import Attribute
from guangfu.storage.sql.registry import write_registry
from tests.accounting.county import JUNE, County
from tests.accounting.county import county as stations
from tests.accounting.test_settlement import balance, may_is_estimated
from tests.income.small_registry import BEGIN
from tests.storage.conftest import migrated_file
from tests.storage.stores import duckdb_place

__all__ = ["migrated_file"]

ACCOUNT = "0412345678901"
ROW = (ACCOUNT, "2026-05", "蒙东-7", date(2026, 6, 2), "m", date(2026, 5, 1), JUNE, 1000.0, 1744.0, 80, None, None,
       59520, 12.5, 0.3035, 18064.32, 0.4465, 26575.68, None, None, None, None, None)  # fmt: skip


@pytest.fixture
def pair() -> str:
    return "embedded"


@pytest.fixture
def accounted(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> County:
    """s1 has a generation account; May is estimated; the environment names the databases."""
    place = duckdb_place(tmp_path)
    county = County(place.open(), engine, registered=False)
    accounts = (Attribute("s1", "发电户号", ACCOUNT, BEGIN),)
    write_registry(engine, replace(stations(), attributes=accounts), at=day_start(date(2026, 5, 1)))
    may_is_estimated(county)
    place.close()
    monkeypatch.setenv("GUANGFU_STORAGE_SQL_URL", engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("GUANGFU_STORAGE_TELEMETRY_URL", place.settings.telemetry_url)
    monkeypatch.setenv("GUANGFU_STORAGE_VOUCHERS_FOLDER", str(tmp_path / "vouchers"))
    return county


def standard() -> ColumnMapping:
    found = load_statement_mapping(mapping_path("standard"))
    assert isinstance(found, ColumnMapping)
    return found


def workbook(path: Path, *rows: Sequence[object]) -> str:
    write_template(path, standard(), rows)
    return str(path)


def statements(*arguments: str) -> Result:
    return CliRunner().invoke(statements_commands.app, [*arguments, "--lang", "en"], env={"GUANGFU_BY": "Li"})


def months(*arguments: str) -> Result:
    return CliRunner().invoke(months_commands.app, [*arguments, "--lang", "en"], env={"GUANGFU_BY": "Li"})


def test_from_a_spreadsheet_to_a_closed_month(accounted: County, tmp_path: Path) -> None:
    file = workbook(tmp_path / "a.xlsx", ROW)
    preview = statements("import", file)
    assert preview.exit_code == Exit.DONE, preview.output
    assert "1 new, 0 replacing, 0 known; 0 of them wait" in preview.output and "--apply writes" in preview.output
    assert balance(accounted)["A2"] == 4_464_000
    taken = statements("import", file, "--apply")
    assert taken.exit_code == Exit.DONE, taken.output
    assert balance(accounted) == {"A3": 4_464_000, "L1.settled": -4_464_000}
    assert "0 new, 0 replacing, 1 known" in statements("import", file, "--apply").output
    assert len(list((tmp_path / "vouchers").rglob("*"))) == 2  # a folder and the file

    shown = statements("show", "s1-2026-05-1").output
    assert "44,640.00" not in shown and "26,575.68" in shown and "V-20" in shown and "0.800 kWh" in shown
    assert "s1-2026-05-1" in statements("list", "--month", "2026-05").output
    listed = months("list").output
    assert "2026-05" in listed and "44,640.00" in listed
    assert "settled 1" in months("show", "2026-05", "--station", "s1").output

    assert "1 could be closed" in months("close", "2026-05", "--station", "s1").output
    closed = months("close", "2026-05", "--station", "s1", "--apply")
    assert closed.exit_code == Exit.DONE and "1 closed" in closed.output, closed.output
    after = months("show", "2026-05", "--station", "s1").output
    assert "closed 1" in after and "1,000.000" in after and "1,744.000" in after
    assert "0 could be closed, 1 are" in months("close", "2026-05", "--station", "s1").output


def test_days_that_no_statement_counts_are_told_at_the_import_and_later(accounted: County, tmp_path: Path) -> None:
    """May is read up to 1 June, June from the 3rd on."""
    later = (*ROW[:1], "2026-06", *ROW[2:5], date(2026, 6, 3), date(2026, 7, 1), 1792.0, 2464.0, 80, None, None,
             53760, 12.5, 0.3035, 16316.16, 0.4465, 24003.84, None, None, None, None, None)  # fmt: skip
    assert "do not meet" not in statements("import", workbook(tmp_path / "may.xlsx", ROW), "--apply").output
    assert statements("gaps").exit_code == Exit.DONE
    file = workbook(tmp_path / "june.xlsx", later)
    for said in (statements("import", file).output, statements("import", file, "--apply").output):
        assert "do not meet" in said and "3,840.000" in said and "1,165.44" in said and "1,714.56" in said
    found = statements("gaps")
    assert found.exit_code == Exit.FOUND and "s1-2026-05-1" in found.output and "s1-2026-06-1" in found.output


def test_a_month_without_a_statement_needs_a_signed_exception(accounted: County, tmp_path: Path) -> None:
    blocked = months("close", "2026-05", "--apply")
    assert blocked.exit_code == Exit.FOUND and "there is no statement: 3" in blocked.output
    scan = tmp_path / "例外.pdf"
    scan.write_bytes(b"signed")
    done = months("close", "2026-05", "--exception", str(scan), "--apply")
    assert done.exit_code == Exit.DONE and "3 closed" in done.output, done.output
    assert "V-20" in months("show", "2026-05", "--station", "s1").output


def test_what_a_person_must_look_at_is_posted_when_accepted(accounted: County, tmp_path: Path) -> None:
    dearer = (*ROW[:14], 0.3036, 18070.27, *ROW[16:])
    assert "1 of them wait" in statements("import", workbook(tmp_path / "a.xlsx", dearer), "--apply").output
    shown = statements("show", "s1-2026-05-1").output
    assert "somebody must look at: price" in shown and "+5.95" in shown
    assert "s1-2026-05-1" in months("show", "2026-05").output
    assert statements("accept", "s1-2026-05-9", "--reason", "x").exit_code == Exit.USAGE
    accepted = statements("accept", "s1-2026-05-1", "--reason", "price agreed")
    assert "1 posted" in accepted.output
    assert "price agreed" in statements("show", "s1-2026-05-1").output
    assert statements("rematch").exit_code == Exit.DONE


def test_every_fault_of_a_file_is_told_with_its_place_and_nothing_is_written(accounted: County, tmp_path: Path) -> None:
    rows = [
        (*ROW[:8], 1745.0, *ROW[9:]),  # the registers do not give the energy
        (*ROW[:1], "2026-04", *ROW[2:15], 18064.33, *ROW[16:]),  # a fen too much
        ("0400000000000", *ROW[1:]),  # nobody's account
        (*ROW[:1], "2026-13", *ROW[2:9], "eighty", *ROW[10:]),
    ]
    found = statements("import", workbook(tmp_path / "a.xlsx", *rows), "--apply")
    assert found.exit_code == Exit.FOUND
    for said in (
        "(1,745.000 - 1,000.000) × 80", "= 18,064.32 yuan", "generation account", "is no month",
        "is no multiplication factor", "5 errors",
    ):  # fmt: skip
        assert said in found.output, found.output
    assert "a.xlsx#结算单:2" in found.output
    assert balance(accounted)["A2"] == 4_464_000


def test_a_county_that_reads_at_the_months_end_has_a_mapping_of_its_own(accounted: County, tmp_path: Path) -> None:
    """Two meters of one account, dates of the month's last day, the amount in the first row."""
    text = (
        "六月结算\n\n户号,电费年月,电能表资产号,起码日期,止码日期,起码,止码,综合倍率,变损,结算电量(千瓦时),电价(元/千瓦时),"
        "电费(元),退补年月,退补电量(千瓦时),退补电费(元)\n"
        f"{ACCOUNT},202605,meter-1,2026-04-30,2026-05-15,1000,1360,80,,28800,0.3035,18064.32,202603,-10,-3.04\n"
        ",,meter-1,2026-05-15,2026-05-31,1360,1744,80,,30720,,,,,\n合计,,,,,,,,,59520,,18064.32,,,\n"
    )
    file = tmp_path / "a.csv"
    file.write_text(text, "gb18030")
    found = statements("import", str(file), "--mapping", "month_end", "--apply")
    assert found.exit_code == Exit.DONE, found.output
    assert "2026-05-01 … 2026-06-01" in found.output and "price" in found.output  # it has no subsidy
    assert "2026-03" in statements("show", "s1-2026-05-1").output


def test_a_template_can_be_filled_in_and_read_again(accounted: County, tmp_path: Path) -> None:
    for name in ("standard", "month_end"):
        target = tmp_path / f"{name}.xlsx"
        made = statements("template", str(target), "--mapping", name)
        assert made.exit_code == Exit.DONE and target.exists()
        assert statements("template", str(target)).exit_code == Exit.USAGE
        empty = statements("import", str(target), "--mapping", name)
        assert empty.exit_code == Exit.FOUND and "there is no statement" in empty.output
    del accounted


def test_wrong_use_is_said(accounted: County, tmp_path: Path) -> None:
    assert months("show", "2026-6").exit_code == Exit.USAGE
    assert months("show", "2026-05", "--station", "s9").exit_code == Exit.USAGE
    assert months("close", "2026-05", "--banner", "000000").exit_code == Exit.USAGE
    assert statements("show", "none").exit_code == Exit.USAGE
    assert statements("import", str(tmp_path / "no.xlsx")).exit_code == Exit.FOUND
    assert statements("import", str(tmp_path / "no.xlsx"), "--mapping", "no.yaml").exit_code == Exit.FOUND
    assert months("moved").exit_code == Exit.DONE
    del accounted

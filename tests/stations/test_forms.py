"""A county's spreadsheet by its headers, with a mapping file, all faults together."""

from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from guangfu.stations import cells
from guangfu.stations.faults import place
from guangfu.stations.files.forms import FormColumn, read_form

COLUMNS = (
    FormColumn("village_id", ("嘎查村编号",), cells.identifier),
    FormColumn("days", ("出勤天数", "天数"), cells.whole(0, 31)),
    FormColumn("since", ("起始日期",), cells.day, needed=False),
)


def test_a_csv_in_either_encoding(tmp_path: Path) -> None:
    path = tmp_path / "考勤.csv"
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        path.write_text("备注,天数,嘎查村编号,起始日期\n好,20,v1,2026年6月1日\n,,,\n,21,v2,\n", encoding=encoding)
        form = read_form(path, COLUMNS)
        assert form.faults == []
        assert [(row.number, *row.cells.values()) for row in form.rows] == [
            (2, "v1", 20, date(2026, 6, 1)), (4, "v2", 21, None),
        ]  # fmt: skip


def test_a_workbook_with_titles_above_and_other_headers_is_read_by_a_mapping(tmp_path: Path) -> None:
    book = Workbook()
    book.active.title = "说明"
    sheet = book.create_sheet("名单")
    for row in (["某旗考勤表"], ["村", "天"], ["v1", 20.0]):
        sheet.append(row)
    book.save(tmp_path / "x.xlsx")
    mapping = tmp_path / "m.yaml"
    mapping.write_text("sheet: 名单\nheader_row: 2\ncolumns: {village_id: 村, days: 天}\n", encoding="utf-8")
    form = read_form(tmp_path / "x.xlsx", COLUMNS, mapping)
    assert (form.faults, form.rows[0].number, form.rows[0].cells["days"]) == ([], 3, 20)


def test_all_faults_are_told_with_sheet_row_and_column(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("嘎查村编号,天数\nv1,32\n,3\nv3,4\n", encoding="utf-8")
    form = read_form(path, COLUMNS)
    assert [place(fault) for fault in form.faults] == ["x.csv:2 [出勤天数]", "x.csv:3 [嘎查村编号]"]
    assert [row.cells["village_id"] for row in form.rows] == ["v3"]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("x.csv", b"\x80\xff\xfe", "not a text file"),
        ("x.csv", b"", "no header row"),
        ("x.csv", "天数\n1\n".encode(), "column is missing: 嘎查村编号"),
        ("x.csv", b'a,"b\n', "not proper CSV"),
        ("x.xlsx", b"PK no", "not a readable Excel"),
        ("x.xls", b"", "give an .xlsx"),
    ],
)
def test_files_that_are_none(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert any(says in fault.text.en for fault in read_form(tmp_path / name, COLUMNS).faults)
    assert read_form(tmp_path / "gone.csv", COLUMNS).faults


@pytest.mark.parametrize("mapping", ["columns: {dayz: 天}", "- 1", "{", "columns: {}\nextra: 1"])
def test_a_mapping_that_is_wrong_is_told(tmp_path: Path, mapping: str) -> None:
    (tmp_path / "m.yaml").write_text(mapping, encoding="utf-8")
    (tmp_path / "x.csv").write_text("嘎查村编号,天数\nv1,3\n", encoding="utf-8")
    assert [f.file for f in read_form(tmp_path / "x.csv", COLUMNS, tmp_path / "m.yaml").faults] == ["m.yaml"]

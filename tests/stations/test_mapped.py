"""A county's own spreadsheet through a mapping file."""

from pathlib import Path

import openpyxl
import pytest

from guangfu.stations.files.mapped import ColumnMapping, load_mapping, read_mapped
from guangfu.texts import Lang, Text

FIELDS = {"account", "energy", "unit"}
MAPPING = """
name: 示例
sheet: 明细
header_row: 2
columns:
  account: 发电户号
  energy: 上网电量（kWh）
constants: {unit: kWh}
reading_day: start
"""


def load(tmp_path: Path, text: str) -> ColumnMapping | list[str]:
    path = tmp_path / "mapping.yaml"
    path.write_text(text, "utf-8")
    found = load_mapping(path, fields=FIELDS, needed={"account"}, options={"reading_day"})
    return found if isinstance(found, ColumnMapping) else [f"{f.column}: {f.text(Lang.EN)}" for f in found]


def workbook(path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "明细"
    for row in (["六月结算单"], ["发电户号", "上网电量 (kWh)"], ["0412345678901", 12.5], [], ["合 计", 12.5]):
        sheet.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize("kind", ["xlsx", "utf-8-sig", "gb18030"])
def test_rows_are_told_by_field_with_their_place(kind: str, tmp_path: Path) -> None:
    mapping = load(tmp_path, MAPPING)
    assert isinstance(mapping, ColumnMapping) and mapping.options == {"reading_day": "start"}
    path = tmp_path / ("a.xlsx" if kind == "xlsx" else "a.csv")
    if kind == "xlsx":
        workbook(path)
    else:
        path.write_text("六月\n发电户号,上网电量(kWh)\n0412345678901,12.5\n\n合计,12.5\n", kind)
    found = read_mapped(path, mapping)
    assert found.faults == ()
    rows = found.rows
    assert [(row.number, row["account"], row["energy"], row["unit"]) for row in rows] == [
        (3, "0412345678901", "12.5", "kWh")
    ]
    assert rows[0].fault("energy", Text("错", "wrong")).column == "上网电量（kWh）"


def test_every_fault_of_a_mapping_is_told(tmp_path: Path) -> None:
    assert load(tmp_path, "columns: {energi: x, energy: ''}\nextra: 1\nheader_row: two\n") == [
        "extra: an unknown word; known are columns / constants / header_row / name / reading_day / sheet",
        "columns.energi: an unknown field; known are account / energy / unit",
        "columns.energy: should be one header or one value",
        "account: this field must have a column or a constant",
        "header_row: header_row should be a row's number",
    ]
    assert load(tmp_path, "- a\n") == ["None: a mapping file must have `columns`, each a field: its header"]


def test_a_missing_column_and_a_missing_sheet_are_faults(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx")
    for mapping, said in (
        (ColumnMapping({"account": "户号"}, header_row=2), "columns that are missing: 户号"),
        (ColumnMapping({"account": "户号"}, sheet="汇总"), 'there is no sheet "汇总"'),
        (ColumnMapping({"account": "户号"}, header_row=9), "there is no header row"),
    ):
        found = read_mapped(path, mapping)
        assert found.rows == () and found.faults[0].text(Lang.EN).startswith(said)
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"no zip")
    assert "not a readable Excel workbook" in read_mapped(broken, mapping).faults[0].text(Lang.EN)

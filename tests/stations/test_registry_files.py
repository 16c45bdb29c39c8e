import csv
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guangfu.stations.cells import Wrong
from guangfu.stations.columns import COLUMNS, Column
from guangfu.stations.faults import BadRegistry, Fault, place
from guangfu.stations.files import (
    check_registry_files,
    read_registry_files,
    write_registry_files,
    write_registry_workbook,
    write_template,
)
from guangfu.stations.models import Grid, Registry, Zone
from guangfu.stations.synthetic import synthetic_registry
from guangfu.stations.tables import Table
from guangfu.texts import Lang
from tests.stations.example import SINGLE, example
from tests.stations.strategies import Drawn, registries

Rows = list[list[str]]
FILES = {table: f"{table.value}.csv" for table in Table}
CELLS = [(table, column) for table in Table for column in COLUMNS[table]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example as files; a test that changes one puts it back."""
    path = tmp_path_factory.mktemp("registry")
    write_registry_files(example(), path)
    return path


def _rows(path: Path) -> Rows:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def _write(path: Path, rows: Rows, encoding: str = "utf-8") -> None:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)


def _faults_after(folder: Path, file: str, change: Callable[[Rows], object]) -> tuple[Fault, ...]:
    """Changes one file; the faults that the folder has then."""
    rows = _rows(folder / file)
    change(rows)
    _write(folder / file, rows)
    return check_registry_files(folder).faults


def _faults_with(folder: Path, file: str, change: Callable[[Rows], object]) -> tuple[Fault, ...]:
    """The faults of the example with one file changed, which is then put back."""
    kept = (folder / file).read_bytes()
    try:
        return _faults_after(folder, file, change)
    finally:
        (folder / file).write_bytes(kept)


def _copy(folder: Path, target: Path) -> None:
    for file in folder.iterdir():
        (target / file.name).write_bytes(file.read_bytes())


def _set_cell(row: int, column: str, cell: str) -> Callable[[Rows], object]:
    def change(rows: Rows) -> None:
        rows[row - 1][rows[0].index(column)] = cell

    return change


def _set_cells(*cells: tuple[int, str, str]) -> Callable[[Rows], object]:
    def change(rows: Rows) -> None:
        for cell in cells:
            _set_cell(*cell)(rows)

    return change


def _said(faults: tuple[Fault, ...], at: str) -> str:
    """What is said of one place, in English."""
    return " ".join(fault.text(Lang.EN) for fault in faults if place(fault) == at)


@given(drawn=registries(), encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_reads_back_equal(tmp_path: Path, drawn: Drawn, encoding: str) -> None:
    registry = drawn.registry()
    write_registry_files(registry, tmp_path, encoding=encoding)
    assert read_registry_files(tmp_path) == registry


@given(drawn=registries())
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_workbook_that_is_written_reads_back_equal(tmp_path: Path, drawn: Drawn) -> None:
    registry = drawn.registry()
    write_registry_workbook(registry, tmp_path / "registry.xlsx")
    assert read_registry_files(tmp_path / "registry.xlsx") == registry


def test_the_synthetic_fleet_reads_back_equal(tmp_path: Path) -> None:
    registry = synthetic_registry()
    write_registry_files(registry, tmp_path)
    assert read_registry_files(tmp_path) == registry


def _refused(column: Column, cell: str) -> bool:
    parsed = column.parse(cell) if cell else None
    return isinstance(parsed, Wrong) or (parsed is None and column.needed)


# What people and spreadsheets put into cells; each column refuses some of them.
BAD_CELLS = ("", "=A1", "x\ny", "1.50421E+17", "11010519491231002X", "-1", "abc嘎查", "2018-02-30", "9" * 400, "NaN")


@pytest.mark.parametrize(("table", "column"), CELLS, ids=lambda part: getattr(part, "field", str(part)))
def test_each_column_refuses_a_bad_cell_and_says_where(folder: Path, table: Table, column: Column) -> None:
    refused = [cell for cell in BAD_CELLS if _refused(column, cell)]
    assert refused, "no bad cell is refused by this column"
    for cell in refused[:3]:
        faults = _faults_with(folder, FILES[table], _set_cell(2, column.field, cell))
        assert f"{FILES[table]}:2 [{column.field}]" in {place(fault) for fault in faults}, cell


@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_in_any_cell_is_taken_or_a_fault_at_its_place(folder: Path, data: st.DataObject) -> None:
    table, column = data.draw(st.sampled_from(CELLS))
    row = data.draw(st.integers(2, len(_rows(folder / FILES[table]))))
    cell = data.draw(st.text(st.characters(codec="utf-8"), max_size=30) | st.sampled_from(BAD_CELLS))
    faults = _faults_with(folder, FILES[table], _set_cell(row, column.field, cell))
    if _refused(column, cell.strip()):
        assert f"{FILES[table]}:{row} [{column.field}]" in {place(fault) for fault in faults}


@given(content=st.binary(max_size=300), suffix=st.sampled_from([".yaml", ".xlsx", ".csv"]))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_a_fault_and_never_an_exception(tmp_path: Path, content: bytes, suffix: str) -> None:
    path = tmp_path / f"stations{suffix}"
    path.write_bytes(content)
    reading = check_registry_files(tmp_path if suffix == ".csv" else path)
    path.unlink()
    assert reading.registry is None
    assert reading.faults


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("workbook") / "registry.xlsx"
    write_registry_workbook(example(), path)
    return path


@given(places=st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_workbook_with_bytes_changed_is_never_an_exception(
    workbook: Path, tmp_path: Path, places: list[tuple[float, int]]
) -> None:
    content = bytearray(workbook.read_bytes())
    for part, changed in places:
        content[int(part * len(content))] = changed
    damaged = tmp_path / "damaged.xlsx"
    damaged.write_bytes(content)
    reading = check_registry_files(damaged)
    assert reading.registry is not None or reading.faults


def test_all_faults_of_all_files_are_told_together(folder: Path, tmp_path: Path) -> None:
    _copy(folder, tmp_path)
    _faults_after(tmp_path, "villages.csv", _set_cell(3, "banner_code", "15043"))
    wrong = ((2, "lon", "119,9"), (3, "filed_on", "30.6.2018"), (4, "banner_code", "110000"))
    faults = _faults_after(tmp_path, "stations.csv", _set_cells(*wrong))
    assert {place(fault) for fault in faults} == {
        "stations.csv:2 [lon]",
        "stations.csv:3 [filed_on]",
        "stations.csv:4 [banner_code]",
        "villages.csv:3 [banner_code]",
    }


def test_reading_raises_with_every_fault(folder: Path, tmp_path: Path) -> None:
    _copy(folder, tmp_path)
    _write(tmp_path / "share_units.csv", [["station_id"], ["st-s"]])
    with pytest.raises(BadRegistry, match=r"share_units\.csv:1 \[village_id\] this column is missing") as raised:
        read_registry_files(tmp_path)
    assert {"units", "valid_from"} <= {fault.column for fault in raised.value.faults}


@pytest.mark.parametrize("cell", ["1.50421E+17", "1.5E17", "150430000000123000"])
def test_a_long_number_that_a_spreadsheet_damaged_is_refused_with_what_to_do(folder: Path, cell: str) -> None:
    faults = _faults_with(folder, "attributes.csv", _set_cell(2, "value", cell))
    assert "format the column as text" in _said(faults, "attributes.csv:2 [value]")


def test_an_apostrophe_says_that_a_number_really_ends_in_zeros(folder: Path, tmp_path: Path) -> None:
    _copy(folder, tmp_path)
    rows = _rows(tmp_path / "attributes.csv")
    _set_cell(2, "value", "'150430000000123000")(rows)
    _write(tmp_path / "attributes.csv", rows)
    assert read_registry_files(tmp_path).attributes[0].value == "150430000000123000"


def test_a_column_of_names_is_refused_and_its_cells_are_not_repeated(folder: Path) -> None:
    def change(rows: Rows) -> None:
        rows[0].append("户主姓名")
        for row in rows[1:]:
            row.append("某某某")

    faults = _faults_with(folder, "households.csv", change)
    assert [place(fault) for fault in faults] == ["households.csv:1 [户主姓名]"]
    assert "no names" in faults[0].text(Lang.EN)
    assert "某某某" not in str(faults)


def test_an_identity_number_is_not_repeated_in_full(folder: Path) -> None:
    faults = _faults_with(folder, "households.csv", _set_cell(2, "household_id", "11010519491231002X"))
    assert "identity" in _said(faults, "households.csv:2 [household_id]")
    assert "11010519491231002" not in str(faults)


def test_a_meter_must_state_its_factor(folder: Path) -> None:
    """1 by default would make its money wrong by a hundred times."""
    faults = _faults_with(folder, "devices.csv", _set_cell(3, "multiplication_factor", ""))
    assert "CT ratio x PT ratio" in _said(faults, "devices.csv:3 [multiplication_factor]")


def test_who_refers_to_a_row_that_cannot_be_read_is_not_blamed(folder: Path) -> None:
    faults = _faults_with(folder, "stations.csv", _set_cell(3, "lat", "north"))
    assert [place(fault) for fault in faults] == ["stations.csv:3 [lat]"]


def test_capacity_without_a_unit_is_asked_for_one(folder: Path) -> None:
    def change(rows: Rows) -> None:
        rows[0][rows[0].index("capacity_dc_w")] = "装机容量"

    said = _said(_faults_with(folder, "stations.csv", change), "stations.csv:1 [装机容量]")
    assert "say the unit" in said


def _double_units(rows: Rows) -> None:
    for row in rows:
        row.append(row[2])


def test_a_row_that_is_too_wide_and_a_doubled_column_are_faults(folder: Path) -> None:
    wide = _faults_with(folder, "share_units.csv", lambda rows: rows[2].append("more"))
    assert "share_units.csv:3" in {place(fault) for fault in wide}
    doubled = _faults_with(folder, "share_units.csv", _double_units)
    assert "share_units.csv:1 [units]" in {place(fault) for fault in doubled}


def test_a_file_of_an_unknown_name_is_a_fault(folder: Path) -> None:
    stray = folder / "station.csv"
    stray.write_text("station_id\n", encoding="utf-8")
    faults = check_registry_files(folder).faults
    stray.unlink()
    assert [place(fault) for fault in faults] == ["station.csv"]


def test_an_empty_table_of_stations_is_refused(tmp_path: Path) -> None:
    """Importing it would supersede every station."""
    write_template(tmp_path / "template.xlsx")
    reading = check_registry_files(tmp_path / "template.xlsx")
    assert reading.registry is None
    assert [place(fault) for fault in reading.faults] == ["template.xlsx#stations"]


# A registry as a banner's office might keep it: Chinese headers, kW, blank zone and grid, other ways to write a day.
STATION = {
    "电站编号": "a1", "电站名称": "某村电站", "电站类型": "村级电站", "旗县代码": "150125",
    "经度": "111.45", "纬度": "41.09", "装机容量（kW）": "300.16", "交流容量(kW)": "250",
    "倾角": "38", "方位角": "180",
    "计划年度": "2018",
    "备案日期": "2018/3/1", "并网日期": "2018年6月30日",
}  # fmt: skip
CHINESE = {
    "电站": [list(STATION), list(STATION.values())],
    "嘎查村": [["嘎查村编号", "嘎查村名称", "苏木乡镇", "旗县代码"], ["v1", "某村", "某镇", "150125"]],
    "设备": [["电站编号", "设备名", "设备类型", "生效日期", "倍率", "表码满量程（kWh）"],
             ["a1", "meter", "关口表", "2018-06-30", "100", "1000000"]],
    "份额": [["电站编号", "嘎查村编号", "份额", "生效日期"], ["a1", "v1", "1", "2018-06-30"]],
    "受益户": [["受益户编号", "嘎查村编号", "生效日期"], *([f"h{i}", "v1", "2018-06-30"] for i in range(50))],
}  # fmt: skip


def _assert_chinese(registry: Registry) -> None:
    station = registry.stations["a1"]
    assert (station.capacity_dc_w, station.capacity_ac_w) == (300_160, 250_000)
    assert (station.resource_zone, station.grid) == (Zone.I, Grid.MENGXI)
    assert (station.name_en, station.joint, station.closed_on) == ("某村电站", False, None)
    assert (station.filed_on.isoformat(), station.grid_connected_on.isoformat()) == ("2018-03-01", "2018-06-30")
    assert registry.devices[0].register_modulus_wh == 1_000_000_000
    assert {(v.township, v.township_en) for v in registry.villages.values()} == {("某镇", "某镇")}
    assert len(registry.banners) == 31
    assert not registry.synthetic


@pytest.mark.parametrize("encoding", ["gb18030", "gbk", "utf-8", "utf-8-sig"])
def test_chinese_headers_in_csv_of_every_encoding(tmp_path: Path, encoding: str) -> None:
    for name, rows in CHINESE.items():
        _write(tmp_path / f"{name}.csv", rows, encoding)
    _assert_chinese(read_registry_files(tmp_path))


def _workbook(path: Path, change: Callable[[openpyxl.Workbook], object] = lambda book: None) -> Path:
    book = openpyxl.Workbook()
    book.active.title = "说明"
    for name, rows in CHINESE.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    change(book)
    book.save(path)
    return path


def test_a_workbook_with_chinese_headers_numbers_and_days(tmp_path: Path) -> None:
    def change(book: openpyxl.Workbook) -> None:
        sheet = book["电站"]
        for column, value in (("D2", 150125), ("E2", 111.45), ("G2", 300.16), ("H2", 250.0), ("K2", 2018)):
            sheet[column] = value
        sheet["L2"] = datetime(2018, 3, 1)  # noqa: DTZ001 - as a spreadsheet keeps a day

    _assert_chinese(read_registry_files(_workbook(tmp_path / "登记册.xlsx", change)))


def test_a_long_number_in_a_numeric_cell_is_refused_in_its_sheet_and_row(tmp_path: Path) -> None:
    def change(book: openpyxl.Workbook) -> None:
        sheet = book.create_sheet("属性")
        sheet.append(["对象编号", "属性名", "属性值", "生效日期"])
        sheet.append(["a1", "发电户号", 150421199801011234, "2018-06-30"])
        sheet.append(["a1", "短号", 1504211998, "2018-06-30"])

    faults = check_registry_files(_workbook(tmp_path / "book.xlsx", change)).faults
    assert [place(fault) for fault in faults] == ["book.xlsx#属性:2 [属性值]"]
    assert "format the column as text" in faults[0].text(Lang.EN)


def test_a_sheet_of_an_unknown_name_is_a_fault(tmp_path: Path) -> None:
    path = _workbook(tmp_path / "book.xlsx", lambda book: book.create_sheet("花名册"))
    assert [place(fault) for fault in check_registry_files(path).faults] == ["book.xlsx#花名册"]


def _yaml(tables: dict[str, Rows]) -> dict[str, list[dict[str, str]]]:
    return {name: [dict(zip(rows[0], row, strict=True)) for row in rows[1:]] for name, rows in tables.items()}


def test_a_yaml_file_with_long_numbers_and_leading_zeros(tmp_path: Path) -> None:
    path = tmp_path / "registry.yaml"
    attribute = "- {subject_id: a1, name: 户号, value: 015042100000012345, valid_from: 2018-06-30, valid_to: ~}"
    path.write_text(yaml.safe_dump(_yaml(CHINESE), allow_unicode=True) + f"attributes:\n{attribute}\n", "utf-8")
    registry = read_registry_files(path)
    _assert_chinese(registry)
    assert registry.attributes[0].value == "015042100000012345"


def test_faults_of_a_yaml_file_have_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "registry.yaml"
    path.write_text(
        "villages:\n"
        "- village_id: v1\n"
        "  name: 某村\n"
        "  township: 某镇\n"
        "  banner_code: [150125]\n"
        "stations: 786\n"
        "people: []\n",
        "utf-8",
    )
    places = {place(fault) for fault in check_registry_files(path).faults}
    assert places >= {"registry.yaml:5 [banner_code]", "registry.yaml:6", "registry.yaml#people"}


@pytest.mark.parametrize("content", ["[" * 5000, "a: b: c", "\x00", "- just a list", "? [a]\n: b", "stations: {a: b}"])
def test_odd_yaml_is_a_fault(tmp_path: Path, content: str) -> None:
    path = tmp_path / "registry.yaml"
    path.write_text(content, "utf-8")
    assert check_registry_files(path).faults


@pytest.mark.parametrize("name", ["nowhere", "registry.xls", "registry.pdf"])
def test_a_path_that_cannot_be_read_is_one_fault(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if "." in name:
        path.write_bytes(b"x")
    assert len(check_registry_files(path).faults) == 1


def test_the_template_keeps_long_numbers_as_text_and_explains_each_column(tmp_path: Path) -> None:
    write_template(tmp_path / "template.xlsx")
    book = openpyxl.load_workbook(tmp_path / "template.xlsx")
    assert book["属性"].column_dimensions["C"].number_format == "@"
    assert "装机容量（kW）" in [cell.value for cell in book["电站"][1]]
    explained = {row[1].value for row in book["说明"].iter_rows(min_row=1) if len(row) > 1}
    assert {column.title for _, column in CELLS} <= explained
    assert '"集中式电站,村级电站"' in {v.formula1 for v in book["电站"].data_validations.dataValidation}


def test_a_registry_with_an_attribute_survives_a_workbook(tmp_path: Path) -> None:
    """The account number has 18 digits and comes back as text."""
    write_registry_workbook(example(), tmp_path / "registry.xlsx")
    (attribute,) = read_registry_files(tmp_path / "registry.xlsx").attributes
    assert (attribute.subject_id, attribute.value) == (SINGLE, "150430000000123456")

"""An Excel workbook with a sheet for each table: an empty one to fill in, or a whole registry."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from guangfu.stations import cells
from guangfu.stations.columns import COLUMNS, Column, in_shown_unit
from guangfu.stations.files.writing import rows_of
from guangfu.stations.models import Registry
from guangfu.stations.places import banners, leagues
from guangfu.stations.tables import TABLE_NAMES, Table, facts_of

TEXT_FORMAT: Final = "@"
"""Keeps a spreadsheet from turning a long number into 1.50421E+17."""

DAY_FORMAT: Final = "yyyy-mm-dd"
ROWS_WITH_CHOICES: Final = 20_000

_NEEDED: Final = PatternFill("solid", fgColor="FFF2CC")
_OPTIONAL: Final = PatternFill("solid", fgColor="EDEDED")
_ADVICE: Final = (
    ("登记册模板。每张表一个工作表，第一行是表头，不要改动表头；黄色列必填，灰色列可空。",
     "The registry's template: a sheet for each table, headers in row 1; yellow columns are needed, grey ones not."),
    ("不得填写姓名、身份证号、银行卡、电话：受益户只用编号（化名），多余的列会被拒绝。",
     "No names, identity numbers, bank cards or phone numbers: households are pseudonyms; other columns are refused."),
    ("长数字（如户号）的列已设为文本格式，请直接输入，不要从数值格式的单元格复制。",
     "Columns of long numbers are formatted as text: type into them, don't copy from numeric cells."),
    ("填好后检查：guangfu stations check 文件.xlsx", "When filled in: guangfu stations check FILE.xlsx"),
)  # fmt: skip


def write_template(path: Path) -> None:
    """Writes an empty workbook: Chinese headers, choices, text format, notes; places filled in."""
    empty = Registry(
        leagues=leagues(), banners=banners(), villages={}, stations={}, devices=(), share_units=(), households={},
        slots=(),
    )  # fmt: skip
    write_registry_workbook(empty, path)


def write_registry_workbook(registry: Registry, path: Path) -> None:
    """Writes a sheet for each table; reading the workbook gives an equal registry.

    Capacities are in kW, as people write them; ids and texts are text, days are days.
    """
    book = Workbook(write_only=True)
    _write_notes(book.create_sheet("说明"))
    facts = facts_of(registry)
    for table in Table:
        columns = COLUMNS[table]
        sheet = book.create_sheet(TABLE_NAMES[table].zh)
        _format(sheet, columns)
        sheet.append(list(_header(sheet, columns)))
        for fact in rows_of(table, facts):
            sheet.append([_cell(sheet, column, getattr(fact, column.field)) for column in columns])
    book.save(path)


def _format(sheet: Worksheet, columns: tuple[Column, ...]) -> None:
    sheet.freeze_panes = "A2"
    for number, column in enumerate(columns, 1):
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = 18
        if column.parse in _TEXTS:
            sheet.column_dimensions[letter].number_format = TEXT_FORMAT
        if column.words:
            choices = DataValidation(type="list", formula1=f'"{",".join(column.words.values())}"', allow_blank=True)
            choices.add(f"{letter}2:{letter}{ROWS_WITH_CHOICES}")
            sheet.data_validations.append(choices)


_TEXTS: Final = (cells.text, cells.identifier, cells.code)


def _header(sheet: Worksheet, columns: tuple[Column, ...]) -> Iterator[WriteOnlyCell]:
    for column in columns:
        cell = WriteOnlyCell(sheet, column.title)
        cell.font = Font(bold=True)
        cell.fill = _NEEDED if column.needed else _OPTIONAL
        yield cell


def _cell(sheet: Worksheet, column: Column, value: object) -> object:
    if value is None:
        return None
    if column.quantity is not None:
        assert isinstance(value, int)
        return in_shown_unit(column, value)
    if column.words:
        return column.words[value]
    if isinstance(value, str | date):
        cell = WriteOnlyCell(sheet, column.write(value) if isinstance(value, str) else value)
        cell.number_format = TEXT_FORMAT if isinstance(value, str) else DAY_FORMAT
        return cell
    if isinstance(value, float) and float(f"{value:.15g}") != value:
        return repr(value)  # more digits than a spreadsheet keeps
    return value


def _write_notes(sheet: Worksheet) -> None:
    sheet.column_dimensions["A"].width = sheet.column_dimensions["B"].width = 20
    sheet.column_dimensions["C"].width = sheet.column_dimensions["D"].width = 60
    for zh, en in _ADVICE:
        sheet.append([zh])
        sheet.append([en])
    sheet.append([])
    sheet.append(["工作表 sheet", "列 column", "说明", "note"])
    for table in Table:
        for column in COLUMNS[table]:
            sheet.append([TABLE_NAMES[table].zh, column.title, column.note.zh, column.note.en])

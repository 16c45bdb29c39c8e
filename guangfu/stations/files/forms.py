"""A county's own spreadsheet as typed rows: one sheet, columns by their headers, all faults together.

A form names the columns that are asked for and every header that is understood; a mapping file (YAML) names those
of a spreadsheet that calls them otherwise:

    sheet: 名单            # the first sheet if it is not named
    header_row: 3          # the first row that is not blank, if it is not named
    columns:
      identity_number: 公民身份号码
"""

import csv
import io
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

import openpyxl
import yaml

from guangfu.stations.cells import BLANK, Parser, Wrong
from guangfu.stations.columns import normal
from guangfu.stations.faults import Fault
from guangfu.stations.files.csv_source import decoded
from guangfu.stations.files.excel_source import NOTES, UNREADABLE, cell_text
from guangfu.texts import Text


@dataclass(frozen=True)
class FormColumn:
    """A column: its field, the headers that are understood (the first is shown), and how a cell is read."""

    field: str
    headers: tuple[str, ...]
    parse: Parser
    needed: bool = True
    default: object = None


class FormRow(NamedTuple):
    """A row whose cells are all understood; `number` counts as the spreadsheet does."""

    number: int
    cells: dict[str, Any]


@dataclass
class FormFile:
    """What a file holds, and what is wrong with it; nothing may be written while there is a fault."""

    file: str
    sheet: str = ""
    rows: list[FormRow] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def fault(self, text: Text, *, row: int | None = None, column: str | None = None) -> None:
        self.faults.append(Fault(text, file=self.file, table=self.sheet, row=row, column=column))


@dataclass(frozen=True)
class FormMapping:
    """What a mapping file says."""

    sheet: str = ""
    header_row: int | None = None
    columns: Mapping[str, str] = field(default_factory=dict)


def read_form(path: Path, columns: Sequence[FormColumn], mapping: Path | None = None) -> FormFile:
    """The rows of an `.xlsx` or `.csv` (UTF-8, GB18030); bad input is never an exception.

    Other columns of the spreadsheet are not read. A blank cell of a column that is not needed is its default.
    """
    form = FormFile(path.name)
    named = _mapping(mapping, columns, form)
    lines = _lines(path, named.sheet, form)
    if form.faults or lines is None:
        return form
    header = _header_index(lines, named, form)
    if header is None:
        return form
    found = _found(lines[header], columns, named, form, header + 1)
    if not form.faults:
        for number, line in enumerate(lines[header + 1 :], header + 2):
            if any(line):
                _read_row(number, line, columns, found, form)
    return form


def _mapping(path: Path | None, columns: Sequence[FormColumn], form: FormFile) -> FormMapping:
    if path is None:
        return FormMapping()
    known = {column.field for column in columns}
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        named = FormMapping(str(said.pop("sheet", "")), said.pop("header_row", None), dict(said.pop("columns", {})))
        strange = [*said, *(name for name in named.columns if name not in known)]
    except (OSError, UnicodeDecodeError, yaml.YAMLError, AttributeError, TypeError, ValueError) as error:
        form.faults.append(Fault(_BAD_MAPPING.filled(why=type(error).__name__), file=path.name))
        return FormMapping()
    if strange:
        text = _UNKNOWN_FIELD.filled(names=", ".join(map(str, strange)), known=", ".join(sorted(known)))
        form.faults.append(Fault(text, file=path.name))
    return named


def _lines(path: Path, sheet: str, form: FormFile) -> list[tuple[str, ...]] | None:
    try:
        if path.suffix.lower() in {".xlsx", ".xlsm"}:
            return _workbook_lines(path, sheet, form)
        if path.suffix.lower() == ".csv":
            return _csv_lines(path, form)
        form.fault(_UNKNOWN_FORMAT)
    except OSError as error:
        form.fault(_CANT_READ.filled(why=error.strerror or ""))
    except csv.Error:
        form.fault(_NO_CSV)
    except UNREADABLE as error:
        form.fault(_NO_WORKBOOK.filled(why=type(error).__name__))
    return None


def _workbook_lines(path: Path, sheet: str, form: FormFile) -> list[tuple[str, ...]] | None:
    with path.open("rb") as file, closing(openpyxl.load_workbook(file, read_only=True, data_only=True)) as book:
        sheets = {s.title: s for s in book.worksheets if s.title.strip().casefold() not in NOTES or s.title == sheet}
        chosen = sheets.get(sheet) if sheet else next(iter(sheets.values()), None)
        if chosen is None:
            form.fault(_NO_SHEET.filled(sheet=sheet or "?"))
            return None
        form.sheet = chosen.title
        return [tuple(cell_text(cell) for cell in row) for row in chosen.iter_rows(values_only=True)]


def _csv_lines(path: Path, form: FormFile) -> list[tuple[str, ...]] | None:
    content = decoded(path.read_bytes())
    if content is None:
        form.fault(_NO_TEXT)
        return None
    rows = csv.reader(io.StringIO(content, newline=""), strict=True)
    return [tuple(cell.strip() for cell in row) for row in rows]


def _header_index(lines: Sequence[tuple[str, ...]], named: FormMapping, form: FormFile) -> int | None:
    filled = [i for i, line in enumerate(lines) if any(line)]
    index = named.header_row - 1 if isinstance(named.header_row, int) else next(iter(filled), None)
    if index is None or index not in filled:
        form.fault(_NO_HEADER)
        return None
    return index


def _found(
    header: Sequence[str], columns: Sequence[FormColumn], named: FormMapping, form: FormFile, row: int
) -> dict[str, int]:
    """The place of each field in a line."""
    places: dict[str, int] = {}
    for i, title in reversed(list(enumerate(header))):
        places[normal(title)] = i
    found: dict[str, int] = {}
    for column in columns:
        wanted = (named.columns[column.field],) if column.field in named.columns else (column.field, *column.headers)
        place = next((places[normal(title)] for title in wanted if normal(title) in places), None)
        if place is not None:
            found[column.field] = place
        elif column.needed:
            form.fault(_NO_COLUMN.filled(name=wanted[-1] if len(wanted) == 1 else column.headers[0]), row=row)
    return found


def _read_row(
    number: int, line: Sequence[str], columns: Sequence[FormColumn], found: Mapping[str, int], form: FormFile
) -> None:
    cells: dict[str, Any] = {}
    whole = True
    for column in columns:
        place = found.get(column.field)
        cell = line[place] if place is not None and place < len(line) else ""
        value = column.parse(cell) if cell else Wrong(BLANK) if column.needed else column.default
        if isinstance(value, Wrong):
            form.fault(value.text, row=number, column=column.headers[0])
            whole = False
        cells[column.field] = value
    if whole:
        form.rows.append(FormRow(number, cells))


_BAD_MAPPING: Final = Text("映射文件不可读（{why}）", "the mapping file can't be read ({why})")
_UNKNOWN_FIELD: Final = Text(
    "映射文件中没有这样的项：{names}；有：{known}", "not in this form: {names}; known: {known}"
)
_UNKNOWN_FORMAT: Final = Text("请给出 .xlsx 或 .csv（.xls 请另存为 .xlsx）", "give an .xlsx or a .csv")
_CANT_READ: Final = Text("无法读取：{why}", "can't be read: {why}")
_NO_CSV: Final = Text("不是规范的 CSV", "not proper CSV")
_NO_TEXT: Final = Text("不是文本文件：请另存为 CSV（UTF-8 或 GB18030）", "not a text file: save it as CSV")
_NO_WORKBOOK: Final = Text(
    "不是可读的 Excel 工作簿（{why}）：请另存为 .xlsx", "not a readable workbook ({why}): save it as .xlsx"
)
_NO_SHEET: Final = Text("没有工作表「{sheet}」", "there is no sheet {sheet}")
_NO_HEADER: Final = Text("没有表头行", "there is no header row")
_NO_COLUMN: Final = Text("缺少列：{name}", "the column is missing: {name}")

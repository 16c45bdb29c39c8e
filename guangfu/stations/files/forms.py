"""A spreadsheet as typed rows: columns by their usual headers or by a mapping file, all faults together.

A form names the columns that are asked for and every header that is understood; a mapping file (`mapped`) names those
of a county that calls them otherwise. No message repeats a header or a cell by itself: what stands there may be
personal; a column's own parser decides what to tell.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from guangfu.stations.cells import BLANK, Parser, Wrong
from guangfu.stations.faults import Fault
from guangfu.stations.files.mapped import ColumnMapping, load_mapping, plain
from guangfu.stations.files.raw import RawRow
from guangfu.stations.files.sheets import Sheet, read_spreadsheet
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


def read_form(path: Path, columns: Sequence[FormColumn], mapping: Path | None = None) -> FormFile:
    """The rows of an `.xlsx` or `.csv` (UTF-8, GB18030); bad input is never an exception.

    Other columns of the spreadsheet are not read. A blank cell of a column that is not needed is its default.
    """
    form = FormFile(path.name)
    named = _mapping(mapping, columns)
    if not isinstance(named, ColumnMapping):
        form.faults.extend(named)
        return form
    found = read_spreadsheet(path)
    form.faults.extend(found.faults)
    if found.faults:
        return form
    sheet = next((s for s in found.sheets if named.sheet in {None, s.title} or not s.title), None)
    if sheet is None:
        form.fault(_NO_SHEET.filled(sheet=named.sheet or "?"))
        return form
    form.sheet = sheet.title
    _read_sheet(sheet, columns, named, form)
    return form


def _mapping(path: Path | None, columns: Sequence[FormColumn]) -> ColumnMapping | list[Fault]:
    if path is None:
        return ColumnMapping(columns={})
    return load_mapping(path, fields={column.field for column in columns}, needed=())


def _read_sheet(sheet: Sheet, columns: Sequence[FormColumn], named: ColumnMapping, form: FormFile) -> None:
    header = next((row for row in sheet.rows if named.header_row in {None, row.number}), None)
    if header is None:
        form.fault(_NO_HEADER)
        return
    found = _found(header, columns, named, form)
    if not form.faults:
        for row in sheet.rows:
            if row.number > header.number:
                _read_row(row, columns, found, named.constants, form)


def _found(header: RawRow, columns: Sequence[FormColumn], named: ColumnMapping, form: FormFile) -> dict[str, int]:
    """The place of each field in a row."""
    places = {plain(title): i for i, title in reversed(list(enumerate(header.cells))) if title}
    found: dict[str, int] = {}
    for column in columns:
        own = named.columns.get(column.field)
        wanted = (own,) if own else (*column.headers, column.field)
        place = next((places[plain(title)] for title in wanted if plain(title) in places), None)
        if place is not None:
            found[column.field] = place
        elif (column.needed or own) and column.field not in named.constants:
            form.fault(_NO_COLUMN.filled(name=wanted[0]), row=header.number)
    return found


def _read_row(
    row: RawRow, columns: Sequence[FormColumn], found: Mapping[str, int], constants: Mapping[str, str], form: FormFile
) -> None:
    cells: dict[str, Any] = {}
    whole = True
    for column in columns:
        place = found.get(column.field)
        cell = row.cells[place] if place is not None and place < len(row.cells) else ""
        cell = cell or constants.get(column.field, "")
        value = column.parse(cell) if cell else Wrong(BLANK) if column.needed else column.default
        if isinstance(value, Wrong):
            form.fault(value.text, row=row.number, column=column.headers[0])
            whole = False
        cells[column.field] = value
    if whole:
        form.rows.append(FormRow(row.number, cells))


_NO_SHEET: Final = Text("没有工作表「{sheet}」", "there is no sheet {sheet}")
_NO_HEADER: Final = Text("没有表头行", "there is no header row")
_NO_COLUMN: Final = Text("缺少列：{name}", "the column is missing: {name}")

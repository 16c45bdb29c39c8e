"""A county's own spreadsheet, read through a mapping file that names its columns.

A mapping is YAML: `columns` says which header holds which field, `sheet` and `header_row` where to look, `constants`
what is true of every row. What a field means is the reader's; here a row is text under the names of fields.
"""

import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from guangfu.stations.cells import Wrong, shown
from guangfu.stations.faults import Fault
from guangfu.stations.files.raw import RawRow
from guangfu.stations.files.sheets import Sheet, read_spreadsheet
from guangfu.texts import Text

TOTALS: Final = frozenset({"合计", "总计", "小计", "累计", "total", "sum"})
"""A row that begins so is for people."""


@dataclass(frozen=True)
class ColumnMapping:
    """Which header of a spreadsheet holds which field.

    Attributes:
        columns: Header by field, as the file writes it; width and blanks do not matter.
        sheet: Title of the sheet; the first one if left out.
        header_row: The header's row, as a spreadsheet counts; the first that is not blank if left out.
        constants: Text of fields that no column has.
        options: Everything else of the file, for its reader.
    """

    columns: Mapping[str, str]
    sheet: str | None = None
    header_row: int | None = None
    constants: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MappedRow:
    """A row under the names of fields; a cell that is blank, or that the file lacks, is an empty text."""

    file: str
    sheet: str
    number: int
    cells: Mapping[str, str]
    headers: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.cells.get(name, "")

    def fault(self, name: str, wrong: Wrong | Text) -> Fault:
        """What is wrong with one of its cells."""
        text = wrong.text if isinstance(wrong, Wrong) else wrong
        return Fault(text, file=self.file, table=self.sheet, row=self.number, column=self.headers.get(name, name))


@dataclass(frozen=True, slots=True)
class MappedRows:
    rows: tuple[MappedRow, ...] = ()
    faults: tuple[Fault, ...] = ()


def load_mapping(
    path: Path, *, fields: Collection[str], needed: Collection[str], options: Collection[str] = ()
) -> ColumnMapping | list[Fault]:
    """The mapping of a YAML file, or every fault of it.

    Args:
        fields: What a column or a constant may be named.
        needed: Fields that must have a column or a constant.
        options: Further words that the file may hold at its top.
    """
    try:
        content = yaml.load(path.read_text("utf-8-sig"), Loader=yaml.BaseLoader)  # noqa: S506 - scalars stay text
    except OSError as error:
        return [Fault(Text(f"无法读取：{error.strerror}", f"can't be read: {error.strerror}"), file=str(path))]
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        return [Fault(_NO_YAML, file=path.name, row=mark.line + 1 if mark else None)]
    faults = [Fault(text, file=path.name, column=where) for where, text in _faults(content, fields, needed, options)]
    return faults or _mapping(content, options)


def read_mapped(path: Path, mapping: ColumnMapping) -> MappedRows:
    """The rows of a `.xlsx` or `.csv` through a mapping; rows of totals are left out. Bad input is a fault."""
    found = read_spreadsheet(path)
    if found.faults:
        return MappedRows(faults=found.faults)
    sheet = next((s for s in found.sheets if mapping.sheet is None or not s.title or s.title == mapping.sheet), None)
    if sheet is None:
        text = _NO_SHEET.filled(sheet=mapping.sheet, titles=" / ".join(s.title for s in found.sheets))
        return MappedRows(faults=(Fault(text, file=path.name),))
    header = next((r for r in sheet.rows if mapping.header_row in {None, r.number}), None)
    if header is None:
        return MappedRows(faults=(Fault(_NO_HEADER, file=path.name, table=sheet.title),))
    return _under(header, sheet, mapping)


def _under(header: RawRow, sheet: Sheet, mapping: ColumnMapping) -> MappedRows:
    places = {plain(cell): i for i, cell in reversed(list(enumerate(header.cells))) if cell}
    absent = [name for name in mapping.columns.values() if plain(name) not in places]
    if absent:
        text = _NO_COLUMN.filled(names="、".join(absent), found="、".join(shown(c) for c in header.cells if c))
        return MappedRows(faults=(Fault(text, file=sheet.file, table=sheet.title, row=header.number),))
    at = {name: places[plain(column)] for name, column in mapping.columns.items()}
    rows = (row for row in sheet.rows if row.number > header.number and not _is_total(row))
    return MappedRows(tuple(_mapped(row, at, sheet, mapping) for row in rows))


def _mapped(row: RawRow, at: Mapping[str, int], sheet: Sheet, mapping: ColumnMapping) -> MappedRow:
    cells = {name: row.cells[i] if i < len(row.cells) else "" for name, i in at.items()}
    return MappedRow(sheet.file, sheet.title, row.number, {**mapping.constants, **cells}, mapping.columns)


def _is_total(row: RawRow) -> bool:
    first = next(cell for cell in row.cells if cell)
    return plain(first).rstrip(":：") in TOTALS


def plain(header: str) -> str:
    """A header without blanks, full width and case, as two files may differ in them.

    >>> plain(" 上网电量 （kWh）") == plain("上网电量(KWH)")
    True
    """
    return "".join(unicodedata.normalize("NFKC", header).split()).casefold()


_WORDS: Final = frozenset({"columns", "constants", "sheet", "header_row", "name"})


def _faults(
    content: Any, fields: Collection[str], needed: Collection[str], options: Collection[str]
) -> Iterator[tuple[str | None, Text]]:
    if not isinstance(content, dict) or not isinstance(content.get("columns"), dict):
        yield None, _NO_COLUMNS
        return
    for word in content.keys() - _WORDS - set(options):
        yield str(word), _UNKNOWN_WORD.filled(words=" / ".join(sorted(_WORDS | set(options))))
    for group in ("columns", "constants"):
        given = content.get(group) or {}
        if not isinstance(given, dict):
            yield group, _NO_MAPPING
            continue
        for name, value in given.items():
            if name not in fields:
                yield f"{group}.{name}", _UNKNOWN_FIELD.filled(words=" / ".join(sorted(fields)))
            elif not isinstance(value, str) or not value.strip():
                yield f"{group}.{name}", _NO_WORD
    for name in sorted(set(needed) - content["columns"].keys() - (content.get("constants") or {}).keys()):
        yield name, _NEEDED
    if not str(content.get("header_row", "1")).isdecimal():
        yield "header_row", _NO_ROW


def _mapping(content: dict[str, Any], options: Collection[str]) -> ColumnMapping:
    row = content.get("header_row")
    return ColumnMapping(
        columns=dict(content["columns"]),
        sheet=content.get("sheet") or None,
        header_row=int(row) if row else None,
        constants=dict(content.get("constants") or {}),
        options={name: content[name] for name in options if name in content},
    )


_NO_YAML: Final = Text("不是规范的 YAML（UTF-8）", "not proper YAML in UTF-8")
_NO_COLUMNS: Final = Text(
    "对照文件须有 columns：字段名: 表头", "a mapping file must have `columns`, each a field: its header"
)
_NO_MAPPING: Final = Text("这里应为 字段名: 文字", "here should stand field: text")
_UNKNOWN_WORD: Final = Text("不认识的词；认识的有：{words}", "an unknown word; known are {words}")
_UNKNOWN_FIELD: Final = Text("不认识的字段；认识的有：{words}", "an unknown field; known are {words}")
_NO_WORD: Final = Text("应为一个表头或一个值", "should be one header or one value")
_NEEDED: Final = Text("这个字段必须有对应的列或常量", "this field must have a column or a constant")
_NO_ROW: Final = Text("header_row 应为行号", "header_row should be a row's number")
_NO_SHEET: Final = Text("没有名为「{sheet}」的工作表；有：{titles}", 'there is no sheet "{sheet}"; there are: {titles}')
_NO_HEADER: Final = Text("没有表头行", "there is no header row")
_NO_COLUMN: Final = Text(
    "缺少列：{names}；表头有：{found}", "columns that are missing: {names}; the header has: {found}"
)

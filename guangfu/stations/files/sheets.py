"""Any spreadsheet as rows of text: the sheets of a workbook, or a CSV file in UTF-8 or GB18030."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from guangfu.stations.faults import Fault
from guangfu.stations.files.csv_source import decoded
from guangfu.stations.files.excel_source import cell_text, read_sheets
from guangfu.stations.files.raw import RawRow
from guangfu.texts import Text


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet; a CSV file is one whose `title` is empty. Blank rows are left out, numbers are the file's."""

    file: str
    title: str
    rows: tuple[RawRow, ...]


@dataclass(frozen=True, slots=True)
class Sheets:
    """What could be read of a file, and what could not."""

    sheets: tuple[Sheet, ...] = ()
    faults: tuple[Fault, ...] = ()


def read_spreadsheet(path: Path) -> Sheets:
    """Reads a `.xlsx` or a `.csv`; bad input is a fault, never an exception.

    Cells are text without blanks at their ends, a workbook's numbers and days as `cell_text` writes them.
    """
    try:
        if path.suffix.lower() in {".xlsx", ".xlsm"}:
            return _workbook(path)
        if path.suffix.lower() in {".csv", ".txt"}:
            return _csv(path)
        text = _UNKNOWN if path.exists() else _NOT_THERE
    except OSError as error:
        text = Text(f"无法读取：{error.strerror}", f"can't be read: {error.strerror}")
    return Sheets(faults=(Fault(text, file=path.name),))


def _workbook(path: Path) -> Sheets:
    found = read_sheets(path)
    if isinstance(found, Fault):
        return Sheets(faults=(found,))
    return Sheets(
        tuple(
            Sheet(path.name, title, _filled(tuple(cell_text(value) for value in row) for row in rows))
            for title, rows in found
        )
    )


def _csv(path: Path) -> Sheets:
    content = decoded(path.read_bytes())
    if content is None:
        return Sheets(faults=(Fault(_NO_TEXT, file=path.name),))
    try:
        rows = list(csv.reader(io.StringIO(content, newline=""), strict=True))
    except csv.Error as error:
        return Sheets(faults=(Fault(Text(f"不是规范的 CSV：{error}", f"not proper CSV: {error}"), file=path.name),))
    return Sheets((Sheet(path.name, "", _filled(tuple(cell.strip() for cell in row) for row in rows)),))


def _filled(rows: Iterable[tuple[str, ...]]) -> tuple[RawRow, ...]:
    return tuple(RawRow(number, cells) for number, cells in enumerate(rows, 1) if any(cells))


_NO_TEXT: Final = Text(
    "不是文本文件：请另存为 CSV（UTF-8 或 GB18030）", "not a text file: save it as CSV in UTF-8 or GB18030"
)
_NOT_THERE: Final = Text("没有这个文件", "no such file")
_UNKNOWN: Final = Text(
    "不认识的格式：请给出 .xlsx 或 .csv（.xls 请另存为 .xlsx）",
    "an unknown format: give an .xlsx or a .csv (save an .xls as .xlsx)",
)

"""One Excel workbook, a sheet for each table; sheets named 说明 or notes are for people."""

import zlib
from contextlib import closing
from datetime import date, datetime, time
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from guangfu.stations.faults import Fault
from guangfu.stations.files.raw import Raw, shaped, table_named, unknown_table
from guangfu.texts import Text

Rows = list[tuple[object, ...]]

NOTES: Final = {"说明", "notes"}
LONGEST_EXACT: Final = 10**15
"""A spreadsheet keeps 15 digits of a number; one that needs more is not what was typed."""


def read_workbook(path: Path) -> Raw:
    raw = Raw()
    found = read_sheets(path)
    if isinstance(found, Fault):
        raw.faults.append(found)
        return raw
    for title, rows in found:
        _read_sheet(title, rows, path.name, raw)
    return raw


def read_sheets(path: Path) -> list[tuple[str, Rows]] | Fault:
    """Title and rows of each sheet that is not for people, or why there are none."""
    try:
        return _sheets(path)
    except _UNREADABLE as error:
        text = Text(
            f"不是可读的 Excel 工作簿（{type(error).__name__}）：请用 Excel 另存为 .xlsx",
            f"not a readable Excel workbook ({type(error).__name__}): save it as .xlsx",
        )
        return Fault(text, file=path.name)


def _sheets(path: Path) -> list[tuple[str, Rows]]:
    # openpyxl leaves a file open that it gives up on, so it gets one that we close.
    with path.open("rb") as file, closing(openpyxl.load_workbook(file, read_only=True, data_only=True)) as book:
        return [
            (sheet.title, list(sheet.iter_rows(values_only=True)))
            for sheet in book.worksheets
            if sheet.title.strip().casefold() not in NOTES
        ]


# What openpyxl and the standard library raise for a workbook that is cut, altered, encrypted or something else.
_UNREADABLE: Final = (
    BadZipFile, zlib.error, InvalidFileException, ParseError, EOFError, LookupError, ValueError, TypeError,
    AttributeError, ArithmeticError, RuntimeError,
)  # fmt: skip


def _read_sheet(title: str, rows: Rows, file: str, raw: Raw) -> None:
    table = table_named(title)
    if table is None:
        raw.faults.append(unknown_table(file, title))
        return
    cells = (tuple(cell_text(value) for value in row) for row in rows)
    raw.tables.append(shaped(cells, table, file, title, raw))


def cell_text(value: object) -> str:
    """A cell's value as the text that the other formats would hold.

    >>> cell_text(300.0), cell_text(1.50421198001e17), cell_text(datetime(2018, 6, 30))
    ('300', '1.50421E+17', '2018-06-30')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number_text(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else str(value).strip()


def _number_text(value: float) -> str:
    if abs(value) >= LONGEST_EXACT:
        return f"{value:.5E}"
    return str(int(value)) if value == int(value) else repr(value)

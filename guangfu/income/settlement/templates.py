"""The mappings that are shipped, and an empty workbook for any of them."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from guangfu.income.settlement.fields import FIELDS
from guangfu.stations.files.mapped import ColumnMapping

MAPPINGS: Final = Path(__file__).parent / "mappings"
STANDARD: Final = "standard"
_TEXTS: Final = frozenset({"account_number", "month", "number", "meter_number", "correction_month"})


def mapping_path(chosen: str) -> Path:
    """A shipped mapping by its name, or any other by its path.

    >>> mapping_path("standard").name, str(mapping_path("county/a.yaml"))
    ('standard.yaml', 'county/a.yaml')
    """
    shipped = MAPPINGS / f"{chosen}.yaml"
    return shipped if shipped.exists() else Path(chosen)


def shipped_mappings() -> list[str]:
    return sorted(path.stem for path in MAPPINGS.glob("*.yaml"))


def write_template(path: Path, mapping: ColumnMapping, rows: Iterable[Sequence[object]] = ()) -> None:
    """A workbook with the mapping's headers in their row, long numbers as text, a sheet of notes, and these rows.

    Args:
        rows: Cells in the order of `mapping.columns`.
    """
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = mapping.sheet or "结算单"
    top = mapping.header_row or 1
    for column, (name, header) in enumerate(mapping.columns.items(), start=1):
        sheet.cell(top, column, header).font = Font(bold=True)
        letter = get_column_letter(column)
        sheet.column_dimensions[letter].width = 16
        if name in _TEXTS:
            sheet.column_dimensions[letter].number_format = "@"
    for number, row in enumerate(rows, start=top + 1):
        for column, (name, value) in enumerate(zip(mapping.columns, row, strict=True), start=1):
            cell = sheet.cell(number, column, value)
            if name in _TEXTS:
                cell.number_format = "@"
    sheet.freeze_panes = f"A{top + 1}"
    notes = book.create_sheet("说明")
    notes.append(["列 column", "字段 field", "说明", "note"])
    for name, header in mapping.columns.items():
        notes.append([header, name, FIELDS[name].note.zh, FIELDS[name].note.en])
    book.save(path)

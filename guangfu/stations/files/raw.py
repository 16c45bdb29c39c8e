"""A file as rows of text, before anything in it is understood."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from guangfu.stations.faults import Fault
from guangfu.stations.tables import TABLE_NAMES, Table
from guangfu.texts import Text


@dataclass(frozen=True, slots=True)
class RawRow:
    """`number` is the row or line in its file; `cells` stand under the table's headers."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RawTable:
    """`sheet` is the table's name as it stands in the file."""

    table: Table
    file: str
    sheet: str
    headers: tuple[str, ...]
    rows: list[RawRow]
    header_row: int = 1


@dataclass
class Raw:
    """Every table of a registry's files, and what could not even be read as rows."""

    tables: list[RawTable] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def table_named(name: str) -> Table | None:
    """The table of a file's or sheet's name, in either language.

    >>> table_named("电站"), table_named("Stations"), table_named("stock")
    (<Table.STATIONS: 'stations'>, <Table.STATIONS: 'stations'>, None)
    """
    return next((t for t, both in TABLE_NAMES.items() if name.strip().casefold() in both), None)


def unknown_table(file: str, sheet: str) -> Fault:
    names = "、".join(name.zh for name in TABLE_NAMES.values())
    names_en = ", ".join(name.en for name in TABLE_NAMES.values())
    return Fault(
        Text(
            f"不认识的表。认识的有：{names}；其他内容请放到别处",
            f"a table of no known name. Known are {names_en}; keep anything else elsewhere",
        ),
        file=file,
        table=sheet,
    )


def shaped(rows: Iterable[tuple[str, ...]], table: Table, file: str, sheet: str, raw: Raw) -> RawTable:
    """The rows of a sheet under its header, the first row that is not blank; row 1 is the sheet's first."""
    filled = (RawRow(number, cells) for number, cells in enumerate(rows, 1) if any(cells))
    header = next(filled, RawRow(1, ()))
    headers = _without_blank_end(header.cells)
    width, fitted = len(headers), []
    for row in filled:
        if any(row.cells[width:]):
            raw.faults.append(Fault(_TOO_WIDE, file=file, table=sheet, row=row.number))
        fitted.append(RawRow(row.number, (row.cells + ("",) * width)[:width]))
    return RawTable(table, file, sheet, headers, fitted, header.number)


def _without_blank_end(cells: tuple[str, ...]) -> tuple[str, ...]:
    while cells and not cells[-1]:
        cells = cells[:-1]
    return cells


_TOO_WIDE: Final = Text(
    "这一行的单元格比表头多：请检查逗号和引号", "more cells than headers in this row: look at commas and quotes"
)

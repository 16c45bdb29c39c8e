"""Writing a registry to a folder of CSV files or to a workbook."""

import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from guangfu.stations.columns import COLUMNS
from guangfu.stations.models import Registry
from guangfu.stations.tables import Facts, Table, facts_of


def write_registry_files(registry: Registry, folder: Path, *, encoding: str = "utf-8-sig") -> None:
    """Writes a CSV file for each table; reading them gives an equal registry.

    Args:
        registry: What to write; it has no errors by `check_registry`.
        folder: Is made if missing; the registry's files in it are replaced.
        encoding: `utf-8-sig` opens well in every spreadsheet; `utf-8` and `gb18030` are read back too.
    """
    folder.mkdir(parents=True, exist_ok=True)
    facts = facts_of(registry)
    for table in Table:
        with (folder / f"{table.value}.csv").open("w", encoding=encoding, newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(_lines(table, facts))


def _lines(table: Table, facts: Facts) -> Iterator[list[str]]:
    columns = COLUMNS[table]
    yield [column.field for column in columns]
    for fact in rows_of(table, facts):
        yield [_cell(column.write, getattr(fact, column.field)) for column in columns]


def _cell(write: Callable[[object], str], value: object) -> str:
    return "" if value is None else write(value)


def rows_of(table: Table, facts: Facts) -> Sequence[object]:
    """The facts of a table; the table `registry` has one row, about the whole."""
    return [facts] if table is Table.REGISTRY else facts.rows(table)

"""Each value by itself: what a file could not hold, the registry does not hold."""

from collections.abc import Sequence

from guangfu.stations.cells import BLANK, Wrong
from guangfu.stations.checks.finding import Finding, Findings
from guangfu.stations.columns import COLUMNS, Column
from guangfu.stations.tables import Facts, Table


def check_values(facts: Facts) -> Findings:
    """Ids, codes, texts, numbers and dates are such that they can be written to a file and read back."""
    for table in Table:
        if table is not Table.REGISTRY:
            yield from _check_table(table, facts.rows(table))


def _check_table(table: Table, rows: Sequence[object]) -> Findings:
    for column in COLUMNS[table]:
        for index, fact in enumerate(rows):
            fault = _fault(column, getattr(fact, column.field))
            if fault is not None:
                yield Finding(table, index, column.field, fault.text)


def _fault(column: Column, value: object) -> Wrong | None:
    cell = column.write(value) if value is not None else ""
    if not cell:
        return Wrong(BLANK) if column.needed else None
    read = column.parse(cell)
    return read if isinstance(read, Wrong) else None

"""What a check finds: a fault whose place is a fact, not yet a row of a file."""

from collections.abc import Iterable
from dataclasses import dataclass

from guangfu.stations.faults import Severity
from guangfu.stations.tables import Table
from guangfu.texts import Text


@dataclass(frozen=True, slots=True)
class Finding:
    """`index` counts the facts of the table from 0; None where a whole table is meant."""

    table: Table
    index: int | None
    column: str | None
    text: Text
    severity: Severity = Severity.ERROR


Findings = Iterable[Finding]


def warning(table: Table, index: int | None, column: str | None, text: Text) -> Finding:
    return Finding(table, index, column, text, Severity.WARNING)

"""What is wrong with a registry: values that are collected, so that one run shows them all."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from guangfu.texts import Lang, Text


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    """Worth a look; the registry is taken all the same."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault and its place.

    `row` counts as a spreadsheet does, the header being row 1; in a YAML file it is the line. `table` is
    the sheet's name as it stands in a workbook, `column` the header as it stands in the file.
    """

    text: Text
    severity: Severity = Severity.ERROR
    file: str = ""
    table: str = ""
    row: int | None = None
    column: str | None = None


class BadRegistry(Exception):
    """A registry has errors; `faults` has every one of them, warnings included."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(f"{place(fault)} {fault.text(Lang.EN)}" for fault in self.faults))


def place(fault: Fault) -> str:
    """Where a fault is, in one word: `stations.csv:17 [capacity_dc_w]`."""
    table = f"#{fault.table}" if fault.table and fault.table not in fault.file else ""
    row = f":{fault.row}" if fault.row is not None else ""
    column = f" [{fault.column}]" if fault.column else ""
    return f"{fault.file}{table}{row}{column}"


def has_errors(faults: Iterable[Fault]) -> bool:
    return any(fault.severity == Severity.ERROR for fault in faults)

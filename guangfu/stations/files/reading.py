"""Reading registry files: all that is wrong with them together, or the registry."""

from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from guangfu.stations.checks import check_facts
from guangfu.stations.faults import BadRegistry, Fault, has_errors
from guangfu.stations.files.csv_source import read_csv_folder
from guangfu.stations.files.decode import as_facts, decode, located
from guangfu.stations.files.excel_source import read_workbook
from guangfu.stations.files.raw import Raw
from guangfu.stations.files.yaml_source import read_yaml
from guangfu.stations.models import Registry
from guangfu.stations.tables import registry_of
from guangfu.texts import Text

SOURCES: Final[dict[str, Callable[[Path], Raw]]] = {
    ".yaml": read_yaml,
    ".yml": read_yaml,
    ".xlsx": read_workbook,
    ".xlsm": read_workbook,
}


class Reading(NamedTuple):
    """`registry` is there unless a fault is an error; warnings may stand beside it."""

    registry: Registry | None
    faults: tuple[Fault, ...]


def check_registry_files(path: Path) -> Reading:
    """Reads a registry from a folder of CSV files, a YAML file or an Excel workbook, and checks it.

    Bad input is never an exception: every fault of every row is in the answer, with file, table, row
    and column, in the order of the files and their rows.
    """
    raw = _raw(path)
    decoded = decode(raw, path.name)
    facts = as_facts(decoded)
    found = [located(finding, decoded, path.name) for finding in check_facts(facts)]
    faults = tuple(sorted([*decoded.faults, *found], key=_order))
    return Reading(None if has_errors(faults) else registry_of(facts), faults)


def read_registry_files(path: Path) -> Registry:
    """The registry of a folder of CSV files, a YAML file or an Excel workbook.

    Raises:
        BadRegistry: It has errors; all of them are in its `faults`.
    """
    registry, faults = check_registry_files(path)
    if registry is None:
        raise BadRegistry(faults)
    return registry


def _raw(path: Path) -> Raw:
    try:
        if path.is_dir():
            return read_csv_folder(path)
        source = SOURCES.get(path.suffix.lower())
        if source is not None:
            return source(path)
        text = _UNKNOWN_FORMAT if path.exists() else _NOT_THERE
    except OSError as error:
        text = Text(f"无法读取：{error.strerror}", f"can't be read: {error.strerror}")
    return Raw(faults=[Fault(text, file=str(path))])


def _order(fault: Fault) -> tuple[str, str, int]:
    return fault.file, fault.table, fault.row or 0


_NOT_THERE: Final = Text("没有这个文件或文件夹", "no such file or folder")
_UNKNOWN_FORMAT: Final = Text(
    "不认识的格式：请给出 CSV 文件夹、.yaml 或 .xlsx（.xls 请另存为 .xlsx）",
    "an unknown format: give a folder of CSV files, a .yaml or an .xlsx (save an .xls as .xlsx)",
)

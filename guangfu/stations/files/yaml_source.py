"""One YAML file: a mapping from a table's name to its rows. Every scalar is taken as it is written."""

from collections.abc import Iterator
from pathlib import Path

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from guangfu.stations.faults import Fault
from guangfu.stations.files.csv_source import decoded
from guangfu.stations.files.raw import Raw, RawRow, RawTable, table_named, unknown_table
from guangfu.stations.tables import Table
from guangfu.texts import Text

_NULLS = {"", "~", "null", "Null", "NULL"}


def read_yaml(path: Path) -> Raw:
    raw = Raw()
    try:
        root = yaml.compose(decoded(path.read_bytes()) or "\0", Loader=_loader())
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or type(error).__name__
        text = Text(f"不是规范的 YAML：{problem}", f"not proper YAML: {problem}")
        raw.faults.append(Fault(text, file=path.name, row=mark.line + 1 if mark else None))
        return raw
    for key, node in _pairs(root, raw, path.name):
        table = table_named(key.value)
        if table is None:
            raw.faults.append(unknown_table(path.name, key.value))
        else:
            raw.tables.append(_table(table, key, node, raw, path.name))
    return raw


def _loader() -> type[yaml.BaseLoader]:
    """The compiled loader, about ten times as fast, where PyYAML has it."""
    return getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def _table(table: Table, key: ScalarNode, node: Node, raw: Raw, file: str) -> RawTable:
    items: list[tuple[int, dict[str, str]]] = []
    if isinstance(node, SequenceNode):
        items = [(_line(item), _row(item, raw, file)) for item in node.value]
    elif not (isinstance(node, ScalarNode) and node.value in _NULLS):
        raw.faults.append(_not_a("list of rows", "行的列表", node, file))
    headers = tuple(dict.fromkeys(header for _, cells in items for header in cells))
    rows = [RawRow(line, tuple(cells.get(header, "") for header in headers)) for line, cells in items]
    return RawTable(table, file, key.value, headers, rows, _line(key))


def _row(item: Node, raw: Raw, file: str) -> dict[str, str]:
    cells: dict[str, str] = {}
    for key, value in _pairs(item, raw, file):
        if not isinstance(value, ScalarNode):
            raw.faults.append(_not_a("single value", "单个值", value, file, key.value))
        elif key.value in cells:
            text = Text("同一行里重复的列", "a column that this row has twice")
            raw.faults.append(Fault(text, file=file, row=_line(key), column=key.value))
        else:
            cells[key.value] = _scalar(value)
    return cells


def _scalar(node: ScalarNode) -> str:
    return "" if not node.style and node.value in _NULLS else str(node.value).strip()


def _pairs(node: Node | None, raw: Raw, file: str) -> Iterator[tuple[ScalarNode, Node]]:
    if not isinstance(node, MappingNode):
        raw.faults.append(_not_a("mapping", "键值映射", node, file))
        return
    for key, value in node.value:
        if isinstance(key, ScalarNode):
            yield key, value
        else:
            raw.faults.append(_not_a("single word as a key", "单个词作键", key, file))


def _not_a(en: str, zh: str, node: Node | None, file: str, column: str | None = None) -> Fault:
    text = Text(f"这里应为{zh}", f"a {en} should stand here")
    return Fault(text, file=file, row=_line(node) if node else None, column=column)


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1

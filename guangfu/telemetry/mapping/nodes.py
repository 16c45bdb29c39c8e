"""A YAML file as nodes that know their line and note what is wrong with them, so that one look shows all faults."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final, NamedTuple

import yaml

from guangfu.telemetry.mapping.scalars import NUMBER, BadValue, Scalar, exact
from guangfu.texts import Lang

_BOOLS: Final = {"true": True, "false": False}


class Fault(NamedTuple):
    """Something wrong in a mapping file; `text` in English, `zh` in Chinese."""

    file: str
    line: int
    text: str
    zh: str

    def __str__(self) -> str:
        return self.said(Lang.EN)

    def said(self, lang: Lang) -> str:
        """File, line and what is wrong."""
        return f"{self.file}:{self.line}: {self.text if lang is Lang.EN else self.zh}"


class BadMapping(ValueError):
    """A mapping file can't be used; `faults` are all that is wrong, and the message has a line for each."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = sorted(faults)
        super().__init__(self.said(Lang.EN))

    def said(self, lang: Lang) -> str:
        """A line for each fault."""
        return "\n".join(fault.said(lang) for fault in self.faults)


class Node:
    """A node of the file. What is asked of it and it is not becomes a fault, and an empty value comes back."""

    def __init__(self, node: yaml.Node, file: str, faults: list[Fault], line: int | None = None) -> None:
        self._node, self.file, self._faults = node, file, faults
        self.line: int = node.start_mark.line + 1 if line is None else line

    def fault(self, text: str, zh: str) -> None:
        self._faults.append(Fault(self.file, self.line, text, zh))

    @property
    def is_scalar(self) -> bool:
        return isinstance(self._node, yaml.ScalarNode)

    def pairs(self) -> list[tuple[str, "Node"]]:
        """The names and values of a mapping, each value with the line of its name; a name may not stand twice."""
        if not isinstance(self._node, yaml.MappingNode):
            self.fault("names with values are wanted here", "此处应为“名称: 值”")
            return []
        found: dict[str, Node] = {}
        for key, value in self._node.value:
            name = self._under(key)
            if name.text() in found:
                name.fault(f"{name.text()} stands twice", f"{name.text()} 重复出现")
            found[name.text()] = self._under(value, name.line)
        return list(found.items())

    def scalar_pairs(self) -> list[tuple["Node", "Node"]]:
        """As `pairs`, where the names are values themselves: `true`, `512`, `"512"`."""
        if not isinstance(self._node, yaml.MappingNode):
            self.fault("values with their meanings are wanted here", "此处应为“值: 含义”")
            return []
        return [(self._under(key), self._under(value)) for key, value in self._node.value]

    def named(self, needed: Iterable[str], optional: Iterable[str] = ()) -> dict[str, "Node"]:
        """The values by name; all of `needed` must be there and nothing that is not `optional`."""
        needed, allowed = list(needed), {*needed, *optional}
        found = dict(self.pairs())
        for name, node in found.items():
            if name not in allowed:
                names = ", ".join(sorted(allowed))
                node.fault(f"{name}: not known here; it may be {names}", f"{name}：此处不认识；可用 {names}")
        lacking = [name for name in needed if name not in found]
        if lacking and isinstance(self._node, yaml.MappingNode):
            self.fault(f"{', '.join(lacking)}: missing", f"{', '.join(lacking)}：缺少")
        return {name: node for name, node in found.items() if name in allowed}

    def items(self) -> list["Node"]:
        if not isinstance(self._node, yaml.SequenceNode):
            self.fault("a list is wanted here", "此处应为列表")
            return []
        return [self._under(node) for node in self._node.value]

    def text(self) -> str:
        """The text as it stands in the file, so that an id of digits keeps its zeros."""
        if not isinstance(self._node, yaml.ScalarNode) or not self._node.value:
            self.fault("a text is wanted here", "此处应为文本")
            return ""
        return str(self._node.value)

    def scalar(self) -> Scalar:
        """A number or `true` or `false` if it stands without quotes and is one, otherwise the text."""
        if not isinstance(self._node, yaml.ScalarNode):
            self.fault("a number or a text is wanted here", "此处应为数字或文本")
            return "text", ""
        text, is_plain = str(self._node.value), self._node.style is None
        if is_plain and text in _BOOLS:
            return "bool", _BOOLS[text]
        if is_plain and NUMBER.fullmatch(text):
            return "number", self._exact(text)
        return "text", text

    def number(self) -> Decimal:
        kind, value = self.scalar()
        if kind != "number" or not isinstance(value, Decimal):
            self.fault("a decimal number such as 1000 or 0.1 is wanted here", "此处应为十进制数，如 1000 或 0.1")
            return Decimal(1)
        return value

    def one_of(self, names: Iterable[str]) -> str:
        wanted, text = list(names), self.text()
        if text in wanted:
            return text
        self.fault(f"{text}: not one of {', '.join(wanted)}", f"{text}：应为 {', '.join(wanted)} 之一")
        return wanted[0]

    def _exact(self, text: str) -> Decimal:
        try:
            return exact(text)
        except BadValue as bad:
            self.fault(str(bad), f"数字超出范围：{text[:40]}")
            return Decimal(1)

    def _under(self, node: yaml.Node, line: int | None = None) -> "Node":
        return Node(node, self.file, self._faults, line)


def compose(text: str, file: str, faults: list[Fault]) -> Node | None:
    """The root of a YAML file; `None` if it is not YAML, which is then the fault."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        words = str(getattr(error, "problem", None) or error).splitlines()[0]
        faults.append(
            Fault(file, mark.line + 1 if mark is not None else 1, f"not YAML: {words}", f"不是 YAML：{words}")
        )
        return None
    except RecursionError:
        faults.append(Fault(file, 1, "nested too deeply", "嵌套过深"))
        return None
    if root is None:
        faults.append(Fault(file, 1, "empty", "文件为空"))
        return None
    return Node(root, file, faults)

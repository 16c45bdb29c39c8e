"""From YAML files to `Mapping`s: everything is checked, and all faults are told together, each with its line."""

from collections.abc import Iterable, Sequence
from itertools import combinations
from pathlib import Path as File
from typing import Final

from guangfu.telemetry.mapping.model import Condition, Dialect, Entry, Mapping, Numbers, Row, Source, TimeRule, is_open
from guangfu.telemetry.mapping.nodes import BadMapping, Fault, Node, compose
from guangfu.telemetry.mapping.paths import Path
from guangfu.telemetry.mapping.read_fields import Defaults, field_rule, read_path, read_scalars
from guangfu.telemetry.mapping.times import TimeFormat, fault_of_format, zone_of

_NEEDED: Final = {Dialect.JSON: ("topic", "time"), Dialect.SPARKPLUG: ("groups",)}
_OPTIONAL: Final = {Dialect.JSON: ("items", "accept"), Dialect.SPARKPLUG: ()}
_SPARKPLUG_LEVELS: Final = ("group", "edge", "device")
_OURS: Final = ("pv", "spBv1.0")
_LONGEST_ID: Final = 128


def load_mapping(text: str, file: str) -> Mapping:
    """The mapping that a YAML text says.

    Raises:
        BadMapping: Something is wrong with it; all of it is told.
    """
    faults: list[Fault] = []
    root = compose(text, file, faults)
    mapping = _Loader(root).mapping() if root is not None else None
    if faults or mapping is None:
        raise BadMapping(faults)
    return mapping


def read_mappings(places: Iterable[File]) -> list[Mapping]:
    """The mappings of files, and of the `*.yaml` files of folders.

    Raises:
        BadMapping: Something is wrong in any of them, two are for the same topic, or a file can't be read.
    """
    faults: list[Fault] = []
    mappings: list[Mapping] = []
    for file in _files(places):
        try:
            mappings.append(load_mapping(file.read_text(encoding="utf-8"), file.name))
        except BadMapping as bad:
            faults += bad.faults
        except (OSError, UnicodeDecodeError) as error:
            faults.append(Fault(file.name, 1, f"can't be read: {error}", f"无法读取：{error}"))
    faults += overlaps(mappings)
    if faults:
        raise BadMapping(faults)
    return mappings


def overlaps(mappings: Sequence[Mapping]) -> list[Fault]:
    """A fault for each pair of mappings that could both be meant by one topic."""
    return [
        Fault(
            two.file,
            two.line,
            f"{two.name}: its topics may also be those of {one.name} {one.at(one.line)}",
            f"{two.name}：主题可能与 {one.name} {one.at(one.line)} 的相同",
        )
        for one, two in combinations(mappings, 2)
        if _overlap(one, two)
    ]


def _overlap(one: Mapping, two: Mapping) -> bool:
    if one.dialect is not two.dialect:
        return False
    if one.dialect is Dialect.SPARKPLUG:
        return bool(set(one.groups) & set(two.groups))
    same_length = len(one.levels) == len(two.levels)
    return same_length and all(is_open(a) or is_open(b) or a == b for a, b in zip(one.levels, two.levels, strict=True))


def _files(places: Iterable[File]) -> list[File]:
    found = [sorted(place.glob("*.yaml")) if place.is_dir() else [place] for place in places]
    return [file for files in found for file in files]


class _Loader:
    """Reads one file; what is wrong is noted by its nodes."""

    def __init__(self, root: Node) -> None:
        self._root = root
        self._dialect = Dialect.JSON
        self._levels: tuple[str, ...] = ()
        self._tables: dict[str, dict[str, Row]] = {}
        self._numbers = Numbers.JSON

    def mapping(self) -> Mapping:
        root = self._root
        kind = dict(root.pairs()).get("dialect")
        self._dialect = Dialect(kind.one_of(Dialect)) if kind is not None else Dialect.JSON
        found = root.named(
            ["name", "station", "readings", *_NEEDED[self._dialect]],
            ["dialect", "device", "numbers", "missing", "tables", *_OPTIONAL[self._dialect]],
        )
        levels = self._topic(found["topic"]) if "topic" in found else ()
        is_sparkplug = self._dialect is Dialect.SPARKPLUG
        self._levels = _SPARKPLUG_LEVELS if is_sparkplug else tuple(x[1:-1] for x in levels if is_open(x))
        self._tables = _tables(found["tables"]) if "tables" in found else {}
        self._numbers = Numbers(found["numbers"].one_of(Numbers)) if "numbers" in found else Numbers.JSON
        return Mapping(
            name=found["name"].text() if "name" in found else "",
            file=root.file,
            line=root.line,
            items_line=found["items"].line if "items" in found else root.line,
            entries_line=found["readings"].line if "readings" in found else root.line,
            dialect=self._dialect,
            station=self._source(found["station"]) if "station" in found else Source(0),
            entries=self._entries(found),
            levels=levels,
            groups=_groups(found["groups"]) if "groups" in found else (),
            items=read_path(found["items"]) if "items" in found else None,
            accept=self._condition(found["accept"]) if "accept" in found else None,
            time=_time(found["time"]) if "time" in found else None,
            tables=self._tables,
        )

    def _topic(self, node: Node) -> tuple[str, ...]:
        levels = tuple(node.text().split("/"))
        for level in levels:
            named = level.startswith("{") and level.endswith("}") and level[1:-1].isidentifier()
            if not named and (not level or set(level) & set("+#{}$")):
                said = level or node.text()
                node.fault(
                    f"{said}: a level is a text, or a name in braces for any one",
                    f"{said}：主题的一级应为文本，或花括号中的名称（任意一级）",
                )
        names = [level for level in levels if is_open(level)]
        if len(set(names)) != len(names):
            node.fault("two levels have the same name", "有两级同名")
        if levels[0] in _OURS or is_open(levels[0]):
            node.fault(
                f"{levels[0]}: the first level must be a text other than {' and '.join(_OURS)}",
                f"{levels[0]}：第一级应为文本，且不是 {' 或 '.join(_OURS)}",
            )
        return levels

    def _entries(self, found: dict[str, Node]) -> tuple[Entry, ...]:
        missing = read_scalars(found.get("missing"))
        defaults = Defaults(self._dialect, self._numbers, missing)
        shared = self._source(found["device"]) if "device" in found else None
        nodes = found["readings"].items() if "readings" in found else []
        if "readings" in found and not nodes:
            found["readings"].fault("at least one reading is wanted here", "此处至少要有一条读数规则")
        return tuple(self._entry(node, shared, defaults) for node in nodes)

    def _entry(self, node: Node, shared: Source | None, defaults: Defaults) -> Entry:
        found = node.named([], ["when", "device", "fields", "ignore"])
        device = self._source(found["device"]) if "device" in found else shared
        if ("ignore" in found) == ("fields" in found):
            node.fault("either fields, or ignore: true, is wanted here", "此处应有 fields，或 ignore: true，二者取一")
        if "ignore" in found and found["ignore"].scalar() != ("bool", True):
            found["ignore"].fault("only true can stand here", "此处只能是 true")
        if "fields" in found and device is None:
            node.fault("device: missing, here and for the whole file", "device：此处与整个文件都没有")
        rules = [field_rule(name, child, defaults) for name, child in _pairs_of(found.get("fields"))]
        when = self._condition(found["when"]) if "when" in found else None
        return Entry(node.line, device, when, tuple(rules))

    def _condition(self, node: Node) -> Condition:
        found = node.named(["in"], ["path", "topic"])
        source = self._one_source(node, {k: v for k, v in found.items() if k != "in"})
        scalars = read_scalars(found.get("in"))
        if "in" in found and not scalars:
            found["in"].fault("at least one value is wanted here", "此处至少要有一个值")
        return Condition(source, scalars, text_numbers=self._numbers is not Numbers.JSON)

    def _source(self, node: Node) -> Source:
        found = node.named([], ["constant", "topic", "path", "table"])
        table = found["table"].text() if "table" in found else None
        if table is not None and table not in self._tables:
            found["table"].fault(f"{table}: there is no such table here", f"{table}：没有这张表")
        return self._one_source(node, {k: v for k, v in found.items() if k != "table"}, table)

    def _one_source(self, node: Node, found: dict[str, Node], table: str | None = None) -> Source:
        if len(found) != 1:
            node.fault("one of constant, topic, path is wanted here", "此处应有 constant、topic、path 之一")
            return Source(node.line)
        ((kind, value),) = found.items()
        if kind == "constant":
            return Source(node.line, constant=value.text(), table=table)
        if kind == "topic":
            return Source(node.line, level=self._level(value), table=table)
        if self._dialect is Dialect.SPARKPLUG:
            value.fault("a Sparkplug message has no paths", "Sparkplug 报文没有路径")
        return Source(node.line, path=read_path(value), table=table)

    def _level(self, node: Node) -> str:
        name = node.text()
        if name not in self._levels:
            there = ", ".join(self._levels)
            node.fault(
                f"{name}: no level of the topic has this name; there are {there or 'none'}",
                f"{name}：主题中没有这一级；有 {there or '（无）'}",
            )
        return name


def _pairs_of(node: Node | None) -> list[tuple[str, Node]]:
    pairs = node.pairs() if node is not None else []
    if node is not None and not pairs:
        node.fault("at least one field is wanted here", "此处至少要有一个字段")
    return pairs


def _tables(node: Node) -> dict[str, dict[str, Row]]:
    return {name: {key: _row(row) for key, row in table.pairs()} for name, table in node.pairs()}


def _row(node: Node) -> Row:
    if node.is_scalar:
        text = _id(node)
        return Row(text, text)
    found = node.named([], ["station", "device"])
    return Row(*(_id(found[name]) if name in found else None for name in ("station", "device")))


def _id(node: Node) -> str:
    text = node.text()
    if len(text) > _LONGEST_ID or set(text) & set("/+#"):
        node.fault(f"{text[:_LONGEST_ID]}: no id of ours", f"{text[:_LONGEST_ID]}：不是本系统的编号")
    return text


def _groups(node: Node) -> tuple[str, ...]:
    groups = tuple(item.text() for item in node.items())
    for item in node.items():
        if set(item.text()) & set("/+#"):
            item.fault(f"{item.text()}: no id of a Sparkplug group", f"{item.text()}：不是 Sparkplug 组的编号")
    if not groups or len(set(groups)) != len(groups):
        node.fault("at least one group is wanted here, each once", "此处至少要有一个组，且不重复")
    return groups


def _time(node: Node) -> TimeRule:
    found = node.named(["path", "format"], ["zone"])
    name = found["format"].text() if "format" in found else "ms"
    fault = fault_of_format(name, has_zone="zone" in found)
    if fault is not None:
        node.fault(*fault)
    zone = zone_of(found["zone"].text()) if "zone" in found else None
    if "zone" in found and zone is None:
        name = found["zone"].text()
        found["zone"].fault(
            f"{name}: not Asia/Shanghai, UTC or an offset such as +08:00",
            f"{name}：应为 Asia/Shanghai、UTC 或如 +08:00 的时差",
        )
    path = read_path(found["path"]) if "path" in found else Path(())
    return TimeRule(node.line, path, TimeFormat(name, zone))

"""The field rules of a mapping file: factor, values, sentinels."""

from decimal import Decimal
from typing import Final, NamedTuple

from guangfu.telemetry.mapping.model import Dialect, FieldRule, Numbers
from guangfu.telemetry.mapping.nodes import Node
from guangfu.telemetry.mapping.paths import Path, parse_path
from guangfu.telemetry.mapping.scalars import Rounding, Scalar
from guangfu.telemetry.reading import FIELDS_OF, INTEGER_FIELDS, DeviceState

FIELDS: Final = tuple(dict.fromkeys(name for names in FIELDS_OF.values() for name in names))
_STATES: Final = {state.name: state.value for state in DeviceState}
_ROUNDINGS: Final = {"down": Rounding.DOWN, "nearest": Rounding.NEAREST}
_MOST_BITS: Final = 2**32


class Defaults(NamedTuple):
    """What holds for every field of a file."""

    dialect: Dialect
    numbers: Numbers
    missing: frozenset[Scalar]


def field_rule(name: str, node: Node, defaults: Defaults) -> FieldRule:
    """The rule of one of our fields; what is wrong with it is noted in the node."""
    if name not in FIELDS:
        node.fault(
            f"{name}: no field of a reading; there are {', '.join(FIELDS)}",
            f"{name}：读数没有这个字段；有 {', '.join(FIELDS)}",
        )
    source = "path" if defaults.dialect is Dialect.JSON else "metric"
    found = node.named([source], ["factor", "round", "values", "missing"])
    _check_together(name, node, found)
    return FieldRule(
        line=node.line,
        name=name,
        path=read_path(found["path"]) if "path" in found else None,
        metric=found["metric"].text() if "metric" in found else None,
        factor=_factor(found.get("factor")),
        rounding=_ROUNDINGS[found["round"].one_of(_ROUNDINGS)] if "round" in found else None,
        values=_values(name, found["values"]) if "values" in found else None,
        missing=defaults.missing | read_scalars(found.get("missing")),
        numbers=defaults.numbers,
    )


def read_path(node: Node) -> Path:
    text = node.text()
    path = parse_path(text)
    if path is None:
        node.fault(f"{text}: no path such as a.b[0].c or $.a.b", f"{text}：不是路径，应如 a.b[0].c 或 $.a.b")
        return Path((), from_message=True)
    return path


def read_scalars(node: Node | None) -> frozenset[Scalar]:
    return frozenset(item.scalar() for item in node.items()) if node is not None else frozenset()


def _check_together(name: str, node: Node, found: dict[str, Node]) -> None:
    if "values" in found and ("factor" in found or "round" in found):
        node.fault(
            f"{name}: values are translated or multiplied, not both", f"{name}：values 与 factor、round 不能同用"
        )
    if "values" in found and name not in {"state", "event_bits"}:
        node.fault(
            f"{name}: only state and event_bits have values to translate",
            f"{name}：只有 state 与 event_bits 可用 values",
        )
    if "round" in found and name not in INTEGER_FIELDS:
        node.fault(f"{name}: only whole numbers are rounded", f"{name}：只有整数字段可用 round")


def _factor(node: Node | None) -> Decimal:
    factor = node.number() if node is not None else Decimal(1)
    if node is not None and factor == 0:
        node.fault("a factor of 0 would make everything 0", "factor 为 0 会使一切为 0")
    return factor


def _values(name: str, node: Node) -> dict[Scalar, int]:
    found: dict[Scalar, int] = {}
    for key, value in node.scalar_pairs():
        scalar = key.scalar()
        if scalar in found:
            key.fault(f"{scalar[1]} stands twice", f"{scalar[1]} 重复出现")
        found[scalar] = _meaning(name, value)
    return found


def _meaning(name: str, node: Node) -> int:
    """A state by its SunSpec name or number; event bits as a whole number."""
    kind, value = node.scalar()
    if name == "state" and value in _STATES:
        return _STATES[str(value)]
    if kind == "number" and value in (_STATES.values() if name == "state" else range(_MOST_BITS)):
        return int(value)
    if name == "state":
        names = ", ".join(_STATES)
        node.fault(f"{value}: not one of {names}", f"{value}：应为 {names} 之一")
    else:
        node.fault(
            f"{value}: not a whole number, its bits SunSpec's Evt1", f"{value}：应为整数，各位按 SunSpec 的 Evt1"
        )
    return 0

"""What a mapping file says, checked and ready to be applied."""

import math
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Final

from guangfu.telemetry.mapping.paths import ABSENT, Path
from guangfu.telemetry.mapping.scalars import EXACT, BadValue, Num, Rounding, Scalar, exact, quoted, scalars_of
from guangfu.telemetry.mapping.times import TimeFormat
from guangfu.telemetry.reading import INTEGER_FIELDS

_LARGEST: Final = 2**63 - 1


class Dialect(StrEnum):
    JSON = "json"
    SPARKPLUG = "sparkplug"


class Numbers(StrEnum):
    """How the vendor writes numbers: as numbers, as texts, or as either."""

    JSON = "json"
    TEXT = "text"
    EITHER = "either"


@dataclass(frozen=True)
class Row:
    """A row of a table: what a vendor's id means."""

    station: str | None
    device: str | None


@dataclass(frozen=True)
class Source:
    """Where a text comes from: a constant, a level of the topic, or a path; and the table that translates it."""

    line: int
    constant: str | None = None
    level: str | None = None
    path: Path | None = None
    table: str | None = None

    def __str__(self) -> str:
        return f"topic level {self.level}" if self.level is not None else str(self.path or self.constant)

    def raw(self, levels: Dict[str, str], message: object, item: object) -> object:
        """What stands there, or `ABSENT`."""
        if self.constant is not None:
            return self.constant
        if self.level is not None:
            return levels.get(self.level, ABSENT)
        assert self.path is not None
        return self.path.of(message, item)


@dataclass(frozen=True)
class Condition:
    """An entry is for items whose `source` is one of `scalars`."""

    source: Source
    scalars: frozenset[Scalar]
    text_numbers: bool

    def holds(self, levels: Dict[str, str], message: object, item: object) -> bool:
        raw = self.source.raw(levels, message, item)
        return any(scalar in self.scalars for scalar in scalars_of(raw, text_numbers=self.text_numbers))


@dataclass(frozen=True)
class FieldRule:
    """How one of our fields comes from a vendor's value: a path (JSON) or a metric's name (Sparkplug)."""

    line: int
    name: str
    path: Path | None
    metric: str | None
    factor: Decimal
    rounding: Rounding | None
    values: Dict[Scalar, int] | None
    missing: frozenset[Scalar]
    numbers: Numbers

    def convert(self, raw: object) -> float | int | None:
        """Our value, `None` if the vendor's means that there is none.

        Raises:
            BadValue: The value can't be taken as it is.
        """
        if raw is None or raw is ABSENT:
            return None
        scalars = scalars_of(raw, text_numbers=self.numbers is not Numbers.JSON)
        if any(scalar in self.missing for scalar in scalars):
            return None
        if self.values is not None:
            return self._translated(raw, scalars)
        product = self._product(raw)
        return self._integer(product, raw) if self.name in INTEGER_FIELDS else _float(product, raw)

    def _translated(self, raw: object, scalars: list[Scalar]) -> int:
        assert self.values is not None
        for scalar in scalars:
            if scalar in self.values:
                return self.values[scalar]
        raise BadValue(f"none of the values of the mapping: {quoted(raw)}")

    def _product(self, raw: object) -> Decimal:
        is_number = isinstance(raw, Num)
        if not isinstance(raw, str) or not (is_number or self.numbers is not Numbers.JSON):
            raise BadValue(f"not a number: {quoted(raw)}")
        if is_number and self.numbers is Numbers.TEXT:
            raise BadValue(f"a number, where the mapping says that numbers are texts: {quoted(raw)}")
        try:
            return EXACT.multiply(exact(raw), self.factor)
        except ArithmeticError:
            raise BadValue(f"a number out of range: {quoted(raw)}") from None

    def _integer(self, product: Decimal, raw: object) -> int:
        whole = product.to_integral_value(self.rounding)
        if self.rounding is None and whole != product:
            raise BadValue(f"times {self.factor} is no whole number, and the mapping does not say round: {quoted(raw)}")
        if not 0 <= whole <= _LARGEST:
            raise BadValue(f"times {self.factor} is out of range: {quoted(raw)}")
        return int(whole)


def _float(product: Decimal, raw: object) -> float:
    number = float(product)
    if not math.isfinite(number) or (number == 0) != (product == 0):
        raise BadValue(f"a number out of range: {quoted(raw)}")
    return number


@dataclass(frozen=True)
class Entry:
    """What one device says in an item. An entry without fields says that such items are left out on purpose."""

    line: int
    device: Source | None
    when: Condition | None
    fields: tuple[FieldRule, ...]


@dataclass(frozen=True)
class TimeRule:
    line: int
    path: Path
    format: TimeFormat


@dataclass(frozen=True)
class Mapping:
    """A mapping file. `levels` are those of the topic, a name in braces for any one; `groups` are Sparkplug's."""

    name: str
    file: str
    line: int
    items_line: int
    entries_line: int
    dialect: Dialect
    station: Source
    entries: tuple[Entry, ...]
    levels: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    items: Path | None = None
    accept: Condition | None = None
    time: TimeRule | None = None
    tables: Dict[str, Dict[str, Row]] = field(default_factory=dict)

    @property
    def subscriptions(self) -> tuple[str, ...]:
        if self.dialect is Dialect.SPARKPLUG:
            return tuple(f"spBv1.0/{group}/#" for group in self.groups)
        return ("/".join("+" if is_open(level) else level for level in self.levels),)

    def levels_of(self, topic: str) -> dict[str, str] | None:
        """The named levels of a topic; `None` if the mapping is not for it."""
        parts = topic.split("/")
        if len(parts) != len(self.levels):
            return None
        pairs = list(zip(self.levels, parts, strict=True))
        if any(not is_open(level) and level != part for level, part in pairs):
            return None
        return {level[1:-1]: part for level, part in pairs if is_open(level)}

    def at(self, line: int) -> str:
        return f"({self.file} line {line})"


def is_open(level: str) -> bool:
    """Whether a level of a pattern, `{name}`, stands for any one."""
    return level.startswith("{")

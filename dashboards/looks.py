"""How values look: words, units, columns, and the words and colours of codes."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from grafana_foundation_sdk.models.dashboard import (
    DashboardFieldConfigSourceOverrides,
    DynamicConfigValue,
    MatcherConfig,
    ValueMap,
    ValueMapping,
    ValueMappingResult,
)

MISSING: Final = "—"
NO_UNIT: Final = "none"
THOUSANDS: Final = "locale"
"""Figures with separators; the title or the column's head says the unit."""


class Label(NamedTuple):
    """What a panel says of itself."""

    title: str
    description: str


class Column(NamedTuple):
    """How a column or a series is shown: by its name in the query, since names are stable and words are not."""

    title: str
    unit: str = NO_UNIT
    decimals: int | None = None
    colour: str | None = None
    width: int | None = None
    mappings: Sequence[ValueMapping] = ()
    link: str | None = None
    style: Mapping[str, Any] = {}


class Face(NamedTuple):
    """Unit, size and columns of a panel."""

    unit: str
    span: int
    height: int
    decimals: int | None = None
    columns: Mapping[str, Column] = {}


class Word(NamedTuple):
    """The word and the colour of a value."""

    text: str
    colour: str


def words(values: Mapping[str, Word]) -> list[ValueMapping]:
    """Value mappings: from what the query answers to a word and its colour."""
    options = {
        value: ValueMappingResult(text=w.text, color=w.colour, index=i) for i, (value, w) in enumerate(values.items())
    }
    return [ValueMap(options=options)]


def overrides(columns: Mapping[str, Column]) -> list[DashboardFieldConfigSourceOverrides]:
    """How each column is shown, by its name in the query."""
    return [
        DashboardFieldConfigSourceOverrides(MatcherConfig("byName", name), _properties(column))
        for name, column in columns.items()
    ]


def _properties(column: Column) -> list[DynamicConfigValue]:
    given: dict[str, Any] = {"displayName": column.title, "unit": column.unit}
    if column.decimals is not None:
        given["decimals"] = column.decimals
    if column.colour is not None:
        given["color"] = {"mode": "fixed", "fixedColor": column.colour}
    if column.width is not None:
        given["custom.width"] = column.width
    if column.mappings:
        given["mappings"] = column.mappings
    if column.link is not None:
        given["links"] = [{"title": column.title, "url": column.link}]
    given.update(column.style)
    return [DynamicConfigValue(id_val=name, value=value) for name, value in given.items()]


COLOURED_CELL: Final = {
    "custom.displayMode": "color-background-solid",
    "custom.cellOptions": {"type": "color-background", "mode": "basic"},
}
"""A cell on the ground of its state's colour; 9.4 wants the first name, later ones the second."""

GAUGE_CELL: Final = {
    "custom.displayMode": "basic",
    "custom.cellOptions": {"type": "gauge", "mode": "basic"},
    "min": 0,
    "max": 8,
}
"""A bar in the cell, so that equivalent hours are compared at a glance; hardly any day has more than eight."""

HIDDEN: Final = {"custom.hidden": True}
"""A column that only a link needs."""

NARROW: Final = {"custom.minWidth": 90}
"""A column that takes what is left, and little where little is left."""

WITH_POINTS: Final = {"custom.showPoints": "always", "custom.pointSize": 6}
"""A line through few values."""

DASHED_LINE: Final = {"custom.lineStyle": {"fill": "dash", "dash": [8, 6]}, "custom.fillOpacity": 0}
"""What is compared with."""

DASHED: Final = {**WITH_POINTS, **DASHED_LINE}
"""The same through few values."""

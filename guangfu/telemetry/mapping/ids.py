"""Station and device of an item: where they come from, translated by the mapping's table."""

from collections.abc import Mapping as Dict

from guangfu.telemetry.mapping.model import Mapping, Row, Source
from guangfu.telemetry.mapping.paths import ABSENT
from guangfu.telemetry.mapping.scalars import INTEGER, BadValue, Num, quoted
from guangfu.telemetry.topics import TopicKind, format_topic

_LONGEST: int = 128


class Unmapped(BadValue):
    """The mapping's table has no row for it."""


def station_of(mapping: Mapping, levels: Dict[str, str], message: object = None, item: object = None) -> str:
    """The station's id, fit for a topic.

    Raises:
        BadValue: There is none.
    """
    source = mapping.station
    text = _vendors_id(source, mapping, source.raw(levels, message, item))
    station = text if source.table is None else _in_table(source, mapping, text).station
    if station is None:
        raise Unmapped(f"{source}: the row of {quoted(text)} names no station {mapping.at(source.line)}")
    try:
        format_topic(station, TopicKind.TELEMETRY)
    except ValueError:
        raise BadValue(f"{source}: no station's id: {quoted(station)} {mapping.at(source.line)}") from None
    return station


def device_of(
    source: Source, mapping: Mapping, levels: Dict[str, str], message: object = None, item: object = None
) -> str:
    """The device's name.

    Raises:
        BadValue: There is none.
    """
    text = _vendors_id(source, mapping, source.raw(levels, message, item))
    device = text if source.table is None else _in_table(source, mapping, text).device
    if device is None:
        raise Unmapped(f"{source}: the row of {quoted(text)} names no device {mapping.at(source.line)}")
    return device


def _vendors_id(source: Source, mapping: Mapping, raw: object) -> str:
    """A text, or a whole number as it was written."""
    if raw is ABSENT:
        raise BadValue(f"{source}: missing {mapping.at(source.line)}")
    is_id = isinstance(raw, str) and (not isinstance(raw, Num) or INTEGER.fullmatch(raw) is not None)
    if not is_id or not isinstance(raw, str) or not 0 < len(raw) <= _LONGEST or not raw.isprintable():
        raise BadValue(f"{source}: no id: {quoted(raw)} {mapping.at(source.line)}")
    return str(raw)


def _in_table(source: Source, mapping: Mapping, text: str) -> Row:
    assert source.table is not None
    row = mapping.tables[source.table].get(text)
    if row is None:
        raise Unmapped(f"{source}: {quoted(text)} is not in table {source.table} {mapping.at(source.line)}")
    return row

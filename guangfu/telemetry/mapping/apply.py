"""Applies a mapping to a message in JSON; never raises. Each refusal names the line of the mapping and the path."""

import json
from collections import Counter
from collections.abc import Iterator
from collections.abc import Mapping as Dict
from typing import NamedTuple

from guangfu.telemetry.foreign import Foreign
from guangfu.telemetry.mapping.ids import Unmapped, device_of, station_of
from guangfu.telemetry.mapping.kept import Refusal, Whole, keep
from guangfu.telemetry.mapping.model import Entry, Mapping
from guangfu.telemetry.mapping.paths import ABSENT
from guangfu.telemetry.mapping.scalars import BadValue, Num, quoted
from guangfu.telemetry.reading import MAX_READINGS, Reading, Reason, Rejected


class _Item(NamedTuple):
    """One item of a message, and where it stands in it."""

    levels: Dict[str, str]
    message: object
    item: object
    place: int | None


class _Refused(Exception):
    """The message as a whole can't be taken."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


def apply_mapping(mapping: Mapping, topic: str, payload: bytes) -> Foreign:
    """What a vendor's message says, by its mapping."""
    found = Foreign()
    levels = mapping.levels_of(topic)
    assert levels is not None, "the mapping is not for this topic"
    try:
        message = _parsed(payload)
        _check_accepted(mapping, levels, message)
        items = list(_items(mapping, levels, message))
    except _Refused as refused:
        found.of(None).rejected.append(Rejected(refused.reason, refused.detail, topic, payload))
        return found
    refusals = [refusal for item in items for refusal in _take(found, mapping, item)]
    keep(found, refusals, Whole(mapping, topic, payload, message))
    return found


def _parsed(payload: bytes) -> object:
    try:
        return json.loads(
            payload.decode(), parse_int=Num, parse_float=Num, parse_constant=str, object_pairs_hook=_once_each
        )
    except RecursionError:
        raise _Refused(Reason.NOT_JSON, "nested too deeply") from None
    except ValueError as error:
        raise _Refused(Reason.NOT_JSON, str(error) if payload else "empty") from None


def _once_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise _Refused(Reason.BAD_MESSAGE, f"{quoted(twice)} stands twice in one object")
    return found


def _check_accepted(mapping: Mapping, levels: Dict[str, str], message: object) -> None:
    accept = mapping.accept
    if accept is not None and not accept.holds(levels, message, message):
        raw = accept.source.raw(levels, message, message)
        said = "missing" if raw is ABSENT else quoted(raw)
        where = mapping.at(accept.source.line)
        raise _Refused(Reason.BAD_MESSAGE, f"{accept.source}: {said}, so it is not taken {where}")


def _items(mapping: Mapping, levels: Dict[str, str], message: object) -> Iterator[_Item]:
    if mapping.items is None:
        yield _Item(levels, message, message, None)
        return
    found = mapping.items.of(message, message)
    if not isinstance(found, list):
        said = "missing" if found is ABSENT else f"not a list: {quoted(found)}"
        raise _Refused(Reason.BAD_MESSAGE, f"{mapping.items}: {said} {mapping.at(mapping.items_line)}")
    if len(found) > MAX_READINGS:
        raise _Refused(Reason.BAD_MESSAGE, f"{mapping.items}: {len(found)} items, at most {MAX_READINGS} are taken")
    for index, item in enumerate(found):
        yield _Item(levels, message, item, index)


def _take(found: Foreign, mapping: Mapping, item: _Item) -> Iterator[Refusal]:
    """One item: every entry that is for it gives a reading or a refusal."""
    place = (item.levels, item.message, item.item)
    entries = [entry for entry in mapping.entries if entry.when is None or entry.when.holds(*place)]
    try:
        station = station_of(mapping, *place)
    except BadValue as bad:
        yield _refusal(mapping, item, None, bad)
        return
    if not entries:
        unmapped = Unmapped(f"no entry of readings is for it {mapping.at(mapping.entries_line)}")
        yield _refusal(mapping, item, station, unmapped)
    for entry in entries:
        if entry.fields:
            try:
                found.of(station).readings.append(_reading(mapping, item, entry))
            except BadValue as bad:
                yield _refusal(mapping, item, station, bad)


def _reading(mapping: Mapping, item: _Item, entry: Entry) -> Reading:
    assert mapping.time is not None
    assert entry.device is not None
    device = device_of(entry.device, mapping, item.levels, item.message, item.item)
    raw = mapping.time.path.of(item.message, item.item)
    if raw is ABSENT:
        raise BadValue(f"{mapping.time.path}: missing {mapping.at(mapping.time.line)}")
    try:
        at_ms = mapping.time.format.to_ms(raw)
    except BadValue as bad:
        raise BadValue(f"{mapping.time.path}: {bad} {mapping.at(mapping.time.line)}") from None
    return Reading(at_ms=at_ms, device=device, **_values(mapping, item, entry))  # type: ignore[arg-type]


def _values(mapping: Mapping, item: _Item, entry: Entry) -> dict[str, float | int | None]:
    values: dict[str, float | int | None] = {}
    seen = False
    for rule in entry.fields:
        assert rule.path is not None
        raw = rule.path.of(item.message, item.item)
        seen = seen or raw is not ABSENT
        try:
            values[rule.name] = rule.convert(raw)
        except BadValue as bad:
            raise BadValue(f"{rule.path}: {bad} {mapping.at(rule.line)}") from None
    if not seen:
        paths = ", ".join(str(rule.path) for rule in entry.fields)
        raise Unmapped(f"nothing at any of {paths} {mapping.at(entry.line)}")
    return values


def _refusal(mapping: Mapping, item: _Item, station: str | None, bad: BadValue) -> Refusal:
    reason = Reason.UNMAPPED if isinstance(bad, Unmapped) else Reason.BAD_READING
    where = "" if item.place is None else f"{mapping.items}[{item.place}]: "
    return Refusal(station, reason, where + str(bad), item.place)

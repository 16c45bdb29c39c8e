"""From a Sparkplug B message to readings; never raises."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from guangfu.telemetry.foreign import Foreign, Request
from guangfu.telemetry.mapping.ids import station_of
from guangfu.telemetry.mapping.model import Mapping
from guangfu.telemetry.mapping.scalars import BadValue
from guangfu.telemetry.reading import Reason, Rejected, Status
from guangfu.telemetry.sparkplug.gather import Gatherer, Refusals
from guangfu.telemetry.sparkplug.payload import DataType, Payload, decode_payload, rebirth_payload, value_of
from guangfu.telemetry.sparkplug.session import BadBirth, Birth, EdgeNode, Sessions
from guangfu.telemetry.sparkplug.topics import MessageType, SparkplugTopic, parse_sparkplug_topic, rebirth_topic
from guangfu.telemetry.sparkplug.wire import NotProtobuf

_NOT_OF_STATIONS: Final = {MessageType.STATE, MessageType.NCMD, MessageType.DCMD}
"""Said by hosts, not by stations."""
_BIRTHS: Final = {MessageType.NBIRTH, MessageType.DBIRTH}
_DEATHS: Final = {MessageType.NDEATH, MessageType.DDEATH}
_BD_SEQ: Final = "bdSeq"


def decode_sparkplug(mapping: Mapping, sessions: Sessions, topic: str, payload: bytes, received_at_ms: int) -> Foreign:
    """What a message says, by the births before it, which `sessions` holds and this call adds to.

    A message that came before others of its edge node, such as a dead letter that is replayed, gives its values only.
    After a gap in `seq`, or without a birth, `requests` asks the edge node for a rebirth, at most every
    `ASK_EVERY_MS` by `received_at_ms`.
    """
    found = Foreign()
    parsed = parse_sparkplug_topic(topic)
    if parsed is None:
        found.of(None).rejected.append(Rejected(Reason.BAD_TOPIC, "no topic of Sparkplug B", topic, payload))
        return found
    if parsed.type in _NOT_OF_STATIONS:
        return found
    node = sessions.node(parsed)
    refusals = Refusals()
    past = node.is_past(received_at_ms)
    try:
        take = _take_past if past else _take
        take(found, mapping, node, parsed, decode_payload(payload), refusals)
    except NotProtobuf as bad:
        refusals.add(Reason.NOT_SPARKPLUG, str(bad))
    except BadBirth as bad:
        node.needs_rebirth = node.needs_rebirth or not past
        refusals.add(Reason.BAD_MESSAGE, str(bad))
    _keep(found, _station(mapping, parsed), refusals.told(topic, payload))
    if node.may_ask(received_at_ms):
        found.requests.append(Request(rebirth_topic(parsed), rebirth_payload(received_at_ms)))
    return found


def _take(
    found: Foreign, mapping: Mapping, node: EdgeNode, topic: SparkplugTopic, payload: Payload, refusals: Refusals
) -> None:
    if topic.type is MessageType.NDEATH:
        _die(found, mapping, node, topic, payload)
        return
    if topic.type is MessageType.NBIRTH:
        node.begin(Birth.of(payload.metrics), payload, _bd_seq(payload))
    else:
        node.follow(payload.seq)
        if topic.type is MessageType.DBIRTH:
            node.keep_birth(topic.device, Birth.of(payload.metrics))
        elif topic.type is MessageType.DDEATH:
            node.births.pop(topic.device, None)
            return
    node.needs_rebirth = node.needs_rebirth or None not in node.births
    if topic.type in _BIRTHS:
        _live(found, node, _station(mapping, topic))
    Gatherer(mapping, node, topic, payload, refusals).gather(found)


def _take_past(
    found: Foreign, mapping: Mapping, node: EdgeNode, topic: SparkplugTopic, payload: Payload, refusals: Refusals
) -> None:
    """The values of a message of earlier, by what is known now; births, deaths and `seq` of then change nothing."""
    if topic.type not in _DEATHS:
        Gatherer(mapping, replace(node), topic, payload, refusals).gather(found)


def _live(found: Foreign, node: EdgeNode, station: str | None) -> None:
    if station is not None:
        node.stations.add(station)
        found.of(station).status = Status(station=station, state="online")


def _die(found: Foreign, mapping: Mapping, node: EdgeNode, topic: SparkplugTopic, payload: Payload) -> None:
    if not node.end(_bd_seq(payload)):
        return
    station = _station(mapping, topic)
    for each in sorted(node.stations if station is None else node.stations | {station}):
        found.of(each).status = Status(station=each, state="offline")


def _station(mapping: Mapping, topic: SparkplugTopic) -> str | None:
    """The station, where the topic alone says it."""
    try:
        return station_of(mapping, topic.levels)
    except BadValue:
        return None


def _bd_seq(payload: Payload) -> int | None:
    for metric in payload.metrics:
        if metric.name == _BD_SEQ:
            try:
                return int(str(value_of(metric, DataType.UINT64)))
            except ValueError:
                raise NotProtobuf("bdSeq: no integer") from None
            except BadValue as bad:
                raise BadBirth(f"bdSeq: {bad}") from None
    return None


def _keep(found: Foreign, station: str | None, rejected: Iterable[Rejected]) -> None:
    for each in rejected:
        found.of(station).rejected.append(each)

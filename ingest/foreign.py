"""Foreign messages, interpreted: for each station the message of ours that says the same.

From there on they go the way of our own, so that what is refused later is kept, and replayed, as ours.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

import msgspec

from guangfu.clock import Clock, from_ms, to_ms
from guangfu.telemetry.decode import decode
from guangfu.telemetry.decoded import Decoded
from guangfu.telemetry.dialects import Dialects
from guangfu.telemetry.encode import encode_message, encode_status
from guangfu.telemetry.foreign import Request, Said
from guangfu.telemetry.reading import Message, Quality
from guangfu.telemetry.topics import PREFIX, Topic, TopicKind, format_topic
from ingest.check import Arrival, Checked

_MOST_REQUESTS: Final = 10_000
_REQUEST_AGE_MS: Final = 60_000
"""A message that waited longer in the spool is no reason to ask: its sender may have answered long ago."""


@dataclass
class Foreign:
    """What the receiver should publish, the oldest first.

    The forwarder adds at one end, the receiver takes from the other.
    """

    requests: deque[Request] = field(default_factory=lambda: deque(maxlen=_MOST_REQUESTS))


class Part(NamedTuple):
    """What a message says of one station.

    `place` begins the places of its refusals, `arrival` is the message of ours, `station` that of the dead letters.
    """

    place: str
    station: str | None
    found: Decoded
    arrival: Arrival
    historical: bool = False

    def marked(self, checked: Checked) -> Checked:
        """The points of historical readings are backfilled, however young they are."""
        if not self.historical:
            return checked
        points = [msgspec.structs.replace(p, quality=p.quality | Quality.BACKFILLED) for p in checked.points]
        return checked._replace(points=points)


class Interpreter:
    """Takes foreign messages apart, each once and in order: Sparkplug's dialect has a memory."""

    def __init__(self, dialects: Dialects, foreign: Foreign, clock: Clock) -> None:
        self._dialects, self._foreign, self._clock = dialects, foreign, clock

    def parts(self, arrival: Arrival) -> list[Part]:
        """What a message that is not ours says, and notes what its sender should be asked for."""
        found = self._dialects.decode(arrival.topic, arrival.payload, arrival.received_at_ms)
        if found.requests and to_ms(self._clock.now()) - arrival.received_at_ms < _REQUEST_AGE_MS:
            self._foreign.requests.extend(found.requests)
        return [part for index, said in enumerate(found.said) for part in _parts_of(index, said, arrival)]

    def answered(self, topic: str) -> tuple[datetime, datetime] | None:
        """From when to when messages came that lacked what is known of their sender by now; `None` if none did."""
        found = self._dialects.answered(topic)
        return (from_ms(found[0]), from_ms(found[1])) if found is not None else None


def is_ours(topic: str) -> bool:
    return topic.startswith(PREFIX)


def ours(arrival: Arrival) -> Part:
    found = decode(arrival.topic, arrival.payload)
    return Part("", found.station, found, arrival)


def _parts_of(index: int, said: Said, arrival: Arrival) -> Iterator[Part]:
    if said.rejected:
        yield Part(f"f{index}", said.station, Decoded(None, rejected=said.rejected), arrival)
    if said.station is not None and said.readings:
        body = encode_message(Message(station=said.station, readings=said.readings))
        found = Decoded(Topic(said.station, TopicKind.TELEMETRY), readings=said.readings)
        yield _as_ours(f"r{index}", said, found, arrival, body)
    if said.station is not None and said.status is not None:
        found = Decoded(Topic(said.station, TopicKind.STATUS), status=said.status)
        yield _as_ours(f"t{index}", said, found, arrival, encode_status(said.status))


def _as_ours(place: str, said: Said, found: Decoded, arrival: Arrival, body: bytes) -> Part:
    assert found.topic is not None
    topic = format_topic(*found.topic)
    return Part(place, said.station, found, Arrival(arrival.received_at_ms, topic, body), said.historical)

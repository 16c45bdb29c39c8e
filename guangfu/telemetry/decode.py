"""From bytes to readings. Bad input is a value: `decode` never raises.

The fast path decodes a whole message at once. Whatever it can't take, or would have to guess about,
goes the plain path (`guangfu.telemetry.plain`), which keeps the good readings and says what is wrong
with each bad one. On what both can take they agree; a test holds it.

What is accepted: unknown extra fields are ignored; `null` is a missing value. Numbers are numbers: no
boolean, no text, no NaN. An integer written as `12345.0` or `1.2345e4` is taken if it is exact. A name
that is given twice in one object is refused, since one of the two values would be lost in silence.
"""

from collections.abc import Iterable
from typing import Final, TypeVar

import msgspec

from guangfu.telemetry import plain
from guangfu.telemetry.decoded import Decoded, nothing_but
from guangfu.telemetry.reading import MAX_READINGS, Message, Reason, Rejected, Status
from guangfu.telemetry.topics import Topic, TopicKind, parse_topic

T = TypeVar("T")

_MESSAGES: Final = msgspec.json.Decoder(Message)
_STATUSES: Final = msgspec.json.Decoder(Status)
_ENCODER: Final = msgspec.json.Encoder()


def decode(topic: str, payload: bytes) -> Decoded:
    """What a message says; never raises.

    >>> found = decode("pv/1/s-1/telemetry", b'{"station":"s-1","readings":[{"at":1,"device":"m","ac_power_w":"2"}]}')
    >>> found.readings, found.rejected[0].detail
    ([], 'ac_power_w: Expected `float | null`, got `str`: "2"')
    """
    parsed = parse_topic(topic)
    if parsed is None:
        return nothing_but(None, Rejected(Reason.BAD_TOPIC, "not pv/1/{station}/{kind}", topic, payload))
    if parsed.kind is TopicKind.STATUS:
        return _decode_status(parsed, topic, payload)
    return _decode_message(parsed, topic, payload)


def decode_ordinary(payloads: Iterable[bytes]) -> list[Message] | None:
    """Many messages at once, `None` if the typed decoder refuses one.

    Unlike `decode` it does not see what was dropped on the way: names that are unknown or given twice. The
    caller must count (`ingest.together`).
    """
    try:
        return list(map(_MESSAGES.decode, payloads))
    except (ValueError, RecursionError):
        return None


def _decode_message(parsed: Topic, topic: str, payload: bytes) -> Decoded:
    message = _fast(_MESSAGES, payload)
    if message is None or len(message.readings) > MAX_READINGS:
        return plain.decode_message(parsed, topic, payload)
    if message.station != parsed.station:
        return nothing_but(parsed, plain.mismatch(message.station, parsed, topic, payload))
    return Decoded(parsed, message.sent_at_ms, message.boot, message.seq, message.readings)


def _decode_status(parsed: Topic, topic: str, payload: bytes) -> Decoded:
    status = _fast(_STATUSES, payload)
    if status is None:
        return plain.decode_status(parsed, topic, payload)
    if status.station != parsed.station:
        return nothing_but(parsed, plain.mismatch(status.station, parsed, topic, payload))
    return Decoded(parsed, None, status.boot, None, [], status)


def _fast(decoder: msgspec.json.Decoder[T], payload: bytes) -> T | None:
    """The typed message, or `None` if it is bad or a name may stand in it twice.

    Every name in JSON is followed by one colon. Without backslashes, texts are verbatim. So if encoding
    again gives as many colons, nothing was dropped on the way: no repeated, no unknown name.
    """
    if b"\\" in payload:
        return None
    try:
        message = decoder.decode(payload)
    except (ValueError, RecursionError):
        return None
    return message if payload.count(b":") == _ENCODER.encode(message).count(b":") else None

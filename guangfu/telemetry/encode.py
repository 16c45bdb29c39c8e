"""What a station sends, as bytes: the inverse of `guangfu.telemetry.decode`."""

from typing import Final

import msgspec

from guangfu.telemetry.reading import Message, Status

_ENCODER: Final = msgspec.json.Encoder()


def encode_message(message: Message) -> bytes:
    """The payload of a telemetry or event message; a missing value is left out.

    >>> from guangfu.telemetry.reading import Reading
    >>> encode_message(Message(station="s-1", seq=7, readings=[Reading(at_ms=1, device="meter", ac_power_w=2.5)]))
    b'{"station":"s-1","seq":7,"readings":[{"at":1,"device":"meter","ac_power_w":2.5}]}'
    """
    return _ENCODER.encode(message)


def encode_status(status: Status) -> bytes:
    """The payload of a status message, retained.

    >>> encode_status(Status(station="s-1", state="offline"))
    b'{"station":"s-1","state":"offline"}'
    """
    return _ENCODER.encode(status)

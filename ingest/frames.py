"""The fast path of receiving: QoS 1 PUBLISH packets are taken out of the byte stream before paho sees it.

paho needs some 20 µs for a message, this about 1. It takes only what is ordinary; every other byte (other
packets, other QoS, topic aliases, many properties, very large packets) is handed on to paho unchanged and in order.

Source: MQTT 3.1.1 and 5.0, sections 2.1 (fixed header) and 3.3 (PUBLISH).
"""

from typing import Final, NamedTuple

_PUBLISH_QOS1: Final = 0x32
_KIND_AND_QOS: Final = 0xF6
"""Masks DUP and RETAIN."""
_TWO_BYTES: Final = 16_383
"""The largest length of two bytes; with a third byte the second one has its highest bit set."""
_MOST_TOPICS: Final = 65_536


class Taken(NamedTuple):
    """A message and the packet id to acknowledge it by, for who looks at single messages."""

    topic: str
    payload: bytes
    packet_id: int


class FrameReader:
    """Splits what the broker sends.

    Args:
        mqtt5: Whether messages have properties.
        large_bytes: A packet above this size is handed on as it comes; collecting it here would copy it over and over.

    Attributes:
        topics: Of the messages taken so far; `take` empties it, and the next two.
        payloads: Of the same messages.
        packet_ids: Of the same messages, two bytes each.
    """

    def __init__(self, *, mqtt5: bool, large_bytes: int = 1 << 20) -> None:
        self.topics: list[str] = []
        self.payloads: list[bytes] = []
        self.packet_ids: list[bytes] = []
        self._large_bytes = large_bytes
        self._mqtt5 = mqtt5
        self._rest = b""
        self._handing_on = 0
        self._known: dict[bytes, str] = {}

    @property
    def taken(self) -> list[Taken]:
        columns = zip(self.topics, self.payloads, self.packet_ids, strict=True)
        return [Taken(topic, payload, int.from_bytes(packet_id, "big")) for topic, payload, packet_id in columns]

    def take(self) -> tuple[list[str], list[bytes], list[bytes]]:
        """Topics, payloads and packet ids of the messages taken so far; they are the caller's."""
        taken = self.topics, self.payloads, self.packet_ids
        self.topics, self.payloads, self.packet_ids = [], [], []
        return taken

    def feed(self, data: bytes) -> bytes:
        """Takes the messages out of `data`; returns what is for paho."""
        if self._rest:
            data, self._rest = self._rest + data, b""
        others: list[bytes] = []
        at = 0
        while at < len(data):
            if self._handing_on:
                end = min(at + self._handing_on, len(data))
                self._handing_on -= end - at
                others.append(data[at:end])
                at = end
                continue
            at = self._take_messages(data, at)
            if at < len(data) and not self._begin_handing_on(data, at):
                self._rest = data[at:]
                break
        return b"".join(others)

    def _take_messages(self, data: bytes, at: int) -> int:
        """Takes messages as long as they are ordinary and whole; returns where it stopped."""
        size, mqtt5, known = len(data), self._mqtt5, self._known
        topics, payloads, packet_ids = self.topics, self.payloads, self.packet_ids
        while at + 2 < size and data[at] & _KIND_AND_QOS == _PUBLISH_QOS1:
            length, body = data[at + 1], at + 2
            if length > 127:
                length, body = (length & 127) | data[body] << 7, at + 3
                if length > _TWO_BYTES:
                    found = remaining_length(data, at + 1)
                    if found is None:
                        break
                    length, body = found
            end = body + length
            if end > size or length < 5:
                break
            topic_at = body + 2
            id_at = topic_at + (data[body] << 8 | data[body + 1])
            after_id = payload_at = id_at + 2
            if mqtt5:
                if payload_at >= end or data[payload_at] > 127:
                    break
                payload_at += 1 + data[payload_at]
            if payload_at > end or id_at == topic_at:
                break
            name = data[topic_at:id_at]
            topics.append(known.get(name) or self._topic(name))
            payloads.append(data[payload_at:end])
            packet_ids.append(data[id_at:after_id])
            at = end
        return at

    def _begin_handing_on(self, data: bytes, at: int) -> bool:
        """Whether the packet at `at` is for paho; not yet if it is too short to tell, or an unfinished message."""
        found = remaining_length(data, at + 1)
        if found is None:
            return False
        length, body = found
        whole = body + length <= len(data)
        if data[at] & _KIND_AND_QOS == _PUBLISH_QOS1 and not whole and length <= self._large_bytes:
            return False
        self._handing_on = body + length - at
        return True

    def _topic(self, name: bytes) -> str:
        if len(self._known) >= _MOST_TOPICS:
            self._known.clear()
        return self._known.setdefault(name, name.decode(errors="backslashreplace"))


def remaining_length(data: bytes, at: int) -> tuple[int, int] | None:
    r"""The length at `at` and where the packet's body begins; `None` if it is not all there.

    A length of more than four bytes is no MQTT; it is given as it stands, and paho ends the connection.

    >>> remaining_length(b"\x80\x01", 0)
    (128, 2)
    """
    length = 0
    for place in range(4):
        if at + place >= len(data):
            return None
        byte = data[at + place]
        length |= (byte & 127) << (7 * place)
        if byte < 128:
            return length, at + place + 1
    return length, at + 4

"""The fast path gives what paho's own parser gives, however the bytes are cut."""

import itertools
import struct
from collections.abc import Iterator
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from ingest.frames import FrameReader, Taken, remaining_length
from ingest.link import Link, LinkedClient, puback
from ingest.settings import Settings

Message = tuple[str, bytes, int, int]
CONNACK = {True: b"\x20\x03\x00\x00\x00", False: b"\x20\x02\x00\x00"}


class Wire:
    """A socket that gives one chunk at a time, and nothing between two of them."""

    def __init__(self, chunks: list[bytes]) -> None:
        self._chunks = chunks
        self.between = False

    def recv(self, size: int) -> bytes:
        self.between = not self.between
        if self.between or not self._chunks:
            raise BlockingIOError
        chunk, rest = self._chunks[0][:size], self._chunks[0][size:]
        self._chunks[:1] = [rest] if rest else []
        return chunk

    def send(self, data: bytes) -> int:
        return len(data)

    def sendall(self, data: bytes) -> None: ...
    def fileno(self) -> int:
        return -1

    def settimeout(self, timeout: float | None) -> None: ...
    def setblocking(self, flag: bool) -> None: ...
    def close(self) -> None: ...


def varint(number: int) -> bytes:
    out = bytearray()
    while True:
        number, byte = divmod(number, 128)
        out.append(byte | (128 if number else 0))
        if not number:
            return bytes(out)


def text(words: str) -> bytes:
    return struct.pack(">H", len(words.encode())) + words.encode()


def publish(topic: str, payload: bytes, packet_id: int, qos: int, flags: int, user_property: str | None) -> bytes:
    """`user_property`: None for MQTT 3.1.1; empty for no property."""
    properties = b""
    if user_property is not None:
        one = b"\x26" + text("k") + text(user_property) if user_property else b""
        properties = varint(len(one)) + one
    body = text(topic) + (struct.pack(">H", packet_id) if qos else b"") + properties + payload
    return bytes([0x30 | qos << 1 | flags]) + varint(len(body)) + body


def packets(mqtt5: bool) -> st.SearchStrategy[bytes]:
    message = st.builds(
        publish,
        st.text("abc/站", min_size=1, max_size=8),
        st.binary(max_size=200) | st.sampled_from([b"", b"x" * 20_000]),
        st.integers(1, 65535),
        st.sampled_from([1, 1, 1, 0]),
        st.sampled_from([0, 1, 8, 9]),
        st.sampled_from(["", "v", "v" * 100, "v" * 300]) if mqtt5 else st.none(),
    )
    pingresp = st.just(b"\xd0\x00")
    suback = st.just(b"\x90\x04\x00\x01\x00\x01" if mqtt5 else b"\x90\x03\x00\x01\x01")
    return message | message | pingresp | suback


@st.composite
def streams(draw: st.DrawFn) -> tuple[bool, bytes, list[bytes]]:
    """MQTT 5 or not, a stream of packets, and the same cut into chunks."""
    mqtt5 = draw(st.booleans())
    stream = b"".join(draw(st.lists(packets(mqtt5), max_size=12)))
    cuts = sorted(draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    edges = [0, *cuts, len(stream)]
    return mqtt5, stream, [c for c in (stream[a:b] for a, b in itertools.pairwise(edges)) if c]


def by_paho(mqtt5: bool, stream: bytes) -> list[Message]:
    """Messages as paho alone understands them."""
    protocol = MQTTProtocolVersion.MQTTv5 if mqtt5 else MQTTProtocolVersion.MQTTv311

    class Plain(mqtt.Client):
        def _create_socket(self) -> Any:
            return Wire([CONNACK[mqtt5] + stream])

    client = Plain(CallbackAPIVersion.VERSION2, protocol=protocol, manual_ack=True)
    return list(read(client))


def by_link(mqtt5: bool, chunks: list[bytes]) -> list[Message]:
    """Messages by the fast path, and by paho for what it leaves."""

    class Linked(LinkedClient):
        def _create_socket(self) -> Any:
            self.link = Link(Wire([CONNACK[mqtt5], *chunks]), mqtt5=mqtt5)
            self.link.frames = FrameReader(mqtt5=mqtt5, large_bytes=1000)
            return self.link

    client = Linked(Settings(mqtt_version="5" if mqtt5 else "3.1.1"))
    messages = list(read(client))
    return messages + [(m.topic, m.payload, m.packet_id, 1) for m in client.link.frames.taken]


def read(client: mqtt.Client) -> Iterator[Message]:
    found: list[Message] = []
    client.on_message = lambda c, u, m: found.append((m.topic, bytes(m.payload), m.mid, m.qos))
    client.connect("nowhere")
    for _ in range(400):
        assert client.loop_read() == mqtt.MQTT_ERR_SUCCESS
    yield from found


@settings(max_examples=150, deadline=None)
@given(streams())
def test_the_fast_path_and_paho_agree(case: tuple[bool, bytes, list[bytes]]) -> None:
    mqtt5, stream, chunks = case
    assert sorted(by_link(mqtt5, chunks)) == sorted(by_paho(mqtt5, stream))


@given(streams())
def test_what_is_taken_keeps_its_order_and_so_does_the_rest(case: tuple[bool, bytes, list[bytes]]) -> None:
    mqtt5, stream, chunks = case
    whole, cut = FrameReader(mqtt5=mqtt5), FrameReader(mqtt5=mqtt5)
    rest = whole.feed(stream)
    assert b"".join(map(cut.feed, chunks)) == rest
    assert cut.taken == whole.taken


@given(st.booleans(), st.lists(st.binary(max_size=50)))
def test_noise_is_handed_on_or_taken_but_never_raises(mqtt5: bool, chunks: list[bytes]) -> None:
    reader = FrameReader(mqtt5=mqtt5)
    for chunk in chunks:
        reader.feed(chunk)


def test_an_ordinary_message_never_reaches_paho() -> None:
    reader = FrameReader(mqtt5=True)
    assert reader.feed(publish("pv/1/s/telemetry", b"{}", 258, 1, 9, "")) == b""
    assert reader.taken == [Taken("pv/1/s/telemetry", b"{}", 258)]


@pytest.mark.parametrize("odd", [publish("", b"alias", 7, 1, 0, "v"), publish("t", b"", 7, 1, 0, "v" * 200),
                                 publish("t", b"qos 2", 7, 2, 0, ""), publish("t", b"qos 0", 0, 0, 0, "")])  # fmt: skip
def test_what_is_not_ordinary_is_handed_on_unchanged(odd: bytes) -> None:
    reader = FrameReader(mqtt5=True)
    assert reader.feed(odd + odd) == odd + odd
    assert reader.taken == []


def test_a_topic_that_is_not_utf8_is_kept_readable() -> None:
    reader = FrameReader(mqtt5=False)
    reader.feed(b"\x32\x06\x00\x02a\xff\x00\x01")
    assert reader.taken == [Taken("a\\xff", b"", 1)]


def test_a_length_of_several_bytes_is_read() -> None:
    assert remaining_length(b"\xff\xff\xff\x7f", 0) == (268_435_455, 4)
    assert remaining_length(b"\xff\xff", 0) is None


def test_acknowledgements_are_one_byte_string() -> None:
    assert puback([1, 258]) == b"\x40\x02\x00\x01\x40\x02\x01\x02"

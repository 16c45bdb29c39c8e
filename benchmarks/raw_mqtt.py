"""The least that a consumer and a publisher of MQTT 5 must do: what the broker itself can give.

Frames are walked in large pieces and acknowledged by packet id; nothing is parsed, kept or written.
"""

import itertools
import socket
import struct
import time
from collections.abc import Iterable, Iterator

import numpy as np

from guangfu.telemetry.topics import SUBSCRIPTIONS

READ_BYTES = 1 << 20
NEVER_EXPIRES = bytes([0x11, 0xFF, 0xFF, 0xFF, 0xFF])
RECEIVE_MAXIMUM = bytes([0x21, 0xFF, 0xFF])
AT_ONCE = 1000
"""So many messages a publisher sends together."""
UNACKNOWLEDGED = 20_000
"""So many it has sent at most before the broker acknowledged them."""
GATHER_S = 0.002
"""So long it lets acknowledgements gather: woken by each, it would take more of the cores than a station does."""
PUBACK = np.frombuffer(b"\x40\x02", dtype="<u2")[0]


class _Wire:
    def __init__(self, port: int, client_id: str, properties: bytes, flags: int) -> None:
        self.received = self.acknowledged = 0
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._rest = b""
        head = _text("MQTT") + bytes([5, flags]) + struct.pack(">H", 60) + bytes([len(properties)]) + properties
        self._socket.sendall(_packet(0x10, head + _text(client_id)))

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.sendall(b"\xe0\x00")
        self._socket.close()

    def _read(self) -> set[int]:
        """Takes what came, acknowledges messages; returns the types of the packets that were no messages."""
        data = self._rest + self._socket.recv(READ_BYTES)
        at, acks, others = 0, [], set()
        while (frame := _frame(data, at)) is not None:
            body, end = frame
            if data[at] & 0xF6 == 0x32:  # PUBLISH with QoS 1; DUP and RETAIN masked
                id_at = body + 2 + (data[body] << 8 | data[body + 1])
                acks.append(b"\x40\x02" + data[id_at : id_at + 2])
            else:
                others.add(data[at] & 0xF0)
                self.acknowledged += data[at] & 0xF0 == 0x40
            at = end
        self._rest = data[at:]
        self.received += len(acks)
        if acks:
            self._socket.sendall(b"".join(acks))
        return others


class RawConsumer(_Wire):
    """A persistent session, opened with bare bytes."""

    def __init__(self, port: int, client_id: str) -> None:
        super().__init__(port, client_id, NEVER_EXPIRES + RECEIVE_MAXIMUM, flags=0)

    def subscribe(self) -> None:
        body = struct.pack(">H", 1) + b"\0" + b"".join(_text(topic) + b"\x01" for topic in SUBSCRIPTIONS)
        self._socket.sendall(_packet(0x82, body))
        while not self._read() & {0x90}:
            pass

    def drain(self, count: int) -> None:
        while self.received < count:
            self._read()


class RawPublisher(_Wire):
    """Publishes with QoS 1."""

    def __init__(self, port: int, client_id: str = "raw-publisher") -> None:
        super().__init__(port, client_id, RECEIVE_MAXIMUM, flags=2)
        self._read()

    def send(self, packet: bytes) -> None:
        """Sends what `publish_packet` made, and does not wait; another thread may `take` meanwhile."""
        self._socket.sendall(packet)

    def take(self) -> None:
        """Counts the acknowledgements that came; waits where none did."""
        self._read()

    def publish(self, messages: Iterable[tuple[str, bytes]]) -> None:
        """Sends messages; returns when the broker has acknowledged them."""
        self.send_all(packets(messages))

    def send_all(self, pieces: Iterable[tuple[int, bytes]]) -> None:
        """Sends what `packets` made, the next piece while the broker still acknowledges the ones before."""
        sent = self.acknowledged
        for count, piece in pieces:
            sent += count
            while sent - self.acknowledged > UNACKNOWLEDGED:
                self._count_acknowledged()
            self._socket.sendall(piece)
        while self.acknowledged < sent:
            self._count_acknowledged()

    def _count_acknowledged(self) -> None:
        """`_read` for what is nothing but acknowledgements of four bytes, at a tenth of its cost."""
        time.sleep(GATHER_S)
        data = self._rest + self._socket.recv(READ_BYTES)
        whole = len(data) - len(data) % 4
        if (np.frombuffer(data[:whole], dtype="<u2")[::2] == PUBACK).all():
            self.acknowledged += whole // 4
            self._rest = data[whole:]
        else:
            raise RuntimeError("the broker refused a message")


def packets(messages: Iterable[tuple[str, bytes]]) -> Iterator[tuple[int, bytes]]:
    """The messages as packets in pieces of `AT_ONCE`; each piece with the number of its messages."""
    ids = itertools.cycle(range(1, 65_536))
    waiting: list[bytes] = []
    for topic, payload in messages:
        waiting.append(publish_packet(topic, next(ids), payload))
        if len(waiting) == AT_ONCE:
            yield len(waiting), b"".join(waiting)
            waiting = []
    if waiting:
        yield len(waiting), b"".join(waiting)


def publish_packet(topic: str, packet_id: int, payload: bytes) -> bytes:
    """A PUBLISH of MQTT 5 with QoS 1 and no properties."""
    return _packet(0x32, _text(topic) + struct.pack(">H", packet_id) + b"\0" + payload)


def _frame(data: bytes, at: int) -> tuple[int, int] | None:
    """Where the body of the frame at `at` begins and where it ends; `None` if it is not all there."""
    length, shift, body = 0, 0, at + 1
    while body < len(data):
        length |= (data[body] & 127) << shift
        shift += 7
        body += 1
        if data[body - 1] < 128:
            end = body + length
            return (body, end) if end <= len(data) else None
    return None


def _text(text: str) -> bytes:
    return struct.pack(">H", len(text.encode())) + text.encode()


def _packet(kind: int, body: bytes) -> bytes:
    length = bytearray()
    rest = len(body)
    while True:
        rest, byte = divmod(rest, 128)
        length.append(byte | (128 if rest else 0))
        if not rest:
            return bytes([kind]) + bytes(length) + body

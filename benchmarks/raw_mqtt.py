"""The least that a consumer of MQTT 5 must do: what the broker itself can give.

It walks the frames in large pieces and acknowledges each QoS 1 message by its packet id; nothing is parsed, kept or
written.
"""

import socket
import struct

from guangfu.telemetry.topics import SUBSCRIPTIONS

READ_BYTES = 1 << 20


class RawConsumer:
    """A persistent session, opened with bare bytes."""

    def __init__(self, port: int, client_id: str) -> None:
        self.received = 0
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._rest = b""
        # session expiry never, receive maximum 65535
        properties = bytes([0x11, 0xFF, 0xFF, 0xFF, 0xFF, 0x21, 0xFF, 0xFF])
        head = _text("MQTT") + bytes([5, 0]) + struct.pack(">H", 60) + bytes([len(properties)]) + properties
        self._socket.sendall(_packet(0x10, head + _text(client_id)))

    def subscribe(self) -> None:
        body = struct.pack(">H", 1) + b"\0" + b"".join(_text(topic) + b"\x01" for topic in SUBSCRIPTIONS)
        self._socket.sendall(_packet(0x82, body))
        while not self._read() & {0x90}:
            pass

    def drain(self, count: int) -> None:
        while self.received < count:
            self._read()

    def close(self) -> None:
        self._socket.sendall(b"\xe0\x00")
        self._socket.close()

    def _read(self) -> set[int]:
        """Takes what came; returns the types of the packets that were no messages."""
        data = self._rest + self._socket.recv(READ_BYTES)
        at, acks, others = 0, [], set()
        while (frame := _frame(data, at)) is not None:
            body, end = frame
            if data[at] & 0xF6 == 0x32:  # PUBLISH with QoS 1; DUP and RETAIN masked
                id_at = body + 2 + (data[body] << 8 | data[body + 1])
                acks.append(b"\x40\x02" + data[id_at : id_at + 2])
            else:
                others.add(data[at] & 0xF0)
            at = end
        self._rest = data[at:]
        self.received += len(acks)
        if acks:
            self._socket.sendall(b"".join(acks))
        return others


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
    assert len(body) < 128
    return bytes([kind, len(body)]) + body

"""Protocol Buffers on the wire: fields of a message, and back. Only what Sparkplug B's payload needs.

Source:
    protobuf.dev/programming-guides/encoding
"""

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

VARINT: Final = 0
FIXED64: Final = 1
BYTES: Final = 2
FIXED32: Final = 5
_FIXED_LENGTH: Final = {FIXED64: 8, FIXED32: 4}
_MASK: Final = 2**64 - 1


class NotProtobuf(ValueError):
    """The bytes are no message."""


class Field(NamedTuple):
    """A field as it stands: an unsigned integer of a varint, otherwise its bytes."""

    number: int
    wire_type: int
    value: int | bytes

    def integer(self) -> int:
        """An unsigned 64-bit integer."""
        if not isinstance(self.value, int):
            raise NotProtobuf(f"field {self.number}: no integer")
        return self.value

    def content(self) -> bytes:
        if self.wire_type != BYTES or not isinstance(self.value, bytes):
            raise NotProtobuf(f"field {self.number}: not of a length")
        return self.value

    def text(self) -> str:
        try:
            return self.content().decode()
        except UnicodeDecodeError:
            raise NotProtobuf(f"field {self.number}: not UTF-8") from None

    def single(self) -> float:
        """A float of 32 bits."""
        return self._unpacked(FIXED32, "<f")

    def double(self) -> float:
        return self._unpacked(FIXED64, "<d")

    def _unpacked(self, wire_type: int, layout: str) -> float:
        if self.wire_type != wire_type or not isinstance(self.value, bytes):
            raise NotProtobuf(f"field {self.number}: no {layout} number")
        number: float = struct.unpack(layout, self.value)[0]
        return number


def fields(message: bytes) -> Iterator[Field]:
    """The fields in their order; groups, which Sparkplug does not have, are refused.

    Raises:
        NotProtobuf: The bytes end early, or are no fields.
    """
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        number, wire_type = tag >> 3, tag & 7
        if not 0 < number < 2**29:
            raise NotProtobuf(f"field {number}: no number of a field")
        if wire_type == VARINT:
            value, at = _varint(message, at)
            yield Field(number, wire_type, value)
            continue
        if wire_type == BYTES:
            length, at = _varint(message, at)
        elif wire_type in _FIXED_LENGTH:
            length = _FIXED_LENGTH[wire_type]
        else:
            raise NotProtobuf(f"field {number}: wire type {wire_type}")
        if at + length > len(message):
            raise NotProtobuf(f"field {number}: ends early")
        yield Field(number, wire_type, message[at : at + length])
        at += length


def _varint(message: bytes, at: int) -> tuple[int, int]:
    """A varint of at most ten bytes, and where it ends."""
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(message):
            raise NotProtobuf("ends early")
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & _MASK, at
    raise NotProtobuf("an integer of more than ten bytes")


def varint_field(number: int, value: int) -> bytes:
    """The bytes of an unsigned integer's field."""
    return _encoded(number << 3 | VARINT) + _encoded(value)


def bytes_field(number: int, value: bytes) -> bytes:
    return _encoded(number << 3 | BYTES) + _encoded(len(value)) + value


def _encoded(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)

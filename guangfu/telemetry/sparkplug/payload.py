"""The payload of Sparkplug B and its metrics; what we have no use for (templates, data sets) is passed over.

Source:
    Sparkplug 3.0.0, chapter 6.4, "Sparkplug B Payload"; data types in 6.4.16.
"""

import math
import struct
from enum import IntEnum
from typing import Final

import msgspec

from guangfu.telemetry.mapping.scalars import BadValue, Num
from guangfu.telemetry.sparkplug.wire import Field, bytes_field, fields, varint_field


class DataType(IntEnum):
    INT8 = 1
    INT16 = 2
    INT32 = 3
    INT64 = 4
    UINT8 = 5
    UINT16 = 6
    UINT32 = 7
    UINT64 = 8
    FLOAT = 9
    DOUBLE = 10
    BOOLEAN = 11
    STRING = 12
    DATE_TIME = 13
    TEXT = 14
    UUID = 15


GOOD: Final = 192
"""Sparkplug's quality of a value that is good; 0 is bad, 500 stale."""
_SIGNED_BITS: Final = {DataType.INT8: 8, DataType.INT16: 16, DataType.INT32: 32, DataType.INT64: 64}
_UNSIGNED_BITS: Final = {
    DataType.UINT8: 8, DataType.UINT16: 16, DataType.UINT32: 32, DataType.UINT64: 64, DataType.DATE_TIME: 64,
}  # fmt: skip
_INT, _LONG, _FLOAT, _DOUBLE, _BOOLEAN, _STRING = 10, 11, 12, 13, 14, 15
_LAST_VALUE: Final = 19
_QUALITY: Final = "Quality"
_REBIRTH: Final = "Node Control/Rebirth"


class NoSign(BadValue):
    """An integer whose data type is not known."""


class Metric(msgspec.Struct):
    """A metric. `value` is the field that holds it; `timestamp` [ms since 1970 UTC]."""

    name: str | None = None
    alias: int | None = None
    timestamp: int | None = None
    datatype: int | None = None
    is_historical: bool = False
    is_null: bool = False
    quality: int = GOOD
    value: Field | None = None


class Payload(msgspec.Struct):
    timestamp: int | None = None
    metrics: list[Metric] = []
    seq: int | None = None


def decode_payload(message: bytes) -> Payload:
    """The payload of a message.

    Raises:
        NotProtobuf: It is none.
    """
    payload = Payload()
    for field in fields(message):
        match field.number:
            case 1:
                payload.timestamp = field.integer()
            case 2:
                payload.metrics.append(_metric(field.content()))
            case 3:
                payload.seq = field.integer()
    return payload


def _metric(message: bytes) -> Metric:
    metric = Metric()
    for field in fields(message):
        match field.number:
            case 1:
                metric.name = field.text()
            case 2:
                metric.alias = field.integer()
            case 3:
                metric.timestamp = field.integer()
            case 4:
                metric.datatype = field.integer() & 0xFFFFFFFF
            case 5:
                metric.is_historical = bool(field.integer())
            case 7:
                metric.is_null = bool(field.integer())
            case 9:
                metric.quality = _quality(field.content())
            case number if _INT <= number <= _LAST_VALUE:
                metric.value = field
    return metric


def _quality(properties: bytes) -> int:
    """The property `Quality`: names are field 1, values in the same order field 2, an integer's value its field 3."""
    found = list(fields(properties))
    names = [field.text() for field in found if field.number == 1]
    values = [field.content() for field in found if field.number == 2]
    for name, value in zip(names, values, strict=False):
        if name == _QUALITY:
            return next((field.integer() for field in fields(value) if field.number in {3, 4}), GOOD)
    return GOOD


def value_of(metric: Metric, datatype: int | None) -> object:
    """The value as a mapping takes it: `Num` (a literal), text, bool, or `None`.

    `datatype` is the birth's, if the metric has none of its own. A float is the shortest decimal that gives the same
    float again, which is the one its sender meant.

    Raises:
        NoSign: An integer, and neither says its data type.
        BadValue: There is no value, it does not fit its type, or its type is not taken.
        NotProtobuf: The field is not of the kind that its number says.
    """
    if metric.is_null:
        return None
    field = metric.value
    if field is None:
        raise BadValue("no value, and not null")
    match field.number:
        case 10 | 11:
            return _integer(field, metric.datatype or datatype)
        case 12:
            return _shortest_single(field.single())
        case 13:
            return _literal(field.double())
        case 14:
            return bool(field.integer())
        case 15:
            return field.text()
    raise BadValue(f"a value of data type {metric.datatype or datatype} is not taken")


def _integer(field: Field, datatype: int | None) -> Num:
    """An integer, whose sign only the data type tells: the wire has it as two's complement."""
    number, wire_bits = field.integer(), 32 if field.number == _INT else 64
    if wire_bits == 32:
        number &= 0xFFFFFFFF
    if datatype in _SIGNED_BITS:
        bits = _SIGNED_BITS[DataType(datatype)]
        number = _signed(number, wire_bits if number >> bits else bits)
        fits = -(1 << (bits - 1)) <= number < 1 << (bits - 1)
    elif datatype in _UNSIGNED_BITS:
        fits = not number >> _UNSIGNED_BITS[DataType(datatype)]
    else:
        raise NoSign(f"an integer of data type {datatype}, so that its sign is not known")
    if not fits:
        raise BadValue(f"{number} does not fit data type {DataType(datatype).name}")
    return Num(number)


def _signed(number: int, bits: int) -> int:
    return number - (1 << bits) if number >> (bits - 1) else number


def _literal(number: float) -> str:
    """The number's literal; what is no number is a text, as in JSON, which a mapping may call missing."""
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    return Num(repr(number))


def _shortest_single(number: float) -> str:
    for digits in range(6, 9):
        text = f"{number:.{digits}g}"
        if _as_single(float(text)) == number:
            return _literal(float(text))
    return _literal(float(f"{number:.9g}"))


def _as_single(number: float) -> float | None:
    try:
        rounded: float = struct.unpack("<f", struct.pack("<f", number))[0]
    except OverflowError:
        return None
    return rounded


def rebirth_payload(at_ms: int) -> bytes:
    """The payload of the command that asks an edge node to say its births again."""
    metric = bytes_field(1, _REBIRTH.encode()) + varint_field(3, at_ms) + varint_field(4, DataType.BOOLEAN)
    return varint_field(1, at_ms) + bytes_field(2, metric + varint_field(_BOOLEAN, 1))

"""The wire format, held to the library `protobuf`."""

import struct
from functools import cache
from typing import Any

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from hypothesis import given
from hypothesis import strategies as st

from guangfu.telemetry.sparkplug.payload import Metric, decode_payload, rebirth_payload
from guangfu.telemetry.sparkplug.wire import FIXED32, FIXED64, VARINT, NotProtobuf, bytes_field, fields, varint_field

Type = descriptor_pb2.FieldDescriptorProto
METRIC = [
    ("name", 1, Type.TYPE_STRING), ("alias", 2, Type.TYPE_UINT64), ("timestamp", 3, Type.TYPE_UINT64),
    ("datatype", 4, Type.TYPE_UINT32), ("is_historical", 5, Type.TYPE_BOOL), ("is_transient", 6, Type.TYPE_BOOL),
    ("is_null", 7, Type.TYPE_BOOL), ("int_value", 10, Type.TYPE_UINT32), ("long_value", 11, Type.TYPE_UINT64),
    ("float_value", 12, Type.TYPE_FLOAT), ("double_value", 13, Type.TYPE_DOUBLE), ("boolean_value", 14, Type.TYPE_BOOL),
    ("string_value", 15, Type.TYPE_STRING), ("bytes_value", 16, Type.TYPE_BYTES),
]  # fmt: skip
PAYLOAD = [("timestamp", 1, Type.TYPE_UINT64), ("seq", 3, Type.TYPE_UINT64), ("uuid", 4, Type.TYPE_STRING),
           ("body", 5, Type.TYPE_BYTES)]  # fmt: skip


@cache
def payload_class() -> Any:
    """The payload as the library knows it, put together from the specification's field numbers."""
    file = descriptor_pb2.FileDescriptorProto(name="sparkplug_test.proto", package="test", syntax="proto2")
    for message_name, members in (("Metric", METRIC), ("Payload", PAYLOAD)):
        message = file.message_type.add(name=message_name)
        for name, number, kind in members:
            message.field.add(name=name, number=number, type=kind, label=Type.LABEL_OPTIONAL)
    file.message_type[1].field.add(
        name="metrics", number=2, type=Type.TYPE_MESSAGE, label=Type.LABEL_REPEATED, type_name=".test.Metric"
    )
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("test.Payload"))


UINT32, UINT64 = st.integers(0, 2**32 - 1), st.integers(0, 2**64 - 1)
VALUES = st.one_of(
    st.tuples(st.just("int_value"), UINT32),
    st.tuples(st.just("long_value"), UINT64),
    st.tuples(st.just("float_value"), st.floats(width=32, allow_nan=False)),
    st.tuples(st.just("double_value"), st.floats(allow_nan=False)),
    st.tuples(st.just("boolean_value"), st.booleans()),
    st.tuples(st.just("string_value"), st.text(max_size=8)),
)
READ = {10: "integer", 11: "integer", 12: "single", 13: "double", 14: "integer", 15: "text"}


@st.composite
def payloads(draw: st.DrawFn) -> Any:
    payload = payload_class()()
    for name, values in (("timestamp", UINT64), ("seq", UINT64), ("uuid", st.text(max_size=4))):
        if draw(st.booleans()):
            setattr(payload, name, draw(values))
    for _ in range(draw(st.integers(0, 3))):
        metric = payload.metrics.add()
        members = (("name", st.text(max_size=8)), ("alias", UINT64), ("timestamp", UINT64), ("datatype", UINT32))
        flags = (("is_historical", st.booleans()), ("is_transient", st.booleans()), ("is_null", st.booleans()))
        for name, values in (*members, *flags):
            if draw(st.booleans()):
                setattr(metric, name, draw(values))
        if draw(st.booleans()):
            setattr(metric, *draw(VALUES))
    return payload


def same(ours: Metric, theirs: Any) -> bool:
    names = ("name", "alias", "timestamp", "datatype")
    if any(getattr(ours, name) != (getattr(theirs, name) if theirs.HasField(name) else None) for name in names):
        return False
    if (ours.is_historical, ours.is_null) != (theirs.is_historical, theirs.is_null):
        return False
    set_values = [(number, name) for name, number, _ in METRIC if number >= 10 and theirs.HasField(name)]
    if ours.value is None:
        return not set_values
    ((number, name),) = set_values
    return number == ours.value.number and getattr(ours.value, READ[number])() == getattr(theirs, name)


@given(payloads())
def test_what_the_library_writes_is_read_as_it_was_meant(theirs: Any) -> None:
    ours = decode_payload(theirs.SerializeToString())
    assert ours.timestamp == (theirs.timestamp if theirs.HasField("timestamp") else None)
    assert ours.seq == (theirs.seq if theirs.HasField("seq") else None)
    assert len(ours.metrics) == len(theirs.metrics)
    assert all(same(*pair) for pair in zip(ours.metrics, theirs.metrics, strict=True))


@given(st.integers(0, 2**64 - 1))
def test_what_we_write_is_read_by_the_library(at_ms: int) -> None:
    theirs = payload_class().FromString(rebirth_payload(at_ms))
    (metric,) = theirs.metrics
    assert (theirs.timestamp, metric.timestamp, metric.name) == (at_ms, at_ms, "Node Control/Rebirth")
    assert (metric.datatype, metric.boolean_value) == (11, True)


@given(payloads(), st.data())
def test_where_the_library_refuses_damaged_bytes_so_do_we(theirs: Any, data: st.DataObject) -> None:
    """The library looks into every field; we do not look into those we have no use for, nor at their UTF-8."""
    body = theirs.SerializeToString()
    cut = body[: data.draw(st.integers(0, len(body)))]
    try:
        library = payload_class().FromString(cut)
    except Exception:  # noqa: BLE001 - its own error class
        with pytest.raises(NotProtobuf):
            decode_payload(cut)
    else:
        assert len(decode_payload(cut).metrics) == len(library.metrics)


@given(st.binary(max_size=64))
def test_noise_is_a_payload_or_no_protobuf(noise: bytes) -> None:
    try:
        decode_payload(noise)
    except NotProtobuf as error:
        assert str(error)


@given(st.integers(1, 2**29 - 1), st.integers(0, 2**64 - 1), st.binary(max_size=300))
def test_fields_are_read_as_they_are_written(number: int, value: int, content: bytes) -> None:
    one, two = fields(varint_field(number, value) + bytes_field(number, content))
    assert (one.number, one.wire_type, one.integer()) == (number, VARINT, value)
    assert (two.number, two.content()) == (number, content)


@pytest.mark.parametrize("message", [
    b"\x08", b"\x08" + b"\xff" * 10 + b"\x01", b"\x00\x01", b"\x0a\x05abc", b"\x0b", b"\x0f", b"\x09\x00", b"\x0d\x00",
])  # fmt: skip
def test_bytes_that_are_no_fields(message: bytes) -> None:
    with pytest.raises(NotProtobuf):
        list(fields(message))


def test_a_field_of_another_kind_than_asked_for_is_no_protobuf() -> None:
    (integer,) = fields(varint_field(1, 5))
    (double,) = fields(b"\x69" + struct.pack("<d", 2.5))
    assert (double.wire_type, double.double()) == (FIXED64, 2.5)
    (single,) = fields(b"\x65" + struct.pack("<f", 2.5))
    assert (single.wire_type, single.single()) == (FIXED32, 2.5)
    for wrong in (integer.content, integer.text, integer.double, double.integer, double.single, single.double):
        with pytest.raises(NotProtobuf):
            wrong()
    (not_text,) = fields(bytes_field(1, b"\xff"))
    with pytest.raises(NotProtobuf, match="not UTF-8"):
        not_text.text()

import json
import re

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guangfu.telemetry import plain
from guangfu.telemetry.decode import _fast, decode
from guangfu.telemetry.decoded import Decoded
from guangfu.telemetry.encode import encode_message, encode_status
from guangfu.telemetry.reading import MAX_READINGS, Message, Reading, Reason, Status
from guangfu.telemetry.topics import Topic, TopicKind, format_topic, parse_topic
from tests.telemetry.strategies import MESSAGES, SPANS, STATIONS, STATUSES

TOPIC = "pv/1/s-1/telemetry"
GOOD = {"at": 1_780_000_000_000, "device": "meter", "ac_power_w": 1500.5, "energy_export_total_wh": 12345}


def message(*readings: object, **fields: object) -> bytes:
    return json.dumps({"station": "s-1", "seq": 1, "boot": "b", "readings": readings, **fields}).encode()


def reading(**fields: object) -> dict[str, object]:
    return {**GOOD, **fields}


def refused(payload: bytes, topic: str = TOPIC) -> tuple[Reason, str]:
    """Why the only refused thing of a message was refused."""
    (rejected,) = decode(topic, payload).rejected
    return rejected.reason, rejected.detail


@given(MESSAGES, st.sampled_from([TopicKind.TELEMETRY, TopicKind.EVENT]))
def test_decode_is_the_inverse_of_encode(sent: Message, kind: TopicKind) -> None:
    found = decode(format_topic(sent.station, kind), encode_message(sent))
    assert found.rejected == []
    assert (found.station, found.kind) == (sent.station, kind)
    assert (found.sent_at_ms, found.boot, found.seq) == (sent.sent_at_ms, sent.boot, sent.seq)
    assert found.readings == sent.readings


@given(STATUSES)
def test_decode_status_is_the_inverse_of_encode(sent: Status) -> None:
    found = decode(format_topic(sent.station, TopicKind.STATUS), encode_status(sent))
    assert found == Decoded(Topic(sent.station, TopicKind.STATUS), boot=sent.boot, status=sent)


@given(st.text(max_size=30) | st.builds(lambda s: f"pv/1/{s}/telemetry", st.text(max_size=10)), st.binary(max_size=80))
def test_decode_never_raises_on_noise(topic: str, payload: bytes) -> None:
    found = decode(topic, payload)
    assert found.rejected or found.status or found.kind


def damage(data: st.DataObject, payload: bytes) -> bytes:
    """Near-valid: a value or any span replaced by something that almost fits."""
    for _ in range(data.draw(st.integers(1, 3))):
        values = [m.span(1) for m in re.finditer(rb':("[^"]*"|[^,}\]]*)', payload)]
        start, end = data.draw(st.sampled_from(values or [(0, 0)]) | st.tuples(*[st.integers(0, len(payload))] * 2))
        payload = payload[:start] + data.draw(SPANS) + payload[max(start, end) :]
    return payload


@settings(max_examples=300)
@given(MESSAGES, st.data())
def test_near_valid_payloads_never_raise_and_both_paths_agree(sent: Message, data: st.DataObject) -> None:
    payload = damage(data, encode_message(sent))
    parsed = Topic(sent.station, TopicKind.TELEMETRY)
    topic = format_topic(sent.station, TopicKind.TELEMETRY)
    found = decode(topic, payload)
    assert found == plain.decode_message(parsed, topic, payload)
    assert all(r.detail and "\0" not in r.detail for r in found.rejected)


@settings(max_examples=200)
@given(STATUSES, st.data())
def test_near_valid_statuses_never_raise_and_both_paths_agree(sent: Status, data: st.DataObject) -> None:
    payload = damage(data, encode_status(sent))
    parsed = Topic(sent.station, TopicKind.STATUS)
    topic = format_topic(sent.station, TopicKind.STATUS)
    assert decode(topic, payload) == plain.decode_status(parsed, topic, payload)


@given(MESSAGES)
def test_both_paths_agree_on_good_messages(sent: Message) -> None:
    parsed, topic = Topic(sent.station, TopicKind.TELEMETRY), format_topic(sent.station, TopicKind.TELEMETRY)
    assert decode(topic, encode_message(sent)) == plain.decode_message(parsed, topic, encode_message(sent))


def test_ordinary_messages_take_the_fast_path() -> None:
    decoder = msgspec.json.Decoder(Message)
    assert _fast(decoder, message(GOOD, reading(device="站:1"))) is None  # json.dumps escapes what is not ASCII
    assert _fast(decoder, encode_message(Message(station="s:1", readings=[Reading(at_ms=1, device="站:1")])))
    assert _fast(decoder, message(GOOD, GOOD, sent_at=1))


def test_a_bad_reading_costs_only_itself_and_can_be_replayed_alone() -> None:
    found = decode(TOPIC, message(GOOD, reading(ac_power_w="abc"), reading(device="other")))
    assert [r.device for r in found.readings] == ["meter", "other"]
    (bad,) = found.rejected
    assert (bad.reason, bad.detail) == (Reason.BAD_READING, 'ac_power_w: Expected `float | null`, got `str`: "abc"')
    assert json.loads(bad.payload) == json.loads(message(reading(ac_power_w="abc")))


@pytest.mark.parametrize(
    ("fields", "detail"),
    [
        ({"ac_power_w": True}, "ac_power_w: Expected `float | null`, got `bool`: true"),
        ({"energy_export_total_wh": 1.5}, "energy_export_total_wh: Expected `int | null`, got `float`: 1.5"),
        ({"energy_export_total_wh": -1}, "energy_export_total_wh: Expected `int` >= 0: -1"),
        ({"energy_export_total_wh": 2**63}, f"energy_export_total_wh: Expected `int` <= {2**63 - 1}: {2**63}"),
        ({"energy_export_total_wh": "12"}, 'energy_export_total_wh: Expected `int | null`, got `str`: "12"'),
        ({"at": None}, "at: Expected `int`, got `null`: null"),
        ({"device": ""}, 'device: Expected `str` of length >= 1: ""'),
        ({"ac_power_w": [1]}, "ac_power_w: Expected `float | null`, got `array`: [1]"),
    ],
)
def test_a_refusal_names_field_and_value(fields: dict[str, object], detail: str) -> None:
    assert refused(message(reading(**fields))) == (Reason.BAD_READING, detail)


def test_a_number_of_400_digits_is_refused_and_quoted_in_short() -> None:
    for field in ("energy_export_total_wh", "ac_power_w", "at"):
        reason, detail = refused(message(reading(**{field: int("9" * 400)})))
        assert reason is Reason.BAD_READING
        assert detail.startswith(f"{field}: ")
        assert detail.endswith("(400 characters)")


@pytest.mark.parametrize("literal", ["12345.0", "1.2345e4", "12345000e-3"])
def test_an_exact_integer_is_taken_however_it_is_written(literal: str) -> None:
    payload = message(GOOD, reading(device="x")).replace(b"12345", literal.encode())
    assert [r.energy_export_total_wh for r in decode(TOPIC, payload).readings] == [12345, 12345]


@pytest.mark.parametrize(
    "literal", ["12345.5", "1e30", "1e999999999999", "9223372036854775808.0", "-1.0", "1e-999999999999"]
)
def test_what_is_not_exactly_an_integer_is_refused(literal: str) -> None:
    payload = message(GOOD).replace(b"12345", literal.encode())
    assert refused(payload)[0] is Reason.BAD_READING


@pytest.mark.parametrize(
    "payload",
    [b"", b"abc", b"\xff\xfe", b'{"station":"s-1"', b'{"a":NaN}', b"[" * 100_000, b'{"a":' * 100_000,
     b'\xef\xbb\xbf{"station":"s-1","readings":[]}', b'{"station":"s-1","readings":[],"x":"\xff"}',
     message(GOOD).replace(b"1500.5", b"NaN"), message(GOOD).replace(b"1500.5", b"-Infinity")],
)  # fmt: skip
def test_what_is_not_json_is_refused_whole(payload: bytes) -> None:
    found = decode(TOPIC, payload)
    assert [r.reason for r in found.rejected] == [Reason.NOT_JSON]
    assert found.rejected[0].payload == payload
    assert found.readings == []


@pytest.mark.parametrize(
    ("payload", "detail"),
    [
        (b"[]", "not an object: []"),
        (b'{"station":"s-1"}', "readings: missing"),
        (b'{"station":"s-1","readings":null}', "readings: not a list: null"),
        (b'{"readings":[]}', "Object missing required field `station`"),
        (message(seq="7"), 'seq: Expected `int | null`, got `str`: "7"'),
        (message(sent_at=True), "sent_at: Expected `int | null`, got `bool`: true"),
        (b'{"station":"s-1","station":"s-1","readings":[]}',
         '"station" stands twice: {"station":"s-1","station":"s-1","readings":[]}'),
    ],
)  # fmt: skip
def test_a_wrong_message_is_refused_whole(payload: bytes, detail: str) -> None:
    assert refused(payload) == (Reason.BAD_MESSAGE, detail)


def test_a_name_given_twice_in_a_reading_is_refused_even_if_it_hides() -> None:
    hidden = b'{"station":"s-1","readings":[{"at" :1,"device":"a:b","device" :"\\u003a"}]}'
    assert refused(hidden)[0] is Reason.BAD_READING


def test_too_many_readings_are_refused_whole() -> None:
    payload = encode_message(Message(station="s-1", readings=[Reading(at_ms=1, device="m")] * (MAX_READINGS + 1)))
    assert refused(payload) == (Reason.BAD_MESSAGE, "readings: 10001 of them, at most 10000 are taken")


def test_unknown_fields_are_ignored_and_null_is_a_missing_value() -> None:
    found = decode(TOPIC, message(reading(ac_power_w=None, firmware={"v": [1, 2]}), vendor="x"))
    assert found.rejected == []
    assert found.readings == [Reading(at_ms=1_780_000_000_000, device="meter", energy_export_total_wh=12345)]


@pytest.mark.parametrize("payload", [message(GOOD, station="s-2"), message(GOOD, station="s-2", vendor="plain path")])
def test_a_message_that_names_another_station_is_refused_whole(payload: bytes) -> None:
    assert refused(payload) == (Reason.STATION_MISMATCH, 'station: "s-2", the topic says s-1')
    assert decode(TOPIC, payload).readings == []


@pytest.mark.parametrize("topic", ["pv", "", "pv/1/s-1", "pv/2/s-1/telemetry", "pv/1//telemetry", "pv/1/s-1/x/y",
                                   "pv/1/s\n1/telemetry", "pv/1/+/status", f"pv/1/{'s' * 129}/status"])  # fmt: skip
def test_a_foreign_topic_is_refused(topic: str) -> None:
    assert refused(message(GOOD), topic)[0] is Reason.BAD_TOPIC


def test_an_unknown_status_is_refused() -> None:
    reason, detail = refused(b'{"station":"s-1","state":"on"}', "pv/1/s-1/status")
    assert reason is Reason.BAD_MESSAGE
    assert detail.startswith("state: ")
    assert refused(b'{"station":"s-1","state":"online\\n"}', "pv/1/s-1/status")[0] is Reason.BAD_MESSAGE
    assert refused(b'{"station":"s-2","state":"online"}', "pv/1/s-1/status")[0] is Reason.STATION_MISMATCH


@given(STATIONS, st.sampled_from(TopicKind))
def test_parse_topic_is_the_inverse_of_format_topic(station: str, kind: TopicKind) -> None:
    assert parse_topic(format_topic(station, kind)) == Topic(station, kind)


@pytest.mark.parametrize("station", ["", "a/b", "a+b", "#", "a\0b"])
def test_format_topic_refuses_what_can_not_stand_in_a_topic(station: str) -> None:
    with pytest.raises(ValueError, match="no station id"):
        format_topic(station, TopicKind.STATUS)

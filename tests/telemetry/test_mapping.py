"""A vendor's messages as readings, by a mapping file."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import guangfu.telemetry.mapping
from guangfu.clock import CHINA
from guangfu.telemetry.foreign import Foreign
from guangfu.telemetry.mapping.apply import apply_mapping
from guangfu.telemetry.mapping.kept import ALONE
from guangfu.telemetry.mapping.load import load_mapping, read_mappings
from guangfu.telemetry.mapping.model import Mapping
from guangfu.telemetry.mapping.times import TimeFormat
from guangfu.telemetry.reading import Reading, Reason
from tests.telemetry.strategies import SPANS

EXAMPLES = Path(guangfu.telemetry.mapping.__file__).with_name("examples")
HUAWEI, SPARKPLUG, SUNGROW = read_mappings([EXAMPLES])
HUAWEI_TOPIC, SUNGROW_TOPIC = "vendor/fusionsolar/county/device-kpi", "vendor/isolarcloud/990001/points"
NOON_MS = 1_780_286_400_000

PLAIN = """\
name: plain
topic: plain/{station}
numbers: NUMBERS
missing: [-1000000, "--"]
time: {path: t, format: ms}
station: {topic: station}
device: {constant: meter}
readings:
  - fields:
      ac_power_w: {path: p, factor: FACTOR}
      energy_export_total_wh: {path: e, factor: FACTOR}
      state: {path: s, values: {1: MPPT, "1": OFF, true: FAULT, "x": 8}}
"""


def plain(*, factor: str = "1000", numbers: str = "json") -> Mapping:
    return load_mapping(PLAIN.replace("FACTOR", factor).replace("NUMBERS", numbers), "plain.yaml")


def said(mapping: Mapping, text: str, topic: str = "plain/s-1") -> Foreign:
    return apply_mapping(mapping, topic, text.encode())


def only_reading(mapping: Mapping, text: str) -> Reading:
    (part,) = said(mapping, text).said
    assert part.rejected == []
    (reading,) = part.readings
    return reading


def only_refusal(mapping: Mapping, text: str) -> tuple[Reason, str]:
    (part,) = said(mapping, text).said
    (rejected,) = part.rejected
    return rejected.reason, rejected.detail


def huawei(*items: dict[str, Any], kind: int = 1, **more: Any) -> dict[str, Any]:
    params = {"currentTime": NOON_MS, "devTypeId": kind}
    return {"success": True, "failCode": 0, "params": params, "data": list(items), **more}


def test_a_huawei_like_message_becomes_readings_in_our_units() -> None:
    values = {
        "active_power": 12.345, "mppt_power": 13.5, "total_cap": 123456.789, "temperature": 41.5,
        "inverter_state": 513, "elec_freq": 49.99, "reactive_power": -1000000,
    }  # fmt: skip
    found = said(HUAWEI, json.dumps(huawei({"devId": 1000000001, "dataItemMap": values})), HUAWEI_TOPIC)
    (part,) = found.said
    assert (part.station, part.rejected, found.requests) == ("s-0001", [], [])
    assert part.readings == [
        Reading(at_ms=NOON_MS, device="inverter-1", ac_power_w=12345.0, dc_power_w=13500.0, ac_frequency_hz=49.99,
                energy_total_wh=123456789, cabinet_temperature_c=41.5, state=5)
    ]  # fmt: skip


def test_a_sungrow_like_message_has_numbers_as_texts_and_the_plants_own_time() -> None:
    points = [
        {"device_point": {"device_sn": "B0000000001", "device_type": 1, "device_time": "20260601120000",
                          "p24": "12345.6", "p2": "123456789", "p4": "--", "p29": "33280"}},
        {"device_point": {"device_sn": "M0000000001", "device_type": 7, "device_time": "20260601120000",
                          "p8018": "98000", "p8030": "5000000", "p8031": None}},
    ]  # fmt: skip
    body = json.dumps({"result_code": "1", "result_data": {"device_point_list": points}})
    (part,) = said(SUNGROW, body.replace('"device_type": 1', '"device_type": "1"'), SUNGROW_TOPIC).said
    assert part.station == "s-0002"
    assert [r.detail for r in part.rejected] == []
    assert part.readings == [
        Reading(at_ms=NOON_MS, device="inverter-1", ac_power_w=12345.6, energy_total_wh=123456789, state=5),
        Reading(at_ms=NOON_MS, device="meter", ac_power_w=98000.0, energy_export_total_wh=5_000_000),
    ]


def test_a_bad_item_costs_only_itself_and_is_kept_as_a_message_that_can_be_sent_again() -> None:
    good = {"devId": 1000000001, "dataItemMap": {"active_power": 1}}
    bad = {"devId": 1000000002, "dataItemMap": {"active_power": "abc", "total_cap": 1.50}}
    (part,) = said(HUAWEI, json.dumps(huawei(good, bad)), HUAWEI_TOPIC).said
    assert [reading.device for reading in part.readings] == ["inverter-1"]
    (rejected,) = part.rejected
    line = 1 + (EXAMPLES / "huawei_fusionsolar.yaml").read_text(encoding="utf-8").split("ac_power_w")[0].count("\n")
    assert rejected.reason is Reason.BAD_READING
    assert rejected.detail == (
        f'data[1]: dataItemMap.active_power: not a number: "abc" (huawei_fusionsolar.yaml line {line})'
    )
    assert json.loads(rejected.payload) == huawei(bad)
    again = apply_mapping(HUAWEI, HUAWEI_TOPIC, rejected.payload.replace(b'"abc"', b"1.25"))
    assert [(r.device, r.ac_power_w, r.energy_total_wh) for r in again.said[0].readings] == [("inverter-2", 1250, 1500)]


def test_devices_of_several_stations_in_one_message_are_told_apart() -> None:
    text = PLAIN.replace("topic: plain/{station}", "topic: plain/{x}\nitems: list").replace(
        "station: {topic: station}", "station: {path: plant}"
    )
    mapping = load_mapping(text.replace("FACTOR", "1").replace("NUMBERS", "json"), "two.yaml")
    body = '{"list":[{"t":1,"p":1,"plant":"a"},{"t":1,"p":2,"plant":"b"},{"t":2,"p":3,"plant":"a"}]}'
    assert {part.station: [r.ac_power_w for r in part.readings] for part in said(mapping, body).said} == {
        "a": [1, 3],
        "b": [2],
    }


@pytest.mark.parametrize(("item", "reason", "words"), [
    ({"devId": 5, "dataItemMap": {"active_power": 1}}, Reason.UNMAPPED, 'devId: "5" is not in table devices'),
    ({"dataItemMap": {"active_power": 1}}, Reason.BAD_READING, "devId: missing"),
    ({"devId": 1000000001.0, "dataItemMap": {"active_power": 1}}, Reason.BAD_READING, "devId: no id: 1000000001.0"),
    ({"devId": True, "dataItemMap": {"active_power": 1}}, Reason.BAD_READING, "devId: no id: true"),
    ({"devId": 1000000001, "dataItemMap": {"inverter_state": 4711}}, Reason.BAD_READING,
     "dataItemMap.inverter_state: none of the values of the mapping: 4711"),
    ({"devId": 1000000001, "dataItemMap": {"active_powr": 1}}, Reason.UNMAPPED, "nothing at any of dataItemMap.active"),
    ({"devId": 1000000001, "dataItemMap": {"total_cap": -3}}, Reason.BAD_READING,
     "dataItemMap.total_cap: times 1000 is out of range: -3"),
    (7, Reason.BAD_READING, "devId: missing"),
])  # fmt: skip
def test_what_the_mapping_does_not_cover_is_refused_with_path_and_line(item: Any, reason: Reason, words: str) -> None:
    (part,) = said(HUAWEI, json.dumps(huawei(item)), HUAWEI_TOPIC).said
    (rejected,) = part.rejected
    assert part.readings == []
    assert rejected.reason is reason
    assert rejected.detail.startswith(f"data[0]: {words}")
    assert "(huawei_fusionsolar.yaml line " in rejected.detail


def test_items_that_no_entry_is_for_are_refused_and_ignored_ones_are_not() -> None:
    item = {"devId": 1000000001, "dataItemMap": {}}
    (unmapped,) = said(HUAWEI, json.dumps(huawei(item, kind=99)), HUAWEI_TOPIC).said
    assert [r.reason for r in unmapped.rejected] == [Reason.UNMAPPED]
    assert said(HUAWEI, json.dumps(huawei(item, kind=62)), HUAWEI_TOPIC).said == []


@pytest.mark.parametrize(("text", "reason", "words"), [
    ("", Reason.NOT_JSON, "empty"),
    ("{", Reason.NOT_JSON, "Expecting property name"),
    ("[" * 100_000, Reason.NOT_JSON, "nested too deeply"),
    ('{"success":true,"success":true}', Reason.BAD_MESSAGE, '"success" stands twice'),
    ('{"success":false,"data":[]}', Reason.BAD_MESSAGE, "success: false, so it is not taken"),
    ('{"data":[]}', Reason.BAD_MESSAGE, "success: missing, so it is not taken"),
    ('{"success":true}', Reason.BAD_MESSAGE, "data: missing"),
    ('{"success":true,"data":{"a":1}}', Reason.BAD_MESSAGE, "data: not a list: an object"),
    (f'{{"success":true,"data":[{"1," * 10_000}1]}}', Reason.BAD_MESSAGE, "data: 10001 items, at most 10000"),
])  # fmt: skip
def test_a_message_that_is_not_one_is_refused_whole(text: str, reason: Reason, words: str) -> None:
    found = said(HUAWEI, text, HUAWEI_TOPIC)
    (part,) = found.said
    (rejected,) = part.rejected
    assert (part.station, part.readings, rejected.payload) == (None, [], text.encode())
    assert rejected.reason is reason
    assert rejected.detail.startswith(words)


def test_a_message_with_very_many_bad_items_is_kept_once() -> None:
    body = json.dumps(huawei(*[{"devId": 5}] * (ALONE + 1)))
    (part,) = said(HUAWEI, body, HUAWEI_TOPIC).said
    (rejected,) = part.rejected
    assert rejected.payload == body.encode()
    assert rejected.detail.startswith(f"{ALONE + 1} items are not taken, the first: data[0]: devId")


@given(st.integers(0, 10**15), st.integers(0, 3))
def test_kilowatt_hours_become_watt_hours_exactly(thousandths: int, trailing_zeros: int) -> None:
    literal = f"{thousandths // 1000}.{thousandths % 1000:03}{'0' * trailing_zeros}"
    assert only_reading(plain(), f'{{"t":1,"e":{literal}}}').energy_export_total_wh == thousandths


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9))
def test_power_is_the_float_next_to_the_exact_product(value: Decimal) -> None:
    assert only_reading(plain(factor="0.1"), f'{{"t":1,"p":{value:f}}}').ac_power_w == float(value / 10)


def test_a_part_of_a_watt_hour_is_refused_unless_the_mapping_says_round() -> None:
    reason, detail = only_refusal(plain(), '{"t":1,"e":1.0005}')
    assert reason is Reason.BAD_READING
    assert detail.startswith("e: times 1000 is no whole number, and the mapping does not say round: 1.0005")
    for word, expected in [("down", 1000), ("nearest", 1001)]:
        rounding = PLAIN.replace("{path: e, factor: FACTOR}", f"{{path: e, factor: 1000, round: {word}}}")
        mapping = load_mapping(rounding.replace("FACTOR", "1").replace("NUMBERS", "json"), "round.yaml")
        assert only_reading(mapping, '{"t":1,"e":1.0006}').energy_export_total_wh == expected


@pytest.mark.parametrize("value", ["-1000000", "-1e6", "-1000000.00", '"--"', "null"])
def test_what_means_missing_is_missing_however_it_is_written(value: str) -> None:
    assert only_reading(plain(), f'{{"t":1,"p":{value},"e":1}}').ac_power_w is None


@pytest.mark.parametrize(
    "value", ['"12"', "true", "[]", "{}", '"-1000000"', "NaN", "9" * 400, "1e400", "1e-400", "1E99999999999999999999"]
)
def test_what_is_no_number_is_never_made_one(value: str) -> None:
    assert only_refusal(plain(), f'{{"t":1,"p":{value}}}')[0] is Reason.BAD_READING


@pytest.mark.parametrize(("numbers", "value", "taken"), [
    ("json", "1.5", True), ("json", '"1.5"', False), ("text", "1.5", False), ("text", '"1.5"', True),
    ("either", "1.5", True), ("either", '"1.5"', True), ("text", '" 1.5"', False), ("text", '"1,5"', False),
    ("text", '"１.5"', False), ("text", '"--"', True), ("text", '"-1000000.0"', True),
])  # fmt: skip
def test_numbers_are_written_as_the_mapping_says(numbers: str, value: str, taken: bool) -> None:
    (part,) = said(plain(numbers=numbers), f'{{"t":"1","p":{value}}}').said
    assert bool(part.readings) is taken


@pytest.mark.parametrize(
    ("value", "state"), [("1", 4), ("1.0", 4), ('"1"', 1), ("true", 7), ('"x"', 8), ("null", None)]
)
def test_states_are_translated_by_kind_and_value(value: str, state: int | None) -> None:
    assert only_reading(plain(), f'{{"t":1,"e":1,"s":{value}}}').state == state


@pytest.mark.parametrize(("name", "raw", "expected"), [
    ("iso", "2026-06-01T12:00:00+08:00", NOON_MS), ("iso", "2026-06-01 12:00:00", NOON_MS),
    ("iso", "2026-06-01T04:00:00.0019Z", NOON_MS + 1), ("%Y-%m-%d %H:%M:%S", "2026-06-01 12:00:00", NOON_MS),
    ("%d.%m.%Y %H:%M", "01.06.2026 12:00", NOON_MS), ("iso", "12:00", None), ("iso", "", None),
    ("%Y-%m-%d %H:%M:%S", "2026-06-31 12:00:00", None), ("iso", "1969-12-31T00:00:00Z", None),
])  # fmt: skip
def test_times_in_text(name: str, raw: str, expected: int | None) -> None:
    text = PLAIN.replace("{path: t, format: ms}", f'{{path: t, format: "{name}", zone: Asia/Shanghai}}')
    mapping = load_mapping(text.replace("FACTOR", "1").replace("NUMBERS", "json"), "time.yaml")
    (part,) = said(mapping, json.dumps({"t": raw, "p": 1})).said
    if expected is None:
        assert [r.reason for r in part.rejected] == [Reason.BAD_READING]
        assert part.rejected[0].detail.startswith("t: ")
    else:
        assert [reading.at_ms for reading in part.readings] == [expected]


@pytest.mark.parametrize(("name", "raw", "expected"), [
    ("ms", NOON_MS, NOON_MS), ("s", 1780286400, NOON_MS), ("s", 1780286400.0019, NOON_MS + 1),
    ("us", NOON_MS * 1000 + 999, NOON_MS), ("ms", str(NOON_MS), NOON_MS), ("ms", -1, None), ("s", 2**62, None),
    ("ms", True, None), ("ms", None, None), ("ms", "noon", None),
])  # fmt: skip
def test_times_as_counts(name: str, raw: object, expected: int | None) -> None:
    mapping = load_mapping(
        PLAIN.replace("format: ms", f"format: {name}").replace("FACTOR", "1").replace("NUMBERS", "json"), "t.yaml"
    )
    (part,) = said(mapping, json.dumps({"t": raw, "p": 1})).said
    assert [reading.at_ms for reading in part.readings] == ([] if expected is None else [expected])
    assert len(part.rejected) == (expected is None)


@given(st.integers(0, 253_402_300_799_999))
def test_an_instant_is_the_same_however_it_is_written(at_ms: int) -> None:
    from datetime import UTC, datetime, timedelta

    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at_ms)
    if at.year < 9999:
        local = at.astimezone(CHINA)
        assert TimeFormat("iso").to_ms(local.isoformat()) == at_ms
        template = "%Y-%m-%d %H:%M:%S.%f"
        assert TimeFormat(template, CHINA).to_ms(local.replace(tzinfo=None).strftime(template).zfill(26)) == at_ms


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from([1000000001, "--"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["devId", "dataItemMap", "active_power", "total_cap", "inverter_state"]), inner, max_size=5
        )
    ),
    max_leaves=12,
)


@given(st.lists(VALUES, max_size=4), VALUES, st.sampled_from([1, 17, 62, 99]))
def test_every_item_of_any_message_is_a_reading_or_a_refusal(items: list[Any], at: Any, kind: int) -> None:
    body = huawei(*items, kind=kind, params={"currentTime": at, "devTypeId": kind})
    found = said(HUAWEI, json.dumps(body), HUAWEI_TOPIC)
    told = sum(len(part.readings) + len(part.rejected) for part in found.said)
    mapped = [i for i in items if isinstance(i, dict) and str(i.get("devId")) in HUAWEI.tables["devices"]]
    assert told >= len(items) if kind != 62 else told <= len(items) - len(mapped)
    for part in found.said:
        for rejected in part.rejected:
            rejected.detail.encode()
            assert "\0" not in rejected.detail


@given(st.binary(max_size=200))
def test_noise_is_refused_once(payload: bytes) -> None:
    (part,) = apply_mapping(HUAWEI, HUAWEI_TOPIC, payload).said
    assert len(part.rejected) == 1


@given(st.data())
def test_a_near_valid_message_never_raises(data: st.DataObject) -> None:
    item = {"devId": 1000000001, "dataItemMap": {"active_power": 12.345, "total_cap": 1.5, "inverter_state": 512}}
    body = json.dumps(huawei(item)).encode()
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, min(len(body), start + 12)))
    apply_mapping(HUAWEI, HUAWEI_TOPIC, body[:start] + data.draw(SPANS) + body[end:])


def test_finding_the_part_of_a_station_does_not_look_at_all_others() -> None:
    """Counted in comparisons of names, not in seconds: what grows with the square would be millions here."""
    compared = 0

    class Name(str):
        __slots__ = ()

        def __eq__(self, other: object) -> bool:
            nonlocal compared
            compared += 1
            return str.__eq__(self, other)

        __hash__ = str.__hash__

    found = Foreign()
    for index in range(2000):
        found.of(Name(f"s-{index}"))
    assert len(found.said) == 2000
    assert compared < 20_000

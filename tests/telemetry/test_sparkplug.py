"""Sparkplug B as readings, against bytes that independent encoders made."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guangfu.telemetry.dialects import Dialects
from guangfu.telemetry.foreign import Foreign, Request, Said
from guangfu.telemetry.mapping.load import load_mapping
from guangfu.telemetry.reading import Reading, Reason, Status
from guangfu.telemetry.sparkplug.payload import DataType, rebirth_payload
from guangfu.telemetry.sparkplug.session import ANSWER_WITHIN_MS, ASK_EVERY_MS
from guangfu.telemetry.sparkplug.topics import SparkplugTopic, parse_sparkplug_topic
from guangfu.telemetry.sparkplug.wire import bytes_field, varint_field

T = 1_780_000_000_000
"""The time of all fixtures. [ms since 1970 UTC]"""

# Made with pysparkplug 0.6.1: a birth of the edge node (seq 0, bdSeq 7), of a device (seq 1, aliases 10 to 13), its
# data by alias (seq 2), data of a minute earlier beside a null (seq 3), the will, and a command to be born again.
NBIRTH = bytes.fromhex(
    "0880909282e73312120a0562645365711880909282e7332004580712230a144e6f646520436f6e74726f6c2f526562697274681001"
    "1880909282e733200b70001800"
)
DBIRTH = bytes.fromhex(
    "0881909282e733121e0a0841432f506f776572100a1881909282e733200a69713d0ad7a3b0284012220a0c456e657267792f546f74"
    "616c100b1881909282e733200a69ae47e17a0c24fe4012250a13436162696e65742f54656d7065726174757265100c1881909282e7"
    "33200965cdcc44c1121b0a0c5374617475732f5374617465100d1881909282e733200350011801"
)
DDATA = bytes.fromhex(
    "0890de9282e7331212100a1890de9282e7336900000000000029401212100b1890de9282e733693d0ad7a30c24fe40120b100d1890de"
    "9282e73350021802"
)
HISTORICAL = bytes.fromhex("08a0ac9382e7331214100a18a0bb8e82e7332801690000000000002640120b100c18a0ac9382e73338011803")
NDEATH = bytes.fromhex("120b0a05626453657120045807")
REBIRTH = bytes.fromhex("0880909282e73312210a144e6f646520436f6e74726f6c2f526562697274681880909282e733200b7001")
# Made with Eclipse Tahu 1.0.11 (tahutils 0.1.11): a metric of each data type, one of bad quality, one null; seq 1.
TYPES = bytes.fromhex(
    "0880909282e73312120a02693810011880909282e733200150fb0112140a0369313610021880909282e733200250d4fd0312160a0369"
    "333210031880909282e73320035090ddfbff0f121b0a0369363410041880909282e7332004588080808080e0ffffff0112120a027538"
    "10051880909282e733200550c80112140a0375313610061880909282e733200650e0d40312160a0375333210071880909282e7332007"
    "5080d0acf30e121b0a0375363410081880909282e7332008588580808080808080800112130a016610091880909282e733200965cdcc"
    "cc3d12170a0164100a1880909282e733200a690ad7a3703d4a934012100a0162100b1880909282e733200b700112130a0173100c1880"
    "909282e733200c7a03e699b412150a0174100d1880909282e733200d5880909282e733122a0a03626164100e1880909282e733200a4a"
    "0f0a075175616c69747912040803180069000000000000144012130a046e6f6e65100f1880909282e733200938011801"
)

MAPPING = """\
name: zone
dialect: sparkplug
groups: [PV]
missing: ["NaN"]
station: {topic: edge}
device: {topic: device}
readings:
  - when: {topic: device, in: [inverter]}
    fields:
      ac_power_w: {metric: AC/Power, factor: 1000}
      energy_total_wh: {metric: Energy/Total, factor: 1000}
      cabinet_temperature_c: {metric: Cabinet/Temperature}
      state: {metric: Status/State, values: {1: MPPT, 2: THROTTLED}}
  - when: {topic: device, in: [ups]}
    ignore: true
"""
OF_EACH_TYPE = """\
name: types
dialect: sparkplug
groups: [PV]
station: {constant: s-1}
device: {constant: any}
readings:
  - fields:
      FIELD: {metric: NAME}
"""


class Edge:
    """Ingest's side of an edge node `s-1`; each message comes a second after the one before."""

    def __init__(self, mapping: str = MAPPING) -> None:
        self.dialects = Dialects([load_mapping(mapping, "zone.yaml")])
        self.now_ms = T

    def send(self, kind: str, payload: bytes, device: str | None = "inverter") -> Foreign:
        self.now_ms += 1000
        of_device = f"/{device}" if kind.startswith("D") else ""
        return self.dialects.decode(f"spBv1.0/PV/{kind}/s-1{of_device}", payload, self.now_ms)

    def born(self) -> "Edge":
        assert self.send("NBIRTH", NBIRTH).requests == []
        assert self.send("DBIRTH", DBIRTH).requests == []
        return self


def metric(alias: int | None, value: bytes, *, name: str = "", at_ms: int | None = T) -> bytes:
    named = bytes_field(1, name.encode()) if name else b""
    aliased = varint_field(2, alias) if alias is not None else b""
    return named + aliased + (varint_field(3, at_ms) if at_ms is not None else b"") + value


def data(seq: int, *metrics: bytes, at_ms: int | None = T) -> bytes:
    head = varint_field(1, at_ms) if at_ms is not None else b""
    return head + b"".join(bytes_field(2, each) for each in metrics) + varint_field(3, seq)


POWER = metric(10, varint_field(11, 12) + varint_field(4, DataType.INT64))


def readings(found: Foreign) -> list[Reading]:
    assert [r for part in found.said for r in part.rejected] == []
    return [reading for part in found.said for reading in part.readings]


def reasons(found: Foreign) -> list[Reason]:
    return [rejected.reason for part in found.said for rejected in part.rejected]


def test_a_birth_says_that_the_station_is_online_and_carries_values() -> None:
    edge = Edge()
    (part,) = edge.send("NBIRTH", NBIRTH).said
    assert part == Said("s-1", status=Status(station="s-1", state="online"))
    (part,) = edge.send("DBIRTH", DBIRTH).said
    assert part.readings == [
        Reading(at_ms=T + 1, device="inverter", ac_power_w=12345.0, energy_total_wh=123456780,
                cabinet_temperature_c=-12.3, state=4)
    ]  # fmt: skip


def test_data_by_alias_becomes_readings() -> None:
    assert readings(Edge().born().send("DDATA", DDATA)) == [
        Reading(at_ms=T + 10_000, device="inverter", ac_power_w=12500.0, energy_total_wh=123456790, state=5)
    ]


def test_historical_values_keep_their_time_and_are_told_apart_and_null_is_no_value() -> None:
    edge = Edge().born()
    edge.send("DDATA", DDATA)
    (part,) = edge.send("DDATA", HISTORICAL).said
    assert part == Said("s-1", [Reading(at_ms=T - 60_000, device="inverter", ac_power_w=11000.0)], historical=True)


def test_a_gap_costs_no_values_and_asks_once_for_a_rebirth_until_it_comes() -> None:
    edge = Edge().born()
    found = edge.send("DDATA", HISTORICAL)  # seq 3, after 1
    assert len(readings(found)) == 1
    request = Request("spBv1.0/PV/NCMD/s-1", rebirth_payload(edge.now_ms))
    assert found.requests == [request]
    assert edge.send("DDATA", data(4, POWER)).requests == []
    edge.now_ms += ASK_EVERY_MS
    assert len(edge.send("DDATA", data(5, POWER)).requests) == 1
    edge.born()
    edge.now_ms += ASK_EVERY_MS
    assert edge.send("DDATA", DDATA).requests == []


def test_seq_begins_again_after_255_and_the_same_message_twice_is_no_gap() -> None:
    edge = Edge().born()
    for seq in [*range(2, 256), 0, 1, 1, 2]:
        found = edge.send("DDATA", data(seq, POWER))
        assert found.requests == []
        assert [reading.ac_power_w for reading in readings(found)] == [12_000.0]


def test_the_rebirth_request_is_byte_for_byte_that_of_an_independent_library() -> None:
    assert rebirth_payload(T) == REBIRTH


def test_without_a_birth_what_can_not_be_named_is_refused_and_a_birth_is_asked_for() -> None:
    edge = Edge()
    found = edge.send("DDATA", DDATA)
    assert reasons(found) == [Reason.NO_BIRTH]
    (part,) = found.said
    (rejected,) = part.rejected
    assert (part.station, part.readings, rejected.payload) == ("s-1", [], DDATA)
    assert rejected.detail.startswith("alias 10: no birth of s-1/inverter is known; alias 11")
    assert len(found.requests) == 1
    edge.born()
    assert len(readings(edge.send("DDATA", rejected.payload))) == 1, "it can be sent again"


def test_without_a_birth_a_name_is_enough_for_a_float_but_not_for_an_integer_of_unknown_sign() -> None:
    edge = Edge()
    double = bytes.fromhex("690000000000002940")
    found = edge.send("DDATA", data(5, metric(None, double, name="AC/Power")))
    assert [reading.ac_power_w for reading in readings(found)] == [12_500.0]
    assert len(found.requests) == 1
    found = edge.send("DDATA", data(6, metric(None, varint_field(10, 1), name="Status/State")))
    assert reasons(found) == [Reason.NO_BIRTH]
    assert "its sign is not known (zone.yaml line 13)" in found.said[0].rejected[0].detail


def test_an_alias_that_the_birth_does_not_know_is_refused_beside_the_good_values() -> None:
    found = Edge().born().send("DDATA", data(2, POWER, metric(99, varint_field(10, 1))))
    (part,) = found.said
    assert [reading.ac_power_w for reading in part.readings] == [12_000.0]
    assert [(r.reason, r.detail) for r in part.rejected] == [
        (Reason.UNKNOWN_ALIAS, "alias 99: not in the birth of s-1/inverter")
    ]
    assert len(found.requests) == 1


def test_a_death_says_offline_and_ends_the_births() -> None:
    edge = Edge().born()
    (part,) = edge.send("NDEATH", NDEATH).said
    assert part == Said("s-1", status=Status(station="s-1", state="offline"))
    assert reasons(edge.send("DDATA", DDATA)) == [Reason.NO_BIRTH]


def test_the_will_of_an_earlier_connection_may_overtake_the_next_birth() -> None:
    edge = Edge().born()
    earlier = bytes_field(
        2, metric(None, varint_field(4, DataType.INT64) + varint_field(11, 6), name="bdSeq", at_ms=None)
    )
    assert edge.send("NDEATH", earlier) == Foreign()
    assert len(readings(edge.send("DDATA", DDATA))) == 1


def test_the_death_of_a_device_is_not_that_of_the_station() -> None:
    edge = Edge().born()
    assert edge.send("DDEATH", data(2)) == Foreign()
    assert reasons(edge.send("DDATA", data(3, POWER))) == [Reason.NO_BIRTH]


def test_a_birth_of_the_edge_node_ends_those_of_its_devices_unless_it_is_the_same_again() -> None:
    edge = Edge().born()
    edge.send("NBIRTH", NBIRTH)
    assert len(readings(edge.send("DDATA", DDATA))) == 1
    edge.send("NBIRTH", NBIRTH.replace(bytes.fromhex("0880909282e733"), bytes.fromhex("0881909282e733"), 1))
    assert Reason.NO_BIRTH in reasons(edge.send("DDATA", data(1, metric(10, varint_field(11, 12)))))


def test_a_birth_that_names_an_alias_twice_is_refused_and_asked_for_again() -> None:
    twice = data(1, metric(1, b"", name="a"), metric(1, b"", name="b"))
    edge = Edge()
    edge.send("NBIRTH", NBIRTH)
    found = edge.send("DBIRTH", twice)
    assert reasons(found) == [Reason.BAD_MESSAGE]
    assert len(found.requests) == 1


def test_devices_are_mapped_ignored_or_refused() -> None:
    edge = Edge().born()
    assert edge.send("DDATA", data(2, metric(1, varint_field(11, 5), name="x")), device="ups") == Foreign()
    assert reasons(edge.send("DDATA", data(3, metric(1, b"", name="x")), device="boiler")) == [Reason.UNMAPPED]
    found = edge.send("DBIRTH", data(4, metric(1, b"", name="x")))
    assert reasons(found) == [Reason.UNMAPPED]
    assert "none of the metrics AC/Power, Energy/Total" in found.said[0].rejected[0].detail


@pytest.mark.parametrize(("metrics", "words"), [
    ([metric(10, b"")], "AC/Power: no value, and not null"),
    ([POWER, metric(10, varint_field(4, 4) + varint_field(11, 13))], "AC/Power: two values for one time"),
    ([metric(13, varint_field(10, 77))], "Status/State: none of the values of the mapping: 77"),
    ([metric(10, bytes_field(17, b""))], "AC/Power: a value of data type 10 is not taken"),
    ([metric(10, bytes_field(15, b"12"))], 'AC/Power: not a number: "12"'),
    ([metric(10, varint_field(14, 1))], "AC/Power: not a number: true"),
    ([metric(10, varint_field(4, 1) + varint_field(10, 300))], "AC/Power: 300 does not fit data type INT8"),
    ([metric(10, bytes.fromhex("69000000000000f07f"))], 'AC/Power: not a number: "Infinity"'),
])  # fmt: skip
def test_a_value_that_does_not_fit_is_refused_with_metric_and_line(metrics: list[bytes], words: str) -> None:
    found = Edge().born().send("DDATA", data(2, *metrics))
    (rejected,) = (r for part in found.said for r in part.rejected)
    assert rejected.reason is Reason.BAD_READING
    assert rejected.detail.startswith(words)
    assert "(zone.yaml line " in rejected.detail


def test_a_value_that_the_mapping_calls_missing_is_missing() -> None:
    nan = bytes.fromhex("69000000000000f87f")
    assert readings(Edge().born().send("DDATA", data(2, metric(10, nan)))) == []


def test_a_value_without_any_time_is_refused() -> None:
    found = (
        Edge().born().send("DDATA", data(2, metric(10, bytes.fromhex("690000000000002940"), at_ms=None), at_ms=None))
    )
    assert reasons(found) == [Reason.BAD_READING]
    assert found.said[0].rejected[0].detail.startswith("AC/Power: no time")


@pytest.mark.parametrize(("name", "value"), [
    ("i8", -5), ("i16", -300), ("i32", -70000), ("i64", -(2**40)), ("u8", 200), ("u16", 60000), ("u32", 4_000_000_000),
    ("f", 0.1), ("d", 1234.56), ("t", float(T)), ("none", None), ("u64", float(2**63 + 5)),
])  # fmt: skip
def test_every_data_type_of_another_encoder_is_read_with_its_sign(name: str, value: float | None) -> None:
    found = Edge(OF_EACH_TYPE.replace("NAME", name).replace("FIELD", "ac_power_w")).send("DBIRTH", TYPES)
    assert [reading.ac_power_w for reading in readings(found)] == ([] if value is None else [value])


@pytest.mark.parametrize(("name", "words"), [
    ("b", "b: not a number: true"), ("s", 's: not a number: "晴"'),
    ("bad", "bad: its sender says quality 0, good is 192"),
])  # fmt: skip
def test_values_that_are_no_numbers_or_not_good_are_refused(name: str, words: str) -> None:
    found = Edge(OF_EACH_TYPE.replace("NAME", name).replace("FIELD", "ac_power_w")).send("DBIRTH", TYPES)
    assert [r.detail for part in found.said for r in part.rejected] == [f"{words} (zone.yaml line 8)"]


@pytest.mark.parametrize("topic", ["spBv1.0/PV/NCMD/s-1", "spBv1.0/PV/DCMD/s-1/inverter"])
def test_what_hosts_say_is_passed_over(topic: str) -> None:
    assert Edge().dialects.decode(topic, b"anything", T) == Foreign()


@pytest.mark.parametrize(("topic", "reason"), [
    ("spBv1.0/PV/NDATA", Reason.BAD_TOPIC), ("spBv1.0/PV/DDATA/s-1", Reason.BAD_TOPIC),
    ("spBv1.0/PV/NDATA/s-1/x", Reason.BAD_TOPIC), ("spBv1.0/PV/XDATA/s-1", Reason.BAD_TOPIC),
    ("spBv1.0/other/NDATA/s-1", Reason.BAD_TOPIC), ("nobody/knows", Reason.BAD_TOPIC), ("spBv1.0/", Reason.BAD_TOPIC),
])  # fmt: skip
def test_topics_that_are_nobodys_are_refused(topic: str, reason: Reason) -> None:
    assert reasons(Edge().dialects.decode(topic, b"", T)) == [reason]


def test_topics() -> None:
    host = parse_sparkplug_topic("spBv1.0/STATE/scada")
    assert host is not None
    assert (host.type, host.edge) == ("STATE", "scada")
    device = parse_sparkplug_topic("spBv1.0/PV/DDEATH/s-1/meter")
    assert isinstance(device, SparkplugTopic)
    assert device.levels == {"group": "PV", "edge": "s-1", "device": "meter"}


KINDS = st.sampled_from(["NBIRTH", "DBIRTH", "NDATA", "DDATA", "NDEATH", "DDEATH"])
BODIES = st.sampled_from([NBIRTH, DBIRTH, DDATA, HISTORICAL, NDEATH, TYPES])


@given(st.lists(st.tuples(KINDS, BODIES, st.integers(0, 400), st.binary(max_size=6)), max_size=8))
def test_no_order_and_no_damage_of_messages_raises_and_each_is_accounted_for(
    messages: list[tuple[str, bytes, int, bytes]],
) -> None:
    edge = Edge()
    for kind, body, at, noise in messages:
        damaged = body[:at] + noise + body[at + len(noise) :] if noise else body
        found = edge.send(kind, damaged)
        for part in found.said:
            assert all(rejected.payload == damaged for rejected in part.rejected)
            assert all(0 <= reading.at_ms < 2**63 for reading in part.readings)


@given(st.permutations([DDATA, HISTORICAL, data(4, POWER), data(5, POWER)]), st.integers(1, 4))
def test_values_do_not_depend_on_the_order_of_data_after_the_births(order: list[bytes], repeats: int) -> None:
    def stored(messages: list[bytes]) -> set[tuple[int, float | None]]:
        edge = Edge().born()
        return {(r.at_ms, r.ac_power_w) for body in messages for r in readings(edge.send("DDATA", body))}

    assert stored([*order, *order[:repeats]]) == stored([DDATA, HISTORICAL, data(4, POWER), data(5, POWER)])


def test_a_birth_answers_for_what_lacked_it_in_the_same_life_and_not_long_before() -> None:
    edge = Edge()
    topic = "spBv1.0/PV/DDATA/s-1/inverter"
    assert reasons(edge.send("DDATA", DDATA)) == [Reason.NO_BIRTH]
    lacking_ms = edge.now_ms
    assert edge.dialects.answered(topic) is None
    edge.send("NBIRTH", NBIRTH)
    assert edge.dialects.answered(topic) is None, "the device is not born yet"
    edge.send("DBIRTH", DBIRTH)
    born_ms = edge.now_ms
    edge.now_ms += 9_000
    edge.send("DDATA", DDATA)
    found = edge.dialects.answered(topic)
    assert found is not None and found[0] < lacking_ms <= found[1] < born_ms, "what came again so soon would be a gap"
    edge.now_ms += 9_000
    edge.send("DDATA", data(3, POWER))
    assert edge.dialects.answered(topic) == (born_ms - ANSWER_WITHIN_MS, born_ms)
    again = edge.dialects.decode(topic, DDATA, lacking_ms)
    assert (len(readings(again)), again.requests) == (1, [])
    edge.send("NDEATH", NDEATH)
    assert edge.dialects.answered(topic) is None
    ended_ms = edge.now_ms
    edge.born()
    edge.now_ms += 20_000
    edge.send("DDATA", DDATA)
    assert edge.dialects.answered(topic) == (ended_ms + 1, ended_ms + 2_000)
    assert edge.dialects.answered("spBv1.0/PV/DDATA/s-2/inverter") is edge.dialects.answered("pv/1") is None


def test_a_letter_that_comes_again_gives_its_values_and_changes_nothing_of_the_present() -> None:
    edge = Edge()
    edge.now_ms += 3_600_000
    edge.born()
    past_ms = edge.now_ms - 1_800_000
    for kind, payload in (("NBIRTH", NBIRTH), ("NDEATH", NDEATH), ("DDEATH", data(9))):
        topic = f"spBv1.0/PV/{kind}/s-1" + ("/inverter" if kind.startswith("D") else "")
        assert edge.dialects.decode(topic, payload, past_ms).said == []
    old = edge.dialects.decode("spBv1.0/PV/DDATA/s-1/inverter", HISTORICAL, past_ms)
    assert [reading.ac_power_w for reading in readings(old)] == [11000.0]
    now = edge.send("DDATA", DDATA)
    assert (len(readings(now)), now.requests) == (1, [])

"""Line protocol is what a plain formatting of each point gives."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from guangfu.stations.models import DeviceKind
from guangfu.storage.line_protocol import encode_lines
from guangfu.storage.point_faults import id_fault
from guangfu.storage.reading_rows import COLUMNS_OF, INTEGER_COLUMNS
from guangfu.storage.telemetry_store import Point
from guangfu.telemetry.reading import FIELDS_OF, Reading
from tests.storage.stores import inverter, meter

IDS = st.text(min_size=1, max_size=8).filter(lambda name: id_fault(name) is None) | st.sampled_from(
    ["s1", "m-2", "a b"]
)
FLOATS = st.none() | st.floats(allow_nan=False, allow_infinity=False)
INTEGERS = st.none() | st.integers(-(2**63), 2**63 - 1)


@st.composite
def points(draw: st.DrawFn) -> Point:
    kind = draw(st.sampled_from(DeviceKind))
    values: dict[str, Any] = {name: draw(INTEGERS if name in INTEGER_COLUMNS else FLOATS) for name in FIELDS_OF[kind]}
    reading = Reading(at_ms=draw(st.integers(-(10**12), 10**13)), device=draw(IDS), **values)
    return Point(draw(IDS), kind, reading, draw(st.integers(0, 255)))


def plain_line(point: Point) -> tuple[str, dict[str, float], int]:
    """The point's tags, its fields and its time, formatted the slow way."""
    tags = [name.translate({ord(c): "\\" + c for c in ",= "}) for name in (point.reading.device, point.station)]
    fields = {name: getattr(point.reading, name, point.quality) for name in COLUMNS_OF[point.kind]}
    key = f"pv_{point.kind.value},device={tags[0]},station={tags[1]}"
    return key, {name: value for name, value in fields.items() if value is not None}, point.reading.at_ms


def parsed(line: str) -> tuple[str, dict[str, float], int]:
    """A line's key, fields and time; an integer only where the line says so."""
    rest, _, at_ms = line.rpartition(" ")
    key, _, fields = rest.rpartition(" ")
    pairs = [field.split("=") for field in fields.split(",")]
    return key, {name: int(text[:-1]) if text.endswith("i") else float(text) for name, text in pairs}, int(at_ms)


@settings(max_examples=150, deadline=None)
@given(batch=st.lists(points(), max_size=6))
def test_lines_say_what_the_points_hold(batch: list[Point]) -> None:
    lines = encode_lines(batch).decode().split("\n")
    assert lines.pop() == ""
    found = sorted((parsed(line) for line in lines), key=repr)
    assert found == sorted(map(plain_line, batch), key=repr)
    types = [{name: type(value) for name, value in fields.items()} for _, fields, _ in found]
    assert all(kind is (int if name in INTEGER_COLUMNS else float) for line in types for name, kind in line.items())


def test_lines_of_one_device_keep_their_order_over_many_chunks() -> None:
    batch = [meter(7, "s1", ac_power_w=float(i)) for i in range(1200)]
    values = [parsed(line)[1]["ac_power_w"] for line in encode_lines(batch).decode().splitlines()]
    assert values == [float(i) for i in range(1200)]


def test_an_example_to_read() -> None:
    batch = [inverter(1000, "站 1", "i,1", dc_power_w=2.5, state=4, quality=8), meter(2000, ac_power_w=1.0)]
    assert encode_lines(batch).decode() == (
        "pv_meter,device=m1,station=s1 ac_power_w=1.0,quality=0i 2000\n"
        "pv_inverter,device=i\\,1,station=站\\ 1 dc_power_w=2.5,state=4i,quality=8i 1000\n"
    )


def test_what_line_protocol_can_not_say_is_written_so_that_influxdb_refuses_it() -> None:
    lines = encode_lines([meter(1, ac_power_w=float("nan")), meter(1, ac_power_w=float("inf")), meter(1, state=2**70)])
    assert [line.split()[1] for line in lines.decode().splitlines()] == [
        "ac_power_w=null,quality=0i",
        "ac_power_w=null,quality=0i",
        f"state={2**70}i,quality=0i",
    ]

"""Checking many messages together gives what checking each by itself gives."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guangfu.clock import DAY_MS, day_start, local_day, to_ms
from guangfu.storage.spool import Frame, Group, Messages
from guangfu.storage.telemetry_store import Point
from guangfu.telemetry.reading import Reading
from ingest.batch import Batch
from ingest.check import Arrival
from ingest.directory import Directory
from ingest.owed import Owed
from ingest.plausible import Plausibility
from ingest.together import check_together
from tests.ingest.world import NOON, NOON_MS, meter, payload, registry_of, telemetry

DIRECTORY = Directory.of(registry_of())
MAX_AHEAD_MS = 300_000
MIDNIGHT_MS = to_ms(day_start(local_day(NOON)))

GOOD: dict[str, dict[str, list[Any]]] = {
    "meter": {"ac_power_w": [1.5, 4e5, 6553.5, 5e4], "energy_export_total_wh": [7, 8, 10**7], "state": [4]},
    "inverter": {"dc_power_w": [2.5, 3e4], "energy_total_wh": [9, 4]},
    "weather": {"ghi_w_m2": [3.5, 900.0]},
}
ODD: list[dict[str, Any]] = [
    {"ac_power_w": None}, {"unknown": 1}, {"ac_power_w": "2"}, {"dc_power_w": 1.0}, {"device": "meter-2"},
    {"ac_power_w": -1e6}, {"ac_power_w": 3.1e6}, {"ac_voltage_v": 65535.0}, {"energy_export_total_wh": 4294967295},
    {"energy_total_wh": 2147483647, "state": 65535}, {"ghi_w_m2": 6553.5}, {"dc_power_w": -1e300},
    {"at": NOON_MS + MAX_AHEAD_MS + 1}, {"at": 5}, {"state": 4.0}, {"state": 2**70}, {"wind_speed_m_s": 1.0},
]  # fmt: skip
TIMES = st.sampled_from([NOON_MS, NOON_MS + 60_000, NOON_MS - 600_001, MIDNIGHT_MS, MIDNIGHT_MS - 1, NOON_MS - DAY_MS])
SPOILT = [b"", b"{}", b"garbage", b'{"station":"s-0","readings":[]}', b'{"station":"s-0","readings":[{}]}',
          b'{"station":"s-0","station":"s-0","readings":[{"at":1780300000000,"device":"meter","state":1}]}',
          b'{"station":"s-0","boot":"a:b","readings":[{"at":1780300000000,"device":"meter","state":1}]}',
          b'{"station":"s-0","boot":"\\u0041","readings":[{"at":1780300000000,"device":"meter","state":1}]}',
          b'{"station":"s-0","readings":[{"at":1780300000000,"device":"meter"}]}']  # fmt: skip


@st.composite
def readings(draw: st.DrawFn, odd: bool) -> dict[str, Any]:
    device = draw(st.sampled_from([*GOOD]))
    names = draw(st.lists(st.sampled_from([*GOOD[device]]), min_size=1, unique=True))
    reading = {
        "at": draw(TIMES),
        "device": device,
        **{name: draw(st.sampled_from(GOOD[device][name])) for name in names},
    }
    return reading | draw(st.sampled_from(ODD)) if odd else reading


@st.composite
def frames(draw: st.DrawFn, *, odd: bool) -> Frame:
    is_odd = odd and draw(st.integers(0, 9)) == 0
    station = draw(st.sampled_from(["s-0", "s-1", "s-2"])) if not is_odd else draw(st.sampled_from(["s-0", "s-9"]))
    kind = draw(st.sampled_from(["telemetry", "telemetry", "event", "status" if is_odd else "event"]))
    body: dict[str, Any] = {"station": station, "readings": draw(st.lists(readings(is_odd), min_size=1, max_size=4))}
    body |= draw(st.sampled_from([{}, {"boot": "b", "seq": 3}, {"sent_at": NOON_MS}]))
    said = json.dumps(body).encode()
    if is_odd and draw(st.booleans()):
        said = draw(st.sampled_from(SPOILT))
    topic = draw(st.sampled_from(["foreign", "pv/1/s-0/telemetry"])) if is_odd else f"pv/1/{station}/{kind}"
    return Frame(NOON_MS + draw(st.integers(0, 2)), topic, said)


def batch() -> Batch:
    return Batch("0/token", DIRECTORY, MAX_AHEAD_MS)


def plainly(group: Group) -> Batch:
    """Each message by the plain path."""
    plain = batch()
    for index, frame in enumerate(group.frames):
        plain._add_one(group, index, Arrival(*frame))
    plain.groups.append(group.id)
    return plain


def in_order(points: list[Point]) -> list[Point]:
    return sorted(points, key=repr)


def told(owed: Owed) -> tuple[Any, ...]:
    return sorted(owed.letters, key=lambda letter: letter.origin), owed.dirty, owed.heard


@settings(max_examples=150, deadline=None)
@given(st.lists(frames(odd=True), min_size=1, max_size=12), st.integers(1, 40))
def test_together_and_one_by_one_agree(some: list[Frame], times: int) -> None:
    group = Group(7, Messages.of(some * times))
    fast, plain = batch(), plainly(group)
    fast.add(group)
    for each in (fast, plain):
        each.judge(Plausibility())
    assert fast.suspects == plain.suspects
    assert in_order(list(fast.points)) == in_order(list(plain.points))
    assert told(fast.owed_whole()) == told(plain.owed_whole())
    assert fast.size == len(fast.points)


@settings(deadline=None)
@given(st.lists(frames(odd=False), min_size=1, max_size=20))
def test_ordinary_messages_are_all_taken_together(some: list[Frame]) -> None:
    together = check_together(Messages.of(some), DIRECTORY, MAX_AHEAD_MS)
    assert together is not None
    assert sum(map(len, together.blocks)) == len(together.at_ms) == len(together.places)


@pytest.mark.parametrize("odd", [*SPOILT, payload("s-1", meter(NOON_MS)), payload("s-0", Reading(at_ms=5, device="x"))])
def test_one_odd_message_sends_all_to_the_plain_path(odd: bytes) -> None:
    topic, good = telemetry("s-0", meter(NOON_MS))
    assert check_together(Messages([NOON_MS], [topic], [good]), DIRECTORY, MAX_AHEAD_MS) is not None
    assert check_together(Messages([NOON_MS] * 2, [topic] * 2, [good, odd]), DIRECTORY, MAX_AHEAD_MS) is None

"""Messages that are nearly good, and noise: what hypothesis draws, and what a mutating fuzzer makes of it.

The same seed gives the same messages.
"""

import random
from collections.abc import Callable, Iterator
from typing import Final

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

from guangfu.telemetry.encode import encode_message, encode_status
from guangfu.telemetry.reading import Message, Reading
from guangfu.telemetry.topics import TopicKind, format_topic
from tests.ingest.world import NOON_MS, STATIONS
from tests.telemetry.strategies import MESSAGES, STATUSES
from tests.telemetry.test_sparkplug import DBIRTH, DDATA, HISTORICAL, NBIRTH, NDEATH, TYPES

Sent = tuple[str, bytes]

MAPPINGS: Final = {
    "vendor.yaml": """\
name: vendor
topic: vendor/{account}/kpi
items: data
time: {path: $.at, format: ms}
station: {path: id, table: devices}
device: {path: id, table: devices}
tables: {devices: {"1001": {station: s-0, device: inverter}, "1002": {station: s-new, device: inverter}}}
readings: [{fields: {ac_power_w: {path: kw, factor: 1000}, energy_total_wh: {path: kwh, factor: 1000}}}]
""",
    "flat.yaml": """\
name: a topic without a slash
topic: flat
time: {path: at, format: ms}
station: {constant: s-1}
device: {constant: meter}
readings: [{fields: {ac_power_w: {path: w}}}]
""",
    "zone.yaml": """\
name: zone
dialect: sparkplug
groups: [PV]
station: {topic: edge}
device: {topic: device}
readings:
  - fields:
      ac_power_w: {metric: AC/Power, factor: 1000}
      energy_total_wh: {metric: Energy/Total, factor: 1000}
      cabinet_temperature_c: {metric: Cabinet/Temperature}
""",
}
"""What ingest is told of foreign messages, by the name of the file."""

_STRANGE_STATIONS: Final = (
    "", " ", "s-9", "S-0", "站", "s-0 ", "\u200b", "\ufeff", "%u", "$s", "..", "x" * 128, "x" * 200, "s-0\u202e",
)  # fmt: skip
_STRANGE_SPANS: Final = (
    b"null", b"true", b'"12"', b"NaN", b"-Infinity", b"-1", b"1.5", b"1e400", b"1e-400", b"9" * 400, b"-" + b"9" * 400,
    b"0." + b"0" * 400 + b"1", b"1e99999999999999999999", b"01", b"[" * 3000, b'{"a":' * 3000, b"{}", b"[]", b'"\xff"',
    b'"\\ud800"', b'"\\u0000"', b'"\x00"', b"9223372036854775808", b"", b'"x","at":7', b":", b",", b'"', b"}", b"]",
    b"\\", b"\xef\xbb\xbf", b"/*", b"\xff\xfe", b"' OR 1=1 --", b"\n",
)  # fmt: skip
_NOISE_SIZES: Final = (0, 1, 2, 7, 64, 300, 4000)


def drawn(count: int, seed: int) -> list[Sent]:
    """Messages as hypothesis makes them: any field, any number, any name, for known and unknown stations."""
    found: list[Sent] = []
    message = st.builds(_of_known, MESSAGES, st.sampled_from([None, *STATIONS]))
    sent = message | st.builds(
        lambda status: (f"pv/1/{_level(status.station)}/status", encode_status(status)), STATUSES
    )

    @seeded(seed)
    @settings(
        max_examples=count, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(sent)
    def collect(each: Sent) -> None:
        found.append(each)

    collect()
    return found


def _of_known(message: Message, station: str | None) -> Sent:
    """A drawn message, mostly of a station that is registered."""
    message.station = station if station is not None else message.station
    return f"pv/1/{_level(message.station)}/telemetry", encode_message(message)


def _level(station: str) -> str:
    return "".join(character for character in station if character not in "/+#\0")


class Fuzzer:
    """Makes messages without end: of every ten about four good ones, five damaged ones, one of noise."""

    def __init__(self, seed: int, drawn_messages: int = 200) -> None:
        self._random = random.Random(seed)
        self._number = 0
        self._corpus = drawn(drawn_messages, seed) if drawn_messages else []
        self._kinds: tuple[tuple[float, Callable[[], Sent]], ...] = (
            (0.40, self._good),
            (0.10, self._from_corpus),
            (0.15, self._with_span),
            (0.10, self._with_damage),
            (0.05, self._elsewhere),
            (0.05, self._many),
            (0.05, self._foreign),
            (0.10, self._noise),
        )

    def messages(self, count: int) -> Iterator[Sent]:
        weights = [weight for weight, _ in self._kinds]
        makers = [maker for _, maker in self._kinds]
        for _ in range(count):
            yield self._random.choices(makers, weights)[0]()

    def _reading(self) -> Reading:
        """Each of a time of its own, so that every reading can be counted in the store."""
        self._number += 1
        return Reading(
            at_ms=NOON_MS - self._number * 10, device="meter", ac_power_w=float(self._random.randrange(200_000)),
            energy_export_total_wh=self._number,
        )  # fmt: skip

    def _message(self, readings: int = 1) -> tuple[str, bytes]:
        station = self._random.choice(STATIONS)
        each = [self._reading() for _ in range(readings)]
        return station, encode_message(Message(station=station, boot="b", seq=self._number, readings=each))

    def _good(self) -> Sent:
        station, body = self._message()
        return format_topic(station, TopicKind.TELEMETRY), body

    def _from_corpus(self) -> Sent:
        return self._random.choice(self._corpus) if self._corpus else self._good()

    def _with_span(self) -> Sent:
        """A piece is replaced by what JSON almost is."""
        topic, body = self._good()
        start = self._random.randrange(len(body))
        end = min(len(body), start + self._random.randrange(12))
        return topic, body[:start] + self._random.choice(_STRANGE_SPANS) + body[end:]

    def _with_damage(self) -> Sent:
        """Bytes are turned, cut off, doubled, or swapped with those of another message."""
        topic, body = self._good()
        damaged = bytearray(body)
        for _ in range(self._random.randrange(1, 5)):
            at = self._random.randrange(len(damaged))
            match self._random.randrange(4):
                case 0:
                    damaged[at] ^= 1 << self._random.randrange(8)
                case 1:
                    del damaged[at : at + self._random.randrange(20)]
                case 2:
                    damaged[at:at] = damaged[at : at + self._random.randrange(20)]
                case _:
                    damaged[at:] = self._good()[1][at:]
            if not damaged:
                break
        return topic, bytes(damaged)

    def _elsewhere(self) -> Sent:
        """A good body on a topic of another station, of none, or of another kind."""
        _, body = self._good()
        station = self._random.choice((*_STRANGE_STATIONS, *STATIONS))
        return f"pv/1/{station}/{self._random.choice(list(TopicKind))}", body

    def _many(self) -> Sent:
        """Several readings, some of them bad."""
        station, body = self._message(self._random.randrange(2, 12))
        bad = self._random.choice((b'"abc"', b"-1", b"1e999", b"null", b"9" * 400, b"[]", b"true"))
        old = b'"energy_export_total_wh":%d' % (self._number - self._random.randrange(2))
        return format_topic(station, TopicKind.TELEMETRY), body.replace(old, b'"energy_export_total_wh":' + bad)

    def _foreign(self) -> Sent:
        self._number += 1
        at_ms = NOON_MS - self._number * 10
        item = self._random.choice((b'{"id":1001,"kw":1.5,"kwh":%d}', b'{"id":1002,"kwh":%d}', b'{"id":9,"kwh":"%d"}'))
        vendor = b'{"at":%d,"data":[%b]}' % (at_ms, item % self._number)
        binary = self._random.choice((NBIRTH, DBIRTH, DDATA, HISTORICAL, NDEATH, TYPES, self._random.randbytes(40)))
        kind = self._random.choice(("NBIRTH", "DBIRTH", "DDATA", "NDATA", "NDEATH", "DDEATH", "NCMD", "X"))
        level = self._random.choice(("s-1", "s-2", "s-1/inverter", "s-9/inverter", "s-1/inverter/x", ""))
        return self._random.choice((
            (f"vendor/{self._random.choice(('a', '', '县'))}/kpi", vendor),
            ("flat", b'{"at":%d,"w":%d}' % (at_ms, self._number)),
            ("flat", vendor),
            (f"spBv1.0/PV/{kind}/{level}", binary),
        ))  # fmt: skip

    def _noise(self) -> Sent:
        station = self._random.choice(STATIONS)
        topic = format_topic(station, self._random.choice(list(TopicKind)))
        return topic, self._random.randbytes(self._random.choice(_NOISE_SIZES))

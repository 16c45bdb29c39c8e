"""What SQL must still learn of stored messages: a row of the spool's outbox."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from guangfu.clock import CHINA, DAY_MS, from_ms
from guangfu.storage.sql.inbox import DeadLetter, Seen
from ingest.completeness import Numbered, joined

_CHINA_MS: Final = round(CHINA.utcoffset(None).total_seconds() * 1000)
_EPOCH: Final = date(1970, 1, 1).toordinal()


class Letter(msgspec.Struct, array_like=True, gc=False):
    """A dead letter on its way. `received_at_ms` [ms since 1970 UTC]."""

    origin: str
    reason: str
    detail: str
    topic: str
    payload: bytes
    station: str | None
    received_at_ms: int


class Heard(msgspec.Struct, array_like=True, gc=False):
    """When a station was last heard of. [ms since 1970 UTC]"""

    last_reading_ms: int | None = None
    last_received_ms: int | None = None
    status: str | None = None
    status_ms: int | None = None

    def merge(self, other: "Heard") -> None:
        self.last_reading_ms = _later(self.last_reading_ms, other.last_reading_ms)
        self.last_received_ms = _later(self.last_received_ms, other.last_received_ms)
        if other.status_ms is not None and (self.status_ms is None or other.status_ms >= self.status_ms):
            self.status, self.status_ms = other.status, other.status_ms


class Several(NamedTuple):
    """n messages with m readings; times in ms since 1970 UTC.

    Attributes:
        of_message: (n,) the place of its station.
        newest_ms: (n,) of its readings.
        received_ms: (n,)
        of_reading: (m,) the place of its station.
        at_ms: (m,)
    """

    of_message: NDArray[np.int32]
    newest_ms: NDArray[np.int64]
    received_ms: NDArray[np.int64]
    of_reading: NDArray[np.int32]
    at_ms: NDArray[np.int64]


_OF: Final = ("of_message", "of_reading")
_TIMES: Final = ("newest_ms", "received_ms", "at_ms")


class Owed(msgspec.Struct, array_like=True):
    """Dead letters; days to compute again, as (station, local day since 1970); stations heard of; numbers that came."""

    letters: list[Letter] = []
    dirty: set[tuple[str, int]] = set()
    heard: dict[str, Heard] = {}
    numbered: list[Numbered] = []

    def __bool__(self) -> bool:
        return bool(self.letters or self.dirty or self.heard or self.numbered)

    def merge(self, other: "Owed") -> None:
        self.letters += other.letters
        self.dirty |= other.dirty
        self.numbered += other.numbered
        for station, heard in other.heard.items():
            self.hear(station, heard)

    def hear(self, station: str, heard: Heard) -> None:
        known = self.heard.setdefault(station, heard)
        if known is not heard:
            known.merge(heard)

    def touch(self, station: str, times_ms: list[int]) -> None:
        """The readings' days must be computed again; a reading at midnight bounds the day before too."""
        days = {(at_ms + _CHINA_MS) // DAY_MS for at_ms in times_ms}
        days.update([(at_ms + _CHINA_MS - 1) // DAY_MS for at_ms in times_ms])
        self.dirty.update([(station, day) for day in days])

    def hear_all(self, stations: Sequence[str], several: Sequence[Several]) -> None:
        """Notes of many messages when their stations were heard of, and which days must be computed again."""
        of_message, of_reading = (np.concatenate([getattr(s, name) for s in several]) for name in _OF)
        newest_ms, received_ms, at_ms = (np.concatenate([getattr(s, name) for s in several]) for name in _TIMES)
        order, first = _by_station(of_message)
        latest = (np.maximum.reduceat(times[order], first).tolist() for times in (newest_ms, received_ms))
        for place, reading_ms, message_ms in zip(of_message[order[first]].tolist(), *latest, strict=True):
            self.hear(stations[place], Heard(reading_ms, message_ms))
        for days in ((at_ms + _CHINA_MS) // DAY_MS, (at_ms + _CHINA_MS - 1) // DAY_MS):
            self._touch_days(stations, of_reading, days)

    def _touch_days(self, stations: Sequence[str], of_reading: NDArray[np.int32], days: NDArray[np.int64]) -> None:
        earliest = int(days.min())
        span = int(days.max()) - earliest + 1
        keys = np.unique(of_reading * np.int64(span) + days - earliest) if span > 1 else np.unique(of_reading)
        self.dirty.update((stations[key // span], earliest + key % span) for key in keys.tolist())


_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(Owed)


def encode_owed(owed: Owed) -> bytes:
    return _ENCODER.encode(owed)


def merged(bodies: Iterable[bytes], *, apart_up_to: int | None = None, shared: bool = False) -> Owed:
    """What several rows of the outbox say together.

    Args:
        apart_up_to: The last group of which SQL may know: what came up to it is not made one with what came after.
            Without it nothing is.
        shared: Whether other workers take messages of the same stations.
    """
    everything = Owed()
    for body in bodies:
        everything.merge(_DECODER.decode(body))
    if apart_up_to is not None:
        everything.numbered = joined(everything.numbered, apart_up_to, shared=shared)
    return everything


def dead_letters(owed: Owed) -> list[DeadLetter]:
    return [
        DeadLetter(x.origin, x.reason, x.detail, x.topic, x.payload, x.station, from_ms(x.received_at_ms))
        for x in owed.letters
    ]


def dirty_days(owed: Owed) -> list[tuple[str, date]]:
    return [(station, date.fromordinal(_EPOCH + day)) for station, day in owed.dirty]


def stations_seen(owed: Owed) -> list[Seen]:
    return [
        Seen(station, _instant(x.last_reading_ms), _instant(x.last_received_ms), x.status, _instant(x.status_ms))
        for station, x in owed.heard.items()
    ]


def _instant(at_ms: int | None) -> datetime | None:
    return None if at_ms is None else from_ms(at_ms)


def _by_station(places: NDArray[np.int32]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The order by station, and where in it each begins; numbers of 16 bits are sorted ten times as fast."""
    order = np.argsort(places.astype(np.uint16) if places.max() < 1 << 16 else places, kind="stable")
    return order, np.append(0, np.flatnonzero(np.diff(places[order])) + 1)


def _later(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else max(one, other)

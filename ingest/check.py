"""May a decoded reading be stored? What a message alone, the registry and the clock can tell.

Whether values are plausible beside others of their time and place is a later question; it will be asked in
`_quality`, and answered with bits, never by refusing.
"""

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, Final, NamedTuple

from guangfu.clock import from_ms
from guangfu.stations.models import DeviceKind
from guangfu.storage.telemetry_store import Point
from guangfu.telemetry.decoded import Decoded
from guangfu.telemetry.plain import alone
from guangfu.telemetry.reading import FIELDS_OF, Quality, Reading, Reason, Rejected
from ingest.directory import Directory

EARLIEST_MS: Final = 1_420_070_400_000
"""2015-01-01 UTC, before any station of the programme."""
CLOCK_AHEAD_MS: Final = 60_000
BACKFILLED_MS: Final = 600_000


class Arrival(NamedTuple):
    """A message and when it came [ms since 1970 UTC]."""

    received_at_ms: int
    topic: str
    payload: bytes


class Refusal(NamedTuple):
    """`place` names the refused part of the message, the same each time the message is checked."""

    place: str
    rejected: Rejected


class Checked(NamedTuple):
    """What may be stored, each point with the index of its reading, and what may not."""

    points: list[Point]
    indexes: list[int]
    refusals: list[Refusal]


def check(found: Decoded, arrival: Arrival, directory: Directory, max_ahead_ms: int) -> Checked:
    """Checks a decoded message against the registry and the clock.

    An unknown station refuses the message whole. A reading with a field that its device can't have is
    refused whole, since most likely the device is of another kind than the registry says. Ages are
    counted from the arrival, so that checking again later gives the same.
    """
    refusals = [Refusal(f"d{i}", rejected) for i, rejected in enumerate(found.rejected)]
    if found.station is None:
        return Checked([], [], refusals)
    kinds = directory.kinds_of.get(found.station)
    if kinds is None:
        return Checked([], [], [Refusal("whole", _unknown_station(found.station, arrival))])
    points: list[Point] = []
    indexes: list[int] = []
    for index, reading in enumerate(found.readings):
        kind = kinds.get(reading.device)
        fault = _fault(reading, kind, arrival.received_at_ms + max_ahead_ms)
        if fault is None and kind is not None:
            points.append(Point(found.station, kind, reading, _quality(reading, arrival.received_at_ms)))
            indexes.append(index)
        elif fault is not None:
            refusals.append(Refusal(f"c{index}", refused_reading(*fault, found, reading, arrival.topic)))
    return Checked(points, indexes, refusals)


def refused_reading(reason: Reason, detail: str, found: Decoded, reading: Reading, topic: str) -> Rejected:
    """A reading that is refused alone; its payload is a message that can be replayed."""
    return Rejected(reason, detail, topic, alone(found, reading))


def _unknown_station(station: str, arrival: Arrival) -> Rejected:
    return Rejected(Reason.UNKNOWN_STATION, f"{station} is not registered", arrival.topic, arrival.payload)


def _fault(reading: Reading, kind: DeviceKind | None, latest_ms: int) -> tuple[Reason, str] | None:
    if kind is None:
        return Reason.UNKNOWN_DEVICE, f"device: {reading.device} is not registered"
    if not EARLIEST_MS <= reading.at_ms <= latest_ms:
        return Reason.IMPOSSIBLE_TIME, f"at: {_time(reading.at_ms)}, latest {_time(latest_ms)}"
    missing = _FOREIGN[kind]
    if missing.values(reading) != missing.nothing:
        foreign = [name for name in missing.names if getattr(reading, name) is not None]
        return Reason.FIELD_NOT_OF_DEVICE, f"{', '.join(foreign)}: not of a {kind.value}"
    own = _OWN[kind]
    if own.values(reading) == own.nothing:
        return Reason.BAD_READING, "no value"
    return None


def _quality(reading: Reading, received_at_ms: int) -> int:
    ahead_ms = reading.at_ms - received_at_ms
    if ahead_ms >= CLOCK_AHEAD_MS:
        return Quality.CLOCK_AHEAD.value
    return Quality.BACKFILLED.value if ahead_ms < -BACKFILLED_MS else 0


def _time(at_ms: int) -> str:
    try:
        return from_ms(at_ms).isoformat(timespec="milliseconds")
    except (OverflowError, ValueError, OSError):
        return str(at_ms)


class _Fields(NamedTuple):
    """Some fields of a reading, got at once: per reading this is where the time goes."""

    names: tuple[str, ...]
    values: Callable[[Reading], Any]
    nothing: tuple[None, ...]


def _fields(names: tuple[str, ...]) -> _Fields:
    return _Fields(names, attrgetter(*names), (None,) * len(names))


def _foreign(kind: DeviceKind) -> tuple[str, ...]:
    own = {"at_ms", "device", *FIELDS_OF[kind]}
    return tuple(name for name in Reading.__struct_fields__ if name not in own)


_OWN: Final[Mapping[DeviceKind, _Fields]] = {kind: _fields(FIELDS_OF[kind]) for kind in DeviceKind}
_FOREIGN: Final[Mapping[DeviceKind, _Fields]] = {kind: _fields(_foreign(kind)) for kind in DeviceKind}

"""May a decoded reading be stored? What a message alone, the registry and the clock can tell.

Whether values are likely beside others of their time and place is a later question (`ingest.plausible`), which is
answered with bits, never by refusing.
"""

from typing import Final, NamedTuple

import msgspec

from guangfu.clock import from_ms
from guangfu.storage.telemetry_store import Point
from guangfu.telemetry.decoded import Decoded
from guangfu.telemetry.plain import alone
from guangfu.telemetry.reading import Quality, Reading, Reason, Rejected
from ingest.directory import DeviceRules, Directory
from ingest.possible import impossible_of

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
    refused whole, since most likely the device is of another kind than the registry says. A value that can't be
    true is refused alone, and the rest of its reading kept. Ages are counted from the arrival, so that checking again
    later gives the same.
    """
    refusals = [Refusal(f"d{i}", rejected) for i, rejected in enumerate(found.rejected)]
    station = found.station
    if station is None:
        return Checked([], [], refusals)
    devices = directory.rules_of.get(station)
    if devices is None:
        return Checked([], [], [Refusal("whole", _unknown_station(station, arrival))])
    points: list[Point] = []
    indexes: list[int] = []
    received_at_ms = arrival.received_at_ms
    latest_ms = received_at_ms + max_ahead_ms
    for index, reading in enumerate(found.readings):
        rules = devices.get(reading.device)
        if rules is None or not _is_good(reading, rules, latest_ms):
            fault = _fault(reading, rules, latest_ms)
            refusals.append(Refusal(f"c{index}", refused_reading(*fault, found, reading, arrival.topic)))
            continue
        kept, why = _possible_part(reading, rules, directory.devices.capacity_of(station, reading.device))
        if why:
            rejected = refused_reading(Reason.IMPOSSIBLE_VALUE, why, found, reading, arrival.topic)
            refusals.append(Refusal(f"v{index}", rejected))
        if kept is not None:
            points.append(Point(station, rules.kind, kept, _quality(kept, received_at_ms)))
            indexes.append(index)
    return Checked(points, indexes, refusals)


def _possible_part(reading: Reading, rules: DeviceRules, capacity_w: float) -> tuple[Reading | None, str]:
    """The reading without the values that can't be true, `None` if nothing is left; and what is wrong with them."""
    impossible = dict(impossible_of(reading, rules.own_names, capacity_w))
    if not impossible:
        return reading, ""
    kept = msgspec.structs.replace(reading, **dict.fromkeys(impossible))
    return (kept if bool(rules.own(kept) != rules.no_own) else None), "; ".join(impossible.values())


def refused_reading(reason: Reason, detail: str, found: Decoded, reading: Reading, topic: str) -> Rejected:
    """A reading that is refused alone; its payload is a message that can be replayed."""
    return Rejected(reason, detail, topic, alone(found, reading))


def _unknown_station(station: str, arrival: Arrival) -> Rejected:
    return Rejected(Reason.UNKNOWN_STATION, f"{station} is not registered", arrival.topic, arrival.payload)


def unknown_device(device: str) -> str:
    """What is wrong with a reading of a device that its station does not have."""
    return f"device: {device} is not registered"


def _is_good(reading: Reading, rules: DeviceRules, latest_ms: int) -> bool:
    """The same questions as `_fault`, asked quickly."""
    return (
        EARLIEST_MS <= reading.at_ms <= latest_ms
        and bool(rules.foreign(reading) == rules.no_foreign)
        and bool(rules.own(reading) != rules.no_own)
    )


def _fault(reading: Reading, rules: DeviceRules | None, latest_ms: int) -> tuple[Reason, str]:
    if rules is None:
        return Reason.UNKNOWN_DEVICE, unknown_device(reading.device)
    if not EARLIEST_MS <= reading.at_ms <= latest_ms:
        return Reason.IMPOSSIBLE_TIME, f"at: {_time(reading.at_ms)}, latest {_time(latest_ms)}"
    foreign = [name for name in rules.foreign_names if getattr(reading, name) is not None]
    if foreign:
        return Reason.FIELD_NOT_OF_DEVICE, f"{', '.join(foreign)}: not of a {rules.kind.value}"
    return Reason.BAD_READING, "no value"


def _quality(reading: Reading, received_at_ms: int) -> int:
    ahead_ms = reading.at_ms - received_at_ms
    if -BACKFILLED_MS <= ahead_ms < CLOCK_AHEAD_MS:
        return 0
    return Quality.CLOCK_AHEAD.value if ahead_ms > 0 else Quality.BACKFILLED.value


def _time(at_ms: int) -> str:
    try:
        return from_ms(at_ms).isoformat(timespec="milliseconds")
    except (OverflowError, ValueError, OSError):
        return str(at_ms)

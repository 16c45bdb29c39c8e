"""The fast path of checking: many messages at once, when nothing about them is unusual.

Each message is decoded by itself, then the readings are looked at as columns. That nothing was lost on
the way is told by one number: every name in JSON is followed by one colon, so if there are as many colons
in the payloads as values were taken, then no name was unknown, repeated, null or foreign to its device,
and no text holds a colon. (Of texts with a backslash that can't be said, so they are not ordinary.)

Whatever is not exactly so, `check_together` leaves to the plain path (`ingest.check`); on what it takes
they agree, and a test holds it.
"""

from collections.abc import Iterator, Sequence
from itertools import chain, compress, repeat
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from guangfu.storage.point_block import PointBlock, columns_of
from guangfu.storage.spool import Messages
from guangfu.telemetry.decode import decode_ordinary
from guangfu.telemetry.reading import MAX_READINGS, Message, Quality, Reading
from ingest.check import BACKFILLED_MS, CLOCK_AHEAD_MS, EARLIEST_MS
from ingest.devices import KINDS, Devices
from ingest.directory import Directory
from ingest.neighbours import Places
from ingest.possible import all_possible

Integers = NDArray[np.int64]

_COLON: Final = ord(":")
_ALWAYS_NAMED: Final = 2
"""`station` and `readings` of a message; `at` and `device` of a reading."""


class Together(NamedTuple):
    """n ordinary messages with m readings, all of them good.

    Attributes:
        blocks: The points, a block a kind; m in all.
        stations, boots, seqs: (n,) of each message
        all_numbered: whether each message has a boot and a number
        first: (n,) the place of each message's first reading among the m
        places: (m,) the device of each reading
        at_ms: (m,) of each reading [ms since 1970 UTC]
    """

    blocks: list[PointBlock]
    stations: list[str]
    boots: list[str | None]
    seqs: list[int | None]
    all_numbered: bool
    first: Integers
    places: Places
    at_ms: Integers


def check_together(arrivals: Messages, directory: Directory, max_ahead_ms: int) -> Together | None:
    """Decodes and checks messages, at least one; `None` if any of them is not ordinary."""
    stations = list(map(directory.station_of_topic.get, arrivals.topics))
    said = b"".join(arrivals.payloads)
    messages = None if b"\\" in said else decode_ordinary(arrivals.payloads)
    if messages is None or [message.station for message in messages] != stations:
        return None
    counts = [len(message.readings) for message in messages]
    if not 0 < min(counts) <= max(counts) <= MAX_READINGS:
        return None
    readings = list(chain.from_iterable([message.readings for message in messages]))
    times_ms = [reading.at_ms for reading in readings]
    at_ms = np.array(times_ms, dtype=np.int64)
    ahead_ms = at_ms - np.repeat(np.array(arrivals.received_at_ms, dtype=np.int64), counts)
    if at_ms.min() < EARLIEST_MS or ahead_ms.max() > max_ahead_ms:
        return None
    known: list[str] = stations  # type: ignore[assignment]  # none is missing; they are the registry's own
    of = known if len(readings) == len(known) else list(chain.from_iterable(map(repeat, known, counts)))
    names = [reading.device for reading in readings]
    places = _places(of, names, directory.devices)
    columns = _Columns(readings, of, names, times_ms, _quality(ahead_ms).tolist())
    blocks = None if places is None else _blocks(places, columns, directory.devices)
    boots, seqs = [message.boot for message in messages], [message.seq for message in messages]
    unnumbered = boots.count(None) + seqs.count(None)
    if places is None or blocks is None or _named(messages) - unnumbered + sum(map(_taken, blocks)) != _colons(said):
        return None
    sizes = np.array(counts, dtype=np.int64)
    first: Integers = np.cumsum(sizes) - sizes
    if not all(map(_none_is_empty, blocks)):
        return None
    return Together(blocks, known, boots, seqs, unnumbered == 0, first, places, at_ms)


class _Columns(NamedTuple):
    """m readings: themselves, and what is known of each."""

    readings: Sequence[Reading]
    stations: Sequence[str]
    devices: Sequence[str]
    at_ms: Sequence[int]
    quality: Sequence[int]


def _places(stations: Sequence[str], names: Sequence[str], devices: Devices) -> Places | None:
    """The device of each reading; `None` if one is not registered."""
    try:
        return devices.places(zip(stations, names, strict=True))
    except KeyError:
        return None


def _blocks(places: Places, columns: _Columns, devices: Devices) -> list[PointBlock] | None:
    """The readings by the kind of their device; `None` if a value can't be true."""
    kinds = devices.kinds[places]
    if (kinds == kinds[0]).all():
        blocks = [_of_kind(int(kinds[0]), places, columns)]
    else:
        picks = {int(kind): kinds == kind for kind in np.unique(kinds)}
        blocks = [_of_kind(kind, places[picked], _picked(picked, columns)) for kind, picked in picks.items()]
    return blocks if all(all_possible(block, devices) for block in blocks) else None


def _of_kind(kind: int, places: Places, columns: _Columns) -> PointBlock:
    readings, stations, devices, at_ms, quality = columns
    fields = columns_of(KINDS[kind], readings)
    return PointBlock(KINDS[kind], stations, devices, at_ms, fields, quality, places=places)


def _picked(picked: NDArray[np.bool_], columns: _Columns) -> _Columns:
    wanted = picked.tolist()
    return _Columns._make(list(compress(column, wanted)) for column in columns)


def _quality(ahead_ms: Integers) -> Integers:
    """(n,) the bits of `guangfu.telemetry.reading.Quality` that a reading's age gives."""
    late = np.where(ahead_ms < -BACKFILLED_MS, Quality.BACKFILLED.value, 0)
    return np.where(ahead_ms >= CLOCK_AHEAD_MS, Quality.CLOCK_AHEAD.value, late)


def _colons(said: bytes) -> int:
    return int(np.count_nonzero(np.frombuffer(said, dtype=np.uint8) == _COLON))


def _named(messages: Sequence[Message]) -> int:
    """How many names stand in the messages if all are numbered, those in the readings left out."""
    missing = len([None for message in messages if message.sent_at_ms is None])
    return (_ALWAYS_NAMED + 3) * len(messages) - missing


def _taken(block: PointBlock) -> int:
    """How many names stand in the readings, if they hold nothing but what the block took of them."""
    missing = sum(block.missing.values())
    return (_ALWAYS_NAMED + len(block.columns)) * len(block) - missing


def _none_is_empty(block: PointBlock) -> bool:
    """Whether each reading has a value."""
    if not all(block.missing.values()):
        return True
    return all(map(_any_value, zip(*block.columns.values(), strict=True)))


def _any_value(values: Sequence[object]) -> bool:
    return values.count(None) < len(values)


def pieces(arrivals: Messages, size: int) -> Iterator[tuple[int, Messages]]:
    """The arrivals in pieces of at most `size`, each with the place of its first."""
    if len(arrivals) <= size:
        yield 0, arrivals
        return
    for start in range(0, len(arrivals), size):
        yield start, arrivals.part(start, start + size)

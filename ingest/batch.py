"""What is written to the store together: decoded and checked groups, and what SQL is owed for them."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

import numpy as np

from guangfu.stations.models import DeviceKind
from guangfu.storage.point_block import PointBlock, Points
from guangfu.storage.spool import Group, Messages
from guangfu.storage.telemetry_store import RefusedPoint
from guangfu.telemetry.decoded import Decoded
from guangfu.telemetry.reading import Reading, Reason, Rejected
from guangfu.telemetry.topics import TopicKind
from ingest.check import EARLIEST_MS, Arrival, Checked, check, refused_reading
from ingest.completeness import Numbers
from ingest.directory import Directory
from ingest.foreign import Interpreter, Part, is_ours, ours
from ingest.owed import Heard, Letter, Owed, Several
from ingest.plausible import Plausibility, suspects
from ingest.together import Together, check_together, pieces

DETAIL_LENGTH: Final = 500
_MESSAGES_AT_ONCE: Final = 512  # what fits the processor's cache
_READINGS_AT_ONCE: Final = 1024
_PIECE: Final = 32
"""Where not all messages are ordinary, each piece of so many that holds an odd one takes the plain path."""


class Batch:
    """Points, the groups they come from, and what SQL is owed for them.

    Messages and groups are not kept: they are read again when the store refuses a point, which is rare.

    Args:
        origin: Begins the origin of each dead letter: worker and spool.
        directory: What is registered.
        max_ahead_ms: How far a reading's time may be ahead of its arrival. [ms]
        shared: Whether other workers take messages of the same stations.
        interpreter: Takes messages that are not `pv/1/…`; without it they are dead letters.
    """

    def __init__(
        self,
        origin: str,
        directory: Directory,
        max_ahead_ms: int,
        interpreter: Interpreter | None = None,
        *,
        shared: bool = False,
    ) -> None:
        self._origin, self._directory, self._max_ahead_ms = origin, directory, max_ahead_ms
        self._interpreter = interpreter
        self._interpreted: dict[tuple[int, int], list[Part]] = {}
        self._blocks: list[PointBlock] = []
        self.size = 0
        self.messages = 0
        self.groups: list[int] = []
        self.owed = Owed()
        self._numbers = Numbers(shared=shared)
        self._heard: list[Several] = []
        self.suspects: Counter[str] = Counter()

    @property
    def points(self) -> Points:
        return Points(self._blocks)

    def judge(self, plausibility: Plausibility) -> None:
        """Marks what is not likely, once all groups are in; batches in the order of their groups."""
        plausibility.follow(self._directory.devices)
        for kind in DeviceKind:
            blocks = [block for block in self._blocks if block.kind is kind and len(block)]
            marks = plausibility.judge(blocks) if blocks else None
            if marks is not None and marks.any():
                self.suspects.update(suspects(marks))
                for block, own in zip(blocks, np.split(marks, np.cumsum([len(b) for b in blocks[:-1]])), strict=True):
                    block.mark(own.tolist())
        for block in self._blocks:
            block.numbers.clear()  # nobody looks at them any more

    def add(self, group: Group) -> None:
        """Decodes and checks the messages of a group."""
        arrivals = group.messages
        several = arrivals.payloads[0].count(b'"at"') or 1
        at_once = max(_PIECE, min(_MESSAGES_AT_ONCE, _READINGS_AT_ONCE // several))
        for start, chunk in pieces(arrivals, at_once):
            if not self._add_together(chunk):
                self._add_in_pieces(group, start, chunk)
        self.messages += len(arrivals)
        self.groups.append(group.id)

    def _add_together(self, arrivals: Messages) -> bool:
        """Whether all messages were ordinary; if not, nothing was added."""
        together = check_together(arrivals, self._directory, self._max_ahead_ms)
        if together is None:
            return False
        self._keep(together.blocks)
        self._note(together, arrivals)
        return True

    def _note(self, together: Together, arrivals: Messages) -> None:
        latest_ms = np.maximum.reduceat(together.at_ms, together.first)
        earliest_ms = np.minimum.reduceat(together.at_ms, together.first)
        received_ms = np.array(arrivals.received_at_ms, dtype=np.int64)
        of = self._directory.devices.station[together.places]
        self._heard.append(Several(of[together.first], latest_ms, received_ms, of, together.at_ms))
        named = together.stations, together.boots, together.seqs
        self._numbers.note_all(*named, earliest_ms, latest_ms, received_ms, all_numbered=together.all_numbered)

    def _add_in_pieces(self, group: Group, start: int, arrivals: Messages) -> None:
        for offset, piece in pieces(arrivals, _PIECE):
            if len(piece) == len(arrivals) or not self._add_together(piece):
                for index, arrival in enumerate(zip(*piece, strict=True)):
                    self._add_one(group, start + offset + index, Arrival(*arrival))

    def _add_one(self, group: Group, index: int, arrival: Arrival) -> None:
        """The plain path."""
        for part in self._parts(group, index, arrival):
            found = part.found
            checked = part.marked(check(found, part.arrival, self._directory, self._max_ahead_ms))
            self._keep(Points.of(checked.points).blocks)
            for place, rejected in checked.refusals:
                self._add_letter(group, index, part.place + place, rejected, part.station, arrival.received_at_ms)
            if found.station is not None and found.station in self._directory.rules_of:
                _hear(self.owed, found.station, found, checked, arrival, self._max_ahead_ms)
                _count(self._numbers, found.station, found, arrival, self._max_ahead_ms)

    def _parts(self, group: Group, index: int, arrival: Arrival) -> list[Part]:
        """The message itself; a foreign one interpreted, once, since that may depend on the messages before it."""
        if self._interpreter is None or is_ours(arrival.topic):
            return [ours(arrival)]
        key = group.id, index
        if key not in self._interpreted:
            self._interpreted[key] = self._interpreter.parts(arrival)
        return self._interpreted[key]

    def _keep(self, blocks: list[PointBlock]) -> None:
        self._blocks += blocks
        self.size += sum(map(len, blocks))

    def owed_whole(self) -> Owed:
        """What SQL is owed once the batch is whole: the stations that were heard and the numbers that came included."""
        if self._heard:
            self.owed.hear_all(self._directory.devices.stations, self._heard)
            self._heard.clear()
        numbered = self._numbers.numbered(self.groups[-1])
        self.owed.numbered = [] if numbered is None else [numbered]
        return self.owed

    def add_refused(self, refused: list[RefusedPoint], groups: Iterable[Group]) -> None:
        """The store will never take these points: finds their messages in the groups, and owes a letter for each."""
        details = {_key(r.point.station, r.point.reading): r.detail for r in refused}
        for group in groups:
            for index, frame in enumerate(group.frames):
                for part in self._parts(group, index, Arrival(*frame)):
                    self._add_refused_of(group, index, part, details)

    def _add_refused_of(
        self, group: Group, index: int, part: Part, details: dict[tuple[str | None, str, int], str]
    ) -> None:
        for i, reading in enumerate(part.found.readings):
            detail = details.get(_key(part.station, reading))
            if detail is not None:
                rejected = refused_reading(Reason.STORE_REFUSED, detail, part.found, reading, part.arrival.topic)
                place = f"{part.place}s{i}"
                self._add_letter(group, index, place, rejected, part.station, part.arrival.received_at_ms)

    def _add_letter(
        self, group: Group, index: int, place: str, rejected: Rejected, station: str | None, received_at_ms: int
    ) -> None:
        # The origin is the same each time its group is read, and no other letter's.
        origin = f"{self._origin}/{group.id}/{index}/{place}"
        detail = rejected.detail[:DETAIL_LENGTH]
        letter = Letter(
            origin, rejected.reason.value, detail, rejected.topic, rejected.payload, station, received_at_ms
        )
        self.owed.letters.append(letter)


def _hear(owed: Owed, station: str, found: Decoded, checked: Checked, arrival: Arrival, max_ahead_ms: int) -> None:
    """Notes what a message says of its station: which days changed, and when it was heard of."""
    received_at_ms, status = arrival.received_at_ms, found.status
    if checked.points:
        times_ms = [point.reading.at_ms for point in checked.points]
        owed.touch(station, times_ms)
        owed.hear(station, Heard(max(times_ms), received_at_ms))
    elif found.readings:
        owed.hear(station, Heard(None, received_at_ms))
    if status is not None:
        said_at_ms = status.at_ms if status.at_ms is not None else received_at_ms
        if EARLIEST_MS <= said_at_ms <= received_at_ms + max_ahead_ms:
            owed.hear(station, Heard(status=status.state, status_ms=said_at_ms))


def _count(numbers: Numbers, station: str, found: Decoded, arrival: Arrival, max_ahead_ms: int) -> None:
    """Notes the message's number; what says nothing of its readings is no message that is counted."""
    if found.kind not in {TopicKind.TELEMETRY, TopicKind.EVENT} or not (found.readings or found.seq is not None):
        return
    latest_ms = arrival.received_at_ms + max_ahead_ms
    times_ms = [reading.at_ms for reading in found.readings if EARLIEST_MS <= reading.at_ms <= latest_ms]
    times_ms = times_ms or [arrival.received_at_ms]
    numbers.note(station, found.boot, found.seq, min(times_ms), max(times_ms), arrival.received_at_ms)


def _key(station: str | None, reading: Reading) -> tuple[str | None, str, int]:
    return station, reading.device, reading.at_ms

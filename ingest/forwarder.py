"""From the spool to the telemetry store: decode, check, write, then move the cursor.

The cursor moves, and SQL is owed what it must learn, in one transaction, after the store has the points. A
crash in between repeats a batch, and writing a point again changes nothing.
"""

import logging
import threading
from typing import Final

from guangfu.clock import Clock, to_ms
from guangfu.storage.errors import Refused, Unavailable
from guangfu.storage.spool import Group, Spool
from guangfu.storage.telemetry_store import Point, RefusedPoint, TelemetryStore
from guangfu.telemetry.decode import decode
from guangfu.telemetry.decoded import Decoded
from guangfu.telemetry.reading import Reading, Reason, Rejected
from ingest.backoff import Backoff
from ingest.check import EARLIEST_MS, Arrival, Checked, check, refused_reading
from ingest.counters import Counters
from ingest.directory import CurrentDirectory, Directory
from ingest.owed import Heard, Letter, Owed, encode_owed
from ingest.settings import Settings

log = logging.getLogger(__name__)

_IDLE_S: Final = 0.2
_GROUPS: Final = 64
_DETAIL_LENGTH: Final = 500


class _Batch:
    """Points that are written together, the groups they come from, and what SQL is owed for them.

    Of a point its message is not kept: it is found again in the groups when the store refuses the point, which is rare.
    """

    def __init__(self) -> None:
        self.points: list[Point] = []
        self.groups: list[Group] = []
        self.owed = Owed()


class Forwarder:
    def __init__(
        self,
        settings: Settings,
        spool: Spool,
        store: TelemetryStore,
        directory: CurrentDirectory,
        clock: Clock,
        counters: Counters,
    ) -> None:
        self._settings, self._spool, self._store = settings, spool, store
        self._current, self._clock, self._counters = directory, clock, counters
        self._backoff = Backoff()

    def run(self, stop: threading.Event) -> None:
        """Forwards until `stop`; while there is no registry, messages wait in the spool."""
        while not stop.is_set():
            directory = self._current.wait(_IDLE_S)
            if directory is None or not self._spool.wait_for_group(_IDLE_S):
                continue
            stop.wait(self._settings.linger_ms / 1000)
            self.forward(directory, stop)

    def forward(self, directory: Directory, stop: threading.Event) -> None:
        """Stores the next groups of the spool."""
        batch = _Batch()
        for group in self._spool.read(self._spool.cursor, _GROUPS):
            self._add(batch, group, directory)
            if len(batch.points) >= self._settings.batch_points:
                if not self._store_batch(batch, stop):
                    return
                batch = _Batch()
        if batch.groups:
            self._store_batch(batch, stop)

    def _add(self, batch: _Batch, group: Group, directory: Directory) -> None:
        max_ahead_ms = self._settings.max_ahead_s * 1000
        for index, frame in enumerate(group.frames):
            arrival = Arrival(*frame)
            found = decode(frame.topic, frame.payload)
            checked = check(found, arrival, directory, max_ahead_ms)
            batch.points += checked.points
            for place, rejected in checked.refusals:
                origin = self._origin(group, index, place)
                batch.owed.letters.append(_letter(origin, rejected, found.station, arrival.received_at_ms))
            station = found.station
            if station is not None and station in directory.rules_of:
                _hear(batch.owed, station, found, checked, arrival, max_ahead_ms)
        batch.groups.append(group)

    def _origin(self, group: Group, index: int, place: str) -> str:
        """Where a dead letter came from: the same each time its group is read, and no other's."""
        return f"{self._settings.worker}/{self._spool.token}/{group.id}/{index}/{place}"

    def _store_batch(self, batch: _Batch, stop: threading.Event) -> bool:
        """Whether the batch is stored and the cursor moved; not if `stop` came first."""
        step = self._settings.batch_points
        for start in range(0, len(batch.points), step):
            refused = self._write(batch.points[start : start + step], stop)
            if refused is None:
                return False
            if refused:
                batch.owed.letters += self._refused_letters(batch, refused)
        if not self._advance(batch, stop):
            return False
        for letter in batch.owed.letters:
            self._counters.dead_letters.labels(letter.reason).inc()
        self._counters.stored.inc(len(batch.points))
        if batch.points:
            self._counters.last_write.set(to_ms(self._clock.now()) / 1000)
        return True

    def _write(self, points: list[Point], stop: threading.Event) -> list[RefusedPoint] | None:
        """Tries until the store has the points; `None` if `stop` came first."""
        while not stop.is_set():
            try:
                refused = write_or_halve(self._store, points)
            except Unavailable as error:
                self._counters.store_failures.inc()
                log.warning("the telemetry store is away, messages wait in the spool: %s", str(error)[:_DETAIL_LENGTH])
                self._backoff.wait(stop)
            else:
                self._backoff.reset()
                return refused
        return None

    def _advance(self, batch: _Batch, stop: threading.Event) -> bool:
        bodies = [encode_owed(batch.owed)] if batch.owed else []
        while not stop.is_set():
            try:
                self._spool.advance(batch.groups[-1].id, bodies)
            except Unavailable as full:
                log.warning("%s", full)
                self._backoff.wait(stop)
            else:
                return True
        return False

    def _refused_letters(self, batch: _Batch, refused: list[RefusedPoint]) -> list[Letter]:
        details = {_key(r.point.station, r.point.reading): r.detail for r in refused}
        letters: list[Letter] = []
        for group in batch.groups:
            for index, (received_at_ms, topic, payload) in enumerate(group.frames):
                found = decode(topic, payload)
                for i, reading in enumerate(found.readings):
                    detail = details.get(_key(found.station, reading))
                    if detail is not None:
                        rejected = refused_reading(Reason.STORE_REFUSED, detail, found, reading, topic)
                        origin = self._origin(group, index, f"s{i}")
                        letters.append(_letter(origin, rejected, found.station, received_at_ms))
        return letters


def write_or_halve(store: TelemetryStore, points: list[Point]) -> list[RefusedPoint]:
    """Writes; where the store refuses all of them at once, halves until only the bad ones are left.

    Raises:
        Unavailable: Not all points are known to be stored; write all of them again.
    """
    try:
        return store.write(points)
    except Refused as refused:
        if len(points) == 1:
            return [RefusedPoint(points[0], refused.detail)]
    middle = len(points) // 2
    return write_or_halve(store, points[:middle]) + write_or_halve(store, points[middle:])


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


def _letter(origin: str, rejected: Rejected, station: str | None, received_at_ms: int) -> Letter:
    detail = rejected.detail[:_DETAIL_LENGTH]
    return Letter(origin, rejected.reason.value, detail, rejected.topic, rejected.payload, station, received_at_ms)


def _key(station: str | None, reading: Reading) -> tuple[str | None, str, int]:
    return station, reading.device, reading.at_ms

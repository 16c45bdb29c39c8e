"""From the spool to the telemetry store: decode, check, write, then move the cursor.

While a batch is being written the next one is made ready and, where many messages wait, written beside
it; the cursor moves in the order of the spool, by a thread of its own. It moves, and SQL is owed what it must learn,
in one transaction, after the store has the points. A crash in between repeats batches, and writing a point again
changes nothing.
"""

import logging
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from guangfu.clock import Clock, to_ms
from guangfu.storage.errors import Refused, Unavailable
from guangfu.storage.spool import Group, Spool
from guangfu.storage.telemetry_store import Point, RefusedPoint, TelemetryStore
from ingest.backoff import Backoff
from ingest.batch import DETAIL_LENGTH, Batch
from ingest.counters import Counters
from ingest.directory import CurrentDirectory, Directory
from ingest.foreign import Interpreter
from ingest.owed import encode_owed
from ingest.plausible import Plausibility
from ingest.settings import Settings

log = logging.getLogger(__name__)

_IDLE_S: Final = 0.2
_GROUPS: Final = 4
_WRITES: Final = 2
_MOST_MESSAGES: Final = 20_000
"""So many messages are a full batch even if hardly any points are in them."""

Refusals = list[RefusedPoint] | None
"""What the store refused of a batch; `None` if `stop` came first."""


class Forwarder:
    def __init__(
        self,
        settings: Settings,
        spool: Spool,
        store: TelemetryStore,
        directory: CurrentDirectory,
        clock: Clock,
        counters: Counters,
        interpreter: Interpreter | None = None,
    ) -> None:
        self._settings, self._spool, self._store = settings, spool, store
        self._current, self._clock, self._counters = directory, clock, counters
        self._interpreter = interpreter
        self._plausibility = Plausibility()
        self._backoff = Backoff()
        self._writers = ThreadPoolExecutor(_WRITES, "ingest-writer")
        # A thread of its own: to move the cursor waits for the disk, and the next batch need not.
        self._settler = ThreadPoolExecutor(1, "ingest-settler")
        self._settling: deque[Future[bool]] = deque()

    def run(self, stop: threading.Event) -> None:
        """Forwards until `stop`; while there is no registry, messages wait in the spool."""
        try:
            while not stop.is_set():
                directory = self._current.wait(_IDLE_S)
                if directory is not None and self._spool.wait_for_group(_IDLE_S):
                    self.forward(directory, stop)
        finally:
            # Not waiting: when one write fails for good, the other may be trying until the supervisor stops all.
            self._writers.shutdown(wait=False)
            self._settler.shutdown(wait=False)

    def forward(self, directory: Directory, stop: threading.Event) -> None:
        """Stores what waits in the spool, until nothing does or another directory is in force."""
        after, batch, lingered = self._spool.cursor, self._new_batch(directory), False
        while not stop.is_set():
            groups = self._spool.read(after, _GROUPS) if self._current.wait(0) is directory else []
            for group in groups:
                before, after = batch.size, group.id
                batch.add(group)
                if self._is_full(batch, room_for=batch.size - before):
                    self._begin(batch, stop)
                    batch = self._new_batch(directory)
            if groups:
                continue
            if self._settling:
                # What came meanwhile is better written together than a little at a time.
                self._settling.popleft().result()
            elif not batch.groups:
                return
            elif not lingered:
                lingered = True
                stop.wait(self._settings.linger_ms / 1000)
            else:
                self._begin(batch, stop)
                batch, lingered = self._new_batch(directory), False
        self._abandon()

    def _new_batch(self, directory: Directory) -> Batch:
        origin = f"{self._settings.worker}/{self._spool.token}"
        settings = self._settings
        shared = settings.shared_subscriptions
        return Batch(origin, directory, settings.max_ahead_s * 1000, self._interpreter, shared=shared)

    def _is_full(self, batch: Batch, room_for: int) -> bool:
        """Whether another group of `room_for` points would be too much: what is over costs a small write of its own."""
        return batch.size + room_for > self._settings.batch_points or batch.messages >= _MOST_MESSAGES

    def _begin(self, batch: Batch, stop: threading.Event) -> None:
        """Starts a write, once fewer than `_WRITES` are under way."""
        batch.judge(self._plausibility)
        while len(self._settling) >= _WRITES:
            self._settling.popleft().result()
        before = self._settling[-1] if self._settling else None
        refused = self._writers.submit(self._write_batch, batch, stop)
        self._settling.append(self._settler.submit(self._settle, batch, refused, before, stop))

    def _settle(
        self, batch: Batch, writing: Future[Refusals], before: Future[bool] | None, stop: threading.Event
    ) -> bool:
        """Moves the cursor past what was written; not if `stop` came first, nor if the batch before it was not."""
        refused = writing.result()
        if refused is None or (before is not None and not before.result()):
            return False
        if refused:
            batch.add_refused(refused, self._read_again(batch.groups))
        settled = self._advance(batch, stop)
        if settled:
            self._count(batch)
        return settled

    def _read_again(self, groups: Sequence[int]) -> Iterator[Group]:
        """The groups one by one; they are in the spool until the cursor has passed them."""
        for group in groups:
            yield from (found for found in self._spool.read(group - 1, 1) if found.id == group)

    def _abandon(self) -> None:
        """At the end: what is being written is written again at the next start, since the cursor stays before it."""
        while self._settling:
            self._settling.popleft().result()

    def _count(self, batch: Batch) -> None:
        for letter in batch.owed.letters:
            self._counters.dead_letters.labels(letter.reason).inc()
        self._counters.stored.inc(batch.size)
        for mark, count in batch.suspects.items():
            self._counters.suspect.labels(mark).inc(count)
        if batch.size:
            self._counters.last_write.set(to_ms(self._clock.now()) / 1000)

    def _write_batch(self, batch: Batch, stop: threading.Event) -> Refusals:
        points, step = batch.points, self._settings.batch_points
        refused: list[RefusedPoint] = []
        for start in range(0, len(points), step):
            some = self._write(points[start : start + step], stop)
            if some is None:
                return None
            refused += some
        return refused

    def _write(self, points: Sequence[Point], stop: threading.Event) -> Refusals:
        """Tries until the store has the points; `None` if `stop` came first."""
        while not stop.is_set():
            try:
                refused = write_or_halve(self._store, points)
            except Unavailable as error:
                self._counters.store_failures.inc()
                log.warning("the telemetry store is away, messages wait in the spool: %s", str(error)[:DETAIL_LENGTH])
                self._backoff.wait(stop)
            else:
                self._backoff.reset()
                return refused
        return None

    def _advance(self, batch: Batch, stop: threading.Event) -> bool:
        owed = batch.owed_whole()
        bodies = [encode_owed(owed)] if owed else []
        while not stop.is_set():
            try:
                self._spool.advance(batch.groups[-1], bodies)
            except Unavailable as full:
                log.warning("%s", full)
                self._backoff.wait(stop)
            else:
                return True
        return False


def write_or_halve(store: TelemetryStore, points: Sequence[Point]) -> list[RefusedPoint]:
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

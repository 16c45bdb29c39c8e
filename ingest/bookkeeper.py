"""From the spool's outbox to SQL, and from SQL the registry. The one part of ingest that talks to SQL.

While SQL is away the outbox grows, and telemetry goes on.
"""

import logging
import threading
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DataError, IntegrityError

from guangfu.clock import Clock, local_day
from guangfu.storage.errors import Refused, Unavailable
from guangfu.storage.spool import Spool
from guangfu.storage.sql.completeness import close_gaps, keep_numbers, told_up_to
from guangfu.storage.sql.inbox import DeadLetter, keep_dead_letters, mark_dirty, mark_seen
from guangfu.storage.sql.registry import read_registry, registry_version
from ingest.backoff import Backoff
from ingest.completeness import Numbered, joined
from ingest.counters import Counters
from ingest.directory import CurrentDirectory, Directory
from ingest.owed import Owed, dead_letters, dirty_days, encode_owed, merged, stations_seen
from ingest.settings import Settings

log = logging.getLogger(__name__)

_ROWS: Final = 2000
_MERGE_FROM: Final = 500
_MERGE_BYTES: Final = 4 << 20
_REST_FACTOR: Final = 20
_LONGEST_REST_S: Final = 5.0
_CLOSE_EVERY_S: Final = 3600.0
_BAD_INPUT: Final = (Refused, DataError, IntegrityError)


class Bookkeeper:
    def __init__(
        self,
        settings: Settings,
        spool: Spool,
        engine: Engine,
        directory: CurrentDirectory,
        counters: Counters,
        clock: Clock,
    ) -> None:
        self._settings, self._spool, self._engine = settings, spool, engine
        self._directory, self._counters = directory, counters
        self._version = 0
        self._clock = clock
        self._looked_s = self._closed_s = float("-inf")
        # Whether SQL took what an earlier process told it last is not known.
        self._may_be_told = spool.cursor
        self._backoff = Backoff()

    def run(self, stop: threading.Event) -> None:
        wait_s: float = 0  # the registry is awaited at once
        while True:
            stopping, wait_s = stop.wait(wait_s), self._settings.outbox_flush_s
            try:
                self.look_for_registry()
                wait_s = max(wait_s, self._settle_all())
                self.close_gaps()
                self._backoff.reset()
            except Unavailable as error:
                self._counters.sql_failures.inc()
                log.warning("SQL is away, what it must learn waits in the spool: %s", error)
                self._merge_rows()
                self._backoff.wait(stop)
            if stopping:
                return

    def _settle_all(self) -> float:
        """Tells SQL what waits now; returns how long to rest after it. [s]

        A whole fleet's row in SQL for each half second's readings costs more than the readings: a
        twentieth of the time is enough.

        Raises:
            Unavailable: SQL can't be reached.
        """
        began_s = time.monotonic()
        while self.settle() and self._spool.depth().outbox_rows >= _ROWS:
            pass
        return min(_REST_FACTOR * (time.monotonic() - began_s), _LONGEST_REST_S)

    def look_for_registry(self) -> None:
        """Takes up a registry that is new, at most every `registry_poll_s`.

        Raises:
            Unavailable: SQL can't be reached.
        """
        if time.monotonic() - self._looked_s < self._settings.registry_poll_s:
            return
        version = registry_version(self._engine)
        if version != self._version:
            self._directory.replace(Directory.of(read_registry(self._engine)))
            log.info("took up version %s of the registry", version)
            self._version = version
            self._counters.registry_version.set(version)
        elif version == 0 and self._looked_s < 0:
            log.warning("there is no registry yet: messages wait in the spool")
        self._looked_s = time.monotonic()

    def settle(self) -> bool:
        """Tells SQL the oldest rows of the outbox, in one transaction; whether there were any.

        Raises:
            Unavailable: SQL can't be reached.
        """
        rows = self._spool.read_outbox(_ROWS)
        if not rows:
            return False
        owed = merged(row.body for row in rows)
        try:
            self._tell(dead_letters(owed), owed)
        except _BAD_INPUT as error:
            log.error("SQL refuses, so letters are told one by one: %s", error)
            self._tell_one_by_one(owed)
        self._spool.settle_outbox(rows[-1].id)
        return True

    def _tell(self, letters: list[DeadLetter], owed: Owed) -> None:
        with self._engine.begin() as db:
            keep_dead_letters(db, letters)
            mark_dirty(db, dirty_days(owed))
            mark_seen(db, stations_seen(owed))
            if owed.numbered:
                self._tell_numbers(db, owed.numbered)

    def _tell_numbers(self, db: Connection, numbered: Sequence[Numbered]) -> None:
        """Counts each once, though the outbox may be told twice."""
        origin = f"{self._settings.worker}/{self._spool.token}"
        told = told_up_to(db, origin)
        news = [one for one in numbered if one.group > told]
        for one in joined(news, told, shared=self._settings.shared_subscriptions):
            shared = self._settings.shared_subscriptions
            keep_numbers(db, origin, one.group, list(one.came()), one.unnumbered, shared=shared)
            self._may_be_told = max(self._may_be_told, one.group)

    def close_gaps(self) -> None:
        """Makes gaps that are too old to be filled again into counts; one worker does it for all, once an hour.

        Raises:
            Unavailable: SQL can't be reached.
        """
        if self._settings.worker != 0 or time.monotonic() - self._closed_s < _CLOSE_EVERY_S:
            return
        before = local_day(self._clock.now()) - timedelta(days=self._settings.gaps_open_days)
        with self._engine.begin() as db:
            told_up_to(db, "")  # nobody counts meanwhile
            closed = close_gaps(db, before=before)
        if closed:
            log.info("closed %s gaps before %s", closed, before)
        self._closed_s = time.monotonic()

    def _tell_one_by_one(self, owed: Owed) -> None:
        """A letter that no database takes must not keep the others: it is set aside on disk."""
        self._tell([], Owed(dirty=owed.dirty, heard=owed.heard, numbered=owed.numbered))
        for letter, kept in zip(dead_letters(owed), owed.letters, strict=True):
            try:
                self._tell([letter], Owed())
            except _BAD_INPUT as error:
                self._spool.set_aside(f"dead letter {letter.origin}: {error}", encode_owed(Owed(letters=[kept])))

    def _merge_rows(self) -> None:
        """While SQL is away for long, many rows say the same: the same days, the same stations."""
        rows = self._spool.read_outbox(_ROWS)
        if len(rows) >= _MERGE_FROM or (len(rows) > 1 and sum(len(row.body) for row in rows) >= _MERGE_BYTES):
            bodies, shared = (row.body for row in rows), self._settings.shared_subscriptions
            whole = merged(bodies, apart_up_to=self._may_be_told, shared=shared)
            self._spool.settle_outbox(rows[-1].id, [encode_owed(whole)])

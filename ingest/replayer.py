"""Dead letters come again: from SQL back into the spool, with the time at which they came.

What is registered now, or decoded better now, is then stored as if it had come then. Worker 0 does it for all.
A letter is marked after it is on disk, so a crash in between takes it twice, which changes nothing; one that is refused
again is a new letter, which waits until somebody asks for it.
"""

import logging
import threading
from typing import Final

from sqlalchemy import Engine

from guangfu.clock import Clock, to_ms
from guangfu.storage.errors import Unavailable
from guangfu.storage.spool import Messages, Spool
from guangfu.storage.sql.inbox import DeadLetter, ask_replay, count_by_station, mark_replayed, read_asked
from guangfu.telemetry.reading import Reason
from ingest.backoff import Backoff
from ingest.counters import Counters
from ingest.directory import CurrentDirectory
from ingest.settings import Settings

log = logging.getLogger(__name__)

_TOGETHER: Final = 100
_SPOOL_PART: Final = 0.5
"""Of the spool's limit: live messages come first."""


class Replayer:
    def __init__(
        self,
        settings: Settings,
        spool: Spool,
        engine: Engine,
        directory: CurrentDirectory,
        clock: Clock,
        counters: Counters,
    ) -> None:
        self._settings, self._spool, self._engine = settings, spool, engine
        self._directory, self._clock, self._counters = directory, clock, counters
        self._on_disk: list[int] = []
        self._backoff = Backoff()

    def run(self, stop: threading.Event) -> None:
        while not stop.wait(self._settings.registry_poll_s):
            try:
                self.ask_for_registered()
                while not stop.is_set() and self.replay_some():
                    pass
                self._backoff.reset()
            except Unavailable as error:
                log.debug("dead letters can't be replayed now: %s", error)
                self._backoff.wait(stop)

    def ask_for_registered(self) -> None:
        """Asks for the letters of stations that were unknown and are registered now.

        Raises:
            Unavailable: SQL can't be reached.
        """
        directory = self._directory.wait(0)
        if directory is None:
            return
        with self._engine.connect() as db:
            known = count_by_station(db, Reason.UNKNOWN_STATION).keys() & directory.rules_of.keys()
        if not known:
            return
        with self._engine.begin() as db:
            asked = ask_replay(db, self._clock.now(), reason=Reason.UNKNOWN_STATION, station_ids=known)
        if asked:
            log.info("%s messages of stations that are registered now come again: %s", asked, ", ".join(sorted(known)))

    def replay_some(self) -> bool:
        """Takes the oldest letters that were asked for; whether there may be more.

        Raises:
            Unavailable: SQL can't be reached, or the disk is full.
        """
        self._mark()
        if self._spool.depth().bytes > self._settings.max_spool_bytes * _SPOOL_PART:
            return False
        with self._engine.connect() as db:
            letters = read_asked(db, limit=_TOGETHER)
        if letters:
            self._spool.append_messages(_messages(letters))
            self._on_disk = [letter.id for letter in letters]
            self._counters.replayed.inc(len(letters))
            self._mark()
        return len(letters) == _TOGETHER

    def _mark(self) -> None:
        """Before anything else: what is on disk must not be taken again because SQL was away for the marking."""
        if self._on_disk:
            with self._engine.begin() as db:
                mark_replayed(db, self._on_disk, self._clock.now())
            self._on_disk = []


def _messages(letters: list[DeadLetter]) -> Messages:
    return Messages(
        [to_ms(letter.received_at) for letter in letters],
        [letter.topic for letter in letters],
        [letter.payload for letter in letters],
    )

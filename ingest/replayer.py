"""Dead letters come again: from SQL back into the spool, with the time at which they came.

What is registered now, or decoded better now, is then stored as if it had come then. Worker 0 does it for all.
A letter is marked after it is on disk, so a crash in between takes it twice, which changes nothing; one that is refused
again is a new letter, which waits until somebody asks for it.
"""

import logging
import threading
from datetime import timedelta
from typing import Final

from sqlalchemy import Engine

from guangfu.clock import Clock, to_ms
from guangfu.storage.errors import Unavailable
from guangfu.storage.spool import Messages, Spool
from guangfu.storage.sql.inbox import (
    DeadLetter,
    ask_replay,
    count_by_station,
    details_by_station,
    mark_replayed,
    read_asked,
    waiting_topics,
)
from guangfu.telemetry.reading import Reason
from ingest.backoff import Backoff
from ingest.check import unknown_device
from ingest.counters import Counters
from ingest.directory import CurrentDirectory, Directory
from ingest.foreign import Interpreter
from ingest.settings import Settings

log = logging.getLogger(__name__)

_TOGETHER: Final = 100
_BORN_SINCE: Final = timedelta(days=7)
"""Letters wait in the outbox while SQL is away; older ones are for a person to look at."""
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
        interpreter: Interpreter | None = None,
    ) -> None:
        self._settings, self._spool, self._engine = settings, spool, engine
        self._interpreter = interpreter
        self._directory, self._clock, self._counters = directory, clock, counters
        self._on_disk: list[int] = []
        self._backoff = Backoff()

    def run(self, stop: threading.Event) -> None:
        while not stop.wait(self._settings.registry_poll_s):
            try:
                self.ask_for_registered()
                self.ask_for_born()
                while not stop.is_set() and self.replay_some():
                    pass
                self._backoff.reset()
            except Unavailable as error:
                log.debug("dead letters can't be replayed now: %s", error)
                self._backoff.wait(stop)

    def ask_for_registered(self) -> None:
        """Asks for the letters of stations, and of devices, that were unknown and are registered now.

        Raises:
            Unavailable: SQL can't be reached.
        """
        directory = self._directory.wait(0)
        if directory is None:
            return
        with self._engine.connect() as db:
            stations = count_by_station(db, Reason.UNKNOWN_STATION).keys() & directory.rules_of.keys()
            devices = _known_devices(details_by_station(db, Reason.UNKNOWN_DEVICE), directory)
        if not stations and not devices:
            return
        now = self._clock.now()
        with self._engine.begin() as db:
            asked = ask_replay(db, now, reason=Reason.UNKNOWN_STATION, station_ids=stations) if stations else 0
            for station, detail in devices:
                asked += ask_replay(db, now, reason=Reason.UNKNOWN_DEVICE, station_ids=[station], detail=detail)
        if asked:
            of = ", ".join(sorted({*stations, *(station for station, _ in devices)}))
            log.info("%s messages of stations and devices that are registered now come again: %s", asked, of)

    def ask_for_born(self) -> None:
        """Asks for the letters that lacked a birth of their edge node, once that has answered with one.

        Raises:
            Unavailable: SQL can't be reached.
        """
        if self._interpreter is None:
            return
        now = self._clock.now()
        with self._engine.connect() as db:
            topics = waiting_topics(db, Reason.NO_BIRTH, since=now - _BORN_SINCE)
        answered = [(topic, between) for topic in topics if (between := self._interpreter.answered(topic))]
        if not answered:
            return
        with self._engine.begin() as db:
            asked = sum(
                ask_replay(db, now, reason=Reason.NO_BIRTH, topic=topic, between=between) for topic, between in answered
            )
        if asked:
            log.info("%s messages that lacked a birth come again", asked)

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


def _known_devices(waiting: set[tuple[str, str]], directory: Directory) -> list[tuple[str, str]]:
    """Station and detail of those letters whose device is known now."""
    stations = {station for station, _ in waiting} & directory.rules_of.keys()
    known = {(station, unknown_device(device)) for station in stations for device in directory.rules_of[station]}
    return sorted(waiting & known)


def _messages(letters: list[DeadLetter]) -> Messages:
    return Messages(
        [to_ms(letter.received_at) for letter in letters],
        [letter.topic for letter in letters],
        [letter.payload for letter in letters],
    )

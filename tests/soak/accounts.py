"""What must have become of messages: every reading is in the store, or a dead letter says why not."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine

from guangfu.stations.models import DeviceKind
from guangfu.storage.sql.inbox import DeadLetter, count_dead_letters, read_dead_letters
from guangfu.storage.telemetry_store import TelemetryStore
from guangfu.telemetry.decode import decode
from guangfu.telemetry.decoded import Decoded
from guangfu.telemetry.dialects import Dialects
from guangfu.telemetry.foreign import Said
from guangfu.telemetry.mapping.load import read_mappings
from guangfu.telemetry.reading import Reading
from guangfu.telemetry.topics import PREFIX
from tests.ingest.world import FAR_AHEAD, LONG_AGO, STATIONS
from tests.soak.payloads import Sent

Key = tuple[str, str, int]
"""Station, device, time [ms]."""


@dataclass
class Account:
    """What was sent, message by message.

    Attributes:
        messages: How many.
        readings: How often each reading of a registered station was said.
        rejected: Parts that can't be read, and messages of unknown stations: a letter each.
        silent: Messages that say nothing: an empty list of readings, a status, a Sparkplug command.
    """

    mappings: Path
    messages: int = 0
    readings: Counter[Key] = field(default_factory=Counter)
    rejected: int = 0
    silent: int = 0
    _dialects: Dialects = field(init=False)

    def __post_init__(self) -> None:
        self._dialects = Dialects(read_mappings([self.mappings]))

    def add(self, sent: Sent) -> None:
        topic, body = sent
        self.messages += 1
        due = len(self.readings), self.rejected
        if topic.startswith(PREFIX):
            self._add_ours(decode(topic, body))
        else:
            for said in self._dialects.decode(topic, body, 0).said:
                self._add_foreign(said)
        self.silent += due == (len(self.readings), self.rejected)

    def _add_ours(self, found: Decoded) -> None:
        if found.station is not None and found.station not in STATIONS:
            self.rejected += 1  # whole, whatever is in it
            return
        self.rejected += len(found.rejected)
        self._count(found.station, found.readings)

    def _add_foreign(self, said: Said) -> None:
        self.rejected += len(said.rejected)
        if said.station in STATIONS:
            self._count(said.station, said.readings)
        else:  # of an unknown station its readings, and its status, are kept as a message each
            self.rejected += bool(said.readings) + (said.status is not None)

    def _count(self, station: str | None, readings: list[Reading]) -> None:
        self.readings.update((str(station), reading.device, reading.at_ms) for reading in readings)

    def check(self, store: TelemetryStore, engine: Engine) -> str:
        """Says how many of what there are.

        Raises:
            AssertionError: Something is neither stored nor a dead letter, or is there and was never sent.
        """
        stored = set(stored_keys(store))
        with engine.connect() as db:
            letters = count_dead_letters(db)
            values = read_dead_letters(db, reason="impossible_value", limit=1_000_000)
        assert stored <= self.readings.keys(), "stored and never sent"
        missing = sum(times for key, times in self.readings.items() if key not in stored)
        doubtful = sum(times - 1 for key, times in self.readings.items() if key in stored)
        least = self.rejected + missing
        total = sum(letters.values()) - sum(_is_stored(letter, stored) for letter in values)
        assert least <= total <= least + doubtful, f"{least} to {least + doubtful} letters are due, there are {total}"
        return (
            f"{self.messages:,} messages: {len(stored):,} readings stored, {sum(letters.values()):,} dead letters, "
            f"{self.silent:,} messages said nothing; letters by reason: {letters}"
        )


def _is_stored(letter: DeadLetter, stored: set[Key]) -> bool:
    """Whether a reading was stored all the same: without the value that this letter is about."""
    readings = decode(letter.topic, letter.payload).readings
    return any((letter.station_id, reading.device, reading.at_ms) in stored for reading in readings)


def stored_keys(store: TelemetryStore) -> list[Key]:
    return [
        (station, device, at_ms)
        for kind in DeviceKind
        for table in [store.read(kind, ["quality"], start_at=LONG_AGO, end_at=FAR_AHEAD)]
        for station, device, at_ms in zip(
            table.station.tolist(), table.device.tolist(), table.at_ms.tolist(), strict=True
        )
    ]

"""What is known of the last year's days, kept in memory between two forecasts of the fleet."""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import Engine

from guangfu.clock import Clock
from guangfu.income.forecast import KnownDays
from guangfu.storage.sql.figures import KnownDay, read_known_days, read_known_since

RECORD: Final = timedelta(days=365)
"""So far back a station's days tell how it compares with a typical one; a whole year has every season."""
_UNSEEN: Final = timedelta(hours=1)
"""Accounting may note a day's figures so long after it began to compute them."""


@dataclass
class FleetDays:
    """Of all stations together: read whole once a day, then only what was computed since; of one, read at once."""

    engine: Engine
    clock: Clock
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _of: tuple[tuple[str, ...], date] | None = None
    _known: KnownDays | None = None
    _read_at: datetime | None = None

    def of_station(self, station: str, today: date) -> KnownDays:
        with self.engine.connect() as db:
            rows = read_known_days(db, start=today - RECORD, end=today, station=station)
        return _fill(_empty((station,), today), (station,), rows)

    def of_all(self, stations: Sequence[str], today: date) -> KnownDays:
        """Of the stations, in their order. What is answered is replaced, never changed, by the next call."""
        asked, now = (tuple(stations), today), self.clock.now()
        with self._lock, self.engine.connect() as db:
            if asked != self._of or self._known is None or self._read_at is None:
                rows = read_known_days(db, start=today - RECORD, end=today)
                known = _fill(_empty(*asked), asked[0], rows)
            else:
                before = KnownDays(self._known.first, self._known.energy_wh.copy(), self._known.coverage.copy())
                known = _fill(before, asked[0], read_known_since(db, self._read_at - _UNSEEN))
            self._of, self._known, self._read_at = asked, known, now
            return known


def _empty(stations: tuple[str, ...], today: date) -> KnownDays:
    return KnownDays.empty(len(stations), today - RECORD, RECORD.days + 1)


def _fill(known: KnownDays, stations: tuple[str, ...], rows: Iterable[KnownDay]) -> KnownDays:
    """Writes the rows of the stations into `known`; a day that is not complete any more has no energy again."""
    place = {station: n for n, station in enumerate(stations)}
    column = {(known.first + timedelta(days=n)).isoformat(): n for n in range(known.energy_wh.shape[1])}
    wanted = [(place[s], column[day], wh, part) for s, day, wh, part in rows if s in place and day in column]
    if wanted:
        station, day, energy, coverage = (list(values) for values in zip(*wanted, strict=True))
        known.energy_wh[station, day] = [float("nan") if wh is None else wh for wh in energy]
        known.coverage[station, day] = coverage
    return known

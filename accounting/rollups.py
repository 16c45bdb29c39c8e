"""Keeps the roll-ups of power: the live edge every minute, and the days that late readings touched.

Which days these are, the rows of daily energy say: accounting computes a day again when its readings changed, and notes
when. So a roll-up never reads `dirty_days`, and accounting's money never reads a roll-up. A mark in SQL tells how far
the roll-ups have followed; what is done twice changes nothing.
"""

import logging
import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np
from sqlalchemy import Engine

from guangfu.clock import Clock, day_start, local_day
from guangfu.stations.models import DeviceKind
from guangfu.storage.errors import Refused
from guangfu.storage.rollups import Rollup, RollupStore, RollupTable, summed
from guangfu.storage.sql.operations import banner_of_station, computed_days, read_rollup_mark, write_rollup_mark
from guangfu.storage.telemetry_store import ReadingTable, TelemetryStore

log = logging.getLogger(__name__)

MARK: Final = "power"
EVERY: Final = timedelta(minutes=1)
LIVE_EDGE: Final = timedelta(minutes=35)
"""A station that reconnects sends its last half hour again."""
WHOLE_DAY_EVERY: Final = timedelta(minutes=15)
"""How often all of today is computed again, for readings that come later than the live edge."""
DAYS_AT_ONCE: Final = 3
"""Earlier days a pass computes at most, so that money does not wait for a month that is filled in."""
_QUARTER: Final = timedelta(minutes=15)
_ONE_DAY: Final = timedelta(days=1)
_LAST_MS: Final = timedelta(milliseconds=1)


@dataclass
class _Owed:
    """What is known to be due and not done: stations by day, and up to which `computed_at` this was read."""

    days: dict[date, set[str]] = field(default_factory=dict)
    read_up_to: datetime | None = None


class Rollups:
    """Its only state is what is due; a new process finds it again from the mark.

    Does nothing where the store keeps no roll-ups.
    """

    def __init__(self, store: TelemetryStore, engine: Engine, clock: Clock) -> None:
        self._readings, self._engine, self._clock = store, engine, clock
        self._store = store if isinstance(store, RollupStore) else None
        self._owed: _Owed | None = None
        self._looked_at: datetime | None = None
        self._whole_day_at: datetime | None = None

    def once(self, stop: threading.Event | None = None) -> int:
        """One pass, at most every minute; returns how many earlier days were computed.

        Raises:
            Unavailable: A database can't be reached; what is due stays due.
        """
        now = self._clock.now()
        if self._store is None or (self._looked_at and abs(now - self._looked_at) < EVERY):
            return 0
        with self._engine.connect() as db:
            banners = banner_of_station(db)
        owed = self._look(now, banners)
        self._today(owed, now, banners)
        done = 0
        for day in sorted((day for day in owed.days if day < local_day(now)), reverse=True)[:DAYS_AT_ONCE]:
            if stop and stop.is_set():
                break
            self._roll(day_start(day), day_start(day + _ONE_DAY) - _LAST_MS, owed.days[day], banners)
            del owed.days[day]
            done += 1
        self._mark(owed, now)
        self._looked_at = now
        return done

    def _look(self, now: datetime, banners: Mapping[str, str]) -> _Owed:
        """Adds what was computed since the last look. After a start, yesterday may have ended unseen."""
        with self._engine.connect() as db:
            if self._owed is None:
                marked_at = read_rollup_mark(db, MARK)
                self._owed = _Owed(read_up_to=marked_at)
                if marked_at is not None:
                    self._owed.days[local_day(now) - _ONE_DAY] = set(banners)
            after = self._owed.read_up_to
            found = computed_days(db, after=min(after, now) if after else None)
        for station, day, computed_at in found:
            self._owed.days.setdefault(day, set()).add(station)
            self._owed.read_up_to = max(self._owed.read_up_to or computed_at, computed_at)
        return self._owed

    def _today(self, owed: _Owed, now: datetime, banners: Mapping[str, str]) -> None:
        """The live edge of every station; from time to time, and at first, the whole day of those that are due."""
        today = local_day(now)
        if self._whole_day_at is None or now - self._whole_day_at >= WHOLE_DAY_EVERY:
            self._roll(day_start(today), now, owed.days.pop(today, set()), banners)
            self._whole_day_at = now
        begins_at = day_start(today) + (now - day_start(today) - LIVE_EDGE) // _QUARTER * _QUARTER
        self._roll(begins_at, now, set(banners), banners)

    def _mark(self, owed: _Owed, now: datetime) -> None:
        """Today is owed again at every start, so that it does not keep the mark back."""
        if owed.read_up_to is not None and not any(day < local_day(now) for day in owed.days):
            with self._engine.begin() as db:
                write_rollup_mark(db, MARK, owed.read_up_to)

    def _roll(self, start_at: datetime, end_at: datetime, due: Collection[str], banners: Mapping[str, str]) -> None:
        """Both roll-ups from `start_at`, a quarter's beginning: of the stations, and of their whole banners."""
        stations = sorted(set(due) & set(banners))
        touched = {banners[station] for station in stations}
        if not stations:
            return
        neighbours = sorted(station for station, banner in banners.items() if banner in touched)
        self._write(Rollup.STATION, by_station(self._means(stations, start_at, end_at, Rollup.STATION)))
        means = by_station(self._means(neighbours, start_at, end_at, Rollup.BANNER))
        self._write(Rollup.BANNER, by_banner(means, banners))

    def _means(self, stations: list[str], start_at: datetime, end_at: datetime, rollup: Rollup) -> ReadingTable:
        return self._readings.mean(
            DeviceKind.METER, "ac_power_w", start_at=start_at, end_at=end_at, bucket_s=rollup.bucket_s,
            stations=stations,
        )  # fmt: skip

    def _write(self, rollup: Rollup, rows: RollupTable) -> None:
        """Readings older than the store keeps have no roll-up either."""
        assert self._store is not None
        try:
            self._store.write_rollup(rollup, rows)
        except Refused as error:
            log.warning("some roll-ups of %s are refused: %s", rollup, error)


def by_station(means: ReadingTable) -> RollupTable:
    """The sum of each station's meters in each bucket."""
    added = summed(
        means.station, means.at_ms, means.columns["ac_power_w"].astype(np.float64), np.ones_like(means.at_ms)
    )
    return RollupTable(added.name, added.at_ms, added.power_w, np.ones_like(added.at_ms))


def by_banner(stations: RollupTable, banners: Mapping[str, str]) -> RollupTable:
    """The sum of each banner's stations in each bucket, and of how many it is."""
    names = np.array([banners[name] for name in stations.name.tolist()], dtype=object)
    return summed(names, stations.at_ms, stations.power_w, stations.stations)

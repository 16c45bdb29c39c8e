"""One pass of accounting: dirty days to energy, energy to income and entries, each portion in one transaction.

A portion's rows, entries and the clearing of its dirty days are one transaction, and all of them are determined by
what is stored: so a pass that is broken off anywhere, or done twice, leaves what one pass leaves.
"""

import logging
import math
import threading
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Engine

from accounting.changes import changed_stations, days_metered_otherwise
from accounting.lifetime import lifetimes, with_later_months
from accounting.metrics import Metrics
from accounting.months import (
    MonthRows,
    by_month,
    entitled,
    is_over,
    month_entries,
    month_rows,
    outdated,
    together,
)
from accounting.plan import ONE_DAY, Days, Portion, days_to_compute, in_doubt, portions
from accounting.readings import portion_energy
from accounting.settings import Settings
from accounting.standing import Standing, moved, newly_estimated
from guangfu.clock import Clock, day_start, local_day, month_days, month_of
from guangfu.income.figures import DailyEnergy, MonthlyIncome
from guangfu.income.likeness import Neighbours
from guangfu.income.rules import Rules
from guangfu.ledger.books import AGENCY, CENTRALIZED
from guangfu.ledger.journal import Entry
from guangfu.ledger.postings import entitlement_keys, estimate_keys
from guangfu.stations.models import Registry
from guangfu.storage.sql.figures import (
    first_month,
    read_daily_energy,
    read_in_gaps,
    read_monthly_income,
    read_unpriced,
    replace_month,
    write_daily_energy,
)
from guangfu.storage.sql.inbox import DirtyDay, clear_dirty, mark_dirty, read_dirty
from guangfu.storage.sql.journal import post_entries, read_entries
from guangfu.storage.sql.papers import closed_months, write_station_months
from guangfu.storage.sql.registry import (
    mark_taken_up,
    read_registry,
    read_taken_up_at,
    registry_changed_at,
    registry_version,
)
from guangfu.storage.sql.rules_in_force import rules_in_force
from guangfu.storage.sql.settlement import lock_months, write_moved
from guangfu.storage.telemetry_store import TelemetryStore

log = logging.getLogger(__name__)

_MOST_DIRTY: Final = 200_000
_READINGS_PER_DAY: Final = 1440
"""Taken for a station-day until the first portion has shown how many there are."""
_MOST_STATION_DAYS: Final = 20_000
"""Of one portion: its rows are one transaction."""
_STATIONS_AT_ONCE: Final = 200
_STILL_OPEN: Final = timedelta(days=35)


class Accountant:
    """Turns readings into figures; its only state is a copy of the registry and what day it last looked at."""

    def __init__(
        self, settings: Settings, store: TelemetryStore, engine: Engine, rules: Rules, clock: Clock, metrics: Metrics
    ) -> None:
        self._settings, self._store, self._engine = settings, store, engine
        self._rules, self._clock, self._metrics = rules, clock, metrics
        self._rules_of_files = rules
        self._registry: Registry | None = None
        self._version = 0
        self._day: date | None = None
        self._readings_per_day: float = _READINGS_PER_DAY

    @property
    def registry(self) -> Registry | None:
        """The registry that the last pass went by."""
        return self._registry

    def once(self, stop: threading.Event | None = None) -> int:
        """One pass; returns how many station-days were computed. It ends after a portion when `stop` is set.

        Raises:
            Unavailable: A database can't be reached; what is not done yet stays dirty.
        """
        registry = self._current_registry()
        if registry is None:
            return 0
        self._take_up_subsidy_list()
        now = self._clock.now()
        if self._day != local_day(now):
            self._begin_day(registry, now)
            self._day = local_day(now)
        computed = self._compute_dirty(registry, now, stop or threading.Event())
        with self._engine.connect() as db:
            self._metrics.dirty_days.set(len(read_dirty(db, limit=_MOST_DIRTY)))
        self._metrics.days.inc(computed)
        return computed

    def _take_up_subsidy_list(self) -> None:
        """A place in the list that is another one is another version of the rules: months are computed again."""
        with self._engine.connect() as db:
            rules = rules_in_force(db, self._rules_of_files)
        if rules.version != self._rules.version:
            log.info("took up the subsidy list: rules %s", rules.version)
            self._rules, self._day = rules, None

    def _compute_dirty(self, registry: Registry, now: datetime, stop: threading.Event) -> int:
        dirty, wanted = self._due(registry, now)
        marks: dict[str, list[DirtyDay]] = {}
        for one in dirty:
            marks.setdefault(one.station_id, []).append(one)
        computed = 0
        for portion in portions(wanted, self._most_station_days):
            if stop.is_set():
                break
            computed += self._compute(registry, portion, [m for s in portion.days for m in marks.get(s, ())], now)
        return computed

    def _due(self, registry: Registry, now: datetime) -> tuple[list[DirtyDay], Days]:
        """The dirty days, and which to compute; first gaps that are shared as other stations have it are marked, too.

        A pass that is broken off between two portions has cleared the like station's mark, and would never know.
        """
        dirty = self._read_dirty(now)
        wanted = self._wanted(dirty, now)
        computed = {(station, day) for station, days in wanted.items() for day in days}
        with self._engine.connect() as db:
            shaped = self._shaped_by(db, registry, computed, local_day(now))
        if not shaped:
            return dirty, wanted
        with self._engine.begin() as db:
            mark_dirty(db, shaped)
        dirty = self._read_dirty(now)
        return dirty, self._wanted(dirty, now)

    def _read_dirty(self, now: datetime) -> list[DirtyDay]:
        with self._engine.connect() as db:
            return [one for one in read_dirty(db, limit=_MOST_DIRTY) if one.day <= local_day(now)]

    def _wanted(self, dirty: Collection[DirtyDay], now: datetime) -> Days:
        """The days to compute for the dirty ones."""
        days = [(one.station_id, one.day) for one in dirty]
        with self._engine.connect() as db:
            stored = self._stored_around(db, days, 1)
            doubtful = in_doubt(days, stored)
            stored |= self._stored_around(db, [one for one in days if one[0] in doubtful], self._longest_gap_d)
        return days_to_compute(days, stored, now, self._longest_gap_d)

    @property
    def _longest_gap_d(self) -> int:
        return math.ceil(self._rules.energy.max_shaped_gap_d)

    @staticmethod
    def _shaped_by(
        db: Connection, registry: Registry, computed: Collection[tuple[str, date]], today: date
    ) -> list[tuple[str, date]]:
        """Days in gaps of other stations that are shared as these stations have it, whose days are computed now.

        The day that runs tells nothing yet; it does when it has ended, which no reading of its own may say.
        """
        changed = {(station, day) for station, day in computed if day < today}
        if not changed:
            return []
        first, last = min(day for _, day in changed), max(day for _, day in changed)
        neighbours = Neighbours(registry)
        return [
            (station, day)
            for station, day in read_in_gaps(db, start=first, end=last)
            if (station, day) not in changed
            and station in registry.stations
            and any((like, day) in changed for like in neighbours.of(station))
        ]

    @staticmethod
    def _stored_around(
        db: Connection, days: Collection[tuple[str, date]], margin_d: int
    ) -> dict[tuple[str, date], DailyEnergy]:
        if not days:
            return {}
        around = timedelta(days=margin_d)
        first, last = min(day for _, day in days), max(day for _, day in days)
        rows = read_daily_energy(db, start=first - around, end=last + around, stations={one for one, _ in days})
        return {(row.station_id, row.day): row for row in rows}

    def _most_station_days(self) -> int:
        return min(max(int(self._settings.chunk_readings / self._readings_per_day), 1), _MOST_STATION_DAYS)

    def _compute(self, registry: Registry, portion: Portion, dirty: list[DirtyDay], now: datetime) -> int:
        found = portion_energy(self._store, registry, portion, self._rules, now, self._settings.chunk_readings)
        span = (portion.last - portion.first).days + 1
        if found.readings:
            self._readings_per_day = max(found.readings / (len(portion.days) * span), 1)
        self._store_figures(registry, found.rows, by_month(portion.pairs), dirty, now)
        return len(found.rows)

    def _store_figures(
        self,
        registry: Registry,
        energy: list[DailyEnergy],
        touched: Mapping[str, set[str]],
        dirty: list[DirtyDay],
        now: datetime,
    ) -> None:
        """Everything that follows from new days of energy, in one transaction."""
        with self._engine.connect() as db:
            touched = with_later_months(db, self._rules, touched)
            months = [self._month(db, registry, month, touched[month], energy, now) for month in sorted(touched)]
        with self._engine.begin() as db:
            lock_months(db)
            standing = Standing.read(db, {station for rows in months for station in rows.stations})
            write_daily_energy(db, standing.writable(energy))
            posted = sum(self._store_month(db, standing, rows, registry, now) for rows in months)
            clear_dirty(db, dirty)
        self._metrics.entries.inc(posted)

    def _store_month(
        self, db: Connection, standing: Standing, rows: MonthRows, registry: Registry, now: datetime
    ) -> int:
        """A month's rows, what moved in it, its state and its entries; of these it returns how many were posted."""
        write_moved(db, moved(db, standing, rows, now))
        kept = standing.without_closed(rows)
        replace_month(db, kept.month, kept.stations, daily=kept.daily, monthly=kept.monthly, villages=kept.villages)
        if not is_over(rows.month, local_day(now)):
            return 0
        posted = self._posted(db, rows.month)
        followed = standing.in_books(rows, registry)
        entries = month_entries(posted, followed, registry, self._rules, first_month(db))
        write_station_months(db, newly_estimated(standing, followed, posted, entries, registry, now))
        return post_entries(db, entries, now) if entries else 0

    @staticmethod
    def _posted(db: Connection, month: str) -> dict[str, Entry]:
        posted = [
            *read_entries(db, AGENCY, key_prefix=estimate_keys(month)),
            *read_entries(db, CENTRALIZED, key_prefix=entitlement_keys(month)),
        ]
        return {one.entry.key: one.entry for one in posted}

    def _month(
        self,
        db: Connection,
        registry: Registry,
        month: str,
        stations: Iterable[str],
        energy: Iterable[DailyEnergy],
        now: datetime,
    ) -> MonthRows:
        """A month's rows from its stored days, with the new ones in their place."""
        days, names = month_days(month), set(stations)
        stored = read_daily_energy(db, start=days[0], end=days[-1], stations=names)
        merged = {(row.station_id, row.day): row for row in stored}
        merged |= {(row.station_id, row.day): row for row in energy if days[0] <= row.day <= days[-1]}
        lifetime = lifetimes(db, registry, self._rules, month, names, energy)
        return month_rows(registry, self._rules, month, names, list(merged.values()), now, local_day(now), lifetime)

    def _current_registry(self) -> Registry | None:
        """The registry; when it changed, what that changes in stored figures is computed again.

        What was taken up is noted when all of it is done: whoever is killed before does it again.
        """
        version, changed_at = registry_version(self._engine), registry_changed_at(self._engine)
        if version in {self._version, 0}:
            return self._registry
        new, old = read_registry(self._engine), self._registry or self._registry_of_figures()
        log.info("took up version %s of the registry: %s stations", version, len(new.stations))
        if old is not None:
            self._take_up(old, new)
        assert changed_at is not None, "a registry that nobody wrote"
        mark_taken_up(self._engine, changed_at)
        self._registry, self._version = new, version
        return new

    def _registry_of_figures(self) -> Registry | None:
        """The registry that stored figures rest on; `None` before the first pass."""
        taken_up_at = read_taken_up_at(self._engine)
        return None if taken_up_at is None else read_registry(self._engine, known_at=taken_up_at)

    def _take_up(self, old: Registry, new: Registry) -> None:
        changed, now = changed_stations(old, new), self._clock.now()
        if not changed:
            return
        with self._engine.connect() as db:
            rows = read_daily_energy(db, start=date.min, end=date.max, stations=changed)
            first = first_month(db)
        days = [(row.station_id, row.day) for row in rows]
        with self._engine.begin() as db:
            mark_dirty(db, days_metered_otherwise(old, new, days))
        due = entitled(new, first, local_day(now)) if first else {}
        self._refresh(new, together(by_month(days), {month: due[month] & changed for month in due}), now)

    def _begin_day(self, registry: Registry, now: datetime) -> None:
        """What the passing of time alone changes: days that are over, days due, months that are over, other rules."""
        today = local_day(now)
        with self._engine.connect() as db:
            recent = read_daily_energy(db, start=today - _STILL_OPEN, end=today - ONE_DAY)
            months = read_monthly_income(db, start="0001-01", end=month_of(today))
            unpriced = read_unpriced(db)
            first = first_month(db)
            closed = closed_months(db)
        with self._engine.begin() as db:
            mark_dirty(db, [(r.station_id, r.day) for r in recent if not r.complete and self._was_open(r)])
        silent = self._without_row(entitled(registry, first, today), months) if first else {}
        touched = together(outdated(months, self._rules, today), by_month(unpriced), silent)
        if self._day is not None:  # what other rules would make of a closed month is told once, at the start
            touched = {month: {s for s in names if (s, month) not in closed} for month, names in touched.items()}
        self._refresh(registry, touched, now)

    @staticmethod
    def _without_row(of: Mapping[str, set[str]], rows: Iterable[MonthlyIncome]) -> dict[str, set[str]]:
        known = {(row.month, row.station_id) for row in rows}
        return {month: {s for s in stations if (month, s) not in known} for month, stations in of.items()}

    def _was_open(self, row: DailyEnergy) -> bool:
        """Was the row computed when a reading could still come that would tell how the day ended?"""
        longest_gap = timedelta(hours=self._rules.energy.max_gap_h)
        return row.computed_at < day_start(row.day + ONE_DAY) + longest_gap

    def _refresh(self, registry: Registry, touched: Mapping[str, set[str]], now: datetime) -> None:
        """Computes income again from energy that is stored, some stations at a time."""
        for month, stations in sorted(touched.items()):
            names = sorted(stations)
            for i in range(0, len(names), _STATIONS_AT_ONCE):
                self._store_figures(registry, [], {month: set(names[i : i + _STATIONS_AT_ONCE])}, [], now)

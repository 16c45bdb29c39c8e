"""Adds up power and inverters' counters of each day that is over, beside the gateway meter's energy.

Which days are due, the rows of daily energy say, as for roll-ups: a mark in SQL tells how far this has followed, and
what is done twice changes nothing. Money never reads it.
"""

import threading
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np
from sqlalchemy import Engine

from guangfu.clock import Clock, day_start, local_day
from guangfu.income.reconciling import PowerRows, Reconciled, reconcile
from guangfu.income.rules import Rules
from guangfu.stations.models import DeviceKind, Registry
from guangfu.storage.sql.figures import read_daily_energy
from guangfu.storage.sql.operations import computed_days, read_rollup_mark, write_rollup_mark
from guangfu.storage.sql.reconciliation import write_reconciled
from guangfu.storage.sql.registry import read_registry, registry_version
from guangfu.storage.telemetry_store import TelemetryStore
from guangfu.telemetry.reading import SUSPECT_VALUE

MARK: Final = "reconciliation"
STATIONS_AT_ONCE: Final = 20
"""A minute's readings of some stations and their inverters for a day, in memory at once."""
PORTIONS_AT_ONCE: Final = 5
"""A pass does at most, so that money does not wait for a year that is filled in."""
_COUNTERS: Final = {DeviceKind.METER: "energy_export_total_wh", DeviceKind.INVERTER: "energy_total_wh"}
_ONE_DAY: Final = timedelta(days=1)


class Reconciler:
    """Its only state is what is due, and a copy of the registry; a new process finds both again."""

    def __init__(self, store: TelemetryStore, engine: Engine, rules: Rules, clock: Clock) -> None:
        self._store, self._engine, self._rules, self._clock = store, engine, rules, clock
        self._due: dict[date, set[str]] = {}
        self._read_up_to: datetime | None = None
        self._begun = False
        self._registry: Registry | None = None
        self._version = 0

    def once(self, stop: threading.Event | None = None) -> int:
        """One pass; returns how many station-days were reconciled.

        Raises:
            Unavailable: A database can't be reached; what is due stays due.
        """
        registry, today, done = self._current_registry(), local_day(self._clock.now()), 0
        if registry is None:
            return 0
        self._look(registry, today)
        for _ in range(PORTIONS_AT_ONCE):
            over = [day for day in self._due if day < today]
            if not over or (stop and stop.is_set()):
                break
            day = max(over)
            stations = sorted(self._due[day])[:STATIONS_AT_ONCE]
            rows = self.compute(registry, day, stations)
            with self._engine.begin() as db:
                write_reconciled(db, rows)
            done += len(rows)
            self._due[day] -= set(stations)
            if not self._due[day]:
                del self._due[day]
        self._mark(today)
        return done

    def compute(self, registry: Registry, day: date, stations: Sequence[str]) -> list[Reconciled]:
        """The rows of some stations' day, from the readings."""
        with self._engine.connect() as db:
            gateway = read_daily_energy(db, start=day, end=day, stations=stations)
        meters, inverters = (self._rows(kind, day, stations) for kind in _COUNTERS)
        return reconcile(
            registry, day, stations, meters, inverters, gateway, self._rules.energy, self._clock.now()
        )  # fmt: skip

    def _rows(self, kind: DeviceKind, day: date, stations: Sequence[str]) -> PowerRows:
        margin = timedelta(minutes=self._rules.energy.max_interval_min)
        counter = _COUNTERS[kind]
        table = self._store.read(
            kind, ["ac_power_w", counter, "quality"], start_at=day_start(day) - margin,
            end_at=day_start(day + _ONE_DAY) + margin, stations=stations,
        )  # fmt: skip
        quality = np.maximum(table.columns["quality"].astype(np.int64), 0)
        keep = (quality & int(SUSPECT_VALUE)) == 0
        keys = list(zip(table.station.tolist(), table.device.tolist(), strict=True))
        names = sorted(set(keys))
        number = {name: code for code, name in enumerate(names)}
        codes = np.array([number[key] for key in keys], np.int64)
        power, counted = table.columns["ac_power_w"].astype(np.float64), table.columns[counter].astype(np.int64)
        return PowerRows(names, codes[keep], table.at_ms[keep], power[keep], counted[keep])

    def _look(self, registry: Registry, today: date) -> None:
        """Adds what was computed since the last look. After a start, yesterday may have ended unseen."""
        with self._engine.connect() as db:
            if not self._begun:
                self._read_up_to, self._begun = read_rollup_mark(db, MARK), True
                if self._read_up_to is not None:
                    self._due[today - _ONE_DAY] = set(registry.stations)
            after = self._read_up_to
            found = computed_days(db, after=min(after, self._clock.now()) if after else None)
        for station, day, computed_at in found:
            self._due.setdefault(day, set()).add(station)
            self._read_up_to = max(self._read_up_to or computed_at, computed_at)

    def _mark(self, today: date) -> None:
        if self._read_up_to is not None and not any(day < today for day in self._due):
            with self._engine.begin() as db:
                write_rollup_mark(db, MARK, self._read_up_to)

    def _current_registry(self) -> Registry | None:
        version = registry_version(self._engine)
        if version not in {self._version, 0}:
            self._registry, self._version = read_registry(self._engine), version
        return self._registry

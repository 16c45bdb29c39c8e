"""Keeps each station's present state and power in SQL: Grafana can't join what InfluxDB and SQL know."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Engine

from guangfu.clock import Clock, local_day
from guangfu.monitor.roster import Roster, build_roster
from guangfu.stations.models import Registry
from guangfu.storage.present import Present, StateSettings, read_present
from guangfu.storage.rollups import RollupStore
from guangfu.storage.sql.inbox import read_seen
from guangfu.storage.sql.operations import ToldState, write_station_states
from guangfu.storage.telemetry_store import TelemetryStore

EVERY: Final = timedelta(minutes=1)


class States:
    """The states as the API tells them, once a minute.

    Does nothing where the telemetry is a DuckDB file, which no Grafana reads.
    """

    def __init__(self, settings: StateSettings, store: TelemetryStore, engine: Engine, clock: Clock) -> None:
        self._settings, self._store, self._engine, self._clock = settings, store, engine, clock
        self._roster: tuple[Registry, Roster] | None = None
        self._told_at: datetime | None = None

    def once(self, registry: Registry | None) -> None:
        """Tells the states of the registry's stations, if a minute has gone by.

        Raises:
            Unavailable: A database can't be reached.
        """
        now = self._clock.now()
        if registry is None or not isinstance(self._store, RollupStore):
            return
        if self._told_at is not None and abs(now - self._told_at) < EVERY:
            return
        roster = self._roster_of(registry, now)
        with self._engine.connect() as db:
            seen = read_seen(db)
        present = read_present(roster, self._store, seen, now, self._settings)
        with self._engine.begin() as db:
            write_station_states(db, told(roster, present), now)
        self._told_at = now

    def _roster_of(self, registry: Registry, now: datetime) -> Roster:
        kept = self._roster
        if kept is None or kept[0] is not registry or kept[1].day != local_day(now):
            kept = self._roster = registry, build_roster(registry, local_day(now))
        return kept[1]


def told(roster: Roster, present: Present) -> list[ToldState]:
    """A row for each station; power only where it is the present one."""
    each = zip(roster.stations, present.states, present.power_w.tolist(), present.counted().tolist(), strict=True)
    return [ToldState(one.station_id, state.value, watts if counts else None) for one, state, watts, counts in each]

"""What accounting tells of the stations' present state, in a real InfluxDB."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from accounting.states import States
from guangfu.clock import ManualClock
from guangfu.storage.present import StateSettings
from guangfu.storage.sql import schema
from guangfu.storage.sql.database import open_database
from guangfu.storage.sql.inbox import Seen, mark_seen
from guangfu.storage.telemetry_store import TelemetryStore
from tests.dashboards.county import NOW, fill_sql, fill_telemetry, registry
from tests.services.running import Service
from tests.storage.stores import duckdb_place, influxdb_place

Told = dict[str, tuple[str, float | None]]


@dataclass
class Place:
    store: TelemetryStore
    engine: Engine
    clock: ManualClock

    def states(self, store: TelemetryStore | None = None) -> States:
        return States(StateSettings(), store or self.store, self.engine, self.clock)

    def told(self) -> Told:
        table = schema.station_states
        with self.engine.connect() as db:
            return {row.station_id: (row.state, row.power_w) for row in db.execute(sa.select(table))}

    def seen(self, **what: object) -> None:
        with self.engine.begin() as db:
            mark_seen(db, [Seen(**what)])  # type: ignore[arg-type]


@pytest.fixture
def place(influxdb: Service, migrated_file: Path, tmp_path: Path) -> Iterator[Place]:
    stores = influxdb_place(influxdb)
    engine = open_database(f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'guangfu.sqlite')}")
    fill_sql(engine)
    fill_telemetry(stores.open())
    yield Place(stores.open(), engine, ManualClock(NOW))
    engine.dispose()
    stores.close()


def test_every_open_station_has_its_state_and_present_power(place: Place) -> None:
    place.states().once(registry())
    assert place.told() == {
        **dict.fromkeys(("a", "b", "c", "low", "idle"), ("producing", 50_000)),
        **dict.fromkeys(("offline", "few"), ("offline", None)),
        "never": ("unknown", None),
    }


def test_a_station_that_speaks_after_it_said_offline_is_there(place: Place) -> None:
    place.seen(station_id="few", last_reading_at=NOW + timedelta(seconds=1), last_received_at=NOW)
    place.clock.at += timedelta(seconds=1)
    place.states().once(registry())
    assert place.told()["few"] == ("producing", 50_000)


def test_it_tells_once_a_minute_and_forgets_a_station_that_was_closed(place: Place) -> None:
    states, stations = place.states(), registry()
    states.once(stations)
    closed = replace(stations.stations["a"], closed_on=date(2026, 6, 10))
    without = replace(stations, stations={**stations.stations, "a": closed})
    states.once(without)
    assert "a" in place.told()
    place.clock.at += timedelta(minutes=1)
    states.once(without)
    assert "a" not in place.told() and "b" in place.told()


def test_nothing_is_told_of_a_duckdb_file_or_without_a_registry(place: Place, tmp_path: Path) -> None:
    place.states(duckdb_place(tmp_path).open()).once(registry())
    place.states().once(None)
    assert place.told() == {}

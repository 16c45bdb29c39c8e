"""Roll-ups follow the days that accounting computes, in a real InfluxDB."""

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from accounting.rollups import WHOLE_DAY_EVERY, Rollups
from guangfu.clock import day_start, from_ms, to_ms
from guangfu.stations.models import DeviceKind
from guangfu.storage.influxdb_store import InfluxDBStore
from guangfu.storage.rollups import Rollup
from guangfu.storage.sql import schema
from guangfu.storage.sql.database import open_database
from guangfu.storage.telemetry_store import Point
from guangfu.telemetry.reading import Reading
from tests.accounting.county import County
from tests.services.running import Service
from tests.storage.stores import duckdb_place, influxdb_place
from tests.storage.test_telemetry_contract import EVER

TODAY = date(2026, 6, 10)
NOW = datetime(2026, 6, 10, 4, 7, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def county(influxdb: Service, migrated_file: Path, tmp_path: Path) -> Iterator[County]:
    place = influxdb_place(influxdb)
    engine = open_database(f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'guangfu.sqlite')}")
    county = County(place.open(), engine)
    county.clock.at = NOW
    yield county
    engine.dispose()
    place.close()


def rollups(county: County) -> Rollups:
    return Rollups(county.store, county.engine, county.clock)


def power(county: County, station: str, at: datetime, watts: float, device: str = "m1") -> None:
    point = Point(station, DeviceKind.METER, Reading(at_ms=to_ms(at), device=device, ac_power_w=watts))
    assert county.store.write([point]) == []


def computed(county: County, station: str, day: date, at: datetime | None = None) -> None:
    """As accounting does after readings of the day have come."""
    table, computed_at = schema.daily_energy, at or county.clock.now()
    row = {"station_id": station, "day": day, "coverage": 1, "complete": False, "rules_version": "r1"}
    with county.engine.begin() as db:
        db.execute(sa.insert(table).values(**row, computed_at=computed_at))


def kept(county: County, rollup: Rollup) -> dict[tuple[str, datetime], tuple[float, int]]:
    assert isinstance(county.store, InfluxDBStore)
    table = county.store.read_rollup(rollup, **EVER)
    columns = (table.name, table.at_ms, table.power_w, table.stations)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return {(name, from_ms(at_ms)): (watts, stations) for name, at_ms, watts, stations in rows}


def test_the_live_edge_is_there_after_a_minute(county: County) -> None:
    """Means by five minutes of a station's meters together, and of its banner by a quarter."""
    noon = NOW.replace(minute=0)
    for minute, watts in ((0, 100), (1, 300), (5, 500)):
        power(county, "s1", noon + minute * MINUTE, watts)
    power(county, "s1", noon, 1000, device="m2")
    power(county, "s2", noon, 50)
    assert rollups(county).once() == 0
    assert kept(county, Rollup.STATION) == {
        ("s1", noon): (1200, 1), ("s1", noon + 5 * MINUTE): (500, 1), ("s2", noon): (50, 1),
    }  # fmt: skip
    assert list(kept(county, Rollup.BANNER).values()) == [(1350, 2)]


def test_an_earlier_day_is_computed_when_accounting_has_computed_it(county: County) -> None:
    at = day_start(date(2026, 6, 1)) + 5 * MINUTE
    power(county, "s1", at, 40)
    power(county, "s2", at, 2)
    following = rollups(county)
    following.once()
    assert kept(county, Rollup.STATION) == {}
    computed(county, "s1", date(2026, 6, 1))
    county.clock.advance(MINUTE)
    assert following.once() == 1
    assert kept(county, Rollup.STATION) == {("s1", at): (40, 1)}
    assert list(kept(county, Rollup.BANNER).values()) == [(42, 2)], "the whole banner, also who has nothing new"


def test_it_looks_once_a_minute(county: County) -> None:
    following = rollups(county)
    following.once()
    computed(county, "s1", date(2026, 6, 1))
    county.clock.advance(MINUTE / 2)
    assert following.once() == 0


def test_nothing_is_done_twice_after_a_restart_and_nothing_is_forgotten(county: County) -> None:
    """Yesterday is looked at again, since it may have ended unseen."""
    computed(county, "s1", date(2026, 6, 1))
    assert rollups(county).once() == 1
    county.clock.advance(MINUTE)
    computed(county, "s1", date(2026, 6, 2))
    assert rollups(county).once() == 2
    county.clock.advance(MINUTE)
    assert rollups(county).once() == 1


def test_a_month_that_is_filled_in_is_computed_some_days_at_a_time(county: County) -> None:
    for day in range(1, 6):
        computed(county, "s1", date(2026, 6, day))
    following = rollups(county)
    assert following.once() == 3
    county.clock.advance(MINUTE)
    assert following.once() == 2
    county.clock.advance(MINUTE)
    assert following.once() == 0


def test_what_is_not_done_yet_is_due_after_a_restart(county: County) -> None:
    for day in range(1, 6):
        computed(county, "s1", date(2026, 6, day))
    assert rollups(county).once() == 3
    county.clock.advance(MINUTE)
    again = rollups(county)
    assert again.once() == 3
    county.clock.advance(MINUTE)
    assert again.once() == 2


def test_late_readings_of_this_morning_come_with_the_next_whole_day(county: County) -> None:
    following = rollups(county)
    following.once()
    morning = day_start(TODAY) + 8 * 60 * MINUTE
    power(county, "s1", morning, 70)
    computed(county, "s1", TODAY, at=NOW + MINUTE)
    county.clock.advance(MINUTE)
    following.once()
    assert kept(county, Rollup.STATION) == {}
    county.clock.advance(WHOLE_DAY_EVERY)
    following.once()
    assert kept(county, Rollup.STATION) == {("s1", morning): (70, 1)}


def test_a_store_without_roll_ups_is_left_alone(county: County, tmp_path: Path) -> None:
    place = duckdb_place(tmp_path)
    assert Rollups(place.open(), county.engine, county.clock).once() == 0
    place.close()

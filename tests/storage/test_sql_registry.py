"""The registry in SQL: nothing left out, only what changed is touched, the past stays readable."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from threading import Thread

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from guangfu.stations.models import (
    Attribute,
    Banner,
    Device,
    DeviceKind,
    Grid,
    Household,
    League,
    Registry,
    ShareUnits,
    Slot,
    Station,
    StationKind,
    Village,
    Zone,
)
from guangfu.stations.synthetic import synthetic_registry
from guangfu.storage.sql import schema
from guangfu.storage.sql.database import open_database
from guangfu.storage.sql.registry import read_registry, registry_version, write_registry

AT = datetime(2026, 6, 1, tzinfo=UTC)
FROM = date(2018, 7, 1)


def station(station_id: str, kind: StationKind) -> Station:
    return Station(
        station_id, "敖汉一号", "Aohan One", kind, joint=False, banner_code="150430", resource_zone=Zone.II,
        grid=Grid.MENGDONG, lon=119.921603, lat=42.290781, capacity_dc_w=300_000, capacity_ac_w=250_000,
        tilt_deg=38.5, azimuth_deg=180.0, plan_year=2017, filed_on=date(2017, 11, 3), grid_connected_on=FROM,
    )  # fmt: skip


@pytest.fixture
def registry() -> Registry:
    """One station of each kind, one village, and every kind of fact, with and without its optional parts."""
    return Registry(
        leagues={"1504": League("1504", "赤峰市", "Chifeng", Zone.II, Grid.MENGDONG, 118.9, 42.3)},
        banners={"150430": Banner("150430", "敖汉旗", "Aohan", "1504", Zone.II, Grid.MENGDONG, 119.9, 42.3)},
        villages={"V1": Village("V1", "哈拉沟村", "Halagou", "某镇", "150430")},
        stations={
            "S1": station("S1", StationKind.VILLAGE),
            "S2": replace(station("S2", StationKind.CENTRALIZED), closed_on=date(2025, 1, 1), lon=0.1 + 0.2),
        },
        devices=(
            Device("S1", "meter-1", DeviceKind.METER, FROM, date(2020, 1, 1), 80, 10**9, None),
            Device("S1", "meter-2", DeviceKind.METER, date(2020, 1, 1)),
            Device("S1", "inverter-1", DeviceKind.INVERTER, FROM, capacity_w=50_000),
            Device("S1", "weather", DeviceKind.WEATHER, FROM),
        ),
        share_units=(ShareUnits("S1", "V1", 64, FROM),),
        households={"H1": Household("H1", "V1", FROM), "H2": Household("H2", "V1", FROM, date(2024, 1, 1))},
        slots=(Slot("S2-1", "S2", "H1", FROM, date(2022, 1, 1)), Slot("S2-1", "S2", "H2", date(2022, 1, 1))),
        attributes=(Attribute("S1", "generation_account", "0150430000012345678", FROM),),
        synthetic=True,
    )


@pytest.fixture
def held(engine: Engine, registry: Registry) -> Engine:
    """A database that holds the registry."""
    write_registry(engine, registry, at=AT)
    return engine


def test_no_registry_is_an_empty_one_of_version_0(engine: Engine) -> None:
    assert (read_registry(engine).stations, registry_version(engine)) == ({}, 0)


def test_what_is_written_is_read(held: Engine, registry: Registry) -> None:
    assert read_registry(held) == registry
    kinds = {type(s.kind) for s in read_registry(held).stations.values()} | {
        type(d.kind) for d in read_registry(held).devices
    }
    assert kinds == {StationKind, DeviceKind}


def test_the_whole_synthetic_fleet_is_read_as_it_was_written(engine: Engine) -> None:
    fleet = synthetic_registry()
    added = write_registry(engine, fleet, at=AT)
    assert (added["stations"], added["households"]) == ((786, 0), (len(fleet.households), 0))
    assert read_registry(engine) == fleet


def test_writing_it_again_changes_nothing(held: Engine, registry: Registry) -> None:
    assert set(write_registry(held, registry, at=AT + timedelta(days=1)).values()) == {(0, 0)}
    assert registry_version(held) == 1
    with held.connect() as db:
        assert db.execute(sa.select(sa.func.max(schema.stations.c.recorded_at))).scalar() == AT


def test_a_changed_fact_supersedes_only_its_own_row(held: Engine, registry: Registry) -> None:
    later = AT + timedelta(days=1)
    renamed = replace(registry.stations["S1"], name="敖汉二号")
    changed = replace(registry, stations={**registry.stations, "S1": renamed})
    changes = write_registry(held, changed, at=later)
    assert {name: change for name, change in changes.items() if change != (0, 0)} == {"stations": (1, 1)}
    assert (read_registry(held).stations["S1"], registry_version(held)) == (renamed, 2)
    table = schema.stations
    with held.connect() as db:
        rows = db.execute(sa.select(table.c.station_id, table.c.recorded_at, table.c.superseded_at)).all()
    assert sorted(map(tuple, rows), key=str) == sorted(
        [("S1", AT, later), ("S1", later, None), ("S2", AT, None)], key=str
    )


def test_a_fact_that_went_is_superseded_not_deleted(held: Engine, registry: Registry) -> None:
    write_registry(held, replace(registry, devices=registry.devices[1:]), at=AT + timedelta(days=1))
    assert read_registry(held).devices == registry.devices[1:]
    with held.connect() as db:
        assert db.execute(sa.select(sa.func.count()).select_from(schema.devices)).scalar() == len(registry.devices)


def test_the_past_can_be_read(held: Engine, registry: Registry) -> None:
    two_villages = replace(registry, villages={**registry.villages, "V2": Village("V2", "乙", "B", "某镇", "150430")})
    write_registry(held, two_villages, at=AT + timedelta(days=1))
    write_registry(held, registry, at=AT + timedelta(days=2))
    seen = [
        sorted(read_registry(held, known_at=AT + timedelta(hours=hours)).villages) for hours in (-1, 0, 23, 24, 47, 48)
    ]
    assert seen == [[], ["V1"], ["V1"], ["V1", "V2"], ["V1", "V2"], ["V1"]]


def test_a_clock_that_went_back_leaves_the_past_as_it_was(held: Engine, registry: Registry) -> None:
    changed = replace(registry, share_units=(ShareUnits("S1", "V1", 32, FROM),))
    write_registry(held, changed, at=AT - timedelta(days=300))
    assert read_registry(held, known_at=AT - timedelta(days=1)).share_units == ()
    assert read_registry(held).share_units == changed.share_units


def test_each_column_counts_as_a_change(held: Engine, registry: Registry) -> None:
    s, d, t, h = registry.stations["S1"], registry.devices[0], registry.slots[0], registry.households["H1"]
    changed = replace(
        registry,
        stations={**registry.stations, "S1": replace(s, azimuth_deg=179.9)},
        devices=(replace(d, register_modulus_wh=10**8), *registry.devices[1:]),
        slots=(replace(t, household_id="H2"), registry.slots[1]),
        households={**registry.households, "H1": replace(h, valid_to=date(2030, 1, 1))},
        attributes=(replace(registry.attributes[0], value="x"),),
        leagues={"1504": replace(registry.leagues["1504"], resource_zone=Zone.I)},
        banners={"150430": replace(registry.banners["150430"], seat_lat=42.31)},
        villages={"V1": replace(registry.villages["V1"], township="别镇")},
        share_units=(replace(registry.share_units[0], units=65),),
    )
    assert set(write_registry(held, changed, at=AT).values()) == {(1, 1)}


def test_a_registry_that_becomes_real_is_a_change(held: Engine, registry: Registry) -> None:
    write_registry(held, replace(registry, synthetic=False), at=AT)
    assert (read_registry(held).synthetic, registry_version(held)) == (False, 2)


def test_two_that_write_the_same_write_it_once(engine: Engine, registry: Registry) -> None:
    writers = [Thread(target=write_registry, args=(engine, registry), kwargs={"at": AT}) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert (read_registry(engine), registry_version(engine)) == (registry, 1)


def test_a_reader_sees_all_of_a_change_or_nothing_of_it(sql_url: str, registry: Registry) -> None:
    """The two villages of a station take turns with its share units; a reader must never see a mixture."""
    engine = open_database(sql_url)
    other = replace(
        registry, villages={"V9": Village("V9", "丙", "C", "某镇", "150430")},
        share_units=(ShareUnits("S1", "V9", 64, FROM),),
    )  # fmt: skip
    write_registry(engine, registry, at=AT)

    def write() -> None:
        for n in range(10):
            write_registry(engine, (other, registry)[n % 2], at=AT)

    writer = Thread(target=write)
    writer.start()
    while writer.is_alive():
        seen = read_registry(engine)
        assert set(seen.villages) == {share.village_id for share in seen.share_units}
    writer.join()
    engine.dispose()

import hashlib
from collections import Counter
from datetime import date

import pytest

from guangfu.stations.models import DeviceKind, Registry, Station, StationKind, Village, valid_on
from guangfu.stations.places import banners
from guangfu.stations.synthetic import synthetic_registry
from guangfu.stations.synthetic.fleet import MERGED_ON, PERIODS

TODAY = date(2026, 6, 1)
DIGEST = "ac951e8670767b44e72d9a05d62bace947a328fa1522830b42ed8ef95ba9336e"


@pytest.fixture(scope="module")
def registry() -> Registry:
    return synthetic_registry()


def _digest(registry: Registry) -> str:
    facts = [*registry.villages.values(), *registry.stations.values(), *registry.devices, *registry.share_units,
             *registry.households.values(), *registry.slots]  # fmt: skip
    return hashlib.sha256("\n".join(map(repr, facts)).encode()).hexdigest()


def _stations(registry: Registry, kind: StationKind) -> list[Station]:
    return [station for station in registry.stations.values() if station.kind == kind]


def _households(registry: Registry, station: Station, day: date) -> int:
    owners = [share.village_id for share in registry.shares_of[station.station_id] if valid_on(share, day)]
    return sum(valid_on(h, day) for village in owners for h in registry.households_of[village])


def test_exactly_31_centralized_and_755_village_level_stations_of_which_100_are_joint(registry: Registry) -> None:
    counts = Counter((station.kind, station.joint) for station in registry.stations.values())
    assert counts == {
        (StationKind.CENTRALIZED, False): 31,
        (StationKind.VILLAGE, False): 655,
        (StationKind.VILLAGE, True): 100,
    }


def test_the_fleet_of_a_seed_never_changes_unnoticed(registry: Registry) -> None:
    """Stored telemetry, truth files and snapshots rest on it: change the digest only on purpose."""
    assert _digest(registry) == DIGEST
    assert _digest(synthetic_registry(7)) != DIGEST


def test_it_says_that_it_is_synthetic(registry: Registry) -> None:
    assert registry.synthetic
    named: list[Station | Village] = [*registry.stations.values(), *registry.villages.values()]
    for place in named:
        assert place.name.startswith("演示·")
        assert place.name_en.startswith("Demo ")
    assert all(village.township.startswith("演示·") for village in registry.villages.values())
    assert all(village.township_en.startswith("Demo ") for village in registry.villages.values())


def test_names_and_positions_are_distinct_and_positions_near_the_banners_seat(registry: Registry) -> None:
    stations = registry.stations.values()
    assert len({s.name for s in stations}) == len({(s.lon, s.lat) for s in stations}) == len(stations)
    assert len({(v.banner_code, v.name) for v in registry.villages.values()}) == len(registry.villages)
    for station in stations:
        seat = banners()[station.banner_code]
        assert abs(station.lon - seat.seat_lon) <= 0.4
        assert abs(station.lat - seat.seat_lat) <= 0.4


def test_every_banner_has_one_centralized_station_and_weather_at_a_village_station(registry: Registry) -> None:
    assert {s.banner_code for s in _stations(registry, StationKind.CENTRALIZED)} == set(banners())
    weather = {d.station_id for d in registry.devices if d.kind == DeviceKind.WEATHER}
    assert {s.station_id for s in _stations(registry, StationKind.CENTRALIZED)} <= weather
    with_weather = [s for s in _stations(registry, StationKind.VILLAGE) if s.station_id in weather]
    assert {s.banner_code for s in with_weather} == set(banners())
    assert len(with_weather) < 755 / 5


def test_capacities_are_those_of_the_programme(registry: Registry) -> None:
    for station in registry.stations.values():
        kw = station.capacity_dc_w / 1000
        if station.kind == StationKind.CENTRALIZED:
            assert 10_000 <= kw <= 50_000
        else:
            assert 500 <= kw <= 6000 if station.joint else 100 <= kw <= 500
        inverters = [d for d in registry.devices_of[station.station_id] if d.kind == DeviceKind.INVERTER]
        assert sum(d.capacity_w or 0 for d in inverters) == station.capacity_ac_w
        assert 1.0 <= station.capacity_dc_w / station.capacity_ac_w < 1.35


def test_households_follow_the_kw_rules_on_the_first_day_and_today(registry: Registry) -> None:
    for station in registry.stations.values():
        for day in (station.grid_connected_on, TODAY):
            if station.kind == StationKind.CENTRALIZED:
                held = [slot for slot in registry.slots_of[station.station_id] if valid_on(slot, day)]
                assert 25 <= station.capacity_dc_w / 1000 / len(held) <= 30
                assert len({slot.household_id for slot in held}) == len(held)
            else:
                assert 4 < station.capacity_dc_w / 1000 / _households(registry, station, day) <= 7


def test_no_household_benefits_from_both_kinds(registry: Registry) -> None:
    owners = {share.village_id for share in registry.share_units}
    entitled = {registry.households[slot.household_id].village_id for slot in registry.slots}
    assert not owners & entitled


def test_joint_stations_are_owned_by_3_to_25_villages_and_one_by_58_with_64_units(registry: Registry) -> None:
    holders = {}
    for station in _stations(registry, StationKind.VILLAGE):
        shares = [share for share in registry.shares_of[station.station_id] if valid_on(share, TODAY)]
        if station.joint:
            holders[station.station_id] = (len(shares), sum(share.units for share in shares))
        else:
            assert len(shares) == 1
    (merged,) = [station_id for station_id, (villages, _) in holders.items() if villages > 25]
    assert holders.pop(merged) == (58, 64)
    assert all(3 <= villages <= 25 for villages, _ in holders.values())
    before = [s for s in registry.shares_of[merged] if s.valid_from < MERGED_ON]
    assert len(before) == sum(s.units for s in before) == 64


def test_dates_meet_every_period_of_the_tariff_table(registry: Registry) -> None:
    for kind in StationKind:
        met = set()
        for station in _stations(registry, kind):
            assert date(2018, 1, 1) <= station.filed_on < station.grid_connected_on < date(2021, 1, 1)
            (period,) = [i for i, plan in enumerate(PERIODS) if plan.plan_year == station.plan_year
                         and plan.connected_first <= station.grid_connected_on <= plan.connected_last]  # fmt: skip
            met.add(period)
        assert met == set(range(len(PERIODS)))


def test_every_station_has_one_gateway_meter_with_a_realistic_factor(registry: Registry) -> None:
    for station in registry.stations.values():
        (meter,) = [d for d in registry.devices_of[station.station_id] if d.kind == DeviceKind.METER]
        assert meter.device == "meter"
        assert meter.register_modulus_wh == 1_000_000_000
        low, high = (10_000, 70_000) if station.kind == StationKind.CENTRALIZED else (30, 160)
        if station.joint:
            low, high = 1000, 20_000
        assert low <= meter.multiplication_factor <= high

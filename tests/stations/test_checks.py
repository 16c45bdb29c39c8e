"""Each rule of policy.md's "sizing and ownership", by a registry that breaks it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from guangfu.stations.checks import check_registry
from guangfu.stations.faults import Fault, Severity, has_errors
from guangfu.stations.models import Device, DeviceKind, Household, Registry, ShareUnits, Slot, Station
from guangfu.stations.synthetic import synthetic_registry
from guangfu.texts import Lang
from tests.stations.example import CENTRALIZED, GRID_DAY, JOINT, SINGLE, example

Change = Callable[[Registry], Registry]


def _with_station(station_id: str, **changes: Any) -> Change:
    def change(registry: Registry) -> Registry:
        changed: Station = replace(registry.stations[station_id], **changes)
        return replace(registry, stations={**registry.stations, station_id: changed})

    return change


def _with_row(table: str, index: int, **changes: Any) -> Change:
    def change(registry: Registry) -> Registry:
        rows = getattr(registry, table)
        changed = replace(rows[index], **changes)
        return replace(registry, **{table: (*rows[:index], changed, *rows[index + 1 :])})  # type: ignore[arg-type]

    return change


def _with_more(table: str, *facts: object) -> Change:
    return lambda registry: replace(registry, **{table: (*getattr(registry, table), *facts)})  # type: ignore[arg-type]


def _without(table: str, keep: Callable[[Any], bool]) -> Change:
    return lambda registry: replace(registry, **{table: tuple(filter(keep, getattr(registry, table)))})  # type: ignore[arg-type]


def _with_households(*more: Household) -> Change:
    return lambda registry: replace(registry, households={**registry.households, **{h.household_id: h for h in more}})


def _both(*changes: Change) -> Change:
    def change(registry: Registry) -> Registry:
        for each in changes:
            registry = each(registry)
        return registry

    return change


def _place(fault: Fault) -> str:
    return fault.table if fault.row is None else f"{fault.table}:{fault.row} {fault.column}"


BROKEN: dict[str, tuple[Change, str, str]] = {
    # stations: rows 2 centralized, 3 single, 4 joint
    "single village above 500 kW": (
        _with_station(SINGLE, capacity_dc_w=500_001, capacity_ac_w=500_000),
        "error",
        "stations:3 capacity_dc_w",
    ),
    "single village well above 300 kW": (
        _with_station(SINGLE, capacity_dc_w=320_000, capacity_ac_w=300_000),
        "warning",
        "stations:3 capacity_dc_w",
    ),
    "joint above 6 MW": (
        _with_station(JOINT, capacity_dc_w=6_000_001, capacity_ac_w=6_000_000),
        "error",
        "stations:4 capacity_dc_w",
    ),
    "kW given as W": (_with_station(SINGLE, capacity_dc_w=300, capacity_ac_w=300), "error", "stations:3 capacity_dc_w"),
    "W given as kW": (
        _with_station(SINGLE, capacity_dc_w=300_000_000, capacity_ac_w=300_000_000),
        "error",
        "stations:3 capacity_dc_w",
    ),
    "one side in another unit": (_with_station(SINGLE, capacity_ac_w=300_000_000), "error", "stations:3 capacity_ac_w"),
    "small centralized": (
        _with_station(CENTRALIZED, capacity_dc_w=900_000, capacity_ac_w=900_000),
        "warning",
        "stations:2 capacity_dc_w",
    ),
    "more than 7 kW per household": (
        _with_station(SINGLE, capacity_dc_w=350_001, capacity_ac_w=350_000),
        "error",
        "stations:3 capacity_dc_w",
    ),
    "joint, more than 7 kW per household": (
        _with_station(JOINT, capacity_dc_w=700_001, capacity_ac_w=700_000),
        "error",
        "stations:4 capacity_dc_w",
    ),
    "more than 30 kW per slot": (
        _with_station(CENTRALIZED, capacity_dc_w=1_081_000),
        "warning",
        "stations:2 capacity_dc_w",
    ),
    "less than 25 kW per slot": (
        _with_station(CENTRALIZED, capacity_dc_w=899_000),
        "warning",
        "stations:2 capacity_dc_w",
    ),
    "filed after grid connection": (_with_station(SINGLE, filed_on=date(2018, 7, 1)), "error", "stations:3 filed_on"),
    "closed before it was connected": (_with_station(SINGLE, closed_on=GRID_DAY), "error", "stations:3 closed_on"),
    "planned after grid connection": (_with_station(SINGLE, plan_year=2019), "warning", "stations:3 plan_year"),
    "outside Inner Mongolia": (_with_station(SINGLE, lon=126.5), "error", "stations:3 lon"),
    "south of Inner Mongolia": (_with_station(SINGLE, lat=37.2), "error", "stations:3 lat"),
    "longitude and latitude swapped": (_with_station(SINGLE, lon=42.3, lat=119.9), "error", "stations:3 lon"),
    "unknown banner": (_with_station(SINGLE, banner_code="110000"), "error", "stations:3 banner_code"),
    "a line break in a name": (_with_station(SINGLE, name="a\nb"), "error", "stations:3 name"),
    "a joint centralized station": (_with_station(CENTRALIZED, joint=True), "error", "stations:2 joint"),
    "several owners, not joint": (
        _with_station(JOINT, joint=False, capacity_dc_w=300_000),
        "error",
        "stations:4 joint",
    ),
    "one owner, joint": (_with_station(SINGLE, joint=True), "warning", "stations:3 joint"),
    "no meter": (_without("devices", lambda d: d.station_id != SINGLE), "error", "stations:3 station_id"),
    "the meter began late": (_with_row("devices", 1, valid_from=date(2018, 8, 1)), "warning", "devices:3 valid_from"),
    "two meters at a time": (
        _with_more("devices", Device(SINGLE, "meter2", DeviceKind.METER, date(2020, 1, 1))),
        "warning",
        "devices:7 valid_from",
    ),
    "a factor of an inverter": (_with_row("devices", 3, multiplication_factor=80), "warning", "devices:5 kind"),
    "a factor of zero": (_with_row("devices", 1, multiplication_factor=0), "error", "devices:3 multiplication_factor"),
    "a name no topic can hold": (_with_row("devices", 1, device="meter/1"), "error", "devices:3 device"),
    "the same device twice": (
        _with_more("devices", Device(SINGLE, "wx", DeviceKind.WEATHER, date(2020, 1, 1))),
        "error",
        "devices:7 valid_from",
    ),
    "a device of an unknown station": (_with_row("devices", 4, station_id="st-x"), "error", "devices:6 station_id"),
    "ends on the day it begins": (_with_row("devices", 4, valid_to=GRID_DAY), "error", "devices:6 valid_to"),
    "nobody owns it": (_without("share_units", lambda s: s.station_id != SINGLE), "error", "stations:3 station_id"),
    "owned later than connected": (
        _with_row("share_units", 0, valid_from=date(2018, 8, 1)),
        "warning",
        "stations:3 grid_connected_on",
    ),
    "no unit": (_with_row("share_units", 1, units=0), "error", "share_units:3 units"),
    "units of a village overlap": (
        _with_more("share_units", ShareUnits(JOINT, "vl-j1", 3, date(2021, 1, 1))),
        "error",
        "share_units:6 valid_from",
    ),
    "units of a centralized station": (
        _with_more("share_units", ShareUnits(CENTRALIZED, "vl-j1", 3, GRID_DAY)),
        "error",
        "share_units:6 station_id",
    ),
    "units of an unknown village": (
        _with_row("share_units", 0, village_id="vl-x"),
        "error",
        "share_units:2 village_id",
    ),
    "a slot of a village-level station": (_with_row("slots", 0, station_id=SINGLE), "error", "slots:2 station_id"),
    "a slot held twice": (_with_row("slots", 1, slot_id="sl-0"), "error", "slots:3 valid_from"),
    "a household with two slots": (_with_row("slots", 1, household_id="hh-vl-c-0"), "error", "slots:3 valid_from"),
    "a slot before its household": (
        _with_row("slots", 1, valid_from=date(2018, 1, 1)),
        "error",
        "slots:3 household_id",
    ),
    "a household helped by both kinds": (
        _with_row("slots", 1, household_id="hh-vl-s-0"),
        "error",
        "slots:3 household_id",
    ),
    "two values at a time": (lambda r: replace(r, attributes=r.attributes * 2), "error", "attributes:3 valid_from"),
    "an attribute of nobody": (_with_row("attributes", 0, subject_id="hh-vl-c-0"), "error", "attributes:2 subject_id"),
    "an identity number as a value": (
        _with_row("attributes", 0, value="11010519491231002X"),
        "error",
        "attributes:2 value",
    ),
    "an identity number as an id": (_with_row("slots", 0, slot_id="11010519491231002X"), "error", "slots:2 slot_id"),
    "no slots at all": (lambda r: replace(r, slots=()), "warning", "slots"),
    "no households at all": (lambda r: replace(r, households={}, slots=()), "warning", "households"),
}


def test_the_example_has_no_fault() -> None:
    assert check_registry(example()) == ()


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_rule_is_found_where_it_is_broken(broken: str) -> None:
    change, severity, expected = BROKEN[broken]
    faults = [fault for fault in check_registry(change(example())) if _place(fault) == expected]
    assert severity in {fault.severity for fault in faults}
    for fault in faults:
        assert fault.text(Lang.ZH) != fault.text(Lang.EN)
        assert "{" not in fault.text(Lang.EN)


def test_exactly_7_kw_per_household_is_allowed() -> None:
    """赛罕大坝嘎查: 154 kW, 22 households."""
    registry = _with_station(SINGLE, capacity_dc_w=350_000, capacity_ac_w=300_000)(example())
    assert not has_errors(check_registry(registry))


@pytest.mark.parametrize(
    ("old_until", "warned"), [(date(2020, 1, 1), False), (date(2020, 1, 2), False), (date(2020, 1, 3), True)]
)
def test_on_the_day_of_an_exchange_two_meters_are_valid(old_until: date, warned: bool) -> None:
    """At midnight the old one ends on the day the new one begins; within a day, on the day after."""
    registry = _both(
        _with_row("devices", 1, valid_to=old_until),
        _with_more("devices", Device(SINGLE, "meter2", DeviceKind.METER, date(2020, 1, 1))),
    )(example())
    assert ([fault.column for fault in check_registry(registry)] == ["valid_from"]) == warned


def test_a_household_may_change_from_one_kind_to_the_other() -> None:
    """The village's station closes its books with the village on the day the household's slot begins."""
    moved = date(2021, 1, 1)
    registry = _both(
        _with_row("share_units", 3, valid_to=moved),
        _with_row("slots", 0, valid_to=moved),
        _with_more("slots", Slot("sl-0", CENTRALIZED, "hh-vl-j3-0", moved)),
    )(example())
    assert [f for f in check_registry(registry) if f.table == "slots"] == []


def test_a_village_with_two_stations_counts_its_households_once() -> None:
    """50 households and 300 + 60 kW are 7.2 kW each, at both stations."""
    second = replace(example().stations[SINGLE], station_id="st-2", capacity_dc_w=60_000, capacity_ac_w=60_000)
    registry = _both(
        lambda r: replace(r, stations={**r.stations, "st-2": second}),
        _with_more("devices", replace(example().devices[1], station_id="st-2")),
        _with_more("share_units", ShareUnits("st-2", "vl-s", 1, GRID_DAY)),
    )(example())
    faults = check_registry(registry)
    assert {(f.table, f.row, f.severity) for f in faults} == {
        ("stations", 3, Severity.ERROR),
        ("stations", 5, Severity.ERROR),
    }
    assert all("7.20 kW" in fault.text(Lang.EN) for fault in faults)
    more = _with_households(*(Household(f"hh-{i}", "vl-s", GRID_DAY) for i in range(2)))
    assert check_registry(more(registry)) == ()


def test_the_synthetic_fleet_has_no_error_and_only_village_stations_well_above_300_kw_are_warned_of() -> None:
    registry = synthetic_registry()
    faults = check_registry(registry)
    assert not has_errors(faults)
    large = [s for s in registry.stations.values() if not s.joint and 315_000 < s.capacity_dc_w <= 500_000]
    assert len(faults) == len(large) > 0

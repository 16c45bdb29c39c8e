"""Who owns a village-level station, and who holds a centralized station's slots.

Source:
    29号 and 61号: a village-level station belongs to the village collective, a joint one by share. Inner Mongolia's
    measure of 2019-01: no household benefits from a centralized and a village-level station at once.
"""

from collections import defaultdict
from itertools import combinations
from typing import Final

from guangfu.stations.checks.dates import Period, overlap, overlaps, period
from guangfu.stations.checks.finding import Finding, Findings, warning
from guangfu.stations.models import Household, ShareUnits, Slot, Station, StationKind, valid_on
from guangfu.stations.tables import Facts, Table
from guangfu.texts import Text


def check_ownership(facts: Facts) -> Findings:
    yield from _shares(facts)
    yield from _slots(facts)
    yield from no_double_benefit(facts)


def _shares(facts: Facts) -> Findings:
    stations = {station.station_id: station for station in facts.stations}
    shares: dict[str, list[ShareUnits]] = defaultdict(list)
    for index, share in enumerate(facts.share_units):
        shares[share.station_id].append(share)
        station = stations.get(share.station_id)
        if station is not None and station.kind == StationKind.CENTRALIZED:
            yield Finding(Table.SHARE_UNITS, index, "station_id", _CENTRALIZED_SHARE)
    for index, station in enumerate(facts.stations):
        if station.kind == StationKind.VILLAGE and station.station_id not in facts.not_read(Table.SHARE_UNITS):
            yield from _owners(index, station, shares[station.station_id])
        elif station.joint and station.kind == StationKind.CENTRALIZED:
            yield Finding(Table.STATIONS, index, "joint", _CENTRALIZED_JOINT)


def _owners(index: int, station: Station, shares: list[ShareUnits]) -> Findings:
    if not shares:
        yield Finding(Table.STATIONS, index, "station_id", _NO_OWNER)
        return
    if not any(valid_on(share, station.grid_connected_on) for share in shares):
        yield warning(Table.STATIONS, index, "grid_connected_on", _NO_OWNER_AT_FIRST)
    villages = {share.village_id for share in shares}
    if not station.joint and _at_a_time(shares):
        yield Finding(Table.STATIONS, index, "joint", _SEVERAL_OWNERS)
    elif station.joint and len(villages) == 1:
        yield warning(Table.STATIONS, index, "joint", _ONE_OWNER)


def _at_a_time(shares: list[ShareUnits]) -> bool:
    """Do two villages hold units on one day?"""
    return any(
        one.village_id != other.village_id and overlap(period(one), period(other))
        for one, other in combinations(shares, 2)
    )


def _slots(facts: Facts) -> Findings:
    kinds = {station.station_id: station.kind for station in facts.stations}
    households = {household.household_id: household for household in facts.households}
    station_of: dict[str, str] = {}
    for index, slot in enumerate(facts.slots):
        if kinds.get(slot.station_id) == StationKind.VILLAGE:
            yield Finding(Table.SLOTS, index, "station_id", _VILLAGE_SLOT)
        if station_of.setdefault(slot.slot_id, slot.station_id) != slot.station_id:
            yield Finding(Table.SLOTS, index, "slot_id", _TWO_STATIONS)
        holder = households.get(slot.household_id)
        if holder is not None and not _within(slot, holder):
            yield Finding(Table.SLOTS, index, "household_id", _NOT_REGISTERED)
    yield from overlaps(Table.SLOTS, facts.slots, lambda slot: (slot.household_id,), _TWO_SLOTS)


def _within(slot: Slot, household: Household) -> bool:
    (slot_from, slot_to), (since, until) = period(slot), period(household)
    return since <= slot_from and slot_to <= until


def no_double_benefit(facts: Facts) -> Findings:
    """Slots whose household is in a village that holds units of a village-level station at the time."""
    owned: dict[str, list[Period]] = defaultdict(list)
    for share in facts.share_units:
        owned[share.village_id].append(period(share))
    village_of = {household.household_id: household.village_id for household in facts.households}
    for index, slot in enumerate(facts.slots):
        shares = owned.get(village_of.get(slot.household_id, ""), ())
        if any(overlap(period(slot), share) for share in shares):
            yield Finding(Table.SLOTS, index, "household_id", _DOUBLE_BENEFIT)


_NO_OWNER: Final = Text(
    "村级电站没有份额：请在份额表中登记所属嘎查村（单村电站一行）",
    "a village-level station that nobody owns: add its village to share_units (one row for a single village)",
)
_NO_OWNER_AT_FIRST: Final = Text(
    "并网当天没有任何嘎查村持有份额",
    "no village holds units on the day of grid connection",
)
_SEVERAL_OWNERS: Final = Text(
    "同时有多个嘎查村持有份额，却没有标为联村电站",
    "several villages hold units at a time, yet not joint",
)
_ONE_OWNER: Final = Text(
    "标为联村电站，却只有一个嘎查村持有份额",
    "joint, yet one village holds all units",
)
_CENTRALIZED_SHARE: Final = Text(
    "集中式电站没有嘎查村份额，受益户请登记在名额表",
    "a centralized station has slots, not units",
)
_CENTRALIZED_JOINT: Final = Text(
    "集中式电站不能是联村电站",
    "a centralized station can't be joint",
)
_VILLAGE_SLOT: Final = Text(
    "村级电站没有名额，请用份额",
    "a village-level station has units, not slots",
)
_TWO_STATIONS: Final = Text(
    "同一名额出现在两个电站",
    "the slot stands under two stations",
)
_NOT_REGISTERED: Final = Text(
    "名额的有效期超出该户的受益期",
    "the slot is held when the household is not registered",
)
_TWO_SLOTS: Final = Text(
    "同一户同时持有两个名额",
    "the household holds two slots at a time",
)
_DOUBLE_BENEFIT: Final = Text(
    "该户同时受益于集中式电站和所在嘎查村的村级电站",
    "the household benefits from a centralized and a village-level station at once",
)

"""How many kW stand behind each household.

Source:
    29号: about 5 kW and at most 7 kW per household at village-level stations. National Energy Administration,
    2017-08-01: 25 to 30 kW per household at centralized ones.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Final, NamedTuple

from guangfu.stations.checks.finding import Finding, Findings, warning
from guangfu.stations.models import Dated, Household, ShareUnits, StationKind, valid_on
from guangfu.stations.tables import Facts, Table
from guangfu.texts import Text

MOST_VILLAGE_KW: Final = 7
LEAST_VILLAGE_KW: Final = 3
CENTRALIZED_KW: Final = (25, 30)
ROUNDING_KW: Final = 1e-9
"""154 kW and 22 households are exactly 7 kW each, however the sum was formed."""


def check_households(facts: Facts) -> Findings:
    """KW per household on the last day on which something about the station's households began."""
    if facts.not_read(Table.HOUSEHOLDS) or facts.not_read(Table.SLOTS) or facts.not_read(Table.SHARE_UNITS):
        return
    kinds = {station.kind for station in facts.stations}
    for kind, table, rows in (
        (StationKind.CENTRALIZED, Table.SLOTS, facts.slots),
        (StationKind.VILLAGE, Table.HOUSEHOLDS, facts.households),
    ):
        if kind in kinds and not rows:
            yield warning(table, None, None, _NOBODY)
        elif kind in kinds:
            yield from _centralized(facts) if kind == StationKind.CENTRALIZED else _village_level(facts)


def _centralized(facts: Facts) -> Findings:
    low, high = CENTRALIZED_KW
    for index, kw in centralized_kw(facts):
        if kw is None:
            yield warning(Table.STATIONS, index, "station_id", _NO_SLOTS)
        elif not low <= kw <= high:
            text = Text(f"每户 {kw:.1f} kW，应为 25–30 kW", f"{kw:.1f} kW per household; 25-30 kW is the rule")
            yield warning(Table.STATIONS, index, "capacity_dc_w", text)


def centralized_kw(facts: Facts) -> Iterator[tuple[int, float | None]]:
    """Each centralized station's place and its kW per slot; `None` without slots. [kW]"""
    slots = defaultdict(list)
    for slot in facts.slots:
        slots[slot.station_id].append(slot)
    for index, station in enumerate(facts.stations):
        if station.kind == StationKind.CENTRALIZED:
            day = _last_beginning(slots[station.station_id])
            held = sum(valid_on(slot, day) for slot in slots[station.station_id])
            yield index, station.capacity_dc_w / 1000 / held if held else None


def _last_beginning(facts: Iterable[Dated]) -> date:
    return max((fact.valid_from for fact in facts), default=date.min)


class _Owned(NamedTuple):
    """A village-level station, the day that it is looked at, and each village's kW of it on that day."""

    place: int
    day: date
    kw: Mapping[str, float]


def _village_level(facts: Facts) -> Findings:
    for index, kw in village_kw(facts):
        yield from _per_household(index, kw)


def village_kw(facts: Facts) -> Iterator[tuple[int, float | None]]:
    """Each owned village-level station's place and its kW per household; `None` without households. [kW]"""
    households: dict[str, list[Household]] = defaultdict(list)
    for household in facts.households:
        households[household.village_id].append(household)
    owned = list(_owned(facts, households))
    kw_of: dict[str, float] = defaultdict(float)
    for station in owned:
        for village, kw in station.kw.items():
            kw_of[village] += kw
    for station in owned:
        # A village of two stations counts its households at each by the kW that it has there.
        n = sum(
            kw / kw_of[village] * sum(valid_on(h, station.day) for h in households.get(village, ()))
            for village, kw in station.kw.items()
        )
        yield station.place, sum(station.kw.values()) / n if n else None


def _owned(facts: Facts, households: Mapping[str, list[Household]]) -> Iterator[_Owned]:
    shares: dict[str, list[ShareUnits]] = defaultdict(list)
    for share in facts.share_units:
        shares[share.station_id].append(share)
    known = {village.village_id for village in facts.villages}
    for index, station in enumerate(facts.stations):
        ours = shares[station.station_id]
        if station.kind == StationKind.VILLAGE and ours and all(share.village_id in known for share in ours):
            registered = [h for village in {share.village_id for share in ours} for h in households.get(village, ())]
            day = _last_beginning([*ours, *registered])
            held = [share for share in ours if valid_on(share, day) and share.units > 0]
            total = sum(share.units for share in held)
            kw = {share.village_id: station.capacity_dc_w / 1000 * share.units / total for share in held}
            yield _Owned(index, day, kw)


def _per_household(index: int, kw: float | None) -> Findings:
    if kw is None:
        yield warning(Table.STATIONS, index, "station_id", _NO_HOUSEHOLDS)
        return
    if kw > MOST_VILLAGE_KW + ROUNDING_KW:
        text = Text(f"每户 {kw:.2f} kW，不得超过 7 kW", f"{kw:.2f} kW per household; 7 kW is the most")
        yield Finding(Table.STATIONS, index, "capacity_dc_w", text)
    elif kw < LEAST_VILLAGE_KW:
        text = Text(f"每户只有 {kw:.2f} kW，一般为 5 kW 左右", f"only {kw:.2f} kW per household; about 5 kW is usual")
        yield warning(Table.STATIONS, index, "capacity_dc_w", text)


_NOBODY: Final = Text("这张表是空的：无法检查每户的 kW", "this table is empty: kW per household can't be checked")
_NO_SLOTS: Final = Text("集中式电站没有名额", "a centralized station without slots")
_NO_HOUSEHOLDS: Final = Text("所属嘎查村没有受益户", "its villages have no beneficiary households")

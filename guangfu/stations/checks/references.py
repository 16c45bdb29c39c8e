"""Ids are unique, and whoever refers to one refers to something that exists."""

from collections.abc import Iterable, Sequence
from typing import Final

from guangfu.stations.cells import shown
from guangfu.stations.checks.finding import Finding, Findings
from guangfu.stations.tables import TABLE_NAMES, Facts, Table
from guangfu.texts import Text

KEYS: Final = {
    Table.LEAGUES: "code",
    Table.BANNERS: "code",
    Table.VILLAGES: "village_id",
    Table.STATIONS: "station_id",
    Table.HOUSEHOLDS: "household_id",
}
"""Tables whose facts are found by one id."""

REFERENCES: Final = (
    (Table.BANNERS, "league_code", (Table.LEAGUES,)),
    (Table.VILLAGES, "banner_code", (Table.BANNERS,)),
    (Table.STATIONS, "banner_code", (Table.BANNERS,)),
    (Table.DEVICES, "station_id", (Table.STATIONS,)),
    (Table.SHARE_UNITS, "station_id", (Table.STATIONS,)),
    (Table.SHARE_UNITS, "village_id", (Table.VILLAGES,)),
    (Table.HOUSEHOLDS, "village_id", (Table.VILLAGES,)),
    (Table.SLOTS, "station_id", (Table.STATIONS,)),
    (Table.SLOTS, "household_id", (Table.HOUSEHOLDS,)),
    (Table.ATTRIBUTES, "subject_id", (Table.STATIONS, Table.VILLAGES)),
)
"""Which column refers to which tables."""


def check_unique(facts: Facts) -> Findings:
    """No id twice in its table; no station under a village's id, since an attribute names either."""
    for table, key in KEYS.items():
        yield from _doubles(table, key, [getattr(fact, key) for fact in facts.rows(table)])
    villages = {village.village_id for village in facts.villages}
    for index, station in enumerate(facts.stations):
        if station.station_id in villages:
            yield Finding(Table.STATIONS, index, "station_id", _ALSO_VILLAGE)


def _doubles(table: Table, key: str, ids: Sequence[str]) -> Findings:
    seen: set[str] = set()
    for index, identifier in enumerate(ids):
        if identifier in seen:
            name = shown(identifier)
            yield Finding(table, index, key, Text(f"编号「{name}」重复", f'"{name}" stands twice'))
        seen.add(identifier)


def check_references(facts: Facts) -> Findings:
    """Every id that a fact names exists in its table."""
    known = {table: _known(facts, table) for table in KEYS}
    for table, column, targets in REFERENCES:
        exists = set().union(*(known[target] for target in targets))
        for index, fact in enumerate(facts.rows(table)):
            if getattr(fact, column) not in exists:
                yield Finding(table, index, column, _unknown(getattr(fact, column), targets))


def _known(facts: Facts, table: Table) -> set[str]:
    return {getattr(fact, KEYS[table]) for fact in facts.rows(table)} | facts.not_read(table)


def _unknown(identifier: str, targets: Iterable[Table]) -> Text:
    zh = "或".join(TABLE_NAMES[table].zh for table in targets)
    en = " or ".join(TABLE_NAMES[table].en for table in targets)
    name = shown(identifier)
    return Text(f"{zh}表中没有「{name}」", f'no "{name}" in the table {en}')


_ALSO_VILLAGE: Final = Text("编号与某个嘎查村相同", "a village has the same id")

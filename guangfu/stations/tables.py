"""The registry's tables, and its facts as lists: what checks and files work on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from guangfu.stations.models import (
    Attribute,
    Banner,
    Device,
    Household,
    League,
    Registry,
    ShareUnits,
    Slot,
    Station,
    Village,
)
from guangfu.texts import Text


class Table(StrEnum):
    """A table of the registry; its value is the name of the file, and of the SQL table."""

    REGISTRY = "registry"
    LEAGUES = "leagues"
    BANNERS = "banners"
    VILLAGES = "villages"
    STATIONS = "stations"
    DEVICES = "devices"
    SHARE_UNITS = "share_units"
    HOUSEHOLDS = "households"
    SLOTS = "slots"
    ATTRIBUTES = "attributes"


TABLE_NAMES: Final = {
    Table.REGISTRY: Text("登记册", "registry"),
    Table.LEAGUES: Text("盟市", "leagues"),
    Table.BANNERS: Text("旗县", "banners"),
    Table.VILLAGES: Text("嘎查村", "villages"),
    Table.STATIONS: Text("电站", "stations"),
    Table.DEVICES: Text("设备", "devices"),
    Table.SHARE_UNITS: Text("份额", "share_units"),
    Table.HOUSEHOLDS: Text("受益户", "households"),
    Table.SLOTS: Text("名额", "slots"),
    Table.ATTRIBUTES: Text("属性", "attributes"),
}


@dataclass
class Facts:
    """Every row of a registry, doubles included, in the order of its tables.

    `unreadable` has the ids of rows that could not be read, so that whoever refers to them is not
    blamed for it.
    """

    leagues: Sequence[League] = ()
    banners: Sequence[Banner] = ()
    villages: Sequence[Village] = ()
    stations: Sequence[Station] = ()
    devices: Sequence[Device] = ()
    share_units: Sequence[ShareUnits] = ()
    households: Sequence[Household] = ()
    slots: Sequence[Slot] = ()
    attributes: Sequence[Attribute] = ()
    synthetic: bool = False
    unreadable: Mapping[Table, set[str]] = field(default_factory=dict)

    def rows(self, table: Table) -> Sequence[object]:
        """The facts of a table, which its name is the field of."""
        rows: Sequence[object] = getattr(self, table.value)
        return rows

    def not_read(self, table: Table) -> set[str]:
        return self.unreadable.get(table, set())


def facts_of(registry: Registry) -> Facts:
    return Facts(
        leagues=list(registry.leagues.values()),
        banners=list(registry.banners.values()),
        villages=list(registry.villages.values()),
        stations=list(registry.stations.values()),
        devices=registry.devices,
        share_units=registry.share_units,
        households=list(registry.households.values()),
        slots=registry.slots,
        attributes=registry.attributes,
        synthetic=registry.synthetic,
    )


def registry_of(facts: Facts) -> Registry:
    return Registry(
        leagues={league.code: league for league in facts.leagues},
        banners={banner.code: banner for banner in facts.banners},
        villages={village.village_id: village for village in facts.villages},
        stations={station.station_id: station for station in facts.stations},
        devices=tuple(facts.devices),
        share_units=tuple(facts.share_units),
        households={household.household_id: household for household in facts.households},
        slots=tuple(facts.slots),
        attributes=tuple(facts.attributes),
        synthetic=facts.synthetic,
    )

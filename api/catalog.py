"""What the registry says of a day, laid out for answering: built once per version and local day."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from guangfu.monitor.roster import Roster, build_roster
from guangfu.stations.models import Banner, League, Registry, Station, Village, valid_on


@dataclass(frozen=True, kw_only=True)
class Catalog(Roster):
    """The roster of a day with what else is answered of its stations.

    Attributes:
        search_text: What a search looks through, lower case.
        households_in: Beneficiary households of each village on the day.
        slots_in: By village and centralized station, the slots that its households hold on the day.
    """

    version: int
    registry: Registry
    search_text: tuple[str, ...]
    households_in: Mapping[str, int]
    slots_in: Mapping[str, Mapping[str, int]]

    def banner(self, station: Station | Village) -> Banner:
        return self.registry.banners[station.banner_code]

    def league(self, station: Station | Village) -> League:
        return self.registry.leagues[self.banner(station).league_code]


def build_catalog(registry: Registry, version: int, day: date) -> Catalog:
    roster = build_roster(registry, day)
    return Catalog(
        version=version,
        registry=registry,
        search_text=tuple(_search_text(registry, station) for station in roster.stations),
        households_in=Counter(h.village_id for h in registry.households.values() if valid_on(h, day)),
        slots_in=_slots_in(registry, day),
        **vars(roster),
    )


def _slots_in(registry: Registry, day: date) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {}
    for slot in registry.slots:
        household = registry.households.get(slot.household_id)
        if household is not None and valid_on(slot, day):
            counts.setdefault(household.village_id, Counter())[slot.station_id] += 1
    return counts


def _search_text(registry: Registry, station: Station) -> str:
    banner = registry.banners[station.banner_code]
    league = registry.leagues[banner.league_code]
    words = (station.station_id, station.name, station.name_en, banner.name, banner.name_en, league.name,
             league.name_en)  # fmt: skip
    return "\n".join(words).lower()

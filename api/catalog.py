"""What the registry says of a day, laid out for answering: built once per version and local day."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from guangfu.stations.models import Banner, DeviceKind, League, Registry, Station, Village, valid_on

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Catalog:
    """The stations that are not closed on `day`, in the order of their ids.

    Attributes:
        position_of: Where a station stands in `stations` and in every array.
        lat_deg, lon_deg, capacity_dc_w, capacity_ac_w: (n_stations,)
        meters: The position of the station of each gateway meter that is valid on the day.
        meters_due: (n_stations,) How many meters must have a value for the station to have one.
        search_text: What a search looks through, lower case.
        households_in: Beneficiary households of each village on the day.
        slots_in: By village and centralized station, the slots that its households hold on the day.
    """

    version: int
    day: date
    registry: Registry
    stations: tuple[Station, ...]
    position_of: Mapping[str, int]
    lat_deg: Floats
    lon_deg: Floats
    capacity_dc_w: Floats
    capacity_ac_w: Floats
    meters: Mapping[tuple[str, str], int]
    meters_due: NDArray[np.int64]
    search_text: tuple[str, ...]
    households_in: Mapping[str, int]
    slots_in: Mapping[str, Mapping[str, int]]

    def banner(self, station: Station | Village) -> Banner:
        return self.registry.banners[station.banner_code]

    def league(self, station: Station | Village) -> League:
        return self.registry.leagues[self.banner(station).league_code]


def build_catalog(registry: Registry, version: int, day: date) -> Catalog:
    stations = tuple(station for _, station in sorted(registry.stations.items()) if _open(station, day))
    position_of = {station.station_id: i for i, station in enumerate(stations)}
    meters = _meters(registry, position_of, day)
    return Catalog(
        version=version,
        day=day,
        registry=registry,
        stations=stations,
        position_of=position_of,
        lat_deg=np.array([s.lat for s in stations], float),
        lon_deg=np.array([s.lon for s in stations], float),
        capacity_dc_w=np.array([s.capacity_dc_w for s in stations], float),
        capacity_ac_w=np.array([s.capacity_ac_w for s in stations], float),
        meters=meters,
        meters_due=np.bincount(list(meters.values()), minlength=len(stations)),
        search_text=tuple(_search_text(registry, station) for station in stations),
        households_in=Counter(h.village_id for h in registry.households.values() if valid_on(h, day)),
        slots_in=_slots_in(registry, day),
    )


def _slots_in(registry: Registry, day: date) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {}
    for slot in registry.slots:
        household = registry.households.get(slot.household_id)
        if household is not None and valid_on(slot, day):
            counts.setdefault(household.village_id, Counter())[slot.station_id] += 1
    return counts


def _open(station: Station, day: date) -> bool:
    return station.closed_on is None or day < station.closed_on


def _meters(registry: Registry, position_of: Mapping[str, int], day: date) -> dict[tuple[str, str], int]:
    return {
        (device.station_id, device.device): position_of[device.station_id]
        for device in registry.devices
        if device.kind is DeviceKind.METER and device.station_id in position_of and valid_on(device, day)
    }


def _search_text(registry: Registry, station: Station) -> str:
    banner = registry.banners[station.banner_code]
    league = registry.leagues[banner.league_code]
    words = (station.station_id, station.name, station.name_en, banner.name, banner.name_en, league.name,
             league.name_en)  # fmt: skip
    return "\n".join(words).lower()

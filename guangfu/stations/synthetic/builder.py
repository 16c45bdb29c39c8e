"""Adds stations, villages, households and devices under opaque ids that count up."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Final, NamedTuple

from guangfu.stations.models import (
    Banner,
    Device,
    DeviceKind,
    Household,
    ShareUnits,
    Slot,
    Station,
    StationKind,
    Village,
)
from guangfu.stations.synthetic import electrical, names
from guangfu.stations.synthetic.dice import Dice

TOWNSHIPS_PER_BANNER: Final = 7
REACH_DEG: Final = 0.38
"""How far from the banner's seat a station stands at most, in either direction."""

REVIEWED_ON: Final = date(2021, 1, 1)
HANDED_OVER: Final = 0.01
"""Part of the slots that the yearly review of the list gave to another household on that day."""


class Plan(NamedTuple):
    """The years and days between which a station was planned, filed and connected."""

    plan_year: int
    filed_first: date
    filed_last: date
    connected_first: date
    connected_last: date


class Builder:
    """What the fleet has so far."""

    def __init__(self, dice: Dice) -> None:
        self.dice = dice
        self.stations: dict[str, Station] = {}
        self.villages: dict[str, Village] = {}
        self.households: dict[str, Household] = {}
        self.devices: list[Device] = []
        self.share_units: list[ShareUnits] = []
        self.slots: list[Slot] = []
        self._n_slots = 0
        self._townships: dict[str, list[names.Name]] = {}
        self._village_names: dict[str, Iterator[names.Name]] = {}
        self._positions: set[tuple[float, float]] = set()

    def add_station(
        self,
        banner: Banner,
        name: names.Name,
        kind: StationKind,
        capacity_dc_w: int,
        fit: electrical.Inverters,
        plan: Plan,
        *,
        joint: bool = False,
    ) -> Station:
        lon, lat = self._position(banner)
        station = Station(
            station_id=f"st{len(self.stations) + 1:04}",
            name=name.zh,
            name_en=name.en,
            kind=kind,
            joint=joint,
            banner_code=banner.code,
            resource_zone=banner.resource_zone,
            grid=banner.grid,
            lon=lon,
            lat=lat,
            capacity_dc_w=capacity_dc_w,
            capacity_ac_w=fit.unit_w * fit.number,
            tilt_deg=float(round(lat) - self.dice.whole(2, 6)),
            azimuth_deg=180.0,
            plan_year=plan.plan_year,
            filed_on=self.dice.day(plan.filed_first, plan.filed_last),
            grid_connected_on=self.dice.day(plan.connected_first, plan.connected_last),
        )
        self.stations[station.station_id] = station
        return station

    def _position(self, banner: Banner) -> tuple[float, float]:
        """Denser towards the seat, distinct to about ten metres."""
        while True:
            spread = [self.dice.real(-0.5, 0.5) + self.dice.real(-0.5, 0.5) for _ in range(2)]
            lon = round(banner.seat_lon + REACH_DEG * spread[0], 4)
            lat = round(banner.seat_lat + REACH_DEG * spread[1], 4)
            if (lon, lat) not in self._positions:
                self._positions.add((lon, lat))
                return lon, lat

    def add_devices(self, station: Station, fit: electrical.Inverters, grid_v: int, *, weather: bool) -> None:
        since = station.grid_connected_on
        meter = Device(
            station.station_id,
            "meter",
            DeviceKind.METER,
            since,
            multiplication_factor=electrical.multiplication_factor(station.capacity_ac_w, grid_v),
            register_modulus_wh=electrical.REGISTER_MODULUS_WH,
        )
        self.devices.append(meter)
        self.devices += [
            Device(station.station_id, f"inv{i:02}", DeviceKind.INVERTER, since, capacity_w=fit.unit_w)
            for i in range(1, fit.number + 1)
        ]
        if weather:
            self.devices.append(Device(station.station_id, "wx", DeviceKind.WEATHER, since))

    def add_village(self, banner: Banner) -> Village:
        if banner.code not in self._townships:
            self._townships[banner.code] = names.township_names(banner, self.dice, TOWNSHIPS_PER_BANNER)
            self._village_names[banner.code] = names.village_names(banner, self.dice)
        name = next(self._village_names[banner.code])
        township = self.dice.pick(self._townships[banner.code])
        village = Village(
            village_id=f"vl{len(self.villages) + 1:05}",
            name=name.zh,
            name_en=name.en,
            township=township.zh,
            township_en=township.en,
            banner_code=banner.code,
        )
        self.villages[village.village_id] = village
        return village

    def add_share(self, station: Station, village: Village, units: int) -> None:
        self.share_units.append(ShareUnits(station.station_id, village.village_id, units, station.grid_connected_on))

    def add_households(self, village: Village, n: int, since: date) -> list[str]:
        first = len(self.households) + 1
        ids = [f"hh{number:06}" for number in range(first, first + n)]
        for household_id in ids:
            self.households[household_id] = Household(household_id, village.village_id, since)
        return ids

    def add_slots(self, station: Station, village: Village, n: int) -> None:
        """A slot for each of `n` new households; a few were given to another household later."""
        since = station.grid_connected_on
        for household_id in self.add_households(village, n, since):
            self._n_slots += 1
            slot = Slot(f"sl{self._n_slots:06}", station.station_id, household_id, since)
            self.slots.append(slot)
            if self.dice.real(0, 1) < HANDED_OVER:
                self._hand_over(slot, village)

    def _hand_over(self, slot: Slot, village: Village) -> None:
        old = self.households[slot.household_id]
        self.households[slot.household_id] = replace(old, valid_to=REVIEWED_ON)
        self.slots[-1] = replace(slot, valid_to=REVIEWED_ON)
        (successor,) = self.add_households(village, 1, REVIEWED_ON)
        self.slots.append(Slot(slot.slot_id, slot.station_id, successor, REVIEWED_ON))

    def merge(self, station: Station, merged: Sequence[Village], into: Village, day: date) -> None:
        """Units and households of the merged villages go to the village they joined, from that day."""
        joining = {village.village_id for village in (*merged, into)}
        units = 0
        for i, share in enumerate(self.share_units):
            if share.station_id == station.station_id and share.village_id in joining:
                self.share_units[i] = replace(share, valid_to=day)
                units += share.units
        self.share_units.append(ShareUnits(station.station_id, into.village_id, units, day))
        moving = [h for h in self.households.values() if h.village_id in joining - {into.village_id}]
        for household in moving:
            self.households[household.household_id] = replace(household, valid_to=day)
        self.add_households(into, len(moving), day)

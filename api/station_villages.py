"""Whom a station benefits: villages by their units of it, or by the slots that their households hold."""

from collections import Counter
from datetime import date

from api import schemas
from api.catalog import Catalog
from guangfu.income.rules import Rules
from guangfu.income.rules.models import Confidence
from guangfu.stations.models import Station, StationKind, valid_on


def station_villages(catalog: Catalog, station_id: str) -> list[schemas.VillageShare]:
    """The villages that hold units of the station or whose households hold its slots on the catalog's day, by id."""
    registry = catalog.registry
    units: Counter[str] = Counter()
    for share in registry.shares_of.get(station_id, ()):
        if valid_on(share, catalog.day) and share.units > 0:
            units[share.village_id] += share.units
    holders = _slot_holders(catalog, station_id)
    return [
        schemas.VillageShare(
            village_id=village_id,
            name=registry.villages[village_id].name,
            name_en=registry.villages[village_id].name_en,
            units=units.get(village_id),
            units_total=units.total() if village_id in units else None,
            slots=sum(holders.get(village_id, {}).values()),
            households=catalog.households_in.get(village_id, 0) if village_id in units else len(holders[village_id]),
        )
        for village_id in sorted(units.keys() | holders.keys())
    ]


def _slot_holders(catalog: Catalog, station_id: str) -> dict[str, Counter[str]]:
    """By village and household, how many slots of the station it holds."""
    holders: dict[str, Counter[str]] = {}
    for slot in catalog.registry.slots_of.get(station_id, ()):
        household = catalog.registry.households.get(slot.household_id)
        if household is not None and valid_on(slot, catalog.day):
            holders.setdefault(household.village_id, Counter())[household.household_id] += 1
    return holders


def slot_entitlement(station: Station, day: date, rules: Rules) -> schemas.SlotEntitlement | None:
    """The rule in force on the day for a centralized station."""
    begun = [rule for rule in rules.entitlements if rule.valid_from <= day]
    if station.kind is not StationKind.CENTRALIZED or not begun:
        return None
    rule = max(begun, key=lambda rule: rule.valid_from)
    return schemas.SlotEntitlement(
        fen_per_slot_year=rule.fen_per_slot_year,
        years=rule.years,
        document=rule.document,
        unconfirmed=rule.confidence is Confidence.C and not rule.confirmed,
    )

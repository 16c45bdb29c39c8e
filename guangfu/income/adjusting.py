"""The yearly dynamic adjustment (动态调整) of beneficiaries, and villages that merge. Pure.

What was is never changed: a household that leaves ends, one that comes, returns or moves begins under an id that was
never used, and a share's units go from one village to another on a day.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import NamedTuple, Protocol, TypeVar

from guangfu.stations.models import Household, Registry, ShareUnits, Slot, valid_on

F = TypeVar("F", Household, ShareUnits, Slot)


class PlaceLike(Protocol):
    """Where somebody is a beneficiary; `guangfu.storage.sql.persons.Place`."""

    @property
    def person_id(self) -> str: ...
    @property
    def household_id(self) -> str: ...
    @property
    def village_id(self) -> str: ...
    @property
    def head(self) -> bool: ...
    @property
    def valid_from(self) -> date: ...
    @property
    def valid_to(self) -> date | None: ...


class Happening(StrEnum):
    """What an adjustment does to a person."""

    ADDED = "added"
    RETURNED = "returned"
    MOVED = "moved"
    REMOVED = "removed"
    MERGED = "merged"


class Listed(NamedTuple):
    """A person as the new list has them. `household_id` is the list's, if it has one."""

    person_id: str
    village_id: str
    household_id: str | None = None
    head: bool = True
    slot_id: str | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """What is to happen to a person, and between which villages."""

    happening: Happening
    person_id: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class NewPlace:
    """A place that begins."""

    person_id: str
    household_id: str
    village_id: str
    head: bool
    happening: Happening


@dataclass(frozen=True)
class Adjustment:
    """What is to be done: places that end on the day, places that begin on it, and the registry after it."""

    day: date
    differences: tuple[Difference, ...]
    ends: frozenset[str]
    """Persons whose present place ends."""
    begins: tuple[NewPlace, ...]
    registry: Registry


def adjust(
    registry: Registry,
    places: Sequence[PlaceLike],
    listed: Sequence[Listed],
    day: date,
    new_id: Callable[[], str],
    villages: Iterable[str] = (),
) -> Adjustment:
    """The differences between the register and a whole list of some villages' beneficiaries, as of a day.

    Args:
        places: Of all persons, as the register has them.
        listed: Each person once.
        day: From which the list holds.
        new_id: Gives household ids that were never used.
        villages: Villages of the list beside those that occur in it: one without a row has lost everybody.
    """
    present = {place.person_id: place for place in places if holds(place, day)}
    past = {place.person_id for place in places}
    whole = {one.village_id for one in listed} | set(villages)
    wanted = {one.person_id: one for one in listed}
    found = [diff for one in listed if (diff := _difference(one, present, past)) is not None]
    found += [
        Difference(Happening.REMOVED, person_id, place.village_id, None)
        for person_id, place in sorted(present.items())
        if place.village_id in whole and person_id not in wanted
    ]
    ids = _Households(registry, day, new_id)
    begins = tuple(
        NewPlace(d.person_id, ids.household(wanted[d.person_id]), d.after, wanted[d.person_id].head, d.happening)
        for d in found
        if d.after is not None
    )
    ends = frozenset(d.person_id for d in found if d.before is not None)
    after = _households_after(registry, present, ends, begins, day)
    return Adjustment(day, tuple(found), ends, begins, _slots_given(after, begins, wanted, day))


def merge_villages(
    registry: Registry, places: Sequence[PlaceLike], gone: Iterable[str], into: str, day: date,
    new_id: Callable[[], str],
) -> Adjustment:  # fmt: skip
    """Villages that become part of another on a day: share units, households, slots and persons go with them.

    The villages stay in the registry, since what was theirs before the day is still explained by it.
    """
    leaving = set(gone) - {into}
    moved = {
        h.household_id: new_id() for h in registry.households.values() if h.village_id in leaving and _still(h, day)
    }
    households = [*_ended(registry.households.values(), day, lambda h: h.household_id in moved)]
    households += [Household(new, into, max(day, _from(registry, old))) for old, new in moved.items()]
    slots = [*_ended(registry.slots, day, lambda s: s.household_id in moved)]
    slots += [
        replace(s, household_id=moved[s.household_id], valid_from=max(day, s.valid_from))
        for s in registry.slots
        if s.household_id in moved and _still(s, day)
    ]
    after = replace(
        registry, households={h.household_id: h for h in households}, slots=tuple(slots),
        share_units=_shares_merged(registry.share_units, leaving, into, day),
    )  # fmt: skip
    present = [place for place in places if place.village_id in leaving and holds(place, day)]
    begins = tuple(
        NewPlace(p.person_id, moved.get(p.household_id) or new_id(), into, p.head, Happening.MERGED) for p in present
    )
    found = tuple(Difference(Happening.MERGED, p.person_id, p.village_id, into) for p in present)
    return Adjustment(day, found, frozenset(p.person_id for p in present), begins, after)


def holds(place: PlaceLike, day: date) -> bool:
    """Is it where the person is on that day?"""
    return place.valid_from <= day and (place.valid_to is None or day < place.valid_to)


def _difference(one: Listed, present: Mapping[str, PlaceLike], past: set[str]) -> Difference | None:
    place = present.get(one.person_id)
    if place is None:
        happening = Happening.RETURNED if one.person_id in past else Happening.ADDED
        return Difference(happening, one.person_id, None, one.village_id)
    if place.village_id == one.village_id:
        return None
    return Difference(Happening.MOVED, one.person_id, place.village_id, one.village_id)


class _Households:
    """Which household a person comes into: the list's where it may be used, otherwise one with a new id."""

    def __init__(self, registry: Registry, day: date, new_id: Callable[[], str]) -> None:
        self._registry, self._day, self._new_id = registry, day, new_id
        self._given: dict[tuple[str, str], str] = {}

    def household(self, one: Listed) -> str:
        if one.household_id is None:
            return self._new_id()
        key = (one.household_id, one.village_id)
        if key not in self._given:
            self._given[key] = one.household_id if self._usable(one.household_id, one.village_id) else self._new_id()
        return self._given[key]

    def _usable(self, household_id: str, village_id: str) -> bool:
        known = self._registry.households.get(household_id)
        if known is None:
            return all(other != household_id for other, _ in self._given)
        return known.village_id == village_id and valid_on(known, self._day)


def _households_after(
    registry: Registry, present: Mapping[str, PlaceLike], ends: frozenset[str], begins: Sequence[NewPlace], day: date
) -> Registry:
    """Households that nobody is left in end, with their slots; those that somebody comes into begin."""
    left = {place.household_id for person, place in present.items() if person not in ends}
    left |= {new.household_id for new in begins}
    ending = {present[person].household_id for person in ends} - left
    households = {
        h.household_id: h for h in _ended(registry.households.values(), day, lambda h: h.household_id in ending)
    }
    for new in begins:
        households.setdefault(new.household_id, Household(new.household_id, new.village_id, day))
    return replace(
        registry, households=households, slots=tuple(_ended(registry.slots, day, lambda s: s.household_id in ending))
    )


def _slots_given(registry: Registry, begins: Sequence[NewPlace], wanted: Mapping[str, Listed], day: date) -> Registry:
    """A slot that the list names for somebody who begins is that household's from the day on."""
    given = {slot: new.household_id for new in begins if (slot := wanted[new.person_id].slot_id) is not None}
    station_of = {slot.slot_id: slot.station_id for slot in registry.slots}
    slots = [*_ended(registry.slots, day, lambda s: s.slot_id in given)]
    slots += [Slot(slot, station_of[slot], household, day) for slot, household in given.items() if slot in station_of]
    return replace(registry, slots=tuple(slots))


def _shares_merged(shares: Sequence[ShareUnits], leaving: set[str], into: str, day: date) -> tuple[ShareUnits, ...]:
    """From the day on, the units of those who leave are `into`'s, one row a station and stretch of time."""
    stations = {s.station_id for s in shares if s.village_id in leaving and _still(s, day)}
    ours = [s for s in shares if s.station_id in stations and s.village_id in {*leaving, into} and _still(s, day)]
    merged: list[ShareUnits] = []
    for station in sorted(stations):
        held = [replace(s, valid_from=max(s.valid_from, day)) for s in ours if s.station_id == station]
        days = sorted({s.valid_from for s in held} | {s.valid_to for s in held if s.valid_to is not None})
        spans = [(first, days[i + 1] if i + 1 < len(days) else None) for i, first in enumerate(days)]
        for first, until in spans:
            units = sum(s.units for s in held if valid_on(s, first))
            if units:
                merged.append(ShareUnits(station, into, units, first, until))
    others = [s for s in shares if s not in ours]
    return (*others, *_ended(ours, day, lambda _: True), *merged)


def _ended(facts: Iterable[F], day: date, which: Callable[[F], bool]) -> Iterable[F]:
    """The facts, those that are meant ending on the day; one that had not begun is left out."""
    for fact in facts:
        if not which(fact) or not _still(fact, day):
            yield fact
        elif fact.valid_from < day:
            yield replace(fact, valid_to=day)


def _still(fact: Household | ShareUnits | Slot, day: date) -> bool:
    """Does it hold on the day, or later?"""
    return fact.valid_to is None or day < fact.valid_to


def _from(registry: Registry, household_id: str) -> date:
    return registry.households[household_id].valid_from

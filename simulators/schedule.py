"""Which messages a fleet has to send, and when."""

import heapq
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import numpy as np

from simulators import noise
from simulators.devices import Devices
from simulators.meters import Meters, is_midnight
from simulators.parcel import Parcel
from simulators.settings import Settings
from simulators.stations import Fleet
from simulators.weather import day_start_s, local_day_of

HELD_INTERVALS: Final = 10
"""How long a late message is held back while the fleet is live."""


class Schedule:
    """Makes the parcels of a fleet; each takes the next `seq` of its station."""

    def __init__(
        self,
        settings: Settings,
        fleet: Fleet,
        meters: Meters,
        devices: Devices,
        on_taken: Callable[[Parcel], None] = lambda *_: None,
    ) -> None:
        self._on_taken = on_taken
        self._settings = settings
        self._fleet = fleet
        self._meters = meters
        self._devices = devices
        self._seq = [0] * len(fleet)
        self._keys = {p: noise.keys(fleet.seed, p, fleet.ids) for p in ("missing", "duplicates", "late")}

    def backfill(self, start_s: int, end_s: int, *, with_start: bool) -> Iterator[Parcel | None]:
        """The meters' readings at every step after `start_s` up to `end_s`, day by day.

        All stations' first day comes before anybody's second, so that whole days complete together. `None`
        stands for a station that has nothing to say on a day. A late message follows the next day's.
        """
        held: list[Parcel] = []
        for day in range(local_day_of(start_s), local_day_of(end_s - 1) + 1):
            released, held = held, []
            for station in range(len(self._fleet)):
                parcel = self._metered_day(station, day, start_s if with_start else start_s + 1, end_s)
                if parcel is not None and self._chance("late", parcel):
                    held.append(parcel)
                else:
                    yield parcel
                    yield from self._again(parcel)
            yield from released
        yield from held

    def _metered_day(self, station: int, day: int, first_s: int, last_s: int) -> Parcel | None:
        """From 00:00, if the meter is new on this day or the period begins there, to the next midnight."""
        step_s, midnight_s = self._settings.step_minutes * 60, day_start_s(day)
        begins = first_s == midnight_s or self._meters.on(station, day) != self._meters.on(station, day - 1)
        start_s = midnight_s if begins else midnight_s + step_s
        start_s += -(-max(first_s - start_s, 0) // step_s) * step_s
        at_s = range(start_s, min(day_start_s(day + 1), last_s) + 1, step_s)
        return self._parcel(station, self._taken(station, at_s, meter_only=True), step_s)

    def live(self, station: int, at_s: Sequence[int]) -> Parcel | None:
        """All devices of a station at these instants, the last of them now."""
        return self._parcel(station, self._taken(station, at_s), 0)

    def _parcel(self, station: int, at_s: Sequence[int], step_s: int) -> Parcel | None:
        if not at_s:
            return None
        self._seq[station] += 1
        parcel = Parcel(station, self._seq[station], at_s, step_s)
        self._on_taken(parcel)
        return parcel

    def _again(self, parcel: Parcel | None) -> Iterator[Parcel]:
        if parcel is not None and self._chance("duplicates", parcel):
            yield parcel

    def copies(self, parcel: Parcel) -> int:
        """How often a live message is sent: twice, by chance."""
        return 2 if self._chance("duplicates", parcel) else 1

    def is_late(self, parcel: Parcel) -> bool:
        return self._chance("late", parcel)

    def _taken(self, station: int, at_s: Sequence[int], *, meter_only: bool = False) -> Sequence[int]:
        """Of these instants, those at which the station takes readings; a midnight is never missed by chance.

        A range stays one if nothing is taken from it: a fleet remembers tens of thousands of them.
        """
        speaks = self._devices.meter_is_read if meter_only else self._devices.gateway_is_on
        heard = at_s if not at_s or speaks(station, at_s[-1]) else [t for t in at_s if speaks(station, t)]
        if self._settings.missing == 0 or not heard:
            return heard
        draw = noise.uniform(self._keys["missing"][station : station + 1], np.array(heard))[0].tolist()
        return [t for t, u in zip(heard, draw, strict=True) if u >= self._settings.missing or is_midnight(t)]

    def _chance(self, purpose: str, parcel: Parcel) -> bool:
        part: float = getattr(self._settings, purpose)
        if part == 0:
            return False
        key = self._keys[purpose][parcel.station : parcel.station + 1]
        return bool(noise.uniform(key, np.array([parcel.at_s[-1]]))[0, 0] < part)


class LiveTurns:
    """Whose turn it is: each station once an interval, spread evenly over it."""

    def __init__(self, schedule: Schedule, stations: int, interval_s: int, *, begin_s: int, told_until_s: int) -> None:
        self._schedule = schedule
        self._interval_s = interval_s
        offsets_s = [i * interval_s // stations for i in range(stations)]
        self._turns = [(_first_after(begin_s, o, interval_s), i, told_until_s) for i, o in enumerate(offsets_s)]
        heapq.heapify(self._turns)
        self._held: list[tuple[int, int, Parcel]] = []

    @property
    def next_s(self) -> int:
        """When the next message is due. [s since 1970 UTC]"""
        return self._turns[0][0]

    @property
    def done_until_s(self) -> int:
        """Every station has said what it had to say up to here. [s since 1970 UTC]"""
        return self._turns[0][2]

    def due(self, now_s: int) -> Iterator[Parcel]:
        """The messages that are due by now; the first one after a midnight holds the reading at midnight too."""
        while self._turns[0][0] <= now_s:
            at_s, station, previous_s = self._turns[0]
            heapq.heapreplace(self._turns, (at_s + self._interval_s, station, at_s))
            yield from self._timely(self._schedule.live(station, [*_midnights(previous_s, at_s - 1), at_s]))
        while self._held and self._held[0][0] <= now_s:
            yield heapq.heappop(self._held)[2]

    def last(self, end_s: int) -> Iterator[Parcel]:
        """What is still to be said when everything ends at `end_s`: midnights, and what was held back."""
        for _, station, previous_s in sorted(self._turns):
            parcel = self._schedule.live(station, _midnights(previous_s, end_s))
            if parcel is not None:
                yield parcel
        yield from self.held()

    def held(self) -> Iterator[Parcel]:
        """All that is held back to be late."""
        while self._held:
            yield heapq.heappop(self._held)[2]

    def _timely(self, parcel: Parcel | None) -> Iterator[Parcel]:
        if parcel is None:
            return
        if self._schedule.is_late(parcel):
            due_s = parcel.at_s[-1] + HELD_INTERVALS * self._interval_s
            heapq.heappush(self._held, (due_s, parcel.station, parcel))
            return
        for _ in range(self._schedule.copies(parcel)):
            yield parcel


def _first_after(start_s: int, offset_s: int, interval_s: int) -> int:
    return start_s + interval_s - (start_s - offset_s) % interval_s


def _midnights(after_s: int, until_s: int) -> list[int]:
    """The local midnights in (after_s, until_s]."""
    return [day_start_s(day) for day in range(local_day_of(after_s) + 1, local_day_of(until_s) + 1)]

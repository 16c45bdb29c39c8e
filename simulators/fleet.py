"""A fleet of stations from its first start to its last: back-fill, live, and what it remembers."""

import secrets
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from guangfu.clock import Clock
from guangfu.stations.models import Registry
from guangfu.texts import Lang
from simulators.counters import Production
from simulators.devices import Devices
from simulators.faults import plan_faults, silent_stations
from simulators.meters import Meters
from simulators.parcel import Parcel
from simulators.progress import Tell, showing
from simulators.publisher import Publisher
from simulators.schedule import HELD_INTERVALS, LiveTurns, Schedule
from simulators.settings import Settings
from simulators.start import start_of
from simulators.state import state_at, write_state
from simulators.stations import choose, fleet_of
from simulators.teller import Teller
from simulators.truth import Truth
from simulators.weather import day_start_s, local_day_of

Report = Callable[[str, Mapping[str, Any]], None]
"""Is told what happened: `backfill_done`, `live`, `done`."""

AHEAD: Final = 200
"""Messages that a back-fill makes ahead of what is sent."""
_TURN_S: Final = 0.1
_SAVE_S: Final = 5.0
_LAG_S: Final = 1800
_PASSES: Final = 3
_END: Final = object()


def run(
    settings: Settings,
    registry: Registry,
    clock: Clock,
    stop: threading.Event,
    *,
    report: Report = lambda *_: None,
    lang: Lang = Lang.ZH,
    quiet: bool = True,
) -> Mapping[str, int]:
    """Simulate a fleet until `stop` is set, or until `settings.end_at` of the simulated time.

    Returns:
        What was sent: `messages`, `readings`, `acknowledged`, `rejected`; repeats included.

    Raises:
        BadSelection: The registry has no such station.
        BadState: The state file can't be read or belongs to another fleet.
        BrokerUnreachable: No connection was made in the first `settings.patience_s` seconds.
    """
    simulation = Simulation(settings, registry, clock, report=report, lang=lang, quiet=quiet)
    return simulation.run(stop)


class Simulation:
    """One start of a fleet."""

    def __init__(
        self, settings: Settings, registry: Registry, clock: Clock, *, report: Report, lang: Lang, quiet: bool
    ) -> None:
        self._settings, self._clock, self._report = settings, clock, report
        self._lang, self._quiet = lang, quiet
        stations = choose(registry, only=settings.station, count=settings.stations)
        self._fleet = fleet_of(registry, stations, settings.seed)
        self._start = start_of(settings, clock)
        self._state = self._start.state
        faults = plan_faults(settings.faults, settings.seed, sorted(registry.stations), self._state.demo_at_s)
        self._silent = silent_stations(self._fleet.ids, faults)
        self._production = Production(self._fleet, self._state.checkpoint(self._fleet), faults)
        self._meters = Meters(self._fleet, self._state.anchor_day)
        self._devices = Devices(self._fleet, self._meters, faults)
        self._made_until_s = self._start.from_s
        self._next_save_s = 0.0

    def run(self, stop: threading.Event) -> Mapping[str, int]:
        boot = secrets.token_hex(8)
        teller = Teller(self._fleet, self._production, self._meters, self._devices, clock=self._clock, boot=boot)
        self._publisher = Publisher(self._settings, self._fleet.ids, teller, self._clock, boot)
        with self._open_truth() as self._truth:
            self._schedule = Schedule(self._settings, self._fleet, self._meters, self._devices, self._truth.count)
            try:
                self._work(stop)
            finally:
                self._publisher.close()
                self._save()
            sent = self._publisher.tally.sent()
            self._truth.write_total(sent)
        self._report("done", sent)
        return sent

    def _open_truth(self) -> Truth:
        return Truth(
            self._settings.truth_file,
            self._fleet,
            self._production,
            self._meters,
            next_day=self._state.truth_day,
            readings=self._state.readings,
            append=self._start.resumed,
        )

    def _work(self, stop: threading.Event) -> None:
        self._retire_silent(self._made_until_s)
        self._catch_up(stop, with_start=self._start.with_start)
        if stop.is_set():
            return
        self._report("backfill_done", self._publisher.tally.sent())
        while not self._ended() and not stop.is_set():
            self._retire_silent(self._now_s())
            self._live(stop)
            self._catch_up(stop)

    def _catch_up(self, stop: threading.Event, *, with_start: bool = False) -> None:
        """Back-fill up to now; again while that took so long that more is to be filled, but not for ever."""
        for _ in range(_PASSES):
            self._backfill(stop, with_start=with_start)
            with_start = False
            if stop.is_set() or self._now_s() - self._made_until_s < 2 * self._settings.step_minutes * 60:
                return

    def _backfill(self, stop: threading.Event, *, with_start: bool) -> None:
        """Send what lies between the last reading and now, and wait until all of it is acknowledged."""
        step_s = self._settings.step_minutes * 60
        from_s, until_s = self._made_until_s, self._now_s() // step_s * step_s
        if until_s <= from_s:
            return
        parcels = self._schedule.backfill(from_s, until_s, with_start=with_start)
        total = len(self._fleet) * (local_day_of(until_s - 1) - local_day_of(from_s) + 1)
        with showing(total, self._lang, quiet=self._quiet) as tell:
            if self._send_all(parcels, tell, stop):
                self._made_until_s = until_s
                self._truth.write_until(local_day_of(until_s))

    def _send_all(self, parcels: Iterator[Parcel | None], tell: Tell, stop: threading.Event) -> bool:
        """Whether everything was sent and acknowledged before the fleet was stopped."""
        tally, made, ahead = self._publisher.tally, 0, len(self._fleet) + AHEAD
        more = True
        while more or tally.waiting:
            if stop.is_set():
                return False
            while more and tally.waiting < ahead:
                parcel = next(parcels, _END)
                more = parcel is not _END
                made += more
                if isinstance(parcel, Parcel):
                    self._give_filled(parcel)
            self._publisher.turn(_TURN_S)
            tell(made - tally.waiting, tally.readings)
            self._save_sometimes()
        return True

    def _give_filled(self, parcel: Parcel) -> None:
        day = local_day_of(parcel.at_s[0])
        self._truth.write_until(day)
        hold = 1 if self._settings.late else 0
        self._made_until_s = max(self._made_until_s, day_start_s(day - hold))
        self._publisher.give(parcel)

    def _live(self, stop: threading.Event) -> None:
        """Until stopped, until the end, or until the process has slept so long that the gap must be filled."""
        interval_s = self._settings.interval_s
        # From now on, not from the last quarter of an hour; but no midnight in between may be forgotten.
        begin_s = max(self._made_until_s, self._now_s() - interval_s)
        turns = LiveTurns(
            self._schedule, len(self._fleet), interval_s, begin_s=begin_s, told_until_s=self._made_until_s
        )
        self._report("live", {})
        while not stop.is_set():
            now_s = self._now_s()
            if now_s - turns.next_s > max(_LAG_S, 10 * interval_s):
                self._give_all(turns.held())
                return
            self._give_all(turns.due(now_s))
            self._note_live(turns)
            if self._ended():
                self._give_all(turns.last(now_s))
                self._finish(now_s, stop)
                return
            self._publisher.turn(_TURN_S)
            self._save_sometimes()

    def _give_all(self, parcels: Iterable[Parcel]) -> None:
        for parcel in parcels:
            self._publisher.give(parcel)

    def _note_live(self, turns: LiveTurns) -> None:
        self._truth.write_until(local_day_of(turns.done_until_s))
        held_s = HELD_INTERVALS * self._settings.interval_s if self._settings.late else 0
        self._made_until_s = max(self._made_until_s, turns.done_until_s - held_s)

    def _finish(self, end_s: int, stop: threading.Event) -> None:
        self._made_until_s = end_s
        self._truth.write_until(local_day_of(end_s))
        while self._publisher.tally.waiting and not stop.is_set():
            self._publisher.turn(_TURN_S)

    def _now_s(self) -> int:
        """The simulated time, not beyond the end. In a fixed period it is always the end."""
        now_s, end_s = int(self._clock.now().timestamp()), self._end_s()
        if end_s is None:
            return now_s
        return end_s if self._settings.start_at is not None else min(now_s, end_s)

    def _ended(self) -> bool:
        return self._now_s() == self._end_s()

    def _end_s(self) -> int | None:
        return int(self._settings.end_at.timestamp()) if self._settings.end_at is not None else None

    def _retire_silent(self, from_s: int) -> None:
        """Say goodbye for those that have nothing to say from here on."""
        for station, since_s in self._silent.items():
            if since_s <= from_s:
                self._publisher.retire(station)

    def _save_sometimes(self) -> None:
        if time.monotonic() >= self._next_save_s:
            self._save()

    def _save(self) -> None:
        self._next_save_s = time.monotonic() + _SAVE_S
        if self._settings.state_file is None:
            return
        first_s = self._publisher.outstanding_since_s()
        until_s = self._made_until_s if first_s is None else min(self._made_until_s, first_s - 1)
        day = max(min(local_day_of(until_s), self._truth.next_day), self._state.checkpoint_day)
        checkpoint = self._production.start_of(day)
        state = state_at(self._state, self._fleet, checkpoint, until_s, self._truth.next_day, self._truth.unwritten())
        write_state(self._settings.state_file, state)

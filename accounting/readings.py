"""From the telemetry store to daily energy: reads no more than a portion needs, and keeps little of it."""

from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from accounting.plan import ONE_DAY, Portion
from guangfu.clock import day_start, to_ms
from guangfu.income.counters import CodedRegisters
from guangfu.income.energy import FleetEnergy, daily_energy
from guangfu.income.figures import DailyEnergy
from guangfu.income.likeness import Neighbours, sky_of
from guangfu.income.meters import meter_limits
from guangfu.income.reasons import Reason
from guangfu.income.rules import Rules
from guangfu.income.thinning import most_at_once_wh, thinned
from guangfu.stations.models import DeviceKind, Registry
from guangfu.storage.boundaries import COUNTER, NEAR
from guangfu.storage.telemetry_store import TelemetryStore

_READINGS_PER_DAY: Final = 1440
_SHORTEST: Final = timedelta(hours=1)

Days = Collection[tuple[str, date]]


@dataclass(frozen=True)
class PortionEnergy:
    """`readings` is how many were kept in memory."""

    rows: list[DailyEnergy]
    readings: int


def portion_energy(
    store: TelemetryStore,
    registry: Registry,
    portion: Portion,
    rules: Rules,
    now: datetime,
    most_readings: int = 300_000,
) -> PortionEnergy:
    """The energy of a portion's days.

    Where a day's bound lies in a gap, readings farther away are looked for, and like stations are asked what the
    gap's days were like. All of it follows from what is stored and from the registry, in whatever order days are
    computed.

    Raises:
        Unavailable: The store can't be reached.
    """
    source = Source(store, registry, rules, most_readings)
    near = source.read(sorted(portion.days), day_start(portion.first) - NEAR, day_start(portion.last + ONE_DAY) + NEAR)
    rows = {(row.station_id, row.day): row for row in daily_energy(near, registry, portion.pairs, rules, now)}
    doubtful = [key for key, row in rows.items() if _may_need_more(row, now)]
    for pairs in _by_first_day(doubtful):
        rows |= {(row.station_id, row.day): row for row in _with_gaps(source, pairs, now)}
    return PortionEnergy([rows[key] for key in sorted(rows)], len(near.at_ms))


def _may_need_more(row: DailyEnergy, now: datetime) -> bool:
    """Could a reading outside the near margin change the row, or what like stations had?"""
    over = now >= day_start(row.day + ONE_DAY)
    estimated = row.estimated_low_wh is not None
    return row.energy_wh is None or estimated or bool(row.interpolated_wh) or (over and not row.complete)


def _by_first_day(pairs: Days) -> list[list[tuple[str, date]]]:
    """The doubtful days of one stretch together: a day at each end of a month must not read the month."""
    stretches: list[list[tuple[str, date]]] = []
    for pair in sorted(pairs, key=lambda pair: (pair[1], pair[0])):
        if stretches and pair[1] - stretches[-1][-1][1] <= ONE_DAY:
            stretches[-1].append(pair)
        else:
            stretches.append([pair])
    return stretches


def _with_gaps(source: "Source", pairs: Days, now: datetime) -> list[DailyEnergy]:
    """The days with all that can be read of the gaps they lie in."""
    found: list[DailyEnergy] = []
    waiting = list(pairs)
    for margin in source.margins:
        stations, days = sorted({station for station, _ in waiting}), [day for _, day in waiting]
        begin, end = day_start(min(days)), day_start(max(days) + ONE_DAY)
        registers = source.read(stations, begin - margin, end + margin)
        beyond = set() if margin == source.margins[-1] else _open_ended(registers, begin, end, end + margin < now)
        later = [pair for pair in waiting if pair[0] in beyond]
        found += _shaped(source, registers, [pair for pair in waiting if pair[0] not in beyond], now)
        waiting = later
        if not waiting:
            break
    return found


def _open_ended(registers: CodedRegisters, begin: datetime, end: datetime, more_later: bool) -> set[str]:
    """Stations without a reading before the stretch; or none after it, though there is time in which one could be."""

    def stations(rows: NDArray[np.bool_]) -> set[str]:
        return {registers.names[code][0] for code in np.unique(registers.codes[rows]).tolist()}

    known = stations(registers.at_ms <= to_ms(begin))
    if more_later:
        known &= stations(registers.at_ms >= to_ms(end))
    return {station for station, _ in registers.names} - known


def _shaped(source: "Source", registers: CodedRegisters, pairs: Days, now: datetime) -> list[DailyEnergy]:
    """The days, with gaps shared as like stations had it where there are gaps."""
    wanted = [pair for pair in pairs if pair[0] in source.registry.stations]
    if not wanted:
        return []
    energy = FleetEnergy(registers, source.registry, wanted, source.rules, now)
    rows = energy.rows(wanted)
    gaps = [(row.station_id, row.day) for row in rows if _is_of_a_gap(row)]
    if not gaps:
        return rows
    # A gap's share of one day depends on all of its days, so those beside the asked ones are asked for as well.
    around = {(station, day) for station, day in gaps for day in source.gap_days(registers, station, day)}
    sky = sky_of(source.like_days(around, now), source.registry, source.neighbours, around, source.rules.energy)
    return energy.rows(wanted, sky)


def _is_of_a_gap(row: DailyEnergy) -> bool:
    """Could what like stations had change the row? A counter lost in a long gap has no figure without them."""
    return row.estimated_low_wh is not None or row.reason == Reason.GAP_AT_MIDNIGHT


class Source:
    """Registers of a registry's gateway meters, thinned while they are read."""

    def __init__(self, store: TelemetryStore, registry: Registry, rules: Rules, most_readings: int) -> None:
        self.registry, self.rules = registry, rules
        self.neighbours = Neighbours(registry)
        self._store, self._most_readings = store, most_readings
        self._per_day: float = _READINGS_PER_DAY
        longest = timedelta(days=rules.energy.max_shaped_gap_d)
        steps = [timedelta(hours=rules.energy.max_gap_h), timedelta(days=4), longest]
        self.margins = [step for step in steps if step <= max(longest, steps[0])]

    def read(self, stations: Sequence[str], start_at: datetime, end_at: datetime) -> CodedRegisters:
        """What counts of the stations' registers, both bounds included; never more than so many readings at once.

        Raises:
            Unavailable: The store can't be reached.
        """
        limits = meter_limits(self.registry, stations, self.rules.energy.plausible_factor)
        names = sorted(limits)
        number = {name: i for i, name in enumerate(names)}
        near_ms = int(self.rules.energy.max_interval_min * 60_000)

        def thin(rows: CodedRegisters) -> CodedRegisters:
            few = thinned(rows, most_at_once_wh(rows.names, limits), near_ms)
            codes = np.array([number.get(name, -1) for name in rows.names] or [-1], np.int32)[few.codes]
            known = codes >= 0
            assert few.joined is not None, "just thinned"
            return CodedRegisters(names, codes[known], few.at_ms[known], few.register_wh[known], few.joined[known])

        return _together(names, list(_ahead(thin, self._blocks(stations, start_at, end_at))))

    def _blocks(self, stations: Sequence[str], start_at: datetime, end_at: datetime) -> Iterator[CodedRegisters]:
        while start_at <= end_at:
            days = self._most_readings / (len(stations) * self._per_day) if stations else 1.0
            until_at = min(start_at + max(timedelta(days=min(days, 3660)), _SHORTEST), end_at)
            rows = self._store.read_counter(
                DeviceKind.METER, COUNTER, start_at=start_at, end_at=until_at, stations=stations
            )
            yield CodedRegisters(rows.names, rows.codes, rows.at_ms, rows.values)
            took_days = (until_at - start_at) / ONE_DAY
            if len(rows.at_ms) and took_days > 0:
                self._per_day = max(len(rows.at_ms) / (len(stations) * took_days), 1.0)
            start_at = until_at + timedelta(milliseconds=1)

    def gap_days(self, registers: CodedRegisters, station: str, day: date) -> list[date]:
        """The days of the gaps that touch a station's day, as far as they were read."""
        codes = [code for code, (name, _) in enumerate(registers.names) if name == station]
        begin, end, days = to_ms(day_start(day)), to_ms(day_start(day + ONE_DAY)), {day}
        for code in codes:
            at_ms = registers.at_ms[registers.codes == code]
            first, last = np.searchsorted(at_ms, begin, "right") - 1, np.searchsorted(at_ms, end, "left")
            start = int(at_ms[first]) if first >= 0 else begin
            until = int(at_ms[last]) if last < len(at_ms) else end
            before, after = -(-(begin - start) // 86_400_000), -(-(until - end) // 86_400_000)
            days |= {day + timedelta(days=n) for n in range(-before, after + 1)}
        return sorted(days)

    def like_days(self, pairs: Days, now: datetime) -> list[DailyEnergy]:
        """The days of the stations that are like the asked ones, from their own readings alone."""
        wanted = {(like, day) for station, day in pairs for like in self.neighbours.of(station)}
        rows: list[DailyEnergy] = []
        for stretch in _by_first_day(wanted):
            stations, days = sorted({station for station, _ in stretch}), [day for _, day in stretch]
            registers = self.read(stations, day_start(min(days)) - NEAR, day_start(max(days) + ONE_DAY) + NEAR)
            rows += daily_energy(registers, self.registry, stretch, self.rules, now)
        return rows


def _ahead(
    thin: Callable[[CodedRegisters], CodedRegisters], blocks: Iterator[CodedRegisters]
) -> Iterator[CodedRegisters]:
    """Each block thinned, one at a time beside the reading of the next; a single block takes no thread."""
    first = next(blocks, None)
    second = next(blocks, None)
    if second is None:
        yield from () if first is None else (thin(first),)
        return
    with ThreadPoolExecutor(1) as beside:
        waiting: list[Future[CodedRegisters]] = [beside.submit(thin, one) for one in (first, second) if one is not None]
        for block in blocks:
            yield waiting.pop(0).result()
            waiting.append(beside.submit(thin, block))
        for one in waiting:
            yield one.result()


def _together(names: list[tuple[str, str]], parts: list[CodedRegisters]) -> CodedRegisters:
    joined = [part.joined for part in parts if part.joined is not None]
    return CodedRegisters(
        names,
        np.concatenate([np.zeros(0, np.int32), *(part.codes for part in parts)]),
        np.concatenate([np.zeros(0, np.int64), *(part.at_ms for part in parts)]),
        np.concatenate([np.zeros(0, np.int64), *(part.register_wh for part in parts)]),
        np.concatenate([np.zeros(0, np.bool_), *joined]),
    )

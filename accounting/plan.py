"""Which station-days to compute, and in which portions. Pure."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from guangfu.clock import day_start, local_day
from guangfu.income.figures import DailyEnergy

Days = dict[str, set[date]]
"""Days to compute, by station."""

ONE_DAY = timedelta(days=1)
SETTLING = timedelta(hours=1)
"""So long after midnight, what comes of the new day can still change how the day before ended."""


@dataclass(frozen=True)
class Portion:
    """Stations and days that are computed together and stored in one transaction."""

    days: Days

    @property
    def first(self) -> date:
        return min(min(days) for days in self.days.values())

    @property
    def last(self) -> date:
        return max(max(days) for days in self.days.values())

    @property
    def pairs(self) -> list[tuple[str, date]]:
        return sorted((station, day) for station, days in self.days.items() for day in days)


def days_to_compute(
    dirty: Collection[tuple[str, date]],
    stored: Mapping[tuple[str, date], DailyEnergy],
    now: datetime,
    longest_gap_d: int = 0,
) -> Days:
    """The dirty days, and those beside them whose boundary the same readings may decide.

    A reading may fill the gap in which the midnight before or after lies. So the days beside a dirty one are
    computed again where there is a row of them; yesterday only while it settles or is not clean, for today is dirty
    with every reading. A reading after days of silence, or within them, tells of all of these days, those without
    a row included: back to a day that is measured whole. A day that has not begun is left alone.

    Args:
        stored: Rows of the dirty stations, from `longest_gap_d` before the first dirty day to as long after the last.
    """
    today, heard = local_day(now), set(dirty)
    wanted: Days = {}
    for station, day in dirty:
        if day > today:
            continue
        days = wanted.setdefault(station, set())
        days.add(day)
        before, after = stored.get((station, day - ONE_DAY)), stored.get((station, day + ONE_DAY))
        if before and not (day == today and _is_settled(before, now)):
            days.add(day - ONE_DAY)
        if after and day < today:
            days.add(day + ONE_DAY)
        days |= _silence(stored, heard, station, day, -ONE_DAY, longest_gap_d)
        days |= {one for one in _silence(stored, heard, station, day, ONE_DAY, longest_gap_d) if one <= today}
    return wanted


def _silence(
    stored: Mapping[tuple[str, date], DailyEnergy],
    heard: Collection[tuple[str, date]],
    station: str,
    day: date,
    step: timedelta,
    longest_gap_d: int,
) -> set[date]:
    """Days on one side of `day` up to one that is measured whole or was heard of now; else up to the last stored."""
    passed: set[date] = set()
    for _ in range(longest_gap_d):
        day += step
        row = stored.get((station, day))
        if (station, day) in heard or (row is not None and _is_whole(row)):
            return passed
        passed.add(day)
    known = {one for one in passed if (station, one) in stored}
    return {one for one in passed if known and (one >= min(known) if step < timedelta() else one <= max(known))}


def in_doubt(dirty: Collection[tuple[str, date]], stored: Mapping[tuple[str, date], DailyEnergy]) -> set[str]:
    """Stations of which a day beside a dirty one is not measured whole: a gap may go on beyond it."""
    return {
        station
        for station, day in dirty
        for row in (stored.get((station, day - ONE_DAY)), stored.get((station, day + ONE_DAY)))
        if row is None or not _is_whole(row)
    }


def _is_whole(row: DailyEnergy) -> bool:
    return row.complete and row.energy_wh is not None and row.estimated_low_wh is None


def _is_settled(yesterday: DailyEnergy, now: datetime) -> bool:
    clean = yesterday.complete and yesterday.reason is None and not yesterday.interpolated_wh
    return clean and now >= day_start(yesterday.day + ONE_DAY) + SETTLING


def portions(days: Days, most_station_days: Callable[[], int]) -> Iterator[Portion]:
    """Stations with about the same days together, so that no portion reads more than so many station-days."""
    waiting = sorted(days, key=lambda station: (min(days[station]), max(days[station]), station))
    taken: Days = {}
    most = most_station_days()
    for station in waiting:
        grown = Portion({**taken, station: days[station]}) if taken else None
        if grown and len(grown.days) * ((grown.last - grown.first).days + 1) > most:
            yield Portion(taken)
            taken, most = {}, most_station_days()
        taken[station] = days[station]
    if taken:
        yield Portion(taken)

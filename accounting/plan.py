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
    dirty: Collection[tuple[str, date]], stored: Mapping[tuple[str, date], DailyEnergy], now: datetime
) -> Days:
    """The dirty days, and those beside them whose boundary the same readings may decide.

    A reading may fill the gap in which the midnight before or after lies. So the days beside a dirty one are
    computed again where there is a row of them; yesterday only while it settles or is not clean, for today is dirty
    with every reading. A day that has not begun is left alone.
    """
    today = local_day(now)
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
    return wanted


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

"""Months that are settled or closed, as accounting meets them: what it may still write, and what moved in them.

The rows of a closed month stay as they were when it was closed. What late data or other rules would have made of them
is noted (`figures_moved`). Into the books goes a correcting entry only where no statement settled the month, for then
its estimate still stands there: the entry is posted now and names the old month. Where a statement settled it, the
settled amount stands, since statements are what is received and passed on.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection

from accounting.months import MonthRows
from guangfu.clock import month_of
from guangfu.income.figures import DailyEnergy, MonthlyIncome
from guangfu.ledger.journal import Entry
from guangfu.stations.models import Registry, StationKind
from guangfu.storage.sql.figures import read_monthly_income
from guangfu.storage.sql.papers import StationMonth, read_station_months
from guangfu.storage.sql.settlement import FiguresMoved, read_moved

Key = tuple[str, str]
"""Station and month."""
ACCOUNTING = "accounting"


@dataclass(frozen=True)
class Standing:
    """Where the station-months stand that a portion touches; those that are not here are open."""

    months: Mapping[Key, StationMonth] = field(default_factory=dict)

    @classmethod
    def read(cls, db: Connection, stations: Iterable[str]) -> "Standing":
        rows = read_station_months(db, stations=sorted(set(stations)))
        return cls({(row.station_id, row.month): row for row in rows})

    def state(self, station_id: str, month: str) -> str:
        row = self.months.get((station_id, month))
        return "open" if row is None else row.state

    def is_closed(self, station_id: str, month: str) -> bool:
        return self.state(station_id, month) == "closed"

    def is_settled(self, station_id: str, month: str) -> bool:
        """Whether a statement settled it, closed or not."""
        row = self.months.get((station_id, month))
        return row is not None and row.statement_id is not None

    def writable(self, energy: Iterable[DailyEnergy]) -> list[DailyEnergy]:
        """Days whose month is not closed."""
        return [row for row in energy if not self.is_closed(row.station_id, month_of(row.day))]

    def without_closed(self, rows: MonthRows) -> MonthRows:
        """The rows of the stations whose month is not closed: what is written."""
        return only(rows, {s for s in rows.stations if not self.is_closed(s, rows.month)})

    def in_books(self, rows: MonthRows, registry: Registry) -> MonthRows:
        """The rows that entries follow: of stations that no statement settled, and of centralized ones in any case.

        What a centralized station's company owes to its slots does not end with a statement of its income.
        """
        centralized = {s for s in rows.stations if registry.stations[s].kind is StationKind.CENTRALIZED}
        return only(rows, centralized | {s for s in rows.stations if not self.is_settled(s, rows.month)})


def only(rows: MonthRows, stations: set[str]) -> MonthRows:
    """The same month with these of its stations."""
    if stations.issuperset(rows.stations):
        return rows
    return replace(
        rows,
        stations=tuple(station for station in rows.stations if station in stations),
        daily=[row for row in rows.daily if row.station_id in stations],
        monthly=[row for row in rows.monthly if row.station_id in stations],
        villages=[row for row in rows.villages if row.station_id in stations],
        postable=rows.postable & stations,
    )


def newly_estimated(
    standing: Standing, rows: MonthRows, posted: Mapping[str, Entry], entries: Iterable[Entry], registry: Registry,
    at: datetime,
) -> list[StationMonth]:  # fmt: skip
    """Open station-months that the books have an estimate of now, a centralized station's entitlement included."""
    in_books = {line.station_id for entry in (*posted.values(), *entries) for line in entry.lines}
    found = {s for s in rows.stations if s in rows.postable or s in in_books}
    return [
        StationMonth(station, rows.month, "estimated", at, ACCOUNTING)
        for station in sorted(found)
        if standing.state(station, rows.month) == "open" and _has_figure(rows, registry, station)
    ]


def _has_figure(rows: MonthRows, registry: Registry, station: str) -> bool:
    """What is owed to slots is no estimate of a month's income."""
    centralized = registry.stations[station].kind is StationKind.CENTRALIZED
    return not centralized or any(row.station_id == station for row in rows.monthly)


def moved(db: Connection, standing: Standing, rows: MonthRows, at: datetime) -> list[FiguresMoved]:
    """What other rules, or late data of a month that was estimated, settled or closed, move in it.

    What the first figures of a day of an open month add is no move. A closed month's is told once: it is held against
    what was last told of it.
    """
    before = {row.station_id: row for row in read_monthly_income(
        db, start=rows.month, end=rows.month, stations=rows.stations)}  # fmt: skip
    after = {row.station_id: row for row in rows.monthly}
    told = _last_told(db, standing, rows)
    return list(_moved(standing, rows.month, before, after, told, at))


def _last_told(db: Connection, standing: Standing, rows: MonthRows) -> dict[str, FiguresMoved]:
    closed = [station for station in rows.stations if standing.is_closed(station, rows.month)]
    if not closed:
        return {}
    return {one.station_id: one for one in read_moved(db, month=rows.month, stations=closed) if one.state == "closed"}


def _moved(
    standing: Standing, month: str, before: Mapping[str, MonthlyIncome], after: Mapping[str, MonthlyIncome],
    told: Mapping[str, FiguresMoved], at: datetime,
) -> Iterator[FiguresMoved]:  # fmt: skip
    for station, old in before.items():
        new, state = after.get(station), standing.state(station, month)
        rules = old.rules_version if new is None else new.rules_version
        if state == "open" and rules == old.rules_version:
            continue
        one = _move(old, new, state, rules, at)
        known = _figures(told[station], "after") if station in told else _figures(one, "before")
        if _figures(one, "after") != known:
            yield one


def _move(old: MonthlyIncome, new: MonthlyIncome | None, state: str, rules: str, at: datetime) -> FiguresMoved:
    return FiguresMoved(
        old.station_id, old.month, state, old.energy_wh, new.energy_wh if new else 0,
        old.estimated_base_fen, new.estimated_base_fen if new else 0,
        old.estimated_subsidy_fen, new.estimated_subsidy_fen if new else 0,
        old.rules_version, rules, at,
    )  # fmt: skip


def _figures(one: FiguresMoved, side: str) -> tuple[int, int, int]:
    return (
        getattr(one, f"energy_{side}_wh"), getattr(one, f"estimated_base_{side}_fen"),
        getattr(one, f"estimated_subsidy_{side}_fen"),
    )  # fmt: skip

"""Closing months: from then on no figure of a station's month changes. One transaction a command."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection

from accounting.months import is_over
from guangfu.clock import local_day
from guangfu.income.rules import Rules
from guangfu.income.settlement.models import Statement
from guangfu.income.settlement.months import on_grid
from guangfu.stations.models import Registry
from guangfu.storage.boundaries import Readings, boundary_readings
from guangfu.storage.sql.papers import StationMonth, read_station_months, write_station_months
from guangfu.storage.sql.settlement import (
    BoundaryReading,
    KeptStatement,
    read_statements,
    write_boundary_readings,
)
from guangfu.texts import Text

NOT_OVER = Text("本月尚未结束", "the month is not over")
NOT_SETTLED = Text("尚无结算单", "there is no statement")
_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
TO_LOOK_AT = Text("结算单 {id} 待人工核对", "statement {id} waits for somebody to look at it")


@dataclass(frozen=True)
class Place:
    """Where a station's month stands, and why it can't be closed; nothing blocks one that is closed or can be."""

    month: StationMonth
    blocked: Text | None = None


def month_states(db: Connection, registry: Registry, month: str) -> dict[str, StationMonth]:
    """Where each station's month stands; open where nothing was recorded."""
    kept = {row.station_id: row for row in read_station_months(db, month=month)}
    return {
        station: kept.get(station) or StationMonth(station, month, "open", _NEVER, "")
        for station in sorted({*on_grid(registry, month), *kept})
    }


@dataclass(frozen=True)
class ClosePlan:
    """Which station-months would be closed, which are already, and which can't be."""

    month: str
    places: tuple[Place, ...]

    @property
    def ready(self) -> list[StationMonth]:
        return [one.month for one in self.places if one.blocked is None and one.month.state != "closed"]

    @property
    def blocked(self) -> list[Place]:
        return [one for one in self.places if one.blocked is not None]


def plan_closing(
    db: Connection, registry: Registry, month: str, stations: Sequence[str] | None, now: datetime, *, exception: bool
) -> ClosePlan:
    """What closing would do.

    Args:
        stations: Only these; all of the month if left out.
        exception: Whether a signed exception stands in for statements that are not there. A statement that is there,
            and waits to be looked at, keeps its month open in any case.
    """
    states = month_states(db, registry, month)
    wanted = states if stations is None else {one: states[one] for one in stations if one in states}
    waiting = {
        one.statement.station_id: one.statement_id for one in read_statements(db, month=month, states=("imported",))
    }
    over = is_over(month, local_day(now))
    return ClosePlan(
        month,
        tuple(
            Place(row, _blocked(row, over=over, waiting=waiting.get(station), exception=exception))
            for station, row in wanted.items()
        ),
    )


def _blocked(row: StationMonth, *, over: bool, waiting: str | None, exception: bool) -> Text | None:
    if row.state == "closed":
        return None
    if not over:
        return NOT_OVER
    if waiting is not None:
        return TO_LOOK_AT.filled(id=waiting)
    return None if row.state == "settled" or exception else NOT_SETTLED


def close_months(
    db: Connection, plan: ClosePlan, boundaries: Iterable[BoundaryReading], *, at: datetime, by: str,
    exception_voucher: str | None = None,
) -> int:  # fmt: skip
    """Closes what the plan has ready, and keeps the readings at its bounds; returns how many were closed.

    The plan must have been made in the same transaction, after `lock_months`.
    """
    rows = list(_closed(plan, at, by, exception_voucher))
    write_station_months(db, rows, reason="closed", voucher_id=exception_voucher)
    closing = {row.station_id for row in rows}
    write_boundary_readings(db, [one for one in boundaries if one.station_id in closing])
    return len(rows)


def _closed(plan: ClosePlan, at: datetime, by: str, exception: str | None) -> Iterator[StationMonth]:
    for row in plan.ready:
        voucher = None if row.state == "settled" else exception
        yield StationMonth(row.station_id, row.month, "closed", at, by, row.statement_id, voucher)


def readings_to_keep(
    db: Connection, store: Readings, registry: Registry, rules: Rules, plan: ClosePlan
) -> list[BoundaryReading]:
    """The boundary readings of what the plan has ready.

    Raises:
        Unavailable: The telemetry store can't be reached.
    """
    stations = [row.station_id for row in plan.ready if row.station_id in registry.stations]
    return boundary_readings(
        store, registry, plan.month, stations, standing_statements(db, plan.month), rules.energy.max_gap_h
    )


def standing_statements(db: Connection, month: str) -> dict[str, Statement]:
    """The posted statement of each station of the month."""
    posted: list[KeptStatement] = read_statements(db, month=month, states=("posted",))
    return {one.statement.station_id: one.statement for one in posted}

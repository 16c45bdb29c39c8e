"""A month as finance looks at it: states, estimated beside settled, and why they differ."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from guangfu.income.figures import MonthlyIncome
from guangfu.income.settlement.models import Cause, Difference, SettledIncome
from guangfu.income.settlement.months import on_grid
from guangfu.ledger.fen import Fen
from guangfu.stations.models import Registry
from guangfu.storage.sql.figures import read_monthly_income
from guangfu.storage.sql.papers import read_station_months
from guangfu.storage.sql.settlement import KeptStatement, read_settled, read_statements


@dataclass(frozen=True, slots=True)
class Amounts:
    """Of some stations, estimated or settled: which one, the field that holds it says. [Wh, fen]"""

    stations: int
    energy_wh: int
    base_fen: Fen
    subsidy_fen: Fen
    unconfirmed: bool

    @property
    def gross_fen(self) -> Fen:
        return Fen(self.base_fen + self.subsidy_fen)


@dataclass(frozen=True)
class MonthSummary:
    """A month of some stations.

    Attributes:
        states: How many station-months stand where.
        estimated: Of every station that has an estimate.
        estimated_of_settled: Of those of them that a posted statement settles: what to hold `settled` against.
        settled: What posted statements settle for the energy of the month, corrections by later statements included.
        differences: Of the month's posted statements, corrections that they bring for older months included.
        waiting: Statements that a person must look at.
    """

    month: str
    states: Mapping[str, int]
    estimated: Amounts
    estimated_of_settled: Amounts
    settled: Amounts
    differences: tuple[Difference, ...]
    waiting: tuple[KeptStatement, ...]


def read_month_summary(
    db: Connection, registry: Registry, month: str, stations: Collection[str] | None = None
) -> MonthSummary:
    """A month of these stations, of all if none are named."""
    wanted = set(on_grid(registry, month)) if stations is None else set(stations)
    kept = {row.station_id: row.state for row in read_station_months(db, month=month)}
    income = [row for row in read_monthly_income(db, start=month, end=month) if row.station_id in wanted]
    statements = [one for one in read_statements(db, month=month) if one.statement.station_id in wanted]
    posted = [one for one in statements if one.state == "posted"]
    of_posted = {one.statement.station_id for one in posted}
    return MonthSummary(
        month=month,
        states=dict(Counter(kept.get(station, "open") for station in sorted(wanted))),
        estimated=_estimated(income),
        estimated_of_settled=_estimated([row for row in income if row.station_id in of_posted]),
        settled=_settled([row for row in read_settled(db, start=month, end=month) if row.station_id in wanted]),
        differences=tuple(_summed(posted)),
        waiting=tuple(one for one in statements if one.state == "imported"),
    )


def _estimated(rows: Sequence[MonthlyIncome]) -> Amounts:
    return Amounts(
        len(rows),
        sum(row.energy_wh for row in rows),
        Fen(sum(row.estimated_base_fen for row in rows)),
        Fen(sum(row.estimated_subsidy_fen for row in rows)),
        any(row.unconfirmed for row in rows),
    )


def _settled(rows: Sequence[SettledIncome]) -> Amounts:
    return Amounts(
        len({row.station_id for row in rows}),
        sum(row.settled_energy_wh for row in rows),
        Fen(sum(row.settled_base_fen for row in rows)),
        Fen(sum(row.settled_subsidy_fen for row in rows)),
        any(row.unconfirmed for row in rows),
    )


def _summed(posted: Sequence[KeptStatement]) -> list[Difference]:
    rows = [row for one in posted for row in one.differences]
    return [
        Difference(
            cause,
            sum(row.difference_wh for row in rows if row.cause is cause),
            Fen(sum(row.difference_base_fen for row in rows if row.cause is cause)),
            Fen(sum(row.difference_subsidy_fen for row in rows if row.cause is cause)),
        )
        for cause in Cause
    ]

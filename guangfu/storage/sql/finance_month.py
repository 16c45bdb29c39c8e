"""A month of the village-level stations as finance looks at it: a row a station, the amounts side by side.

Nothing is computed here that another room computes: estimates, statements, receipts, deductions and transfers are read
as they stand, and put beside each other.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from guangfu.clock import month_days
from guangfu.income.passing_on import deadline_for, due_on
from guangfu.income.rules.models import Leg, Rules
from guangfu.income.settlement.models import Cause, Difference
from guangfu.income.settlement.months import on_grid
from guangfu.ledger.allocating import Due
from guangfu.ledger.books import Part
from guangfu.stations.models import Registry, StationKind
from guangfu.storage.sql import schema
from guangfu.storage.sql.figures import read_monthly_income
from guangfu.storage.sql.money import distributable, doubtful_months, receivables
from guangfu.storage.sql.papers import read_station_months
from guangfu.storage.sql.receipts import read_dated_allocations
from guangfu.storage.sql.settlement import read_differences, read_settled
from guangfu.storage.sql.transfers import UNDER_WAY, read_transfer_lines, read_transfers


@dataclass(frozen=True, slots=True)
class StationFinance:
    """A station's month. [fen]

    `estimated_…` is `None` where there is no estimate, `settled_…` where no statement is posted. `outstanding_…` is
    receivable and has not come in; `late_…` of it is past its deadline. `ready_fen` came in, less deductions, and is in
    no transfer; `drafted_fen` is in a transfer that has not been sent; `transit_fen` was sent and has not arrived.
    """

    station_id: str
    month: str
    banner_code: str
    state: str
    coverage: float | None
    estimated_base_fen: int | None
    estimated_subsidy_fen: int | None
    settled_base_fen: int | None
    settled_subsidy_fen: int | None
    difference_fen: int | None
    main_cause: Cause | None
    received_base_fen: int
    received_subsidy_fen: int
    outstanding_base_fen: int
    outstanding_subsidy_fen: int
    late_fen: int
    deductions_fen: int
    ready_fen: int
    drafted_fen: int
    transit_fen: int
    arrived_fen: int
    unconfirmed: bool


AMOUNTS: Final = tuple(f.name for f in fields(StationFinance) if f.name.endswith("_fen"))


def finance_month(
    db: Connection, registry: Registry, rules: Rules, month: str, today: date, banner: str | None = None
) -> list[StationFinance]:
    """The village-level stations that are on grid in the month, by banner and station."""
    stations = [one for one in on_grid(registry, month) if _asked(registry, one, banner)]
    known = _Known(db, registry, rules, today, start=month, end=month, stations=stations if banner else None)
    rows = [known.row(one, month) for one in stations]
    return sorted(rows, key=lambda row: (row.banner_code, row.station_id))


def station_finance(
    db: Connection, registry: Registry, rules: Rules, station_id: str, start: str, end: str, today: date
) -> list[StationFinance]:
    """The months of a village-level station in which something of it is known, the oldest first."""
    known = _Known(db, registry, rules, today, start=start, end=end, stations=[station_id])
    return [known.row(station_id, month) for month in known.months]


class _Known:
    """What the other rooms know of some stations' months: each amount by station and month, as it is stored. [fen]

    Every table is read once, for these months alone.
    """

    def __init__(
        self, db: Connection, registry: Registry, rules: Rules, today: date, *,
        start: str, end: str, stations: Sequence[str] | None,
    ) -> None:  # fmt: skip
        within = _Within(start, end, stations)
        self._registry, self._rules, self._today = registry, rules, today
        self._deadlines: dict[str, Deadlines] = {}
        self._doubtful = doubtful_months(db, **within._asdict())
        self._states = {
            (row.station_id, row.month): row.state
            for row in read_station_months(db, month=start if start == end else None, stations=stations)
            if start <= row.month <= end
        }
        self._income = {(row.station_id, row.month): row for row in read_monthly_income(db, **within._asdict())}
        self._settled = _settled(db, within)
        self._differences = read_differences(db, **within._asdict())
        allocations = read_dated_allocations(db, **within._asdict())
        self._received = _sums((a.station_id, a.month, a.part, a.received_fen) for a in allocations)
        dues = receivables(db, registry, **within._asdict())
        self._waiting = _sums((d.station_id, d.month, d.part, d.amount) for d in dues)
        among = stations if stations is not None else list(registry.stations)
        cash = distributable(db, registry, among, start=start, end=end)
        self._rest = _sums((key.station_id, key.month, "", amount) for key, amount in cash.items())
        self._passed = _passed(db, within)

    @property
    def months(self) -> list[str]:
        """Those in which something is known."""
        amounts = (*self._received, *self._waiting, *self._passed)
        return sorted({key[1] for key in (*self._states, *self._income, *self._settled, *amounts)})

    def row(self, station_id: str, month: str) -> StationFinance:
        key = station_id, month
        estimate, settled, differences = self._income.get(key), self._settled.get(key), self._differences.get(key, ())
        base, subsidy = (self._received.get((*key, part.value), 0) for part in Part)
        open_ = {part.value: self._waiting.get((*key, part.value), 0) for part in Part}
        code, rest = self._registry.stations[station_id].banner_code, self._rest.get((*key, ""), 0)
        deadlines = self._deadlines_of(month)
        until = {part: deadlines[code, part] for part, amount in open_.items() if amount and (code, part) in deadlines}
        drafted, sent, arrived = (self._passed.get((*key, state), 0) for state in ("drafted", "sent", "arrived"))
        return StationFinance(
            station_id=station_id,
            month=month,
            banner_code=code,
            state=self._states.get(key, "open"),
            coverage=estimate.coverage if estimate else None,
            estimated_base_fen=estimate.estimated_base_fen if estimate else None,
            estimated_subsidy_fen=estimate.estimated_subsidy_fen if estimate else None,
            settled_base_fen=settled[0] if settled else None,
            settled_subsidy_fen=settled[1] if settled else None,
            difference_fen=sum(map(_gross, differences)) if differences else None,
            main_cause=_main_cause(differences),
            received_base_fen=base,
            received_subsidy_fen=subsidy,
            outstanding_base_fen=open_[Part.BASE.value],
            outstanding_subsidy_fen=open_[Part.SUBSIDY.value],
            late_fen=sum(open_[part] for part, (day, _) in until.items() if day < self._today),
            deductions_fen=base + subsidy - rest,
            ready_fen=rest - drafted - sent - arrived,
            drafted_fen=drafted,
            transit_fen=sent,
            arrived_fen=arrived,
            unconfirmed=bool(estimate and estimate.unconfirmed)
            or key in self._doubtful
            or any(doubt for _, doubt in until.values()),
        )

    def _deadlines_of(self, month: str) -> "Deadlines":
        if month not in self._deadlines:
            self._deadlines[month] = deadlines_into_agency(self._registry, self._rules, month)
        return self._deadlines[month]


class _Within(NamedTuple):
    """Months from one to another, both included, and stations; `None` is all of them."""

    start: str
    end: str
    stations: Sequence[str] | None


def _asked(registry: Registry, station_id: str, banner: str | None) -> bool:
    station = registry.stations[station_id]
    return station.kind is StationKind.VILLAGE and banner in {None, station.banner_code}


def _settled(db: Connection, within: _Within) -> dict[tuple[str, str], tuple[int, int]]:
    """Base and subsidy; a month is the sum of its rows. [fen]"""
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for row in read_settled(db, **within._asdict()):
        base, subsidy = found.get((row.station_id, row.month), (0, 0))
        found[row.station_id, row.month] = base + row.settled_base_fen, subsidy + row.settled_subsidy_fen
    return found


def _sums(amounts: Iterable[tuple[str, str, str, int]]) -> dict[tuple[str, str, str], int]:
    """Added up by station, month and what stands beside them."""
    found: dict[tuple[str, str, str], int] = {}
    for *key, amount in amounts:
        station_id, month, of = key
        found[station_id, month, of] = found.get((station_id, month, of), 0) + amount
    return found


def _passed(db: Connection, within: _Within) -> dict[tuple[str, str, str], int]:
    """By station, month and where the transfer stands; an approved one has not been sent either. [fen]"""
    states = {t.transfer_id: "drafted" if t.state == "approved" else t.state for t in read_transfers(db)}
    lines = read_transfer_lines(db, states=UNDER_WAY, **within._asdict())
    return _sums((line.station_id, line.month, states[line.transfer_id], line.passed_on_fen) for line in lines)


def _gross(one: Difference) -> int:
    return one.difference_base_fen + one.difference_subsidy_fen


def _main_cause(differences: Collection[Difference]) -> Cause | None:
    """The cause that moves most money; none where nothing differs."""
    largest = max(differences, key=lambda one: abs(_gross(one)), default=None)
    return largest.cause if largest is not None and _gross(largest) else None


Deadlines = dict[tuple[str, str], tuple[date, bool]]
"""By banner and part: the last day on which money is in time, and whether that rests on an unconfirmed rule."""


def deadlines_into_agency(registry: Registry, rules: Rules, month: str) -> Deadlines:
    """Until when the money for a month should be in the agency's account."""
    last = month_days(month)[-1]
    found = {}
    for code in {station.banner_code for station in registry.stations.values()}:
        for part in Part:
            rule = deadline_for(Leg.INTO_AGENCY, part.value, last, code, rules)
            if rule is not None:
                found[code, part.value] = due_on(rule, last), rule.unconfirmed
    return found


@dataclass(frozen=True, slots=True)
class MonthStanding:
    """How many village-level station-months stand where, what has not come in, and how much of it is late. [fen]"""

    month: str
    open: int
    estimated: int
    settled: int
    closed: int
    outstanding_fen: int
    late_fen: int
    unconfirmed: bool

    @property
    def overdue(self) -> bool:
        return self.late_fen > 0


def month_standings(db: Connection, registry: Registry, rules: Rules, today: date) -> list[MonthStanding]:
    """The months that something is known of, the newest first."""
    table = schema.station_months
    villages = {s.station_id for s in registry.stations.values() if s.kind is StationKind.VILLAGE}
    counts: dict[str, dict[str, int]] = {}
    for station, month, state in db.execute(sa.select(table.c.station_id, table.c.month, table.c.state)):
        if station in villages:
            of = counts.setdefault(month, {})
            of[state] = of.get(state, 0) + 1
    owed: dict[str, list[Due]] = {}
    for due in receivables(db, registry):
        owed.setdefault(due.month, []).append(due)
    doubtful = doubtful_months(db)
    return [
        MonthStanding(
            month=month,
            open=of.get("open", 0),
            estimated=of.get("estimated", 0),
            settled=of.get("settled", 0),
            closed=of.get("closed", 0),
            outstanding_fen=sum(due.amount for due in owed.get(month, ())),
            late_fen=_late(registry, owed.get(month, ()), deadlines_into_agency(registry, rules, month), today),
            unconfirmed=any((due.station_id, month) in doubtful for due in owed.get(month, ()))
            or any(doubt for _, doubt in deadlines_into_agency(registry, rules, month).values() if month in owed),
        )
        for month, of in sorted(counts.items(), reverse=True)
    ]


def _late(registry: Registry, dues: Iterable[Due], deadlines: Deadlines, today: date) -> int:
    late = {key for key, (until, _) in deadlines.items() if until < today}
    return sum(due.amount for due in dues if (registry.stations[due.station_id].banner_code, due.part) in late)

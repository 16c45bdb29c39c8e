"""Centralized stations: what the company owes its slots by the books, what it paid, what is late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from guangfu.clock import month_days
from guangfu.income.passing_on import deadline_for, due_on
from guangfu.income.rules.models import Leg, Rules
from guangfu.ledger.allocating import Due, outstanding
from guangfu.ledger.books import CENTRALIZED, COMPANY_OWES
from guangfu.ledger.fen import Fen
from guangfu.ledger.postings.receipts import ENTITLEMENT
from guangfu.stations.models import Registry, StationKind
from guangfu.storage.sql.journal import read_account
from guangfu.storage.sql.receipts import read_allocations, read_receipts


@dataclass(frozen=True, slots=True)
class CompanyStanding:
    """A centralized station's company on a day. [fen]

    `due` is owed so far by the books, `paid` came, `late` is what a deadline has passed for, the oldest of it so many
    days ago. `ahead` was paid beyond what is owed so far.
    """

    station_id: str
    due: Fen
    paid: Fen
    outstanding: Fen
    late: Fen
    late_days: int
    ahead: Fen
    unconfirmed: bool


def company_dues(db: Connection, stations: Sequence[str] | None = None) -> list[Due]:
    """What companies owe by station and month, before what they paid. [fen]"""
    paid = {(a.station_id, a.month): 0 for a in read_allocations(db, stations=stations) if a.part == ENTITLEMENT}
    for a in read_allocations(db, stations=stations):
        if a.part == ENTITLEMENT:
            paid[a.station_id, a.month] += a.received_fen
    found = []
    for (station, month), balance in sorted(read_account(db, CENTRALIZED, COMPANY_OWES).items()):
        if stations is None or station in stations:
            found.append(Due(station, month, ENTITLEMENT, Fen(balance + paid.get((station, month), 0))))
    return found


def company_outstanding(db: Connection, stations: Sequence[str] | None = None) -> list[Due]:
    """What companies owe and have not paid, by station and month. [fen]"""
    return outstanding(
        company_dues(db, stations),
        [a.allocation for a in read_allocations(db, stations=stations) if a.part == ENTITLEMENT],
    )


def company_standings(db: Connection, registry: Registry, rules: Rules, today: date) -> list[CompanyStanding]:
    """Every centralized station's company today, by station."""
    due: dict[str, int] = {}
    for one in company_dues(db):
        due[one.station_id] = due.get(one.station_id, 0) + one.amount
    open_: dict[str, list[Due]] = {}
    for one in company_outstanding(db):
        open_.setdefault(one.station_id, []).append(one)
    paid: dict[str, int] = {}
    for receipt in read_receipts(db, book=CENTRALIZED):
        paid[receipt.station_id or ""] = paid.get(receipt.station_id or "", 0) + receipt.received_fen
    stations = (s for s in registry.stations.values() if s.kind is StationKind.CENTRALIZED)
    return [
        _standing(
            registry,
            rules,
            today,
            s.station_id,
            due.get(s.station_id, 0),
            paid.get(s.station_id, 0),
            open_.get(s.station_id, []),
        )
        for s in sorted(stations, key=lambda s: s.station_id)
    ]


def _standing(
    registry: Registry, rules: Rules, today: date, station_id: str, due: int, paid: int, open_: Sequence[Due]
) -> CompanyStanding:
    banner = registry.stations[station_id].banner_code
    left = sum(one.amount for one in open_)
    late, oldest, doubtful = 0, today, False
    for one in open_:
        day = month_days(one.month)[0]
        rule = deadline_for(Leg.TO_SLOTS, None, day, banner, rules)
        if rule is None:
            continue
        doubtful = doubtful or rule.unconfirmed
        until = due_on(rule, day)
        if until < today:
            late, oldest = late + one.amount, min(oldest, until)
    return CompanyStanding(
        station_id, Fen(due), Fen(paid), Fen(left), Fen(late), (today - oldest).days if late > 0 else 0,
        Fen(max(paid - (due - left), 0)), doubtful,
    )  # fmt: skip

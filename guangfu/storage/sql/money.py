"""What is outstanding, what may be passed on, and a village's amounts side by side, from what is stored.

What to expect is an estimate (`village_monthly_income`); what to pass on rests on receipts. They never share a column.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from guangfu.income.deducting import months_between
from guangfu.income.passing_on import CashKey, month_units, village_parts
from guangfu.ledger.allocating import CHOSEN, Due
from guangfu.ledger.books import VILLAGE, VILLAGE_BANK, Part
from guangfu.ledger.fen import Fen
from guangfu.ledger.postings.villages import PAID_STEP
from guangfu.stations.models import Registry, StationKind
from guangfu.storage.sql import schema
from guangfu.storage.sql.figures import read_village_income
from guangfu.storage.sql.journal_sums import read_village_sums
from guangfu.storage.sql.receipts import (
    DatedAllocation,
    read_dated_allocations,
    read_settled_dues,
)
from guangfu.storage.sql.transfers import ON_THE_WAY, TransferLine, read_borne, read_transfer_lines
from guangfu.storage.sql.typed_rows import among


def receivables(
    db: Connection, registry: Registry, *, start: str = "0001-01", end: str = "9999-12",
    stations: Sequence[str] | None = None,
) -> list[Due]:  # fmt: skip
    """What is settled and has not come in, by part, station and month; below zero where a correction took it back.

    VAT that the grid company keeps back does not come. Of village-level stations alone: what a centralized station
    earns is its company's. The database adds up, so that years of money that came in cost nothing to read. [fen]
    """
    known = {s.station_id for s in registry.stations.values() if s.kind is StationKind.VILLAGE}
    owed = sa.union_all(*(_within(*one, start, end, stations) for one in _owed())).subquery()
    key, amount = (owed.c.part, owed.c.station_id, owed.c.month), sa.func.sum(owed.c.amount_fen)
    wanted = (
        sa.select(*key, sa.cast(amount, sa.BigInteger), sa.func.max(owed.c.subsidy_year))
        .group_by(*key)
        .having(amount != 0)
        .order_by(*key)
    )
    return [
        Due(station, month, part, Fen(amount), year)
        for part, station, month, amount, year in db.execute(wanted)
        if station in known
    ]


def _owed() -> Iterator[tuple[sa.Table, Any, Any, Any, sa.ColumnElement[bool]]]:
    """What adds to a receivable or takes from it: table, part, subsidy's year, amount, and which of its rows. [fen]"""
    settled, vat, came = schema.settled_income, schema.vat_months, schema.receipt_allocations
    base, subsidy = (sa.literal(part.value, sa.Text) for part in (Part.BASE, Part.SUBSIDY))
    no_year = sa.cast(sa.null(), sa.Integer)
    yield settled, base, no_year, settled.c.settled_base_fen, sa.true()
    receivable = settled.c.settled_subsidy_fen - settled.c.memo_subsidy_fen
    yield settled, subsidy, settled.c.subsidy_year, receivable, settled.c.subsidy_receivable
    yield vat, vat.c.part, no_year, -vat.c.settled_tax_fen, vat.c.taxpayer == "grid"
    stands = sa.and_(came.c.reversed_at.is_(None), came.c.part.in_([part.value for part in Part]))
    yield came, came.c.part, came.c.subsidy_year, -came.c.received_fen, stands


def _within(
    table: sa.Table, part: Any, year: Any, amount: Any, which: sa.ColumnElement[bool], start: str, end: str,
    stations: Sequence[str] | None,
) -> sa.Select[Any]:  # fmt: skip
    of = (table.c.station_id, table.c.month, part.label("part"), year.label("subsidy_year"), amount.label("amount_fen"))
    return sa.select(*of).where(which, table.c.month.between(start, end), *among(table.c.station_id, stations))


def distributable(
    db: Connection, registry: Registry, stations: Sequence[str], *, start: str = "0001-01", end: str = "9999-12",
    counts: Callable[[DatedAllocation], bool] | None = None,
) -> dict[CashKey, Fen]:  # fmt: skip
    """What may be passed on: received less deductions borne, by station, energy month and part. [fen]

    Args:
        counts: Whether a receipt counts, by the day on which it came; all of them if left out.
    """
    received: dict[CashKey, int] = {}
    for one in read_dated_allocations(db, start=start, end=end, stations=stations):
        if one.station_id in registry.stations and (counts is None or counts(one)):
            key = CashKey(one.station_id, one.month, one.part)
            received[key] = received.get(key, 0) + one.received_fen
    for row in read_borne(db, start=start, end=end, stations=stations):
        for part, borne in ((Part.BASE, row.borne_base_fen), (Part.SUBSIDY, row.borne_subsidy_fen)):
            key = CashKey(row.station_id, row.month, part.value)
            if borne and key in received:
                received[key] -= borne
    return {key: Fen(amount) for key, amount in sorted(received.items())}


def doubtful_months(
    db: Connection, *, start: str = "0001-01", end: str = "9999-12", stations: Sequence[str] | None = None
) -> set[tuple[str, str]]:
    """Station-months of whose settled money something rests on an unconfirmed rule, or on a choice of ours.

    The rules are the place in the subsidy list, deductions, and VAT that the grid company keeps back or the agency
    owes, also where it is exempt. The choice is a match of a receipt that no document tells.
    """
    came, chosen = schema.receipt_allocations, [way.value for way in CHOSEN]
    borne, vat, settled = schema.deductions_borne, schema.vat_months, schema.settled_income
    doubts: list[tuple[sa.Table, sa.ColumnElement[bool]]] = [
        (came, sa.and_(came.c.reversed_at.is_(None), came.c.way.in_(chosen))),
        (borne, sa.and_(borne.c.unconfirmed, borne.c.due_fen + borne.c.carried_before_fen != 0)),
        (vat, sa.and_(vat.c.unconfirmed, vat.c.taxpayer.in_(["agency", "grid"]))),
        (settled, settled.c.unconfirmed),
    ]
    within = [
        sa.select(of.c.station_id, of.c.month).where(
            which, of.c.month.between(start, end), *among(of.c.station_id, stations)
        )
        for of, which in doubts
    ]
    return {(station_id, month) for station_id, month in db.execute(sa.union(*within))}


@dataclass(frozen=True, slots=True)
class VillageMoney:
    """A village's part of the energy of a month, of all of its stations: the five amounts, and what is between. [fen]

    `estimated` is ours; `settled` is the power company's statement's, a subsidy that is no receivable left out;
    `received` came into the agency's account; `distributable` is that less deductions; `passed_on` was sent, of it
    `arrived` is in the village's account; `balance` may still be passed on. `paid` is what the village paid out in the
    calendar month, of whatever energy. `None`: nothing is known. `unconfirmed`: one of them, what was paid left out,
    rests on a rule that nobody has confirmed, or on a choice of ours.
    """

    month: str
    estimated_fen: int | None
    settled_fen: int
    received_fen: int
    deductions_fen: int
    distributable_fen: int
    passed_on_fen: int
    arrived_fen: int
    balance_fen: int
    paid_fen: int
    unconfirmed: bool


def village_money(db: Connection, registry: Registry, village_id: str, start: str, end: str) -> list[VillageMoney]:
    """A row for each month from one to another, both included."""
    months = months_between(start, end)
    stations = _stations(registry, village_id)
    estimated: dict[str, int] = {}
    doubtful = {month for _, month in doubtful_months(db, start=start, end=end, stations=stations)}
    for row in read_village_income(db, start=start, end=end, villages=[village_id]):
        estimated[row.month] = estimated.get(row.month, 0) + row.estimated_gross_fen
        doubtful |= {row.month} if row.unconfirmed else set()
    settled = _parts(
        registry,
        village_id,
        months,
        ((CashKey(d.station_id, d.month, d.part), d.amount) for d in read_settled_dues(db, stations=stations)),
    )
    received = _parts(
        registry,
        village_id,
        months,
        (
            (CashKey(a.station_id, a.month, a.part), a.received_fen)
            for a in read_dated_allocations(db, stations=stations)
        ),
    )
    rest = _parts(registry, village_id, months, distributable(db, registry, stations).items())
    passed = _passed(read_transfer_lines(db, states=ON_THE_WAY, villages=[village_id]))
    arrived = _passed(read_transfer_lines(db, states=["arrived"], villages=[village_id]))
    paid = _paid(db, village_id)
    return [
        VillageMoney(
            month, estimated.get(month), settled.get(month, 0), received.get(month, 0),
            received.get(month, 0) - rest.get(month, 0), rest.get(month, 0), passed.get(month, 0),
            arrived.get(month, 0), rest.get(month, 0) - passed.get(month, 0), paid.get(month, 0),
            month in doubtful,
        )
        for month in months
    ]  # fmt: skip


def total_of(rows: Sequence[VillageMoney], name: str = "") -> VillageMoney:
    """The rows' sum; an estimate that is missing counts as nothing."""
    total = VillageMoney(name, 0, 0, 0, 0, 0, 0, 0, 0, 0, any(row.unconfirmed for row in rows))
    for row in rows:
        sums = {field: getattr(total, field) + (getattr(row, field) or 0) for field in _AMOUNTS}
        total = replace(total, **sums)
    return total


_AMOUNTS = tuple(name for name in VillageMoney.__dataclass_fields__ if name.endswith("_fen"))


def _stations(registry: Registry, village_id: str) -> list[str]:
    return sorted({share.station_id for share in registry.units_held_by.get(village_id, ()) if share.units > 0})


def _parts(
    registry: Registry, village_id: str, months: Iterable[str], amounts: Iterable[tuple[CashKey, int]]
) -> dict[str, int]:
    """The village's part of stations' amounts, each divided by itself as it is when it is passed on; by month. [fen]"""
    wanted, sums = set(months), dict[CashKey, int]()
    for key, amount in amounts:
        if key.month in wanted:
            sums[key] = sums.get(key, 0) + amount
    weights: dict[tuple[str, str], dict[str, int]] = {}
    found: dict[str, int] = {}
    for key, amount in sums.items():
        if key[:2] not in weights:
            weights[key[:2]] = month_units(registry, key.station_id, key.month)
        part = village_parts(Fen(amount), weights[key[:2]]).get(village_id, Fen(0))
        found[key.month] = found.get(key.month, 0) + part
    return found


def _passed(lines: Iterable[TransferLine]) -> dict[str, int]:
    found: dict[str, int] = {}
    for line in lines:
        found[line.month] = found.get(line.month, 0) + line.passed_on_fen
    return found


def _paid(db: Connection, village_id: str) -> dict[str, int]:
    """Payments out of the village's bank account, less what came back, by the local month of their entry. [fen]

    Known by their keys: the reversal of an opening balance has the kind of a payment's reversal, and is none.
    """
    sums = read_village_sums(db, VILLAGE, VILLAGE_BANK, village_id, PAID_STEP)
    return {month: -amount for month, amount in sums.items()}

"""Reads what audit checks look at, as typed rows; persons only by their ids."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection

from guangfu.clock import local_day, month_days, month_of
from guangfu.income.audit.facts import (
    AuditFacts,
    BankMove,
    CashRow,
    DueRow,
    EstimatedRow,
    IdleDay,
    IntegralRow,
    Outage,
    PassedRow,
    PlaceRow,
    PlanRow,
    SettledRow,
    StatementRow,
    TransferRow,
    UnmatchedRow,
)
from guangfu.income.audit.found import ONE_RUN
from guangfu.income.reconciling import month_sums
from guangfu.ledger.books import AGENCY, VILLAGE, VILLAGE_BANK, Part
from guangfu.ledger.fen import Fen
from guangfu.ledger.postings.villages import opening_keys
from guangfu.ledger.states import Subject
from guangfu.stations.models import Registry, StationKind
from guangfu.storage.sql import schema
from guangfu.storage.sql.companies import company_outstanding
from guangfu.storage.sql.figures import read_monthly_income
from guangfu.storage.sql.money import receivables
from guangfu.storage.sql.openings import read_openings
from guangfu.storage.sql.payments import read_dues, unattended
from guangfu.storage.sql.persons import PersonKind, read_places
from guangfu.storage.sql.plans import plan_year_id, read_plan_lines, read_plan_years
from guangfu.storage.sql.receipts import read_allocations, read_receipts
from guangfu.storage.sql.reconciliation import read_reconciled
from guangfu.storage.sql.settlement import read_settled, read_statements
from guangfu.storage.sql.transfers import ON_THE_WAY, read_borne, read_transfer_lines, read_transfers

FILED: Final = ("filed", "executed", "result_posted", "closed")
OUTAGE: Final = "outage"
"""Attribute of a station: why it gives nothing from a day on, to the day before another."""


def read_audit_facts(db: Connection, registry: Registry, months: Collection[str]) -> AuditFacts:
    """Everything that a run over some months needs."""
    months = sorted(months)
    stations = registry.stations
    village = {s.station_id for s in stations.values() if s.kind is StationKind.VILLAGE}
    return AuditFacts(
        registry=registry,
        settled=tuple(_settled(db, village, months)),
        estimated=tuple(_estimated(db, village, months)),
        outstanding=tuple(receivables(db, registry)),
        cash=tuple(_cash(db)),
        borne=_borne(db),
        unmatched=tuple(_unmatched(db)),
        passed=tuple(_passed(db)),
        transfers=tuple(_transfers(db)),
        companies=tuple(company_outstanding(db)),
        bank=tuple(_bank(db)),
        dues=tuple(_dues(db, months)),
        plans=tuple(_plans(db)),
        plan_lines=tuple(read_plan_lines(db)),
        places=tuple(_places(db)),
        suppliers=_suppliers(db),
        statements=tuple(_statements(db, months)),
        integrals=tuple(_integrals(db, months)),
        idle_days=tuple(_idle_days(db, months)),
        outages=tuple(Outage(a.subject_id, a.valid_from, a.valid_to) for a in registry.attributes if a.name == OUTAGE),
    )


def _settled(db: Connection, village: Collection[str], months: list[str]) -> Iterable[SettledRow]:
    start, end = f"{months[0][:4]}-01", f"{months[-1][:4]}-12"
    for row in read_settled(db, start=start, end=end):
        if row.station_id not in village:
            continue
        key = (row.station_id, row.month)
        yield SettledRow(*key, Part.BASE.value, row.statement_id, row.settled_base_fen, row.unconfirmed)
        if row.subsidy_receivable:
            yield SettledRow(*key, Part.SUBSIDY.value, row.statement_id, row.receivable_subsidy_fen, row.unconfirmed)


def _estimated(db: Connection, village: Collection[str], months: list[str]) -> Iterable[EstimatedRow]:
    start, end = f"{months[0][:4]}-01", f"{months[-1][:4]}-12"
    for row in read_monthly_income(db, start=start, end=end):
        if row.station_id in village:
            yield EstimatedRow(row.station_id, row.month, row.estimated_base_fen, row.unconfirmed)


def _cash(db: Connection) -> Iterable[CashRow]:
    received_on = {one.receipt_id: one.received_on for one in read_receipts(db, book=AGENCY)}
    for row in read_allocations(db):
        if row.receipt_id in received_on and row.part in set(Part):
            yield CashRow(
                row.receipt_id, row.station_id, row.month, row.part, Fen(row.received_fen), received_on[row.receipt_id]
            )


def _borne(db: Connection) -> dict[tuple[str, str, str], Fen]:
    borne: dict[tuple[str, str, str], int] = {}
    for row in read_borne(db):
        for part, fen in ((Part.BASE, row.borne_base_fen), (Part.SUBSIDY, row.borne_subsidy_fen)):
            key = (row.station_id, row.month, part.value)
            borne[key] = borne.get(key, 0) + fen
    return {key: Fen(fen) for key, fen in borne.items()}


def _unmatched(db: Connection) -> Iterable[UnmatchedRow]:
    matched: dict[str, int] = {}
    for row in read_allocations(db):
        matched[row.receipt_id] = matched.get(row.receipt_id, 0) + row.received_fen
    for receipt in read_receipts(db, book=AGENCY):
        explained = receipt.kind == "interest" or (receipt.state == "reversed" and receipt.revision == 0)
        left = 0 if explained else receipt.received_fen - matched.get(receipt.receipt_id, 0)
        yield UnmatchedRow(receipt.receipt_id, receipt.received_on, Fen(left))


def _passed(db: Connection) -> Iterable[PassedRow]:
    sent_on = {one.transfer_id: one.sent_on for one in read_transfers(db, states=ON_THE_WAY)}
    for row in read_transfer_lines(db, states=ON_THE_WAY):
        day = sent_on[row.transfer_id]
        if day is not None:
            yield PassedRow(
                row.transfer_id, row.position, row.station_id, row.month, row.part, Fen(row.passed_on_fen), day
            )


def _transfers(db: Connection) -> Iterable[TransferRow]:
    for row in read_transfers(db, states=ON_THE_WAY):
        if row.sent_on is not None:
            yield TransferRow(row.transfer_id, row.banner_code, Fen(row.passed_on_fen), row.sent_on, row.ended_on)


def _bank(db: Connection) -> Iterable[BankMove]:
    """Moves of the journal; an opening balance, however often it was corrected, is one, of the day that it stood."""
    stood_on = {opening_keys(one.opening_id): one.as_of for one in read_openings(db, book=VILLAGE)}
    openings: dict[str, BankMove] = {}
    for move, kind in _bank_lines(db):
        keys = f"{move.key.rsplit('/', 1 if kind != 'reversal' else 2)[0]}/"
        if keys not in stood_on:
            yield move
            continue
        before = openings.get(keys)
        amount = Fen(move.amount_fen + (before.amount_fen if before else 0))
        openings[keys] = replace(move, moved_on=stood_on[keys], amount_fen=amount, arrival=amount > 0)
    yield from (move for move in openings.values() if move.amount_fen)


def _bank_lines(db: Connection) -> Iterable[tuple[BankMove, str]]:
    entries, lines = schema.journal_entries, schema.journal_lines
    wanted = (
        sa.select(lines.c.village_id, entries.c.posted_at, lines.c.amount_fen, entries.c.key, entries.c.kind)
        .join(entries, sa.and_(entries.c.book == lines.c.book, entries.c.seq == lines.c.seq))
        .where(lines.c.book == VILLAGE, lines.c.account == VILLAGE_BANK, lines.c.village_id.is_not(None))
        .order_by(entries.c.seq, lines.c.line)
    )
    for village, at, fen, key, kind in db.execute(wanted):
        yield BankMove(village, local_day(at), Fen(fen), key, kind == "arrival"), kind


def _dues(db: Connection, months: list[str]) -> Iterable[DueRow]:
    wanted = set(months)
    without = {due.due_id for month in months for due in unattended(db, month)}
    for due in read_dues(db):
        if due.month in wanted and due.posted_at is not None:
            yield DueRow(
                due.due_id, due.book, due.month, due.payee_id, due.due_fen, local_day(due.posted_at), due.village_id,
                due.station_id, due.household_id, due.post_id, due.line_id, due.due_id not in without,
            )  # fmt: skip


def _plans(db: Connection) -> Iterable[PlanRow]:
    table = schema.state_changes
    filed = sa.select(table.c.subject_id, sa.func.min(table.c.changed_at)).where(
        table.c.subject == Subject.PLAN_YEAR.value, table.c.after.in_(FILED)
    )
    filed_at = dict(map(tuple, db.execute(filed.group_by(table.c.subject_id))))
    for plan in read_plan_years(db):
        at = filed_at.get(plan_year_id(plan.village_id, plan.year)) if plan.state in FILED else None
        yield PlanRow(plan.village_id, plan.year, plan.state, None if at is None else local_day(at))


def _places(db: Connection) -> Iterable[PlaceRow]:
    for one in read_places(db):
        yield PlaceRow(one.person_id, one.household_id, one.village_id, one.valid_from, one.valid_to)


def _suppliers(db: Connection) -> frozenset[str]:
    table = schema.persons
    return frozenset(
        db.execute(sa.select(table.c.person_id).where(table.c.kind == PersonKind.SUPPLIER.value)).scalars()
    )


def _statements(db: Connection, months: list[str]) -> Iterable[StatementRow]:
    for one in read_statements(db, states=("imported", "matched", "posted")):
        said = one.statement
        if said.month in months and one.tolerance_wh is not None:
            parts = frozenset(line.part for line in said.lines)
            yield StatementRow(
                one.statement_id, said.station_id, said.month, one.state, one.tolerance_wh, parts, one.differences
            )


def _integrals(db: Connection, months: list[str]) -> Iterable[IntegralRow]:
    """A month at a time: a fleet's is 24,000 days."""
    for month in months:
        days = month_days(month)
        for (station, _, way), sums in month_sums(read_reconciled(db, start=days[0], end=days[-1])).items():
            yield IntegralRow(station, month, *sums, way)


def _idle_days(db: Connection, months: list[str]) -> Iterable[IdleDay]:
    """Of the months, and of the one before each, from which a row of days may reach into it."""
    table = schema.daily_energy
    first, last = month_days(months[0])[0] - ONE_RUN, month_days(months[-1])[-1]
    wanted = sa.select(table.c.station_id, table.c.day).where(
        table.c.day.between(first, last), table.c.energy_wh == 0, table.c.complete
    )
    return [IdleDay(station, day) for station, day in db.execute(wanted)]


def audit_months(db: Connection, today: date) -> list[str]:
    """Every month of which anything is known, up to the present one."""
    tables = (
        schema.monthly_income.c.month, schema.settled_income.c.month, schema.receipt_allocations.c.month,
        schema.dues.c.month,
    )  # fmt: skip
    known = [db.execute(sa.select(sa.func.min(column))).scalar() for column in tables]
    opened = db.execute(sa.select(sa.func.min(schema.opening_balances.c.as_of))).scalar()
    first = min((month for month in (*known, opened and month_of(opened)) if month), default=None)
    found: list[str] = []
    month = first or f"{today:%Y-%m}"
    while month <= f"{today:%Y-%m}":
        found.append(month)
        month = f"{int(month[:4]) + month.endswith('12')}-{int(month[5:]) % 12 + 1:02d}"
    return found

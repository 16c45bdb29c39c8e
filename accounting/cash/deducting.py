"""What follows from receipts, invoices and transfers for a station: VAT, deductions, and their entries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from accounting.cash.steps import Desk
from guangfu.income.deducting import Borne, Cost, Invoiced, MonthCash, bear, month_costs
from guangfu.income.rules.models import Taxpayer
from guangfu.income.vat import VatMonth, month_vat
from guangfu.ledger.books import AGENCY, Part
from guangfu.ledger.fen import Fen
from guangfu.ledger.journal import Entry
from guangfu.ledger.postings.passing import deduction_entry
from guangfu.ledger.postings.receipts import withheld_entry
from guangfu.ledger.postings.revisions import restate
from guangfu.stations.models import Station
from guangfu.storage.sql.journal import post_entries, read_entries
from guangfu.storage.sql.receipts import read_dated_allocations, read_settled_dues
from guangfu.storage.sql.transfers import (
    UNDER_WAY,
    BorneRow,
    VatRow,
    read_borne,
    read_invoices,
    read_transfer_lines,
    replace_borne,
    replace_vat,
)

Amounts = dict[tuple[str, str], int]
"""By month and part. [fen]"""


def refresh(db: Connection, desk: Desk, stations: Sequence[str]) -> int:
    """Computes VAT and deductions of village-level stations again from what is stored, and posts what changed.

    Twice is as good as once: everything is determined by what was settled, received, invoiced and passed on.

    Returns:
        How many entries were posted.
    """
    wanted = sorted({*stations} & {*desk.village_stations()})
    settled = _by_station((d.station_id, d.month, d.part, d.amount) for d in read_settled_dues(db, stations=wanted))
    received = _by_station(
        (a.station_id, a.month, a.part, a.received_fen) for a in read_dated_allocations(db, stations=wanted)
    )
    passed = _by_station(
        (line.station_id, line.month, line.part, line.passed_on_fen)
        for line in read_transfer_lines(db, states=UNDER_WAY, stations=wanted)
    )
    invoices: dict[str, list[Invoiced]] = {}
    for invoice in read_invoices(db, stations=wanted):
        invoices.setdefault(invoice.station_id, []).append(invoice.invoiced)
    entries = [
        entry
        for station in wanted
        for entry in _station(
            db, desk, desk.registry.stations[station], settled.get(station, {}), received.get(station, {}),
            passed.get(station, {}), invoices.get(station, []),
        )
    ]  # fmt: skip
    return post_entries(db, entries, desk.at) if entries else 0


def _station(
    db: Connection, desk: Desk, station: Station, settled: Amounts, received: Amounts, passed: Amounts,
    invoices: Sequence[Invoiced],
) -> list[Entry]:  # fmt: skip
    vat = _vat(station, settled, desk)
    costs = _costs(desk, station, settled, received, invoices, vat)
    months = sorted({month for month, _ in (*settled, *received)})
    cash = [
        MonthCash(
            month, _left(received, passed, month, Part.BASE), _left(received, passed, month, Part.SUBSIDY), costs[month]
        )
        for month in months
    ]
    borne = [row for row in bear(cash) if row.due or row.carried_before]
    if not months and not read_borne(db, stations=[station.station_id]):
        return []
    posted = {one.entry.key: one.entry for one in read_entries(db, AGENCY, station_id=station.station_id)}
    replace_vat(db, station.station_id, [_vat_row(row, desk) for row in vat])
    entries = _withheld(posted, station.station_id, vat, {row.month for row in vat} | _withheld_before(posted))
    rows = []
    for row, (change, revision) in ((row, _deducted(posted, station.station_id, row)) for row in borne):
        entries += change
        rows.append(replace(_borne_row(station.station_id, row, desk), revision=revision))
    entries += _gone(db, posted, station.station_id, rows)
    replace_borne(db, station.station_id, rows)
    return entries


def _vat(station: Station, settled: Amounts, desk: Desk) -> list[VatMonth]:
    months: dict[str, dict[Part, Fen]] = {}
    for (month, part), amount in sorted(settled.items()):
        months.setdefault(month, {})[Part(part)] = Fen(amount)
    return [row for month, parts in months.items() for row in month_vat(station, month, parts, desk.rules)]


def _costs(
    desk: Desk, station: Station, settled: Amounts, received: Amounts, invoices: Sequence[Invoiced],
    vat: Iterable[VatMonth],
) -> Mapping[str, tuple[Cost, ...]]:  # fmt: skip
    agency = [row for row in vat if row.taxpayer is Taxpayer.AGENCY]
    months = {month for month, _ in (*settled, *received)}
    return {
        month: month_costs(
            station, month, settled=_of_month(settled, month), received=_of_month(received, month), invoices=invoices,
            vat=Fen(sum(row.tax for row in agency if row.month == month)), rules=desk.rules,
            vat_unconfirmed=any(row.unconfirmed for row in agency if row.month == month),
        )
        for month in months
    }  # fmt: skip


def _deducted(posted: Mapping[str, Entry], station_id: str, row: Borne) -> tuple[list[Entry], int]:
    parts = {Part.BASE.value: row.borne_base, Part.SUBSIDY.value: row.borne_subsidy}
    return restate(
        posted,
        lambda n: deduction_entry(station_id, row.month, row.deduction_id, parts, revision=n),
        nothing=not row.borne,
    )


def _gone(db: Connection, posted: Mapping[str, Entry], station_id: str, rows: Sequence[BorneRow]) -> list[Entry]:
    """Reversals of deductions that stood in a month and do not any more."""
    here = {(row.month, row.deduction_id) for row in rows}
    before = {(row.month, row.deduction_id) for row in read_borne(db, stations=[station_id])}
    return [
        entry
        for month, name in sorted(before - here)
        for entry in restate(
            posted,
            lambda n, month=month, name=name: deduction_entry(station_id, month, name, {}, revision=n),  # type: ignore[misc]
            nothing=True,
        )[0]
    ]


def _withheld(
    posted: Mapping[str, Entry], station_id: str, vat: Iterable[VatMonth], months: Iterable[str]
) -> list[Entry]:
    """VAT that the grid company keeps back, in and out of the books."""
    tax = {(row.month, row.part): row.tax for row in vat if row.taxpayer is Taxpayer.GRID}
    entries = []
    for month in sorted(months):
        for part in Part:
            amount = tax.get((month, part), Fen(0))
            entries += restate(
                posted,
                lambda n, m=month, p=part, a=amount: withheld_entry(station_id, m, p.value, a, revision=n),  # type: ignore[misc]
                nothing=not amount,
            )[0]
    return entries


def _withheld_before(posted: Iterable[str]) -> set[str]:
    return {key.split("/")[1] for key in posted if key.startswith("vat-withheld/")}


def _by_station(rows: Iterable[tuple[str, str, str, int]]) -> dict[str, Amounts]:
    found: dict[str, Amounts] = {}
    for station, month, part, amount in rows:
        of = found.setdefault(station, {})
        of[month, part] = of.get((month, part), 0) + amount
    return found


def _left(received: Amounts, passed: Amounts, month: str, part: Part) -> Fen:
    return Fen(max(received.get((month, part.value), 0) - passed.get((month, part.value), 0), 0))


def _of_month(amounts: Amounts, month: str) -> Fen:
    return Fen(sum(amounts.get((month, part.value), 0) for part in Part))


def _borne_row(station_id: str, row: Borne, desk: Desk) -> BorneRow:
    return BorneRow(
        station_id, row.month, row.position, row.deduction_id, row.due, row.carried_before, row.borne_base,
        row.borne_subsidy, row.carried, row.way.value, row.unconfirmed, 0, desk.at,
    )  # fmt: skip


def _vat_row(row: VatMonth, desk: Desk) -> VatRow:
    return VatRow(
        row.station_id, row.month, row.part.value, row.gross, row.tax, row.net, row.refund, row.taxpayer.value,
        row.vat_id, row.exempt, row.unconfirmed, desk.at,
    )  # fmt: skip

"""Receipts matched with what was settled: by what they name, by a list, in proportion, or oldest first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import Connection

from accounting.cash.deducting import refresh
from accounting.cash.steps import Desk
from accounting.villages.imports import Declined
from guangfu.income.bank_export import BASE, SUBSIDY
from guangfu.income.cash_files import ListLine
from guangfu.ledger.allocating import (
    Allocated,
    Allocation,
    Due,
    Way,
    allocate_named,
    allocate_proportionally,
    outstanding,
)
from guangfu.ledger.books import AGENCY
from guangfu.ledger.fen import Fen, yuan_text
from guangfu.ledger.postings.receipts import match_entry
from guangfu.ledger.postings.revisions import reversal, reversal_key
from guangfu.ledger.states import Subject
from guangfu.storage.sql.journal import post_entries
from guangfu.storage.sql.money import receivables
from guangfu.storage.sql.receipts import (
    OPEN,
    KeptAllocation,
    Receipt,
    lock_cash,
    read_allocations,
    read_receipts,
    reverse_allocations,
    write_allocations,
    write_receipts,
)
from guangfu.texts import Text


@dataclass(frozen=True, slots=True)
class How:
    """How receipts are matched where they do not say it themselves.

    `kind`, `station_id`, `month`, `subsidy_year` go before what the bank's text told. `lines` are a list's stations;
    `proportionally`, or a banner, divides a receipt that names no station.
    """

    kind: str | None = None
    station_id: str | None = None
    month: str | None = None
    subsidy_year: int | None = None
    lines: tuple[ListLine, ...] = ()
    proportionally: bool = False
    banner_code: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """What a receipt is matched with; `rest` stays unmatched. [fen]"""

    receipt: Receipt
    allocations: tuple[Allocation, ...]
    rest: Fen


def plan_matches(db: Connection, desk: Desk, receipts: Iterable[Receipt], how: How) -> list[Match]:
    """What each receipt would be matched with, the earlier ones first. Nothing is written.

    Raises:
        Declined: A list that is more than what is unmatched of its receipt.
    """
    taken = _taken(db)
    open_, found = receivables(db, desk.registry), []
    for receipt in sorted(receipts, key=lambda r: (r.received_on, r.receipt_id)):
        rest = Fen(receipt.received_fen - taken.get(receipt.receipt_id, 0))
        kind = how.kind or receipt.kind
        if rest <= 0 or kind not in {BASE, SUBSIDY}:
            continue
        of_part = [due for due in open_ if due.part == kind]
        allocated = _allocated(receipt, rest, of_part, how, desk)
        if allocated.allocations:
            found.append(Match(replace(receipt, kind=kind), allocated.allocations, allocated.rest))
            open_ = outstanding(open_, allocated.allocations)
    return found


def apply_matches(db: Connection, desk: Desk, matches: Sequence[Match], *, reason: str = "") -> None:
    """Keeps and posts the matches, and what follows for deductions; planned in the same transaction, locked."""
    entries, kept, receipts = [], [], []
    steps: list[tuple[str, str | None, str]] = []
    for match in matches:
        receipt, revision = match.receipt, match.receipt.revision + 1
        entries.append(match_entry(receipt.receipt_id, revision, match.allocations, voucher=receipt.voucher_id))
        kept += _kept(receipt.receipt_id, revision, match.allocations)
        state = "matched" if match.rest else "posted"
        steps += _steps(receipt, state)
        receipts.append(replace(receipt, state=state, revision=revision, changed_at=desk.at, changed_by=desk.by))
    write_receipts(db, receipts)
    write_allocations(db, kept)
    desk.record(db, Subject.RECEIPT, steps, reason=reason)
    if entries:
        post_entries(db, entries, desk.at)
        refresh(db, desk, sorted({one.station_id for one in kept}))


def match_receipts(db: Connection, desk: Desk, ids: Sequence[str] | None, how: How) -> list[Match]:
    """Matches the agency's receipts that wait, or these of them, in one transaction of the caller's."""
    lock_cash(db)
    matches = plan_matches(db, desk, read_receipts(db, book=AGENCY, states=OPEN, ids=ids), how)
    apply_matches(db, desk, matches)
    return matches


def reverse_match(db: Connection, desk: Desk, receipt_id: str, reason: str) -> list[KeptAllocation]:
    """Takes back what a receipt was matched with, by correcting entries; its money is unmatched again.

    Raises:
        Declined: There is no such receipt of the agency, or nothing of it is matched.
    """
    lock_cash(db)
    kept = read_allocations(db, receipts=[receipt_id])
    receipt = next(iter(read_receipts(db, book=AGENCY, ids=[receipt_id])), None)
    if receipt is None or not kept:
        raise Declined(_NOTHING.filled(receipt=receipt_id))
    entries = []
    for revision in sorted({one.revision for one in kept}):
        of = [one.allocation for one in kept if one.revision == revision]
        entry = match_entry(receipt_id, revision, of, voucher=receipt.voucher_id)
        entries.append(reversal(entry, reversal_key(entry)))
    reverse_allocations(db, receipt_id, desk.at)
    write_receipts(db, [replace(receipt, state="reversed", changed_at=desk.at, changed_by=desk.by)])
    desk.record(db, Subject.RECEIPT, [(receipt_id, receipt.state, "reversed")], reason=reason)
    post_entries(db, entries, desk.at)
    refresh(db, desk, sorted({one.station_id for one in kept}))
    return kept


def _taken(db: Connection) -> dict[str, int]:
    taken: dict[str, int] = {}
    for one in read_allocations(db):
        taken[one.receipt_id] = taken.get(one.receipt_id, 0) + one.received_fen
    # Reversed before any match: a bank line that is a step of ours.
    taken |= {r.receipt_id: r.received_fen for r in read_receipts(db, states=["reversed"]) if r.revision == 0}
    return taken


def _allocated(receipt: Receipt, rest: Fen, dues: Sequence[Due], how: How, desk: Desk) -> Allocated:
    month, year = how.month or receipt.month, how.subsidy_year or receipt.subsidy_year
    named_month = month if (how.kind or receipt.kind) == BASE or how.month else None
    if how.lines:
        return _by_list(receipt, rest, dues, how, named_month, year)
    station = how.station_id or receipt.station_id
    if station is not None:
        own = [due for due in dues if due.station_id == station]
        return allocate_named(rest, own, month=named_month, subsidy_year=None if named_month else year)
    if not how.proportionally:
        return Allocated((), rest)
    among = set(desk.village_stations(how.banner_code))
    wanted = [due for due in dues if due.station_id in among and _named(due, named_month, year)]
    return allocate_proportionally(rest, wanted)


def _named(due: Due, month: str | None, year: int | None) -> bool:
    return due.month == month if month else year is None or due.subsidy_year == year


def _by_list(
    receipt: Receipt, rest: Fen, dues: Sequence[Due], how: How, month: str | None, year: int | None
) -> Allocated:
    """Each line of the list by its month or the receipt's; what a station does not have outstanding is not matched."""
    listed = sum(line.amount for line in how.lines)
    if listed > rest:
        raise Declined(
            _TOO_MUCH.filled(receipt=receipt.receipt_id, listed=yuan_text(Fen(listed)), rest=yuan_text(rest))
        )
    open_, taken = list(dues), list[Allocation]()
    for line in how.lines:
        own = [due for due in open_ if due.station_id == line.station_id]
        named = line.month or month
        found = allocate_named(line.amount, own, month=named, subsidy_year=None if named else year, way=Way.LIST)
        taken += found.allocations
        open_ = outstanding(open_, found.allocations)
    return Allocated(tuple(_merged(taken)), Fen(rest - sum(one.amount for one in taken)))


def _merged(taken: Iterable[Allocation]) -> list[Allocation]:
    """One for each station, month, part and way: a list may name a station twice."""
    sums: dict[tuple[object, ...], Allocation] = {}
    for one in taken:
        key = one.station_id, one.month, one.part, one.way
        before = sums.get(key)
        sums[key] = one if before is None else replace(one, amount=Fen(one.amount + before.amount))
    return list(sums.values())


def _kept(receipt_id: str, revision: int, allocations: Iterable[Allocation]) -> list[KeptAllocation]:
    return [
        KeptAllocation(
            receipt_id, revision, position, one.station_id, one.month, one.part, one.subsidy_year, one.amount,
            one.way.value,
        )
        for position, one in enumerate(allocations, 1)
    ]  # fmt: skip


def _steps(receipt: Receipt, after: str) -> list[tuple[str, str | None, str]]:
    """Through `matched` to `posted`; a second match of a receipt that is matched in part goes on from there."""
    steps: list[tuple[str, str | None, str]] = [(receipt.receipt_id, receipt.state, "matched")]
    return steps if after == "matched" else [*steps, (receipt.receipt_id, "matched", "posted")]


_NOTHING: Final = Text("{receipt}：没有已核对的内容可冲销", "{receipt}: nothing of it is matched")
_TOO_MUCH: Final = Text(
    "清单合计 {listed} 元，多于 {receipt} 未核对的 {rest} 元",
    "the list sums to {listed} yuan, {receipt} has {rest} yuan unmatched",
)

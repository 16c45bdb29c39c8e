"""Transfers agency → township → village: drafted from what may be passed on, approved, sent, arrived or returned."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection

from accounting.cash.bank import Expected, claim_line
from accounting.cash.deducting import refresh
from accounting.cash.steps import Desk
from accounting.villages.imports import Declined
from guangfu.income.passing_on import Unshared, draft_lines, may_pass, period_days
from guangfu.ledger.fen import Fen
from guangfu.ledger.postings.passing import PassLine, arrived_entry, sent_entries
from guangfu.ledger.postings.revisions import reversal, reversal_key
from guangfu.ledger.states import Subject, check_step
from guangfu.storage.sql.journal import post_entries
from guangfu.storage.sql.money import distributable, doubtful_months
from guangfu.storage.sql.receipts import lock_cash
from guangfu.storage.sql.transfers import (
    UNDER_WAY,
    Transfer,
    TransferLine,
    new_ids,
    read_transfer_lines,
    read_transfers,
    write_transfer_lines,
    write_transfers,
)
from guangfu.texts import Text


@dataclass(frozen=True, slots=True)
class Drafted:
    """Transfers that a draft makes, and what it leaves: villages that were passed too much, cash without holders."""

    transfers: tuple[tuple[Transfer, tuple[PassLine, ...]], ...]
    held: dict[str, Fen]
    unshared: tuple[Unshared, ...]


def plan_draft(db: Connection, desk: Desk, period: str, banner: str) -> Drafted:
    """The transfers of a banner's receipts up to the end of a month or quarter, one a township. Nothing is written."""
    stations = desk.village_stations(banner)
    passed = [line.passed for line in read_transfer_lines(db, states=UNDER_WAY, stations=stations)]
    until = period_days(period)[1]
    cash = distributable(
        db, desk.registry, stations, counts=lambda one: may_pass(one.part, one.received_on, banner, until, desk.rules)
    )
    draft = draft_lines(cash, passed, desk.registry)
    doubtful = doubtful_months(db, stations=stations)
    by_township: dict[tuple[str, str], list[PassLine]] = {}
    for line in draft.lines:
        village = desk.registry.villages[line.village_id]
        by_township.setdefault((village.banner_code, village.township), []).append(line)
    ids = new_ids(db, "transfer", desk.at, len(by_township))
    transfers = [
        (_drafted(desk, name, place, period, lines, doubtful), tuple(lines))
        for name, (place, lines) in zip(ids, sorted(by_township.items()), strict=True)
    ]
    return Drafted(tuple(transfers), dict(draft.held), draft.unshared)


def apply_draft(db: Connection, desk: Desk, draft: Drafted) -> None:
    """Keeps drafted transfers: their lines count as passed on, so that they are in no other draft."""
    write_transfers(db, [transfer for transfer, _ in draft.transfers])
    write_transfer_lines(
        db,
        [
            TransferLine(transfer.transfer_id, n, line.village_id, line.station_id, line.month, line.part, line.amount)
            for transfer, lines in draft.transfers
            for n, line in enumerate(lines, 1)
        ],
    )
    desk.record(db, Subject.TRANSFER, [(transfer.transfer_id, None, "drafted") for transfer, _ in draft.transfers])
    refresh(db, desk, _stations(line for _, lines in draft.transfers for line in lines))


def approve(db: Connection, desk: Desk, ids: Sequence[str], *, voucher_id: str | None = None) -> list[Transfer]:
    """Approved; nothing is posted.

    Raises:
        BadStep: It is not drafted.
        Declined: There is no such transfer.
    """
    return [_step(db, desk, one, "approved", voucher_id=voucher_id) for one in _read(db, ids)]


def cancel(db: Connection, desk: Desk, ids: Sequence[str], reason: str) -> list[Transfer]:
    """Drawn back before it was sent; its amounts can be drafted again."""
    found = [_step(db, desk, one, "cancelled", ended_on=desk.today, reason=reason) for one in _read(db, ids)]
    refresh(db, desk, _stations(_lines(db, ids)))
    return found


def send(
    db: Connection, desk: Desk, ids: Sequence[str], on: date, *, voucher_id: str | None = None
) -> list[Transfer]:  # fmt: skip
    """The bank was told: Dr L1 cash / Cr A1, and Dr V2 / Cr V3 in the villages' book."""
    found = []
    for one in _read(db, ids):
        transfer = _step(db, desk, one, "sent", sent_on=on, voucher_id=voucher_id)
        lines = _lines(db, [one.transfer_id])
        post_entries(db, sent_entries(one.transfer_id, lines, voucher=transfer.voucher_id), desk.at)
        claim_line(db, desk, Expected(one.transfer_id, Fen(-one.passed_on_fen), (one.transfer_id, one.township)))
        found.append(transfer)
    return found


def arrive(
    db: Connection, desk: Desk, ids: Sequence[str], on: date, *, voucher_id: str | None = None
) -> list[Transfer]:  # fmt: skip
    """It is in the villages' accounts: Dr V1 / Cr V2."""
    found = []
    for one in _read(db, ids):
        found.append(_step(db, desk, one, "arrived", ended_on=on, voucher_id=voucher_id))
        entry = arrived_entry(one.transfer_id, _lines(db, [one.transfer_id]), voucher=found[-1].voucher_id)
        post_entries(db, [entry], desk.at)
    return found


def return_(db: Connection, desk: Desk, ids: Sequence[str], on: date, reason: str) -> list[Transfer]:
    """It came back: what was posted when it was sent is reversed whole, and can be drafted again."""
    found = []
    for one in _read(db, ids):
        found.append(_step(db, desk, one, "returned", ended_on=on, reason=reason))
        sent = sent_entries(one.transfer_id, _lines(db, [one.transfer_id]), voucher=one.voucher_id)
        post_entries(db, [reversal(entry, reversal_key(entry)) for entry in sent], desk.at)
        words = (one.transfer_id, one.township)
        claim_line(db, desk, Expected(f"{one.transfer_id}/returned", Fen(one.passed_on_fen), words))
    refresh(db, desk, _stations(_lines(db, ids)))
    return found


def _read(db: Connection, ids: Sequence[str]) -> list[Transfer]:
    lock_cash(db)
    found = read_transfers(db, ids=ids)
    missing = sorted({*ids} - {one.transfer_id for one in found})
    if missing:
        raise Declined(_NO_TRANSFER.filled(ids=", ".join(missing)))
    return found


def _step(
    db: Connection, desk: Desk, one: Transfer, state: str, *, reason: str = "", voucher_id: str | None = None,
    sent_on: date | None = None, ended_on: date | None = None,
) -> Transfer:  # fmt: skip
    check_step(Subject.TRANSFER, one.transfer_id, one.state, state)
    stays = state in {"returned", "arrived"} and one.voucher_id  # what was sent is posted with its voucher
    new = replace(
        one, state=state, sent_on=sent_on or one.sent_on, ended_on=ended_on or one.ended_on,
        voucher_id=stays or voucher_id or one.voucher_id,
        changed_at=desk.at, changed_by=desk.by,
    )  # fmt: skip
    write_transfers(db, [new])
    steps: list[tuple[str, str | None, str]] = [(one.transfer_id, one.state, state)]
    desk.record(db, Subject.TRANSFER, steps, reason=reason, voucher_id=voucher_id)
    return new


def _lines(db: Connection, ids: Sequence[str]) -> list[PassLine]:
    return [line.passed for line in read_transfer_lines(db, ids=ids)]


def _stations(lines: Iterable[PassLine]) -> list[str]:
    return sorted({line.station_id for line in lines})


def _drafted(
    desk: Desk,
    name: str,
    place: tuple[str, str],
    period: str,
    lines: Sequence[PassLine],
    doubtful: set[tuple[str, str]],
) -> Transfer:
    return Transfer(
        name, *place, period, sum(line.amount for line in lines), "drafted", desk.today, None, None, None,
        any((line.station_id, line.month) in doubtful for line in lines), desk.registry.synthetic, desk.at, desk.by,
    )  # fmt: skip


_NO_TRANSFER = Text("没有这样的划拨单：{ids}", "there is no such transfer: {ids}")

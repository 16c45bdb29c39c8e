"""What is to be paid in a month, and which payments are drafted of it: never more than there is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from accounting.villages.imports import Declined
from accounting.villages.plans import posts_of_month
from guangfu.clock import month_days
from guangfu.income.entitlement import entitlement_fen
from guangfu.income.plans import wage_due
from guangfu.income.rules import Rules
from guangfu.income.rules.spending import Spending
from guangfu.ledger import books
from guangfu.ledger.fen import Fen, yuan_text
from guangfu.stations.models import Registry
from guangfu.storage.sql.payments import (
    Batch,
    Due,
    Payment,
    add_dues,
    balance,
    hold_payments,
    next_ids,
    on_the_way,
    owed_by_line,
    read_dues,
    read_payments,
    write_batch,
    write_payments,
)
from guangfu.storage.sql.persons import Place, Secret, read_persons, read_places, written_at
from guangfu.storage.sql.plans import read_attendance, read_plan_lines, read_plan_years
from guangfu.texts import Text

SPENDABLE: Final = frozenset({"filed", "executed", "result_posted"})
"""States of a plan year in which its lines may be spent."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that is not paid, and why: a post, a due or a slot."""

    subject_id: str
    why: Text


@dataclass(frozen=True)
class Draft:
    """A new batch, `None` where nothing is to be paid; and what was left out."""

    batch: Batch | None
    payments: tuple[Payment, ...]
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A due before it has a number. [fen]"""

    live_key: str
    book: str
    month: str
    payee_id: str
    due_fen: Fen
    reason: str
    village_id: str | None = None
    station_id: str | None = None
    household_id: str | None = None
    slot_id: str | None = None
    post_id: str | None = None
    line_id: str | None = None
    spending: str | None = None


def draft_village(db: Connection, village_id: str, month: str, *, at: datetime, by: str, again: bool = False) -> Draft:
    """Drafts a batch: the month's wages by attendance, and every due of the village that is payable.

    Args:
        again: Also those whose payment came back and whose card has not been corrected since.

    Raises:
        Declined: The village's bank account has less than the batch; nothing is drafted.
    """
    hold_payments(db)
    wanted, skipped = _wages(db, village_id, month)
    _add(db, wanted, at, by)
    payable, waiting = _payable(db, read_dues(db, village_id=village_id), month, again)
    has = balance(db, books.VILLAGE_BANK, village_id=village_id) - on_the_way(db, village_id=village_id)
    _check_bank(Fen(has), payable)
    return _batch(db, books.VILLAGE, month, payable, [*skipped, *waiting], at, by, village_id=village_id)


def draft_slots(
    db: Connection, station_id: str, month: str, registry: Registry, rules: Rules, *, at: datetime, by: str,
    again: bool = False,
) -> Draft:  # fmt: skip
    """Drafts a batch for the households of a centralized station's slots: their entitlement of the month.

    Raises:
        Declined: The account for slots has less, or the entitlement is not in the books yet.
    """
    hold_payments(db)
    wanted, skipped = _entitlements(db, station_id, month, registry, rules)
    _add(db, wanted, at, by)
    payable, waiting = _payable(db, read_dues(db, station_id=station_id), month, again)
    _check_bank(Fen(balance(db, books.SLOTS_BANK) - on_the_way(db, book=books.CENTRALIZED)), payable)
    owed = -balance(db, books.OWED_TO_SLOTS, station_id=station_id) - on_the_way(db, station_id=station_id)
    _check_owed(Fen(owed), payable)
    return _batch(db, books.CENTRALIZED, month, payable, [*skipped, *waiting], at, by, station_id=station_id)


def add_wanted(db: Connection, wanted: Sequence[Wanted], *, at: datetime, by: str, voucher_id: str | None) -> int:
    """Keeps the dues that are new, and returns how many; their plan lines must be checked before."""
    hold_payments(db)
    return _add(db, wanted, at, by, voucher_id)


def spendable(db: Connection, village_id: str) -> dict[str, tuple[Spending, Fen, bool]]:
    """Of each plan line of a village: its class, what is left of it, and whether its plan may be spent. [fen]"""
    states = {plan.year: plan.state for plan in read_plan_years(db, village_id=village_id)}
    owed = owed_by_line(db, village_id)
    return {
        line.line_id: (
            Spending(line.spending),
            Fen(line.planned_fen - owed.get(line.line_id, 0)),
            states.get(line.year) in SPENDABLE,
        )
        for line in read_plan_lines(db, village_id=village_id)
    }


def _wages(db: Connection, village_id: str, month: str) -> tuple[list[Wanted], list[Skipped]]:
    posts = posts_of_month(db, village_id, month)
    attended = read_attendance(db, month, (post.post_id for post in posts))
    there = {due.live_key for due in read_dues(db, village_id=village_id)}
    lines, people = spendable(db, village_id), _people(db, (post.person_id for post in posts))
    left = {line: amount for line, (_, amount, _) in lines.items()}
    wanted: list[Wanted] = []
    skipped: list[Skipped] = []
    for post in posts:
        key = f"post/{post.post_id}/{month}"
        if key in there:
            continue
        amount = wage_due(post, attended[post.post_id]) if post.post_id in attended else Fen(0)
        why = (
            _NO_ATTENDANCE if post.post_id not in attended
            else NOT_FILED if not lines.get(post.line_id, (None, 0, False))[2]
            else NOT_REGISTERED if not people.get(post.person_id, False)
            else OVER_LINE.filled(left=yuan_text(left[post.line_id])) if amount > left[post.line_id]
            else None
        )  # fmt: skip
        if why is not None:
            skipped.append(Skipped(post.post_id, why))
        elif amount:
            left[post.line_id] = Fen(left[post.line_id] - amount)
            wanted.append(
                Wanted(key, books.VILLAGE, month, post.person_id, amount, post.duty, village_id, post_id=post.post_id,
                       line_id=post.line_id, spending=Spending.POSTS)
            )  # fmt: skip
    return wanted, skipped


def _entitlements(
    db: Connection, station_id: str, month: str, registry: Registry, rules: Rules
) -> tuple[list[Wanted], list[Skipped]]:
    days = month_days(month)
    there = {due.live_key for due in read_dues(db, station_id=station_id)}
    heads = _heads(read_places(db))
    wanted: list[Wanted] = []
    skipped: list[Skipped] = []
    for slot in registry.slots_of.get(station_id, ()):
        amount = entitlement_fen(registry, [slot], days[0], days[-1], rules)
        key = f"slot/{slot.slot_id}/{slot.household_id}/{month}"
        if not amount or key in there:
            continue
        payee = heads.get(slot.household_id)
        if payee is None:
            skipped.append(Skipped(slot.slot_id, NOT_REGISTERED))
            continue
        wanted.append(
            Wanted(key, books.CENTRALIZED, month, payee, amount, "", station_id=station_id,
                   household_id=slot.household_id, slot_id=slot.slot_id)
        )  # fmt: skip
    people = _people(db, (one.payee_id for one in wanted))
    gone = [one for one in wanted if not people.get(one.payee_id, False)]
    skipped += [Skipped(str(one.slot_id), NOT_REGISTERED) for one in gone]
    return [one for one in wanted if one not in gone], skipped


def _heads(places: Iterable[Place]) -> dict[str, str]:
    """To whom each household is paid: its head, the one that began last."""
    heads: dict[str, str] = {}
    for place in sorted(places, key=lambda place: (place.head, place.valid_from, place.person_id)):
        heads[place.household_id] = place.person_id
    return heads


def _people(db: Connection, person_ids: Iterable[str]) -> dict[str, bool]:
    """Whether each is somebody who can be paid: in the register, not erased."""
    return {person_id: one.erased_at is None for person_id, one in read_persons(db, person_ids).items()}


def _add(db: Connection, wanted: Sequence[Wanted], at: datetime, by: str, voucher_id: str | None = None) -> int:
    names = Wanted.__dataclass_fields__
    ids = next_ids(db, "D", len(wanted), at)
    add_dues(
        db,
        [
            Due(due_id=due_id, recorded_at=at, recorded_by=by, voucher_id=voucher_id,
                **{name: getattr(one, name) for name in names})
            for due_id, one in zip(ids, wanted, strict=True)
        ],
    )  # fmt: skip
    return len(wanted)


def _payable(db: Connection, dues: Sequence[Due], month: str, again: bool) -> tuple[list[Due], list[Skipped]]:
    """Dues up to the month that no payment is under way of; one that came back waits for another card."""
    payments = read_payments(db, due_ids=[due.due_id for due in dues])
    live = {payment.live_due_id for payment in payments}
    returned: dict[str, datetime] = {p.due_id: p.changed_at for p in payments if p.state == "returned"}
    cards = written_at(db, [due.payee_id for due in dues if due.due_id in returned], Secret.BANK_CARD)
    payable: list[Due] = []
    waiting: list[Skipped] = []
    for due in dues:
        if due.due_id in live or due.month > month:
            continue
        came_back = returned.get(due.due_id)
        if came_back is None or again or (due.payee_id in cards and cards[due.payee_id] > came_back):
            payable.append(due)
        else:
            waiting.append(Skipped(due.due_id, _SAME_CARD))
    return payable, waiting


def _check_bank(has: Fen, dues: Sequence[Due]) -> None:
    asked = Fen(sum(due.due_fen for due in dues))
    if asked > has:
        raise Declined(_TOO_LITTLE.filled(has=yuan_text(has), asked=yuan_text(asked)))


def _check_owed(owed: Fen, dues: Sequence[Due]) -> None:
    asked = Fen(sum(due.due_fen for due in dues))
    if asked > owed:
        raise Declined(_NOT_OWED.filled(owed=yuan_text(owed), asked=yuan_text(asked)))


def _batch(
    db: Connection, book: str, month: str, dues: Sequence[Due], skipped: Sequence[Skipped], at: datetime, by: str, *,
    village_id: str | None = None, station_id: str | None = None,
) -> Draft:  # fmt: skip
    if not dues:
        return Draft(None, (), tuple(skipped))
    (batch_id,) = next_ids(db, "B", 1, at)
    total = Fen(sum(due.due_fen for due in dues))
    batch = Batch(batch_id, book, village_id, station_id, month, "drafted", total, at, by)
    write_batch(db, batch, before=None)
    payments = [
        Payment(payment_id, batch_id, due.due_id, due.due_id, due.payee_id, due.due_fen, Fen(0), "drafted", "", "",
                None, at, by)
        for payment_id, due in zip(next_ids(db, "P", len(dues), at), dues, strict=True)
    ]  # fmt: skip
    write_payments(db, payments, {})
    return Draft(batch, tuple(payments), tuple(skipped))


def states_of(payments: Iterable[Payment]) -> Mapping[str, str]:
    """The present state of each payment, by id."""
    return {payment.payment_id: payment.state for payment in payments}


_NO_ATTENDANCE: Final = Text("没有考勤：不予发放", "no attendance: it is not paid")
NOT_FILED: Final = Text("所在计划尚未备案，或已关闭", "its plan is not filed, or closed")
NOT_REGISTERED: Final = Text("收款人不在名册中，或其信息已删除", "the payee is not in the register, or erased")
OVER_LINE: Final = Text("超过计划余额 {left} 元", "more than the plan line's rest of {left} yuan")
_SAME_CARD: Final = Text("曾退汇，银行卡尚未更正", "it came back, and the card has not been corrected")
_TOO_LITTLE: Final = Text("账户可用 {has} 元，不足 {asked} 元", "the bank account has {has} yuan for {asked} yuan")
_NOT_OWED: Final = Text("账上应付 {owed} 元，少于 {asked} 元", "the books owe {owed} yuan, less than {asked} yuan")

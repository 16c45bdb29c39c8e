"""What was paid: posts with attendance, dues with documents, payments as the bank has them; the village's account."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from guangfu.clock import CHINA, month_days
from guangfu.explain.energy import REMARK
from guangfu.explain.settled import STATE
from guangfu.explain.source import Source
from guangfu.explain.tree import Fact, See, Step, whole
from guangfu.income.plans import PaidBy, PlanLine, Post, wage_due
from guangfu.ledger.books import VILLAGE, VILLAGE_BANK
from guangfu.ledger.fen import yuan_text
from guangfu.ledger.postings.revisions import in_key
from guangfu.ledger.postings.villages import PAID_KEYS
from guangfu.ledger.states import Subject, state_name
from guangfu.storage.sql import schema
from guangfu.storage.sql.payments import Due, Payment, read_dues, read_payments
from guangfu.storage.sql.plans import read_attendance, read_plan_lines, read_posts
from guangfu.texts import Text

PLANNED: Final = Text("计划报酬", "planned pay")
OWED: Final = Text("应发", "due")
PAID: Final = Text("发放", "paid")
POST: Final = Text("岗位 {post}：{duty}", "post {post}: {duty}")
WAGE: Final = Text("计酬", "wage")
BY_MONTH: Final = Text("每月 {yuan} 元", "{yuan} yuan a month")
BY_DAY: Final = Text("每天 {yuan} 元", "{yuan} yuan a day")
HELD: Final = Text("在岗", "held")
LINE: Final = Text("收益使用计划", "plan line")
LINE_IS: Final = Text("{id} {purpose}，计划 {yuan} 元", "{id} {purpose}, planned {yuan} yuan")
ATTENDANCE: Final = Text("考勤", "attendance")
DAYS: Final = Text("出勤 {attended} 天，应出勤 {due} 天", "{attended} of {due} days")
NO_ATTENDANCE: Final = Text("数据不足：尚无考勤", "insufficient data: no attendance was recorded")
DUE: Final = Text("应发 {id}", "due {id}")
WHY: Final = Text("事由", "reason")
PAYEE: Final = Text("收款人", "payee")
PAYMENT: Final = Text("付款 {id}", "payment {id}")
BATCH: Final = Text("批次", "batch")
SETTLED_ON: Final = Text("银行日期", "the bank's day")
RETURNED: Final = Text("退汇原因", "came back because")
NOT_YET: Final = Text("尚未发放", "nothing was paid yet")
NO_DUE: Final = Text("没有应发", "nothing is due")
NO_POST: Final = Text("没有岗位", "no post")
ACCOUNT: Final = Text("村集体账户 {village}，至 {until} 止", "the village's account {village}, up to {until}")
ARRIVED: Final = Text("到村资金，{month} 电量", "arrived, of the energy of {month}")
OPENED: Final = Text("期初余额", "opening balance")
WENT: Final = Text("已发放", "paid out")
OTHER: Final = Text("其他", "other")
OUT: Final = Text("{village} {month} 发放", "{village} {month}, paid")
LEFT: Final = Text("按汇出当月计", "in the month in which it left the account")


def planned_pay(source: Source, person_id: str, month: str) -> tuple[Step, ...]:
    """A person's posts of the month with their wage. [fen]"""
    first, last = month_days(month)[0], month_days(month)[-1]
    posts = [
        post for post in read_posts(source.db)
        if post.person_id == person_id and post.valid_from <= last and (post.valid_to is None or first < post.valid_to)
    ]  # fmt: skip
    return tuple(_post(source, post, month) for post in posts)


def _post(source: Source, post: Post, month: str) -> Step:
    attended = read_attendance(source.db, month, [post.post_id]).get(post.post_id)
    by_month = post.paid_by == PaidBy.MONTH
    yuan = yuan_text(post.wage_fen)
    facts = [
        source.fact(WAGE, (BY_MONTH if by_month else BY_DAY).filled(yuan=yuan)),
        source.dates(HELD, post.valid_from, post.valid_to), *_line_fact(source, post.line_id),
    ]  # fmt: skip
    title = source.say(POST, post=post.post_id, duty=post.duty)
    if by_month:
        return Step("post", title, post.wage_fen, formula=yuan, facts=tuple(facts))
    if attended is None:
        return Step("post", title, insufficient=source.say(NO_ATTENDANCE), facts=tuple(facts))
    amount = (2 * post.wage_fen * attended.due_half_days + 2) // 4
    return Step("post", title, amount, formula=f"{yuan} × {attended.due_half_days / 2:g}", facts=tuple(facts))


def _line_fact(source: Source, line_id: str | None) -> tuple[Fact, ...]:
    if not line_id:
        return ()
    village_id, year = line_id.rsplit("/", 2)[:2]
    lines = {line.line_id: line for line in read_plan_lines(source.db, village_id=village_id, year=int(year))}
    return (source.fact(LINE, _line(lines.get(line_id), line_id)),)


def _line(line: PlanLine | None, line_id: str) -> Text:
    if line is None:
        return Text(line_id, line_id)
    return LINE_IS.filled(id=line_id, purpose=line.purpose, yuan=yuan_text(line.planned_fen))


def due_step(source: Source, due: Due) -> Step:
    """What is owed, and by which computation: attendance of a post, a document, a slot. [fen]"""
    facts = [source.fact(PAYEE, due.payee_id), source.fact(WHY, due.reason or "—"), *_line_fact(source, due.line_id)]
    formula = ""
    if due.post_id:
        found = _wage(source, due)
        formula, more = found or ("", ())
        facts += more
    return Step(
        "due", source.say(DUE, id=due.due_id), due.due_fen, formula=formula,
        facts=(*facts, *source.vouchers(due.voucher_id)),
        entries=source.entries(f"due/{in_key(due.due_id)}", book=due.book),
    )  # fmt: skip


def _wage(source: Source, due: Due) -> tuple[str, tuple[Fact, ...]] | None:
    posts = [post for post in read_posts(source.db, villages=[due.village_id or ""]) if post.post_id == due.post_id]
    attended = read_attendance(source.db, due.month, [due.post_id or ""]).get(due.post_id or "")
    post = next((one for one in reversed(posts) if attended and wage_due(one, attended) == due.due_fen), None)
    if attended is None or post is None:
        return None
    days, whole_days = attended.attended_half_days / 2, attended.due_half_days / 2
    by = f" / {whole_days:g}" if post.paid_by == PaidBy.MONTH else ""
    formula = f"{yuan_text(post.wage_fen)} × {days:g}{by} = {yuan_text(due.due_fen)}"
    return formula, (source.fact(ATTENDANCE, DAYS.filled(attended=f"{days:g}", due=f"{whole_days:g}")),)


def owed(source: Source, dues: Sequence[Due], what: str) -> Step:
    """Dues, one by one. [fen]"""
    steps = tuple(due_step(source, due) for due in dues)
    title = f"{what} {source.say(OWED)}"
    return Step("dues", title, whole(steps), parts=steps, insufficient="" if steps else source.say(NO_DUE))


def paid(source: Source, dues: Sequence[Due], what: str, month: str) -> Step:
    """What of these dues arrived, by the bank's word; what came back is told. [fen]"""
    of_due = {due.due_id: due for due in dues}
    payments = read_payments(source.db, due_ids=list(of_due)) if dues else []
    steps = tuple(_payment(source, one, of_due[one.due_id]) for one in payments)
    title = f"{what} {source.say(PAID)}"
    if not steps:
        return Step("payments", title, insufficient=source.say(NOT_YET))
    villages = sorted({due.village_id for due in dues if due.village_id and due.book == VILLAGE})
    accounts = tuple(account_step(source, village, month) for village in villages)
    return Step("payments", title, whole(steps), parts=steps, grounds=accounts)


def _payment(source: Source, one: Payment, due: Due, amount: int | None = None) -> Step:
    facts = [
        source.fact(STATE, state_name(Subject.PAYMENT, one.state)), source.fact(BATCH, one.batch_id),
        source.fact(SETTLED_ON, one.settled_on or "—"),
    ]  # fmt: skip
    if one.returned_reason:
        facts.append(source.fact(RETURNED, one.returned_reason))
    return Step(
        "payment", source.say(PAYMENT, id=one.payment_id), one.paid_fen if amount is None else amount,
        facts=tuple(facts), grounds=(due_step(source, due),),
        entries=source.entries(f"{PAID_KEYS}{in_key(one.payment_id)}", book=due.book),
    )  # fmt: skip


def person_dues(source: Source, person_ids: Iterable[str], month: str) -> list[Due]:
    """Dues of the month to these persons, by id."""
    table = schema.dues
    of = table.c.payee_id.in_(sorted(set(person_ids))), table.c.month == month
    return read_dues(source.db, due_ids=source.db.execute(sa.select(table.c.due_id).where(*of)).scalars())


@dataclass(frozen=True, slots=True)
class _Move:
    """A line of a village's bank account. [fen]"""

    at: datetime
    key: str
    energy_month: str | None
    amount: int

    @property
    def month(self) -> str:
        return f"{self.at.astimezone(CHINA):%Y-%m}"

    @property
    def is_payment(self) -> bool:
        return self.key.startswith(PAID_KEYS)


def _moves(source: Source, village_id: str) -> list[_Move]:
    entries, lines = schema.journal_entries, schema.journal_lines
    wanted = (
        sa.select(entries.c.posted_at, entries.c.key, lines.c.energy_month, lines.c.amount_fen)
        .join(entries, sa.and_(entries.c.book == lines.c.book, entries.c.seq == lines.c.seq))
        .where(lines.c.book == VILLAGE, lines.c.account == VILLAGE_BANK, lines.c.village_id == village_id)
        .order_by(lines.c.seq, lines.c.line)
    )
    return [_Move(*row) for row in source.db.execute(wanted)]


def account_step(source: Source, village_id: str, month: str) -> Step:
    """The village's bank account up to the month's end: what arrived, by energy month, and what went. [fen]"""
    moves = [one for one in _moves(source, village_id) if one.month <= month]
    arrived: dict[str, int] = {}
    rest = {WENT: 0, OPENED: 0, OTHER: 0}
    for one in moves:
        if one.key.startswith("transfer/") and one.energy_month:
            arrived[one.energy_month] = arrived.get(one.energy_month, 0) + one.amount
        else:
            rest[WENT if one.is_payment else OPENED if one.key.startswith("opening/") else OTHER] += one.amount
    steps = [
        Step("arrived", source.say(ARRIVED, month=of), amount, see=(See("village", village_id, of),))
        for of, amount in sorted(arrived.items())
    ]
    steps += [Step("other", source.say(name), amount) for name, amount in rest.items() if amount]
    title = source.say(ACCOUNT, village=village_id, until=month_days(month)[-1])
    return Step("account", title, whole(steps) or 0, parts=tuple(steps))


def village_paid(source: Source, village_id: str, name: str, month: str) -> Step:
    """What left the village's account in the calendar month, payment by payment, less what came back. [fen]"""
    title = source.say(OUT, village=name, month=month)
    net: dict[str, int] = {}
    for one in _moves(source, village_id):
        if one.month == month and one.is_payment:
            payment_id = one.key.split("/")[1]
            net[payment_id] = net.get(payment_id, 0) - one.amount
    payments = {one.payment_id: one for one in read_payments(source.db, payment_ids=list(net))} if net else {}
    dues = {one.due_id: one for one in read_dues(source.db, village_id=village_id, live=False)}
    steps = [
        _payment(source, payments[name_], dues[payments[name_].due_id], amount) for name_, amount in sorted(net.items())
    ]
    if not steps:
        return Step("village_paid", title, insufficient=source.say(NOT_YET))
    return Step(
        "village_paid", title, whole(steps), facts=(source.fact(REMARK, LEFT),), parts=tuple(steps),
        grounds=(account_step(source, village_id, month),),
    )  # fmt: skip

"""A batch on its way: approved, sent to the bank, settled by what the bank says; and payments that come back."""

import csv
import io
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from accounting.villages.drafting import NOT_FILED, OVER_LINE, Wanted, spendable, states_of
from accounting.villages.imports import Declined
from accounting.villages.plans import YUAN
from guangfu.ledger import books
from guangfu.ledger.fen import Fen, yuan_text
from guangfu.ledger.postings.villages import cancelled_entry, due_entry, paid_entry, returned_entry
from guangfu.ledger.states import Subject, check_step
from guangfu.stations import cells
from guangfu.stations.files.forms import FormColumn, FormFile
from guangfu.storage.personal_keys import Keyring
from guangfu.storage.sql.journal import post_entries
from guangfu.storage.sql.payments import (
    Batch,
    Due,
    Payment,
    balance,
    cancel_dues,
    hold_payments,
    mark_dues,
    on_the_way,
    read_batches,
    read_dues,
    read_payments,
    write_batch,
    write_payments,
)
from guangfu.storage.sql.persons import Secret, look, read_persons
from guangfu.texts import Text

_MONTH: Final = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")
_RESULTS: Final = {
    "成功": True, "已发放": True, "success": True, "paid": True, "失败": False, "退回": False, "退汇": False,
    "failed": False, "returned": False,
}  # fmt: skip
RETURNED: Final = {
    "name": (Text("户名不符", "the name does not agree"), ("户名", "姓名", "name")),
    "closed": (Text("账户已销户", "the account is closed"), ("销户", "注销", "closed")),
    "frozen": (Text("账户已冻结或止付", "the account is frozen"), ("冻结", "止付", "frozen")),
    "number": (Text("账号有误", "the number is wrong"), ("账号", "卡号", "不存在", "number", "account")),
    "other": (Text("其他原因", "another reason"), ()),
}
"""Why payments come back, and words by which a bank's own text is told; that text may name somebody: it is not kept."""


def month_cell(cell: str) -> str | cells.Wrong:
    return cell if _MONTH.fullmatch(cell) else cells.Wrong(Text("月份应如 2026-06", "a month looks like 2026-06"))


def returned_reason(cell: str) -> str:
    """The code of a bank's text.

    >>> returned_reason("户名不符：张某"), returned_reason("?")
    ('name', 'other')
    """
    return next((code for code, (_, words) in RETURNED.items() if any(w in cell.casefold() for w in words)), "other")


DUE_COLUMNS: Final = (
    FormColumn("village_id", ("嘎查村编号",), cells.identifier),
    FormColumn("year", ("计划年度", "年度"), cells.whole(2018, 2100)),
    FormColumn("number", ("计划序号",), cells.whole(1, 9999)),
    FormColumn("month", ("月份",), month_cell),
    FormColumn("reference", ("单据编号", "发票号码", "编号"), cells.identifier),
    FormColumn("payee_id", ("收款人编号",), cells.identifier),
    FormColumn("due_fen", ("金额（元）", "金额"), YUAN),
    FormColumn("reason", ("事由",), cells.text),
)
RESULT_COLUMNS: Final = (
    FormColumn("payment_id", ("付款编号", "业务编号", "附言"), cells.identifier),
    FormColumn("arrived", ("处理结果", "结果"), cells.choice(_RESULTS, ("成功", "失败"))),
    FormColumn("reason", ("失败原因", "原因"), returned_reason, needed=False, default="other"),
    FormColumn("bank_reference", ("银行流水号", "流水号"), cells.identifier, needed=False, default=""),
    FormColumn("settled_on", ("交易日期", "日期"), cells.day),
    FormColumn("due_fen", ("金额（元）", "金额"), YUAN, needed=False),
)


def check_dues(db: Connection, form: FormFile) -> list[Wanted]:
    """Dues of works, awards and other lines; adds the faults that no cell has by itself. Known ones are left out."""
    there = {due.live_key: due for due in read_dues(db)}
    people = {person_id: one.erased_at is None for person_id, one in read_persons(db).items()}
    lines = {
        line: found for v in {r.cells["village_id"] for r in form.rows} for line, found in spendable(db, v).items()
    }
    left = {line: amount for line, (_, amount, _) in lines.items()}
    wanted: list[Wanted] = []
    asked: set[str] = set()
    for row in form.rows:
        c = row.cells
        line_id = f"{c['village_id']}/{c['year']}/{c['number']}"
        key = f"line/{line_id}/{c['reference']}"
        known = there.get(key)
        if known is not None:
            if (known.payee_id, known.due_fen) != (c["payee_id"], c["due_fen"]):
                form.fault(_OTHER_DUE, row=row.number, column="单据编号")
            continue
        spending = lines[line_id][0] if line_id in lines else None
        if spending is None or spending == "posts":
            form.fault(_NO_LINE.filled(line=line_id), row=row.number, column="计划序号")
        elif not lines[line_id][2]:
            form.fault(NOT_FILED, row=row.number, column="计划序号")
        elif c["due_fen"] > left[line_id]:
            form.fault(OVER_LINE.filled(left=yuan_text(left[line_id])), row=row.number, column="金额（元）")
        if not people.get(c["payee_id"], False):
            form.fault(_NO_PAYEE, row=row.number, column="收款人编号")
        if key in asked:
            form.fault(_TWICE, row=row.number, column="单据编号")
        if line_id in left:
            left[line_id] = Fen(left[line_id] - c["due_fen"])
        asked.add(key)
        wanted.append(
            Wanted(key, books.VILLAGE, c["month"], c["payee_id"], c["due_fen"], c["reason"], c["village_id"],
                   line_id=line_id, spending=str(spending))
        )  # fmt: skip
    return wanted


def approve(db: Connection, batch_id: str, *, at: datetime, by: str, reason: str = "") -> Batch:
    """Approves a batch; what it pays is posted as due, unless an earlier batch did so.

    Raises:
        BadStep: It is not a draft.
        Declined: There is no such batch, or the bank account has less by now.
    """
    batch, _, dues = _held(db, batch_id)
    check_step(Subject.PAYMENT_BATCH, batch_id, batch.state, "approved")
    _check_still(db, batch)
    new = [due for due in dues if due.posted_at is None]
    post_entries(db, [due_entry(due.owed) for due in new if due.book == books.VILLAGE], at)
    mark_dues(db, (due.due_id for due in new), posted_at=at)
    write_batch(db, _stepped(batch, "approved", at, by), before=batch.state, reason=reason)
    return batch


def cancel(db: Connection, batch_id: str, *, at: datetime, by: str, reason: str) -> int:
    """Cancels a batch that has not been sent. Wages that it alone has paid are owed no more, and can be drafted anew
    from corrected attendance; every other due stays payable.

    Returns:
        How many dues were taken back.
    """
    batch, payments, dues = _held(db, batch_id)
    check_step(Subject.PAYMENT_BATCH, batch_id, batch.state, "cancelled")
    tried = {p.due_id for p in read_payments(db, due_ids=[due.due_id for due in dues]) if p.state == "returned"}
    gone = [due for due in dues if (due.post_id or due.slot_id) and due.due_id not in tried]
    posted = [due for due in gone if due.posted_at is not None and due.book == books.VILLAGE]
    post_entries(db, [cancelled_entry(due.owed) for due in posted], at)
    cancel_dues(db, (due.due_id for due in gone), at=at)
    cancelled = [replace(p, state="cancelled", live_due_id=None, changed_at=at, changed_by=by) for p in payments]
    write_payments(db, cancelled, states_of(payments))
    write_batch(db, _stepped(batch, "cancelled", at, by), before=batch.state, reason=reason)
    return len(gone)


def drop_due(db: Connection, due_id: str, *, at: datetime) -> None:
    """Takes a due back that no payment is under way of, nor was paid.

    Raises:
        Declined: There is none, or a payment of it lives.
    """
    hold_payments(db)
    due = next(iter(read_dues(db, due_ids=[due_id])), None)
    if due is None or any(p.live_due_id for p in read_payments(db, due_ids=[due_id])):
        raise Declined(_CANT_DROP)
    if due.posted_at is not None and due.book == books.VILLAGE:
        post_entries(db, [cancelled_entry(due.owed)], at)
    cancel_dues(db, [due_id], at=at)


def send(db: Connection, keys: Keyring, batch_id: str, out: Path, *, at: datetime, by: str) -> Batch:
    """Writes the bank's file (names and cards, mode 0600), and takes the payments out of the bank account.

    Raises:
        BadStep: It is not approved.
        Declined: The account has less by now, or a payee has no name or card; nothing is sent.
        OSError: The file can't be written, or is there already.
    """
    batch, payments, dues = _held(db, batch_id)
    check_step(Subject.PAYMENT_BATCH, batch_id, batch.state, "sent")
    _check_still(db, batch)
    wanted = (Secret.NAME, Secret.BANK_CARD)
    payees = [payment.payee_id for payment in payments]
    known = look(db, keys, payees, wanted, purpose=f"发放批次 {batch_id}", at=at, by=by)
    lacking = sorted(person for person, data in known.items() if len(data) < len(wanted))
    if lacking:
        raise Declined(_LACKING.filled(ids="、".join(lacking)))
    owed = {due.due_id: due.owed for due in dues}
    post_entries(db, [paid_entry(payment.payment_id, owed[payment.due_id]) for payment in payments], at)
    sent = [replace(payment, state="sent", changed_at=at, changed_by=by) for payment in payments]
    write_payments(db, sent, states_of(payments))
    new = _stepped(batch, "sent", at, by)
    write_batch(db, new, before=batch.state)
    _write_bank_file(out, payments, known)
    return new


@dataclass(frozen=True)
class Settled:
    """What a bank's result did: payments that arrived, that came back, and batches that are settled now."""

    paid: tuple[str, ...]
    returned: tuple[str, ...]
    batches: tuple[str, ...]


def settle(db: Connection, form: FormFile, *, at: datetime, by: str, apply: bool, voucher_id: str | None) -> Settled:
    """Takes a bank's result: what arrived is paid; what came back reverses its entry, and is payable again.

    A payment that was paid may come back later; the same result again changes nothing. Faults go to the form.
    """
    hold_payments(db)
    payments = {p.payment_id: p for p in read_payments(db, payment_ids=[r.cells["payment_id"] for r in form.rows])}
    dues = {due.due_id: due for due in read_dues(db, due_ids=[p.due_id for p in payments.values()], live=False)}
    new: dict[str, Payment] = {}
    for row in form.rows:
        payment = payments.get(row.cells["payment_id"])
        wrong = _wrong_result(payment, row.cells, new)
        if wrong is not None:
            form.fault(wrong, row=row.number, column="付款编号")
        elif payment is not None and payment.state != _state(row.cells):
            new[payment.payment_id] = _resulted(payment, row.cells, at, by)
    if form.faults or not apply:
        return _settled(new, ())
    back = [p for p in new.values() if p.state == "returned"]
    post_entries(db, [returned_entry(p.payment_id, dues[p.due_id].owed) for p in back], at)
    write_payments(db, list(new.values()), states_of(payments.values()), voucher=voucher_id)
    return _settled(new, _settle_batches(db, {p.batch_id for p in new.values()}, at, by, voucher_id))


def _settled(new: dict[str, Payment], batches: Sequence[str]) -> Settled:
    paid = tuple(sorted(p for p, one in new.items() if one.state == "paid"))
    return Settled(paid, tuple(sorted(set(new) - set(paid))), tuple(batches))


def _settle_batches(db: Connection, batch_ids: set[str], at: datetime, by: str, voucher_id: str | None) -> list[str]:
    """Batches of which no payment is under way any more."""
    settled = []
    for batch_id in sorted(batch_ids):
        batch = read_batches(db, batch_id=batch_id, lock=True)[0]
        open_ = any(p.state == "sent" for p in read_payments(db, batch_id=batch_id))
        if batch.state == "sent" and not open_:
            write_batch(db, _stepped(batch, "settled", at, by), before="sent", voucher=voucher_id)
            settled.append(batch_id)
    return settled


def _state(result: dict[str, object]) -> str:
    return "paid" if result["arrived"] else "returned"


def _resulted(payment: Payment, result: dict[str, object], at: datetime, by: str) -> Payment:
    arrived, settled_on = bool(result["arrived"]), result["settled_on"]
    assert isinstance(settled_on, date)
    return replace(
        payment, state=_state(result), paid_fen=payment.due_fen if arrived else Fen(0),
        live_due_id=payment.due_id if arrived else None, bank_reference=str(result["bank_reference"]),
        returned_reason="" if arrived else str(result["reason"]), settled_on=settled_on, changed_at=at, changed_by=by,
    )  # fmt: skip


def _wrong_result(payment: Payment | None, result: dict[str, object], new: dict[str, Payment]) -> Text | None:
    if payment is None:
        return _NO_PAYMENT
    if payment.payment_id in new:
        return _TWICE
    if result["due_fen"] not in {None, payment.due_fen}:
        return _OTHER_AMOUNT.filled(due=yuan_text(payment.due_fen))
    possible = {"sent": {"paid", "returned"}, "paid": {"paid", "returned"}, "returned": {"returned"}}
    if _state(result) not in possible.get(payment.state, set()):
        return _NOT_SENT.filled(state=payment.state)
    return None


def _held(db: Connection, batch_id: str) -> tuple[Batch, list[Payment], list[Due]]:
    hold_payments(db)
    batch = next(iter(read_batches(db, batch_id=batch_id, lock=True)), None)
    if batch is None:
        raise Declined(_NO_BATCH.filled(batch=batch_id))
    payments = read_payments(db, batch_id=batch_id)
    return batch, payments, read_dues(db, due_ids=[p.due_id for p in payments], live=False)


def _check_still(db: Connection, batch: Batch) -> None:
    """The account has at least what is drafted, this batch included."""
    village = batch.book == books.VILLAGE
    account = books.VILLAGE_BANK if village else books.SLOTS_BANK
    has = balance(db, account, village_id=batch.village_id)
    asked = on_the_way(db, village_id=batch.village_id, book=batch.book)
    if asked > has:
        raise Declined(_TOO_LITTLE.filled(has=yuan_text(has), asked=yuan_text(asked)))


def _stepped(batch: Batch, state: str, at: datetime, by: str) -> Batch:
    return replace(batch, state=state, changed_at=at, changed_by=by)


def _write_bank_file(out: Path, payments: Sequence[Payment], known: dict[str, dict[Secret, str]]) -> None:
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow(["付款编号", "户名", "账号", "金额（元）", "收款人编号"])
    for payment in payments:
        data = known[payment.payee_id]
        amount = yuan_text(payment.due_fen).replace(",", "")
        card = "\t" + data[Secret.BANK_CARD]  # a spreadsheet keeps a long number only as text
        rows.writerow([payment.payment_id, data[Secret.NAME], card, amount, payment.payee_id])
    with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8-sig") as file:
        file.write(text.getvalue())


_NO_LINE: Final = Text(
    "计划中没有 {line}，或属公益岗位（岗位工资按考勤发放）",
    "no line {line} in a plan, or one for posts, paid by attendance",
)
_NO_PAYEE: Final = Text("名册中没有此收款人，或其信息已删除", "no such payee in the register, or erased")
_OTHER_DUE: Final = Text("该单据已登记，收款人或金额不同", "known with another payee or amount")
_TWICE: Final = Text("编号重复", "the number is there twice")
_CANT_DROP: Final = Text("没有这笔应付，或其付款在途、已付", "no such due, or a payment of it is under way or made")
_LACKING: Final = Text("缺少姓名或银行卡：{ids}", "without a name or a card: {ids}")
_NO_PAYMENT: Final = Text("没有这笔付款", "no such payment")
_OTHER_AMOUNT: Final = Text("金额应为 {due} 元", "the amount should be {due} yuan")
_NOT_SENT: Final = Text("这笔付款的状态是 {state}", "the payment is {state}")
_NO_BATCH: Final = Text("没有批次 {batch}", "there is no batch {batch}")
_TOO_LITTLE: Final = Text("账户有 {has} 元，不足 {asked} 元", "the bank account has {has} yuan for {asked} yuan")

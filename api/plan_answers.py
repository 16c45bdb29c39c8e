"""What the API says of a village's plan and payments, from the database as it is now."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection

from api import plan_schemas as schemas
from api.parts import Parts
from api.tables import Column, yuan
from guangfu.income.plans import check_plan
from guangfu.ledger import books
from guangfu.ledger.fen import Fen
from guangfu.ledger.states import Subject, state_name
from guangfu.storage.sql.papers import read_changes
from guangfu.storage.sql.payments import Due, Payment, balance, owed_by_line, paid_by_line, read_dues, read_payments
from guangfu.storage.sql.plans import plan_year_id, read_plan_lines, read_plan_years, read_posts
from guangfu.texts import Lang, Text


def village_plan(parts: Parts, village_id: str, year: int, lang: Lang) -> schemas.VillagePlan:
    with parts.engine.connect() as db:
        plan = next(iter(read_plan_years(db, village_id=village_id, year=year)), None)
        rows = _lines(db, village_id, year)
        posts = [_post(post) for post in read_posts(db, villages=[village_id]) if _year_of(post.line_id) == year]
        steps = [_step(x, lang) for x in read_changes(db, Subject.PLAN_YEAR, plan_year_id(village_id, year))]
        findings = _findings(db, parts, village_id, year, lang)
    return schemas.VillagePlan(
        village_id=village_id,
        year=year,
        state=plan.state if plan else None,
        state_name=state_name(Subject.PLAN_YEAR, plan.state)(lang) if plan else None,
        posted_on=plan.posted_on if plan else None,
        planned_fen=sum(row.planned_fen for row in rows),
        due_fen=sum(row.due_fen for row in rows),
        paid_fen=sum(row.paid_fen for row in rows),
        lines=rows,
        posts=posts,
        findings=findings,
        steps=steps,
        synthetic=parts.look.get().catalog.registry.synthetic,
    )


def village_payments(
    parts: Parts, village_id: str, *, year: int | None = None, month: str | None = None
) -> schemas.VillagePayments:
    """Every live due of a village, or those of a plan year's lines, or of a month."""
    with parts.engine.connect() as db:
        dues = [due for due in read_dues(db, village_id=village_id) if _asked(due, year, month)]
        payments = read_payments(db, due_ids=[due.due_id for due in dues])
        bank = balance(db, books.VILLAGE_BANK, village_id=village_id)
        payable = -balance(db, books.PAYABLE, village_id=village_id)
    of_due: dict[str, list[Payment]] = {}
    for payment in payments:
        of_due.setdefault(payment.due_id, []).append(payment)
    items = [_row(due, of_due.get(due.due_id, [])) for due in dues]
    return schemas.VillagePayments(
        village_id=village_id,
        bank_fen=bank,
        payable_fen=payable,
        due_fen=sum(row.due_fen for row in items),
        paid_fen=sum(row.paid_fen for row in items),
        items=items,
        synthetic=parts.look.get().catalog.registry.synthetic,
    )


def _asked(due: Due, year: int | None, month: str | None) -> bool:
    of_year = year is None or (due.line_id is not None and _year_of(due.line_id) == year)
    return of_year and month in {None, due.month}


def _year_of(line_id: str) -> int:
    return int(line_id.rsplit("/", 2)[-2])


def _lines(db: Connection, village_id: str, year: int) -> list[schemas.PlanLineRow]:
    owed, paid = owed_by_line(db, village_id), paid_by_line(db, village_id)
    return [
        schemas.PlanLineRow(
            line_id=line.line_id,
            number=line.number,
            spending=line.spending,  # type: ignore[arg-type]
            use_id=line.use_id,
            purpose=line.purpose,
            planned_fen=line.planned_fen,
            due_fen=owed.get(line.line_id, Fen(0)),
            paid_fen=paid.get(line.line_id, Fen(0)),
            rest_fen=line.planned_fen - owed.get(line.line_id, Fen(0)),
        )
        for line in read_plan_lines(db, village_id=village_id, year=year)
    ]


def _post(post: Any) -> schemas.PostRow:
    return schemas.PostRow(
        post_id=post.post_id,
        person_id=post.person_id,
        line_id=post.line_id,
        paid_by=post.paid_by,
        planned_pay_fen=post.wage_fen,
        valid_from=post.valid_from,
        valid_to=post.valid_to,
    )


def _step(change: Any, lang: Lang) -> schemas.PlanStep:
    return schemas.PlanStep(
        state=change.after,
        state_name=state_name(Subject.PLAN_YEAR, change.after)(lang),
        changed_at=change.changed_at,
        voucher_id=change.voucher_id,
    )


def _findings(db: Connection, parts: Parts, village_id: str, year: int, lang: Lang) -> list[schemas.PlanFindingRow]:
    rules = parts.rules
    lines = read_plan_lines(db, village_id=village_id, year=year)
    return [
        schemas.PlanFindingRow(
            number=x.number,
            finding=x.text(lang),
            rule_id=x.rule_id,
            document=x.document,
            confidence=x.confidence,
            unconfirmed=x.unconfirmed,
        )
        for x in check_plan(lines, year, rules.uses, rules.bans, rules.plan_limits)
    ]


def _row(due: Due, payments: Sequence[Payment]) -> schemas.PaymentRow:
    """A due with its last payment; one that was cancelled is none."""
    tried = [p for p in payments if p.state != "cancelled"]
    last = max(tried, key=lambda p: p.payment_id, default=None)
    return schemas.PaymentRow(
        due_id=due.due_id,
        month=due.month,
        payee_id=due.payee_id,
        line_id=due.line_id,
        spending=due.spending,
        due_fen=due.due_fen,
        paid_fen=sum(p.paid_fen for p in payments),
        state=last.state if last else "payable",  # type: ignore[arg-type]
        payment_id=last.payment_id if last else None,
        batch_id=last.batch_id if last else None,
        settled_on=last.settled_on if last else None,
        returned_reason=(last.returned_reason or None) if last else None,
    )


PLAN_COLUMNS: Final[Sequence[Column[schemas.PlanLineRow]]] = (
    Column("number", Text("序号", "number"), lambda row, _: row.number),
    Column("spending", Text("类别", "class"), lambda row, _: row.spending),
    Column("use_id", Text("用途", "use"), lambda row, _: row.use_id),
    Column("purpose", Text("内容", "purpose"), lambda row, _: row.purpose),
    Column("planned_yuan", Text("计划（元）", "planned, yuan"), lambda row, _: yuan(row.planned_fen)),
    Column("due_yuan", Text("应付（元）", "due, yuan"), lambda row, _: yuan(row.due_fen)),
    Column("paid_yuan", Text("已付（元）", "paid, yuan"), lambda row, _: yuan(row.paid_fen)),
    Column("rest_yuan", Text("余额（元）", "rest, yuan"), lambda row, _: yuan(row.rest_fen)),
)
PAYMENT_COLUMNS: Final[Sequence[Column[schemas.PaymentRow]]] = (
    Column("due_id", Text("应付编号", "due"), lambda row, _: row.due_id),
    Column("month", Text("月份", "month"), lambda row, _: row.month),
    Column("payee_id", Text("收款人编号", "payee"), lambda row, _: row.payee_id),
    Column("line_id", Text("计划项", "plan line"), lambda row, _: row.line_id),
    Column("due_yuan", Text("应付（元）", "due, yuan"), lambda row, _: yuan(row.due_fen)),
    Column("paid_yuan", Text("已付（元）", "paid, yuan"), lambda row, _: yuan(row.paid_fen)),
    Column("state", Text("状态", "state"), lambda row, _: row.state),
    Column("payment_id", Text("付款编号", "payment"), lambda row, _: row.payment_id),
    Column("settled_on", Text("到账日期", "settled on"), lambda row, _: row.settled_on),
)

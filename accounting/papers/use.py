"""What villages did with a year's money, whom it reached, and what is to be looked at."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from accounting.audit import ran_at
from accounting.papers.common import Office, banner_name, station_name, village_name
from accounting.papers.model import NOT_HERE, Column, Kind, Row, Table
from guangfu.clock import local_day, month_days
from guangfu.income.audit import periods_of
from guangfu.income.plans import PlanLine, check_plan
from guangfu.income.rules.audit import Check, Severity
from guangfu.income.rules.audit_words import CHECK_NAMES, SEVERITY_NAMES
from guangfu.income.rules.spending import Spending
from guangfu.income.rules.spending_words import SPENDING_NAMES
from guangfu.ledger.states import Subject, state_name
from guangfu.stations.models import Registry, valid_on
from guangfu.storage.sql.findings import EXPLAINED, OPEN, Finding, read_findings
from guangfu.storage.sql.papers import read_changes
from guangfu.storage.sql.payments import paid_by_line, read_dues, read_payments
from guangfu.storage.sql.persons import PersonKind, read_persons
from guangfu.storage.sql.plans import read_plan_lines, read_posts
from guangfu.texts import Text


def use_table(db: Connection, office: Office, villages: Sequence[str], year: int) -> Table:
    """By village: paid by class of the year's plan, posts, households, persons reached."""
    rows = tuple(_use(db, office, village, year) for village in villages)
    return Table(Text("收益使用与受益", "Use of the money, and whom it reached"), USE_COLUMNS, rows, note=_REACHED)


def _use(db: Connection, office: Office, village: str, year: int) -> Row:
    lines = {line.line_id: line for line in read_plan_lines(db, village_id=village, year=year)}
    paid = paid_by_line(db, village)
    classes = [
        sum(int(paid.get(name, 0)) for name, line in lines.items() if line.spending == str(spending))
        for spending in Spending
    ]
    posts = {post.post_id for post in read_posts(db, villages=[village]) if post.line_id in lines}
    day = min(office.desk.today, month_days(f"{year}-12")[-1])
    households = sum(valid_on(h, day) for h in office.registry.households_of.get(village, ()))
    return Row(
        (village_name(office.registry, village), *classes, sum(classes), len(posts), households,
         _reached(db, village, lines))
    )  # fmt: skip


def _reached(db: Connection, village: str, lines: dict[str, PlanLine]) -> int:
    """Persons, not suppliers, whom a payment of the year's plan has reached."""
    dues = {due.due_id: due for due in read_dues(db, village_id=village) if due.line_id in lines}
    payees = {p.payee_id for p in read_payments(db, due_ids=list(dues)) if p.state == "paid"} if dues else set()
    return sum(one.kind == PersonKind.PERSON for one in read_persons(db, payees).values()) if payees else 0


def findings_table(db: Connection, office: Office, banner_code: str, villages: Sequence[str], year: int) -> Table:
    """What audit checks found of the year and stands, then what the plans' rules say; each with its document."""
    periods = periods_of(f"{year}-{number:02d}" for number in range(1, 13))
    found = read_findings(db, banner_code=banner_code, states=(OPEN, EXPLAINED), periods=periods)
    rows = [_finding(db, office, one) for one in found]
    rows += [row for village in villages for row in _plan_findings(db, office, village, year)]
    at = ran_at(db)
    note = _NEVER if at is None else _LOOKED.filled(day=local_day(at))
    title = Text("待处理事项", "To be looked at")
    return Table(title, FINDING_COLUMNS, tuple(rows), empty=Text("没有", "nothing"), sheet=title, note=note)


def _finding(db: Connection, office: Office, one: Finding) -> Row:
    name, severity = CHECK_NAMES[Check(one.check_name)], SEVERITY_NAMES[Severity(one.severity)]
    what = Text(f"{severity.zh}：{name.zh}", f"{severity.en}: {name.en}")
    state = state_name(Subject.FINDING, one.state)
    notes = [_UNCONFIRMED] if one.unconfirmed else []
    if one.state == EXPLAINED:
        *_, step = read_changes(db, Subject.FINDING, one.finding_id)
        notes.append(_EXPLAINED.filled(why=step.reason or "—", day=local_day(step.changed_at)))
    cells = (what, _place(office.registry, one), one.text, state, _basis(one.document, one.confidence))
    return Row(cells, tuple(notes))


def _place(registry: Registry, one: Finding) -> Text:
    station = registry.stations.get(one.station_id or "")
    if station is not None:
        return station_name(station)
    return village_name(registry, one.village_id) if one.village_id else banner_name(registry, one.banner_code or "")


def _basis(document: str, confidence: str) -> str:
    return f"{document or '—'}（{confidence or '—'}）"


def _plan_findings(db: Connection, office: Office, village: str, year: int) -> list[Row]:
    rules = office.desk.rules
    lines = read_plan_lines(db, village_id=village, year=year)
    found = check_plan(lines, year, rules.uses, rules.bans, rules.plan_limits) if lines else []
    return [
        Row((Text("收益使用计划", "plan of use"), village_name(office.registry, village), one.text, NOT_HERE,
             _basis(one.document, one.confidence)))
        for one in found
    ]  # fmt: skip


_LOOKED: Final = Text("审计检查于 {day} 运行。", "Audit checks looked on {day}.")
_NEVER: Final = Text("审计检查尚未运行。", "Audit checks have not run yet.")
_UNCONFIRMED: Final = Text("依据待核实", "unconfirmed")
_EXPLAINED: Final = Text("{day} 说明：{why}", "explained on {day}: {why}")
USE_COLUMNS: Final = (
    Column("village", Text("嘎查村", "village")),
    *(Column(str(s), SPENDING_NAMES[s], Kind.FEN, total=True) for s in Spending),
    Column(
        "all", Text("已发放合计", "paid"), Kind.FEN, "+".join(f"{{{s}}}" for s in Spending), tone="paid", total=True
    ),
    Column("posts_held", Text("岗位数", "posts"), Kind.COUNT, total=True),
    Column("households", Text("受益户", "households"), Kind.COUNT, total=True),
    Column("persons", Text("发放到人", "persons reached"), Kind.COUNT, total=True),
)
FINDING_COLUMNS: Final = (
    Column("what", Text("事项", "what")),
    Column("where", Text("何处", "where")),
    Column("detail", Text("内容", "detail")),
    Column("state", Text("状态", "state")),
    Column("rule", Text("依据", "rule")),
)
_REACHED: Final = Text(
    "发放按计划年度归类；受益户为登记册年末（或打印日）有效的户；均分到户只是指标，不是发放。",
    "Paid by the year of the plan; households as registered at the year's end, or today; an equal part per household "
    "is an indicator, never a payment.",
)

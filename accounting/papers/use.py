"""What villages did with a year's money, whom it reached, and what is to be looked at."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from accounting.papers.common import Office, village_name, yuan
from accounting.papers.model import Column, Kind, Row, Table
from guangfu.clock import month_days
from guangfu.income.passing_on import deadline_for, due_on
from guangfu.income.plans import PlanLine, check_plan
from guangfu.income.rules.models import Leg
from guangfu.income.rules.spending import Spending
from guangfu.income.rules.spending_words import SPENDING_NAMES
from guangfu.ledger.allocating import Due
from guangfu.stations.models import valid_on
from guangfu.storage.sql.payments import paid_by_line, read_dues, read_payments, unattended
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


def findings_table(db: Connection, office: Office, villages: Sequence[str], year: int, open_: Sequence[Due]) -> Table:
    """What the plan's rules, the attendance and the deadlines say; each with the rule's document."""
    rows = [row for village in villages for row in _plan_findings(db, office, village, year)]
    for number in range(1, 13):
        rows += [
            Row((_UNATTENDED, village_name(office.registry, due.village_id or ""),
                 f"{due.month} {due.due_id} {yuan(due.due_fen)}", "—"))
            for due in unattended(db, f"{year}-{number:02d}")
            if due.village_id in villages
        ]  # fmt: skip
    rows += _late(office, year, open_)
    title = Text("待处理事项", "To be looked at")
    return Table(title, FINDING_COLUMNS, tuple(rows), empty=Text("没有", "nothing"), sheet=title)


def _plan_findings(db: Connection, office: Office, village: str, year: int) -> list[Row]:
    rules = office.desk.rules
    lines = read_plan_lines(db, village_id=village, year=year)
    found = check_plan(lines, year, rules.uses, rules.bans, rules.plan_limits) if lines else []
    return [
        Row((Text("收益使用计划", "plan of use"), village_name(office.registry, village), one.text,
             f"{one.document or '—'}（{one.confidence or '—'}）"))
        for one in found
    ]  # fmt: skip


def _late(office: Office, year: int, open_: Sequence[Due]) -> list[Row]:
    """What of the year's energy should have come into the agency by now, by part. [fen]"""
    sums: dict[tuple[str, str], int] = {}
    for due in open_:
        if due.month[:4] != str(year) or due.amount <= 0:
            continue
        day, banner = month_days(due.month)[0], office.registry.stations[due.station_id].banner_code
        rule = deadline_for(Leg.INTO_AGENCY, due.part, day, banner, office.desk.rules)
        if rule is not None and due_on(rule, day) < office.desk.today:
            key = due.part, f"{rule.document}（{rule.confidence}）"
            sums[key] = sums.get(key, 0) + due.amount
    return [
        Row((Text("逾期未到账", "late into the agency"), _LATE[part], yuan(amount), document))
        for (part, document), amount in sorted(sums.items())
    ]


_UNATTENDED: Final = Text("无考勤发放岗位工资", "a post paid without attendance")
_LATE: Final = {"base": Text("基础", "base"), "subsidy": Text("补贴", "subsidy")}
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
    Column("rule", Text("依据", "rule")),
)
_REACHED: Final = Text(
    "发放按计划年度归类；受益户为登记册年末（或打印日）有效的户；均分到户只是指标，不是发放。",
    "Paid by the year of the plan; households as registered at the year's end, or today; an equal part per household "
    "is an indicator, never a payment.",
)

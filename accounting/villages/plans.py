"""Village plans: drafts from spreadsheets, steps with who and when, posts and attendance, closing a plan year."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from sqlalchemy import Connection

from accounting.villages.imports import Declined
from guangfu.clock import day_start, month_days
from guangfu.income.plans import Attendance, PaidBy, PlanFinding, PlanLine, Post, check_plan, posting_finding
from guangfu.income.rules import Rules
from guangfu.income.rules.spending import Spending
from guangfu.income.rules.spending_words import SPENDING_NAMES
from guangfu.ledger.fen import Fen
from guangfu.ledger.postings.villages import carry_entry
from guangfu.ledger.states import Subject, check_step, first_state
from guangfu.stations import cells
from guangfu.stations.cells import Parser, Wrong
from guangfu.stations.files.forms import FormColumn, FormFile
from guangfu.stations.models import Registry
from guangfu.storage.sql.journal import post_entries, read_entries
from guangfu.storage.sql.payments import carried_balances, paid_posts
from guangfu.storage.sql.plans import (
    PlanYear,
    plan_year_id,
    read_plan_lines,
    read_plan_years,
    read_posts,
    replace_plan_lines,
    replace_posts,
    write_attendance,
    write_plan_year,
)
from guangfu.texts import Text

MOST_FEN: Final = 10**12
YUAN: Final = cells.scaled(100, MOST_FEN)
_CLASSES: Final = {word.casefold(): name for name, both in SPENDING_NAMES.items() for word in (name.value, both.zh)}
_PAID_BY: Final = {"月": PaidBy.MONTH, "month": PaidBy.MONTH, "日": PaidBy.DAY, "天": PaidBy.DAY, "day": PaidBy.DAY}


def _half_days(cell: str) -> int | Wrong:
    """Days in steps of one half.

    >>> _half_days("20.5"), _half_days("0")
    (41, 0)
    """
    value = cells.real(0, 31)(cell)
    if isinstance(value, Wrong):
        return value
    halves = Decimal(cell) * 2
    return int(halves) if halves == int(halves) else Wrong(_NO_HALF)


_NO_HALF: Final = Text("天数以半天为最小单位", "days come in halves at the least")
POST_COLUMNS: Final = (
    FormColumn("post_id", ("岗位编号",), cells.identifier),
    FormColumn("village_id", ("嘎查村编号",), cells.identifier),
    FormColumn("person_id", ("人员编号",), cells.identifier),
    FormColumn("year", ("计划年度", "年度"), cells.whole(2018, 2100)),
    FormColumn("number", ("计划序号",), cells.whole(1, 9999)),
    FormColumn("duty", ("职责", "岗位"), cells.text),
    FormColumn("paid_by", ("计酬方式",), cells.choice(_PAID_BY, ("月", "日"))),
    FormColumn("wage_fen", ("工资（元）", "工资", "标准（元）"), YUAN),
    FormColumn("valid_from", ("上岗日期", "起始日期"), cells.day),
    FormColumn("valid_to", ("离岗日期", "终止日期"), cells.day, needed=False),
)
ATTENDANCE_COLUMNS: Final = (
    FormColumn("post_id", ("岗位编号",), cells.identifier),
    FormColumn("attended", ("出勤天数",), _half_days),
    FormColumn("due", ("应出勤天数",), _half_days),
)


def plan_columns(rules: Rules) -> tuple[FormColumn, ...]:
    """The columns of a plan; a use is known by its id or its Chinese name, and one that is not is kept as it stands."""
    words = {ban.name.zh: ban.use_id for ban in rules.bans} | {use.name.zh: use.use_id for use in rules.uses}
    return (
        FormColumn("village_id", ("嘎查村编号",), cells.identifier),
        FormColumn("number", ("序号",), cells.whole(1, 9999)),
        FormColumn("spending", ("类别", "支出类别"), cells.choice(_CLASSES, (t.zh for t in SPENDING_NAMES.values()))),
        FormColumn("use_id", ("用途",), _use(words)),
        FormColumn("purpose", ("内容", "事项", "用途说明"), cells.text),
        FormColumn("planned_fen", ("金额（元）", "计划金额（元）", "金额"), YUAN),
    )


def _use(words: Mapping[str, str]) -> Parser:
    def parse(cell: str) -> str | Wrong:
        plain = cells.text(cell)
        return plain if isinstance(plain, Wrong) else words.get(plain, plain)

    return parse


def plan_lines(form: FormFile, year: int, registry: Registry) -> dict[str, list[PlanLine]]:
    """The file's lines by village; adds the faults that no cell has by itself."""
    lines: dict[str, list[PlanLine]] = defaultdict(list)
    for row in form.rows:
        line = PlanLine(year=year, **{**row.cells, "spending": str(row.cells["spending"])})
        if line.village_id not in registry.villages:
            form.fault(_NO_VILLAGE, row=row.number, column="嘎查村编号")
        if any(other.number == line.number for other in lines[line.village_id]):
            form.fault(_TWICE, row=row.number, column="序号")
        lines[line.village_id].append(line)
    return dict(lines)


_NO_VILLAGE: Final = Text("登记册中没有这个嘎查村", "no such village in the registry")
_TWICE: Final = Text("该村已有这个序号", "the village has this number already")
_DECIDED: Final = Text(
    "{village} {year} 年计划已是“{state}”，须先退回草稿",
    "{village}'s plan of {year} is {state}: return it to draft first",
)
_NO_PLAN: Final = Text("没有 {village} {year} 年的计划", "there is no plan of {village} for {year}")


@dataclass(frozen=True)
class Drafted:
    """What an import does to a village's plan, and what the rules say of it."""

    village_id: str
    before: tuple[PlanLine, ...]
    after: tuple[PlanLine, ...]
    findings: tuple[PlanFinding, ...]


def draft_plan(
    db: Connection, village_id: str, year: int, lines: Sequence[PlanLine], rules: Rules, *, at: datetime, by: str,
    apply: bool, voucher_id: str | None,
) -> Drafted:  # fmt: skip
    """Makes the lines the draft of a village's year; the same lines again change nothing.

    Raises:
        Declined: The plan has left the draft, and its lines differ.
    """
    before = read_plan_lines(db, village_id=village_id, year=year)
    after = tuple(sorted(lines, key=lambda line: line.number))
    present = next(iter(read_plan_years(db, village_id=village_id, year=year, lock=apply)), None)
    found = check_plan(after, year, rules.uses, rules.bans, rules.plan_limits)
    drafted = Drafted(village_id, tuple(before), after, tuple(found))
    if tuple(before) == after and present is not None:
        return drafted
    if present is not None and present.state != first_state(Subject.PLAN_YEAR):
        raise Declined(_DECIDED.filled(village=village_id, year=year, state=present.state))
    if apply:
        plan = PlanYear(village_id, year, first_state(Subject.PLAN_YEAR), None, voucher_id, at, by)
        write_plan_year(db, plan, before=present.state if present else None, voucher_id=voucher_id)
        replace_plan_lines(db, village_id, year, after, at=at)
    return drafted


def step_plan(
    db: Connection, village_id: str, year: int, state: str, rules: Rules, *, at: datetime, by: str, on: date,
    reason: str = "", voucher_id: str | None = None,
) -> list[PlanFinding]:  # fmt: skip
    """Takes a plan on to a state; closing it carries its balance forward.

    Args:
        on: When it happened; of `posted`, the first day on which it hung in public.
        reason: Needed where the rules find something; it is kept with the step.

    Returns:
        What the rules find, in spite of which it was taken.

    Raises:
        BadStep: The state may not follow.
        Declined: There is no such plan, or the rules find something and no reason is given.
    """
    plan = next(iter(read_plan_years(db, village_id=village_id, year=year, lock=True)), None)
    if plan is None:
        raise Declined(_NO_PLAN.filled(village=village_id, year=year))
    if plan.state == state:
        return []
    check_step(Subject.PLAN_YEAR, plan_year_id(village_id, year), plan.state, state)
    findings = _findings(db, plan, state, on, rules)
    if findings and not reason.strip():
        texts = [f"{x.text.zh} {x.document}".strip() for x in findings], [f"{x.text.en} {x.document}" for x in findings]
        raise Declined(_FOUND.filled(zh="；".join(texts[0]), en="; ".join(texts[1])))
    posted_on = on if state == "posted" else None if state == "drafted" else plan.posted_on
    new = replace(plan, state=state, posted_on=posted_on, changed_at=at, changed_by=by)
    write_plan_year(db, new, before=plan.state, reason=reason, voucher_id=voucher_id)
    if state == "closed":
        carry_forward(db, village_id, year, at=at)
    return findings


_FOUND: Final = Text("{zh}；如确需继续，请用 --reason 写明理由", "{en}; to go on all the same, say why by --reason")


def carry_forward(db: Connection, village_id: str, year: int, *, at: datetime) -> int:
    """Closes income and spending of a plan year into the balance carried forward; what is carried already stays so.

    Income counts to the year in whose days it was posted, spending to the year of its plan's line.
    """
    until = day_start(date(year + 1, 1, 1))
    balances = carried_balances(db, village_id, year, until)
    revision = 1 + len(read_entries(db, "VILLAGE", key_prefix=_carried(village_id, year)))
    entry = carry_entry(village_id, year, balances, revision=revision)
    return post_entries(db, [entry] if entry else [], at)


def _carried(village_id: str, year: int) -> str:
    probe = carry_entry(village_id, year, {("V3", None, None): Fen(-1)})
    assert probe is not None
    return probe.key.removesuffix("1")


def _findings(db: Connection, plan: PlanYear, state: str, on: date, rules: Rules) -> list[PlanFinding]:
    if state == "filed":
        lines = read_plan_lines(db, village_id=plan.village_id, year=plan.year)
        return check_plan(lines, plan.year, rules.uses, rules.bans, rules.plan_limits)
    if state == "reviewed" and plan.posted_on is not None:
        short = posting_finding(plan.posted_on, on, rules.plan_limits)
        return [short] if short else []
    return []


def check_posts(form: FormFile, lines: Sequence[PlanLine], people: Mapping[str, bool]) -> list[Post]:
    """The file's posts; adds the faults that no cell has by itself.

    Args:
        lines: Plan lines of all villages.
        people: Whether each person of the register still is one, by id.
    """
    of_line = {line.line_id: line for line in lines}
    names = Counter(row.cells["post_id"] for row in form.rows)
    posts: list[Post] = []
    for row in form.rows:
        values = dict(row.cells)
        line_id = f"{values['village_id']}/{values.pop('year')}/{values.pop('number')}"
        post = Post(line_id=line_id, **{**values, "paid_by": str(values["paid_by"])})
        line = of_line.get(line_id)
        if line is None or line.spending != Spending.POSTS:
            form.fault(_NO_LINE.filled(line=line_id), row=row.number, column="计划序号")
        if not people.get(post.person_id, False):
            form.fault(_NO_PERSON, row=row.number, column="人员编号")
        if post.valid_to is not None and post.valid_to <= post.valid_from:
            form.fault(_BACKWARDS, row=row.number, column="离岗日期")
        if names[post.post_id] > 1:
            form.fault(_POST_TWICE, row=row.number, column="岗位编号")
        posts.append(post)
    return posts


_NO_LINE: Final = Text("计划中没有公益岗位类的 {line}", "no line {line} for posts in a plan")
_NO_PERSON: Final = Text("名册中没有此人，或其信息已删除", "no such person in the register, or erased")
_BACKWARDS: Final = Text("早于上岗日期", "before the first day")
_POST_TWICE: Final = Text("岗位编号重复", "the post is there twice")


def write_posts(db: Connection, posts: Sequence[Post], *, at: datetime, apply: bool, voucher_id: str | None) -> int:
    """Writes the posts that differ from those known; returns how many do. A post that is not named stays."""
    named = {post.post_id for post in posts}
    before = [post for post in read_posts(db) if post.post_id in named]
    new = set(posts) - set(before)
    if apply:
        replace_posts(db, before, posts, at=at, voucher_id=voucher_id)
    return len(new)


def check_attendance(db: Connection, form: FormFile, month: str) -> list[Attendance]:
    """The file's attendance; adds the faults that no cell has by itself, such as a month that was paid."""
    posts = {post.post_id: post for post in read_posts(db)}
    rows = [
        (row, Attendance(row.cells["post_id"], month, row.cells["attended"], row.cells["due"])) for row in form.rows
    ]
    paid, names = paid_posts(db, month), Counter(one.post_id for _, one in rows)
    for row, one in rows:
        post = posts.get(one.post_id)
        if post is None or not _holds(post, month):
            form.fault(_NO_POST, row=row.number, column="岗位编号")
        if one.due_half_days == 0 or one.attended_half_days > one.due_half_days:
            form.fault(_TOO_MANY, row=row.number, column="出勤天数")
        if one.post_id in paid and paid[one.post_id] != (one.attended_half_days, one.due_half_days):
            form.fault(_PAID, row=row.number, column="岗位编号")
        if names[one.post_id] > 1:
            form.fault(_POST_TWICE, row=row.number, column="岗位编号")
    return [one for _, one in rows]


_NO_POST: Final = Text("当月没有这个岗位", "no such post in that month")
_TOO_MANY: Final = Text("出勤天数多于应出勤天数，或应出勤为 0", "more days than were due, or none due")
_PAID: Final = Text(
    "该岗位当月已列入发放，不能再改考勤：请先作废该批次",
    "its pay is under way: cancel the batch before changing attendance",
)


def record_attendance(
    db: Connection, rows: Sequence[Attendance], *, at: datetime, by: str, voucher_id: str | None
) -> int:
    """Writes what differs; returns how many rows did."""
    return write_attendance(db, rows, at=at, by=by, voucher_id=voucher_id)


def posts_of_month(db: Connection, village_id: str, month: str) -> list[Post]:
    """The posts that are held on a day of the month."""
    return [post for post in read_posts(db, villages=[village_id]) if _holds(post, month)]


def _holds(post: Post, month: str) -> bool:
    days = month_days(month)
    return post.valid_from <= days[-1] and (post.valid_to is None or days[0] < post.valid_to)

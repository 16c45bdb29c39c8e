"""`guangfu plans …`: village plans, their steps, posts and attendance."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from sqlalchemy import Connection

from accounting.villages import plans
from accounting.villages.forms import MappingOption, add_template_command, read
from accounting.villages.imports import (
    PREVIEW,
    ApplyOption,
    Declined,
    NumberOption,
    PathArgument,
    keep_voucher,
    stop_at,
    told,
)
from accounting.villages.paying import month_cell
from accounting.villages.plans import ATTENDANCE_COLUMNS, POST_COLUMNS, Drafted
from guangfu.clock import SystemClock, local_day
from guangfu.commands.opened import LangOption, SqlUrl, opened_database
from guangfu.commands.shown import local_time, print_table
from guangfu.commands.who import ByOption, who
from guangfu.exits import Exit
from guangfu.income.plans import PlanFinding, PlanLine, check_plan
from guangfu.income.rules import RulesSettings, load_rules
from guangfu.income.rules.spending import Spending
from guangfu.income.rules.spending_words import SPENDING_NAMES
from guangfu.ledger.fen import Fen, yuan_text
from guangfu.ledger.states import STEPS, Subject, state_name
from guangfu.stations.cells import Wrong
from guangfu.storage.sql.papers import read_changes
from guangfu.storage.sql.payments import owed_by_line, paid_by_line
from guangfu.storage.sql.persons import read_persons
from guangfu.storage.sql.plans import plan_year_id, read_plan_lines, read_plan_years
from guangfu.storage.sql.registry import read_registry
from guangfu.texts import Lang, Text

app = typer.Typer(
    help="嘎查村收益使用计划：导入、推进、岗位、考勤。Village plans: import, steps, posts, attendance.",
    no_args_is_help=True, add_completion=False,
)  # fmt: skip

YearOption = Annotated[int, typer.Option("--year", min=2018, max=2100, help="计划年度。The plan's year.")]
VillageArgument = Annotated[str, typer.Argument(help="嘎查村编号。The village's id.")]
YearArgument = Annotated[int, typer.Argument(help="计划年度。The plan's year.")]


def parse_month(text: str) -> str:
    """`2026-06`."""
    if isinstance(month_cell(text), Wrong):
        raise typer.BadParameter("2026-06")
    return text


MonthOption = Annotated[str, typer.Option("--month", callback=parse_month, metavar="YYYY-MM", help="月份。The month.")]


@app.command("import")
def import_(
    path: PathArgument,
    year: YearOption,
    mapping: MappingOption = None,
    number: NumberOption = "",
    apply: ApplyOption = False,
    by: ByOption = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """导入收益使用计划草稿，先预览差异和不合规之处。Import plans as drafts; differences and findings first.

    例 Example: guangfu plans import 2026年计划.xlsx --year 2026 --apply
    """
    language = Lang.parse(lang)
    with opened_database(sql_url, language) as engine, told(language):
        rules = load_rules(RulesSettings.load().folder)
        form = read("plan", path, plans.plan_columns(rules), mapping)
        lines = plans.plan_lines(form, year, read_registry(engine))
        stop_at(form.faults, language)
        at, name = SystemClock().now(), who(by)
        with engine.begin() as db:
            voucher = keep_voucher(db, path, "plan", at=at, by=name, number=number).voucher_id if apply else None
            drafts = [
                plans.draft_plan(db, v, year, of, rules, at=at, by=name, apply=apply, voucher_id=voucher)
                for v, of in sorted(lines.items())
            ]
    for draft in drafts:
        _show_draft(draft, language)
    typer.echo(_WRITTEN(language, voucher=voucher) if voucher else PREVIEW(language))
    if any(draft.findings for draft in drafts):
        raise typer.Exit(Exit.FOUND)


@app.command()
def step(
    village_id: VillageArgument,
    year: YearArgument,
    state: Annotated[str, typer.Argument(help=" → ".join(STEPS[Subject.PLAN_YEAR]))],
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="发生之日，默认今天。When; today.")
    ] = None,
    voucher: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="凭证文件。The document.")] = None,
    number: NumberOption = "",
    reason: Annotated[str, typer.Option(help="理由；有不合规之处时必填。Why, in spite of a finding.")] = "",
    by: ByOption = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """推进计划年度：议定、公示、审核、备案、执行、结果公示、关闭。Take a plan year on; closing carries the balance.

    例 Example: guangfu plans step v1 2026 decided --voucher 四议两公开记录.pdf
    """
    language = Lang.parse(lang)
    if state not in STEPS[Subject.PLAN_YEAR]:
        raise typer.BadParameter(" | ".join(STEPS[Subject.PLAN_YEAR]))
    at, name = SystemClock().now(), who(by)
    day = on.date() if on else local_day(at)
    with opened_database(sql_url, language) as engine, told(language):
        rules = load_rules(RulesSettings.load().folder)
        with engine.begin() as db:
            paper = keep_voucher(db, voucher, f"plan_{state}", at=at, by=name, number=number) if voucher else None
            findings = plans.step_plan(
                db, village_id, year, state, rules, at=at, by=name, on=day, reason=reason,
                voucher_id=paper.voucher_id if paper else None,
            )  # fmt: skip
    _show_findings(findings, language)
    typer.echo(_NOW(language, village=village_id, year=year, state=state_name(Subject.PLAN_YEAR, state)(language)))


@app.command("list")
def list_(year: YearOption, sql_url: SqlUrl = None, lang: LangOption = "zh-CN") -> None:
    """列出各村计划所处阶段与金额。List where each village's plan stands.

    例 Example: guangfu plans list --year 2026
    """
    language = Lang.parse(lang)
    with opened_database(sql_url, language) as engine, engine.connect() as db:
        years, lines = read_plan_years(db, year=year), read_plan_lines(db, year=year)
    planned = {plan.village_id: 0 for plan in years}
    for line in lines:
        planned[line.village_id] += line.planned_fen
    rows = [
        (p.village_id, state_name(Subject.PLAN_YEAR, p.state)(language), p.changed_by, local_time(p.changed_at),
         yuan_text(Fen(planned[p.village_id])))
        for p in years
    ]  # fmt: skip
    heads = (Text("嘎查村", "village"), _STATE, Text("经办人", "by"), Text("时间", "when"), _PLANNED)
    print_table(language, heads, rows, numbers=1)


@app.command()
def show(village_id: VillageArgument, year: YearArgument, sql_url: SqlUrl = None, lang: LangOption = "zh-CN") -> None:
    """查看一个计划：各项的计划、应付、已付、余额，和每一步的经办。A plan's lines with due, paid and rest; its steps.

    例 Example: guangfu plans show v1 2026
    """
    language = Lang.parse(lang)
    with opened_database(sql_url, language) as engine, told(language), engine.connect() as db:
        lines, rows, steps = _shown_plan(db, village_id, year, language)
        rules = load_rules(RulesSettings.load().folder)
        findings = check_plan(lines, year, rules.uses, rules.bans, rules.plan_limits)
    amounts = Text("应付（元）", "due, yuan"), Text("已付（元）", "paid, yuan"), Text("余额（元）", "rest, yuan")
    print_table(language, (_NUMBER, _CLASS, _USE, _PURPOSE, _PLANNED, *amounts), rows, numbers=4)
    print_table(language, (Text("时间", "when"), _STATE, Text("经办人", "by"), Text("凭证", "voucher"), _REASON), steps)
    _show_findings(findings, language)


@app.command("posts")
def posts(
    path: PathArgument,
    mapping: MappingOption = None,
    apply: ApplyOption = False,
    by: ByOption = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """导入公益岗位：人员编号、职责、月工资或日工资、起止日期。Import posts: person, duty, wage, days.

    例 Example: guangfu plans posts 岗位.xlsx --apply
    """
    language = Lang.parse(lang)
    form = read("posts", path, POST_COLUMNS, mapping)
    at, name = SystemClock().now(), who(by)
    with opened_database(sql_url, language) as engine, told(language), engine.begin() as db:
        people = {person_id: one.erased_at is None for person_id, one in read_persons(db).items()}
        found = plans.check_posts(form, read_plan_lines(db), people)
        stop_at(form.faults, language)
        voucher = keep_voucher(db, path, "posts", at=at, by=name).voucher_id if apply else None
        n = plans.write_posts(db, found, at=at, apply=apply, voucher_id=voucher)
    typer.echo(_ROWS(language, n=n))
    typer.echo(_WRITTEN(language, voucher=voucher) if voucher else PREVIEW(language))


@app.command("attendance")
def attendance(
    path: PathArgument,
    month: MonthOption,
    mapping: MappingOption = None,
    apply: ApplyOption = False,
    by: ByOption = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """导入一个月的考勤：出勤天数、应出勤天数，可以半天计。Import a month's attendance, in halves of days.

    例 Example: guangfu plans attendance 6月考勤.xlsx --month 2026-06 --apply
    """
    language = Lang.parse(lang)
    form = read("attendance", path, ATTENDANCE_COLUMNS, mapping)
    at, name = SystemClock().now(), who(by)
    with opened_database(sql_url, language) as engine, told(language), engine.begin() as db:
        rows = plans.check_attendance(db, form, month)
        stop_at(form.faults, language)
        voucher = keep_voucher(db, path, "attendance", at=at, by=name).voucher_id if apply else None
        n = plans.record_attendance(db, rows, at=at, by=name, voucher_id=voucher) if apply else len(rows)
    typer.echo(_ROWS(language, n=n))
    typer.echo(_WRITTEN(language, voucher=voucher) if voucher else PREVIEW(language))


def _shown_plan(
    db: Connection, village_id: str, year: int, lang: Lang
) -> tuple[list[PlanLine], list[tuple[str, ...]], list[tuple[str, ...]]]:
    if not read_plan_years(db, village_id=village_id, year=year):
        raise Declined(Text("没有这个计划", "there is no such plan"))
    lines = read_plan_lines(db, village_id=village_id, year=year)
    owed, paid = owed_by_line(db, village_id), paid_by_line(db, village_id)
    rows: list[tuple[str, ...]] = []
    for line in lines:
        due = owed.get(line.line_id, Fen(0))
        amounts = (line.planned_fen, due, paid.get(line.line_id, Fen(0)), Fen(line.planned_fen - due))
        rows.append((*_line(line, lang), *(yuan_text(amount) for amount in amounts)))
    steps: list[tuple[str, ...]] = [
        (
            local_time(x.changed_at),
            state_name(Subject.PLAN_YEAR, x.after)(lang),
            x.changed_by,
            x.voucher_id or "—",
            x.reason,
        )
        for x in read_changes(db, Subject.PLAN_YEAR, plan_year_id(village_id, year))
    ]
    return lines, rows, steps


def _line(line: PlanLine, lang: Lang) -> tuple[str, str, str, str]:
    return str(line.number), SPENDING_NAMES[Spending(line.spending)](lang), line.use_id, line.purpose


def _show_draft(draft: Drafted, lang: Lang) -> None:
    changes = [(_GOES, line) for line in draft.before if line not in draft.after]
    changes += [(_COMES, line) for line in draft.after if line not in draft.before]
    typer.echo(_VILLAGE(lang, village=draft.village_id, n=len(changes)))
    if changes:
        rows = [(mark(lang), *_line(line, lang), yuan_text(line.planned_fen)) for mark, line in changes]
        print_table(lang, (Text("", ""), _NUMBER, _CLASS, _USE, _PURPOSE, _PLANNED), rows, numbers=1)
    _show_findings(draft.findings, lang)


def _show_findings(findings: Sequence[PlanFinding], lang: Lang) -> None:
    if findings:
        rows = [
            (str(x.number or "—"), x.text(lang), x.document, x.confidence, _OPEN(lang) if x.unconfirmed else "")
            for x in findings
        ]
        heads = (_NUMBER, Text("问题", "finding"), Text("文号", "document"), Text("可信度", "confidence"), Text("", ""))
        print_table(lang, heads, rows)


_STATE: Final = Text("状态", "state")
_PLANNED: Final = Text("计划（元）", "planned, yuan")
_NUMBER: Final = Text("序号", "number")
_CLASS: Final = Text("类别", "class")
_USE: Final = Text("用途", "use")
_PURPOSE: Final = Text("内容", "purpose")
_REASON: Final = Text("理由", "why")
_GOES: Final = Text("去掉", "goes")
_COMES: Final = Text("新增", "comes")
_OPEN: Final = Text("规则待核实", "rule unconfirmed")
_VILLAGE: Final = Text("{village}：{n} 行变化", "{village}: {n} lines change")
_WRITTEN: Final = Text("已写入，凭证 {voucher}", "written, voucher {voucher}")
_ROWS: Final = Text("{n} 行", "{n} rows")
_NOW: Final = Text("{village} {year} 年计划：{state}", "{village}, plan of {year}: {state}")

add_template_command(
    app,
    "plans",
    {
        "plan": lambda: plans.plan_columns(load_rules(RulesSettings.load().folder)),
        "posts": lambda: POST_COLUMNS,
        "attendance": lambda: ATTENDANCE_COLUMNS,
    },
)

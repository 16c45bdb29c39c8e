"""`guangfu audit …`: what audits of such money find, looked for before an auditor does."""

from pathlib import Path
from typing import Annotated, Final

import typer

from accounting.audit import run_audit
from accounting.commands import check_month
from accounting.months_commands import BannerOption
from accounting.statements_commands import MonthOption
from accounting.villages.imports import keep_voucher, told
from guangfu.clock import SystemClock
from guangfu.commands.opened import LangOption, SqlUrl, opened_database
from guangfu.commands.shown import local_time, print_table
from guangfu.commands.who import ByOption, who
from guangfu.exits import Exit
from guangfu.income.audit import periods_of
from guangfu.income.audit.next_steps import NEXT_STEPS
from guangfu.income.rules import RulesSettings, load_rules
from guangfu.income.rules.audit import Check, Severity
from guangfu.income.rules.audit_words import CHECK_NAMES, SEVERITY_NAMES
from guangfu.ledger.states import Subject, state_name
from guangfu.storage.sql.findings import CLEARED, OPEN, Finding, explain_finding, read_findings
from guangfu.storage.sql.papers import StateChange, read_changes
from guangfu.texts import Lang, Text

app = typer.Typer(
    help="审计检查：运行、列出、查看、说明。Audit checks: run, list, show, explain.",
    no_args_is_help=True, add_completion=False,
)  # fmt: skip

KeyArgument = Annotated[str, typer.Argument(help="编号，如 idle_money:v1:2026-01。A finding's key.")]
CheckOption = Annotated[Check | None, typer.Option("--check", help="只看这项检查。Only this check.")]
AllOption = Annotated[bool, typer.Option("--all", help="含已消除的。Also those whose cause is gone.")]


@app.command()
def run(month: MonthOption = None, by: ByOption = None, sql_url: SqlUrl = None, lang: LangOption = "zh-CN") -> None:
    """运行全部检查：有数据的各月，或一个月及其季度、年度。Run all checks over every month known, or over one.

    有待处理的发现时退出码为 1。Exits 1 while a finding is open.

    例 Example: guangfu audit run --month 2026-06
    """
    language = Lang.parse(lang)
    check_month(month, language)
    with opened_database(sql_url, language) as engine, told(language):
        rules = load_rules(RulesSettings.load().folder)
        months = None if month is None else [month]
        taken = run_audit(engine, rules, SystemClock().now(), who(by), months)
        with engine.connect() as db:
            still_open = read_findings(db, states=[OPEN])
    typer.echo(_RAN(language, opened=taken.opened, cleared=taken.cleared, stands=taken.stands))
    _exit_if_open(still_open)


@app.command("list")
def list_(
    check: CheckOption = None,
    month: MonthOption = None,
    banner: BannerOption = None,
    everything: AllOption = False,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """列出发现；有待处理的时退出码为 1。List findings; exits 1 while one of them is open.

    一个月含其季度、年度。A month is listed with its quarter and year.

    例 Example: guangfu audit list --check idle_money --banner 150430
    """
    language = Lang.parse(lang)
    check_month(month, language)
    with opened_database(sql_url, language) as engine, engine.connect() as db:
        found = read_findings(
            db, checks=None if check is None else [check.value], periods=None if month is None else periods_of([month]),
            banner_code=banner,
        )  # fmt: skip
    shown = [one for one in found if everything or one.state != CLEARED]
    print_table(language, _HEADS, [_row(one, language) for one in shown])
    _exit_if_open(shown)


@app.command()
def show(key: KeyArgument, sql_url: SqlUrl = None, lang: LangOption = "zh-CN") -> None:
    """一项发现：依据、原因行、经过、如何处理。A finding: its rule, the rows that cause it, its history, what to do.

    例 Example: guangfu audit show idle_money:v1:2026-01
    """
    language = Lang.parse(lang)
    with opened_database(sql_url, language) as engine, engine.connect() as db:
        one = next(iter(read_findings(db, ids=[key])), None)
        if one is None:
            typer.echo(_NONE(language, key=key), err=True)
            raise typer.Exit(Exit.USAGE)
        steps = read_changes(db, Subject.FINDING, key)
    typer.echo(f"{one.text(language)}{_UNCONFIRMED(language) if one.unconfirmed else ''}")
    typer.echo(_RULE(language, rule=one.rule_id, document=one.document or "—", confidence=one.confidence))
    typer.echo(_DO(language, what=NEXT_STEPS[Check(one.check_name)](language)))
    print_table(language, _ROW_HEADS, [
        (row.table, _pairs(row.keys), _pairs(row.values)) for row in one.rows
    ])  # fmt: skip
    print_table(language, _STEP_HEADS, [_step(step, language) for step in steps])
    _exit_if_open([one])


@app.command()
def explain(
    key: KeyArgument,
    reason: Annotated[str, typer.Option("--reason", help="为何属正常。Why it is in order.")],
    voucher: Annotated[
        Path | None, typer.Option("--voucher", exists=True, dir_okay=False, help="说明文件。A paper that says so.")
    ] = None,
    by: ByOption = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """说明一项发现为何属正常；原因行变化后会重新待处理。Say why a finding is in order; other rows open it again.

    例 Example: guangfu audit explain idle_money:v1:2026-01 --reason 跨年工程尾款
    """
    language = Lang.parse(lang)
    now = SystemClock().now()
    with opened_database(sql_url, language) as engine, told(language), engine.begin() as db:
        paper = keep_voucher(db, voucher, "explanation", at=now, by=who(by)) if voucher else None
        explain_finding(db, key, reason, at=now, by=who(by), voucher_id=paper.voucher_id if paper else None)
    typer.echo(_EXPLAINED(language, key=key))


def _row(one: Finding, lang: Lang) -> tuple[str, ...]:
    name = CHECK_NAMES[Check(one.check_name)](lang)
    mark = _UNCONFIRMED(lang) if one.unconfirmed else ""
    severity = SEVERITY_NAMES[Severity(one.severity)](lang)
    return one.finding_id, name, severity, state_name(Subject.FINDING, one.state)(lang), f"{one.text(lang)}{mark}"


def _step(step: StateChange, lang: Lang) -> tuple[str, ...]:
    state = state_name(Subject.FINDING, step.after)(lang)
    return local_time(step.changed_at), state, step.changed_by, step.reason or "—", step.voucher_id or "—"


def _pairs(values: object) -> str:
    assert isinstance(values, dict)
    return ", ".join(f"{name} {value}" for name, value in values.items())


def _exit_if_open(found: list[Finding]) -> None:
    if any(one.state == OPEN for one in found):
        raise typer.Exit(Exit.FOUND)


_RAN: Final = Text(
    "新发现 {opened} 项，消除 {cleared} 项，现有 {stands} 项",
    "{opened} opened, {cleared} cleared; {stands} found by this run",
)
_EXPLAINED: Final = Text("{key} 已说明", "{key} is explained")
_NONE: Final = Text("没有发现 {key}", "there is no finding {key}")
_UNCONFIRMED: Final = Text("（待确认）", " (unconfirmed)")
_RULE: Final = Text(
    "规则 {rule}，文件 {document}，可信度 {confidence}", "rule {rule}, document {document}, confidence {confidence}"
)
_DO: Final = Text("处理：{what}", "What to do: {what}")
_HEADS: Final = (
    Text("编号", "key"),
    Text("检查", "check"),
    Text("程度", "severity"),
    Text("状态", "state"),
    Text("发现", "finding"),
)
_ROW_HEADS: Final = Text("表", "table"), Text("主键", "keys"), Text("数值", "figures")
_STEP_HEADS: Final = (
    Text("时间", "when"), Text("状态", "state"), Text("经办", "by"), Text("原因", "why"), Text("凭证", "voucher"),
)  # fmt: skip

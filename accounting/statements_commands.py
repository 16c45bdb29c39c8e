"""`guangfu statements …`: the power company's statements, from a file into the books."""

from pathlib import Path
from typing import Annotated, Final

import typer
from sqlalchemy import Connection, Engine

from accounting.settlement import ImportPlan, Outcome, Settlement
from accounting.statements_shown import show_gaps, show_statement, show_statements
from accounting.villages.imports import (
    PREVIEW,
    ApplyOption,
    NumberOption,
    PathArgument,
    keep_voucher,
    stop_at,
    told,
)
from guangfu.clock import SystemClock
from guangfu.commands.opened import LangOption, SqlUrl, opened_database
from guangfu.commands.who import ByOption, who
from guangfu.exits import Exit
from guangfu.income.rules import Rules, RulesSettings, load_rules
from guangfu.income.settlement.continuity import gaps
from guangfu.income.settlement.fields import load_statement_mapping
from guangfu.income.settlement.reading import read_statements as read_file
from guangfu.income.settlement.templates import STANDARD, mapping_path, shipped_mappings, write_template
from guangfu.ledger.states import Subject
from guangfu.stations.files.mapped import ColumnMapping
from guangfu.storage.sql.papers import read_changes
from guangfu.storage.sql.registry import read_registry
from guangfu.storage.sql.rules_in_force import rules_in_force
from guangfu.storage.sql.settlement import doubtful_estimates, lock_months, read_statements
from guangfu.texts import Lang, Text

app = typer.Typer(
    help="结算单：导入、查看、核对。The power company's statements: import, look, accept.",
    no_args_is_help=True, add_completion=False,
)  # fmt: skip

MappingName = Annotated[
    str, typer.Option("--mapping", help="对照文件（YAML）或内置名。A mapping file, or the name of a shipped one.")
]
MonthOption = Annotated[str | None, typer.Option("--month", help="月份，如 2026-06。A month.")]


@app.command("import")
def import_(
    path: PathArgument,
    mapping: MappingName = STANDARD,
    replace: Annotated[bool, typer.Option("--replace", help="替换已有的结算单。Replace those that are there.")] = False,
    number: NumberOption = "",
    apply: ApplyOption = False,
    by: ByOption = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """导入结算单：核算术、比预估、说明差异；先预览，--apply 写入。Import statements; a preview unless --apply.

    例 Example: guangfu statements import 结算单.xlsx --mapping 本旗.yaml --apply
    """
    language = Lang.parse(lang)
    columns = _mapping(mapping, language)
    with opened_database(sql_url, language) as engine, told(language):
        registry = read_registry(engine)
        found = read_file(path, columns, registry)
        stop_at(list(found.faults), language)
        with engine.begin() as db:
            lock_months(db)
            settlement = _settlement(db, engine, by)
            plan = settlement.plan(db, found.statements, replacing=replace)
            stop_at(list(plan.faults), language)
            if apply and plan.new:
                voucher = keep_voucher(db, path, "statement", at=settlement.at, by=settlement.by, number=number)
                settlement.apply(db, plan, voucher.voucher_id)
    _tell(plan, language, applied=apply)


def _mapping(chosen: str, lang: Lang) -> ColumnMapping:
    found = load_statement_mapping(mapping_path(chosen))
    if isinstance(found, ColumnMapping):
        return found
    stop_at(found, lang)
    raise AssertionError("a mapping without faults")


def _settlement(db: Connection, engine: Engine, by: str | None) -> Settlement:
    return Settlement(read_registry(engine), rules_of(db), SystemClock().now(), who(by))


def rules_of(db: Connection) -> Rules:
    """The rules that are set, with the stations' places in the subsidy list.

    Raises:
        BadRules, BadSettings: They have faults.
    """
    return rules_in_force(db, load_rules(RulesSettings.load().folder))


def _tell(plan: ImportPlan, lang: Lang, *, applied: bool) -> None:
    show_statements([one.kept for one in plan.planned], lang)
    if plan.gaps:
        show_gaps(plan.gaps, lang)
    count = {outcome: sum(one.outcome is outcome for one in plan.planned) for outcome in Outcome}
    waiting = sum(bool(one.attention) for one in plan.new)
    typer.echo(
        _COUNT(lang, new=count[Outcome.NEW], replaces=count[Outcome.REPLACES], same=count[Outcome.SAME], look=waiting)
    )
    if not applied and plan.new:
        typer.echo(PREVIEW(lang))


@app.command("list")
def list_(
    month: MonthOption = None,
    state: Annotated[str | None, typer.Option(help="imported | matched | posted | replaced")] = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """列出结算单。List statements.

    例 Example: guangfu statements list --month 2026-06 --state imported
    """
    language = Lang.parse(lang)
    with opened_database(sql_url, language) as engine, engine.connect() as db:
        show_statements(read_statements(db, month=month, states=None if state is None else [state]), language)


@app.command("gaps")
def gaps_(sql_url: SqlUrl = None, lang: LangOption = "zh-CN") -> None:
    """相邻结算单之间漏计或重复的天数与表码；有则退出 1。Days and registers left out, or counted twice.

    例 Example: guangfu statements gaps
    """
    language = Lang.parse(lang)
    with opened_database(sql_url, language) as engine, engine.connect() as db:
        standing = read_statements(db, states=("imported", "matched", "posted"))
    found = gaps((one.statement_id, one.statement) for one in standing)
    show_gaps(found, language)
    if found:
        raise typer.Exit(Exit.FOUND)


@app.command()
def show(
    statement_id: Annotated[str, typer.Argument(help="结算单编号，如 st0012-2026-06-1")],
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """一份结算单：内容、与预估之差及原因、经办。One statement whole: what it says, why it differs, who did what.

    例 Example: guangfu statements show st0012-2026-06-1
    """
    language = Lang.parse(lang)
    with opened_database(sql_url, language) as engine, engine.connect() as db:
        found = read_statements(db, ids=[statement_id])
        doubtful = bool(doubtful_estimates(db, found))
        steps = read_changes(db, Subject.STATEMENT, statement_id)
    if not found:
        typer.echo(_UNKNOWN(language, id=statement_id), err=True)
        raise typer.Exit(Exit.USAGE)
    show_statement(found[0], steps, language, unconfirmed=doubtful)


@app.command()
def accept(
    statement_ids: Annotated[list[str], typer.Argument(help="结算单编号。Ids of statements.")],
    reason: Annotated[str, typer.Option("--reason", help="核对结论。What was found.")],
    by: ByOption = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """核对后入账。Post statements that somebody has looked at.

    例 Example: guangfu statements accept st0012-2026-06-1 --reason 倍率已与电表铭牌核对
    """
    language = Lang.parse(lang)
    with opened_database(sql_url, language) as engine, told(language), engine.begin() as db:
        settlement = _settlement(db, engine, by)
        known = {one.statement_id for one in read_statements(db, ids=statement_ids)}
        unknown = [one for one in statement_ids if one not in known]
        if unknown:
            typer.echo(_UNKNOWN(language, id=" ".join(unknown)), err=True)
            raise typer.Exit(Exit.USAGE)
        done = settlement.accept(db, statement_ids, reason)
    typer.echo(_ACCEPTED(language, n=len(done)))


@app.command()
def rematch(month: MonthOption = None, by: ByOption = None, sql_url: SqlUrl = None, lang: LangOption = "zh-CN") -> None:
    """迟到数据或规则变化后，重新与预估核对（未关账的月份）。Compare again after late data or other rules.

    例 Example: guangfu statements rematch --month 2026-06
    """
    language = Lang.parse(lang)
    with opened_database(sql_url, language) as engine, told(language), engine.begin() as db:
        changed = _settlement(db, engine, by).rematch(db, month=month)
    show_statements(changed, language)


@app.command()
def template(
    target: Annotated[Path, typer.Argument(help="要新建的 .xlsx 文件。The .xlsx file to make.")],
    mapping: MappingName = STANDARD,
    lang: LangOption = "zh-CN",
) -> None:
    """按对照文件生成空白表格。An empty workbook with a mapping's headers.

    例 Example: guangfu statements template 结算单.xlsx --mapping month_end
    """
    language = Lang.parse(lang)
    columns = _mapping(mapping, language)
    if target.suffix.lower() != ".xlsx" or target.exists():
        typer.echo(_NEW_XLSX(language, target=target), err=True)
        raise typer.Exit(Exit.USAGE)
    try:
        write_template(target, columns)
    except OSError as error:
        typer.echo(_UNWRITABLE(language, target=target, why=error.strerror), err=True)
        raise typer.Exit(Exit.UNREACHABLE) from error
    typer.echo(_TEMPLATE(language, target=target, names=", ".join(shipped_mappings())))


_COUNT: Final = Text(
    "新增 {new} 份，替换 {replaces} 份，已有 {same} 份；其中 {look} 份须人工核对后入账",
    "{new} new, {replaces} replacing, {same} known; {look} of them wait for somebody to look at them",
)
_UNKNOWN: Final = Text("没有结算单 {id}", "there is no statement {id}")
_ACCEPTED: Final = Text("已入账 {n} 份", "{n} posted")
_NEW_XLSX: Final = Text("{target} 应为尚不存在的 .xlsx", "{target} should be an .xlsx that is not there yet")
_UNWRITABLE: Final = Text("无法写入 {target}：{why}", "can't write {target}: {why}")
_TEMPLATE: Final = Text("已生成 {target}；内置对照：{names}", "made {target}; shipped mappings: {names}")

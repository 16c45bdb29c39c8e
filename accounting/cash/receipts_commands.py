"""`guangfu receipts …`: the bank's export in, receipts matched, what is outstanding by age, the bank reconciled."""

from pathlib import Path
from typing import Annotated, Final

import typer

from accounting.cash import receipts_shown as shown
from accounting.cash.bank import apply_bank, plan_bank, reconcile
from accounting.cash.companies import new_payments, record_payments, use_what_was_paid_ahead
from accounting.cash.desk import BannerOption, MappingOption, ReasonOption, at_desk, banner_code, mapping_path
from accounting.cash.matching import How, match_receipts, plan_matches, reverse_match
from accounting.villages.forms import add_template_command
from accounting.villages.imports import (
    PREVIEW,
    ApplyOption,
    PathArgument,
    keep_voucher,
    refused_unless,
    stop_at,
)
from guangfu.commands.opened import LangOption, SqlUrl
from guangfu.commands.who import ByOption
from guangfu.exits import Exit
from guangfu.income.bank_export import COLUMNS, read_export
from guangfu.income.cash_files import COMPANY_COLUMNS, LIST_COLUMNS, read_company_payments, read_list
from guangfu.income.synthetic_bank import SyntheticBank, pay_base, pay_subsidy
from guangfu.ledger.books import AGENCY
from guangfu.storage.sql.companies import company_standings
from guangfu.storage.sql.money import doubtful_months, receivables
from guangfu.storage.sql.receipts import lock_cash, read_allocations, read_receipts, read_unmatched
from guangfu.texts import Lang, Text

app = typer.Typer(
    help="到账：导入银行流水、核对、账龄、对账。Receipts: bank lines in, matching, ageing, reconciliation.",
    no_args_is_help=True, add_completion=False,
)  # fmt: skip

AccountOption = Annotated[
    str, typer.Option("--account", help="账户的名称（不是账号）。The account, by a name of ours.")
]
Ids = Annotated[list[str] | None, typer.Argument(help="到账编号，如 R-2026-000001。Receipts by number.")]


@app.command("import")
def import_(
    path: PathArgument,
    account: AccountOption = "专户",
    mapping: MappingOption = None,
    apply: ApplyOption = False,
    by: ByOption = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """导入银行流水：每笔只入一次，余额须连续；先预览，--apply 写入并自动核对。Import the bank's export.

    例 Example: guangfu receipts import 流水.csv --mapping 本行.yaml --apply
    """
    language = Lang.parse(lang)
    export = read_export(path, mapping_path(mapping))
    stop_at(list(export.faults), language)
    with at_desk(sql_url, by, language) as (engine, desk), engine.begin() as db:
        lock_cash(db)
        plan = plan_bank(db, desk, export, account, path.name)
        stop_at(list(plan.faults), language)
        shown.show_lines(plan, language)
        if not apply or not plan.new:
            typer.echo(PREVIEW(language) if plan.new else _NOTHING_NEW(language))
            return
        voucher = keep_voucher(db, path, "bank_lines", at=desk.at, by=desk.by)
        receipts = apply_bank(db, desk, plan, voucher.voucher_id)
        matches = match_receipts(db, desk, [r.receipt_id for r in receipts], How()) if receipts else []
        typer.echo(_IMPORTED(language, lines=len(plan.new), voucher=voucher.voucher_id, matched=len(matches)))


@app.command()
def match(
    ids: Ids = None,
    kind: Annotated[str | None, typer.Option(help="base | subsidy：流水没有写明时。What it is.")] = None,
    station: Annotated[str | None, typer.Option(help="电站编号。For which station.")] = None,
    month: Annotated[str | None, typer.Option(help="电量月份，如 2026-06。For which month.")] = None,
    year: Annotated[int | None, typer.Option(help="补贴年度。For which year's subsidy.")] = None,
    listed: Annotated[Path | None, typer.Option("--list", help="随附的电站清单。The list that came with it.")] = None,
    mapping: MappingOption = None,
    proportional: Annotated[
        bool, typer.Option("--proportional", help="按未到账比例分摊。In proportion to what is outstanding.")
    ] = False,
    banner: BannerOption = "",
    apply: ApplyOption = False,
    by: ByOption = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """核对到账与结算：按流水写明的月份、年度和电站，按清单，或按比例；先预览。Match receipts; a preview unless --apply.

    例 Example: guangfu receipts match R-2026-000007 --list 补贴清单.xlsx --apply
    """
    language = Lang.parse(lang)
    with at_desk(sql_url, by, language) as (engine, desk), engine.begin() as db:
        lock_cash(db)
        refused_unless(kind in {None, "base", "subsidy"}, _NO_KIND)
        refused_unless(bool(ids) or not (listed or station or month or year or proportional), _WHICH)
        lines, faults = read_list(listed, desk.registry, desk.today, mapping) if listed else ([], [])
        stop_at(faults, language)
        code = banner_code(desk, banner, language) if banner else None
        how = How(kind, station, month, year, tuple(lines), proportional or bool(banner), code)
        if apply:
            matches = match_receipts(db, desk, ids or None, how)
        else:
            matches = plan_matches(db, desk, [r for r, _ in read_unmatched(db) if not ids or r.receipt_id in ids], how)
        shown.show_matches(matches, language)
        if matches and not apply:
            typer.echo(PREVIEW(language))


@app.command()
def reverse(
    receipt: Annotated[str, typer.Argument(help="到账编号。The receipt.")],
    reason: ReasonOption,
    by: ByOption = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """冲销错误的核对（更正分录），该笔到账回到待核对。Take a wrong match back by a correcting entry.

    例 Example: guangfu receipts reverse R-2026-000007 --reason 应为六月
    """
    language = Lang.parse(lang)
    with at_desk(sql_url, by, language) as (engine, desk), engine.begin() as db:
        kept = reverse_match(db, desk, receipt, reason)
    typer.echo(_REVERSED(language, receipt=receipt, n=len(kept)))


@app.command("list")
def list_(
    unmatched_only: Annotated[bool, typer.Option("--unmatched", help="只列待核对的。What is not matched.")] = False,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """列出到账及其核对情况。List receipts and what is matched of each.

    例 Example: guangfu receipts list --unmatched
    """
    language = Lang.parse(lang)
    with at_desk(sql_url, None, language) as (engine, _), engine.connect() as db:
        rests = {receipt.receipt_id: rest for receipt, rest in read_unmatched(db)}
        receipts = [r for r in read_receipts(db, book=AGENCY) if not unmatched_only or r.receipt_id in rests]
        shown.show_receipts(receipts, rests, read_allocations(db), language)


@app.command()
def ageing(
    by: Annotated[str, typer.Option(help="station | banner：按电站或旗县。By station or banner.")] = "banner",
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """应收未到账的账龄，基础与补贴分列。What is outstanding by age, base and subsidy apart.

    例 Example: guangfu receipts ageing --by station
    """
    language = Lang.parse(lang)
    if by not in {"station", "banner"}:
        raise typer.BadParameter("station | banner", param_hint="--by")
    with at_desk(sql_url, None, language) as (engine, desk), engine.connect() as db:
        shown.show_ageing(receivables(db, desk.registry), doubtful_months(db), desk, by, language)


@app.command("reconcile")
def reconcile_(sql_url: SqlUrl = None, lang: LangOption = "zh-CN") -> None:
    """银行对账：账面余额与流水余额，逐项列出差额；不符退出 1。The bank in the books against the bank's own.

    例 Example: guangfu receipts reconcile
    """
    language = Lang.parse(lang)
    with at_desk(sql_url, None, language) as (engine, _), engine.connect() as db:
        found = reconcile(db)
    shown.show_reconciliation(found, language)
    if found.unopened:
        raise typer.Exit(Exit.FOUND)


@app.command("companies")
def companies(
    path: Annotated[Path | None, typer.Argument(help="企业付款文件；不给则列出。A file of payments.")] = None,
    mapping: MappingOption = None,
    apply: ApplyOption = False,
    by: ByOption = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """集中式电站企业：应付、已付、逾期天数；给出文件则导入付款。Companies of centralized stations.

    例 Example: guangfu receipts companies 企业付款.xlsx --apply
    """
    language = Lang.parse(lang)
    with at_desk(sql_url, by, language) as (engine, desk), engine.begin() as db:
        lock_cash(db)
        payments, faults = read_company_payments(path, desk.registry, mapping) if path else ([], [])
        stop_at(faults, language)
        new = new_payments(db, payments)
        if path and apply and new:
            voucher = keep_voucher(db, path, "company_payments", at=desk.at, by=desk.by)
            record_payments(db, desk, payments, voucher.voucher_id)
        if path and apply:
            use_what_was_paid_ahead(db, desk)
        shown.show_companies(company_standings(db, desk.registry, desk.rules, desk.today), desk, language)
        if path and not apply:
            typer.echo(_NEW_PAYMENTS(language, n=len(new)))
            typer.echo(PREVIEW(language))


@app.command("synthetic-bank")
def synthetic_bank(
    folder: Annotated[Path, typer.Argument(help="要写入的文件夹。The folder to write into.")],
    month: Annotated[str, typer.Option(help="付到哪个月的基础电费。Up to which month the base is paid.")],
    year: Annotated[int | None, typer.Option(help="同时付哪年的补贴。Which year's subsidy is paid too.")] = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """由已结算未到账生成一份演示流水和补贴清单，标明演示数据。Make a synthetic export from what is outstanding.

    例 Example: guangfu receipts synthetic-bank 演示 --month 2026-06
    """
    language = Lang.parse(lang)
    with at_desk(sql_url, None, language) as (engine, desk), engine.connect() as db:
        refused_unless(desk.registry.synthetic, _NOT_SYNTHETIC)
        dues = receivables(db, desk.registry)
        bank = SyntheticBank(reconcile(db).at_bank)
        for paid in sorted({due.month for due in dues if due.month <= month}):
            pay_base(bank, dues, paid, desk.today)
        listed = pay_subsidy(bank, dues, year, desk.today) if year else ""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bank.csv").write_text(bank.export(), encoding="utf-8-sig")
    if listed:
        (folder / "list.csv").write_text(listed, encoding="utf-8-sig")
    typer.echo(_MADE(language, folder=folder, n=len(bank.lines)))


add_template_command(
    app, "receipts", {"bank": lambda: COLUMNS, "list": lambda: LIST_COLUMNS, "companies": lambda: COMPANY_COLUMNS}
)

_NOTHING_NEW: Final = Text("没有新的流水", "no line is new")
_IMPORTED: Final = Text(
    "已导入 {lines} 笔流水，凭证 {voucher}；自动核对 {matched} 笔",
    "{lines} lines are in, voucher {voucher}; {matched} receipts matched",
)
_NO_KIND: Final = Text("--kind 应为 base 或 subsidy", "--kind is base or subsidy")
_WHICH: Final = Text("这些选项须指明到账编号", "these options need a receipt's number")
_REVERSED: Final = Text("{receipt} 的 {n} 行核对已冲销", "{n} lines of {receipt} are taken back")
_NEW_PAYMENTS: Final = Text("{n} 笔付款是新的", "{n} payments are new")
_NOT_SYNTHETIC: Final = Text(
    "登记册不是演示数据，不生成演示流水", "the registry is a real one: no synthetic bank lines are made for it"
)
_MADE: Final = Text("已在 {folder} 生成 {n} 笔演示流水", "{n} synthetic lines are in {folder}")

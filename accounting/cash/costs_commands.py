"""`guangfu deductions …`: invoices in, what months bear and carry, what is paid; VAT in three figures."""

from pathlib import Path
from typing import Annotated, Final

import typer

from accounting.cash.costs import drop_invoice, new_invoices, pay_deduction, record_invoices, unpaid
from accounting.cash.deducting import refresh
from accounting.cash.desk import MORE, MOST_ROWS, BannerOption, MappingOption, OnOption, at_desk, banner_code
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
from guangfu.commands.shown import NO_HEAD, print_table, unconfirmed_mark
from guangfu.commands.who import ByOption
from guangfu.income.cash_files import INVOICE_COLUMNS, read_invoices
from guangfu.income.rules.models import Taxpayer
from guangfu.income.settlement.cells import yuan_fen
from guangfu.ledger.fen import Fen, yuan_text
from guangfu.storage.sql.receipts import lock_cash
from guangfu.storage.sql.transfers import read_borne, read_vat
from guangfu.texts import Lang, Text

app = typer.Typer(
    help="扣除：发票、承担与结转、付款；增值税。Deductions: invoices, what is borne and carried, payments; VAT.",
    no_args_is_help=True, add_completion=False,
)  # fmt: skip


@app.command("invoices")
def invoices(
    path: PathArgument,
    mapping: MappingOption = None,
    apply: ApplyOption = False,
    by: ByOption = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """导入发票：在其月份内代替费率；先预览。Import invoices: in their months they take the place of the rate.

    例 Example: guangfu deductions invoices 发票.xlsx --apply
    """
    language = Lang.parse(lang)
    with at_desk(sql_url, by, language) as (engine, desk), engine.begin() as db:
        lock_cash(db)
        known = frozenset(one.deduction_id for one in desk.rules.deductions)
        lines, faults = read_invoices(path, desk.registry, known, mapping)
        stop_at(faults, language)
        new = new_invoices(db, lines)
        rows = [
            (i.invoiced.station_id, i.invoiced.deduction_id, f"{i.invoiced.month_from}–{i.invoiced.month_to}", i.number,
             i.payee, yuan_text(i.invoiced.amount))
            for i in new
        ]  # fmt: skip
        print_table(language, _INVOICE_HEADS, rows[:MOST_ROWS], numbers=1)
        typer.echo(_INVOICES(language, new=len(new), known=len(lines) - len(new)))
        if apply and new:
            voucher = keep_voucher(db, path, "invoice", at=desk.at, by=desk.by)
            record_invoices(db, desk, new, voucher.voucher_id)
        elif new:
            typer.echo(PREVIEW(language))


@app.command("cancel-invoice")
def cancel_invoice(
    invoice: Annotated[str, typer.Argument(help="发票编号，如 I-2026-000001。The invoice.")],
    by: ByOption = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """作废一张登记错的发票。Take a wrong invoice out of account.

    例 Example: guangfu deductions cancel-invoice I-2026-000001
    """
    language = Lang.parse(lang)
    with at_desk(sql_url, by, language) as (engine, desk), engine.begin() as db:
        drop_invoice(db, desk, invoice)
    typer.echo(_CANCELLED(language, invoice=invoice))


@app.command("list")
def list_(
    month: Annotated[str | None, typer.Option(help="月份，如 2026-06。A month.")] = None,
    station: Annotated[str | None, typer.Option(help="电站编号。A station.")] = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """列出各月应扣、承担、结转。What is due, borne and carried.

    例 Example: guangfu deductions list --month 2026-06
    """
    language = Lang.parse(lang)
    with at_desk(sql_url, None, language) as (engine, desk), engine.connect() as db:
        names = {one.deduction_id: one.name(language) for one in desk.rules.deductions}
        rows = [
            (
                r.station_id, r.month, names.get(r.deduction_id, r.deduction_id), _WAYS[r.way](language),
                unconfirmed_mark(r.unconfirmed, language),
                *(yuan_text(Fen(a)) for a in (
                    r.due_fen, r.carried_before_fen, r.borne_base_fen + r.borne_subsidy_fen, r.carried_fen)),
            )
            for r in read_borne(db, stations=[station] if station else None)
            if month in {None, r.month}
        ]  # fmt: skip
    print_table(language, _BORNE_HEADS, rows[:MOST_ROWS], numbers=4)
    if len(rows) > MOST_ROWS:
        typer.echo(MORE(language, n=len(rows) - MOST_ROWS))


@app.command()
def pay(
    deduction: Annotated[str, typer.Argument(help="扣除项目，如 operation。The deduction.")],
    amount: Annotated[str, typer.Argument(help="金额（元）。Yuan.")],
    path: Annotated[str, typer.Option("--voucher", help="付款凭证文件。The voucher's file.")],
    payee: Annotated[str, typer.Option(help="收款单位。To whom.")],
    banner: BannerOption = "",
    on: OnOption = None,
    by: ByOption = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """登记扣除款已付：先欠先付。Note that a deduction was paid, oldest first.

    例 Example: guangfu deductions pay operation 12000.00 --payee 某运维公司 --voucher 回单.pdf
    """
    language = Lang.parse(lang)
    fen = yuan_fen(amount)
    if not isinstance(fen, int):
        raise typer.BadParameter(fen.text(language))
    with at_desk(sql_url, by, language) as (engine, desk), engine.begin() as db:
        refused_unless(Path(path).is_file(), _NO_FILE.filled(path=path))
        stations = desk.village_stations(banner_code(desk, banner, language) if banner else None)
        voucher = keep_voucher(db, Path(path), "deduction_payment", at=desk.at, by=desk.by)
        day = on.date() if on else desk.today
        rows = pay_deduction(
            db, desk, deduction, Fen(fen), on=day, payee=payee, stations=stations, voucher_id=voucher.voucher_id
        )
        left = sum(unpaid(db, deduction, stations).values())
    typer.echo(_PAID(language, payment=rows[0].payment_id, n=len(rows), left=yuan_text(Fen(left))))


@app.command()
def vat(
    month: Annotated[str | None, typer.Option(help="月份，如 2026-06。A month.")] = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """增值税：含税、税额、不含税三个数。VAT: gross, tax and net.

    例 Example: guangfu deductions vat --month 2026-06
    """
    language = Lang.parse(lang)
    with at_desk(sql_url, None, language) as (engine, _), engine.connect() as db:
        rows = [
            (
                r.station_id, r.month, _PARTS[r.part](language), _TAXPAYERS[Taxpayer(r.taxpayer)](language), r.vat_id,
                _EXEMPT(language) if r.exempt else "", unconfirmed_mark(r.unconfirmed, language),
                *(yuan_text(Fen(a)) for a in (
                    r.settled_gross_fen, r.settled_tax_fen, r.settled_net_fen, r.settled_refund_fen)),
            )
            for r in read_vat(db, start=month or "0001-01", end=month or "9999-12")
        ]  # fmt: skip
    print_table(language, _VAT_HEADS, rows[:MOST_ROWS], numbers=4)
    if len(rows) > MOST_ROWS:
        typer.echo(MORE(language, n=len(rows) - MOST_ROWS))


@app.command("refresh")
def refresh_(by: ByOption = None, sql_url: SqlUrl = None, lang: LangOption = "zh-CN") -> None:
    """规则改变后重算增值税与扣除，差额以更正分录入账。Compute VAT and deductions again after a change of rules.

    例 Example: guangfu deductions refresh
    """
    language = Lang.parse(lang)
    with at_desk(sql_url, by, language) as (engine, desk), engine.begin() as db:
        lock_cash(db)
        typer.echo(_REFRESHED(language, n=refresh(db, desk, desk.village_stations())))


add_template_command(app, "deductions", {"invoices": lambda: INVOICE_COLUMNS})

_PARTS: Final = {"base": Text("基础", "base"), "subsidy": Text("补贴", "subsidy")}
_WAYS: Final = {
    "rate": Text("费率", "rate"), "invoice": Text("发票", "invoice"), "vat": Text("含增值税", "with VAT"),
}  # fmt: skip
_TAXPAYERS: Final = {
    Taxpayer.VILLAGE: Text("村集体", "village"), Taxpayer.AGENCY: Text("结转机构", "agency"),
    Taxpayer.GRID: Text("电网企业代收", "kept back by the grid company"), Taxpayer.COMPANY: Text("电站企业", "company"),
}  # fmt: skip
_EXEMPT: Final = Text("免征", "exempt")
_INVOICE_HEADS: Final = (
    Text("电站", "station"), Text("项目", "deduction"), Text("月份", "months"), Text("发票号码", "number"),
    Text("收款单位", "payee"), Text("金额（元）", "amount, yuan"),
)  # fmt: skip
_BORNE_HEADS: Final = (
    Text("电站", "station"), Text("月份", "month"), Text("项目", "deduction"), Text("依据", "way"), NO_HEAD,
    Text("应扣（元）", "due, yuan"), Text("上月结转（元）", "carried in, yuan"), Text("承担（元）", "borne, yuan"),
    Text("结转（元）", "carried on, yuan"),
)  # fmt: skip
_VAT_HEADS: Final = (
    Text("电站", "station"), Text("月份", "month"), Text("部分", "part"), Text("纳税人", "taxpayer"),
    Text("规则", "rule"), NO_HEAD, NO_HEAD, Text("含税（元）", "gross, yuan"),
    Text("税额（元）", "tax, yuan"),
    Text("不含税（元）", "net, yuan"), Text("退税（元）", "given back, yuan"),
)  # fmt: skip
_INVOICES: Final = Text("{new} 张发票是新的，{known} 张已有", "{new} invoices are new, {known} are known")
_CANCELLED: Final = Text("{invoice} 已作废", "{invoice} is cancelled")
_PAID: Final = Text(
    "已付，编号 {payment}，{n} 个电站月；尚余 {left} 元未付",
    "paid as {payment}, {n} station-months; {left} yuan unpaid",
)
_REFRESHED: Final = Text("已重算，{n} 笔更正分录", "computed again, {n} entries")
_NO_FILE: Final = Text("没有文件 {path}", "there is no file {path}")

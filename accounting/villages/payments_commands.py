"""`guangfu payments …`: batches from draft to what the bank says, and payments that come back."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from accounting.villages import drafting, paying
from accounting.villages.drafting import Draft
from accounting.villages.forms import MappingOption, add_template_command, read
from accounting.villages.imports import (
    PREVIEW,
    ApplyOption,
    Declined,
    PathArgument,
    keep_voucher,
    stop_at,
    told,
)
from accounting.villages.paying import DUE_COLUMNS, RESULT_COLUMNS, RETURNED
from accounting.villages.plans_commands import MonthOption
from guangfu.clock import SystemClock
from guangfu.commands.opened import LangOption, SqlUrl, opened_database
from guangfu.commands.shown import print_table
from guangfu.commands.who import ByOption, who
from guangfu.exits import Exit
from guangfu.income.rules import RulesSettings, load_rules
from guangfu.ledger.fen import Fen, yuan_text
from guangfu.ledger.states import Subject, state_name
from guangfu.stations.models import StationKind
from guangfu.storage.personal_keys import PersonsSettings, load_keys
from guangfu.storage.sql.payments import Payment, read_batches, read_payments
from guangfu.storage.sql.registry import read_registry
from guangfu.texts import Lang, Text

app = typer.Typer(
    help="发放：起草、审批、汇出、按银行结果核销、退汇。Payments: draft, approve, send, settle, returned.",
    no_args_is_help=True, add_completion=False,
)  # fmt: skip
BatchArgument = Annotated[str, typer.Argument(help="批次，如 B-2026-000001。The batch.")]


@app.command()
def draft(
    month: MonthOption,
    village: Annotated[str, typer.Option(help="嘎查村编号。A village's id.")] = "",
    station: Annotated[str, typer.Option(help="集中式电站编号：按名额发放。A centralized station: its slots.")] = "",
    again: Annotated[bool, typer.Option("--again", help="退汇后未更正银行卡的也发。Also with the same card.")] = False,
    by: ByOption = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """起草一批：当月工资（按考勤）、已登记的应付、退汇待发；不超过账户余额和计划余额。Draft a batch.

    例 Example: guangfu payments draft --village v1 --month 2026-06
    """
    language = Lang.parse(lang)
    if bool(village) == bool(station):
        raise typer.BadParameter("--village | --station")
    at, name = SystemClock().now(), who(by)
    with opened_database(sql_url, language) as engine, told(language):
        registry = read_registry(engine)
        if village and village not in registry.villages:
            raise Declined(Text("登记册中没有这个嘎查村", "no such village in the registry"))
        of_station = registry.stations.get(station)
        if station and (of_station is None or of_station.kind is not StationKind.CENTRALIZED):
            raise Declined(Text("没有这座集中式电站", "no such centralized station"))
        rules = load_rules(RulesSettings.load().folder)
        with engine.begin() as db:
            found = (
                drafting.draft_village(db, village, month, at=at, by=name, again=again) if village
                else drafting.draft_slots(db, station, month, registry, rules, at=at, by=name, again=again)
            )  # fmt: skip
    _show_draft(found, language)
    if found.skipped:
        raise typer.Exit(Exit.FOUND)


@app.command()
def dues(
    path: PathArgument,
    mapping: MappingOption = None,
    apply: ApplyOption = False,
    by: ByOption = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """登记工程款、奖励补助等应付，收款人可为供应商。Import dues of works, awards and so on; payees or suppliers.

    例 Example: guangfu payments dues 应付.xlsx --apply
    """
    language = Lang.parse(lang)
    form = read("dues", path, DUE_COLUMNS, mapping)
    at, name = SystemClock().now(), who(by)
    with opened_database(sql_url, language) as engine, told(language), engine.begin() as db:
        wanted = paying.check_dues(db, form)
        stop_at(form.faults, language)
        if apply:
            voucher = keep_voucher(db, path, "dues", at=at, by=name).voucher_id
            drafting.add_wanted(db, wanted, at=at, by=name, voucher_id=voucher)
    typer.echo(_DUES(language, n=len(wanted), yuan=yuan_text(Fen(sum(one.due_fen for one in wanted)))))
    if not apply:
        typer.echo(PREVIEW(language))


@app.command("drop-due")
def drop_due(
    due_id: Annotated[str, typer.Argument(help="应付编号，如 D-2026-000001。The due.")],
    apply: ApplyOption = False,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """撤销一笔未付、无在途付款的应付。Take back a due that is not paid, nor on its way.

    例 Example: guangfu payments drop-due D-2026-000012 --apply
    """
    language = Lang.parse(lang)
    if not apply:
        typer.echo(PREVIEW(language))
        return
    with opened_database(sql_url, language) as engine, told(language), engine.begin() as db:
        paying.drop_due(db, due_id, at=SystemClock().now())
    typer.echo(_DROPPED(language, due=due_id))


@app.command()
def approve(batch_id: BatchArgument, by: ByOption = None, sql_url: SqlUrl = None, lang: LangOption = "zh-CN") -> None:
    """审批一批，应付入账。Approve a batch; what it pays is posted as due.

    例 Example: guangfu payments approve B-2026-000001 --by 王主任
    """
    language = Lang.parse(lang)
    with opened_database(sql_url, language) as engine, told(language), engine.begin() as db:
        paying.approve(db, batch_id, at=SystemClock().now(), by=who(by))
    typer.echo(_NOW(language, batch=batch_id, state=state_name(Subject.PAYMENT_BATCH, "approved")(language)))


@app.command()
def cancel(
    batch_id: BatchArgument,
    reason: Annotated[str, typer.Option("--reason", help="原因。Why.")],
    by: ByOption = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """作废未汇出的一批。Cancel a batch that has not been sent.

    例 Example: guangfu payments cancel B-2026-000001 --reason 考勤有误
    """
    language = Lang.parse(lang)
    with opened_database(sql_url, language) as engine, told(language), engine.begin() as db:
        paying.cancel(db, batch_id, at=SystemClock().now(), by=who(by), reason=reason)
    typer.echo(_NOW(language, batch=batch_id, state=state_name(Subject.PAYMENT_BATCH, "cancelled")(language)))


@app.command()
def send(
    batch_id: BatchArgument,
    out: Annotated[Path, typer.Option("--out", help="给银行的文件（含姓名、账号，0600）。The bank's file.")],
    by: ByOption = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """生成银行代发文件并入账；文件含个人信息，交银行后请删除。Write the bank's file and post it as sent.

    例 Example: guangfu payments send B-2026-000001 --out 代发.csv
    """
    language = Lang.parse(lang)
    with opened_database(sql_url, language) as engine, told(language):
        keys = load_keys(PersonsSettings.load())
        try:
            with engine.begin() as db:
                batch = paying.send(db, keys, batch_id, out, at=SystemClock().now(), by=who(by))
        except OSError as error:
            raise Declined(Text(f"无法写入 {out}：{error.strerror}", f"can't write {out}: {error.strerror}")) from error
    typer.echo(_SENT(language, batch=batch_id, out=out, yuan=yuan_text(batch.due_fen)))


@app.command()
def settle(
    path: PathArgument,
    mapping: MappingOption = None,
    apply: ApplyOption = False,
    by: ByOption = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """按银行结果文件核销：成功的记已发放，退回的冲回、可再发。Take a bank's result; what came back is payable again.

    例 Example: guangfu payments settle 代发结果.csv --apply
    """
    language = Lang.parse(lang)
    form = read("results", path, RESULT_COLUMNS, mapping)
    stop_at(form.faults, language)
    at, name = SystemClock().now(), who(by)
    with opened_database(sql_url, language) as engine, told(language), engine.begin() as db:
        voucher = keep_voucher(db, path, "bank_result", at=at, by=name, personal=True).voucher_id if apply else None
        done = paying.settle(db, form, at=at, by=name, apply=apply, voucher_id=voucher)
        stop_at(form.faults, language)
    typer.echo(_SETTLED(language, paid=len(done.paid), returned=len(done.returned)))
    for batch_id in done.batches:
        typer.echo(_NOW(language, batch=batch_id, state=state_name(Subject.PAYMENT_BATCH, "settled")(language)))
    if not apply:
        typer.echo(PREVIEW(language))


@app.command("list")
def list_(
    village: Annotated[str, typer.Option(help="嘎查村编号。A village's id.")] = "",
    station: Annotated[str, typer.Option(help="电站编号。A station's id.")] = "",
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """列出各批。List the batches.

    例 Example: guangfu payments list --village v1
    """
    language = Lang.parse(lang)
    with opened_database(sql_url, language) as engine, engine.connect() as db:
        batches = read_batches(db, village_id=village or None, station_id=station or None)
    rows = [
        (b.batch_id, b.village_id or b.station_id or "—", b.month, state_name(Subject.PAYMENT_BATCH, b.state)(language),
         b.changed_by, yuan_text(b.due_fen))
        for b in batches
    ]  # fmt: skip
    heads = (
        _BATCH,
        Text("嘎查村或电站", "village or station"),
        Text("月份", "month"),
        _STATE,
        Text("经办人", "by"),
        _DUE,
    )
    print_table(language, heads, rows, numbers=1)


@app.command()
def show(batch_id: BatchArgument, sql_url: SqlUrl = None, lang: LangOption = "zh-CN") -> None:
    """查看一批的每笔付款，只有编号和金额。A batch's payments: ids and amounts.

    例 Example: guangfu payments show B-2026-000001
    """
    language = Lang.parse(lang)
    with opened_database(sql_url, language) as engine, engine.connect() as db:
        payments = read_payments(db, batch_id=batch_id)
    _show_payments(payments, language)


def _show_draft(found: Draft, lang: Lang) -> None:
    if found.skipped:
        rows = [(one.subject_id, one.why(lang)) for one in found.skipped]
        print_table(
            lang, (Text("岗位、应付或名额", "post, due or slot"), Text("未列入的原因", "why it is left out")), rows
        )
    if found.batch is None:
        typer.echo(_NOTHING(lang))
        return
    _show_payments(found.payments, lang)
    typer.echo(_DRAFTED(lang, batch=found.batch.batch_id, n=len(found.payments), yuan=yuan_text(found.batch.due_fen)))


def _show_payments(payments: tuple[Payment, ...] | list[Payment], lang: Lang) -> None:
    rows = [
        (p.payment_id, p.payee_id, state_name(Subject.PAYMENT, p.state)(lang), _day(p.settled_on),
         RETURNED[p.returned_reason][0](lang) if p.returned_reason in RETURNED else "", yuan_text(p.due_fen),
         yuan_text(p.paid_fen))
        for p in payments
    ]  # fmt: skip
    payee, day, why = Text("收款人编号", "payee"), Text("日期", "day"), Text("退回原因", "why it came back")
    heads = (_PAYMENT, payee, _STATE, day, why, _DUE, Text("已付（元）", "paid, yuan"))
    print_table(lang, heads, rows, numbers=2)


def _day(day: date | datetime | None) -> str:
    return "—" if day is None else f"{day:%Y-%m-%d}"


_BATCH: Final = Text("批次", "batch")
_PAYMENT: Final = Text("付款编号", "payment")
_STATE: Final = Text("状态", "state")
_DUE: Final = Text("应付（元）", "due, yuan")
_DUES: Final = Text("新登记应付 {n} 笔，共 {yuan} 元", "{n} new dues, {yuan} yuan")
_DROPPED: Final = Text("已撤销应付 {due}", "took back the due {due}")
_NOW: Final = Text("批次 {batch}：{state}", "batch {batch}: {state}")
_SENT: Final = Text(
    "批次 {batch} 已汇出，{yuan} 元；{out} 含姓名和账号，交银行后请删除",
    "batch {batch} is sent, {yuan} yuan; {out} has names and cards: delete it once the bank has it",
)
_SETTLED: Final = Text("已发放 {paid} 笔，退回 {returned} 笔", "{paid} paid, {returned} came back")
_NOTHING: Final = Text("没有可发放的", "nothing is to be paid")
_DRAFTED: Final = Text("已起草批次 {batch}：{n} 笔，{yuan} 元", "drafted batch {batch}: {n} payments, {yuan} yuan")

add_template_command(app, "payments", {"dues": lambda: DUE_COLUMNS, "results": lambda: RESULT_COLUMNS})

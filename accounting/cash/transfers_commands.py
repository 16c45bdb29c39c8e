"""`guangfu transfers …`: what may be passed on, from draft to the villages' accounts."""

import re
from collections.abc import Callable, Sequence
from typing import Annotated, Final

import typer
from sqlalchemy import Connection

from accounting.cash.desk import (
    MORE,
    MOST_ROWS,
    BannerOption,
    OnOption,
    ReasonOption,
    VoucherOption,
    at_desk,
    banner_code,
    voucher_of,
)
from accounting.cash.passing import Drafted, apply_draft, approve, arrive, cancel, plan_draft, return_, send
from accounting.cash.steps import Desk
from accounting.villages.imports import PREVIEW, ApplyOption, refused_unless
from guangfu.commands.opened import LangOption, SqlUrl
from guangfu.commands.shown import NO_HEAD, print_table, unconfirmed_mark
from guangfu.commands.who import ByOption
from guangfu.ledger.fen import Fen, yuan_text
from guangfu.ledger.states import Subject, state_name
from guangfu.storage.sql.receipts import lock_cash
from guangfu.storage.sql.transfers import Transfer, TransferLine, read_transfer_lines, read_transfers
from guangfu.texts import Lang, Text

app = typer.Typer(
    help="划拨：起草、审批、汇出、到账、退回。Transfers: draft, approve, send, arrive, returned.",
    no_args_is_help=True, add_completion=False,
)  # fmt: skip

Ids = Annotated[list[str], typer.Argument(help="划拨单编号，如 T-2026-000001。Transfers by number.")]
_PERIOD: Final = re.compile(r"20[0-9]{2}-(?:Q[1-4]|0[1-9]|1[0-2])")


@app.command()
def draft(
    banner: BannerOption,
    quarter: Annotated[str | None, typer.Option(help="季度，如 2026-Q2。A quarter.")] = None,
    month: Annotated[str | None, typer.Option(help="月份，如 2026-06。A month.")] = None,
    apply: ApplyOption = False,
    by: ByOption = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """起草划拨单：截至该季或该月的到账，减扣除，按份额到村，每个苏木乡镇一单；先预览。Draft transfers.

    例 Example: guangfu transfers draft --quarter 2026-Q2 --banner 敖汉旗 --apply
    """
    language = Lang.parse(lang)
    period = quarter or month or ""
    if bool(quarter) == bool(month) or not _PERIOD.fullmatch(period):
        raise typer.BadParameter("--quarter 2026-Q2 | --month 2026-06")
    with at_desk(sql_url, by, language) as (engine, desk), engine.begin() as db:
        lock_cash(db)
        found = plan_draft(db, desk, period, banner_code(desk, banner, language))
        if apply:
            apply_draft(db, desk, found)
        _show_draft(found, desk, language)
        if found.transfers and not apply:
            typer.echo(PREVIEW(language))


@app.command("approve")
def approve_(
    ids: Ids, voucher: VoucherOption = None, by: ByOption = None, sql_url: SqlUrl = None, lang: LangOption = "zh-CN"
) -> None:
    """审批划拨单。Approve transfers.

    例 Example: guangfu transfers approve T-2026-000001 --voucher 审批单.pdf
    """
    language = Lang.parse(lang)

    def step(db: Connection, desk: Desk) -> list[Transfer]:
        return approve(db, desk, ids, voucher_id=voucher_of(db, desk, voucher, "transfer"))

    _do(step, sql_url, by, language)


@app.command("cancel")
def cancel_(
    ids: Ids, reason: ReasonOption, by: ByOption = None, sql_url: SqlUrl = None, lang: LangOption = "zh-CN"
) -> None:
    """作废未汇出的划拨单。Draw transfers back before they are sent.

    例 Example: guangfu transfers cancel T-2026-000001 --reason 改期
    """
    _do(lambda db, desk: cancel(db, desk, ids, reason), sql_url, by, Lang.parse(lang))


@app.command("send")
def send_(
    ids: Ids, on: OnOption = None, voucher: VoucherOption = None, by: ByOption = None, sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:  # fmt: skip
    """登记已汇出：记入两本账。Note that transfers were sent; both books follow.

    例 Example: guangfu transfers send T-2026-000001 --on 2026-07-20 --voucher 回单.pdf
    """
    language = Lang.parse(lang)

    def step(db: Connection, desk: Desk) -> list[Transfer]:
        day = on.date() if on else desk.today
        return send(db, desk, ids, day, voucher_id=voucher_of(db, desk, voucher, "transfer"))

    _do(step, sql_url, by, language)


@app.command("arrive")
def arrive_(
    ids: Ids, on: OnOption = None, voucher: VoucherOption = None, by: ByOption = None, sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:  # fmt: skip
    """登记已到村账。Note that transfers are in the villages' accounts.

    例 Example: guangfu transfers arrive T-2026-000001 --on 2026-07-25
    """
    language = Lang.parse(lang)

    def step(db: Connection, desk: Desk) -> list[Transfer]:
        day = on.date() if on else desk.today
        return arrive(db, desk, ids, day, voucher_id=voucher_of(db, desk, voucher, "transfer"))

    _do(step, sql_url, by, language)


@app.command("returned")
def returned(
    ids: Ids, reason: ReasonOption, on: OnOption = None, by: ByOption = None, sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:  # fmt: skip
    """登记被退回：冲销两本账，金额可重新起草。Note that transfers came back; both books are reversed.

    例 Example: guangfu transfers returned T-2026-000001 --reason 户名不符
    """

    def step(db: Connection, desk: Desk) -> list[Transfer]:
        return return_(db, desk, ids, on.date() if on else desk.today, reason)

    _do(step, sql_url, by, Lang.parse(lang))


@app.command("list")
def list_(
    transfer: Annotated[str | None, typer.Argument(help="列出一张单的各行。One transfer with its lines.")] = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """列出划拨单；给出编号则列出各村、电站、月份。List transfers, or one with its lines.

    例 Example: guangfu transfers list T-2026-000001
    """
    language = Lang.parse(lang)
    with at_desk(sql_url, None, language) as (engine, desk), engine.connect() as db:
        found = read_transfers(db, ids=[transfer] if transfer else None)
        refused_unless(bool(found) or not transfer, _NO_TRANSFER.filled(transfer=transfer))
        _show(found, desk, language)
        if transfer:
            _show_lines(read_transfer_lines(db, ids=[transfer]), desk, language)


def _do(step: Callable[[Connection, Desk], list[Transfer]], sql_url: str | None, by: str | None, lang: Lang) -> None:
    with at_desk(sql_url, by, lang) as (engine, desk):
        with engine.begin() as db:
            lock_cash(db)
            found = step(db, desk)
        _show(found, desk, lang)


def _show_draft(found: Drafted, desk: Desk, lang: Lang) -> None:
    _show([transfer for transfer, _ in found.transfers], desk, lang)
    for village, amount in found.held.items():
        name = desk.registry.villages[village].name if village in desk.registry.villages else village
        typer.echo(_HELD(lang, village=name, amount=yuan_text(Fen(-amount))))
    for one in found.unshared:
        typer.echo(_UNSHARED(lang, station=one.key.station_id, month=one.key.month, amount=yuan_text(one.amount)))


def _show(transfers: Sequence[Transfer], desk: Desk, lang: Lang) -> None:
    rows = [
        (
            t.transfer_id, _banner(desk, t.banner_code), t.township, t.period,
            state_name(Subject.TRANSFER, t.state)(lang),
            t.sent_on.isoformat() if t.sent_on else "—", t.ended_on.isoformat() if t.ended_on else "—",
            unconfirmed_mark(t.unconfirmed, lang), yuan_text(Fen(t.passed_on_fen)),
        )
        for t in transfers
    ]  # fmt: skip
    print_table(lang, _HEADS, rows[:MOST_ROWS], numbers=1)
    if len(rows) > MOST_ROWS:
        typer.echo(MORE(lang, n=len(rows) - MOST_ROWS))
    typer.echo(_SUM(lang, n=len(transfers), amount=yuan_text(Fen(sum(t.passed_on_fen for t in transfers)))))


def _show_lines(lines: Sequence[TransferLine], desk: Desk, lang: Lang) -> None:
    names = {v.village_id: v.name for v in desk.registry.villages.values()}
    parts = {"base": _BASE, "subsidy": _SUBSIDY}
    rows = [
        (names.get(one.village_id, one.village_id), one.station_id, one.month, parts[one.part](lang),
         yuan_text(Fen(one.passed_on_fen)))
        for one in lines
    ]  # fmt: skip
    print_table(lang, _LINE_HEADS, rows, numbers=1)


def _banner(desk: Desk, code: str) -> str:
    found = desk.registry.banners.get(code)
    return found.name if found else code


_BASE: Final = Text("基础", "base")
_SUBSIDY: Final = Text("补贴", "subsidy")
_HEADS: Final = (
    Text("划拨单", "transfer"), Text("旗县", "banner"), Text("苏木乡镇", "township"), Text("期间", "period"),
    Text("状态", "state"), Text("汇出", "sent"), Text("到账或退回", "ended"), NO_HEAD,
    Text("金额（元）", "amount, yuan"),
)  # fmt: skip
_LINE_HEADS: Final = (
    Text("嘎查村", "village"), Text("电站", "station"), Text("电量月份", "month"), Text("部分", "part"),
    Text("划拨额（元）", "passed on, yuan"),
)  # fmt: skip
_SUM: Final = Text("{n} 张划拨单，合计 {amount} 元", "{n} transfers, {amount} yuan")
_HELD: Final = Text(
    "{village}：此前多划拨 {amount} 元，本次不划拨，以后抵减",
    "{village} was passed {amount} yuan too much: nothing now, taken off later ones",
)
_UNSHARED: Final = Text(
    "{station} {month} 没有登记份额，{amount} 元不能划拨",
    "{station} {month}: nobody holds units, {amount} yuan can't go on",
)
_NO_TRANSFER: Final = Text("没有划拨单 {transfer}", "there is no transfer {transfer}")

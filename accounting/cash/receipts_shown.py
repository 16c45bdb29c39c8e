"""Bank lines, receipts, ageing and companies as commands print them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

import typer

from accounting.cash.bank import BankImport, Reconciliation
from accounting.cash.desk import MORE, MOST_ROWS
from accounting.cash.matching import Match
from accounting.cash.steps import Desk
from guangfu.commands.shown import NO_HEAD, print_table, unconfirmed_mark
from guangfu.income.bank_export import KIND_NAMES
from guangfu.ledger.allocating import AGE_NAMES, WAY_NAMES, Due, Way, ageing
from guangfu.ledger.fen import Fen, yuan_text
from guangfu.ledger.states import Subject, state_name
from guangfu.storage.sql.companies import CompanyStanding
from guangfu.storage.sql.receipts import KeptAllocation, Receipt
from guangfu.texts import Lang, Text


def show_lines(plan: BankImport, lang: Lang) -> None:
    """Lines that are new, and what each is taken for."""
    rows = [
        (
            str(new.line.row), new.line.booked_on.isoformat(), new.settles or KIND_NAMES[new.kind](lang),
            new.station_id or "—", new.month or (str(new.subsidy_year) if new.subsidy_year else "—"), new.line.memo,
            yuan_text(new.line.amount), yuan_text(new.line.balance),
        )
        for new in plan.new
    ]  # fmt: skip
    _table(lang, _LINE_HEADS, rows, numbers=2)
    typer.echo(_LINES(lang, new=len(plan.new), known=plan.known))
    if plan.before:
        typer.echo(_OPENING(lang, account=plan.account, amount=yuan_text(plan.before)))


def show_matches(matches: Sequence[Match], lang: Lang) -> None:
    rows = [
        (match.receipt.receipt_id, one.station_id, one.month, _part(one.part, lang), WAY_NAMES[one.way](lang),
         yuan_text(one.amount))
        for match in matches
        for one in match.allocations
    ]  # fmt: skip
    _table(lang, _MATCH_HEADS, rows, numbers=1)
    rest = Fen(sum(match.rest for match in matches))
    typer.echo(_MATCHES(lang, n=len(matches), rest=yuan_text(rest)))


def show_receipts(
    receipts: Sequence[Receipt], rests: Mapping[str, Fen], allocations: Iterable[KeptAllocation], lang: Lang
) -> None:
    ways: dict[str, set[Way]] = {}
    for one in allocations:
        ways.setdefault(one.receipt_id, set()).add(Way(one.way))
    rows = [
        (
            r.receipt_id, r.received_on.isoformat(), KIND_NAMES[r.kind](lang), r.payer,
            state_name(Subject.RECEIPT, r.state)(lang),
            "、".join(WAY_NAMES[way](lang) for way in sorted(ways.get(r.receipt_id, ()))),
            yuan_text(Fen(r.received_fen)), yuan_text(rests.get(r.receipt_id, Fen(0))),
        )
        for r in receipts
    ]  # fmt: skip
    _table(lang, _RECEIPT_HEADS, rows, numbers=2)


def show_ageing(
    dues: Sequence[Due], doubtful: Collection[tuple[str, str]], desk: Desk, by: str, lang: Lang
) -> None:  # fmt: skip
    """A line for each station or banner and part, in classes of age; `doubtful` are station-months."""
    groups: dict[str, list[Due]] = {}
    for due in dues:
        station = desk.registry.stations[due.station_id]
        banner = desk.registry.banners.get(station.banner_code)
        name = station.name if by == "station" else banner.name if banner else station.banner_code
        groups.setdefault(name, []).append(due)
    groups["合计" if lang is Lang.ZH else "total"] = list(dues)
    rows = [
        (
            name,
            _part(part, lang),
            unconfirmed_mark(_rest_on(of, part, doubtful), lang),
            *(yuan_text(amount) for amount in classes),
            yuan_text(Fen(sum(classes))),
        )
        for name, of in groups.items()
        for part, classes in ageing(of, desk.month).items()
    ]
    heads = (
        Text("旗县" if by == "banner" else "电站", by),
        Text("部分", "part"),
        NO_HEAD,
        *AGE_NAMES,
        Text("合计", "total"),
    )
    _table(lang, heads, rows, numbers=len(AGE_NAMES) + 1)


def _rest_on(dues: Iterable[Due], part: str, doubtful: Collection[tuple[str, str]]) -> bool:
    return any(due.part == part and (due.station_id, due.month) in doubtful for due in dues)


def show_reconciliation(found: Reconciliation, lang: Lang) -> None:
    for name, amount in (
        (_BOOKED, found.booked), (_ON_WAY, Fen(-found.on_way)), (_UNOPENED, found.unopened), (_AT_BANK, found.at_bank),
    ):  # fmt: skip
        typer.echo(f"{name(lang)}  {yuan_text(amount)}")
    for account, balance in found.accounts:
        typer.echo(f"  {account}  {yuan_text(balance)}")


def show_companies(standings: Sequence[CompanyStanding], desk: Desk, lang: Lang) -> None:
    rows = [
        (
            one.station_id, desk.registry.stations[one.station_id].name, yuan_text(one.due), yuan_text(one.paid),
            yuan_text(one.outstanding), yuan_text(one.late), str(one.late_days) if one.late_days else "—",
        )
        for one in standings
    ]  # fmt: skip
    _table(lang, _COMPANY_HEADS, rows, numbers=5)
    if any(one.unconfirmed for one in standings):
        typer.echo(_DEADLINE_OPEN(lang))


def _table(lang: Lang, heads: Sequence[Text], rows: Sequence[Sequence[str]], *, numbers: int) -> None:
    print_table(lang, heads, rows[:MOST_ROWS], numbers=numbers)
    if len(rows) > MOST_ROWS:
        typer.echo(MORE(lang, n=len(rows) - MOST_ROWS))


def _part(part: str, lang: Lang) -> str:
    return KIND_NAMES[part](lang)


_LINE_HEADS: Final = (
    Text("行", "row"), Text("日期", "day"), Text("是什么", "is"), Text("电站", "station"), Text("月份或年度", "period"),
    Text("摘要", "memo"), Text("金额（元）", "amount, yuan"), Text("余额（元）", "balance, yuan"),
)  # fmt: skip
_MATCH_HEADS: Final = (
    Text("到账", "receipt"), Text("电站", "station"), Text("电量月份", "month"), Text("部分", "part"),
    Text("依据", "way"), Text("到账额（元）", "received, yuan"),
)  # fmt: skip
_RECEIPT_HEADS: Final = (
    Text("到账", "receipt"), Text("日期", "day"), Text("种类", "kind"), Text("付款方", "payer"), Text("状态", "state"),
    Text("依据", "way"), Text("金额（元）", "amount, yuan"), Text("待核对（元）", "unmatched, yuan"),
)  # fmt: skip
_COMPANY_HEADS: Final = (
    Text("电站编号", "station"), Text("电站", "name"), Text("应付（元）", "due, yuan"),
    Text("已付（元）", "paid, yuan"), Text("未付（元）", "unpaid, yuan"), Text("逾期（元）", "late, yuan"),
    Text("逾期天数", "days late"),
)  # fmt: skip
_LINES: Final = Text("{new} 笔是新的，{known} 笔已有", "{new} lines are new, {known} are known")
_OPENING: Final = Text(
    "{account} 在第一笔之前已有 {amount} 元：请用 guangfu opening-balances 登记期初余额",
    "{account} held {amount} yuan before its first line: enter it with guangfu opening-balances",
)
_MATCHES: Final = Text("{n} 笔到账可核对，余 {rest} 元待核对", "{n} receipts are matched, {rest} yuan stay unmatched")
_BOOKED: Final = Text("账面余额", "in the books")
_ON_WAY: Final = Text("已汇出、流水未见", "sent, not yet shown by the bank")
_UNOPENED: Final = Text("期初余额未登记", "opening balance that is not in the books")
_AT_BANK: Final = Text("流水余额", "at the bank")
_DEADLINE_OPEN: Final = Text("企业付款期限待核实", "when companies must have paid is not confirmed")

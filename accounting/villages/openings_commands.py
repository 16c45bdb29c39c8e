"""`guangfu opening-balances …`: what stood in the books before this system began."""

from typing import Final

import typer

from accounting.villages import openings
from accounting.villages.forms import MappingOption, add_template_command, read
from accounting.villages.imports import (
    PREVIEW,
    ApplyOption,
    NumberOption,
    PathArgument,
    keep_voucher,
    stop_at,
    told,
)
from accounting.villages.openings import COLUMNS, OpeningChange
from guangfu.clock import SystemClock
from guangfu.commands.opened import LangOption, SqlUrl, opened_database
from guangfu.commands.shown import print_table
from guangfu.commands.who import ByOption, who
from guangfu.ledger.books import BOOKS, CHARTS
from guangfu.ledger.fen import yuan_text
from guangfu.storage.sql.openings import Opening, read_openings
from guangfu.storage.sql.registry import read_registry
from guangfu.texts import Lang, Text

app = typer.Typer(
    help="期初余额：导入、列出。Opening balances: import, list.", no_args_is_help=True, add_completion=False
)


@app.command("import")
def import_(
    path: PathArgument,
    mapping: MappingOption = None,
    number: NumberOption = "",
    apply: ApplyOption = False,
    by: ByOption = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """导入各账簿、科目、电站、月份或年度的期初余额，附凭证；借方为正，贷方为负。Import balances with evidence.

    例 Example: guangfu opening-balances import 期初.xlsx --number 财发〔2026〕3号 --apply
    """
    language = Lang.parse(lang)
    form = read("openings", path, COLUMNS, mapping)
    at, name = SystemClock().now(), who(by)
    with opened_database(sql_url, language) as engine, told(language):
        registry = read_registry(engine)
        with engine.begin() as db:
            known = {one.opening_id: one for one in read_openings(db)}
            found = openings.check_openings(form, registry, known, openings.own_postings(db))
            stop_at(form.faults, language)
            voucher = keep_voucher(db, path, "opening", at=at, by=name, number=number).voucher_id if apply else None
            changes = openings.import_openings(db, found, at=at, by=name, apply=apply, voucher_id=voucher)
    _show_changes(changes, language)
    typer.echo(_WRITTEN(language, n=len(changes), voucher=voucher) if voucher else PREVIEW(language))


@app.command("list")
def list_(sql_url: SqlUrl = None, lang: LangOption = "zh-CN") -> None:
    """列出期初余额及其依据。List the balances with their documents.

    例 Example: guangfu opening-balances list
    """
    language = Lang.parse(lang)
    with opened_database(sql_url, language) as engine, engine.connect() as db:
        found = read_openings(db)
    rows = [(*_named(one, language), one.as_of.isoformat(), one.document, yuan_text(one.opening_fen)) for one in found]
    print_table(language, (*_HEADS, Text("截至", "as of"), Text("依据", "document"), _AMOUNT), rows, numbers=1)


def _show_changes(changes: list[OpeningChange], lang: Lang) -> None:
    rows = [
        (*_named(x.after, lang), "—" if x.before is None else yuan_text(x.before.opening_fen),
         yuan_text(x.after.opening_fen))
        for x in changes
    ]  # fmt: skip
    if rows:
        print_table(lang, (*_HEADS, Text("原为（元）", "was, yuan"), _AMOUNT), rows, numbers=2)


def _named(one: Opening, lang: Lang) -> tuple[str, str, str, str, str]:
    account = CHARTS[one.book][one.account].name(lang)
    period = one.energy_month or str(one.subsidy_year or "—")
    where = one.station_id or one.village_id or "—"
    return BOOKS[one.book](lang), f"{one.account} {account}", where, period, one.part or "—"


_HEADS: Final = (
    Text("账簿", "book"), Text("科目", "account"), Text("电站或村", "station or village"), Text("期间", "period"),
    Text("部分", "part"),
)  # fmt: skip
_AMOUNT: Final = Text("金额（元）", "yuan")
_WRITTEN: Final = Text("已写入 {n} 笔，凭证 {voucher}", "wrote {n}, voucher {voucher}")

add_template_command(app, "opening-balances", {"openings": lambda: COLUMNS})

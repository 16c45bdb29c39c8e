"""`guangfu subsidy-list …`: the state's list of subsidised stations, by import, and where each station stands."""

from typing import Annotated, Final

import typer

from accounting.cash.desk import MappingOption, at_desk
from accounting.cash.listed import changed_places, record_places
from accounting.villages.forms import add_template_command
from accounting.villages.imports import PREVIEW, ApplyOption, PathArgument, keep_voucher, stop_at
from guangfu.commands.opened import LangOption, SqlUrl
from guangfu.commands.shown import NO_HEAD, print_table, unconfirmed_mark
from guangfu.commands.who import ByOption
from guangfu.income.cash_files import STATUS_COLUMNS, read_status_file
from guangfu.income.rules.models import SubsidyStatus
from guangfu.income.subsidy_status import STATUS_NAMES, subsidy_standing
from guangfu.texts import Lang, Text

app = typer.Typer(
    help="补贴清单：导入、查看每座电站的补贴状态。The subsidy list: import, and each station's place in it.",
    no_args_is_help=True, add_completion=False,
)  # fmt: skip


@app.command("import")
def import_(
    path: PathArgument,
    mapping: MappingOption = None,
    apply: ApplyOption = False,
    by: ByOption = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """导入补贴状态：列入、未列入、暂停、移出，及清单容量；先预览。Import stations' places; a preview unless --apply.

    例 Example: guangfu subsidy-list import 补贴清单.xlsx --apply
    """
    language = Lang.parse(lang)
    with at_desk(sql_url, by, language) as (engine, desk), engine.begin() as db:
        rows, faults = read_status_file(path, desk.registry, mapping)
        stop_at(faults, language)
        new = changed_places(db, rows)
        _show(new, language)
        typer.echo(_COUNT(language, new=len(new), known=len(rows) - len(new)))
        if apply and new:
            voucher = keep_voucher(db, path, "subsidy_list", at=desk.at, by=desk.by)
            moved = record_places(db, desk, new, voucher.voucher_id)[1]
            typer.echo(_MOVED(language, n=len(moved)))
        elif new:
            typer.echo(PREVIEW(language))


@app.command("list")
def list_(
    all_: Annotated[bool, typer.Option("--all", help="也列出没有登记的电站。Those without a row too.")] = False,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """今天每座电站的补贴状态；没有登记的按已列入计并标待核实。Each station's place today.

    例 Example: guangfu subsidy-list list --all
    """
    language = Lang.parse(lang)
    with at_desk(sql_url, None, language) as (_, desk):
        rows = [
            (
                s.station_id, s.name, STATUS_NAMES[standing.status](language), standing.document or "—",
                unconfirmed_mark(standing.unconfirmed, language), _kw(standing.listed_capacity_w), _kw(s.capacity_dc_w),
            )
            for s in sorted(desk.registry.stations.values(), key=lambda s: s.station_id)
            if all_ or s.station_id in desk.rules.subsidy_status
            for standing in [subsidy_standing(s, desk.today, desk.rules)]
        ]  # fmt: skip
    print_table(language, _PLACE_HEADS, rows, numbers=2)


def _show(rows: list[SubsidyStatus], lang: Lang) -> None:
    cells = [
        (
            row.station_id, STATUS_NAMES[row.status](lang), row.valid_from.isoformat(),
            row.valid_to.isoformat() if row.valid_to else "—", row.document, row.confidence.value,
            _kw(row.listed_capacity_w),
        )
        for row in rows
    ]  # fmt: skip
    print_table(lang, _ROW_HEADS, cells, numbers=1)


def _kw(capacity_w: int | None) -> str:
    return "—" if capacity_w is None else f"{capacity_w / 1000:g}"


add_template_command(app, "subsidy-list", {"places": lambda: STATUS_COLUMNS})

_ROW_HEADS: Final = (
    Text("电站", "station"), Text("状态", "status"), Text("生效", "from"), Text("失效", "to"), Text("文号", "document"),
    Text("可信度", "confidence"), Text("清单容量（kW）", "listed, kW"),
)  # fmt: skip
_PLACE_HEADS: Final = (
    Text("电站编号", "station"), Text("电站", "name"), Text("状态", "status"), Text("文号", "document"), NO_HEAD,
    Text("清单容量（kW）", "listed, kW"), Text("装机容量（kW）", "installed, kW"),
)  # fmt: skip
_COUNT: Final = Text("{new} 行是新的或有变化，{known} 行已有", "{new} rows are new or differ, {known} are known")
_MOVED: Final = Text("{n} 份已入账的结算单随之更正", "{n} posted statements are corrected accordingly")

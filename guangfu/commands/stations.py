"""`guangfu stations …`: check registry files, import, list and export them."""

from pathlib import Path
from typing import Annotated, Final

import typer

from guangfu.clock import SystemClock
from guangfu.commands.opened import LangOption, SqlUrl, opened_database
from guangfu.commands.registry_chosen import SyntheticFlag, chosen_registry, writing
from guangfu.commands.stations_acl import acl, passwords
from guangfu.commands.stations_shown import show_changes, show_faults, show_stations
from guangfu.exits import Exit
from guangfu.stations.changes import changes, vanished
from guangfu.stations.faults import has_errors
from guangfu.stations.files import check_registry_files, write_registry_files, write_registry_workbook, write_template
from guangfu.stations.models import Registry, StationKind
from guangfu.stations.synthetic import synthetic_registry
from guangfu.storage.sql.registry import read_registry, registry_version, write_registry
from guangfu.texts import Lang, Text

app = typer.Typer(
    help="电站登记册：检查、导入、列出、导出。The registry: check, import, list, export.",
    no_args_is_help=True,
    add_completion=False,
)

MOST_FAULTS: Final = 200
MOST_WARNINGS: Final = 10
"""As many as an import that succeeds shows."""


@app.command()
def check(
    path: Annotated[Path, typer.Argument(help="CSV 文件夹、.yaml 或 .xlsx。A folder of CSV files, .yaml or .xlsx.")],
    strict: Annotated[bool, typer.Option(help="提醒也算错误。Warnings count as well.")] = False,
    most: Annotated[int, typer.Option(min=1, help="最多列出多少条。How many faults to show.")] = MOST_FAULTS,
    lang: LangOption = "zh-CN",
) -> None:
    """检查登记册文件，一次列出全部问题。Check registry files; all faults at once.

    例 Example: guangfu stations check 登记册.xlsx
    """
    language = Lang.parse(lang)
    registry, faults = check_registry_files(path)
    show_faults(faults, most, language)
    if registry is not None:
        _say(_COUNT, language, n=len(registry.stations))
    if registry is None or (strict and faults):
        raise typer.Exit(Exit.FOUND)


@app.command("import")
def import_(
    path: Annotated[
        Path | None, typer.Argument(help="CSV 文件夹、.yaml 或 .xlsx。A folder of CSV files, .yaml or .xlsx.")
    ] = None,
    synthetic: SyntheticFlag = False,
    sql_url: SqlUrl = None,
    dry_run: Annotated[bool, typer.Option(help="只显示变化，不写入。Show the changes, write nothing.")] = False,
    force: Annotated[bool, typer.Option(help="允许电站消失或演示与真实互换。Allow what is refused.")] = False,
    lang: LangOption = "zh-CN",
) -> None:
    """检查并导入登记册；旧的行作废而不删除。Check and import a registry; old rows are superseded, never deleted.

    例 Example: guangfu stations import 登记册.xlsx --dry-run
    """
    language = Lang.parse(lang)
    new = _new_registry(path, synthetic, language)
    with opened_database(sql_url, language, create=True) as engine:  # an import may be the first to come
        old = read_registry(engine)
        if registry_version(engine) and not force:
            _refuse_surprises(old, new, language)
        if dry_run:
            show_changes({table.value: change for table, change in changes(old, new).items()}, language)
            _say(_DRY, language)
        else:
            show_changes(write_registry(engine, new, at=SystemClock().now()), language)
            _say(_WRITTEN, language, n=len(new.stations))


@app.command("list")
def list_(
    league: Annotated[str, typer.Option(help="盟市名称或代码。A league by name or code.")] = "",
    banner: Annotated[str, typer.Option(help="旗县名称或代码。A banner by name or code.")] = "",
    kind: Annotated[StationKind | None, typer.Option(help="电站类型。")] = None,
    synthetic: SyntheticFlag = False,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """列出电站。List the stations.

    例 Example: guangfu stations list --league 赤峰 --kind village
    """
    language = Lang.parse(lang)
    registry = chosen_registry(synthetic, sql_url, language)
    show_stations(registry, league, banner, kind, language)


@app.command()
def export(
    target: Annotated[Path, typer.Argument(help="文件夹（CSV）或 .xlsx 文件。A folder for CSV, or an .xlsx file.")],
    synthetic: SyntheticFlag = False,
    sql_url: SqlUrl = None,
    encoding: Annotated[str, typer.Option(help="utf-8-sig | utf-8 | gb18030")] = "utf-8-sig",
    lang: LangOption = "zh-CN",
) -> None:
    """导出登记册为 CSV 文件夹或 Excel。Export the registry as a folder of CSV files or a workbook.

    例 Example: guangfu stations export 登记册/ --synthetic
    """
    language = Lang.parse(lang)
    if encoding not in {"utf-8-sig", "utf-8", "gb18030"}:
        raise typer.BadParameter("utf-8-sig | utf-8 | gb18030", param_hint="--encoding")
    registry = chosen_registry(synthetic, sql_url, language)
    with writing(target, language):
        if target.suffix.lower() == ".xlsx":
            write_registry_workbook(registry, target)
        else:
            write_registry_files(registry, target, encoding=encoding)
    _say(_EXPORTED, language, n=len(registry.stations), target=target)


@app.command()
def template(
    target: Annotated[Path, typer.Argument(help="要新建的 .xlsx 文件。The .xlsx file to make.")],
    lang: LangOption = "zh-CN",
) -> None:
    """生成空白的 Excel 模板。Make an empty workbook to fill in.

    例 Example: guangfu stations template 模板.xlsx
    """
    language = Lang.parse(lang)
    if target.suffix.lower() != ".xlsx" or target.exists():
        _say(_NEW_XLSX, language, err=True, target=target)
        raise typer.Exit(Exit.USAGE)
    with writing(target, language):
        write_template(target)
    _say(_TEMPLATE, language, target=target)


app.command()(acl)
app.command()(passwords)


def _new_registry(path: Path | None, synthetic: bool, lang: Lang) -> Registry:
    """What is to be imported; exits where it has errors."""
    if (path is None) != synthetic:
        _say(_PATH_OR_SYNTHETIC, lang, err=True)
        raise typer.Exit(Exit.USAGE)
    if path is None:
        return synthetic_registry()
    registry, faults = check_registry_files(path)
    show_faults(faults, MOST_FAULTS if registry is None else MOST_WARNINGS, lang)
    if registry is None:
        assert has_errors(faults)
        raise typer.Exit(Exit.FOUND)
    return registry


def _refuse_surprises(old: Registry, new: Registry, lang: Lang) -> None:
    """A real registry over a synthetic one, or stations that are gone, are rarely meant."""
    if old.synthetic != new.synthetic:
        _say(_OTHER_LABEL, lang, err=True)
        raise typer.Exit(Exit.FOUND)
    gone = vanished(old, new)
    if gone:
        _say(_VANISHED, lang, err=True, n=len(gone), ids=", ".join(gone[:10]))
        raise typer.Exit(Exit.FOUND)


def _say(text: Text, lang: Lang, *, err: bool = False, **values: object) -> None:
    typer.echo(text(lang, **values), err=err)


_COUNT: Final = Text("登记册可用：{n} 座电站", "the registry can be taken: {n} stations")
_DRY: Final = Text("仅预览，没有写入", "a dry run: nothing was written")
_WRITTEN: Final = Text("已导入：{n} 座电站", "imported: {n} stations")
_EXPORTED: Final = Text("已导出 {n} 座电站到 {target}", "exported {n} stations to {target}")
_TEMPLATE: Final = Text("已生成模板 {target}", "made the template {target}")
_NEW_XLSX: Final = Text("{target} 应是尚不存在的 .xlsx 文件", "{target} should be a new .xlsx file")
_PATH_OR_SYNTHETIC: Final = Text(
    "请给出要导入的文件，或 --synthetic（二者选一）", "give either a path to import, or --synthetic"
)
_OTHER_LABEL: Final = Text(
    "数据库里的登记册与要导入的，一个是演示数据，一个不是：请换一个数据库；确实要替换时加 --force",
    "one of the two registries, in the database and in the files, is synthetic: use another database; --force replaces",
)
_VANISHED: Final = Text(
    "有 {n} 座已登记的电站不在文件中（{ids}）：停运的电站请保留并填写退役日期；确实要去掉时加 --force",
    "{n} registered stations are not in the files ({ids}): keep a closed station with its closing day; --force drops",
)

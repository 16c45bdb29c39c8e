"""The command `guangfu dashboards`: build | push | diff."""

from pathlib import Path
from typing import Annotated

import typer

from dashboards.provisioning import write_folder
from dashboards.settings import Settings
from dashboards.words import commands as says
from guangfu.exits import Exit
from guangfu.settings import BadSettings
from guangfu.texts import Lang

app = typer.Typer(add_completion=False, no_args_is_help=True)

LangOption = Annotated[str, typer.Option("--lang", help="zh-CN | en")]


@app.callback()
def dashboards() -> None:
    """Grafana 看板。Grafana dashboards."""


@app.command()
def build(
    folder: Annotated[Path, typer.Argument(help="写到哪个文件夹 / where to write", file_okay=False)],
    lang: LangOption = "zh-CN",
) -> None:
    """写出 Grafana 的文件供给：看板、数据源，例如 guangfu dashboards build /var/guangfu

    Write Grafana's provisioning files, for example: guangfu dashboards build /var/guangfu --lang en

    看板为中英文两套。数据源文件含数据库密码，请限制其读取权限。
    Dashboards in both languages. The data sources' file holds the databases' passwords: guard it.
    """
    language = Lang.parse(lang)
    settings = _settings(language)
    try:
        written = write_folder(folder, settings)
    except OSError as error:
        typer.echo(says.CANT_WRITE(language, path=error.filename, why=error.strerror), err=True)
        raise typer.Exit(Exit.UNREACHABLE) from error
    typer.echo(says.WRITTEN(language, count=len(written), folder=folder), err=True)


def _settings(lang: Lang, **given: object) -> Settings:
    try:
        return Settings.load(**{name: value for name, value in given.items() if value is not None})
    except BadSettings as bad:
        typer.echo(says.BAD_SETTINGS(lang, faults=bad), err=True)
        raise typer.Exit(Exit.USAGE) from bad

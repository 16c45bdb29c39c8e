"""`guangfu mappings check`: is what a mapping says of foreign messages right? docs/dialects.md."""

from pathlib import Path
from typing import Annotated, Final

import typer

from guangfu.commands.opened import LangOption
from guangfu.exits import Exit
from guangfu.telemetry.mapping.load import read_mappings
from guangfu.telemetry.mapping.nodes import BadMapping
from guangfu.texts import Lang, Text

app = typer.Typer(
    help="外来报文的映射：检查。Mappings of foreign messages: check.", no_args_is_help=True, add_completion=False
)


@app.callback()
def mappings() -> None:
    """外来报文的映射。Mappings of foreign messages."""


@app.command()
def check(
    places: Annotated[
        list[Path], typer.Argument(help="文件，或含 *.yaml 的目录。Files, or folders with *.yaml files.")
    ],
    lang: LangOption = "zh-CN",
) -> None:
    """检查映射文件，逐条列出错误所在的行。Check mapping files; each fault is told with its line.

    例 Example: guangfu mappings check /etc/guangfu/mappings
    """
    language = Lang.parse(lang)
    try:
        found = read_mappings(places)
    except BadMapping as bad:
        typer.echo(bad.said(language))
        typer.echo(_FAULTS(language, n=len(bad.faults)), err=True)
        raise typer.Exit(Exit.FOUND) from bad
    for mapping in found:
        typer.echo(f"{mapping.file}: {mapping.name}: {', '.join(mapping.subscriptions)}")
    typer.echo(_WELL(language, n=len(found)), err=True)


_FAULTS: Final = Text("有 {n} 处错误", "{n} faults")
_WELL: Final = Text("{n} 份映射，没有错误", "{n} mappings, no faults")

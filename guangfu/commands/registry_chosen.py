"""What the commands about stations share: the registry that they speak of, and files that they write."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import typer

from guangfu.commands.opened import opened_database
from guangfu.exits import Exit
from guangfu.stations.models import Registry
from guangfu.stations.synthetic import synthetic_registry
from guangfu.storage.sql.registry import read_registry, registry_version
from guangfu.texts import Lang, Text

SyntheticFlag = Annotated[bool, typer.Option("--synthetic", help="用内置的演示登记册。The synthetic registry.")]

_EMPTY: Final = Text(
    "数据库里还没有登记册：请先 guangfu stations import",
    "there is no registry in the database yet: guangfu stations import",
)
_NO_STATION: Final = Text("没有编号为 {id} 的电站", "there is no station {id}")
_CANT_WRITE: Final = Text("无法写入 {target}：{error}", "can't write {target}: {error}")


def chosen_registry(synthetic: bool, sql_url: str | None, lang: Lang) -> Registry:
    """The synthetic registry or the database's; exits with `FOUND` where that has none."""
    if synthetic:
        return synthetic_registry()
    with opened_database(sql_url, lang) as engine:
        if registry_version(engine):
            return read_registry(engine)
    typer.echo(_EMPTY(lang), err=True)
    raise typer.Exit(Exit.FOUND)


def check_station(station: str | None, registry: Registry, lang: Lang) -> None:
    """Exits with `USAGE` where one is asked for that is not registered."""
    if station is not None and station not in registry.stations:
        typer.echo(_NO_STATION(lang, id=station), err=True)
        raise typer.Exit(Exit.USAGE)


@contextmanager
def writing(target: Path, lang: Lang) -> Iterator[None]:
    """Exits with `UNREACHABLE` where `target` can't be written."""
    try:
        yield
    except OSError as error:
        typer.echo(_CANT_WRITE(lang, target=target, error=error.strerror), err=True)
        raise typer.Exit(Exit.UNREACHABLE) from error

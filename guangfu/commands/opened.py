"""The database for a command: one sentence and an exit status where it can't be had."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Final

import typer
from pydantic import SecretStr
from sqlalchemy import Engine

from guangfu.exits import Exit
from guangfu.settings import BadSettings
from guangfu.storage.errors import StorageError, Unavailable
from guangfu.storage.opening import StorageSettings
from guangfu.storage.sql.database import open_database, schema_is_current, upgrade
from guangfu.texts import Lang, Text

LangOption = Annotated[str, typer.Option("--lang", help="zh-CN | en")]
SqlUrl = Annotated[str | None, typer.Option(help="数据库，默认 GUANGFU_STORAGE_SQL_URL。The database.")]

_UNREACHABLE: Final = Text("数据库不可用：{error}", "the database can't be used: {error}")
OTHER_SCHEMA: Final = Text(
    "表结构与本程序的版本不符：启动任一服务程序即会升级",
    "the tables are of another release: any service that starts upgrades them",
)


@contextmanager
def opened_database(sql_url: str | None, lang: Lang, *, create: bool = False) -> Iterator[Engine]:
    """The database, as it is unless `create` says that it may be made or upgraded.

    Exits with `USAGE` where it is named wrongly, and `UNREACHABLE` where it can't be reached, then or later.
    """
    try:
        given = {} if sql_url is None else {"sql_url": SecretStr(sql_url)}
        settings = StorageSettings.load(**given)
        url = settings.sql_url.get_secret_value()
        engine = open_database(url) if create else existing_database(settings, lang)
        try:
            if create:
                upgrade(engine)
            yield engine
        finally:
            engine.dispose()
    except BadSettings as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(Exit.USAGE) from error
    except StorageError as error:
        typer.echo(_UNREACHABLE(lang, error=error), err=True)
        raise typer.Exit(Exit.UNREACHABLE) from error


def existing_database(settings: StorageSettings, lang: Lang) -> Engine:
    """The database that is there, with the tables that this program expects.

    Raises:
        Unavailable: It can't be reached, or its tables are of another release.
        BadSettings: The URL is of no database that is known.
    """
    engine = open_database(settings.sql_url.get_secret_value(), create=False)
    try:
        if not schema_is_current(engine):
            raise Unavailable("sql", OTHER_SCHEMA(lang))
    except StorageError:
        engine.dispose()
        raise
    return engine

"""`guangfu api`: the HTTP API and the pages, on the stores that `GUANGFU_STORAGE_…` names."""

from typing import Annotated

import structlog
import typer

from api.program import CannotListen, run
from api.settings import Settings
from guangfu.clock import SystemClock
from guangfu.exits import Exit
from guangfu.income.rules import BadRules
from guangfu.settings import BadSettings
from guangfu.stopping import stopped_by_signal
from guangfu.storage.errors import StorageError
from guangfu.storage.opening import StorageSettings, opened_stores
from guangfu.texts import Lang, Text

app = typer.Typer(add_completion=False)
UNREACHABLE = Text("{part} 无法访问：{detail}", "{part} can't be reached: {detail}")
BAD_RULES = Text("规则文件有误：\n{faults}", "The rules are wrong:\n{faults}")
HELP = """接口与网页 / the HTTP API and the pages.

例 / example: guangfu api --port 8080

设置见 GUANGFU_API_… 与 GUANGFU_STORAGE_… / settings come from the environment."""


@app.command(help=HELP)
def serve(
    host: Annotated[str | None, typer.Option(help="监听地址 / address to listen on")] = None,
    port: Annotated[int | None, typer.Option(help="端口 / port", min=0, max=65535)] = None,
    lang: Annotated[str, typer.Option(help="zh-CN | en")] = Lang.ZH.value,
) -> None:
    asked = Lang.parse(lang)
    given = {name: value for name, value in {"host": host, "port": port}.items() if value is not None}
    try:
        _serve(Settings.load(**given), StorageSettings.load())
    except BadSettings as error:
        _fail(str(error), Exit.USAGE)
    except BadRules as error:
        _fail(BAD_RULES(asked, faults=error.describe(asked)), Exit.FOUND)
    except CannotListen as error:
        _fail(error.text(asked), Exit.UNREACHABLE)
    except StorageError as error:
        _fail(UNREACHABLE(asked, part=error.part, detail=error.detail), Exit.UNREACHABLE)


def _serve(settings: Settings, storage: StorageSettings) -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory())
    with stopped_by_signal() as stop, opened_stores(storage) as (store, engine):
        run(settings, store, engine, SystemClock(), stop)


def _fail(text: str, status: Exit) -> None:
    typer.echo(text, err=True)
    raise typer.Exit(status)

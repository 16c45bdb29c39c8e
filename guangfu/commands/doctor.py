"""`guangfu doctor`: asks every part whether it is well, and says what to do where it is not."""

from collections.abc import Iterable
from typing import Annotated, Final

import typer
from pydantic import SecretStr
from rich.text import Text as RichText

from guangfu.clock import SystemClock
from guangfu.commands.broker import BrokerSettings
from guangfu.commands.checkups import Finding, State, check_broker, check_database, check_telemetry
from guangfu.commands.opened import LangOption, SqlUrl
from guangfu.commands.shown import print_table, printable
from guangfu.exits import Exit
from guangfu.settings import BadSettings
from guangfu.storage.opening import StorageSettings
from guangfu.texts import Lang, Text

app = typer.Typer(add_completion=False)

_STYLES: Final = {
    State.WELL: "✔ green",
    State.NOTICE: "● yellow",
    State.WRONG: "✘ red",
    State.UNREACHABLE: "✘ red",
}


@app.command()
def doctor(
    sql_url: SqlUrl = None,
    api_url: Annotated[
        str, typer.Option(help="本机接口，遥测库被占用时问它。The API to ask where the telemetry store is held.")
    ] = "http://127.0.0.1:8080",
    lang: LangOption = "zh-CN",
) -> None:
    """检查各部分是否正常：数据库、登记册、账簿、接收程序、遥测库、消息代理。Is every part well?

    退出码：0 正常，1 数据有误，3 有部分不可达。设置同各程序，见 .env.example。
    Exits 0 if all is well, 1 if data are wrong, 3 if a part can't be reached; settings as in .env.example.

    例 Example: GUANGFU_INGEST_MQTT_HOST=10.0.0.5 guangfu doctor
    """
    language = Lang.parse(lang)
    try:
        given = {} if sql_url is None else {"sql_url": SecretStr(sql_url)}
        storage, broker = StorageSettings.load(**given), BrokerSettings.load()
        findings = [
            *check_database(storage, language, SystemClock().now()),
            check_telemetry(storage, api_url),
            check_broker(broker),
        ]
    except BadSettings as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(Exit.USAGE) from error
    heads = (Text("部分", "part"), Text("状态", "state"), Text("说明", "detail"))
    print_table(language, heads, [_row(finding, language) for finding in findings])
    status = _status(findings)
    typer.echo(_SUMMARY[status](language))
    raise typer.Exit(status)


def _row(finding: Finding, lang: Lang) -> tuple[str, RichText, str]:
    mark, style = _STYLES[finding.state].split()
    state = RichText(f"{mark} {finding.state.value(lang)}", style=style)
    return finding.part(lang), state, printable(finding.detail(lang))


def _status(findings: Iterable[Finding]) -> Exit:
    states = {finding.state for finding in findings}
    if State.UNREACHABLE in states:
        return Exit.UNREACHABLE
    return Exit.FOUND if State.WRONG in states else Exit.DONE


_SUMMARY: Final = {
    Exit.DONE: Text("各部分正常", "every part is well"),
    Exit.FOUND: Text("数据有误，见上表", "data are wrong, see above"),
    Exit.UNREACHABLE: Text("有部分不可达，见上表", "a part can't be reached, see above"),
}

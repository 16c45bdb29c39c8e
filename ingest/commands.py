"""The command `guangfu ingest`."""

import logging
from typing import Annotated

import typer

from guangfu.clock import SystemClock
from guangfu.exits import Exit
from guangfu.settings import BadSettings
from guangfu.stopping import stopped_by_signal
from guangfu.storage.errors import StorageError
from guangfu.storage.opening import StorageSettings, opened_stores
from guangfu.telemetry.mapping.nodes import BadMapping
from guangfu.texts import Lang, Text
from ingest.process import prepare
from ingest.program import PartDied, run
from ingest.settings import Settings

app = typer.Typer(add_completion=False)

BAD_SETTINGS = Text("设置有误：\n{faults}", "Wrong settings:\n{faults}")
BAD_MAPPINGS = Text("映射有误：\n{faults}", "Wrong mappings:\n{faults}")
RECEIVING = Text(
    "正在接收 {host}:{port} 的遥测，缓冲区 {spool}；按 Ctrl-C 停止。",
    "Receiving telemetry from {host}:{port}, spool {spool}; Ctrl-C stops.",
)
UNREACHABLE = Text("无法继续：{why}", "Can't go on: {why}")
STOPPED = Text("已停止；已确认的报文均已落盘。", "Stopped; every acknowledged message is on disk.")


@app.command()
def ingest(
    worker: Annotated[
        int | None, typer.Option(help="第几个工作进程，默认 GUANGFU_INGEST_WORKER。Index of this worker.")
    ] = None,
    leave: Annotated[
        bool, typer.Option("--leave", help="退出分担：取完为它保留的报文后结束。Take what is held for it, then end.")
    ] = False,
    lang: Annotated[str, typer.Option(help="zh-CN | en")] = "zh-CN",
) -> None:
    """接收遥测并入库，例如 GUANGFU_INGEST_MQTT_HOST=10.0.0.5 guangfu ingest

    Take telemetry in until stopped, for example: GUANGFU_INGEST_MQTT_HOST=10.0.0.5 guangfu ingest --lang en

    多个进程分担：各设 GUANGFU_INGEST_SHARED_SUBSCRIPTIONS=true，编号 --worker 0、1、2……
    Several processes share the load with GUANGFU_INGEST_SHARED_SUBSCRIPTIONS=true and --worker 0, 1, 2…

    设置取自环境变量 GUANGFU_INGEST_… 与 GUANGFU_STORAGE_…，见 .env.example。
    Settings come from the environment, GUANGFU_INGEST_… and GUANGFU_STORAGE_…; .env.example has all of them.
    """
    language = Lang.parse(lang)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        given = {} if worker is None else {"worker": worker}
        _run(Settings.load(**given), StorageSettings.load(), language, leave=leave)
    except BadSettings as bad:
        typer.echo(BAD_SETTINGS(language, faults=bad), err=True)
        raise typer.Exit(Exit.USAGE) from bad
    except BadMapping as bad:
        typer.echo(BAD_MAPPINGS(language, faults=bad.said(language)), err=True)
        raise typer.Exit(Exit.USAGE) from bad
    except (StorageError, PartDied) as fault:
        typer.echo(UNREACHABLE(language, why=fault), err=True)
        raise typer.Exit(Exit.UNREACHABLE) from fault
    typer.echo(STOPPED(language), err=True)


def _run(settings: Settings, storage: StorageSettings, lang: Lang, *, leave: bool) -> None:
    with stopped_by_signal() as stop, opened_stores(storage, ask=False) as (store, engine):
        receiving = RECEIVING(lang, host=settings.mqtt_host, port=settings.mqtt_port, spool=settings.spool_file)
        typer.echo(receiving, err=True)
        prepare()
        run(settings, store, engine, SystemClock(), stop, leave=leave)

"""The command `guangfu demo`."""

import logging
import shutil
import signal
import sys
from pathlib import Path
from typing import Annotated, Any

import structlog
import typer
from rich.console import Console

from guangfu.demo.preflight import NotReady, check_folder, check_port, lock_folder
from guangfu.demo.supervisor import Supervisor
from guangfu.demo.system import Plan, run_system
from guangfu.exits import Exit
from guangfu.storage.errors import Unavailable
from guangfu.texts import Lang, Text

app = typer.Typer(add_completion=False)

ASK_FRESH = Text("删除 {folder} 中已有的演示数据并重新开始？", "Delete the demo's data in {folder} and begin anew?")
KEPT = Text("未作改动。", "Nothing was changed.")
STOPPING = Text("正在停止…", "Stopping …")
STOPPED = Text("已全部停止；数据保存在 {folder}。", "All stopped; the data are in {folder}.")
DIED = Text("{name} 停止了：{why}", "{name} stopped: {why}")


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="网页端口 / port of the pages", min=1, max=65535)] = 8080,
    interval: Annotated[float, typer.Option(help="上报间隔（秒）/ seconds between messages", min=1)] = 60,
    speed: Annotated[float, typer.Option(help="时间加速倍数 / how many times faster than the world", min=1)] = 1,
    days: Annotated[int, typer.Option(help="先补采的天数 / days to fill first", min=0, max=400)] = 30,
    fresh: Annotated[bool, typer.Option("--fresh", help="清空后重新开始 / begin anew")] = False,
    broker: Annotated[str, typer.Option(help="auto | mosquitto | amqtt")] = "auto",
    data: Annotated[Path, typer.Option(help="数据目录 / folder of the data")] = Path("var/demo"),
    lang: Annotated[str, typer.Option(help="zh-CN | en")] = "zh-CN",
) -> None:
    """启动整套系统与模拟电站（演示数据），例如 guangfu demo --port 8081 --speed 60

    Start the whole system and a synthetic fleet, for example: guangfu demo --port 8081 --speed 60
    """
    # What the demo says to people is below; of the programs' own logs it shows what is wrong.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    language, console = Lang.parse(lang), Console(stderr=True, highlight=False)
    plan = Plan(folder=data.resolve(), port=port, interval_s=interval, speed=speed, days=days, broker=broker)
    try:
        check_port(plan.host, plan.port)
        check_folder(plan.folder)
        with lock_folder(plan.folder):
            if fresh and not _begin_anew(plan.folder, language):
                console.print(KEPT(language))
                raise typer.Exit(Exit.DONE)
            _run(plan, language, console)
    except NotReady as fault:
        console.print(fault.text(language, **fault.values), style="red")
        raise typer.Exit(Exit.USAGE) from fault
    except Unavailable as fault:
        console.print(str(fault), style="red")
        raise typer.Exit(Exit.UNREACHABLE) from fault


def _begin_anew(folder: Path, lang: Lang) -> bool:
    """Empties the folder; asks first if there is something in it and somebody to answer."""
    old = [path for path in folder.iterdir() if path.name != ".lock"]
    if old and sys.stdin.isatty() and not typer.confirm(ASK_FRESH(lang, folder=folder)):
        return False
    for path in old:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    return True


def _run(plan: Plan, lang: Lang, console: Console) -> None:
    supervisor = Supervisor()

    def on_signal(number: int, frame: Any) -> None:
        del number, frame
        supervisor.wake()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, on_signal)
    with run_system(plan, supervisor, lang, console):
        supervisor.woken.wait()
        console.print(f"\n{STOPPING(lang)}")
    if supervisor.died is not None:
        console.print(DIED(lang, name=supervisor.died.name, why=supervisor.died.why), style="red")
        raise typer.Exit(Exit.UNREACHABLE)
    console.print(STOPPED(lang, folder=plan.folder))

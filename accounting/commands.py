"""The command `guangfu accounting`."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from sqlalchemy import Engine

from accounting.program import run, run_once
from accounting.settings import Settings
from guangfu.clock import SystemClock
from guangfu.exits import Exit
from guangfu.explain.subjects import is_month
from guangfu.income.rules import BadRules, Rules, RulesSettings, load_rules
from guangfu.settings import BadSettings
from guangfu.stopping import stopped_by_signal
from guangfu.storage.errors import StorageError
from guangfu.storage.opening import StorageSettings, opened_stores
from guangfu.storage.telemetry_store import TelemetryStore
from guangfu.texts import Lang, Text

app = typer.Typer(add_completion=False)

BAD_SETTINGS = Text("设置有误：\n{faults}", "Wrong settings:\n{faults}")
BAD_RULES = Text("规则文件有误：\n{faults}", "Wrong rules:\n{faults}")
UNREACHABLE = Text("无法继续：{why}", "Can't go on: {why}")
RUNNING = Text(
    "正在核算，规则版本 {version}，每 {interval_s} 秒检查一次；按 Ctrl-C 停止。",
    "Accounting by rules {version}, looking every {interval_s} s; Ctrl-C stops.",
)
NO_MONTH = Text("{month} 不是月份（2026-06）", "{month} is not a month (2026-06)")
DONE = Text("已核算 {n} 个电站日。", "Computed {n} station-days.")


@app.command()
def accounting(
    once: Annotated[bool, typer.Option("--once", help="做完就退出 | one pass, then exit")] = False,
    lang: Annotated[str, typer.Option(help="zh-CN | en")] = "zh-CN",
) -> None:
    """电量到收益：核算有新读数的电站日，例如 guangfu accounting --once

    Energy to income, for the days with new readings, for example: guangfu accounting --once --lang en

    设置取自环境变量 GUANGFU_ACCOUNTING_…、GUANGFU_STORAGE_… 与 GUANGFU_RULES_FOLDER，见 .env.example。
    Settings come from the environment; .env.example has all of them.
    """
    language = Lang.parse(lang)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    with told(language):
        settings, storage = Settings.load(), StorageSettings.load()
        rules = load_rules(RulesSettings.load().folder)
        with opened_stores(storage) as (store, engine):
            if once:
                n = run_once(settings, store, engine, SystemClock(), rules=rules)
                typer.echo(DONE(language, n=n))
            else:
                _run(settings, store, engine, rules, language)


def _run(settings: Settings, store: TelemetryStore, engine: Engine, rules: Rules, lang: Lang) -> None:
    typer.echo(RUNNING(lang, version=rules.version, interval_s=settings.interval_s), err=True)
    with stopped_by_signal() as stop:
        run(settings, store, engine, SystemClock(), stop, rules=rules)


def wrong_use(sentence: str) -> typer.Exit:
    """Says what was asked wrongly; the caller raises the answer."""
    typer.echo(sentence, err=True)
    return typer.Exit(Exit.USAGE)


def check_month(month: str | None, lang: Lang) -> None:
    """Exits with `USAGE` where a month is asked for that is none."""
    try:
        wrong = month is not None and not is_month(month)
    except ValueError:
        wrong = True
    if wrong:
        raise wrong_use(NO_MONTH(lang, month=month))


@contextmanager
def told(lang: Lang) -> Iterator[None]:
    """Turns what can go wrong into a sentence and an exit status."""
    try:
        yield
    except BadRules as bad:
        typer.echo(BAD_RULES(lang, faults=bad.describe(lang)), err=True)
        raise typer.Exit(Exit.USAGE) from bad
    except BadSettings as bad:
        typer.echo(BAD_SETTINGS(lang, faults=bad), err=True)
        raise typer.Exit(Exit.USAGE) from bad
    except StorageError as fault:
        typer.echo(UNREACHABLE(lang, why=fault), err=True)
        raise typer.Exit(Exit.UNREACHABLE) from fault

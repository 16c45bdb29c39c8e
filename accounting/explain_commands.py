"""The command `guangfu explain`."""

from datetime import date
from typing import Annotated

import typer

from accounting.commands import told, wrong_use
from accounting.explain import Explainer, is_month
from guangfu.income.rules import RulesSettings, load_rules
from guangfu.storage.opening import StorageSettings, opened_stores
from guangfu.storage.sql.registry import read_registry
from guangfu.texts import Lang, Text

app = typer.Typer(add_completion=False, no_args_is_help=True)

NO_STATION = Text("登记册中没有电站 {station}", "the registry has no station {station}")
BAD_PERIOD = Text("{period} 不是月份（2026-06）或日期（2026-06-01）", "{period} is neither a month nor a day")


@app.callback()
def explain() -> None:
    """数字从何而来 | Where a figure comes from."""


@app.command()
def station(
    station_id: Annotated[str, typer.Argument(help="电站编号 | the station's id")],
    period: Annotated[str, typer.Argument(help="2026-06 | 2026-06-01")],
    lang: Annotated[str, typer.Option(help="zh-CN | en")] = "zh-CN",
) -> None:
    """电站某日或某月的电量与预估收益从何而来，例如 guangfu explain station st0001 2026-06-01

    Where a station's figures of a day or month come from, for example: guangfu explain station st0001 2026-06
    """
    language = Lang.parse(lang)
    try:
        monthly = is_month(period)
    except ValueError as bad:
        raise wrong_use(BAD_PERIOD(language, period=period)) from bad
    with told(language):
        rules = load_rules(RulesSettings.load().folder)
        with opened_stores(StorageSettings.load(), create=False) as (store, engine):
            registry = read_registry(engine)
            found = registry.stations.get(station_id)
            if found is None:
                raise wrong_use(NO_STATION(language, station=station_id))
            why = Explainer(store, engine, registry, rules, language)
            for line in why.month(found, period) if monthly else why.day(found, date.fromisoformat(period)):
                typer.echo(line)

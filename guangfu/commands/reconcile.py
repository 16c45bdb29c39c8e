"""`guangfu reconcile [STATION]`: which energies of one time differ by more than they may; docs/income.md."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Final

import typer

from guangfu.commands.asked_days import DayOption, MonthOption, asked_days
from guangfu.commands.opened import LangOption, SqlUrl, opened_database
from guangfu.commands.registry_chosen import check_station
from guangfu.commands.shown import print_table
from guangfu.exits import Exit
from guangfu.income.reconciling import Comparison, Reconciled, Way, compared
from guangfu.income.rules import BadRules, Rules, RulesSettings, load_rules
from guangfu.stations.models import Registry
from guangfu.storage.sql.reconciliation import read_reconciled
from guangfu.storage.sql.registry import read_registry
from guangfu.texts import Lang, Text

app = typer.Typer(add_completion=False)
Row = tuple[Reconciled, Comparison]


@app.command()
def reconcile(
    station: Annotated[str | None, typer.Argument(help="电站编号，缺省为全部。A station; all of them if none.")] = None,
    day: DayOption = None,
    month: MonthOption = None,
    most: Annotated[int, typer.Option(min=1, max=100_000, help="最多列出多少行。At most so many rows.")] = 50,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """功率积分、逆变器与关口表的电量相差是否过大。Energies that differ by more than they may; exits 1 if any does.

    例 Example: guangfu reconcile st0001 --month 2026-06
    """
    language = Lang.parse(lang)
    start, end = asked_days(day, month, language)
    rules = _rules(language)
    with opened_database(sql_url, language) as engine:
        registry = read_registry(engine)
        check_station(station, registry, language)
        with engine.connect() as db:
            rows = read_reconciled(db, start=start, end=end, stations=None if station is None else [station])
    found = list(_compared(rows, registry, rules))
    # Of one station all that was compared; of the fleet only what is wrong.
    shown = found if station is not None else [one for one in found if one[1].beyond]
    _show(shown[:most], len(shown) - most, language)
    beyond = sum(one.beyond for _, one in found)
    typer.echo(_TOTAL(language, n=len(found), beyond=beyond))
    if beyond:
        raise typer.Exit(Exit.FOUND)


def _rules(lang: Lang) -> Rules:
    """Exits with `FOUND` where the operator's rules are not in order."""
    try:
        return load_rules(RulesSettings.load().folder)
    except BadRules as fault:
        typer.echo(str(fault), err=True)
        typer.echo(_BAD_RULES(lang), err=True)
        raise typer.Exit(Exit.FOUND) from None


def _compared(rows: Iterable[Reconciled], registry: Registry, rules: Rules) -> Iterator[Row]:
    for row in rows:
        if row.station_id in registry.stations:
            yield from ((row, one) for one in compared(row, registry.stations[row.station_id], rules.energy))


def _show(rows: Iterable[Row], more: int, lang: Lang) -> None:
    lines = [
        (
            row.station_id, str(row.day), _WAYS[one.way](lang), _FAR(lang) if one.beyond else "",
            f"{one.energy_wh / 1000:,.1f}", f"{one.with_wh / 1000:,.1f}", f"{one.share:+.1%}", f"{one.tolerance:.0%}",
        )
        for row, one in rows
    ]  # fmt: skip
    if lines:
        print_table(lang, _HEADS, lines, numbers=4)
    if more > 0:
        typer.echo(_MORE(lang, n=more))


_WAYS: Final = {
    Way.METER_POWER: Text("关口表功率积分与表码", "meter's power, its register"),
    Way.INVERTER_POWER: Text("逆变器功率积分与电量", "inverters' power, their counters"),
    Way.INVERTERS: Text("逆变器电量与关口表", "inverters' counters, gateway meter"),
}
_HEADS: Final = (
    Text("电站", "station"), Text("日期", "day"), Text("比较", "compared"), Text("结果", "result"),
    Text("前者（kWh）", "first (kWh)"), Text("后者（kWh）", "second (kWh)"), Text("相差", "differ by"),
    Text("容差", "tolerance"),
)  # fmt: skip
_FAR: Final = Text("超出", "beyond")
_BAD_RULES: Final = Text("规则有误：guangfu rules check", "the rules are not in order: guangfu rules check")
_MORE: Final = Text("……还有 {n:,} 行（--most 列出更多）", "… and {n:,} more rows (--most shows them)")
_TOTAL: Final = Text("比较 {n:,} 次，超出容差 {beyond:,} 次", "{n:,} compared, {beyond:,} beyond tolerance")

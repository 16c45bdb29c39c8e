"""`guangfu explain …`: where a figure comes from, from a fen back to registers, rules and documents."""

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Final

import msgspec
import typer

from accounting.commands import told, wrong_use
from guangfu.clock import SystemClock, local_day
from guangfu.commands.opened import LangOption, SqlUrl, opened_database
from guangfu.explain.lines import lines_of
from guangfu.explain.source import Source
from guangfu.explain.subjects import explain_household, explain_person, explain_station, explain_village, is_month
from guangfu.explain.tree import Explanation
from guangfu.income.rules import RulesSettings, load_rules
from guangfu.ledger.books import Part
from guangfu.storage.api_readings import opened_readings
from guangfu.storage.opening import StorageSettings
from guangfu.storage.sql.registry import read_registry
from guangfu.storage.sql.rules_in_force import rules_in_force
from guangfu.texts import Lang, Text

app = typer.Typer(
    help="数字从何而来。Where a figure comes from.", add_completion=False, no_args_is_help=True
)  # fmt: skip

NO_STATION: Final = Text("登记册中没有电站 {id}", "the registry has no station {id}")
NO_VILLAGE: Final = Text("登记册中没有嘎查村 {id}", "the registry has no village {id}")
NO_HOUSEHOLD: Final = Text("登记册中没有受益户 {id}", "the registry has no household {id}")
NO_PERSON: Final = Text("名册中没有人员 {id}", "the register has no person {id}")
BAD_PERIOD: Final = Text(
    "{period} 不是月份（2026-06）或日期（2026-06-01）", "{period} is neither a month nor a day"
)  # fmt: skip
BAD_MONTH: Final = Text("{period} 不是月份（2026-06）", "{period} is not a month (2026-06)")


class Form(StrEnum):
    TEXT = "text"
    JSON = "json"


Month = Annotated[str, typer.Argument(help="月份，如 2026-06。A month.")]
FormatOption = Annotated[Form, typer.Option("--format", help="text | json")]
PartOption = Annotated[Part | None, typer.Option("--part", help="只要 base 或 subsidy。Only this part.")]


@app.command()
def station(
    station_id: Annotated[str, typer.Argument(help="电站编号。The station's id.")],
    period: Annotated[str, typer.Argument(help="2026-06 | 2026-06-01")],
    part: PartOption = None,
    form: FormatOption = Form.TEXT,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """电站某月或某日：预估、结算、到账、划拨各自从何而来。A station's month or day.

    例 Example: guangfu explain station st0001 2026-06 --part base
    """

    def explain(source: Source) -> Explanation | None:
        found = source.registry.stations.get(station_id)
        return None if found is None else explain_station(source, found, period, _parts(part))

    _explain(explain, NO_STATION, station_id, period, form, sql_url, Lang.parse(lang), days=True)


@app.command()
def village(
    village_id: Annotated[str, typer.Argument(help="嘎查村编号。The village's id.")],
    month: Month,
    part: PartOption = None,
    form: FormatOption = Form.TEXT,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """嘎查村某月：份额、扣除、划拨与发放。A village's month.

    例 Example: guangfu explain village v0001 2026-06 --format json
    """

    def explain(source: Source) -> Explanation | None:
        found = source.registry.villages.get(village_id)
        return None if found is None else explain_village(source, found, month, _parts(part))

    _explain(explain, NO_VILLAGE, village_id, month, form, sql_url, Lang.parse(lang))


@app.command()
def household(
    household_id: Annotated[str, typer.Argument(help="受益户编号。The household's opaque id.")],
    month: Month,
    form: FormatOption = Form.TEXT,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """受益户某月：名额应得，或计划报酬与发放，以及指标（不是发放）。A household's month.

    例 Example: guangfu explain household hh000123 2026-06
    """

    def explain(source: Source) -> Explanation | None:
        found = source.registry.households.get(household_id)
        return None if found is None else explain_household(source, found, month)

    _explain(explain, NO_HOUSEHOLD, household_id, month, form, sql_url, Lang.parse(lang))


@app.command()
def person(
    person_id: Annotated[str, typer.Argument(help="人员编号。The person's opaque id.")],
    month: Month,
    form: FormatOption = Form.TEXT,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """人员某月：岗位、考勤、应发、发放、退汇；只有编号，没有姓名。A person's month, by id alone.

    例 Example: guangfu explain person pn-3f9c2a 2026-06
    """
    _explain(
        lambda source: explain_person(source, person_id, month), NO_PERSON, person_id, month, form, sql_url,
        Lang.parse(lang),
    )  # fmt: skip


def _parts(part: Part | None) -> tuple[Part, ...]:
    return tuple(Part) if part is None else (part,)


def _explain(
    explain: Callable[[Source], Explanation | None], unknown: Text, id_: str, period: str, form: Form,
    sql_url: str | None, lang: Lang, *, days: bool = False,
) -> None:  # fmt: skip
    _check(period, lang, days=days)
    with told(lang), opened_database(sql_url, lang) as engine:
        rules = load_rules(RulesSettings.load().folder)
        registry = read_registry(engine)
        opened = opened_readings(StorageSettings.load(), engine, registry, period[:7], lang)
        with opened as readings, engine.connect() as db:
            today = local_day(SystemClock().now())
            found = explain(Source(db, readings, registry, rules_in_force(db, rules), lang, today))
    if found is None:
        raise wrong_use(unknown(lang, id=id_))
    if form is Form.JSON:
        typer.echo(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
        return
    for line in lines_of(found, lang):
        typer.echo(line)


def _check(period: str, lang: Lang, *, days: bool) -> None:
    try:
        monthly = is_month(period)
    except ValueError as bad:
        raise wrong_use((BAD_PERIOD if days else BAD_MONTH)(lang, period=period)) from bad
    if not monthly and not days:
        raise wrong_use(BAD_MONTH(lang, period=period))

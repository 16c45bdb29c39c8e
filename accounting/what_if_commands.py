"""The command `guangfu what-if`."""

import csv
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import Engine, event

from accounting.commands import BAD_RULES, check_month, told, wrong_use
from accounting.what_if import Moved, behind, closed_stations, last_day, open_months, rule_changes, what_if
from accounting.what_if_shown import CSV_HEADER, csv_row, shown
from guangfu.clock import SystemClock, local_day
from guangfu.exits import Exit
from guangfu.income.rules import BadRules, Rules, RulesSettings, load_rules
from guangfu.stations.models import Registry
from guangfu.storage.errors import Unavailable
from guangfu.storage.opening import StorageSettings
from guangfu.storage.sql.database import open_database, schema_is_current
from guangfu.storage.sql.registry import read_registry
from guangfu.storage.sql.rules_in_force import rules_in_force
from guangfu.texts import Lang, Text

app = typer.Typer(add_completion=False)

UNREADABLE = Text("无法读取 {file}：{why}", "can't read {file}: {why}")
NO_VILLAGE = Text("登记册中没有嘎查村 {village}", "the registry has no village {village}")
NOTHING = Text("没有可试算的电量", "there is no energy to compute with")
OTHER_SCHEMA = Text("表结构与本程序的版本不符", "the tables are of another release")
CLOSED = Text(
    "已关账的 {n} 个电站月不在其内：规则变化不改动它们",
    "{n} station-months that are closed are left aside: no rule moves them",
)
BEHIND = Text(
    "注意：有 {n} 项已存的预估与现行规则和登记册算出的不同，accounting 尚未重新核算",
    "note: {n} stored figures are not those of the present rules and registry; accounting has yet to take them up",
)


@app.command()
def what_if_(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="规则文件夹 | a folder of rules")],
    month: Annotated[str | None, typer.Option(help="只算这个月，如 2026-06 | only this month")] = None,
    village: Annotated[str | None, typer.Option(help="只看这个嘎查村 | only this village")] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="全部行，以分计 | every row, in fen")] = False,
    lang: Annotated[str, typer.Option(help="zh-CN | en")] = "zh-CN",
) -> None:
    """换成文件夹里的规则，未关账各月的预估会变成多少；只读，例如 guangfu what-if 规则/ --month 2026-06

    The open months' estimate as if GUANGFU_RULES_FOLDER were FOLDER, beside what it is; nothing is changed.
    For example: guangfu what-if rules/ --village vl00683 --csv --lang en
    """
    language = Lang.parse(lang)
    check_month(month, language)
    with told(language):
        present_folder = RulesSettings.load().folder
        present, other = load_rules(present_folder), _other_rules(folder, language)
        with read_only(StorageSettings.load(), language) as engine:
            registry = read_registry(engine)
            with engine.connect() as db:
                present, other = rules_in_force(db, present), rules_in_force(db, other)
            if village is not None and village not in registry.villages:
                raise wrong_use(NO_VILLAGE(language, village=village))
            moved, late, closed = _computed(engine, registry, present, other, month, village)
    if closed:
        typer.echo(CLOSED(language, n=closed), err=True)
    if not moved:
        typer.echo(NOTHING(language), err=True)
        raise typer.Exit(Exit.FOUND)
    if as_csv:
        _print_csv(moved, registry)
    else:
        changes = list(rule_changes(present_folder, folder))
        for line in shown(moved, changes, registry, (present.version, other.version), language):
            typer.echo(line)
    if late:
        typer.echo(BEHIND(language, n=late), err=True)


def _other_rules(folder: Path, lang: Lang) -> Rules:
    try:
        return load_rules(folder)
    except BadRules as bad:
        typer.echo(BAD_RULES(lang, faults=bad.describe(lang)), err=True)
        raise typer.Exit(Exit.FOUND) from bad
    except OSError as error:
        typer.echo(UNREADABLE(lang, file=error.filename, why=error.strerror), err=True)
        raise typer.Exit(Exit.UNREACHABLE) from error


def _computed(
    engine: Engine, registry: Registry, present: Rules, other: Rules, month: str | None, village: str | None
) -> tuple[list[Moved], int, int]:
    with engine.connect() as db:
        if db.dialect.name == "postgresql":  # one instant for all tables, as SQLite has anyway
            db.execution_options(isolation_level="REPEATABLE READ")
        today = last_day(db, local_day(SystemClock().now()))
        months = [one for one in open_months(db) if month in {None, one}]
        moved = [row for one in months for row in what_if(db, registry, present, other, one, today, village)]
        return moved, behind(db, moved), sum(len(closed_stations(db, one)) for one in months)


@contextmanager
def read_only(storage: StorageSettings, lang: Lang) -> Iterator[Engine]:
    """The SQL database by connections that can't write.

    Raises:
        Unavailable: It can't be reached, or its tables are of another release.
    """
    engine = open_database(storage.sql_url.get_secret_value(), create=False)
    event.listen(engine, "connect", _forbid_writing)
    engine.dispose()  # the connection of before could write
    try:
        if not schema_is_current(engine):
            raise Unavailable("sql", OTHER_SCHEMA(lang))
        yield engine
    finally:
        engine.dispose()


def _forbid_writing(connection: Any, record: object) -> None:
    del record
    if hasattr(connection, "read_only"):  # psycopg's
        connection.read_only = True
    else:
        connection.execute("PRAGMA query_only = ON")


def _print_csv(moved: list[Moved], registry: Registry) -> None:
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(CSV_HEADER)
    out.writerows(csv_row(one, registry) for one in moved)

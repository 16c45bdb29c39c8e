"""The command `guangfu dashboards`: build | push | diff | pull | grants."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import typer

from dashboards.grafana import Grafana, Refused, Unavailable
from dashboards.grants import grant, statements
from dashboards.influx_reader import make_reader
from dashboards.provisioning import write_folder
from dashboards.pulling import pull as pulled
from dashboards.pushing import State, Step, steps
from dashboards.pushing_alerts import alert_steps, removal_steps
from dashboards.rendering import Repeated
from dashboards.settings import Settings
from dashboards.words import commands as says
from guangfu.exits import Exit
from guangfu.income.rules.loading import BadRules
from guangfu.settings import BadSettings
from guangfu.storage.errors import Refused as StorageRefused
from guangfu.storage.errors import Unavailable as StorageUnavailable
from guangfu.storage.opening import StorageSettings
from guangfu.storage.sql.views import SUMMED, VIEWS
from guangfu.texts import Lang

app = typer.Typer(add_completion=False, no_args_is_help=True)

SHOWN_DIFFERENCES: Final = 4

LangOption = Annotated[str, typer.Option("--lang", help="zh-CN | en")]
UrlOption = Annotated[
    str | None, typer.Option("--url", help="Grafana 地址，默认 GUANGFU_DASHBOARDS_GRAFANA_URL / Grafana's address")
]
TokenOption = Annotated[
    str | None, typer.Option("--token", help="服务账号令牌，默认 …_GRAFANA_TOKEN / token of a service account")
]
UserOption = Annotated[str | None, typer.Option("--user", help="用户，默认 …_GRAFANA_USER / user")]
WithoutAlertsOption = Annotated[
    bool,
    typer.Option("--without-alerts", help="取走这条途径带来的告警 / take away the alerts that came by this way"),
]
PasswordOption = Annotated[str | None, typer.Option("--password", help="密码，默认 …_GRAFANA_PASSWORD / password")]


@app.callback()
def dashboards() -> None:
    """Grafana 看板：写成文件、推送、比较、取回、授权。Grafana dashboards: write, push, compare, pull, grant."""


@app.command()
def build(
    folder: Annotated[Path, typer.Argument(help="写到哪个文件夹 / where to write", file_okay=False)],
    without_alerts: WithoutAlertsOption = False,
    lang: LangOption = "zh-CN",
) -> None:
    """写出 Grafana 的文件供给：看板、数据源、告警，例如 guangfu dashboards build /var/guangfu

    Write Grafana's provisioning files, for example: guangfu dashboards build /var/guangfu --lang en

    看板为中英文两套。数据源文件含数据库密码，联系点文件含群机器人地址，请限制其读取权限。
    Dashboards in both languages. The files of data sources and contact points hold secrets: guard them.
    """
    language = Lang.parse(lang)
    settings = _settings(language)
    try:
        written = write_folder(folder, settings, without_alerts=without_alerts)
    except (BadSettings, BadRules) as bad:
        typer.echo(says.BAD_SETTINGS(language, faults=bad), err=True)
        raise typer.Exit(Exit.USAGE) from bad
    except Repeated as bad:
        typer.echo(says.REPEATED(language, which=bad), err=True)
        raise typer.Exit(Exit.USAGE) from bad
    except OSError as error:
        typer.echo(says.CANT_WRITE(language, path=error.filename, why=error.strerror), err=True)
        raise typer.Exit(Exit.UNREACHABLE) from error
    typer.echo(says.WRITTEN(language, count=len(written), folder=folder), err=True)
    if not without_alerts:
        typer.echo(says.PUSHED_BEFORE(language), err=True)


@app.command()
def push(
    url: UrlOption = None,
    token: TokenOption = None,
    user: UserOption = None,
    password: PasswordOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只显示，不写入 / only show, write nothing")] = False,
    without_alerts: WithoutAlertsOption = False,
    lang: LangOption = "zh-CN",
) -> None:
    """推送文件夹、数据源、看板和告警，可重复执行，例如 guangfu dashboards push --url http://grafana:3000 --dry-run

    Push folders, data sources, dashboards and alerts, safe to repeat: guangfu dashboards push --dry-run --lang en

    数据源需要管理员权限；密码与令牌最好放在环境变量或 …_FILE 中。
    Data sources need an Admin; passwords and tokens are better kept in the environment or in …_FILE.
    """
    language = Lang.parse(lang)
    with _grafana(language, url, token, user, password) as (grafana, settings):
        wanted = _all_steps(grafana, settings, without_alerts=without_alerts)
        stuck = [step for step in wanted if not _do(step, language, dry_run=dry_run)]
    if stuck:
        raise typer.Exit(Exit.FOUND)


@app.command()
def diff(
    url: UrlOption = None,
    token: TokenOption = None,
    user: UserOption = None,
    password: PasswordOption = None,
    lang: LangOption = "zh-CN",
) -> None:
    """比较 Grafana 与代码；有差别时退出码为 1，例如 guangfu dashboards diff --url http://grafana:3000

    Compare Grafana with the code; exits 1 where they differ, for example: guangfu dashboards diff --lang en
    """
    language = Lang.parse(lang)
    with _grafana(language, url, token, user, password) as (grafana, settings):
        _tell_differences(grafana, settings, language)


@app.command()
def pull(
    folder: Annotated[Path, typer.Argument(help="写到哪个文件夹 / where to write", file_okay=False)],
    url: UrlOption = None,
    token: TokenOption = None,
    user: UserOption = None,
    password: PasswordOption = None,
    lang: LangOption = "zh-CN",
) -> None:
    """把 Grafana 中现有的看板和告警规则写成文件并与代码比较，例如 guangfu dashboards pull var/pulled

    Write what stands in Grafana as files, and compare it with the code: guangfu dashboards pull var/pulled --lang en

    包括别人放进我们文件夹的看板；有差别时退出码为 1，并说明谁手工改过。不改动 Grafana。
    Dashboards that others put into our folders too; exits 1 where it differs, and tells who edited by hand.
    """
    language = Lang.parse(lang)
    with _grafana(language, url, token, user, password) as (grafana, settings):
        try:
            written = pulled(grafana, folder)
        except OSError as error:
            typer.echo(says.CANT_WRITE(language, path=error.filename, why=error.strerror), err=True)
            raise typer.Exit(Exit.UNREACHABLE) from error
        typer.echo(says.PULLED(language, count=len(written), folder=folder), err=True)
        _tell_differences(grafana, settings, language)


@app.command()
def grants(
    only_print: Annotated[bool, typer.Option("--print", help="只输出 SQL，不执行 / only print the SQL")] = False,
    lang: LangOption = "zh-CN",
) -> None:
    """建立 Grafana 的只读用户（PostgreSQL 视图与 InfluxDB），可重复执行，例如 guangfu dashboards grants

    Make the users with which Grafana reads: PostgreSQL's views without personal data, and InfluxDB: guangfu dashboards
    grants --lang en

    用户与密码见 GUANGFU_DASHBOARDS_POSTGRES_… 与 …_INFLUX_…，数据库见 GUANGFU_STORAGE_…；升级后重新执行一次。
    The users are GUANGFU_DASHBOARDS_POSTGRES_… and …_INFLUX_…, the databases GUANGFU_STORAGE_…. Run it again after an
    upgrade.
    """
    language = Lang.parse(lang)
    settings = _settings(language)
    try:
        storage = StorageSettings.load()
        sql_url = storage.sql_url.get_secret_value()
        if only_print:
            typer.echo(";\n".join(statements(settings, sql_url)) + ";")
            return
        grant(settings, sql_url)
        typer.echo(says.GRANTED(language, role=settings.postgres_user, count=len(VIEWS) + len(SUMMED)), err=True)
        if make_reader(settings, storage):
            typer.echo(says.READS_INFLUX(language, user=settings.influx_user), err=True)
    except BadSettings as bad:
        typer.echo(says.BAD_SETTINGS(language, faults=bad), err=True)
        raise typer.Exit(Exit.USAGE) from bad
    except StorageUnavailable as error:
        typer.echo(says.DATABASE_AWAY(language, why=error), err=True)
        raise typer.Exit(Exit.UNREACHABLE) from error
    except StorageRefused as error:
        typer.echo(says.DATABASE_REFUSES(language, why=error), err=True)
        raise typer.Exit(Exit.FOUND) from error


def _tell_differences(grafana: Grafana, settings: Settings, lang: Lang) -> None:
    different = 0
    for step in _all_steps(grafana, settings):
        typer.echo(says.line(lang, step, says.FOUND[step.state], SHOWN_DIFFERENCES))
        different += step.state is not State.SAME and not (step.state is State.FROM_FILE and not step.differs)
    if different:
        raise typer.Exit(Exit.FOUND)


def _all_steps(grafana: Grafana, settings: Settings, *, without_alerts: bool = False) -> Iterator[Step]:
    yield from steps(grafana, settings)
    yield from removal_steps(grafana) if without_alerts else alert_steps(grafana, settings)


def _do(step: Step, lang: Lang, *, dry_run: bool) -> bool:
    """Apply a step and say so; False if it can't be brought into the state that it should have."""
    if not dry_run and step.apply is not None:
        step.apply()
    said = (says.WOULD if dry_run else says.DONE)[step.state]
    typer.echo(says.line(lang, step, said, SHOWN_DIFFERENCES))
    return step.apply is not None or step.state is State.SAME or (step.state is State.FROM_FILE and not step.differs)


@contextmanager
def _grafana(
    lang: Lang, url: str | None, token: str | None, user: str | None, password: str | None
) -> Iterator[tuple[Grafana, Settings]]:
    """Grafana as the options, or else the settings, name it; its errors become words and an exit status."""
    given = {"grafana_url": url, "grafana_token": token, "grafana_user": user, "grafana_password": password}
    settings = _settings(lang, **given)
    try:
        with Grafana(settings) as grafana:
            yield grafana, settings
    except (BadSettings, BadRules) as bad:
        typer.echo(says.BAD_SETTINGS(lang, faults=bad), err=True)
        raise typer.Exit(Exit.USAGE) from bad
    except Repeated as bad:
        typer.echo(says.REPEATED(lang, which=bad), err=True)
        raise typer.Exit(Exit.USAGE) from bad
    except Unavailable as error:
        typer.echo(says.UNAVAILABLE(lang, why=error), err=True)
        raise typer.Exit(Exit.UNREACHABLE) from error
    except Refused as error:
        typer.echo(says.REFUSED(lang, why=error), err=True)
        raise typer.Exit(Exit.FOUND) from error


def _settings(lang: Lang, **given: object) -> Settings:
    try:
        return Settings.load(**{name: value for name, value in given.items() if value is not None})
    except BadSettings as bad:
        typer.echo(says.BAD_SETTINGS(lang, faults=bad), err=True)
        raise typer.Exit(Exit.USAGE) from bad

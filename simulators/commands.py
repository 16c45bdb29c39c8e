"""`guangfu simulate`: stations that report over MQTT."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from guangfu.clock import CHINA, Clock, FastClock, SystemClock, local_day
from guangfu.exits import Exit
from guangfu.settings import BadSettings
from guangfu.stations.faults import BadRegistry
from guangfu.stations.files import read_registry_files
from guangfu.stations.models import Registry
from guangfu.stations.synthetic import synthetic_registry
from guangfu.stopping import stopped_by_signal
from guangfu.texts import Lang, Text
from simulators.faults import Faults
from simulators.settings import Protocol, Settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="模拟电站，经 MQTT 上报（演示数据）。Simulated stations that report over MQTT; all synthetic.",
)

BAD_SETTINGS: Final = Text("设置有误：\n{faults}", "Wrong settings:\n{faults}")
BAD_TIME: Final = Text(
    "时间 {text} 写错了；应如 2026-06-01 或 2026-06-01T00:00:00+08:00。",
    "{text} is no instant; write 2026-06-01 or 2026-06-01T00:00:00+08:00.",
)
HALF_A_CLOCK: Final = Text(
    "--clock-origin 与 --clock-started 须一起给出。", "--clock-origin and --clock-started go together."
)
NO_STATION: Final = Text("登记册中没有电站 {name}。", "There is no station {name} in the registry.")
BAD_STATE: Final = Text("状态文件不可用：{why}", "The state file can't be used: {why}")
BAD_FILE: Final = Text("无法读写 {path}：{why}", "Can't read or write {path}: {why}")
BAD_REGISTRY: Final = Text(
    "登记册 {path} 有 {n} 处错误；请运行 guangfu stations check。",
    "The registry {path} has {n} faults; see guangfu stations check.",
)
NO_BROKER: Final = Text("连不上消息代理 {host}:{port}：{why}", "Can't reach the MQTT broker {host}:{port}: {why}")
FILE_OR_NREL: Final = Text("请给出一个 CSV 文件，或 --nrel。", "Name a CSV file, or give --nrel.")
NO_TRUTH: Final = Text("真值文件中没有 {month}。", "The truth file has nothing of {month}.")
BAD_TRUTH: Final = Text("不是真值文件：{why}", "No truth file: {why}")
STATEMENTS: Final = Text("已写出 {n} 份结算单（演示数据）：{out}", "Wrote {n} statements (synthetic data): {out}")
LIVE: Final = Text("已转入实时上报（演示数据）。", "Live now (synthetic data).")
DONE: Final = Text(
    "完成（演示数据）：发送 {messages} 条消息、{readings} 个读数，已确认 {acknowledged} 条。",
    "Done (synthetic data): {messages} messages and {readings} readings sent, {acknowledged} acknowledged.",
)


class Events(StrEnum):
    """How a fleet says on stdout what happened."""

    NONE = "none"
    JSON = "json"


LangOption = Annotated[str, typer.Option("--lang", help="zh-CN | en")]
Host = Annotated[str | None, typer.Option(help="消息代理 / the broker's host; GUANGFU_SIMULATE_MQTT_HOST")]
Port = Annotated[int | None, typer.Option(help="MQTT 端口 / the broker's port", min=1, max=65535)]
Version = Annotated[Protocol | None, typer.Option(help="MQTT 版本 / MQTT version")]
EventsOption = Annotated[Events, typer.Option(help="在标准输出报告进展 / tell on stdout what happens")]
RegistryPath = Annotated[
    Path | None, typer.Option(help="登记册文件，默认内置演示登记册 / registry files; the synthetic one if not given")
]


@app.command()
def fleet(
    host: Host = None,
    mqtt_port: Port = None,
    mqtt_version: Version = None,
    connections: Annotated[int | None, typer.Option(help="共用连接数 / share so many connections")] = None,
    registry: RegistryPath = None,
    station: Annotated[str | None, typer.Option(help="只模拟这一座电站 / this station only")] = None,
    stations: Annotated[int | None, typer.Option(help="只模拟前几座电站 / the first so many stations")] = None,
    seed: Annotated[int | None, typer.Option(help="随机种子 / seed of the weather")] = None,
    backfill_days: Annotated[int | None, typer.Option(help="先回填的天数 / days to fill first")] = None,
    step: Annotated[int | None, typer.Option(help="回填的间隔（分钟）/ minutes between back-filled readings")] = None,
    interval: Annotated[float | None, typer.Option(help="实时上报的间隔（秒）/ seconds between live messages")] = None,
    start_at: Annotated[str | None, typer.Option(help="模拟固定时段：开始 / a fixed period: its start")] = None,
    end_at: Annotated[str | None, typer.Option(help="到此时刻结束 / end at this instant")] = None,
    faults: Annotated[Faults | None, typer.Option(help="故障电站 / stations in trouble")] = None,
    missing: Annotated[float | None, typer.Option(help="缺失的读数比例 / part of the readings never taken")] = None,
    duplicates: Annotated[float | None, typer.Option(help="重复的消息比例 / part of the messages sent twice")] = None,
    late: Annotated[float | None, typer.Option(help="迟到的消息比例 / part of the messages that come late")] = None,
    state: Annotated[Path | None, typer.Option(help="状态文件，再次启动时接续 / file to continue from")] = None,
    truth: Annotated[Path | None, typer.Option(help="真值文件 / file for the truth, JSON lines")] = None,
    speed: Annotated[float, typer.Option(help="时间加速倍数 / times faster than the world", min=0.001)] = 1,
    clock_origin: Annotated[str | None, typer.Option(help="模拟时钟的起点 / where the fast clock begins")] = None,
    clock_started: Annotated[str | None, typer.Option(help="起点对应的真实时刻 / the real instant of it")] = None,
    events: EventsOption = Events.NONE,
    lang: LangOption = "zh-CN",
) -> None:
    """模拟整个电站群，例如 guangfu simulate fleet --backfill-days 30 --speed 60

    A whole fleet, for example: guangfu simulate fleet --start-at 2026-06-01 --end-at 2026-06-02 --truth truth.jsonl
    """
    language = Lang.parse(lang)
    settings = _settings(
        language,
        mqtt_host=host, mqtt_port=mqtt_port, mqtt_version=mqtt_version, connections=connections, station=station,
        stations=stations, seed=seed, backfill_days=backfill_days, step_minutes=step,
        interval_s=None if interval is None else round(interval),
        start_at=_instant(start_at, language), end_at=_instant(end_at, language), faults=faults, missing=missing,
        duplicates=duplicates, late=late, state_file=state, truth_file=truth,
    )  # fmt: skip
    clock = _clock(clock_origin, clock_started, speed, language)
    _run_fleet(settings, _registry(registry, language), clock, events, language)


def _run_fleet(settings: Settings, registry: Registry, clock: Clock, events: Events, lang: Lang) -> None:
    from simulators.fleet import run

    def report(event: str, facts: Mapping[str, Any]) -> None:
        if events is Events.JSON:
            typer.echo(json.dumps({"event": event, **facts}))
        if event == "live":
            typer.echo(LIVE(lang), err=True)

    with _said(settings, lang), stopped_by_signal() as stop:
        sent = run(settings, registry, clock, stop, report=report, lang=lang, quiet=False)
    typer.echo(DONE(lang, **sent), err=True)


@app.command()
def replay(
    file: Annotated[
        Path | None, typer.Argument(help="CSV 文件：首列时间，功率列 / times first, a column of power")
    ] = None,
    nrel: Annotated[
        bool, typer.Option("--nrel", help="用 pvanalytics 自带的 NREL 实测曲线 / the measured one")
    ] = False,
    column: Annotated[
        str | None, typer.Option(help="功率列名 / name of the power column; W, or kW in its name")
    ] = None,
    day: Annotated[str | None, typer.Option(help="作为哪一天上报，默认昨天 / the day it becomes; yesterday")] = None,
    source_day: Annotated[
        str | None, typer.Option(help="取曲线的哪一天 / the day of the curve; its first whole")
    ] = None,
    scale: Annotated[float | None, typer.Option(help="功率倍数，默认放大到装机 / factor; else to capacity")] = None,
    station: Annotated[str | None, typer.Option(help="作为哪座电站 / as which station")] = None,
    host: Host = None,
    mqtt_port: Port = None,
    mqtt_version: Version = None,
    registry: RegistryPath = None,
    lang: LangOption = "zh-CN",
) -> None:
    """把实测功率曲线作为一座电站上报，例如 guangfu simulate replay --nrel --day 2026-06-01

    A measured power curve becomes a station, for example: guangfu simulate replay power.csv --scale 1 --station st0001

    在标准输出打印一行 JSON：电站、倍数、电量、收益。Prints one line of JSON: station, scale, energy, income.
    """
    language = Lang.parse(lang)
    if (file is None) != nrel:
        raise _failed(FILE_OR_NREL(language), Exit.USAGE)
    settings = _settings(language, mqtt_host=host, mqtt_port=mqtt_port, mqtt_version=mqtt_version, station=station)
    clock = SystemClock()
    yesterday = local_day(clock.now()) - timedelta(days=1)
    on = _day(day, language) or yesterday
    _run_replay(file, column, settings, _registry(registry, language), on, _day(source_day, language), scale, language)


def _run_replay(
    file: Path | None,
    column: str | None,
    settings: Settings,
    registry: Registry,
    day: date,
    source_day: date | None,
    scale: float | None,
    lang: Lang,
) -> None:
    from simulators.curve import BadCurve, nrel_file, read_curve
    from simulators.replay import replay as replay_day

    with _said(settings, lang), stopped_by_signal() as stop:
        try:
            curve = read_curve(file or nrel_file(), column)
            done = replay_day(
                curve, settings, registry, SystemClock(), stop, day=day, source_day=source_day, scale=scale
            )
        except BadCurve as bad:
            raise _failed(bad.said(lang), Exit.FOUND) from bad
    typer.echo(json.dumps(asdict(done) | {"day": done.day.isoformat()}))
    typer.echo(DONE(lang, **done.sent), err=True)


@app.command()
def statements(
    truth: Annotated[Path, typer.Option("--truth", help="真值文件 / the truth file of a fleet")],
    month: Annotated[str, typer.Option("--month", help="结算月份，如 2026-06 / the month that is settled")],
    out: Annotated[Path, typer.Option("--out", help="要写的 .xlsx / the workbook to write")],
    first: Annotated[str | None, typer.Option("--first", help="上次抄表日 / day of the first reading")] = None,
    last: Annotated[str | None, typer.Option("--last", help="本次抄表日 / day of the last reading")] = None,
    registry: RegistryPath = None,
    lang: LangOption = "zh-CN",
) -> None:
    """演示电力公司的结算单，例如 guangfu simulate statements --truth truth.jsonl --month 2026-06 --out 结算单.xlsx

    Statements of a synthetic power company, from a fleet's truth; without days, of what the truth knows of the month.
    """
    from simulators.statements import month_window, read_truth, statement_rows, write_statements

    language = Lang.parse(lang)
    known = _registry(registry, language)
    given = _day(first, language), _day(last, language)
    try:
        days = read_truth(truth)
        window = month_window(days, month)
        if window is None:
            raise _failed(NO_TRUTH(language, month=month), Exit.FOUND)
        n = write_statements(out, statement_rows(known, days, month, given[0] or window[0], given[1] or window[1]))
    except OSError as bad:
        raise _failed(BAD_FILE(language, path=bad.filename, why=bad.strerror), Exit.UNREACHABLE) from bad
    except ValueError as bad:
        raise _failed(BAD_TRUTH(language, why=bad), Exit.FOUND) from bad
    typer.echo(STATEMENTS(language, n=n, out=out))


@contextmanager
def _said(settings: Settings, lang: Lang) -> Iterator[None]:
    """Every way a fleet can fail, as one clear sentence and an exit status."""
    from simulators.publisher import BrokerUnreachable
    from simulators.state import BadState
    from simulators.stations import BadSelection

    try:
        yield
    except BadSelection as bad:
        raise _failed(NO_STATION(lang, name=bad), Exit.USAGE) from bad
    except BadState as bad:
        raise _failed(BAD_STATE(lang, why=bad), Exit.FOUND) from bad
    except BrokerUnreachable as why:
        text = NO_BROKER(lang, host=settings.mqtt_host, port=settings.mqtt_port, why=why)
        raise _failed(text, Exit.UNREACHABLE) from why
    except OSError as bad:
        raise _failed(BAD_FILE(lang, path=bad.filename, why=bad.strerror), Exit.UNREACHABLE) from bad


def _settings(lang: Lang, **given: Any) -> Settings:
    """Settings from the options that were given; what was not comes from the environment."""
    try:
        return Settings.load(**{name: value for name, value in given.items() if value is not None})
    except BadSettings as bad:
        raise _failed(BAD_SETTINGS(lang, faults=bad), Exit.USAGE) from bad


def _registry(path: Path | None, lang: Lang) -> Registry:
    if path is None:
        return synthetic_registry()
    try:
        return read_registry_files(path)
    except BadRegistry as bad:
        raise _failed(BAD_REGISTRY(lang, path=path, n=len(bad.faults)), Exit.FOUND) from bad


def _clock(origin: str | None, started: str | None, speed: float, lang: Lang) -> Clock:
    origin_at, started_at = _instant(origin, lang), _instant(started, lang)
    if (origin_at is None) != (started_at is None):
        raise _failed(HALF_A_CLOCK(lang), Exit.USAGE)
    if origin_at is not None and started_at is not None:
        return FastClock(origin_at, started_at, speed)
    now = SystemClock().now()
    return SystemClock() if speed == 1 else FastClock(now, now, speed)


def _instant(text: str | None, lang: Lang) -> datetime | None:
    """A time without an offset is local."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as bad:
        raise _failed(BAD_TIME(lang, text=text), Exit.USAGE) from bad
    return at if at.tzinfo is not None else at.replace(tzinfo=CHINA)


def _day(text: str | None, lang: Lang) -> date | None:
    at = _instant(text, lang)
    return None if at is None else local_day(at)


def _failed(text: str, status: Exit) -> typer.Exit:
    typer.echo(text, err=True)
    return typer.Exit(status)

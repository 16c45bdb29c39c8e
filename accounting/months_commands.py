"""`guangfu months …`: where months stand, why settled differs from estimated, what moved, and closing."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from sqlalchemy import Connection, Engine

from accounting.closing import ClosePlan, close_months, plan_closing, readings_to_keep
from accounting.commands import check_month, wrong_use
from accounting.statements_commands import MonthOption, rules_of
from accounting.statements_shown import AMOUNT_HEADS, ESTIMATED, SETTLED, show_differences, show_statements
from accounting.villages.imports import PREVIEW, ApplyOption, keep_voucher, told
from guangfu.clock import SystemClock
from guangfu.commands.opened import LangOption, SqlUrl, opened_database
from guangfu.commands.shown import NO_HEAD, local_time, print_table, unconfirmed_mark
from guangfu.commands.who import ByOption, who
from guangfu.exits import Exit
from guangfu.income.settlement.checking import kwh
from guangfu.income.settlement.months import on_grid
from guangfu.ledger.fen import Fen, yuan_text
from guangfu.ledger.states import STEPS, Subject, state_name
from guangfu.stations.models import Registry
from guangfu.storage.api_readings import opened_readings
from guangfu.storage.opening import StorageSettings
from guangfu.storage.sql.figures import first_month, read_monthly_income
from guangfu.storage.sql.month_summary import Amounts, MonthSummary, read_month_summary
from guangfu.storage.sql.papers import read_changes, read_station_months, station_month_id
from guangfu.storage.sql.registry import read_registry
from guangfu.storage.sql.settlement import (
    BoundaryReading,
    lock_months,
    read_boundary_readings,
    read_moved,
    read_statements,
)
from guangfu.texts import Lang, Text

app = typer.Typer(
    help="月份：状态、预估与结算、变动、关账。Months: states, estimated and settled, what moved, closing.",
    no_args_is_help=True, add_completion=False,
)  # fmt: skip

MonthArgument = Annotated[str, typer.Argument(help="月份，如 2026-06。A month.")]
StationOption = Annotated[str | None, typer.Option("--station", help="只看这座电站。Only this station.")]
BannerOption = Annotated[str | None, typer.Option("--banner", help="只看这个旗县（代码）。Only this banner.")]


@app.command("list")
def list_(sql_url: SqlUrl = None, lang: LangOption = "zh-CN") -> None:
    """列出各月：多少座电站处于什么状态，预估与结算。Every month: how many stations stand where.

    例 Example: guangfu months list
    """
    language = Lang.parse(lang)
    with opened_database(sql_url, language) as engine, engine.connect() as db:
        registry = read_registry(engine)
        first = first_month(db)
        months = {row.month for row in read_station_months(db)}
        months |= {row.month for row in read_monthly_income(db, start=first, end="9999-12")} if first else set()
        found = [read_month_summary(db, registry, month) for month in sorted(months)]
    states = list(STEPS[Subject.STATION_MONTH])
    heads = (
        Text("月份", "month"), *(state_name(Subject.STATION_MONTH, state) for state in states),
        Text("待核对", "to look at"), NO_HEAD, Text("预估 元", "estimated, yuan"), NO_HEAD,
        Text("结算 元", "settled, yuan"),
    )  # fmt: skip
    rows = [
        (one.month, *(str(one.states.get(state, 0)) for state in states), str(len(one.waiting)),
         unconfirmed_mark(one.estimated.unconfirmed, language), yuan_text(one.estimated.gross_fen),
         unconfirmed_mark(one.settled.unconfirmed, language), yuan_text(one.settled.gross_fen))
        for one in found
    ]  # fmt: skip
    print_table(language, heads, rows, numbers=len(heads) - 1)


@app.command()
def show(
    month: MonthArgument,
    station: StationOption = None,
    banner: BannerOption = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """一个月：状态、预估与结算、差异原因；给出电站时还有其状态变化与边界读数。A month, or a station's.

    例 Example: guangfu months show 2026-06 --station st0012
    """
    language = Lang.parse(lang)
    check_month(month, language)
    with opened_database(sql_url, language) as engine, engine.connect() as db:
        chosen = _chosen(read_registry(engine), month, station, banner, language)
        summary = read_month_summary(db, read_registry(engine), month, chosen)
        _show(summary, language)
        if station is not None:
            _show_station(db, station, month, language)


def _show(found: MonthSummary, lang: Lang) -> None:
    states = "、".join(f"{state_name(Subject.STATION_MONTH, s)(lang)} {n}" for s, n in sorted(found.states.items()))
    typer.echo(f"{found.month}  {states}")
    print_table(lang, (AMOUNT_HEADS[0], NO_HEAD, *AMOUNT_HEADS[1:]), [
        _amounts(ESTIMATED(lang), found.estimated, lang), _amounts(SETTLED(lang), found.settled, lang),
    ], numbers=3)  # fmt: skip
    of = found.estimated_of_settled
    if any(one.difference_wh or one.difference_base_fen or one.difference_subsidy_fen for one in found.differences):
        typer.echo(_WHY(lang, n=of.stations))
        show_differences(
            (of.energy_wh, of.base_fen, of.subsidy_fen), found.differences, lang, unconfirmed=of.unconfirmed
        )
    if found.waiting:
        typer.echo(_WAITING(lang))
        show_statements(found.waiting, lang)


def _amounts(name: str, of: Amounts, lang: Lang) -> tuple[str, ...]:
    return (
        _OF(lang, name=name, n=of.stations), unconfirmed_mark(of.unconfirmed, lang), kwh(of.energy_wh),
        yuan_text(of.base_fen), yuan_text(of.subsidy_fen),
    )  # fmt: skip


def _show_station(db: Connection, station: str, month: str, lang: Lang) -> None:
    show_statements(read_statements(db, month=month, stations=[station]), lang)
    steps = read_changes(db, Subject.STATION_MONTH, station_month_id(station, month))
    heads = Text("时间", "when"), Text("状态", "state"), Text("经办", "by"), Text("凭证", "voucher")
    print_table(lang, heads, [
        (local_time(x.changed_at), state_name(Subject.STATION_MONTH, x.after)(lang), x.changed_by, x.voucher_id or "—")
        for x in steps
    ])  # fmt: skip
    kept = read_boundary_readings(db, station, month)
    if kept:
        typer.echo(_BOUNDS(lang))
        print_table(lang, _BOUND_HEADS, [_bound(one, lang) for one in kept], numbers=2)


def _bound(one: BoundaryReading, lang: Lang) -> tuple[str, ...]:
    shown = "—" if one.register_wh is None else kwh(one.register_wh)
    quality, source = _QUALITIES[one.quality](lang), _SOURCES[one.source](lang)
    return one.device, local_time(one.bound_at), quality, source, f"{one.multiplication_factor:,}", shown


@app.command()
def moved(
    month: MonthOption = None, station: StationOption = None, sql_url: SqlUrl = None, lang: LangOption = "zh-CN"
) -> None:
    """规则变化或迟到数据使哪些预估变动；已关账的月份不变，只作记录。What other rules or late data moved.

    例 Example: guangfu months moved --month 2026-06
    """
    language = Lang.parse(lang)
    with opened_database(sql_url, language) as engine, engine.connect() as db:
        found = read_moved(db, month=month, stations=None if station is None else [station])
    print_table(language, _MOVED_HEADS, [
        (local_time(x.moved_at), x.station_id, x.month, state_name(Subject.STATION_MONTH, x.state)(language),
         f"{x.rules_before} → {x.rules_after}", kwh(x.energy_after_wh - x.energy_before_wh),
         _change(x.estimated_base_before_fen, x.estimated_base_after_fen),
         _change(x.estimated_subsidy_before_fen, x.estimated_subsidy_after_fen))
        for x in found
    ], numbers=3)  # fmt: skip


def _change(before: int, after: int) -> str:
    return f"{yuan_text(Fen(before))} → {yuan_text(Fen(after))}"


@app.command()
def close(
    month: MonthArgument,
    station: StationOption = None,
    banner: BannerOption = None,
    exception: Annotated[
        Path | None, typer.Option("--exception", exists=True, dir_okay=False, help="签字的例外说明。Signed exception.")
    ] = None,
    apply: ApplyOption = False,
    by: ByOption = None,
    sql_url: SqlUrl = None,
    lang: LangOption = "zh-CN",
) -> None:
    """关账：此后该月数字不再变动；先预览，--apply 写入。Close a month for good; a preview unless --apply.

    没有结算单的电站，须有签字的例外说明才能关账。Without a statement it closes only with a signed exception.

    例 Example: guangfu months close 2026-06 --banner 150430 --apply
    """
    language = Lang.parse(lang)
    check_month(month, language)
    now = SystemClock().now()
    with opened_database(sql_url, language) as engine, told(language):
        registry = read_registry(engine)
        chosen = _chosen(registry, month, station, banner, language)
        with engine.connect() as db:
            plan = plan_closing(db, registry, month, chosen, now, exception=exception is not None)
            kept = _kept(engine, db, registry, plan, language) if apply else []
        if apply:
            with engine.begin() as db:
                lock_months(db)
                plan = plan_closing(db, registry, month, chosen, now, exception=exception is not None)
                _close(db, plan, kept, now, who(by), exception)
    _tell(plan, language, applied=apply)


def _kept(engine: Engine, db: Connection, registry: Registry, plan: ClosePlan, lang: Lang) -> list[BoundaryReading]:
    """From the telemetry store, or from the API of the system that has it open."""
    if not plan.ready:
        return []
    with opened_readings(StorageSettings.load(), engine, registry, plan.month, lang) as readings:
        return readings_to_keep(db, readings, registry, rules_of(db), plan)


def _close(
    db: Connection, plan: ClosePlan, kept: Collection[BoundaryReading], at: datetime, by: str, exception: Path | None
) -> None:
    if not plan.ready:
        return
    voucher = keep_voucher(db, exception, "exception", at=at, by=by) if exception else None
    close_months(db, plan, kept, at=at, by=by, exception_voucher=voucher.voucher_id if voucher else None)


def _tell(plan: ClosePlan, lang: Lang, *, applied: bool) -> None:
    ready, closed = len(plan.ready), sum(one.month.state == "closed" for one in plan.places)
    typer.echo((_CLOSED if applied else _WOULD)(lang, n=ready, month=plan.month, closed=closed))
    reasons = Counter(one.blocked(lang) for one in plan.blocked if one.blocked is not None)
    for reason, n in reasons.most_common(_MOST_REASONS):
        typer.echo(f"  {reason}: {n}")
    if not plan.blocked:
        typer.echo(_ALL(lang, month=plan.month))
    if not applied and ready:
        typer.echo(PREVIEW(lang))
    if plan.blocked:
        raise typer.Exit(Exit.FOUND)


def _chosen(registry: Registry, month: str, station: str | None, banner: str | None, lang: Lang) -> list[str] | None:
    """The stations that are asked for, of all if none are named."""
    if station is not None and station not in registry.stations:
        raise wrong_use(_NO_STATION(lang, id=station))
    if banner is not None and banner not in registry.banners:
        raise wrong_use(_NO_BANNER(lang, code=banner))
    if station is None and banner is None:
        return None
    return [
        one
        for one in on_grid(registry, month)
        if station in {None, one} and banner in {None, registry.stations[one].banner_code}
    ]


_MOST_REASONS: Final = 10
_OF: Final = Text("{name}，{n} 座", "{name}, {n} stations")
_WHY: Final = Text("已入账的 {n} 份结算单与预估的差异：", "the {n} statements that are posted, and the estimate:")
_WAITING: Final = Text("待人工核对的结算单：", "statements that somebody must look at:")
_BOUNDS: Final = Text("关账时留存的边界读数：", "readings at the bounds, kept when the month was closed:")
_BOUND_HEADS: Final = (
    Text("电表", "meter"), Text("边界", "bound"), Text("质量", "quality"), Text("来源", "source"),
    Text("倍率", "factor"), Text("表码 kWh", "register, kWh"),
)  # fmt: skip
_QUALITIES: Final = {
    "exact": Text("实读", "exact"), "interpolated": Text("内插", "interpolated"), "missing": Text("缺失", "missing"),
    "nearest": Text("换表时最近一次读数", "the nearest reading, at an exchange"),
}  # fmt: skip
_SOURCES: Final = {"telemetry": Text("遥测", "telemetry"), "statement": Text("结算单", "statement")}
_MOVED_HEADS: Final = (
    Text("时间", "when"), Text("电站", "station"), Text("月份", "month"), Text("状态", "state"),
    Text("规则版本", "rules"), Text("电量变动 kWh", "energy, kWh"), Text("基础 元", "base, yuan"),
    Text("补贴 元", "subsidy, yuan"),
)  # fmt: skip
_WOULD: Final = Text("{month}：可关账 {n} 座，已关账 {closed} 座", "{month}: {n} could be closed, {closed} are")
_CLOSED: Final = Text("{month}：关账 {n} 座，此前已关账 {closed} 座", "{month}: {n} closed, {closed} were before")
_ALL: Final = Text("{month} 所选电站无一缺漏", "nothing keeps {month} open for these stations")
_NO_STATION: Final = Text("登记册中没有电站 {id}", "the registry has no station {id}")
_NO_BANNER: Final = Text("登记册中没有旗县 {code}", "the registry has no banner {code}")

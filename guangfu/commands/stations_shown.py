"""How `guangfu stations` shows faults, changes and stations."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import typer
from rich.text import Text as RichText

from guangfu.commands.shown import Cell, print_table
from guangfu.stations.faults import Fault, Severity, place
from guangfu.stations.models import Registry, Station, StationKind
from guangfu.stations.tables import TABLE_NAMES, Table
from guangfu.texts import Lang, Text

_HEADS: Final = (
    Text("编号", "id"), Text("名称", "name"), Text("盟市", "league"), Text("旗县", "banner"), Text("类型", "kind"),
    Text("并网日期", "on grid"), Text("装机容量 kW", "capacity kW"), Text("嘎查村", "villages"),
)  # fmt: skip
_SEVERITY: Final = {Severity.ERROR: Text("错误", "error"), Severity.WARNING: Text("提醒", "warning")}
_STYLE: Final = {Severity.ERROR: "red", Severity.WARNING: "yellow"}
_KIND: Final = {
    (StationKind.CENTRALIZED, False): Text("集中式", "centralized"),
    (StationKind.VILLAGE, False): Text("村级", "village"),
    (StationKind.VILLAGE, True): Text("联村", "joint-village"),
}


def show_faults(faults: Sequence[Fault], most: int, lang: Lang) -> None:
    """The faults, errors first, and their count."""
    if not faults:
        return
    errors = sum(fault.severity == Severity.ERROR for fault in faults)
    heads = Text("", ""), Text("位置", "place"), Text("问题", "fault")
    shown = sorted(faults, key=lambda fault: fault.severity != Severity.ERROR)[:most]
    print_table(lang, heads, [_fault_row(fault, lang) for fault in shown])
    if len(faults) > most:
        left = Text("……还有 {n} 条（check --most 列出更多）", "… and {n} more (check --most shows them)")
        typer.echo(left(lang, n=len(faults) - most))
    summary = Text("{errors} 个错误，{warnings} 个提醒", "{errors} errors, {warnings} warnings")
    typer.echo(summary(lang, errors=errors, warnings=len(faults) - errors))


def _fault_row(fault: Fault, lang: Lang) -> list[Cell]:
    return [RichText(_SEVERITY[fault.severity](lang), _STYLE[fault.severity]), place(fault), fault.text(lang)]


def show_changes(changes: Mapping[str, tuple[int, int]], lang: Lang) -> None:
    """Rows added and superseded, by table."""
    heads = Text("表", "table"), Text("新增行", "added"), Text("作废行", "superseded")
    rows = [
        (TABLE_NAMES[Table(name)](lang), f"{added:,}", f"{superseded:,}")
        for name, (added, superseded) in changes.items()
    ]
    print_table(lang, heads, rows, numbers=2)


def show_stations(registry: Registry, league: str, banner: str, kind: StationKind | None, lang: Lang) -> None:
    """The stations that are asked for, and their number and capacity."""
    stations = [s for s in registry.stations.values() if _asked_for(registry, s, league, banner, kind)]
    if stations:
        print_table(lang, _HEADS, [_row(registry, station, lang) for station in stations], numbers=2)
    total = Text("{n} 座电站，装机容量 {mw:,.3f} MW", "{n} stations, {mw:,.3f} MW")
    typer.echo(total(lang, n=len(stations), mw=sum(s.capacity_dc_w for s in stations) / 1e6))
    if registry.synthetic:
        typer.echo(Text("演示数据", "synthetic data")(lang))


def _row(registry: Registry, station: Station, lang: Lang) -> list[str]:
    banner = registry.banners[station.banner_code]
    league = registry.leagues[banner.league_code]
    english = lang is Lang.EN
    owners = {share.village_id for share in registry.shares_of.get(station.station_id, ()) if share.valid_to is None}
    return [
        station.station_id,
        station.name_en if english else station.name,
        league.name_en if english else league.name,
        banner.name_en if english else banner.name,
        _KIND[station.kind, station.joint](lang),
        station.grid_connected_on.isoformat(),
        f"{station.capacity_dc_w / 1000:,g}",
        str(len(owners)) if owners else "—",
    ]


def _asked_for(registry: Registry, station: Station, league: str, banner: str, kind: StationKind | None) -> bool:
    of_banner = registry.banners[station.banner_code]
    of_league = registry.leagues[of_banner.league_code]
    return (
        (kind is None or station.kind == kind)
        and _named(banner, (of_banner.code, of_banner.name, of_banner.name_en))
        and _named(league, (of_league.code, of_league.name, of_league.name_en))
    )


def _named(asked: str, names: Iterable[str]) -> bool:
    """A name or its beginning, a code, or nothing asked for."""
    return any(name.casefold().startswith(asked.casefold()) for name in names)

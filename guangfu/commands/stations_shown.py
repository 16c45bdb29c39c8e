"""How `guangfu stations` shows faults, changes and stations."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text as RichText

from guangfu.stations.faults import Fault, Severity, place
from guangfu.stations.models import Registry, Station, StationKind
from guangfu.stations.tables import TABLE_NAMES
from guangfu.stations.tables import Table as RegistryTable
from guangfu.texts import Lang, Text

PIPED_WIDTH: Final = 160
"""Without a terminal there is no width to keep to; a line has room for its sentence."""

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
    table = _table(lang, Text("", ""), Text("位置", "place"), Text("问题", "fault"))
    for fault in sorted(faults, key=lambda fault: fault.severity != Severity.ERROR)[:most]:
        mark = RichText(_SEVERITY[fault.severity](lang), style=_STYLE[fault.severity])
        table.add_row(mark, RichText(place(fault)), RichText(fault.text(lang)))
    _console().print(table)
    if len(faults) > most:
        left = Text("……还有 {n} 条（check --most 列出更多）", "… and {n} more (check --most shows them)")
        _console().print(left(lang, n=len(faults) - most))
    summary = Text("{errors} 个错误，{warnings} 个提醒", "{errors} errors, {warnings} warnings")
    _console().print(summary(lang, errors=errors, warnings=len(faults) - errors))


def show_changes(changes: Mapping[str, tuple[int, int]], lang: Lang) -> None:
    """Rows added and superseded, by table."""
    table = _table(lang, Text("表", "table"), Text("新增行", "added"), Text("作废行", "superseded"), numbers=2)
    for name, (added, superseded) in changes.items():
        table.add_row(TABLE_NAMES[RegistryTable(name)](lang), f"{added:,}", f"{superseded:,}")
    _console().print(table)


def show_stations(registry: Registry, league: str, banner: str, kind: StationKind | None, lang: Lang) -> None:
    """The stations that are asked for, and their number and capacity."""
    heads = (
        Text("编号", "id"), Text("名称", "name"), Text("盟市", "league"), Text("旗县", "banner"), Text("类型", "kind"),
        Text("并网日期", "on grid"), Text("装机容量 kW", "capacity kW"), Text("嘎查村", "villages"),
    )  # fmt: skip
    table = _table(lang, *heads, numbers=2)
    stations = [s for s in registry.stations.values() if _asked_for(registry, s, league, banner, kind)]
    for station in stations:
        table.add_row(*map(RichText, _row(registry, station, lang)))
    if stations:
        _console().print(table)
    total = Text("{n} 座电站，装机容量 {mw:,.3f} MW", "{n} stations, {mw:,.3f} MW")
    _console().print(total(lang, n=len(stations), mw=sum(s.capacity_dc_w for s in stations) / 1e6))
    if registry.synthetic:
        _console().print(Text("演示数据", "synthetic data")(lang))


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


def _table(lang: Lang, *heads: Text, numbers: int = 0) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for i, head in enumerate(heads):
        is_number = i >= len(heads) - numbers
        table.add_column(head(lang), justify="right" if is_number else "left", overflow="fold", no_wrap=is_number)
    return table


def _console() -> Console:
    return Console(width=None if sys.stdout.isatty() else PIPED_WIDTH, highlight=False, markup=False)

"""What all dashboards have in common: identity, time, links, and the places of the panels."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Self

from grafana_foundation_sdk.builders import dashboard as builder
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models.dashboard import (
    Dashboard,
    DashboardCursorSync,
    DashboardLink,
    DashboardLinkType,
    DataSourceRef,
    Panel,
    RowPanel,
    VariableModel,
    VariableOption,
    VariableRefresh,
    VariableSort,
)

from dashboards import colours, sql
from dashboards.annotations import annotations
from dashboards.looks import NO_UNIT, Word
from dashboards.looks import words as mapped
from dashboards.panels import stat
from dashboards.sources import MONEY
from dashboards.words import shared
from guangfu.income.rules.loading import RulesSettings, load_rules
from guangfu.texts import Lang, Text

COLUMNS: Final = 24
TAG: Final = "guangfu"
SUFFIX: Final = {Lang.ZH: "zh", Lang.EN: "en"}
NAMES: Final = {
    "wall": shared.WALL, "fleet": shared.FLEET, "area": shared.AREA, "station": shared.STATION, "income": shared.INCOME,
    "finance": shared.FINANCE,
    "quality": shared.DATA_QUALITY, "ingest": shared.INGEST,
}  # fmt: skip


def uid(name: str, lang: Lang) -> str:
    """The dashboard's uid, which never changes: people's links hold it."""
    return f"guangfu-{name}-{SUFFIX[lang]}"


def folder_uid(lang: Lang) -> str:
    return f"guangfu-{SUFFIX[lang]}"


@dataclass(frozen=True)
class Board:
    """A dashboard before it becomes JSON; `panels` are placed from left to right, row by row.

    One that does not follow the range has no time to pick; one without charts over time is not annotated.
    """

    name: str
    title: Text
    description: Text
    panels: Sequence[Panel]
    variables: Sequence[Builder[VariableModel]] = ()
    range_from: str = "now-7d"
    range_to: str = "now"
    refresh: str = "1m"
    follows_range: bool = True
    pickers: Sequence[str] = field(default=("30s", "1m", "5m", "15m"))
    annotated: bool = True


def render(board: Board, lang: Lang) -> Dashboard:
    frame = (
        builder.Dashboard(board.title(lang))
        .uid(uid(board.name, lang))
        .description(board.description(lang))
        .tags([TAG, lang.value])
        .timezone("Asia/Shanghai")
        .week_start("monday")
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .time(board.range_from, board.range_to)
        .refresh(board.refresh)
        .timepicker(builder.TimePicker().hidden(not board.follows_range).refresh_intervals(list(board.pickers)))
        .readonly()
        .variables(list(board.variables))
        .links(_links(board.name, lang))
    )
    made = frame.build()
    if board.annotated:
        made.annotations.list_val = annotations(lang)
    made.panels = place(board.panels)
    return made


def place(panels: Sequence[Panel]) -> list[Panel | RowPanel]:
    """Number the panels and put them in rows of 24 columns; a row is as high as its highest panel."""
    x = y = height = 0
    for number, panel in enumerate(panels, start=1):
        assert panel.grid_pos is not None, "every panel has a size"
        if x + panel.grid_pos.w > COLUMNS:
            x, y, height = 0, y + height, 0
        panel.id_val, panel.grid_pos.x, panel.grid_pos.y = number, x, y
        x, height = x + panel.grid_pos.w, max(height, panel.grid_pos.h)
    return list(panels)


def _links(name: str, lang: Lang) -> list[Builder[DashboardLink]]:
    """The other dashboards, then this one in the other language; time and variables go along to all of them."""
    others = [_link(title(lang), uid(other, lang)) for other, title in NAMES.items() if other != name]
    other_lang = Lang.EN if lang is Lang.ZH else Lang.ZH
    return [*others, _link(shared.OTHER_LANGUAGE(lang), uid(name, other_lang))]


def _link(title: str, to: str) -> builder.DashboardLink:
    return (
        builder.DashboardLink(title)
        .type(DashboardLinkType.LINK)
        .url(f"/d/{to}")
        .icon("dashboard")
        .keep_time(True)
        .include_vars(True)
    )


def kind_of_data(lang: Lang, *, span: int, height: int = 4) -> Panel:
    """演示数据, where the registry says so; asked, not written here."""
    said = {
        "true": Word(shared.IS_SYNTHETIC(lang), colours.NOTE),
        "false": Word(shared.IS_REAL(lang), colours.NOTE),
    }
    label = shared.SYNTHETIC(lang)
    return stat(label, sql.synthetic(), unit=NO_UNIT, span=span, height=height, mappings=mapped(said))


class AllVariable(builder.QueryVariable):
    """One with all values as a choice."""

    def current_all(self) -> Self:
        """All of them are chosen at first."""
        return self.current(VariableOption(text="All", value="$__all", selected=True))


def league_variable(lang: Lang) -> builder.QueryVariable:
    """One league, or all."""
    name = sql.name_column(lang)
    query = f"SELECT {name} AS __text, code AS __value FROM leagues WHERE superseded_at IS NULL ORDER BY code"  # noqa: S608
    return query_variable("league", shared.LEAGUE(lang), query).include_all(True).current_all()


def banner_variable(lang: Lang) -> builder.QueryVariable:
    """The banners of the chosen league."""
    query = (
        f"SELECT {sql.name_column(lang)} AS __text, code AS __value FROM banners "  # noqa: S608
        "WHERE superseded_at IS NULL AND league_code IN (${league}) ORDER BY code"
    )
    return query_variable("banner", shared.BANNER(lang), query).include_all(True).current_all()


def query_variable(name: str, label: str, query: str, *, sort: VariableSort = VariableSort.DISABLED) -> AllVariable:
    """A variable whose values PostgreSQL gives, as `__text` and `__value`; the first one is taken at first."""
    return (
        AllVariable(name)
        .label(label)
        .datasource(DataSourceRef(MONEY.kind, MONEY.uid))
        .query(query)
        .refresh(VariableRefresh.ON_DASHBOARD_LOAD)
        .sort(sort)
    )


def coverage_floor() -> builder.ConstantVariable:
    """The share of a month's days that must have a figure, from the rules, an operator's own included.

    Raises:
        BadSettings: `GUANGFU_RULES_FOLDER` is wrong.
        BadRules: Some rules are wrong.
    """
    floor = load_rules(RulesSettings.load().folder).energy.coverage_floor
    return builder.ConstantVariable("coverage_floor").value(str(floor))

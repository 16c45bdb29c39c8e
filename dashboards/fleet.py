"""The fleet: what is down, what does it cost, whom."""

# ruff: noqa: S608 - queries are made of constants of ours; what people choose stays a variable of Grafana

from typing import Final

from grafana_foundation_sdk.models.dashboard import Panel

from dashboards import colours, influxql, sql
from dashboards.daily import energy_by_day
from dashboards.frame import Board, coverage_floor, kind_of_data, uid
from dashboards.looks import HIDDEN, NARROW, THOUSANDS, Column, words
from dashboards.money import Scale, money_columns, wall_scale
from dashboards.panels import bars, curve, stat, table
from dashboards.states import SHOWN, TROUBLED, count_columns, counts, state_column, state_words
from dashboards.station_map import station_map
from dashboards.target import Sql
from dashboards.words import fleet as says
from dashboards.words import shared
from guangfu.texts import Lang

KEEP_TIME: Final = "${__url_time_range}"


def station_link(lang: Lang) -> str:
    """To the station of the row: its id is in the column `station_id`. The time range goes along."""
    return f"/d/{uid('station', lang)}?var-station=${{__data.fields.station_id}}&{KEEP_TIME}"


def area_link(lang: Lang) -> str:
    """To the banner of the row, by the columns `league_code` and `banner_code`."""
    chosen = "var-league=${__data.fields.league_code}&var-banner=${__data.fields.banner_code}"
    return f"/d/{uid('area', lang)}?{chosen}&{KEEP_TIME}"


def league_link(lang: Lang) -> str:
    """To the league of the row, all its banners."""
    return f"/d/{uid('area', lang)}?var-league=${{__data.fields.league_code}}&var-banner=$__all&{KEEP_TIME}"


def board(lang: Lang) -> Board:
    return Board(
        name="fleet",
        title=says.TITLE,
        description=says.DESCRIPTION,
        variables=[coverage_floor()],
        panels=[
            *first_row(lang, wall_scale(lang)),
            troubles(lang),
            station_positions(lang),
            power(lang),
            by_league(lang),
            energy_by_day(says.ENERGY_BY_DAY(lang), "daily_energy", "true", lang, height=9),
            _income_by_league(lang),
        ],
    )


def first_row(lang: Lang, scale: Scale, *, height: int = 4) -> list[Panel]:
    """What is down, what it costs; then power, energy and income."""
    states, today = sql.states(lang), sql.TODAY
    attention = Sql(f"SELECT count(*) AS stations FROM {states} f WHERE {TROUBLED}")
    at_stake = Sql(f"SELECT coalesce(sum(usual_yuan), 0) AS yuan FROM {states} f WHERE {TROUBLED}")
    energy = Sql(f"SELECT sum(energy_wh) AS energy_wh FROM daily_energy WHERE day = {today}")
    income = Sql(
        f"SELECT sum(estimated_gross_fen) / 100.0 / {scale.yuan} AS yuan FROM daily_income WHERE day = {today}"
    )
    return [
        stat(says.ATTENTION(lang), attention, unit=THOUSANDS, span=4, decimals=0, warn_above=1, height=height),
        stat(says.AT_STAKE(lang), at_stake, unit=THOUSANDS, span=5, decimals=0, height=height),
        stat(says.POWER_NOW(lang), sql.power_now(), unit="watt", span=4, decimals=1, height=height),
        stat(says.ENERGY_TODAY(lang), energy, unit="watth", span=4, decimals=1, height=height),
        stat(says.INCOME_TODAY(lang), income, unit=scale.unit, span=4, decimals=2, height=height),
        kind_of_data(lang, span=3, height=height),
    ]


def troubles(lang: Lang, *, span: int = 16, height: int = 11, most: int = 100) -> Panel:
    query = (
        f"SELECT station_id, station, {SHOWN} AS state, usual_yuan, ratio, "
        f"{sql.local_minute('last_reading_at')} AS last_reading, banner FROM {sql.states(lang)} f "
        f"WHERE {TROUBLED} ORDER BY usual_yuan DESC NULLS LAST, station LIMIT {most}"
    )
    columns = {
        "station_id": Column("id", style=HIDDEN),
        "station": Column(shared.STATION_COLUMN(lang), link=station_link(lang), style=NARROW),
        "state": state_column(lang),
        "usual_yuan": Column(shared.USUAL(lang), THOUSANDS, 0, width=92),
        "ratio": Column(says.RATIO(lang), "percentunit", 0, width=84),
        "last_reading": Column(shared.LAST_HEARD(lang), width=152),
        "banner": Column(shared.BANNER(lang), width=110),
    }
    return table(says.TROUBLES(lang), Sql(query), columns=columns, span=span, height=height)


def station_positions(lang: Lang, *, span: int = 8, height: int = 11) -> Panel:
    """The stations in trouble are a layer of their own, larger and over the others."""
    columns = f"lon, lat, station, {SHOWN} AS state, league, banner"
    well, troubled = (
        Sql(f"SELECT {columns} FROM {sql.states(lang)} f WHERE {which} ORDER BY station_id")
        for which in ("trouble IS NULL", TROUBLED)
    )
    name = "name_en" if lang is Lang.EN else "regexp_replace(name, '[市盟]$', '')"
    places = Sql(f"SELECT seat_lon AS lon, seat_lat AS lat, {name} AS name FROM leagues WHERE superseded_at IS NULL")
    shown = {
        "state": Column(shared.STATE(lang), mappings=words(state_words(lang))),
        "station": Column(shared.STATION_COLUMN(lang)),
        "league": Column(shared.LEAGUE(lang)),
        "banner": Column(shared.BANNER(lang)),
    }
    return station_map(says.MAP(lang), well, troubled, places, columns=shown, span=span, height=height)


MOST_POINTS: Final = 350
"""A week in half hours: over 786 meters each step costs, and a wall shows no more."""


def power(lang: Lang, *, span: int = 11, height: int = 9) -> Panel:
    """In steps of 15 minutes at least, so that stations that report seldom are in every step."""
    return curve(
        says.POWER(lang),
        [influxql.fleet_power()],
        unit="watt",
        span=span,
        height=height,
        step="15m",
        most_points=MOST_POINTS,
        columns={"pv_banner_15min.sum": Column(says.FLEET_POWER_SERIES(lang), "watt", colour=colours.ACCENT)},
    )


def by_league(lang: Lang, *, span: int = 13, height: int = 9) -> Panel:
    query = (
        f"SELECT league_code, league, {counts()}, sum(e.energy_wh) / 1000.0 AS energy_kwh, "
        f"sum(i.estimated_gross_fen) / 100.0 AS yuan FROM {sql.states(lang)} f "
        f"LEFT JOIN daily_energy e ON e.station_id = f.station_id AND e.day = {sql.TODAY} "
        f"LEFT JOIN daily_income i ON i.station_id = f.station_id AND i.day = {sql.TODAY} "
        "GROUP BY league_code, league ORDER BY league_code"
    )
    columns = {
        "league_code": Column("league", style=HIDDEN),
        "league": Column(shared.LEAGUE(lang), link=league_link(lang), style=NARROW),
        **count_columns(lang),
        "energy_kwh": Column(says.TODAY_KWH(lang), THOUSANDS, 0, width=122),
        "yuan": Column(says.TODAY_YUAN(lang), THOUSANDS, 0, width=95),
    }
    return table(says.BY_LEAGUE(lang), Sql(query), columns=columns, span=span, height=height)


def _income_by_league(lang: Lang) -> Panel:
    scale = wall_scale(lang)
    query = (
        f"SELECT league, sum(estimated_base_fen) / 100.0 / {scale.yuan} AS base, "
        f"sum(estimated_subsidy_fen) / 100.0 / {scale.yuan} AS subsidy "
        f"FROM monthly_income m JOIN {sql.fleet(lang)} f USING (station_id) "
        f"WHERE month = to_char({sql.TODAY}, 'YYYY-MM') AND {sql.ENOUGH} "
        "GROUP BY league ORDER BY sum(estimated_gross_fen) DESC"
    )
    columns = money_columns(lang)
    return bars(
        says.INCOME_BY_LEAGUE(lang), Sql(query), unit=THOUSANDS, along="league", columns=columns, lying=True, decimals=2
    )

"""A league or a banner: is it well, and which of its stations is not."""

# ruff: noqa: S608 - queries are made of constants of ours; what people choose stays a variable of Grafana

from typing import Final

from grafana_foundation_sdk.models.dashboard import Panel

from dashboards import colours, influxql, sql
from dashboards.daily import energy_by_day
from dashboards.fleet import area_link, station_link
from dashboards.frame import Board, banner_variable, kind_of_data, league_variable
from dashboards.looks import DASHED, GAUGE_CELL, HIDDEN, NARROW, THOUSANDS, WITH_POINTS, Column
from dashboards.money import wall_scale
from dashboards.panels import curve, stat, table
from dashboards.states import SHOWN, TROUBLED, state_column
from dashboards.target import Sql
from dashboards.words import area as says
from dashboards.words import fleet as fleet_says
from dashboards.words import shared
from guangfu.texts import Lang

HERE: Final = "f.league_code IN (${league}) AND f.banner_code IN (${banner})"


def board(lang: Lang) -> Board:
    return Board(
        name="area",
        title=says.TITLE,
        description=says.DESCRIPTION,
        variables=[league_variable(lang), banner_variable(lang)],
        panels=[
            *_first_row(lang),
            _banners(lang),
            _stations(lang),
            _power(lang),
            energy_by_day(
                fleet_says.ENERGY_BY_DAY(lang),
                f"daily_energy JOIN {sql.fleet(lang)} f USING (station_id)",
                HERE,
                lang,
                height=9,
            ),
            _hours_by_day(lang),
        ],
    )


def _of_today(lang: Lang, table_name: str, column: str) -> Sql:
    return Sql(
        f"SELECT {column} FROM {table_name} d JOIN {sql.fleet(lang)} f USING (station_id) "
        f"WHERE d.day = {sql.TODAY} AND {HERE}"
    )


def _first_row(lang: Lang) -> list[Panel]:
    states, scale = sql.states(lang), wall_scale(lang)
    attention = Sql(f"SELECT count(*) AS stations FROM {states} f WHERE {TROUBLED} AND {HERE}")
    at_stake = Sql(f"SELECT coalesce(sum(usual_yuan), 0) AS yuan FROM {states} f WHERE {TROUBLED} AND {HERE}")
    energy = _of_today(lang, "daily_energy", "sum(energy_wh) AS energy_wh")
    income = _of_today(lang, "daily_income", f"sum(estimated_gross_fen) / 100.0 / {scale.yuan} AS yuan")
    return [
        stat(fleet_says.ATTENTION(lang), attention, unit=THOUSANDS, span=4, decimals=0, warn_above=1),
        stat(fleet_says.AT_STAKE(lang), at_stake, unit=THOUSANDS, span=5, decimals=0),
        stat(fleet_says.POWER_NOW(lang), sql.power_now(HERE), unit="watt", span=4, decimals=1),
        stat(fleet_says.ENERGY_TODAY(lang), energy, unit="watth", span=4, decimals=1),
        stat(fleet_says.INCOME_TODAY(lang), income, unit=scale.unit, span=4, decimals=2),
        kind_of_data(lang, span=3),
    ]


def _banners(lang: Lang) -> Panel:
    query = (
        "SELECT f.league_code, f.banner_code, f.banner, f.league, count(*) AS stations, "
        f"count(*) FILTER (WHERE {TROUBLED}) AS troubled, sum(e.energy_wh) / 1000.0 AS energy_kwh, "
        "sum(i.estimated_gross_fen) / 100.0 AS yuan, "
        f"percentile_cont(0.5) WITHIN GROUP (ORDER BY f.hours) AS hours FROM {sql.states(lang)} f "
        f"LEFT JOIN daily_energy e ON e.station_id = f.station_id AND e.day = {sql.TODAY} "
        f"LEFT JOIN daily_income i ON i.station_id = f.station_id AND i.day = {sql.TODAY} "
        f"WHERE {HERE} GROUP BY 1, 2, 3, 4 "
        f"ORDER BY count(*) FILTER (WHERE {TROUBLED})::float / count(*) DESC, banner_code"
    )
    columns = {
        "league_code": Column("league", style=HIDDEN),
        "banner_code": Column("banner", style=HIDDEN),
        "banner": Column(shared.BANNER(lang), link=area_link(lang), style=NARROW),
        "league": Column(shared.LEAGUE(lang), style=NARROW),
        "stations": Column(shared.STATIONS(lang), THOUSANDS, 0, width=82),
        "troubled": Column(says.TROUBLED(lang), THOUSANDS, 0, width=82),
        "energy_kwh": Column(fleet_says.TODAY_KWH(lang), THOUSANDS, 0, width=130),
        "yuan": Column(fleet_says.TODAY_YUAN(lang), THOUSANDS, 0, width=100),
        "hours": Column(says.HOURS_YESTERDAY(lang), "suffix:h", 2, colours.ACCENT, width=520, style=GAUGE_CELL),
    }
    return table(says.BANNERS(lang), Sql(query), columns=columns, span=24, height=10)


def _stations(lang: Lang) -> Panel:
    query = (
        f"SELECT f.station_id, f.station, {SHOWN} AS state, f.ratio, f.hours, "
        f"e.energy_wh / 1000.0 AS energy_kwh, f.usual_yuan, {sql.local_minute('f.last_reading_at')} AS last_reading, "
        f"f.banner FROM {sql.states(lang)} f "
        f"LEFT JOIN daily_energy e ON e.station_id = f.station_id AND e.day = {sql.TODAY} "
        f"WHERE {HERE} ORDER BY (trouble IS NULL), f.ratio NULLS LAST, f.station_id LIMIT 300"
    )
    columns = {
        "station_id": Column("id", style=HIDDEN),
        "station": Column(shared.STATION_COLUMN(lang), link=station_link(lang), style=NARROW),
        "state": state_column(lang),
        "ratio": Column(fleet_says.RATIO(lang), "percentunit", 0, width=100),
        "hours": Column(says.HOURS_YESTERDAY(lang), "suffix:h", 2, width=132),
        "energy_kwh": Column(fleet_says.TODAY_KWH(lang), THOUSANDS, 1, width=125),
        "usual_yuan": Column(shared.USUAL(lang), THOUSANDS, 0, width=92),
        "last_reading": Column(shared.LAST_HEARD(lang), width=152),
        "banner": Column(shared.BANNER(lang), width=170),
    }
    return table(says.STATIONS(lang), Sql(query), columns=columns, span=24, height=10)


def _power(lang: Lang) -> Panel:
    columns = {"pv_banner_15min.sum": Column(says.POWER_SERIES(lang), "watt", colour=colours.ACCENT)}
    return curve(
        says.POWER(lang), [influxql.area_power()], unit="watt", step="15m", most_points=600, columns=columns, height=9
    )


def _hours_by_day(lang: Lang) -> Panel:
    """The median here beside that of the whole fleet."""
    hours = (
        f"(SELECT d.day, d.energy_wh::float / f.capacity_dc_w AS hours, {HERE} AS here FROM daily_energy d "
        f"JOIN {sql.fleet(lang)} f USING (station_id) WHERE d.energy_wh IS NOT NULL AND d.day < {sql.TODAY} "
        f"AND {sql.in_range('d.day')})"
    )
    median = "percentile_cont(0.5) WITHIN GROUP (ORDER BY hours)"
    query = (
        f"SELECT {sql.at_midnight('day')} AS time, {median} FILTER (WHERE here) AS here, {median} AS everywhere "
        f"FROM {hours} h GROUP BY day ORDER BY day"
    )
    columns = {
        "here": Column(says.MEDIAN_HERE(lang), "suffix:h", 2, colours.ACCENT, style=WITH_POINTS),
        "everywhere": Column(says.MEDIAN_EVERYWHERE(lang), "suffix:h", 2, colours.EXPECTED, style=DASHED),
    }
    return curve(
        says.HOURS_BY_DAY(lang), [Sql(query, series=True)], unit="suffix:h", columns=columns, span=24, height=8,
        gap_ms=86_400_000,
    )  # fmt: skip

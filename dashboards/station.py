"""A station: is it producing what its neighbours produce."""

# ruff: noqa: S608 - queries are made of constants of ours; what people choose stays a variable of Grafana

from typing import Final

from grafana_foundation_sdk.builders.dashboard import QueryVariable
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models.dashboard import Panel, VariableHide, VariableModel

from dashboards import colours, influxql, sql
from dashboards.daily import energy_by_day
from dashboards.fleet import area_link, league_link
from dashboards.frame import Board, coverage_floor, kind_of_data, query_variable
from dashboards.looks import (
    DASHED,
    DASHED_LINE,
    HIDDEN,
    NARROW,
    THOUSANDS,
    WITH_POINTS,
    Column,
    Word,
    words,
)
from dashboards.money import money_columns
from dashboards.panels import curve, day_bars, stat, table
from dashboards.states import SHOWN, state_column
from dashboards.target import Sql
from dashboards.words import shared
from dashboards.words import station as says
from guangfu.income.reasons import REASON_TEXTS
from guangfu.texts import Lang

THIS: Final = "station_id = '${station}'"


def board(lang: Lang) -> Board:
    return Board(
        name="station",
        title=says.TITLE,
        description=says.DESCRIPTION,
        range_from="now-7d",
        variables=[_variable(lang), *_for_comparing(), coverage_floor()],
        panels=[
            *_first_row(lang),
            _facts(lang),
            _power(lang),
            _hours(lang),
            _against_banner(lang),
            _inverters(lang),
            _irradiance(lang),
            energy_by_day(says.ENERGY_BY_DAY(lang), "daily_energy", THIS, lang),
            _income_by_day(lang),
            _villages(lang),
            _quality(lang),
        ],
    )


def _variable(lang: Lang) -> QueryVariable:
    """Station, banner and id, since names repeat."""
    query = (
        "SELECT station || ' · ' || banner || ' · ' || station_id AS __text, station_id AS __value "
        f"FROM {sql.fleet(lang)} f ORDER BY league_code, banner_code, station, station_id"
    )
    return query_variable("station", says.VARIABLE(lang), query)


def _for_comparing() -> list[Builder[VariableModel]]:
    """What InfluxDB does not know of the station: its banner, and the DC capacities of both [W]. They follow it."""
    mine = f"(SELECT banner_code FROM stations WHERE {THIS} AND superseded_at IS NULL)"
    in_banner = (
        f"FROM stations s WHERE superseded_at IS NULL AND (closed_on IS NULL OR closed_on > {sql.TODAY}) "
        f"AND banner_code = {mine}"
    )
    asked = {
        "of_banner": f"SELECT banner_code FROM stations WHERE {THIS} AND superseded_at IS NULL",
        "dc_w": f"SELECT capacity_dc_w::text FROM stations WHERE {THIS} AND superseded_at IS NULL",
        "banner_dc_w": f"SELECT sum(capacity_dc_w)::text {in_banner}",
    }
    return [query_variable(name, "", query).hide(VariableHide.HIDE_VARIABLE) for name, query in asked.items()]


def _first_row(lang: Lang) -> list[Panel]:
    day = f"{THIS} AND day = {sql.TODAY}"
    energy = Sql(f"SELECT energy_wh FROM daily_energy WHERE {day}")
    today = Sql(f"SELECT estimated_gross_fen / 100.0 AS yuan FROM daily_income WHERE {day}")
    month = Sql(
        "SELECT estimated_gross_fen / 100.0 AS yuan FROM monthly_income m "
        f"WHERE {THIS} AND month = to_char({sql.TODAY}, 'YYYY-MM') AND {sql.ENOUGH}"
    )
    return [
        stat(says.LIKE_NEIGHBOURS(lang), _like_neighbours(lang), unit="percentunit", span=5, decimals=0),
        stat(says.POWER_NOW(lang), sql.power_now(THIS), unit="watt", span=4, decimals=1),
        stat(says.ENERGY_TODAY(lang), energy, unit="watth", span=3, decimals=1),
        stat(says.INCOME_TODAY(lang), today, unit=THOUSANDS, span=4, decimals=2),
        stat(says.INCOME_MONTH(lang), month, unit=THOUSANDS, span=5, decimals=2),
        kind_of_data(lang, span=3),
    ]


def _hours_of_banner(lang: Lang, days: str) -> str:
    """Equivalent hours [h] of the banner's stations, on days that have an energy; `mine` marks the station."""
    return (
        f"(SELECT e.day, e.energy_wh::float / f.capacity_dc_w AS hours, f.{THIS} AS mine "
        f"FROM {sql.fleet(lang)} f JOIN daily_energy e USING (station_id) WHERE e.energy_wh IS NOT NULL AND {days} "
        f"AND f.banner_code = (SELECT banner_code FROM stations WHERE {THIS} AND superseded_at IS NULL))"
    )


MEDIAN: Final = "percentile_cont(0.5) WITHIN GROUP (ORDER BY hours) FILTER (WHERE NOT mine)"


def _like_neighbours(lang: Lang) -> Sql:
    days = f"e.day = {sql.TODAY} - 1"
    return Sql(
        f"SELECT max(hours) FILTER (WHERE mine) / nullif({MEDIAN}, 0) AS ratio FROM {_hours_of_banner(lang, days)} h "
        f"HAVING count(*) FILTER (WHERE NOT mine) >= {sql.FEWEST_NEIGHBOURS}"
    )


def kind_words(lang: Lang) -> dict[str, Word]:
    return {
        "centralized": Word(shared.CENTRALIZED(lang), colours.ACCENT),
        "village": Word(shared.VILLAGE_LEVEL(lang), colours.ACCENT),
        "joint": Word(shared.JOINT(lang), colours.ACCENT),
    }


def _facts(lang: Lang) -> Panel:
    query = (
        f"SELECT league_code, banner_code, station, {SHOWN} AS state, "
        f"{sql.local_minute('last_reading_at')} AS last_reading, league, banner, "
        "CASE WHEN joint THEN 'joint' ELSE kind END AS kind, "
        "capacity_dc_w / 1000.0 AS dc_kw, capacity_ac_w / 1000.0 AS ac_kw, "
        f"to_char(grid_connected_on, 'YYYY-MM-DD') AS grid_connected_on FROM {sql.states(lang)} f WHERE f.{THIS}"
    )
    columns = {
        "station": Column(shared.STATION_COLUMN(lang)),
        "state": state_column(lang),
        "last_reading": Column(shared.LAST_HEARD(lang), width=152),
        "league_code": Column("league", style=HIDDEN),
        "banner_code": Column("banner", style=HIDDEN),
        "league": Column(shared.LEAGUE(lang), link=league_link(lang), width=110),
        "banner": Column(shared.BANNER(lang), link=area_link(lang), width=160),
        "kind": Column(shared.KIND(lang), mappings=words(kind_words(lang)), width=100),
        "dc_kw": Column(shared.CAPACITY(lang), THOUSANDS, 1, width=122),
        "ac_kw": Column(says.AC_CAPACITY(lang), THOUSANDS, 1, width=138),
        "grid_connected_on": Column(says.GRID_CONNECTED(lang), width=125),
    }
    return table(says.FACTS(lang), Sql(query), columns=columns, span=24, height=4)


def _power(lang: Lang) -> Panel:
    target = influxql.station_curve("pv_meter", "ac_power_w")
    return curve(says.POWER(lang), [target], unit="watt", step="1m", height=9, colour=colours.ACCENT)


def _hours(lang: Lang) -> Panel:
    days = f"{sql.in_range('e.day')} AND e.day < {sql.TODAY}"
    query = (
        f"SELECT {sql.at_midnight('day')} AS time, max(hours) FILTER (WHERE mine) AS own, {MEDIAN} AS neighbours "
        f"FROM {_hours_of_banner(lang, days)} h GROUP BY day ORDER BY day"
    )
    columns = {
        "own": Column(says.OWN(lang), "suffix:h", 2, colours.ACCENT, style=WITH_POINTS),
        "neighbours": Column(says.NEIGHBOURS(lang), "suffix:h", 2, colours.EXPECTED, style=DASHED),
    }
    return curve(
        says.HOURS(lang), [Sql(query, series=True)], unit="suffix:h", columns=columns, height=9, gap_ms=86_400_000
    )


def _against_banner(lang: Lang) -> Panel:
    """From the roll-ups, both by their capacity: the day's shape beside that of the neighbours."""
    targets = [influxql.station_load(says.OWN(lang)), influxql.banner_load(says.OF_BANNER(lang))]
    columns = {
        says.OWN(lang): Column(says.OWN(lang), "percentunit", 1, colours.ACCENT),
        says.OF_BANNER(lang): Column(says.OF_BANNER(lang), "percentunit", 1, colours.EXPECTED, style=DASHED_LINE),
    }
    return curve(says.AGAINST_BANNER(lang), targets, unit="percentunit", step="15m", span=24, columns=columns)


def _inverters(lang: Lang) -> Panel:
    target = influxql.station_curve("pv_inverter", "ac_power_w")
    return curve(says.INVERTERS(lang), [target], unit="watt", step="1m")


def _irradiance(lang: Lang) -> Panel:
    targets = [
        influxql.station_curve("pv_weather", "poa_irradiance_w_m2", says.POA(lang)),
        influxql.station_curve("pv_weather", "ghi_w_m2", says.GHI(lang)),
    ]
    columns = {
        says.POA(lang): Column(says.POA(lang), "Wm2", 0, colours.IRRADIANCE),
        says.GHI(lang): Column(says.GHI(lang), "Wm2", 0, colours.EXPECTED),
    }
    return curve(says.IRRADIANCE(lang), targets, unit="Wm2", step="1m", columns=columns)


def _income_by_day(lang: Lang) -> Panel:
    query = (
        f"SELECT {sql.at_midnight('day')} AS time, estimated_base_fen / 100.0 AS base, "
        "estimated_subsidy_fen / 100.0 AS subsidy FROM daily_income "
        f"WHERE {THIS} AND {sql.in_range('day')} ORDER BY day"
    )
    columns = money_columns(lang)
    return day_bars(says.INCOME_BY_DAY(lang), Sql(query, series=True), unit=THOUSANDS, columns=columns)


def _villages(lang: Lang) -> Panel:
    name = sql.name_column(lang)
    query = (
        f"SELECT v.{name} AS village, units, vm.estimated_gross_fen / 100.0 AS gross, "
        "estimated_deductions_fen / 100.0 AS deductions, estimated_distributable_fen / 100.0 AS distributable "
        "FROM village_monthly_income vm JOIN monthly_income m USING (station_id, month) "
        "JOIN villages v ON v.village_id = vm.village_id AND v.superseded_at IS NULL "
        f"WHERE {THIS} AND {sql.ENOUGH} AND month = to_char({sql.TODAY}, 'YYYY-MM') ORDER BY units DESC, village"
    )
    columns = {
        "village": Column(shared.VILLAGE(lang), style=NARROW),
        "units": Column(says.UNITS(lang), THOUSANDS, 0, width=80),
        "gross": Column(shared.GROSS(lang), THOUSANDS, 2, width=110),
        "deductions": Column(shared.DEDUCTIONS(lang), THOUSANDS, 2, width=100),
        "distributable": Column(shared.DISTRIBUTABLE(lang), THOUSANDS, 2, width=110),
    }
    return table(says.VILLAGES(lang), Sql(query), columns=columns, span=12, height=8)


def reason_words(lang: Lang) -> dict[str, Word]:
    return {reason.value: Word(text(lang), colours.UNKNOWN) for reason, text in REASON_TEXTS.items()}


def _quality(lang: Lang) -> Panel:
    query = (
        "SELECT to_char(day, 'YYYY-MM-DD') AS day, energy_wh / 1000.0 AS energy_kwh, coverage, reason "
        f"FROM daily_energy e WHERE {THIS} AND {sql.in_range('e.day')} ORDER BY e.day DESC"
    )
    columns = {
        "day": Column(says.DAY(lang), width=110),
        "energy_kwh": Column(shared.ENERGY_KWH(lang), THOUSANDS, 1, width=165),
        "coverage": Column(shared.COVERAGE(lang), "percentunit", 1, width=96),
        "reason": Column(says.REASON(lang), mappings=words(reason_words(lang))),
    }
    return table(says.QUALITY(lang), Sql(query), columns=columns, span=12, height=8)

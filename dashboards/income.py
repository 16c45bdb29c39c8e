"""The estimate for a month of energy: how much, of what kind, where, and how sure."""

# ruff: noqa: S608 - queries are made of constants of ours; what people choose stays a variable of Grafana

from typing import Final

from grafana_foundation_sdk.builders.dashboard import QueryVariable
from grafana_foundation_sdk.models.dashboard import Panel

from dashboards import colours, sql
from dashboards.fleet import station_link
from dashboards.frame import Board, coverage_floor, kind_of_data, query_variable
from dashboards.looks import HIDDEN, NARROW, THOUSANDS, Column, Label, Word, words
from dashboards.money import money_columns, wall_scale
from dashboards.panels import bars, note, stat, table
from dashboards.target import Sql
from dashboards.words import income as says
from dashboards.words import shared
from guangfu.texts import Lang

IN_LEAGUES: Final = "f.league_code IN (${league})"
ALL_IN_MONTH: Final = f"m.month = '${{month}}' AND {IN_LEAGUES}"
IN_MONTH: Final = f"{ALL_IN_MONTH} AND {sql.ENOUGH}"
COVERAGE: Final = "sum(coverage * days_due) / nullif(sum(days_due), 0)"
"""Each station's days weigh alike."""

SPLIT: Final = (
    "sum(estimated_base_fen) / 100.0 / {yuan} AS base, sum(estimated_subsidy_fen) / 100.0 / {yuan} AS subsidy"
)


def board(lang: Lang) -> Board:
    return Board(
        name="income",
        title=says.TITLE,
        description=says.DESCRIPTION,
        variables=[_month(lang), _league(lang), coverage_floor()],
        refresh="15m",
        follows_range=False,
        panels=[
            note(says.NOTE(lang), says.NOTE_TEXT(lang), span=21, height=3),
            kind_of_data(lang, span=3, height=3),
            *_first_row(lang),
            _by_day(lang),
            _by_month(lang),
            _by_league(lang),
            _by_banner(lang),
            _top_villages(lang),
            _doubts(lang),
        ],
    )


def _month(lang: Lang) -> QueryVariable:
    query = "SELECT DISTINCT month FROM monthly_income ORDER BY month DESC"
    return query_variable("month", shared.MONTH(lang), query)


def _league(lang: Lang) -> QueryVariable:
    name = "name_en" if lang is Lang.EN else "name"
    query = f"SELECT {name} AS __text, code AS __value FROM leagues WHERE superseded_at IS NULL ORDER BY code"
    return query_variable("league", shared.LEAGUE(lang), query).multi(True).include_all(True)


def _months(lang: Lang, columns: str, where: str = IN_MONTH, rest: str = "") -> Sql:
    return Sql(
        f"SELECT {columns} FROM monthly_income m JOIN {sql.fleet(lang)} f USING (station_id) WHERE {where}{rest}"
    )


def _first_row(lang: Lang) -> list[Panel]:
    gross = _months(lang, "sum(estimated_gross_fen) / 100.0 AS yuan")
    base = _months(lang, "sum(estimated_base_fen) / 100.0 AS yuan")
    subsidy = _months(lang, "sum(estimated_subsidy_fen) / 100.0 AS yuan")
    coverage = _months(lang, f"{COVERAGE} AS coverage", ALL_IN_MONTH)
    unconfirmed = _months(
        lang,
        "coalesce(sum(estimated_gross_fen) FILTER (WHERE unconfirmed), 0)::float / nullif(sum(estimated_gross_fen), 0) "
        "AS part",
    )
    distributable = Sql(
        f"SELECT sum(estimated_distributable_fen) / 100.0 AS yuan FROM village_monthly_income vm "
        f"JOIN monthly_income m USING (station_id, month) JOIN {sql.fleet(lang)} f USING (station_id) WHERE {IN_MONTH}"
    )
    return [
        stat(says.GROSS(lang), gross, unit=THOUSANDS, span=5, decimals=2),
        stat(says.BASE(lang), base, unit=THOUSANDS, span=5, decimals=2),
        stat(says.SUBSIDY(lang), subsidy, unit=THOUSANDS, span=4, decimals=2),
        stat(says.DISTRIBUTABLE(lang), distributable, unit=THOUSANDS, span=4, decimals=2),
        stat(says.COVERAGE(lang), coverage, unit="percentunit", span=3, decimals=1, warn_below=0.95),
        stat(says.UNCONFIRMED(lang), unconfirmed, unit="percentunit", span=3, decimals=1),
    ]


def _by_day(lang: Lang) -> Panel:
    """Of the stations that the month counts, so that its days add up to it."""
    split = SPLIT.format(yuan=wall_scale(lang).yuan).replace("(", "(d.")
    query = (
        f"SELECT to_char(d.day, 'MM-DD') AS day, {split} FROM daily_income d "
        "JOIN monthly_income m ON m.station_id = d.station_id AND m.month = to_char(d.day, 'YYYY-MM') "
        f"JOIN {sql.fleet(lang)} f ON f.station_id = d.station_id WHERE d.day >= ('${{month}}' || '-01')::date "
        f"AND d.day < ('${{month}}' || '-01')::date + interval '1 month' AND {IN_MONTH} GROUP BY d.day ORDER BY d.day"
    )
    return _bars(lang, says.BY_DAY(lang), Sql(query), along="day")


def _by_month(lang: Lang) -> Panel:
    """Twelve months up to the chosen one; a month without income is a gap, not a missing label."""
    sums = (
        f"SELECT m.month, {SPLIT.format(yuan=wall_scale(lang).yuan)} FROM monthly_income m "
        f"JOIN {sql.fleet(lang)} f USING (station_id) WHERE {IN_LEAGUES} AND {sql.ENOUGH} GROUP BY m.month"
    )
    chosen = "('${month}' || '-01')::date"
    months = f"generate_series({chosen} - interval '11 months', {chosen}, interval '1 month')"
    query = (
        f"SELECT to_char(first, 'YYYY-MM') AS month, base, subsidy FROM {months} first "
        f"LEFT JOIN ({sums}) sums ON sums.month = to_char(first, 'YYYY-MM') ORDER BY first"
    )
    return _bars(lang, says.BY_MONTH(lang), Sql(query), along="month", label_px=64)


def _by_league(lang: Lang) -> Panel:
    rest = " GROUP BY league ORDER BY sum(estimated_gross_fen) DESC"
    target = _months(lang, f"league, {SPLIT.format(yuan=wall_scale(lang).yuan)}", rest=rest)
    return _bars(lang, says.BY_LEAGUE(lang), target, along="league", lying=True)


def _bars(lang: Lang, label: Label, target: Sql, *, along: str, label_px: int = 48, lying: bool = False) -> Panel:
    return bars(
        label,
        target,
        unit=THOUSANDS,
        along=along,
        columns=money_columns(lang),
        lying=lying,
        decimals=2,
        label_px=label_px,
    )


def _money_table(lang: Lang) -> dict[str, Column]:
    return {
        "gross": Column(shared.GROSS(lang), THOUSANDS, 2, width=110),
        "base": Column(shared.BASE_PART(lang), THOUSANDS, 2, width=120),
        "subsidy": Column(shared.SUBSIDY_PART(lang), THOUSANDS, 2, width=110),
    }


def _by_banner(lang: Lang) -> Panel:
    split = SPLIT.format(yuan=1)
    gross = "sum(estimated_gross_fen) / 100.0 AS gross"
    columns = f"banner, count(*) AS stations, {gross}, {split}, {COVERAGE} AS coverage"
    target = _months(lang, columns, rest=" GROUP BY banner_code, banner ORDER BY sum(estimated_gross_fen) DESC")
    shown = {
        "banner": Column(shared.BANNER(lang), style=NARROW),
        "stations": Column(shared.STATIONS(lang), THOUSANDS, 0, width=76),
        **_money_table(lang),
        "coverage": Column(shared.COVERAGE(lang), "percentunit", 1, width=92),
    }
    return table(says.BY_BANNER(lang), target, columns=shown)


def _top_villages(lang: Lang) -> Panel:
    name = "name_en" if lang is Lang.EN else "name"
    query = (
        f"SELECT v.{name} AS village, f.banner, sum(vm.estimated_gross_fen) / 100.0 AS gross, "
        "sum(estimated_deductions_fen) / 100.0 AS deductions, "
        "sum(estimated_distributable_fen) / 100.0 AS distributable "
        "FROM village_monthly_income vm JOIN monthly_income m USING (station_id, month) "
        "JOIN villages v ON v.village_id = vm.village_id AND v.superseded_at IS NULL "
        f"JOIN {sql.fleet(lang)} f USING (station_id) WHERE {IN_MONTH} "
        "GROUP BY v.village_id, village, f.banner ORDER BY gross DESC, v.village_id LIMIT 50"
    )
    shown = {
        "village": Column(shared.VILLAGE(lang), style=NARROW),
        "banner": Column(shared.BANNER(lang), style=NARROW),
        "gross": Column(shared.GROSS(lang), THOUSANDS, 2, width=110),
        "deductions": Column(shared.DEDUCTIONS(lang), THOUSANDS, 2, width=100),
        "distributable": Column(shared.DISTRIBUTABLE(lang), THOUSANDS, 2, width=110),
    }
    return table(says.VILLAGES(lang), Sql(query), columns=shown)


def _doubts(lang: Lang) -> Panel:
    confirmed = {
        "true": Word(shared.IS_UNCONFIRMED(lang), colours.STALE),
        "false": Word(shared.IS_CONFIRMED(lang), colours.PRODUCING),
    }
    target = _months(
        lang,
        f"station_id, station, CASE WHEN {sql.ENOUGH} THEN estimated_gross_fen END / 100.0 AS gross, coverage, "
        "days_counted || ' / ' || days_due AS days, "
        "unconfirmed::text AS unconfirmed",
        f"{ALL_IN_MONTH} AND (coverage < 0.95 OR days_counted < days_due OR unconfirmed)",
        " ORDER BY days_counted::float / days_due, estimated_gross_fen DESC, station_id LIMIT 100",
    )
    shown = {
        "station_id": Column("id", style=HIDDEN),
        "station": Column(shared.STATION_COLUMN(lang), link=station_link(lang), style=NARROW),
        "gross": Column(shared.GROSS(lang), THOUSANDS, 2, width=110),
        "coverage": Column(shared.COVERAGE(lang), "percentunit", 1, width=92),
        "days": Column(says.DAYS(lang), width=108),
        "unconfirmed": Column(
            shared.UNCONFIRMED(lang), mappings=words(confirmed), width=118 if lang is Lang.EN else 70
        ),
    }
    return table(says.DOUBTS(lang), target, columns=shown)

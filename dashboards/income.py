"""A month of energy in money: accrued, settled, received, passed on, outstanding by age; the estimate in detail."""

# ruff: noqa: S608 - queries are made of constants of ours; what people choose stays a variable of Grafana

from typing import Final

from grafana_foundation_sdk.models.dashboard import Panel

from dashboards import colours, money_panels, sql
from dashboards.fleet import station_link
from dashboards.frame import Board, banner_variable, coverage_floor, kind_of_data, league_variable
from dashboards.looks import HIDDEN, NARROW, THOUSANDS, Column, Label, Word, words
from dashboards.money import age_columns, money_columns, owed_columns, wall_scale
from dashboards.money_places import IN_PLACE, finance_link, month_variable
from dashboards.money_sql import MONEY, OWED, by_age, owed_by_age
from dashboards.panels import bars, note, stat, table
from dashboards.target import Sql
from dashboards.words import income as says
from dashboards.words import money as money_says
from dashboards.words import shared
from guangfu.ledger.allocating import AGE_NAMES
from guangfu.texts import Lang

VILLAGE_LEVEL: Final = f"f.kind = 'village' AND {IN_PLACE}"
AMOUNTS: Final = {"yuan": 5, "settled": 5, "received": 5, "passed": 4, "outstanding": 5}
ALL_IN_MONTH: Final = f"m.month = '${{month}}' AND {IN_PLACE}"
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
        variables=[month_variable(lang), league_variable(lang), banner_variable(lang), coverage_floor()],
        refresh="15m",
        follows_range=False,
        annotated=False,
        panels=[
            note(says.NOTE(lang), says.NOTE_TEXT(lang), span=21, height=4),
            kind_of_data(lang, span=3, height=4),
            *money_panels.amount_stats(lang, VILLAGE_LEVEL, AMOUNTS, height=4),
            money_panels.by_month(lang, VILLAGE_LEVEL, with_paid=False),
            _outstanding(lang),
            _money_by_banner(lang),
            *_estimate_row(lang),
            _by_day(lang),
            _by_month(lang),
            _by_league(lang),
            _by_banner(lang),
            _top_villages(lang),
            _doubts(lang),
        ],
    )


def _months(lang: Lang, columns: str, where: str = IN_MONTH, rest: str = "") -> Sql:
    return Sql(
        f"SELECT {columns} FROM monthly_income m JOIN {sql.fleet(lang)} f USING (station_id) WHERE {where}{rest}"
    )


def _estimate_row(lang: Lang) -> list[Panel]:
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


def _outstanding(lang: Lang) -> Panel:
    """All months by age, base and subsidy stacked."""
    query = f"SELECT age, owed_base, owed_subsidy FROM ({owed_by_age(lang, VILLAGE_LEVEL, wall_scale(lang).yuan)}) ages"
    return bars(
        says.OUTSTANDING_BY_AGE(lang), Sql(query), unit=THOUSANDS, along="age", columns=owed_columns(lang), decimals=2,
        label_px=64,
    )  # fmt: skip


def _money_by_banner(lang: Lang) -> Panel:
    """The amounts of the month, and all that is outstanding by age."""
    ages = ", ".join(f"sum(o.age_{place}) AS age_{place}" for place in range(len(AGE_NAMES)))
    query = (
        "SELECT f.league_code, f.banner_code, f.banner, sum(e.estimated_gross_fen) / 100.0 AS yuan, "
        "sum(m.settled_fen) / 100.0 AS settled, sum(m.received_fen) / 100.0 AS received, "
        f"sum(m.passed_fen) / 100.0 AS passed, sum(o.outstanding) AS outstanding, {ages} FROM {sql.fleet(lang)} f "
        "LEFT JOIN monthly_income e ON e.station_id = f.station_id AND e.month = '${month}' "
        f"LEFT JOIN (SELECT * FROM {MONEY} each WHERE month = '${{month}}') m ON m.station_id = f.station_id "
        f"LEFT JOIN (SELECT station_id, sum(fen) / 100.0 AS outstanding, {by_age('fen')} FROM {OWED} owed "
        f"GROUP BY station_id) o ON o.station_id = f.station_id WHERE {VILLAGE_LEVEL} GROUP BY 1, 2, 3 "
        "HAVING count(e.month) + count(o.outstanding) > 0 ORDER BY outstanding DESC NULLS LAST, f.banner_code"
    )
    amounts = {
        "yuan": money_says.ESTIMATE, "settled": money_says.SETTLED, "received": money_says.RECEIVED,
        "passed": money_says.PASSED,
    }  # fmt: skip
    shown = {
        "league_code": Column("league", style=HIDDEN),
        "banner_code": Column("code", style=HIDDEN),
        "banner": Column(
            shared.BANNER(lang), link=finance_link(lang, league="league_code", banner="banner_code"), style=NARROW
        ),
        **{name: Column(text(lang), THOUSANDS, 2, style=NARROW) for name, text in amounts.items()},
        "outstanding": Column(says.ALL_OUTSTANDING(lang), THOUSANDS, 2, width=130),
        **age_columns(lang),
    }
    return table(says.MONEY_BY_BANNER(lang), Sql(query), columns=shown, span=24)


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
        f"JOIN {sql.fleet(lang)} f USING (station_id) WHERE {IN_PLACE} AND {sql.ENOUGH} GROUP BY m.month"
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
    name = sql.name_column(lang)
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

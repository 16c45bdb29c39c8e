"""Data quality and completeness: can the figures be relied on, and where not."""

# ruff: noqa: S608 - queries are made of constants of ours; what people choose stays a variable of Grafana

from typing import Final

from grafana_foundation_sdk.models.dashboard import Panel

from dashboards import colours, sql
from dashboards.fleet import station_link
from dashboards.frame import Board, kind_of_data, league_variable
from dashboards.looks import HIDDEN, NARROW, THOUSANDS, WITH_POINTS, Column, Word, words
from dashboards.panels import curve, day_bars, stat, table
from dashboards.station import reason_words
from dashboards.target import Sql
from dashboards.words import quality as says
from dashboards.words import shared
from guangfu.income.reasons import REASON_TEXTS
from guangfu.texts import Lang

HERE: Final = "f.league_code IN (${league})"
DUE: Final = "f.grid_connected_on <= d.day AND (f.closed_on IS NULL OR f.closed_on > d.day)"


def board(lang: Lang) -> Board:
    return Board(
        name="quality",
        title=says.TITLE,
        description=says.DESCRIPTION,
        range_from="now-30d",
        variables=[league_variable(lang)],
        refresh="5m",
        panels=[
            *_first_row(lang),
            _coverage_by_day(lang),
            _without_figure(lang),
            _messages_by_day(lang),
            _incomplete(lang),
            _worst(lang),
            _interpolated(lang),
            _letters(lang),
            _letters_by_day(lang),
        ],
    )


def _days(lang: Lang) -> str:
    """Days of the range with the stations that were due on them."""
    return (
        f"FROM daily_energy d JOIN {sql.fleet(lang)} f USING (station_id) "
        f"WHERE {sql.in_range('d.day')} AND {DUE} AND {HERE}"
    )


def _first_row(lang: Lang) -> list[Panel]:
    yesterday = (
        f"FROM {sql.fleet(lang)} f LEFT JOIN daily_energy d ON d.station_id = f.station_id AND d.day = {sql.TODAY} - 1 "
        f"WHERE f.grid_connected_on < {sql.TODAY} AND {sql.OPEN} AND {HERE}"
    )
    coverage = Sql(f"SELECT avg(coalesce(d.coverage, 0)) AS coverage {yesterday}")
    missing = Sql(f"SELECT count(*) FILTER (WHERE d.energy_wh IS NULL) AS stations {yesterday}")
    silent = Sql(
        f"SELECT count(*) AS stations FROM {sql.states(lang)} f WHERE state IN ('offline', 'unknown') AND {HERE}"
    )
    waiting = Sql("SELECT count(*) AS letters FROM dead_letters WHERE replayed_at IS NULL")
    late = Sql(f"SELECT count(*) AS days FROM dirty_days WHERE day < {sql.TODAY}")
    return [
        stat(says.COVERAGE_YESTERDAY(lang), coverage, unit="percentunit", span=5, decimals=1, warn_below=0.95),
        stat(says.WITHOUT_YESTERDAY(lang), missing, unit=THOUSANDS, span=4, decimals=0, warn_above=1),
        stat(says.SILENT(lang), silent, unit=THOUSANDS, span=4, decimals=0, warn_above=1),
        stat(says.LETTERS_WAITING(lang), waiting, unit=THOUSANDS, span=4, decimals=0),
        stat(says.DAYS_WAITING(lang), late, unit=THOUSANDS, span=4, decimals=0),
        kind_of_data(lang, span=3),
    ]


def _coverage_by_day(lang: Lang) -> Panel:
    query = (
        f"SELECT {sql.at_midnight('d.day')} AS time, avg(d.coverage) AS coverage, "
        f"count(d.energy_wh)::float / count(*) AS with_figure {_days(lang)} GROUP BY d.day ORDER BY d.day"
    )
    columns = {
        "coverage": Column(shared.COVERAGE(lang), "percentunit", 1, colours.ACCENT, style=WITH_POINTS),
        "with_figure": Column(says.WITH_FIGURE(lang), "percentunit", 1, colours.PRODUCING, style=WITH_POINTS),
    }
    return curve(
        says.COVERAGE_BY_DAY(lang), [Sql(query, series=True)], unit="percentunit", soft_max=1, columns=columns,
        height=9, gap_ms=86_400_000,
    )  # fmt: skip


def _without_figure(lang: Lang) -> Panel:
    """A series for each reason there is."""
    query = (
        f"SELECT {sql.at_midnight('d.day')} AS time, d.reason AS metric, count(*) AS stations {_days(lang)} "
        "AND d.energy_wh IS NULL AND d.reason IS NOT NULL GROUP BY d.day, d.reason ORDER BY d.day, d.reason"
    )
    columns = {
        reason.value: Column(text(lang).removeprefix("数据不足：").removeprefix("insufficient data: "), "short", 0)
        for reason, text in REASON_TEXTS.items()
    }
    return day_bars(says.WITHOUT_FIGURE(lang), Sql(query, series=True), unit="short", columns=columns, height=9)


_DAY_MS, _CHINA_MS = 86_400_000, 28_800_000

_GAPS: Final = (
    "(SELECT station_id, last_seq - first_seq + 1 AS n, "
    "(extract(epoch FROM least(from_at, until_at)) * 1000)::bigint AS start_ms, "
    "(extract(epoch FROM greatest(from_at, until_at)) * 1000)::bigint AS end_ms FROM seq_gaps "
    "WHERE until_at >= $__timeFrom()::timestamptz AND from_at <= $__timeTo()::timestamptz)"
)


def _sent_by(day: str) -> str:
    """How many of a gap's n numbers are thought of as sent until the end of a day: k at k/(n + 1) of its time."""
    ends_ms = f"(({day} + 1) * {_DAY_MS} - {_CHINA_MS} - start_ms)"
    upto = f"({ends_ms} * (n + 1) + end_ms - start_ms - 1) / (end_ms - start_ms) - 1"
    first, last = (f"({at} + {_CHINA_MS}) / {_DAY_MS}" for at in ("start_ms", "end_ms"))
    return f"CASE WHEN {day} < {first} THEN 0 WHEN {day} >= {last} THEN n ELSE least(n, {upto}) END"


MISSING: Final = (
    "(SELECT station_id, date '1970-01-01' + number::int AS day, sum(missing) AS missing FROM ("
    f"SELECT station_id, number, {_sent_by('number')} - {_sent_by('(number - 1)')} AS missing FROM {_GAPS} gaps, "
    f"generate_series((start_ms + {_CHINA_MS}) / {_DAY_MS}, (end_ms + {_CHINA_MS}) / {_DAY_MS}) number) each "
    "GROUP BY 1, 2)"
)
"""Numbers of messages that did not come by day, as `guangfu.telemetry.completeness.missing_by_day` shares them out."""

MESSAGES: Final = (
    "(SELECT station_id, day, received, late, arrived - received AS doubled, missing_closed AS missing "
    f"FROM completeness_days UNION ALL SELECT station_id, day, 0, 0, 0, missing FROM {MISSING} open)"
)
"""Counts of messages by station and day, in parts that add up."""


def _messages_by_day(lang: Lang) -> Panel:
    query = (
        f"SELECT {sql.at_midnight('d.day')} AS time, sum(d.received - d.late) AS in_time, sum(d.late) AS late, "
        f"sum(d.missing) AS missing FROM {MESSAGES} d JOIN {sql.fleet(lang)} f USING (station_id) "
        f"WHERE {sql.in_range('d.day')} AND {HERE} GROUP BY d.day ORDER BY d.day"
    )
    columns = {
        "in_time": Column(says.IN_TIME(lang), "short", 0, colours.ACCENT),
        "late": Column(says.LATE(lang), "short", 0, colours.STALE),
        "missing": Column(says.MISSING(lang), "short", 0, colours.DOWN),
    }
    return day_bars(says.MESSAGES_BY_DAY(lang), Sql(query, series=True), unit="short", columns=columns, height=9)


def _incomplete(lang: Lang) -> Panel:
    """Added up before the join, once: PostgreSQL has no statistics of tables as small as the leagues, and guesses."""
    query = (
        "WITH counted AS MATERIALIZED (SELECT station_id, sum(missing) AS missing, sum(received) AS received, "
        f"sum(late) AS late, sum(doubled) AS doubled FROM {MESSAGES} d WHERE {sql.in_range('d.day')} "
        "GROUP BY 1 HAVING sum(missing) > 0 OR sum(late) > 0) "
        "SELECT station_id, station, missing, missing::float / nullif(received + missing, 0) AS part, late, doubled "
        f"FROM counted JOIN {sql.fleet(lang)} f USING (station_id) WHERE {HERE} "
        "ORDER BY missing DESC, late DESC, station_id LIMIT 100"
    )
    columns = {
        "station_id": Column("id", style=HIDDEN),
        "station": Column(shared.STATION_COLUMN(lang), link=station_link(lang), style=NARROW),
        "missing": Column(says.MISSING(lang), THOUSANDS, 0, width=80),
        "part": Column(says.MISSING_PART(lang), "percentunit", 2, width=105),
        "late": Column(says.LATE(lang), THOUSANDS, 0, width=68),
        "doubled": Column(says.DOUBLED(lang), THOUSANDS, 0, width=78),
    }
    return table(says.INCOMPLETE(lang), Sql(query), columns=columns, height=9)


def _worst(lang: Lang) -> Panel:
    query = (
        "SELECT f.station_id, f.station, f.banner, avg(d.coverage) AS coverage, "
        "count(d.energy_wh) || ' / ' || count(*) AS days, "
        "sum(coalesce(d.interpolated_wh, 0))::float / nullif(sum(d.energy_wh), 0) AS interpolated, "
        f"(array_agg(d.reason ORDER BY d.day DESC) FILTER (WHERE d.reason IS NOT NULL))[1] AS reason {_days(lang)} "
        f"AND d.day < {sql.TODAY} GROUP BY 1, 2, 3 HAVING avg(d.coverage) < 0.99 OR count(d.energy_wh) < count(*) "
        "ORDER BY avg(d.coverage), f.station_id LIMIT 100"
    )
    columns = {
        "station_id": Column("id", style=HIDDEN),
        "station": Column(shared.STATION_COLUMN(lang), link=station_link(lang), style=NARROW),
        "banner": Column(shared.BANNER(lang), style=NARROW),
        "coverage": Column(shared.COVERAGE(lang), "percentunit", 1, width=96),
        "days": Column(says.DAYS(lang), width=132),
        "interpolated": Column(says.INTERPOLATED_PART(lang), "percentunit", 1, width=110),
        "reason": Column(says.LAST_REASON(lang), mappings=words(reason_words(lang)), style=NARROW),
    }
    return table(says.WORST(lang), Sql(query), columns=columns, span=24, height=9)


def letter_words(lang: Lang) -> dict[str, Word]:
    """A reason of a newer release stands for itself."""
    return {reason.value: Word(text(lang), colours.UNKNOWN) for reason, text in says.LETTER_REASONS.items()}


def _letters(lang: Lang) -> Panel:
    query = (
        "SELECT reason, count(*) FILTER (WHERE replayed_at IS NULL) AS waiting, count(*) AS letters, "
        f"{sql.local_minute('max(received_at)')} AS last FROM dead_letters "
        "WHERE received_at BETWEEN $__timeFrom()::timestamptz AND $__timeTo()::timestamptz "
        "GROUP BY reason ORDER BY waiting DESC, letters DESC, reason"
    )
    columns = {
        "reason": Column(says.REASON(lang), mappings=words(letter_words(lang)), style=NARROW),
        "waiting": Column(says.WAITING(lang), THOUSANDS, 0, width=90),
        "letters": Column(says.ALL_LETTERS(lang), THOUSANDS, 0, width=90),
        "last": Column(says.LAST(lang), width=150),
    }
    return table(says.LETTERS(lang), Sql(query), columns=columns, height=8)


def _letters_by_day(lang: Lang) -> Panel:
    day = "date_trunc('day', received_at AT TIME ZONE 'Asia/Shanghai')"
    query = (
        f"SELECT {sql.at_midnight(day)} AS time, reason AS metric, count(*) AS letters FROM dead_letters "
        "WHERE received_at BETWEEN $__timeFrom()::timestamptz AND $__timeTo()::timestamptz "
        "GROUP BY 1, 2 ORDER BY 1, 2"
    )
    columns = {value: Column(word.text, "short", 0) for value, word in letter_words(lang).items()}
    return day_bars(says.LETTERS_BY_DAY(lang), Sql(query, series=True), unit="short", columns=columns)


def _interpolated(lang: Lang) -> Panel:
    query = (
        f"SELECT {sql.at_midnight('d.day')} AS time, "
        "sum(coalesce(d.interpolated_wh, 0))::float / nullif(sum(d.energy_wh), 0) AS interpolated "
        f"{_days(lang)} GROUP BY d.day ORDER BY d.day"
    )
    columns = {"interpolated": Column(says.INTERPOLATED_PART(lang), "percentunit", 2, colours.STALE, style=WITH_POINTS)}
    return curve(
        says.INTERPOLATED(lang),
        [Sql(query, series=True)],
        unit="percentunit",
        columns=columns,
        soft_max=0.05,
        span=24,
        height=7,
        gap_ms=86_400_000,
    )

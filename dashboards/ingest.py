"""Ingest: does what stations send arrive, and how long does it wait. From what ingest tells SQL of itself."""

# ruff: noqa: S608 - queries are made of constants of ours; what people choose stays a variable of Grafana

from typing import Final

from grafana_foundation_sdk.models.dashboard import Panel

from dashboards import colours
from dashboards.frame import Board, kind_of_data
from dashboards.looks import COLOURED_CELL, NARROW, THOUSANDS, Column, Word, words
from dashboards.panels import curve, stat, table
from dashboards.sql import local_minute
from dashboards.target import Sql
from dashboards.words import ingest as says
from guangfu.texts import Lang

NEWEST: Final = (
    "(SELECT DISTINCT ON (worker) * FROM ingest_health WHERE at > now() - interval '1 day' ORDER BY worker, at DESC)"
)
"""The last word of each worker."""

STEP_S: Final = "greatest(extract(epoch FROM $__timeTo()::timestamptz - $__timeFrom()::timestamptz) / 600, 15)::float8"
"""A chart has 600 points at most. [s]"""

COUNTS: Final = ("received", "stored", "dead_letters", "store_failures", "sql_failures")


def board(lang: Lang) -> Board:
    return Board(
        name="ingest",
        title=says.TITLE,
        description=says.DESCRIPTION,
        range_from="now-6h",
        refresh="30s",
        panels=[
            *_first_row(lang),
            _rates(lang),
            _spool(lang),
            _age(lang),
            _failures(lang),
            _delay(lang),
            _disk(lang),
            _workers(lang),
        ],
    )


def rates_of(names: tuple[str, ...], where: str) -> str:
    """Growth a second of the counts between the rows of each worker; a restart begins at 0 again."""
    grown = ", ".join(
        f"greatest({name} - CASE WHEN started_at = lag(started_at) OVER w THEN lag({name}) OVER w ELSE 0 END, 0) "
        f"AS {name}"
        for name in names
    )
    return (
        f"(SELECT at, worker, extract(epoch FROM at - lag(at) OVER w) AS seconds, {grown} FROM ingest_health "
        f"WHERE {where} WINDOW w AS (PARTITION BY worker ORDER BY at))"
    )


IN_RANGE: Final = "at BETWEEN $__timeFrom()::timestamptz AND $__timeTo()::timestamptz"
BUCKET: Final = f"date_bin(make_interval(secs => {STEP_S}), at, timestamptz '1970-01-01 00:00:00+00')"


def _over_time(columns: str) -> Sql:
    """Sums over the workers of what each has at most in a step."""
    names = [part.split(" AS ")[1] for part in columns.split(", ")]
    sums = ", ".join(f"sum({name}) AS {name}" for name in names)
    each = f"SELECT {BUCKET} AS time, worker, {columns} FROM ingest_health WHERE {IN_RANGE} GROUP BY 1, 2"
    return Sql(f"SELECT time, {sums} FROM ({each}) each GROUP BY time ORDER BY time", series=True)


def _per_second(names: tuple[str, ...], *, factor: int = 1) -> Sql:
    """Sums over the workers of their mean rates since the step before; steps first, since rows are many."""
    last = ", ".join(f"max({name}) AS {name}" for name in names)
    ends = (
        f"(SELECT {BUCKET} AS step, worker, started_at, max(at) AS at, {last} FROM ingest_health WHERE {IN_RANGE} "
        "GROUP BY 1, 2, 3)"
    )
    rates = ", ".join(f"{grown_by(name)} * {factor} / seconds AS {name}" for name in names)
    before = ", ".join(f"lag({name}) OVER w AS before_{name}" for name in names)
    known = f"(SELECT *, extract(epoch FROM at - lag(at) OVER w) AS seconds, lag(started_at) OVER w AS began, {before} "
    known += f"FROM {ends} ends WINDOW w AS (PARTITION BY worker ORDER BY at))"
    sums = ", ".join(f"sum({name}) AS {name}" for name in names)
    return Sql(
        f"SELECT step AS time, {sums} FROM (SELECT step, {rates} FROM {known} known WHERE seconds > 0) each "
        "GROUP BY step ORDER BY step",
        series=True,
    )


def grown_by(name: str) -> str:
    """A restart begins at 0 again."""
    return f"greatest({name} - CASE WHEN started_at = began THEN before_{name} ELSE 0 END, 0)"


def _lately(name: str) -> Sql:
    """A second, over the last two minutes."""
    lately = rates_of((name,), "at > now() - interval '2 minutes'")
    return Sql(
        f"SELECT sum(rate) AS rate FROM (SELECT sum({name}) / nullif(sum(seconds), 0) AS rate FROM {lately} grown "
        "WHERE seconds IS NOT NULL GROUP BY worker) each"
    )


def _first_row(lang: Lang) -> list[Panel]:
    word_age = Sql(f"SELECT max(extract(epoch FROM now() - at)) AS seconds FROM {NEWEST} last")
    waiting = Sql(f"SELECT sum(spool_messages) AS messages FROM {NEWEST} last")
    oldest = Sql(f"SELECT max(spool_oldest_s) AS seconds FROM {NEWEST} last")
    letters = Sql("SELECT count(*) AS letters FROM dead_letters WHERE received_at > now() - interval '1 hour'")
    return [
        stat(says.WORD_AGE(lang), word_age, unit="s", span=4, decimals=0, warn_above=60),
        stat(says.RECEIVED_NOW(lang), _lately("received"), unit="suffix:/s", span=4, decimals=1),
        stat(says.STORED_NOW(lang), _lately("stored"), unit="suffix:/s", span=4, decimals=1),
        stat(says.WAITING(lang), waiting, unit=THOUSANDS, span=3, decimals=0),
        stat(says.OLDEST(lang), oldest, unit="s", span=3, decimals=1, warn_above=300),
        stat(says.LETTERS(lang), letters, unit=THOUSANDS, span=3, decimals=0),
        kind_of_data(lang, span=3),
    ]


def _rates(lang: Lang) -> Panel:
    columns = {
        "received": Column(says.RECEIVED(lang), "suffix:/s", 1, colours.ACCENT),
        "stored": Column(says.STORED(lang), "suffix:/s", 1, colours.PRODUCING),
    }
    target = _per_second(("received", "stored"))
    return curve(says.RATES(lang), [target], unit="suffix:/s", columns=columns, soft_max=10, gap_ms=180_000)


def _spool(lang: Lang) -> Panel:
    columns = {
        "messages": Column(says.MESSAGES(lang), "short", 0, colours.ACCENT),
        "outbox": Column(says.OUTBOX(lang), "short", 0, colours.SUBSIDY),
    }
    target = _over_time("max(spool_messages) AS messages, max(outbox_rows) AS outbox")
    return curve(says.SPOOL(lang), [target], unit="short", columns=columns, soft_max=100, gap_ms=180_000)


def _age(lang: Lang) -> Panel:
    query = f"SELECT {BUCKET} AS time, max(spool_oldest_s) AS oldest FROM ingest_health WHERE {IN_RANGE} GROUP BY 1"
    columns = {"oldest": Column(says.OLDEST_SERIES(lang), "s", 1, colours.ACCENT)}
    target = Sql(f"{query} ORDER BY 1", series=True)
    return curve(says.AGE(lang), [target], unit="s", columns=columns, soft_max=60, gap_ms=180_000)


def _failures(lang: Lang) -> Panel:
    columns = {
        "store_failures": Column(says.STORE_FAILURES(lang), "suffix:/min", 1, colours.DOWN),
        "sql_failures": Column(says.SQL_FAILURES(lang), "suffix:/min", 1, colours.SUBSIDY),
        "dead_letters": Column(says.DEAD_LETTERS(lang), "suffix:/min", 1, colours.OFFLINE),
    }
    target = _per_second(("store_failures", "sql_failures", "dead_letters"), factor=60)
    return curve(says.FAILURES(lang), [target], unit="suffix:/min", columns=columns, soft_max=10, gap_ms=180_000)


def _delay(lang: Lang) -> Panel:
    """How old each station's last reading was when it came."""
    delay = "extract(epoch FROM last_received_at - last_reading_at)"
    query = (
        "SELECT bound, count(*) FILTER (WHERE delay > above AND delay <= upto) AS stations FROM (VALUES "
        f"(1, '≤ 5 s', -1e9, 5), (2, '≤ 15 s', 5, 15), (3, '≤ 1 min', 15, 60), (4, '≤ 5 min', 60, 300), "
        f"(5, '≤ 1 h', 300, 3600), (6, '> 1 h', 3600, 1e12)) bounds(place, bound, above, upto) "
        f"LEFT JOIN (SELECT {delay} AS delay FROM stations_seen WHERE last_received_at > now() - interval '1 hour') d "
        "ON true GROUP BY place, bound ORDER BY place"
    )
    columns = {
        "bound": Column(says.DELAY_COLUMN(lang)),
        "stations": Column(says.STATIONS(lang), THOUSANDS, 0),
    }
    return table(says.DELAY(lang), Sql(query), columns=columns, span=12, height=8)


def _disk(lang: Lang) -> Panel:
    query = (
        f"SELECT {BUCKET} AS time, min(disk_free_bytes) AS free, max(spool_bytes) AS spool FROM ingest_health "
        f"WHERE {IN_RANGE} GROUP BY 1 ORDER BY 1"
    )
    columns = {
        "free": Column(says.DISK_FREE(lang), "bytes", 1, colours.NOTE),
        "spool": Column(says.SPOOL_BYTES(lang), "bytes", 1, colours.ACCENT),
    }
    return curve(says.DISK(lang), [Sql(query, series=True)], unit="bytes", columns=columns, gap_ms=180_000)


def _workers(lang: Lang) -> Panel:
    yes_no = {
        "true": Word(says.YES(lang), colours.PRODUCING),
        "false": Word(says.NO(lang), colours.DOWN),
    }
    paused = {
        "true": Word(says.YES(lang), colours.DOWN),
        "false": Word(says.NO(lang), colours.PRODUCING),
    }
    query = (
        f"SELECT worker, {local_minute('at')} AS last, {local_minute('started_at')} AS started, "
        "connected::text AS connected, paused::text AS paused, received, stored, dead_letters, set_aside, "
        f"outbox_rows FROM {NEWEST} last ORDER BY worker"
    )
    columns = {
        "worker": Column(says.WORKER(lang), width=80),
        "last": Column(says.LAST_WORD(lang), width=140),
        "started": Column(says.STARTED(lang), width=140),
        "connected": Column(says.CONNECTED(lang), mappings=words(yes_no), width=100, style=COLOURED_CELL),
        "paused": Column(says.PAUSED(lang), mappings=words(paused), width=100, style=COLOURED_CELL),
        "received": Column(says.RECEIVED(lang), THOUSANDS, 0, width=150),
        "stored": Column(says.STORED(lang), THOUSANDS, 0, width=150),
        "dead_letters": Column(says.DEAD_LETTERS(lang), THOUSANDS, 0, width=120),
        "set_aside": Column(says.SET_ASIDE(lang), THOUSANDS, 0, width=110),
        "outbox_rows": Column(says.OUTBOX(lang), THOUSANDS, 0, style=NARROW),
    }
    return table(says.WORKERS(lang), Sql(query), columns=columns, span=24, height=6)

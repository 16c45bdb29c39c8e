"""What the alert rules ask. Each query gives a number, or one for each set of its text columns, which become labels.

Nothing is a variable of Grafana here: a rule has no dashboard. Days are Asia/Shanghai days.
"""

# ruff: noqa: S608 - queries are made of constants and of numbers from the settings

from typing import Final

from dashboards import sql
from dashboards.ingest import rates_of
from dashboards.target import InfluxQL, Sql
from guangfu.texts import Lang

WINDOW_MIN: Final = 15
COMPARED_DAYS: Final = 14
FEWEST_DAYS: Final = 5

SETTLED_DAY: Final = "((now() - interval '3 hours') AT TIME ZONE 'Asia/Shanghai')::date - 1"
"""Yesterday, from three in the morning on; until then the day before it."""


def silent_minutes(lang: Lang) -> Sql:
    """[min] since the last reading of each station that is open; since its registration, if there was none.

    From the registry, so that a station without any reading is there as well, and a closed one is not.
    """
    return Sql(
        "SELECT f.station_id AS station, f.station AS name, f.league, "
        "extract(epoch FROM now() - coalesce(seen.last_reading_at, s.recorded_at))::float / 60 AS minutes "
        f"FROM {sql.fleet(lang)} f JOIN stations s ON s.station_id = f.station_id AND s.superseded_at IS NULL "
        "LEFT JOIN stations_seen seen ON seen.station_id = f.station_id "
        f"WHERE {sql.OPEN} AND f.grid_connected_on <= {sql.TODAY} ORDER BY 1"
    )


def recent_readings() -> InfluxQL:
    """How many meter readings of the last minutes there are; nothing at all if there are none."""
    return InfluxQL(f'SELECT count("ac_power_w") FROM "pv_meter" WHERE time > now() - {WINDOW_MIN}m')


def ingest_stalled_minutes() -> Sql:
    """[min] since each worker of the last day was last connected to the broker and able to say so."""
    last = "coalesce(max(at) FILTER (WHERE connected), min(at))"
    return Sql(
        f"SELECT worker::text AS worker, extract(epoch FROM now() - {last})::float / 60 AS minutes FROM ingest_health "
        "WHERE at > now() - interval '1 day' GROUP BY worker ORDER BY worker"
    )


def spool_age_minutes() -> Sql:
    """[min] the oldest message waits in each worker's spool, as long as the worker speaks."""
    return Sql(
        "SELECT DISTINCT ON (worker) worker::text AS worker, spool_oldest_s / 60 AS minutes FROM ingest_health "
        "WHERE at > now() - interval '1 hour' ORDER BY worker, at DESC"
    )


def database_failures() -> Sql:
    """How often the databases failed each worker in the last ten minutes."""
    lately = rates_of(("store_failures", "sql_failures"), "at > now() - interval '10 minutes'")
    return Sql(
        "SELECT worker::text AS worker, sum(store_failures + sql_failures)::float AS failures "
        f"FROM {lately} grown WHERE seconds IS NOT NULL GROUP BY worker ORDER BY worker"
    )


def postgres_answers() -> Sql:
    """1."""
    return Sql("SELECT 1::float AS answers")


def hours_without_accounting() -> Sql:
    """[h] since a day's energy was last computed, 0 while no day waits.

    A mark does not tell since when it waits, so the age is that of the last figure.
    """
    return Sql(
        f"SELECT CASE WHEN EXISTS (SELECT 1 FROM dirty_days WHERE day <= {sql.TODAY}) "
        "THEN extract(epoch FROM now() - coalesce(max(computed_at), now() - interval '8 days'))::float / 3600 "
        f"ELSE 0 END AS hours FROM daily_energy WHERE day >= {sql.TODAY} - 7"
    )


def missing_yesterdays() -> Sql:
    """[%] of the stations heard since yesterday ended whose yesterday is not complete; no row if none was heard."""
    heard_after = sql.at_midnight(f"({SETTLED_DAY} + 1)")
    return Sql(
        "SELECT (100.0 * count(*) FILTER (WHERE e.complete IS NOT TRUE) / count(*))::float AS percent "
        f"FROM stations s JOIN stations_seen seen ON seen.station_id = s.station_id "
        f"AND seen.last_reading_at >= {heard_after} "
        f"LEFT JOIN daily_energy e ON e.station_id = s.station_id AND e.day = {SETTLED_DAY} "
        f"WHERE s.superseded_at IS NULL AND s.grid_connected_on <= {SETTLED_DAY} "
        f"AND (s.closed_on IS NULL OR s.closed_on > {SETTLED_DAY}) HAVING count(*) > 0"
    )


def output_percent() -> Sql:
    """[%] of yesterday's energy per DC capacity against the median of the days before it; no row with few of them.

    Each day counts the stations that have a figure for it, so that a lack of data is not a lack of sun.
    """
    days = (
        "(SELECT e.day, sum(e.energy_wh)::float / sum(s.capacity_dc_w) AS hours FROM daily_energy e "
        "JOIN stations s ON s.station_id = e.station_id AND s.superseded_at IS NULL WHERE e.energy_wh IS NOT NULL "
        f"AND e.day BETWEEN {SETTLED_DAY} - {COMPARED_DAYS} AND {SETTLED_DAY} GROUP BY e.day)"
    )
    before = f"FILTER (WHERE day < {SETTLED_DAY})"
    return Sql(
        f"SELECT 100 * max(hours) FILTER (WHERE day = {SETTLED_DAY}) "
        f"/ nullif(percentile_cont(0.5) WITHIN GROUP (ORDER BY hours) {before}, 0) AS percent FROM {days} days "
        f"HAVING bool_or(day = {SETTLED_DAY}) AND count(*) {before} >= {FEWEST_DAYS}"
    )


def dead_letters() -> Sql:
    """Messages of the last hour that could not be taken and wait."""
    return Sql(
        "SELECT count(*)::float AS letters FROM dead_letters "
        "WHERE received_at > now() - interval '1 hour' AND replayed_at IS NULL"
    )

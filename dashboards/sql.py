"""Pieces of the queries on registry, energy and income (the tables of `guangfu.storage.sql.schema`).

Days are Asia/Shanghai dates: a day belongs to the range of the dashboard if its local midnight does.
Amounts are fen in the tables and leave the queries as yuan; energy is Wh and leaves as Wh or kWh.
"""

# ruff: noqa: S608 - queries are made of constants of ours; what people choose stays a variable of Grafana

from typing import Final

from dashboards.target import Sql
from guangfu.texts import Lang

TODAY: Final = "(now() AT TIME ZONE 'Asia/Shanghai')::date"


def in_range(day: str) -> str:
    """True for a date column whose local midnight is in the range. A bare column, so that its index serves."""
    start, end = (f"($__time{bound}()::timestamptz AT TIME ZONE 'Asia/Shanghai')" for bound in ("From", "To"))
    return f"{day} >= {start} AND {day} <= {end}"


def at_midnight(day: str) -> str:
    """The instant at which a local day begins, as a chart's time."""
    return f"({day}::timestamp AT TIME ZONE 'Asia/Shanghai')"


def local_minute(instant: str) -> str:
    """An instant as people write it, to the minute."""
    return f"to_char({instant} AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI')"


def fleet(lang: Lang) -> str:
    """The current registry as a table expression, with names in one language; closed stations are in it."""
    name = "name_en" if lang is Lang.EN else "name"
    return (
        f"(SELECT s.station_id, s.{name} AS station, s.kind, s.joint, s.lon, s.lat, s.capacity_ac_w, s.capacity_dc_w, "
        f"s.grid_connected_on, s.closed_on, b.code AS banner_code, b.{name} AS banner, "
        f"l.code AS league_code, l.{name} AS league FROM stations s "
        "JOIN banners b ON b.code = s.banner_code AND b.superseded_at IS NULL "
        "JOIN leagues l ON l.code = b.league_code AND l.superseded_at IS NULL "
        "WHERE s.superseded_at IS NULL)"
    )


ENOUGH: Final = "m.days_counted >= ${coverage_floor} * m.days_due"
"""Whether a station-month (`monthly_income m`) has enough counted days for an amount, as on the pages."""

OPEN: Final = f"(f.closed_on IS NULL OR f.closed_on > {TODAY})"


LOW: Final = 0.6
"""Under this part of its banner's median a station's day is low: clouds differ less than that within a banner."""

FEWEST_NEIGHBOURS: Final = 3

YESTERDAY: Final = (
    "(SELECT e.station_id, s.banner_code, e.energy_wh::float / s.capacity_dc_w AS hours FROM daily_energy e "
    "JOIN stations s ON s.station_id = e.station_id AND s.superseded_at IS NULL "
    f"WHERE e.day = {TODAY} - 1 AND e.energy_wh IS NOT NULL)"
)
"""Equivalent hours [h] of each station yesterday: on-grid energy by DC capacity."""


def states(lang: Lang) -> str:
    """Every open station with its state, how it did yesterday, and what it usually earns a day.

    unknown: never heard of; offline: its status says so, or no reading for `$silent_minutes`;
    idle: heard, but yesterday, by a measured day, it produced nothing; low: less than LOW of its banner's median;
    otherwise heard. `ratio` is yesterday's equivalent hours against that median, null with few neighbours.
    The usual day is the mean of the last 30 days that brought something. [yuan]
    """
    return (
        "(SELECT f.*, seen.last_reading_at, usual.yuan AS usual_yuan, "
        "mine.hours / nullif(median.hours, 0) AS ratio, CASE "
        "WHEN seen.last_reading_at IS NULL THEN 'unknown' "
        "WHEN seen.status = 'offline' OR seen.last_reading_at < now() - interval '${silent_minutes} minutes' "
        "THEN 'offline' WHEN mine.hours = 0 THEN 'idle' "
        f"WHEN mine.hours < {LOW} * median.hours THEN 'low' ELSE 'heard' END AS state "
        f"FROM {fleet(lang)} f LEFT JOIN stations_seen seen USING (station_id) "
        f"LEFT JOIN {YESTERDAY} mine ON mine.station_id = f.station_id "
        "LEFT JOIN (SELECT banner_code, percentile_cont(0.5) WITHIN GROUP (ORDER BY hours) AS hours "
        f"FROM {YESTERDAY} y GROUP BY banner_code HAVING count(*) > {FEWEST_NEIGHBOURS}) median "
        "ON median.banner_code = f.banner_code "
        "LEFT JOIN (SELECT station_id, avg(estimated_gross_fen) / 100.0 AS yuan FROM daily_income "
        f"WHERE day >= {TODAY} - 30 AND day < {TODAY} AND estimated_gross_fen > 0 GROUP BY station_id) usual "
        f"ON usual.station_id = f.station_id WHERE {OPEN})"
    )


def synthetic() -> Sql:
    """`true` or `false`: whether the registry, and so everything, is invented."""
    return Sql("SELECT value FROM registry_facts WHERE name = 'synthetic'")

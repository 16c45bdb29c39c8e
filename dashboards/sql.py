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


OPEN: Final = f"(f.closed_on IS NULL OR f.closed_on > {TODAY})"


def states(lang: Lang) -> str:
    """Every open station with its state, and what it usually earns a day.

    offline: its status says so, or no reading for `$silent_minutes`; unknown: never heard of;
    idle: heard, but yesterday, by a measured day, it produced nothing; otherwise heard.
    The usual day is the mean of the last 30 days that brought something. [yuan]
    """
    return (
        "(SELECT f.*, seen.last_reading_at, usual.yuan AS usual_yuan, CASE "
        "WHEN seen.last_reading_at IS NULL THEN 'unknown' "
        "WHEN seen.status = 'offline' OR seen.last_reading_at < now() - interval '${silent_minutes} minutes' "
        "THEN 'offline' "
        "WHEN yesterday.energy_wh = 0 THEN 'idle' ELSE 'heard' END AS state "
        f"FROM {fleet(lang)} f "
        "LEFT JOIN stations_seen seen USING (station_id) "
        f"LEFT JOIN daily_energy yesterday ON yesterday.station_id = f.station_id AND yesterday.day = {TODAY} - 1 "
        "LEFT JOIN (SELECT station_id, avg(estimated_gross_fen) / 100.0 AS yuan FROM daily_income "
        f"WHERE day >= {TODAY} - 30 AND day < {TODAY} AND estimated_gross_fen > 0 GROUP BY station_id) usual "
        f"ON usual.station_id = f.station_id WHERE {OPEN})"
    )


def synthetic() -> Sql:
    """`true` or `false`: whether the registry, and so everything, is invented."""
    return Sql("SELECT value FROM registry_facts WHERE name = 'synthetic'")

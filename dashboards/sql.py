"""Pieces of the queries on registry, energy and income (the tables of `guangfu.storage.sql.schema`).

Days are Asia/Shanghai dates: a day belongs to the range of the dashboard if its local midnight does.
Amounts are fen in the tables and leave the queries as yuan; energy is Wh and leaves as Wh or kWh.
"""

# ruff: noqa: S608 - queries are made of constants of ours; what people choose stays a variable of Grafana

from typing import Final

from dashboards.target import Sql
from guangfu.monitor.states import DEFAULT_RULES
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


def name_column(lang: Lang) -> str:
    """What is called in that language, in each table of the registry."""
    return "name_en" if lang is Lang.EN else "name"


def fleet(lang: Lang) -> str:
    """The current registry as a table expression, with names in one language; closed stations are in it."""
    name = name_column(lang)
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

TOLD_WITHIN: Final = "10 minutes"
"""How old accounting's word on the stations' states may be: it tells every minute, but may be busy."""

FRESH: Final = f"told.as_of > now() - interval '{TOLD_WITHIN}'"


def power_now(where: str = "true") -> Sql:
    """[W], the sum of the stations' present power, as on the pages; nothing where accounting does not tell it."""
    return Sql(
        f"SELECT sum(power_w) AS power_w FROM station_states told JOIN {fleet(Lang.EN)} f USING (station_id) "
        f"WHERE {FRESH} AND {where}"
    )


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
    """Every open station with its state, what troubles it, how it did yesterday, and what it usually earns a day.

    `state` is the pages', which accounting tells every minute. Where it has not for TOLD_WITHIN, it is what SQL
    knows by itself: unknown, offline or heard. `trouble` is a state that is one; or `idle`, yesterday, by a measured
    day, it produced nothing; or `low`, yesterday under LOW of its banner's median; else null. `ratio` is yesterday's
    equivalent hours against that median, null with few neighbours. The usual day is the mean of the last 30 days that
    brought something. [yuan]
    """
    return (
        "(SELECT known.*, CASE WHEN state IN ('fault', 'offline', 'stale', 'unknown') THEN state "
        f"WHEN hours = 0 THEN 'idle' WHEN ratio < {LOW} THEN 'low' END AS trouble FROM ("
        "SELECT f.*, seen.last_reading_at, usual.yuan AS usual_yuan, mine.hours, "
        f"mine.hours / nullif(median.hours, 0) AS ratio, {_STATE} AS state "
        f"FROM {fleet(lang)} f LEFT JOIN stations_seen seen USING (station_id) "
        "LEFT JOIN station_states told USING (station_id) "
        f"LEFT JOIN {YESTERDAY} mine ON mine.station_id = f.station_id "
        "LEFT JOIN (SELECT banner_code, percentile_cont(0.5) WITHIN GROUP (ORDER BY hours) AS hours "
        f"FROM {YESTERDAY} y GROUP BY banner_code HAVING count(*) > {FEWEST_NEIGHBOURS}) median "
        "ON median.banner_code = f.banner_code "
        "LEFT JOIN (SELECT station_id, avg(estimated_gross_fen) / 100.0 AS yuan FROM daily_income "
        f"WHERE day >= {TODAY} - 30 AND day < {TODAY} AND estimated_gross_fen > 0 GROUP BY station_id) usual "
        f"ON usual.station_id = f.station_id WHERE {OPEN}) known)"
    )


_SILENT_S: Final = DEFAULT_RULES.offline_after_s
_STATE: Final = (
    f"CASE WHEN {FRESH} THEN told.state "
    "WHEN seen.last_reading_at IS NULL THEN 'unknown' "
    "WHEN seen.status = 'offline' AND NOT seen.last_reading_at > seen.status_at "
    f"OR seen.last_reading_at < now() - interval '{_SILENT_S:.0f} seconds' THEN 'offline' ELSE 'heard' END"
)


def synthetic() -> Sql:
    """`true` or `false`: whether the registry, and so everything, is invented."""
    return Sql("SELECT value FROM registry_facts WHERE name = 'synthetic'")

"""Queries on telemetry. They run on InfluxDB 1.8 and, through its InfluxQL, on 2.x.

Watts over time come from the meters' `ac_power_w`; present power and energy come from accounting's rows in SQL.
"""

# ruff: noqa: S608 - queries are made of constants of ours; what people choose stays a variable of Grafana

from typing import Final

from dashboards.target import InfluxQL
from guangfu.storage.influxql import unmarked
from guangfu.storage.rollups import Rollup

IN_AREA: Final = '"banner" =~ /^${banner}$/'
"""`(a|b)` where many are chosen."""

THIS_STATION: Final = "\"station\" = '${station}'"


def fleet_power() -> InfluxQL:
    """[W] over time, from the roll-ups: each banner's mean in each step, summed; a silent station adds nothing."""
    return _summed_power("$timeFilter")


def area_power() -> InfluxQL:
    """The same of the chosen banners."""
    return _summed_power(f"{IN_AREA} AND $timeFilter")


def _summed_power(where: str) -> InfluxQL:
    each = (
        f'SELECT mean("power_w") AS "power" FROM "{Rollup.BANNER}" WHERE {where} '
        'GROUP BY time($__interval), "banner" fill(none)'
    )
    return InfluxQL(f'SELECT sum("power") FROM ({each}) WHERE $timeFilter GROUP BY time($__interval) fill(none)')


def station_load(alias: str) -> InfluxQL:
    """The station's power over time by its DC capacity, from the roll-ups."""
    return _load(Rollup.STATION, THIS_STATION, "dc_w", alias)


def banner_load(alias: str) -> InfluxQL:
    """The same of its banner; a silent station has no power there and keeps its capacity."""
    return _load(Rollup.BANNER, "\"banner\" = '${of_banner}'", "banner_dc_w", alias)


def _load(rollup: Rollup, which: str, capacity: str, alias: str) -> InfluxQL:
    return InfluxQL(
        f'SELECT mean("power_w") / ${{{capacity}}} FROM "{rollup}" WHERE {which} AND $timeFilter '
        "GROUP BY time($__interval) fill(none)",
        alias=alias,
    )


def station_curve(measurement: str, column: str, alias: str = "$tag_device") -> InfluxQL:
    """A column of the station's devices over time, a series for each device; gaps stay gaps, suspect values are one."""
    return InfluxQL(
        f'SELECT mean("{column}") FROM "{measurement}" WHERE {THIS_STATION} AND $timeFilter{unmarked(column)} '
        'GROUP BY time($__interval), "device" fill(none)',
        alias=alias,
    )

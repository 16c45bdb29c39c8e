"""Where money is looked at: a league, a banner, a village-level station, a village; each, or all of them."""

# ruff: noqa: S608 - queries are made of constants of ours; what people choose stays a variable of Grafana

from typing import Final

from grafana_foundation_sdk.builders.dashboard import QueryVariable

from dashboards import sql
from dashboards.fleet import KEEP_TIME
from dashboards.frame import query_variable, uid
from dashboards.words import shared
from guangfu.texts import Lang

ALL: Final = "'all'"
"""What a variable is where all are chosen: two thousand villages would make long queries."""

FIRST: Final = "('${month}' || '-01')::date"
IN_PLACE: Final = "f.league_code IN (${league}) AND f.banner_code IN (${banner})"
HERE: Final = (
    f"f.kind = 'village' AND {IN_PLACE} AND (${{only_station}} = {ALL} OR f.station_id = ${{only_station}}) "
    f"AND (${{only_village}} = {ALL} OR f.station_id IN "
    "(SELECT station_id FROM village_monthly_income WHERE village_id = ${only_village}))"
)
"""The stations that are chosen (`f`); of a village, those in which it has units."""

VILLAGES_HERE: Final = (
    f"v.banner_code IN (${{banner}}) AND (${{only_village}} = {ALL} OR v.village_id = ${{only_village}}) "
    f"AND (${{only_station}} = {ALL} OR v.village_id IN "
    "(SELECT village_id FROM village_monthly_income WHERE station_id = ${only_station}))"
)
"""The villages that are chosen (`v`); of a station, those that have units in it."""


def month_variable(lang: Lang) -> QueryVariable:
    query = (
        "SELECT DISTINCT month FROM (SELECT month FROM monthly_income UNION SELECT month FROM settled_income) known "
        "ORDER BY month DESC"
    )
    return query_variable("month", shared.MONTH(lang), query)


def station_variable(lang: Lang) -> QueryVariable:
    """The village-level stations of the banners. Not `station`, whose dashboard knows no All."""
    query = (
        f"SELECT {sql.name_column(lang)} AS __text, station_id AS __value FROM stations "
        "WHERE superseded_at IS NULL AND kind = 'village' AND banner_code IN (${banner}) ORDER BY station_id"
    )
    return _one_or_all("only_station", shared.STATION_COLUMN(lang), query)


def village_variable(lang: Lang) -> QueryVariable:
    query = (
        f"SELECT {sql.name_column(lang)} AS __text, village_id AS __value FROM villages "
        "WHERE superseded_at IS NULL AND banner_code IN (${banner}) ORDER BY village_id"
    )
    return _one_or_all("only_village", shared.VILLAGE(lang), query)


def _one_or_all(name: str, label: str, query: str) -> QueryVariable:
    return query_variable(name, label, query).include_all(True).all_value(ALL).current_all()


def finance_link(lang: Lang, **columns: str) -> str:
    """To the finance dashboard of the same month, with variables from the row's columns; the time range goes along.

    Args:
        columns: The column of the row whose value a variable takes, by the variable's name.
    """
    chosen = "".join(f"&var-{name}=${{__data.fields.{column}}}" for name, column in columns.items())
    return f"/d/{uid('finance', lang)}?var-month=${{month}}{chosen}&{KEEP_TIME}"


def villages(lang: Lang) -> str:
    """The current villages with their banners, in one language."""
    name = sql.name_column(lang)
    return (
        f"(SELECT v.village_id, v.{name} AS village, v.banner_code, b.{name} AS banner, b.league_code FROM villages v "
        "JOIN banners b ON b.code = v.banner_code AND b.superseded_at IS NULL WHERE v.superseded_at IS NULL)"
    )

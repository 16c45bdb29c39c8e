"""The places that ship with the project: 12 leagues and cities, 31 national-level poverty banners.

Codes are GB/T 2260's; a position is the seat of government (a weather cell, not a station), WGS 84.
Resource zone and grid are the place's; a station may override both.
"""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from guangfu.stations.models import Banner, Grid, League, Zone


@cache
def leagues() -> Mapping[str, League]:
    """The leagues and prefecture-level cities of Inner Mongolia, by code.

    >>> leagues()["150400"].name
    '赤峰市'
    """
    return MappingProxyType({row["code"]: _league(row) for row in _rows("leagues.csv")})


@cache
def banners() -> Mapping[str, Banner]:
    """The 31 banners and counties of the programme, by code.

    >>> banners()["150430"].name_en
    'Aohan Banner'
    """
    return MappingProxyType({row["code"]: _banner(row) for row in _rows("banners.csv")})


def _rows(name: str) -> list[dict[str, str]]:
    text = (files(__package__) / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _league(row: dict[str, str]) -> League:
    return League(
        code=row["code"],
        name=row["name"],
        name_en=row["name_en"],
        resource_zone=Zone(row["resource_zone"]),
        grid=Grid(row["grid"]),
        seat_lon=float(row["seat_lon"]),
        seat_lat=float(row["seat_lat"]),
    )


def _banner(row: dict[str, str]) -> Banner:
    return Banner(
        code=row["code"],
        name=row["name"],
        name_en=row["name_en"],
        league_code=row["league_code"],
        resource_zone=Zone(row["resource_zone"]),
        grid=Grid(row["grid"]),
        seat_lon=float(row["seat_lon"]),
        seat_lat=float(row["seat_lat"]),
    )

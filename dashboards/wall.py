"""The wall: the fleet on a big screen, all of it in one view of 1920 × 1080 in kiosk mode."""

from typing import Final

from dashboards.fleet import by_league, first_row, power, station_positions, troubles
from dashboards.frame import Board
from dashboards.money import wall_scale
from dashboards.words import wall as says
from guangfu.texts import Lang

TOP_TROUBLES: Final = 10


def board(lang: Lang) -> Board:
    """28 rows of Grafana's grid are 1,064 pixels."""
    return Board(
        name="wall",
        title=says.TITLE,
        description=says.DESCRIPTION,
        range_from="now-24h",
        panels=[
            *first_row(lang, wall_scale(lang), height=5),
            station_positions(lang, span=11, height=13),
            troubles(lang, span=13, height=13, most=TOP_TROUBLES),
            power(lang, span=11, height=10),
            by_league(lang, span=13, height=10),
        ],
    )

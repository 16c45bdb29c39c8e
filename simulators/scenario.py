"""The prices of the simulated world: what a kilowatt-hour of a station is worth there.

Written down a second time on purpose. The accounting has tables of its own, and a truth that shared
them would prove nothing.
"""

from datetime import date
from decimal import Decimal
from typing import Final

from guangfu.stations.models import Station, StationKind, Zone

Prices = dict[Zone, str]

VILLAGE: Final[Prices] = {Zone.I: "0.65", Zone.II: "0.75", Zone.III: "0.85"}
"""Village-level stations on grid from 2018 on. [yuan/kWh]"""

SCALE_OF_2017: Final[Prices] = {Zone.I: "0.65", Zone.II: "0.75", Zone.III: "0.85"}
"""Centralized stations in the scale of 2017 or earlier, on grid by 2018-06-30. [yuan/kWh]"""

CENTRALIZED: Final[tuple[tuple[date, Prices], ...]] = (
    (date(2020, 6, 1), {Zone.I: "0.35", Zone.II: "0.40", Zone.III: "0.49"}),
    (date(2019, 7, 1), {Zone.I: "0.40", Zone.II: "0.45", Zone.III: "0.55"}),
    (date(2018, 5, 31), {Zone.I: "0.50", Zone.II: "0.60", Zone.III: "0.70"}),
    (date(2018, 1, 1), {Zone.I: "0.55", Zone.II: "0.65", Zone.III: "0.75"}),
    (date(2017, 7, 1), {Zone.I: "0.65", Zone.II: "0.75", Zone.III: "0.85"}),
)
"""Other centralized stations, by the first day on grid that a row holds for, newest first. [yuan/kWh]"""


class NoPrice(Exception):
    """The scenario has no price for a station that came on grid so early."""


def price_yuan_per_kwh(station: Station) -> Decimal:
    """What a station is paid for a kilowatt-hour, VAT included.

    Raises:
        NoPrice: It came on grid before the simulated programme.
    """
    zone, on_grid = station.resource_zone, station.grid_connected_on
    if station.kind is StationKind.VILLAGE:
        if on_grid < date(2018, 1, 1):
            raise NoPrice(station.station_id)
        return Decimal(VILLAGE[zone])
    if station.plan_year <= 2017 and date(2017, 7, 1) <= on_grid <= date(2018, 6, 30):
        return Decimal(SCALE_OF_2017[zone])
    for first_day, prices in CENTRALIZED:
        if on_grid >= first_day:
            return Decimal(prices[zone])
    raise NoPrice(station.station_id)

"""Rows of income by day or month for the fleet and for stations, from accounting's tables."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import Connection

from api import schemas
from api.figures import MISSING, Figure, daily_figure, monthly_figure, sum_figures
from api.parameters import Period
from guangfu.clock import month_days
from guangfu.income.rules import Rules
from guangfu.income.sharing import By
from guangfu.stations.models import Station
from guangfu.storage.sql.figures import read_daily_energy, read_daily_income, read_monthly_income
from guangfu.texts import Lang

Figures = Mapping[tuple[str, str], Figure]
"""By station and period."""


def read_figures(db: Connection, period: Period, rules: Rules, stations: Sequence[str] | None = None) -> Figures:
    """Every station's figure of every day or month of the period; what accounting has not is absent."""
    if not period.names():
        return {}
    floor = rules.energy.coverage_floor
    return _daily(db, period, stations) if period.by is By.DAY else _monthly(db, period, floor, stations)


def _daily(db: Connection, period: Period, stations: Sequence[str] | None) -> Figures:
    energy = read_daily_energy(db, start=period.start, end=period.end, stations=stations)
    income = read_daily_income(db, start=period.start, end=period.end, stations=stations)
    energy_of = {(row.station_id, row.day): row for row in energy}
    income_of = {(row.station_id, row.day): row for row in income}
    return {
        (station, day.isoformat()): daily_figure(energy_of.get((station, day)), income_of.get((station, day)))
        for station, day in energy_of.keys() | income_of.keys()
    }


def _monthly(db: Connection, period: Period, floor: float, stations: Sequence[str] | None) -> Figures:
    names = period.names()
    rows = read_monthly_income(db, start=names[0], end=names[-1], stations=stations)
    return {(row.station_id, row.month): monthly_figure(row, floor) for row in rows}


def station_income(station: Station, period: Period, figures: Figures, lang: Lang) -> schemas.StationIncome:
    """A row for each period in which the station was on the grid."""
    rows = [
        _row(name, figures.get((station.station_id, name), MISSING), lang)
        for name in period.names()
        if _due(station, name)
    ]
    return schemas.StationIncome(station_id=station.station_id, by=period.by.value, items=rows)


def fleet_income(stations: Iterable[Station], period: Period, figures: Figures, lang: Lang) -> schemas.FleetIncome:
    """Sums over the stations that were on the grid in each period."""
    known = list(stations)
    rows = [_row(name, _sum(known, name, figures), lang) for name in period.names()]
    return schemas.FleetIncome(by=period.by.value, items=rows)


def _sum(stations: Sequence[Station], name: str, figures: Figures) -> Figure:
    due = [station for station in stations if _due(station, name)]
    return sum_figures(
        [figures.get((station.station_id, name), MISSING) for station in due], [s.capacity_dc_w for s in due]
    )


def _due(station: Station, name: str) -> bool:
    """Was the station on the grid on a day of the period?"""
    first, last = _bounds(name)
    return station.grid_connected_on <= last and (station.closed_on is None or first < station.closed_on)


def _bounds(name: str) -> tuple[date, date]:
    if len(name) == len("2026-06-01"):
        return date.fromisoformat(name), date.fromisoformat(name)
    days = month_days(name)
    return days[0], days[-1]


def _row(name: str, figure: Figure, lang: Lang) -> schemas.IncomeRow:
    return schemas.IncomeRow(
        period=name, energy_wh=figure.energy_wh, estimated_low_wh=figure.low_wh, estimated_high_wh=figure.high_wh,
        income=figure.income(lang),
    )  # fmt: skip

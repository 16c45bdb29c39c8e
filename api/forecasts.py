"""The forecast of this month and year, of one station or of all, and the rules that it rests on."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Final

from sqlalchemy import Connection

from api.forecast_schemas import Forecast, ForecastPeriod, ForecastRule
from api.parts import Parts
from guangfu.clock import month_days
from guangfu.income import forecast as reckoning
from guangfu.income.figures import DailyEnergy
from guangfu.income.rules.models import EnergyRules
from guangfu.stations.models import Station
from guangfu.storage.sql.bulk import chunks
from guangfu.storage.sql.figures import read_daily_energy

RECORD: Final = timedelta(days=365)
"""So far back a station's days tell how it compares with a typical one; a whole year has every season."""
Bounds = tuple[date, date]


def station_forecast(parts: Parts, station: Station, today: date) -> Forecast:
    """Of one station."""
    return _answer(parts, [station], today)


def fleet_forecast(parts: Parts, today: date) -> Forecast:
    """Of all stations that are on the grid for a part of the year."""
    first, last = _year(today)
    there = [
        station
        for station in parts.registry.stations.values()
        if station.grid_connected_on <= last and (station.closed_on is None or first < station.closed_on)
    ]
    return _answer(parts, there, today)


def _answer(parts: Parts, stations: Sequence[Station], today: date) -> Forecast:
    rules = parts.rules.energy
    month, year = _month(today), _year(today)
    months: list[tuple[reckoning.Forecast, float | None, Station]] = []
    years: list[tuple[reckoning.Forecast, float | None, Station]] = []
    with parts.engine.connect() as db:
        for station, energy in _energy(db, stations, today):
            for bounds, found in ((month, months), (year, years)):
                one = reckoning.forecast(parts.registry, station.station_id, *bounds, energy, rules, today)
                found.append((one, _coverage(station, bounds, energy, today), station))
    whole = _together(years)
    named = _rules(stations, rules)
    return Forecast(
        day=today,
        stations=len(stations),
        record=round(whole.record, 4) if whole.days_left else None,
        record_days=whole.record_days,
        month=_period(f"{today:%Y-%m}", months),
        year=_period(f"{today:%Y}", years),
        unconfirmed=any(rule.unconfirmed for rule in named),
        rules=named,
    )


def _energy(
    db: Connection, stations: Sequence[Station], today: date
) -> Iterable[tuple[Station, Sequence[DailyEnergy]]]:
    """Some stations at a time: a fleet's year is 300,000 days."""
    of = {station.station_id: station for station in stations}
    for names in chunks(sorted(of)):
        rows = read_daily_energy(db, start=today - RECORD, end=today, stations=names)
        found = {name: list(group) for name, group in groupby(rows, key=attrgetter("station_id"))}
        yield from ((of[name], found.get(name, [])) for name in names)


def _month(today: date) -> Bounds:
    days = month_days(f"{today:%Y-%m}")
    return days[0], days[-1]


def _year(today: date) -> Bounds:
    return date(today.year, 1, 1), date(today.year, 12, 31)


def _coverage(station: Station, bounds: Bounds, energy: Iterable[DailyEnergy], today: date) -> float | None:
    """Of the days on the grid that are over; one without a figure counts 0."""
    first = max(bounds[0], station.grid_connected_on)
    end = min(bounds[1] + timedelta(days=1), today, station.closed_on or date.max)
    over = (end - first).days
    if over <= 0:
        return None
    told = sum(row.coverage for row in energy if first <= row.day < end and row.energy_wh is not None and row.complete)
    return told / over


def _together(found: Sequence[tuple[reckoning.Forecast, float | None, Station]]) -> reckoning.Forecast:
    return found[0][0] if len(found) == 1 else reckoning.together([one for one, _, _ in found])


def _period(name: str, found: Sequence[tuple[reckoning.Forecast, float | None, Station]]) -> ForecastPeriod:
    one = _together(found)
    weights = [(part, station.capacity_dc_w) for _, part, station in found if part is not None]
    weight = sum(capacity for _, capacity in weights)
    return ForecastPeriod(
        period=name,
        to_date_wh=one.to_date_wh,
        p50_wh=one.p50_wh,
        p90_wh=one.p90_wh,
        p10_wh=one.p10_wh,
        days_forecast=one.days_left,
        coverage=round(sum(part * capacity for part, capacity in weights) / weight, 4) if weight else None,
    )


def _rules(stations: Iterable[Station], rules: EnergyRules) -> list[ForecastRule]:
    """The typical hours of the stations' zones, and how far a year differs from a typical one."""
    zones = sorted({station.resource_zone for station in stations})
    names = [*(f"typical_hours_{zone.lower()}" for zone in zones), "typical_spread"]
    sources = {name: (document, confidence) for name, document, confidence in rules.sources}
    return [
        ForecastRule(
            rule_id=name,
            value=getattr(rules, name),
            document=sources.get(name, ("", None))[0] or None,
            confidence=sources.get(name, ("", None))[1],
            unconfirmed=name in rules.unconfirmed,
        )
        for name in names
    ]

"""The forecast of this month and year, of one station or of all, and the rules that it rests on."""

from collections.abc import Iterable, Sequence
from datetime import date

from api.forecast_schemas import Forecast, ForecastPeriod, ForecastRule
from api.parts import Parts
from guangfu.clock import month_days
from guangfu.income.forecast import Forecast as Reckoned
from guangfu.income.forecast import KnownDays, forecasts, together
from guangfu.income.rules.models import EnergyRules
from guangfu.stations.models import Station


def station_forecast(parts: Parts, station: Station, today: date) -> Forecast:
    """Of one station."""
    return _answer(parts, [station], parts.days.of_station(station.station_id, today), today)


def fleet_forecast(parts: Parts, today: date) -> Forecast:
    """Of all stations that are on the grid for a part of the year."""
    first, last = _year(today)
    there = [
        station
        for station in parts.registry.stations.values()
        if station.grid_connected_on <= last and (station.closed_on is None or first < station.closed_on)
    ]
    return _answer(parts, there, parts.days.of_all([one.station_id for one in there], today), today)


def _answer(parts: Parts, stations: Sequence[Station], known: KnownDays, today: date) -> Forecast:
    rules, names = parts.rules.energy, [one.station_id for one in stations]
    month, year = forecasts(parts.registry, names, [_month(today), _year(today)], known, rules, today)
    whole = _together(year)
    named = _rules(stations, rules)
    return Forecast(
        day=today,
        stations=len(stations),
        record=round(whole.record, 4) if whole.days_left else None,
        record_days=whole.record_days,
        month=_period(f"{today:%Y-%m}", month, stations),
        year=_period(f"{today:%Y}", year, stations),
        unconfirmed=any(rule.unconfirmed for rule in named),
        rules=named,
    )


def _month(today: date) -> tuple[date, date]:
    days = month_days(f"{today:%Y-%m}")
    return days[0], days[-1]


def _year(today: date) -> tuple[date, date]:
    return date(today.year, 1, 1), date(today.year, 12, 31)


def _together(found: Sequence[Reckoned]) -> Reckoned:
    return found[0] if len(found) == 1 else together(found)


def _period(name: str, found: Sequence[Reckoned], stations: Sequence[Station]) -> ForecastPeriod:
    one = _together(found)
    weights = [
        (of.coverage, at.capacity_dc_w) for of, at in zip(found, stations, strict=True) if of.coverage is not None
    ]
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

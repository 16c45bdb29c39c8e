"""The tariff of a station as the API tells it."""

from datetime import date
from decimal import Decimal

from api import schemas
from guangfu.clock import month_of
from guangfu.income.rules import Rules
from guangfu.income.rules.models import Confidence
from guangfu.income.tariff import base_price, find_tariff
from guangfu.stations.models import Station
from guangfu.texts import Lang


def tariff_of(station: Station, day: date, rules: Rules, lang: Lang) -> schemas.Tariff | None:
    """The price of a day by its document, and what of it is not confirmed; `None` where no row applies."""
    row = find_tariff(station, day, rules)
    if row is None:
        return None
    return schemas.Tariff(
        tariff_id=row.tariff_id,
        price_yuan_per_kwh=_plain(row.price),
        base_yuan_per_kwh=_plain(row.base),
        subsidy_yuan_per_kwh=_plain(row.subsidy),
        document=row.document,
        base_document=row.base_document or None,
        base_unconfirmed=base_unconfirmed(station, day, rules),
        confidence=row.confidence.value,
        unconfirmed=row.unconfirmed,
        unconfirmed_because=row.because(lang) if row.because else None,
    )


def base_unconfirmed(station: Station, day: date, rules: Rules) -> bool:
    """Whether the base price of the day is one that nobody has confirmed."""
    benchmark, market = base_price(station.grid, day, rules), rules.market_prices.get((station.grid, month_of(day)))
    used = market or benchmark
    return used is not None and used.confidence is Confidence.C and not used.confirmed


def _plain(price: Decimal) -> str:
    """The price without the zeros that say nothing. [yuan/kWh]"""
    return f"{price.normalize():f}"

"""The tariff of a station as the API tells it."""

from datetime import date
from decimal import Decimal

from api import schemas
from guangfu.income.rules import Rules
from guangfu.income.tariff import find_tariff
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
        base_document=row.base_document,
        confidence=row.confidence.value,
        unconfirmed=row.unconfirmed,
        unconfirmed_because=row.because(lang) if row.because else None,
    )


def _plain(price: Decimal) -> str:
    """The price without the zeros that say nothing. [yuan/kWh]"""
    return f"{price.normalize():f}"

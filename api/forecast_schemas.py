"""What a month and a year will bring, as the API answers it. [Wh]"""

from datetime import date
from typing import Literal

from api.schemas import Schema
from guangfu.income.rules.models import Confidence


class ForecastPeriod(Schema):
    """Energy of a period as a whole; P90 is exceeded in 90 cases of 100, P10 in 10.

    `coverage` is of the days that are over, weighted by capacity; null while none is. `days_forecast` is how many
    days of the period have no complete figure, those over among them; of a fleet, of the station with the most.
    """

    period: str
    to_date_wh: int
    p50_wh: int
    p90_wh: int
    p10_wh: int
    days_forecast: int
    coverage: float | None


class ForecastRule(Schema):
    """A rule that the forecast rests on."""

    rule_id: str
    value: float
    document: str | None
    confidence: Confidence | None
    unconfirmed: bool


class Forecast(Schema):
    """`record` is the energy of the last year's days over a typical one's, `record_days` how many (station-)days tell
    it; null where nothing is to come.
    """

    amount: Literal["estimated"] = "estimated"
    day: date
    stations: int
    record: float | None
    record_days: int
    month: ForecastPeriod
    year: ForecastPeriod
    unconfirmed: bool
    rules: list[ForecastRule]

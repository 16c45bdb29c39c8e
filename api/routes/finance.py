"""What the finance page asks: a month's amounts side by side, and where the months stand."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api import finance_schemas as schemas
from api.finance import (
    FINANCE_COLUMNS,
    finance_month_answer,
    finance_months_answer,
    finance_rows,
    station_finance_answer,
)
from api.language import Language
from api.parameters import Id, OptionalDay, parse_month, period
from api.parts import ApiParts
from api.tables import Format, Headers, csv_response
from guangfu.clock import local_day, month_of
from guangfu.income.sharing import By

MAX_DAYS = 3700
router = APIRouter(prefix="/v1/finance", tags=["finance"])


@router.get("/months", response_model=schemas.FinanceMonths)
def read_finance_months(parts: ApiParts) -> schemas.FinanceMonths:
    """Where the months of village-level stations stand, the newest first, and which have money past its deadline."""
    with parts.engine.connect() as db:
        return finance_months_answer(db, parts.registry, parts.rules, local_day(parts.clock.now()))


@router.get("/stations/{station_id}", response_model=schemas.StationFinance)
def read_station_finance(
    parts: ApiParts, lang: Language, station_id: Id, start: OptionalDay = None, end: OptionalDay = None
) -> schemas.StationFinance:
    """A station's months as finance has them, the last 12 by default; what of it is outstanding by age, all months."""
    parts.station(station_id)
    asked = period(By.MONTH, start, end, parts.clock, max_days=MAX_DAYS)
    months, today = (month_of(asked.start), month_of(asked.end)), local_day(parts.clock.now())
    with parts.engine.connect() as db:
        return station_finance_answer(db, parts.registry, parts.rules, station_id, *months, today, lang)


@router.get("/months/{month}", response_model=schemas.FinanceMonth)
def read_finance_month(
    parts: ApiParts,
    lang: Language,
    month: Id,
    banner: Annotated[str | None, Query(max_length=20, description="code of a banner")] = None,
    format: Format = Format.JSON,  # noqa: A002 - the name in the address
    headers: Headers = Headers.NAMES,
) -> schemas.FinanceMonth | Response:
    """Estimated, settled, received, outstanding and on the way, by banner and village-level station; with sums."""
    asked = parse_month(month)
    today = local_day(parts.clock.now())
    with parts.engine.connect() as db:
        answer = finance_month_answer(db, parts.registry, parts.rules, asked, today, banner, lang)
    if format is Format.JSON:
        return answer
    return csv_response(FINANCE_COLUMNS, finance_rows(answer), lang=lang, headers=headers, name=f"finance-{asked}")

"""Which messages and readings came, of one station and of all."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api import schemas
from api.completeness import DAY_COLUMNS, FLEET_COLUMNS, MAX_DAYS, fleet_completeness, station_completeness
from api.language import Language
from api.parameters import Id, OptionalDay, parse_day, period
from api.parts import ApiParts
from api.tables import Format, Headers, csv_response
from guangfu.clock import local_day
from guangfu.income.sharing import By

router = APIRouter(prefix="/v1", tags=["completeness"])


@router.get("/stations/{station_id}/completeness", response_model=schemas.StationCompleteness)
def read_station_completeness(
    parts: ApiParts,
    lang: Language,
    station_id: Id,
    start: OptionalDay = None,
    end: OptionalDay = None,
    format: Format = Format.JSON,  # noqa: A002 - the name in the address
    headers: Headers = Headers.NAMES,
) -> schemas.StationCompleteness | Response:
    """Messages received, missing, doubled and late, reporting slots, and each gap; the last 30 days by default."""
    parts.station(station_id)
    asked = period(By.DAY, start, end, parts.clock, max_days=MAX_DAYS)
    answer = station_completeness(parts, station_id, asked)
    if format is Format.JSON:
        return answer
    return csv_response(DAY_COLUMNS, answer.days, lang=lang, headers=headers, name=f"completeness-{station_id}")


@router.get("/completeness", response_model=schemas.FleetCompleteness)
def read_fleet_completeness(
    parts: ApiParts,
    lang: Language,
    day: Annotated[str | None, Query(max_length=10, description="2026-06-01, Asia/Shanghai; today by default")] = None,
    format: Format = Format.JSON,  # noqa: A002 - the name in the address
    headers: Headers = Headers.NAMES,
) -> schemas.FleetCompleteness | Response:
    """Messages received, missing, doubled and late on a local day: of each station, and in all."""
    asked = parse_day(day) if day else local_day(parts.clock.now())
    answer = fleet_completeness(parts, asked, lang)
    if format is Format.JSON:
        return answer
    return csv_response(FLEET_COLUMNS, answer.items, lang=lang, headers=headers, name=f"completeness-{asked}")

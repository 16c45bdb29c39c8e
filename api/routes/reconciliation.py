"""A station's days by three ways of measuring."""

from fastapi import APIRouter, Response

from api.language import Language
from api.parameters import Id, OptionalDay, period
from api.parts import ApiParts
from api.reconciliation import RECONCILED_COLUMNS, ReconciledRow, station_reconciliation
from api.tables import Format, Headers, csv_response
from guangfu.income.sharing import By

router = APIRouter(prefix="/v1/stations/{station_id}", tags=["station"])
MAX_DAYS = 1100


@router.get("/reconciliation", response_model=list[ReconciledRow])
def read_station_reconciliation(
    parts: ApiParts,
    lang: Language,
    station_id: Id,
    start: OptionalDay = None,
    end: OptionalDay = None,
    format: Format = Format.JSON,  # noqa: A002 - the name in the address
    headers: Headers = Headers.NAMES,
) -> list[ReconciledRow] | Response:
    """The gateway meter, the inverters' counters and power added up, by day; the last 30 days by default."""
    station = parts.station(station_id)
    asked = period(By.DAY, start, end, parts.clock, max_days=MAX_DAYS)
    rows = station_reconciliation(parts, station, asked.start, asked.end)
    if format is Format.JSON:
        return rows
    return csv_response(RECONCILED_COLUMNS, rows, lang=lang, headers=headers, name=f"reconciliation-{station_id}")

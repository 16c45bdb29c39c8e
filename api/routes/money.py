"""Money that moves: receipts, what is outstanding, transfers, a village's amounts side by side."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api import money_schemas as schemas
from api.language import Language
from api.money import (
    MONEY_COLUMNS,
    RECEIPT_COLUMNS,
    RECEIVABLE_COLUMNS,
    TRANSFER_COLUMNS,
    receipts_answer,
    receivables_answer,
    transfers_answer,
    village_money_answer,
)
from api.parameters import Id, OptionalDay, period
from api.parts import ApiParts
from api.tables import Format, Headers, csv_response
from guangfu.clock import local_day, month_of
from guangfu.income.sharing import By
from guangfu.stations.models import Grid, Station

router = APIRouter(tags=["money"])
MAX_DAYS = 3700
Limit = Annotated[int, Query(ge=1, le=2000)]
Offset = Annotated[int, Query(ge=0, le=10_000_000)]


@router.get("/v1/receipts", response_model=schemas.Receipts)
def read_all_receipts(
    parts: ApiParts,
    lang: Language,
    state: Annotated[schemas.ReceiptState | None, Query(description="where they stand")] = None,
    start: OptionalDay = None,
    end: OptionalDay = None,
    limit: Limit = 1000,
    offset: Offset = 0,
    format: Format = Format.JSON,  # noqa: A002 - the name in the address
    headers: Headers = Headers.NAMES,
) -> schemas.Receipts | Response:
    """What came in, and what each receipt is matched with; all of them unless `start` or `end` is given."""
    first, last = date.min, date.max
    if start or end:
        asked = period(By.DAY, start, end, parts.clock, max_days=MAX_DAYS)
        first, last = asked.start, asked.end
    with parts.engine.connect() as db:
        answer = receipts_answer(db, lang, state=state, start=first, end=last, offset=offset, limit=limit)
    if format is Format.JSON:
        return answer
    return csv_response(RECEIPT_COLUMNS, answer.items, lang=lang, headers=headers, name="receipts")


@router.get("/v1/receivables", response_model=schemas.Receivables)
def read_receivables(
    parts: ApiParts,
    lang: Language,
    by: Annotated[schemas.ReceivableBy, Query(description="a row for each")] = "banner",
    payer: Annotated[Grid | None, Query(description="of this grid company alone")] = None,
    banner: Annotated[str | None, Query(max_length=20, description="of this banner alone, by its code")] = None,
    format: Format = Format.JSON,  # noqa: A002 - the name in the address
    headers: Headers = Headers.NAMES,
) -> schemas.Receivables | Response:
    """What is settled and has not come in, by age; what centralized stations' companies owe, paid, are late with."""
    today = local_day(parts.clock.now())

    def among(station: Station) -> bool:
        return payer in {None, station.grid} and banner in {None, station.banner_code}

    with parts.engine.connect() as db:
        answer = receivables_answer(db, parts.registry, parts.rules, today, lang, by=by, among=among)
    if format is Format.JSON:
        return answer
    return csv_response(RECEIVABLE_COLUMNS, answer.items, lang=lang, headers=headers, name=f"receivables-{by}")


@router.get("/v1/transfers", response_model=schemas.Transfers)
def read_all_transfers(
    parts: ApiParts,
    lang: Language,
    state: Annotated[schemas.TransferState | None, Query(description="where they stand")] = None,
    banner: Annotated[str | None, Query(max_length=20, description="code of a banner")] = None,
    limit: Limit = 1000,
    offset: Offset = 0,
    format: Format = Format.JSON,  # noqa: A002 - the name in the address
    headers: Headers = Headers.NAMES,
) -> schemas.Transfers | Response:
    """Transfers to townships, with a line for each village, station, energy month and part."""
    with parts.engine.connect() as db:
        answer = transfers_answer(db, parts.registry, lang, state=state, banner=banner, offset=offset, limit=limit)
    if format is Format.JSON:
        return answer
    return csv_response(TRANSFER_COLUMNS, answer.items, lang=lang, headers=headers, name="transfers")


@router.get("/v1/villages/{village_id}/money", response_model=schemas.VillageMoney)
def read_village_money(
    parts: ApiParts,
    lang: Language,
    village_id: Id,
    start: OptionalDay = None,
    end: OptionalDay = None,
    format: Format = Format.JSON,  # noqa: A002 - the name in the address
    headers: Headers = Headers.NAMES,
) -> schemas.VillageMoney | Response:
    """Estimated, settled, received, passed on and paid, side by side by energy month; the last 12 months by default."""
    parts.village(village_id)
    asked = period(By.MONTH, start, end, parts.clock, max_days=MAX_DAYS)
    with parts.engine.connect() as db:
        answer = village_money_answer(db, parts.registry, village_id, month_of(asked.start), month_of(asked.end))
    if format is Format.JSON:
        return answer
    return csv_response(MONEY_COLUMNS, answer.items, lang=lang, headers=headers, name=f"money-{village_id}")

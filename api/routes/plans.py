"""A village's plan of a year, and what it owes and has paid: ids and amounts."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api import plan_schemas as schemas
from api.language import Language
from api.parameters import Id, parse_month
from api.parts import ApiParts
from api.plan_answers import PAYMENT_COLUMNS, PLAN_COLUMNS, village_payments, village_plan
from api.tables import Format, Headers, csv_response
from guangfu.clock import local_day

router = APIRouter(prefix="/v1/villages", tags=["villages"])
Year = Annotated[int | None, Query(ge=2018, le=2100, description="the plan's year")]


@router.get("/{village_id}/plan", response_model=schemas.VillagePlan)
def read_village_plan(
    parts: ApiParts,
    lang: Language,
    village_id: Id,
    year: Year = None,
    format: Format = Format.JSON,  # noqa: A002 - the name in the address
    headers: Headers = Headers.NAMES,
) -> schemas.VillagePlan | Response:
    """The plan of use: lines with planned, due and paid, posts with their planned pay, findings, steps; this year's."""
    parts.village(village_id)
    answer = village_plan(parts, village_id, year or local_day(parts.clock.now()).year, lang)
    if format is Format.JSON:
        return answer
    return csv_response(PLAN_COLUMNS, answer.lines, lang=lang, headers=headers, name=f"plan-{village_id}-{answer.year}")


@router.get("/{village_id}/payments", response_model=schemas.VillagePayments)
def read_village_payments(
    parts: ApiParts,
    lang: Language,
    village_id: Id,
    year: Year = None,
    month: Annotated[str | None, Query(max_length=7, description="2026-06; all by default")] = None,
    format: Format = Format.JSON,  # noqa: A002 - the name in the address
    headers: Headers = Headers.NAMES,
) -> schemas.VillagePayments | Response:
    """Each due with what became of it: drafted, sent, paid, returned; ids and amounts, nothing personal."""
    parts.village(village_id)
    answer = village_payments(parts, village_id, year=year, month=parse_month(month) if month else None)
    if format is Format.JSON:
        return answer
    return csv_response(PAYMENT_COLUMNS, answer.items, lang=lang, headers=headers, name=f"payments-{village_id}")

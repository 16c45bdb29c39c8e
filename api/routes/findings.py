"""What audit checks found."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api import finding_schemas as schemas
from api.findings import FINDING_COLUMNS, findings_answer
from api.language import Language
from api.parameters import parse_month
from api.parts import ApiParts
from api.tables import Format, Headers, csv_response
from guangfu.income.audit import periods_of
from guangfu.income.rules.audit import Check, Severity

router = APIRouter(tags=["findings"])
Place = Annotated[str | None, Query(max_length=100, description="its opaque id")]


@router.get("/v1/findings", response_model=schemas.Findings)
def read_all_findings(
    parts: ApiParts,
    lang: Language,
    month: Annotated[str | None, Query(max_length=7, description="2026-06, with its quarter and year")] = None,
    station: Place = None,
    village: Place = None,
    banner: Annotated[str | None, Query(max_length=20, description="code of a banner")] = None,
    check: Annotated[Check | None, Query(description="what is looked for")] = None,
    severity: Annotated[Severity | None, Query(description="how bad it is")] = None,
    state: Annotated[schemas.FindingState | None, Query(description="where they stand")] = None,
    limit: Annotated[int, Query(ge=1, le=2000)] = 1000,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    format: Format = Format.JSON,  # noqa: A002 - the name in the address
    headers: Headers = Headers.NAMES,
) -> schemas.Findings | Response:
    """What audit checks found, the serious first, with the rows that cause it; those that are gone are kept."""
    with parts.engine.connect() as db:
        answer = findings_answer(
            db, parts.registry, lang, limit=limit, offset=offset,
            periods=periods_of([parse_month(month)]) if month else None, station_id=station, village_id=village,
            banner_code=banner, checks=[check] if check else None, severities=[severity] if severity else None,
            states=[state] if state else None,
        )  # fmt: skip
    if format is Format.JSON:
        return answer
    return csv_response(FINDING_COLUMNS, answer.items, lang=lang, headers=headers, name=f"findings-{month or 'all'}")

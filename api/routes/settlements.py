"""What the power company settled: statements, a station's settlements, a month."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api import settlement_schemas as schemas
from api.language import Language
from api.parameters import Id, parse_month
from api.parts import ApiParts
from api.settlements import (
    MONTH_COLUMNS,
    STATEMENT_COLUMNS,
    month_answer,
    statement_rows,
    station_settlements,
)
from api.tables import Format, Headers, csv_response
from guangfu.storage.sql.settlement import read_statements

router = APIRouter(tags=["settlements"])
MonthQuery = Annotated[str | None, Query(max_length=7, description="2026-06")]


@router.get("/v1/statements", response_model=schemas.Statements)
def read_all_statements(
    parts: ApiParts,
    lang: Language,
    month: MonthQuery = None,
    state: Annotated[schemas.StatementState | None, Query(description="where they stand")] = None,
    limit: Annotated[int, Query(ge=1, le=2000)] = 1000,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    format: Format = Format.JSON,  # noqa: A002 - the name in the address
    headers: Headers = Headers.NAMES,
) -> schemas.Statements | Response:
    """The power company's statements, with what they differ by from the estimate."""
    with parts.engine.connect() as db:
        found = read_statements(
            db, month=parse_month(month) if month else None, states=None if state is None else [state]
        )
        rows = statement_rows(db, found[offset : offset + limit], lang)
    if format is Format.JSON:
        return schemas.Statements(total=len(found), items=rows)
    return csv_response(STATEMENT_COLUMNS, rows, lang=lang, headers=headers, name=f"statements-{month or 'all'}")


@router.get("/v1/stations/{station_id}/settlements", response_model=schemas.StationSettlements)
def read_station_settlements(parts: ApiParts, lang: Language, station_id: Id) -> schemas.StationSettlements:
    """Where a station's months stand, what is settled of them, and the statements with meters and corrections."""
    parts.station(station_id)
    with parts.engine.connect() as db:
        return station_settlements(db, station_id, lang)


@router.get("/v1/months/{month}", response_model=schemas.Month)
def read_month(
    parts: ApiParts,
    lang: Language,
    month: Id,
    banner: Annotated[str | None, Query(max_length=20, description="code of a banner")] = None,
    format: Format = Format.JSON,  # noqa: A002 - the name in the address
    headers: Headers = Headers.NAMES,
) -> schemas.Month | Response:
    """How many stations' months stand where, estimated beside settled, and why they differ; as CSV the differences."""
    asked = parse_month(month)
    with parts.engine.connect() as db:
        answer = month_answer(db, parts.registry, asked, banner, lang)
    if format is Format.JSON:
        return answer
    return csv_response(MONTH_COLUMNS, answer.differences, lang=lang, headers=headers, name=f"month-{asked}")

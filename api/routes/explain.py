"""Where a figure comes from: the tree that `guangfu explain` writes, as JSON. Households by opaque ids alone."""

from collections.abc import Callable
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Response

from api.language import Language
from api.parameters import Id, parse_day, parse_month
from api.parts import ApiParts, Parts
from api.problems import BadRequest
from guangfu.clock import local_day
from guangfu.explain.source import Source
from guangfu.explain.subjects import explain_household, explain_station, explain_village
from guangfu.explain.tree import Explanation
from guangfu.ledger.books import Part
from guangfu.storage.sql.rules_in_force import rules_in_force
from guangfu.texts import Lang, Text

router = APIRouter(prefix="/v1/explain", tags=["explain"])
ONE = Text("请给出 month= 或 day= 之一。", "Give either month= or day=.")
MonthQuery = Annotated[str, Query(max_length=7, description="2026-06")]
PartQuery = Annotated[Part | None, Query(description="only this part")]


@router.get("/station/{station_id}", response_model=Explanation)
def explain_a_station(
    parts: ApiParts,
    lang: Language,
    station_id: Id,
    month: Annotated[str | None, Query(max_length=7, description="2026-06")] = None,
    day: Annotated[str | None, Query(max_length=10, description="2026-06-01, in place of the month")] = None,
    part: PartQuery = None,
) -> Response:
    """A station's month or day: each amount as a tree whose parts sum to it, back to registers and documents."""
    station = parts.station(station_id)
    if (month is None) == (day is None):
        raise BadRequest(ONE)
    period = parse_month(month) if month is not None else parse_day(day or "").isoformat()
    return _answer(parts, lang, lambda source: explain_station(source, station, period, _of(part)))


@router.get("/village/{village_id}", response_model=Explanation)
def explain_a_village(
    parts: ApiParts, lang: Language, village_id: Id, month: MonthQuery, part: PartQuery = None
) -> Response:
    """A village's energy month: its share of each amount, and what it paid in the calendar month."""
    village = parts.village(village_id)
    asked = parse_month(month)
    return _answer(parts, lang, lambda source: explain_village(source, village, asked, _of(part)))


@router.get("/household/{household_id}", response_model=Explanation)
def explain_a_household(parts: ApiParts, lang: Language, household_id: Id, month: MonthQuery) -> Response:
    """A household's month: its slots' entitlement, or its persons' pay, and an indicator that is no payment."""
    household = parts.household(household_id)
    asked = parse_month(month)
    return _answer(parts, lang, lambda source: explain_household(source, household, asked))


def _of(part: Part | None) -> tuple[Part, ...]:
    return tuple(Part) if part is None else (part,)


def _answer(parts: Parts, lang: Lang, explain: Callable[[Source], Explanation]) -> Response:
    """Thousands of steps are written without a model of each."""
    with parts.engine.connect() as db:
        rules = rules_in_force(db, parts.rules)
        source = Source(db, parts.store, parts.registry, rules, lang, local_day(parts.clock.now()))
        return Response(msgspec.json.encode(explain(source)), media_type="application/json")

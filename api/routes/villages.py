"""Villages and their households: what their stations bring, by the functions of `guangfu.income.sharing`."""

from typing import Annotated

from fastapi import APIRouter, Query

from api import schemas
from api.language import Language
from api.parameters import ByPeriod, Id, OptionalDay, parse_month, period
from api.parts import ApiParts
from api.village_answers import household_income, households, village, village_income
from guangfu.clock import local_day, month_of
from guangfu.income.sharing import By

router = APIRouter(tags=["villages"])
MAX_DAYS = {By.DAY: 400, By.MONTH: 3700}


@router.get("/v1/villages/{village_id}", response_model=schemas.Village)
def read_village(parts: ApiParts, village_id: Id) -> schemas.Village:
    """A village, and the stations that it holds units of or whose households hold slots."""
    return village(parts, parts.village(village_id))


@router.get("/v1/villages/{village_id}/income", response_model=schemas.VillageIncome)
def read_village_income(
    parts: ApiParts,
    lang: Language,
    village_id: Id,
    by: ByPeriod = By.MONTH,
    start: OptionalDay = None,
    end: OptionalDay = None,
) -> schemas.VillageIncome:
    """What its units of village-level stations are estimated to bring; per household it is an indicator, no payment."""
    parts.village(village_id)
    asked = period(by, start, end, parts.clock, max_days=MAX_DAYS[by])
    return village_income(parts, village_id, asked, lang)


@router.get("/v1/villages/{village_id}/households", response_model=schemas.Households)
def read_village_households(
    parts: ApiParts,
    lang: Language,
    village_id: Id,
    month: Annotated[str | None, Query(max_length=7, description="2026-06; the present month by default")] = None,
) -> schemas.Households:
    """Its beneficiary households under pseudonyms, and what each is due in a month."""
    parts.village(village_id)
    this_month = month_of(local_day(parts.clock.now()))
    return households(parts, village_id, parse_month(month) if month else this_month, lang)


@router.get("/v1/households/{household_id}/income", response_model=schemas.HouseholdIncome)
def read_household_income(
    parts: ApiParts,
    lang: Language,
    household_id: Id,
    by: ByPeriod = By.MONTH,
    start: OptionalDay = None,
    end: OptionalDay = None,
) -> schemas.HouseholdIncome:
    """What a household's slots are owed, or its equal part of the village's distributable income as an indicator."""
    household = parts.household(household_id)
    asked = period(by, start, end, parts.clock, max_days=MAX_DAYS[by])
    return household_income(parts, household, asked, lang)

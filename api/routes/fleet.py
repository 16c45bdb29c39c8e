"""The fleet as a whole: now, its curve, its income, by league."""

from typing import Annotated

from fastapi import APIRouter, Query

from api import answers, schemas
from api.curves import Bucket, power_curve
from api.incomes import fleet_income, read_figures
from api.language import Language
from api.parameters import ByPeriod, OptionalDay, Period, parse_day, period
from api.parts import ApiParts, Parts
from guangfu.clock import local_day
from guangfu.income.sharing import By
from guangfu.texts import Lang

router = APIRouter(tags=["fleet"])
MAX_DAYS = {By.DAY: 100, By.MONTH: 3700}
BucketSeconds = Annotated[Bucket, Query(description="length of a bucket [s]")]


@router.get("/v1/fleet", response_model=schemas.Fleet)
def read_fleet(parts: ApiParts, lang: Language) -> schemas.Fleet:
    """Stations by kind and state, present power, today's energy and estimated income, the same by league."""
    return parts.look.get().kept("fleet", lang, answers.fleet)


@router.get("/v1/leagues", response_model=list[schemas.LeagueSummary])
def read_leagues(parts: ApiParts, lang: Language) -> list[schemas.LeagueSummary]:
    """The leagues that have stations, by code."""
    return parts.look.get().kept("fleet", lang, answers.fleet).leagues


@router.get("/v1/fleet/power", response_model=schemas.PowerCurve)
def read_fleet_power(
    parts: ApiParts, day: OptionalDay = None, bucket_s: BucketSeconds = Bucket.QUARTER
) -> schemas.PowerCurve:
    """The sum of the stations' mean power by bucket of a local day, today by default."""
    asked = parse_day(day) if day else local_day(parts.clock.now())
    catalog = parts.look.get().catalog
    return parts.curves.get((asked, bucket_s), lambda: power_curve(parts.store, catalog, asked, bucket_s))


@router.get("/v1/fleet/income", response_model=schemas.FleetIncome)
def read_fleet_income(
    parts: ApiParts, lang: Language, by: ByPeriod = By.DAY, start: OptionalDay = None, end: OptionalDay = None
) -> schemas.FleetIncome:
    """Energy and estimated income of all stations by day or month: sums, with the coverage they rest on."""
    asked = period(by, start, end, parts.clock, max_days=MAX_DAYS[by])
    return parts.incomes.get((asked, lang), lambda: _fleet_income(parts, asked, lang))


def _fleet_income(parts: Parts, asked: Period, lang: Lang) -> schemas.FleetIncome:
    with parts.engine.connect() as db:
        figures = read_figures(db, asked, parts.rules)
    return fleet_income(parts.registry.stations.values(), asked, figures, lang)

"""One station: what it is, its readings, its curve, its energy and its income."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api import schemas
from api.curves import Bucket, power_curve
from api.figures import NOT_COMPUTED, reason_text
from api.incomes import read_figures, station_income
from api.language import Language
from api.parameters import ByPeriod, Id, OptionalDay, OptionalInstant, Period, parse_day, period
from api.parts import ApiParts
from api.readings import asked_readings, read_readings, readings_csv
from api.routes.fleet import BucketSeconds
from api.station_detail import station_detail
from api.tables import Format, Headers, csv_response
from api.tables_of_stations import INCOME_COLUMNS
from guangfu.clock import local_day
from guangfu.income.figures import DailyEnergy
from guangfu.income.sharing import By
from guangfu.stations.models import DeviceKind
from guangfu.storage.sql.figures import read_daily_energy
from guangfu.texts import Lang

router = APIRouter(prefix="/v1/stations/{station_id}", tags=["station"])
MAX_DAYS = {By.DAY: 1100, By.MONTH: 11_000}
Fields = Annotated[str | None, Query(max_length=500, description="names with commas between; all by default")]


@router.get("", response_model=schemas.StationDetail)
def read_station(parts: ApiParts, lang: Language, station_id: Id) -> schemas.StationDetail:
    """What the registry knows of a station, its tariff, devices and villages, and what it does now."""
    parts.station(station_id)
    return station_detail(parts, station_id, lang)


@router.get("/readings", response_model=schemas.Readings)
def read_station_readings(
    parts: ApiParts,
    lang: Language,
    station_id: Id,
    kind: DeviceKind = DeviceKind.METER,
    device: Annotated[str | None, Query(max_length=100)] = None,
    start: OptionalInstant = None,
    end: OptionalInstant = None,
    fields: Fields = None,
    format: Format = Format.JSON,  # noqa: A002 - the name in the address
    headers: Headers = Headers.NAMES,
) -> Response:
    """Stored readings of its meters, inverters or weather stations; the last 24 hours by default."""
    parts.station(station_id)
    asked = asked_readings(station_id, kind, device, start, end, fields, parts.clock)
    table = read_readings(parts.store, asked)
    if format is Format.CSV:
        return readings_csv(table, lang, headers)
    return Response(table.to_json(), media_type="application/json")


@router.get("/power", response_model=schemas.PowerCurve)
def read_station_power(
    parts: ApiParts, station_id: Id, day: OptionalDay = None, bucket_s: BucketSeconds = Bucket.QUARTER
) -> schemas.PowerCurve:
    """Mean power at the gateway meter by bucket of a local day, today by default."""
    parts.station(station_id)
    asked = parse_day(day) if day else local_day(parts.clock.now())
    return power_curve(parts.store, parts.look.get().catalog, asked, bucket_s, station_id)


@router.get("/energy", response_model=list[schemas.DailyEnergyRow])
def read_station_energy(
    parts: ApiParts, lang: Language, station_id: Id, start: OptionalDay = None, end: OptionalDay = None
) -> list[schemas.DailyEnergyRow]:
    """On-grid energy by local day, with its coverage; the last 30 days by default."""
    station = parts.station(station_id)
    asked = period(By.DAY, start, end, parts.clock, max_days=MAX_DAYS[By.DAY])
    with parts.engine.connect() as db:
        rows = read_daily_energy(db, start=asked.start, end=asked.end, stations=[station_id])
    of_day = {row.day: row for row in rows}
    days = [day for day in asked.days() if day >= station.grid_connected_on]
    return [_energy_row(day, of_day.get(day), lang) for day in days]


def _energy_row(day: date, row: DailyEnergy | None, lang: Lang) -> schemas.DailyEnergyRow:
    if row is None:
        return schemas.DailyEnergyRow(
            day=day, energy_wh=None, interpolated_wh=None, coverage=0, complete=False, reason=NOT_COMPUTED(lang)
        )
    return schemas.DailyEnergyRow(
        day=row.day,
        energy_wh=row.energy_wh,
        interpolated_wh=row.interpolated_wh,
        coverage=row.coverage,
        complete=row.complete,
        reason=reason_text(row.reason)(lang) if row.reason else None,
        estimated_low_wh=row.estimated_low_wh,
        estimated_high_wh=row.estimated_high_wh,
    )


@router.get("/income", response_model=schemas.StationIncome)
def read_station_income(
    parts: ApiParts,
    lang: Language,
    station_id: Id,
    by: ByPeriod = By.DAY,
    start: OptionalDay = None,
    end: OptionalDay = None,
    format: Format = Format.JSON,  # noqa: A002 - the name in the address
    headers: Headers = Headers.NAMES,
) -> schemas.StationIncome | Response:
    """Energy and estimated income by day or month, base and subsidy apart."""
    parts.station(station_id)
    asked = period(by, start, end, parts.clock, max_days=MAX_DAYS[by])
    answer = _income(parts, station_id, asked, lang)
    if format is Format.JSON:
        return answer
    return csv_response(
        INCOME_COLUMNS, answer.items, lang=lang, headers=headers, name=f"income-{station_id}-{by.value}"
    )


def _income(parts: ApiParts, station_id: str, asked: Period, lang: Lang) -> schemas.StationIncome:
    with parts.engine.connect() as db:
        figures = read_figures(db, asked, parts.rules, [station_id])
    return station_income(parts.station(station_id), asked, figures, lang)

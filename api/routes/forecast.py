"""What this month and year will bring: of one station, and of all."""

from fastapi import APIRouter

from api.forecast_schemas import Forecast
from api.forecasts import fleet_forecast, station_forecast
from api.parameters import Id
from api.parts import ApiParts
from guangfu.clock import local_day

router = APIRouter(prefix="/v1", tags=["forecast"])


@router.get("/stations/{station_id}/forecast", response_model=Forecast)
def read_station_forecast(parts: ApiParts, station_id: Id) -> Forecast:
    """Energy of this month and year: what is there, and P50, P10 and P90 of the whole, an estimate."""
    return station_forecast(parts, parts.station(station_id), local_day(parts.clock.now()))


@router.get("/forecast", response_model=Forecast)
def read_forecast(parts: ApiParts) -> Forecast:
    """The same of all stations together; the weather that they share makes half of the uncertainty."""
    today = local_day(parts.clock.now())
    return parts.forecasts.get(today, lambda: fleet_forecast(parts, today))

"""What every route works with; made once by `create_app`, kept on `app.state`."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from prometheus_client import CollectorRegistry
from sqlalchemy import Engine

from api import schemas
from api.cached import Shared, SharedByKey
from api.fleet_view import FleetView
from api.forecast_schemas import Forecast
from api.known_days import FleetDays
from api.problems import NotFound
from api.settings import Settings
from guangfu.clock import Clock
from guangfu.income.rules import Rules
from guangfu.stations.models import Household, Registry, Station, Village
from guangfu.storage.telemetry_store import TelemetryStore
from guangfu.texts import Text

T = TypeVar("T")
NO_STATION = Text("没有编号为 {id} 的电站。", "There is no station {id}.")
NO_VILLAGE = Text("没有编号为 {id} 的嘎查村。", "There is no village {id}.")
NO_HOUSEHOLD = Text("没有编号为 {id} 的受益户。", "There is no household {id}.")


@dataclass(frozen=True)
class Parts:
    """`stopping` is set when the server ends, so that live streams end too."""

    settings: Settings
    store: TelemetryStore
    engine: Engine
    clock: Clock
    rules: Rules
    look: Shared[FleetView]
    curves: SharedByKey[schemas.PowerCurve]
    incomes: SharedByKey[schemas.FleetIncome]
    forecasts: SharedByKey[Forecast]
    days: FleetDays
    metric_registries: Sequence[CollectorRegistry]
    stopping: threading.Event

    @property
    def registry(self) -> Registry:
        return self.look.get().catalog.registry

    def station(self, station_id: str) -> Station:
        """Raises `NotFound`, as the next two."""
        return _found(self.registry.stations.get(station_id), NO_STATION, station_id)

    def village(self, village_id: str) -> Village:
        return _found(self.registry.villages.get(village_id), NO_VILLAGE, village_id)

    def household(self, household_id: str) -> Household:
        return _found(self.registry.households.get(household_id), NO_HOUSEHOLD, household_id)


def _found(thing: T | None, text: Text, thing_id: str) -> T:
    if thing is None:
        raise NotFound(text, id=thing_id)
    return thing


def _parts(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


ApiParts = Annotated[Parts, Depends(_parts)]

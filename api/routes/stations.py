"""The list of stations, filtered and sorted, as JSON and as CSV."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response

from api import schemas
from api.answers import rows_of
from api.fleet_view import FleetView
from api.language import Language
from api.parts import ApiParts
from api.tables import Headers, csv_response
from api.tables_of_stations import STATION_COLUMNS
from guangfu.clock import local_day
from guangfu.monitor.states import SEVERITY, StationState
from guangfu.stations.models import StationKind
from guangfu.texts import Lang

router = APIRouter(tags=["stations"])
Row = schemas.StationRow


class Sort(StrEnum):
    NAME = "name"
    POWER = "power"
    ENERGY = "energy"
    INCOME = "income"
    CAPACITY = "capacity"
    STATE = "state"
    LAST_READING = "last_reading"


class Order(StrEnum):
    ASC = "asc"
    DESC = "desc"


SORT_KEYS: Final[dict[Sort, Callable[[Row, Lang], Any]]] = {
    Sort.NAME: lambda row, lang: row.name_en if lang is Lang.EN else row.name,
    Sort.POWER: lambda row, _: row.power_w,
    Sort.ENERGY: lambda row, _: row.energy_today_wh,
    Sort.INCOME: lambda row, _: row.income_today.gross_fen,
    Sort.CAPACITY: lambda row, _: row.capacity_dc_w,
    Sort.STATE: lambda row, _: -SEVERITY.index(row.state),
    Sort.LAST_READING: lambda row, _: row.last_reading_at,
}


@dataclass(frozen=True)
class Filter:
    """Which stations, in which order; what is not asked for does not filter."""

    q: Annotated[str | None, Query(max_length=100, description="part of a name, id, banner or league")] = None
    league: Annotated[str | None, Query(max_length=12, description="GB/T 2260 code")] = None
    banner: Annotated[str | None, Query(max_length=12, description="GB/T 2260 code")] = None
    kind: StationKind | None = None
    state: StationState | None = None
    joint: bool | None = None
    sort: Sort = Sort.NAME
    order: Order = Order.ASC

    def rows(self, view: FleetView, lang: Lang) -> list[Row]:
        words = self.q.lower().split() if self.q else []
        texts = view.catalog.search_text
        found = [
            row
            for row, text in zip(rows_of(view, lang), texts, strict=True)
            if self._fits(row) and all(word in text for word in words)
        ]
        return ordered(found, self.sort, self.order, lang)

    def _fits(self, row: Row) -> bool:
        asked = (
            (self.league, row.league_code), (self.banner, row.banner_code), (self.kind, row.kind),
            (self.state, row.state), (self.joint, row.joint),
        )  # fmt: skip
        return all(wanted is None or wanted == has for wanted, has in asked)


def ordered(rows: Sequence[Row], sort: Sort, order: Order, lang: Lang) -> list[Row]:
    """Sorted by the key, ties by id; what has no value is last in either order."""
    key = SORT_KEYS[sort]
    known = sorted((row for row in rows if key(row, lang) is not None), key=lambda row: row.station_id)
    known.sort(key=lambda row: key(row, lang), reverse=order is Order.DESC)
    return known + sorted((row for row in rows if key(row, lang) is None), key=lambda row: row.station_id)


Asked = Annotated[Filter, Depends()]


@router.get("/v1/stations", response_model=schemas.Stations)
def read_stations(
    parts: ApiParts,
    lang: Language,
    asked: Asked,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> schemas.Stations:
    """The stations that fit, with their state, present power, and today's energy and estimated income."""
    view = parts.look.get()
    rows = asked.rows(view, lang)
    return schemas.Stations(as_of=view.present.as_of, total=len(rows), items=rows[offset : offset + limit])


@router.get("/v1/stations.csv", response_class=Response)
def read_stations_csv(parts: ApiParts, lang: Language, asked: Asked, headers: Headers = Headers.NAMES) -> Response:
    """The same list as a file, all of it."""
    rows = asked.rows(parts.look.get(), lang)
    day = local_day(parts.clock.now()).isoformat()
    return csv_response(STATION_COLUMNS, rows, lang=lang, headers=headers, name=f"stations-{day}")

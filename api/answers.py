"""From a view of the fleet to what the API says about it."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from itertools import compress

import numpy as np

from api import schemas
from api.figures import Figure, sum_figures
from api.fleet_view import FleetView
from guangfu.clock import from_ms
from guangfu.monitor.states import StationState
from guangfu.stations.models import League, StationKind
from guangfu.texts import Lang


def fleet(view: FleetView, lang: Lang) -> schemas.Fleet:
    catalog, everything = view.catalog, list(range(len(view.catalog.stations)))
    power_w, counted = present_power(view, everything)
    today, month = _sum(view, view.today, everything), _sum(view, view.month, everything)
    return schemas.Fleet(
        as_of=view.present.as_of,
        synthetic=catalog.registry.synthetic,
        stations=station_counts(view),
        villages=len(catalog.registry.villages),
        households=sum(catalog.households_in.values()),
        capacity_dc_w=sum(station.capacity_dc_w for station in catalog.stations),
        power_w=power_w,
        power_stations=counted,
        energy_today_wh=today.energy_wh,
        income_today=today.income(lang),
        energy_month_wh=month.energy_wh,
        income_month=month.income(lang),
        leagues=leagues(view, lang),
    )


def station_counts(view: FleetView) -> schemas.StationCounts:
    stations, states = view.catalog.stations, view.present.states
    by_both = Counter((station.kind, state) for station, state in zip(stations, states, strict=True))
    return schemas.StationCounts(
        total=len(stations),
        by_kind={kind: sum(s.kind is kind for s in stations) for kind in StationKind},
        joint=sum(station.joint for station in stations),
        by_state=_by_state(states),
        by_kind_and_state={kind: {state: by_both[kind, state] for state in StationState} for kind in StationKind},
    )


def leagues(view: FleetView, lang: Lang) -> list[schemas.LeagueSummary]:
    """The leagues that have stations, by code."""
    members: dict[str, list[int]] = {}
    for position, station in enumerate(view.catalog.stations):
        members.setdefault(view.catalog.league(station).code, []).append(position)
    return [
        _league(view, view.catalog.registry.leagues[code], positions, lang)
        for code, positions in sorted(members.items())
    ]


def _league(view: FleetView, league: League, positions: list[int], lang: Lang) -> schemas.LeagueSummary:
    today = _sum(view, view.today, positions)
    return schemas.LeagueSummary(
        code=league.code,
        name=league.name,
        name_en=league.name_en,
        seat_lon=league.seat_lon,
        seat_lat=league.seat_lat,
        stations=len(positions),
        by_state=_by_state([view.present.states[i] for i in positions]),
        capacity_dc_w=sum(view.catalog.stations[i].capacity_dc_w for i in positions),
        power_w=present_power(view, positions)[0],
        energy_today_wh=today.energy_wh,
        income_today=today.income(lang),
    )


def present_power(view: FleetView, positions: Sequence[int]) -> tuple[float | None, int]:
    """The sum of the present powers, and of how many stations it is; none is no power, not 0. [W]"""
    chosen = np.array(positions, int)
    powers = view.present.power_w[chosen][view.present.counted()[chosen]]
    return (round(float(powers.sum()), 1) if len(powers) else None), len(powers)


def _sum(view: FleetView, figures: Sequence[Figure], positions: Sequence[int]) -> Figure:
    stations = view.catalog.stations
    due = [i for i in positions if stations[i].grid_connected_on <= view.catalog.day]
    return sum_figures([figures[i] for i in due], [stations[i].capacity_dc_w for i in due])


def _by_state(states: Sequence[StationState]) -> dict[StationState, int]:
    counts = Counter(states)
    return {state: counts[state] for state in StationState}


def station_rows(view: FleetView, lang: Lang) -> list[schemas.StationRow]:
    """A row for each station, in the catalog's order."""
    return [_station_row(view, position, lang) for position in range(len(view.catalog.stations))]


def _station_row(view: FleetView, position: int, lang: Lang) -> schemas.StationRow:
    station = view.catalog.stations[position]
    banner, league = view.catalog.banner(station), view.catalog.league(station)
    power_w = view.present.power_w[position]
    return schemas.StationRow(
        station_id=station.station_id,
        name=station.name,
        name_en=station.name_en,
        kind=station.kind,
        joint=station.joint,
        banner_code=banner.code,
        banner=banner.name,
        banner_en=banner.name_en,
        league_code=league.code,
        league=league.name,
        league_en=league.name_en,
        lon=station.lon,
        lat=station.lat,
        capacity_dc_w=station.capacity_dc_w,
        state=view.present.states[position],
        last_reading_at=_instant(view.present.heard_at_ms[position]),
        power_w=round(float(power_w), 1) if np.isfinite(power_w) else None,
        energy_today_wh=view.today[position].energy_wh,
        income_today=view.today[position].income(lang),
        income_month=view.month[position].income(lang),
    )


def _instant(at_ms: float) -> datetime | None:
    return from_ms(round(at_ms)) if np.isfinite(at_ms) else None


def rows_of(view: FleetView, lang: Lang) -> list[schemas.StationRow]:
    return view.kept("rows", lang, station_rows)


def chosen(rows: Sequence[schemas.StationRow], holds: Sequence[bool]) -> list[schemas.StationRow]:
    return list(compress(rows, holds))

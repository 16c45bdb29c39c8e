"""A county small enough to reckon by hand, at noon of 2026-06-01, and the API on it.

st1  centralized 20 MW, Ulanqab; two inverters     producing 12 MW
st2  village-level 300 kW, Chifeng; one village    inverter fault
st3  village-level 400 kW, Chifeng; one village    offline since yesterday
st4  joint-village 3 MW, Chifeng; two villages     stale for ten minutes
st5  village-level 200 kW, Ulanqab                 never heard of
st6  village-level 100 kW, Ulanqab                 closed in 2024
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
from prometheus_client import CollectorRegistry
from sqlalchemy import Connection, Engine

from api.app import create_app
from api.program import listen, serve
from api.settings import Settings
from guangfu.clock import ManualClock, to_ms
from guangfu.income.figures import DailyEnergy, DailyIncome, MonthlyIncome
from guangfu.income.reasons import Reason as NoFigure
from guangfu.ledger.fen import Fen
from guangfu.stations.models import (
    Banner,
    Device,
    DeviceKind,
    Grid,
    Household,
    League,
    Registry,
    ShareUnits,
    Slot,
    Station,
    StationKind,
    Village,
    Zone,
)
from guangfu.storage.sql.figures import replace_month, write_daily_energy
from guangfu.storage.sql.inbox import DeadLetter, Seen, keep_dead_letters, mark_seen
from guangfu.storage.sql.registry import write_registry
from guangfu.storage.telemetry_store import Point, TelemetryStore
from guangfu.telemetry.reading import DeviceState, Reading, Reason

NOON = datetime(2026, 6, 1, 4, tzinfo=UTC)
TODAY = date(2026, 6, 1)
BEGUN = date(2018, 6, 1)
MENGXI, MENGDONG = (Zone.I, Grid.MENGXI), (Zone.II, Grid.MENGDONG)


def _station(station_id: str, name: str, kind: StationKind, banner: str, dc_w: int, **more: Any) -> Station:
    zone, grid = MENGXI if banner.startswith("1509") else MENGDONG
    facts: dict[str, Any] = {
        "joint": False, "lon": 113.1 if zone is Zone.I else 119.9, "lat": 41.0 if zone is Zone.I else 42.3,
        "tilt_deg": 38.0, "azimuth_deg": 180.0, "plan_year": 2018, "filed_on": date(2018, 1, 15),
        "grid_connected_on": BEGUN,
    }  # fmt: skip
    return Station(
        station_id=station_id, name=name, name_en=f"{station_id} PV", kind=kind, banner_code=banner, resource_zone=zone,
        grid=grid, capacity_dc_w=dc_w, capacity_ac_w=dc_w, **{**facts, **more},
    )  # fmt: skip


STATIONS = [
    _station("st1", "察右中旗光伏电站", StationKind.CENTRALIZED, "150927", 20_000_000),
    _station("st2", "红旗村光伏电站", StationKind.VILLAGE, "150430", 300_000),
    _station("st3", "=SUM(A1)村光伏电站", StationKind.VILLAGE, "150430", 400_000),
    _station("st4", "敖汉联村光伏电站", StationKind.VILLAGE, "150430", 3_000_000, joint=True),
    _station("st5", "新建村光伏电站", StationKind.VILLAGE, "150927", 200_000),
    _station("st6", "旧村光伏电站", StationKind.VILLAGE, "150927", 100_000, closed_on=date(2024, 1, 1)),
]
DEVICES = [
    *(Device(station.station_id, "meter-1", DeviceKind.METER, BEGUN) for station in STATIONS),
    Device("st1", "inverter-1", DeviceKind.INVERTER, BEGUN, capacity_w=10_000_000),
    Device("st1", "inverter-2", DeviceKind.INVERTER, BEGUN, capacity_w=10_000_000),
    Device("st1", "weather-1", DeviceKind.WEATHER, BEGUN),
    Device("st2", "inverter-1", DeviceKind.INVERTER, BEGUN, capacity_w=300_000),
]
COUNTY = Registry(
    leagues={
        "150900": League("150900", "乌兰察布市", "Ulanqab", *MENGXI, 113.1, 41.0),
        "150400": League("150400", "赤峰市", "Chifeng", *MENGDONG, 118.9, 42.3),
    },
    banners={
        "150927": Banner("150927", "察哈尔右翼中旗", "Chahar Right Middle Banner", "150900", *MENGXI, 112.6, 41.3),
        "150430": Banner("150430", "敖汉旗", "Aohan Banner", "150400", *MENGDONG, 119.9, 42.3),
    },
    villages={
        "vl1": Village("vl1", "红旗村", "Hongqi", "新惠镇", "150430", "Xinhui town"),
        "vl2": Village("vl2", "哈拉沟村", "Halagou", "新惠镇", "150430"),
        "vl3": Village("vl3", "新建村", "Xinjian", "科布尔镇", "150927"),
    },
    stations={station.station_id: station for station in STATIONS},
    devices=tuple(DEVICES),
    share_units=(
        ShareUnits("st2", "vl1", 1, BEGUN),
        ShareUnits("st3", "vl2", 1, BEGUN),
        ShareUnits("st4", "vl1", 40, BEGUN),
        ShareUnits("st4", "vl2", 24, BEGUN),
        ShareUnits("st5", "vl3", 1, BEGUN),
    ),
    households={
        **{f"hh{i:06}": Household(f"hh{i:06}", "vl1", BEGUN) for i in range(1, 5)},
        "hh000005": Household("hh000005", "vl2", BEGUN, date(2025, 1, 1)),
        "hh000006": Household("hh000006", "vl2", BEGUN),
        "hh000007": Household("hh000007", "vl3", BEGUN),
    },
    slots=(Slot("sl1", "st1", "hh000007", BEGUN),),
    synthetic=True,
)


def _point(station: str, device: str, kind: DeviceKind, at: datetime, **values: Any) -> Point:
    return Point(station, kind, Reading(at_ms=to_ms(at), device=device, **values))


def _meter(station: str, at: datetime, power_w: float) -> Point:
    return _point(station, "meter-1", DeviceKind.METER, at, ac_power_w=power_w, energy_export_total_wh=1_000_000)


def _inverter(station: str, device: str, state: DeviceState, power_w: float) -> Point:
    at = NOON - timedelta(minutes=1)
    return _point(station, device, DeviceKind.INVERTER, at, ac_power_w=power_w, state=int(state))


def points() -> list[Point]:
    minute = timedelta(minutes=1)
    return [
        _meter("st1", NOON - 61 * minute, 10_000_000.0),
        _meter("st1", NOON - 50 * minute, 11_000_000.0),
        _meter("st1", NOON - minute, 12_000_000.0),
        _meter("st2", NOON - minute, 150_000.0),
        _meter("st3", NOON - timedelta(days=1), 200_000.0),
        _meter("st4", NOON - 10 * minute, 1_500_000.0),
        _inverter("st1", "inverter-1", DeviceState.MPPT, 6_000_000.0),
        _inverter("st1", "inverter-2", DeviceState.MPPT, 6_000_000.0),
        _inverter("st2", "inverter-1", DeviceState.FAULT, 0.0),
        _point("st1", "weather-1", DeviceKind.WEATHER, NOON - minute, ghi_w_m2=850.0, module_temperature_c=44.5),
    ]


def energy(station: str, day: date, wh: int | None, coverage: float, reason: str | None = None) -> DailyEnergy:
    return DailyEnergy(station, day, wh, 0 if wh is not None else None, coverage, reason, day < TODAY, "test", NOON)


def income(station: str, day: date, gross: int, base: int) -> DailyIncome:
    return DailyIncome(station, day, Fen(gross), Fen(base), Fen(gross - base), "ordinary-2018", station == "st1")


def month(
    station: str, name: str, wh: int, gross: int, base: int, coverage: float, days: tuple[int, int] = (1, 1)
) -> MonthlyIncome:
    """`days`: those counted and those due."""
    return MonthlyIncome(
        station, name, wh, *days, coverage, Fen(gross), Fen(base), Fen(gross - base), "ordinary-2018", station == "st1",
        "test", NOON,
    )  # fmt: skip


def fill_sql(engine: Engine) -> None:
    write_registry(engine, COUNTY, at=NOON - timedelta(days=30))
    yesterday = TODAY - timedelta(days=1)
    with engine.begin() as db:
        mark_seen(db, [
            Seen("st1", NOON - timedelta(minutes=1), NOON, "online", NOON - timedelta(days=2)),
            Seen("st2", NOON - timedelta(minutes=1), NOON, "online", NOON - timedelta(days=2)),
            Seen("st3", NOON - timedelta(days=1), NOON, "offline", NOON - timedelta(days=1)),
            Seen("st4", NOON - timedelta(minutes=2), NOON, "online", NOON - timedelta(days=2)),
        ])  # fmt: skip
        write_daily_energy(db, [
            energy("st1", TODAY, 50_000_000, 1.0),
            energy("st2", TODAY, 600_000, 0.5),
            energy("st4", TODAY, None, 0.1, NoFigure.LOW_COVERAGE),
            energy("st1", yesterday, 100_000_000, 1.0),
            energy("st2", yesterday, 1_500_000, 1.0),
            energy("st4", yesterday, 15_000_000, 1.0),
        ])  # fmt: skip
        replace_month(
            db, "2026-06", [s.station_id for s in STATIONS],
            daily=[income("st1", TODAY, 2_500_000, 1_414_500), income("st2", TODAY, 45_000, 18_210)],
            monthly=[
                month("st1", "2026-06", 50_000_000, 2_500_000, 1_414_500, 1.0),
                month("st2", "2026-06", 600_000, 45_000, 18_210, 0.5),
            ],
            villages=[],
        )  # fmt: skip
        replace_month(
            db, "2026-05", [s.station_id for s in STATIONS],
            daily=[
                income("st1", yesterday, 5_000_000, 2_829_000), income("st2", yesterday, 112_500, 45_525),
                income("st4", yesterday, 1_125_000, 455_250),
            ],
            monthly=[
                month("st1", "2026-05", 100_000_000, 5_000_000, 2_829_000, 1.0),
                month("st2", "2026-05", 1_500_000, 112_500, 45_525, 1.0),
                month("st4", "2026-05", 15_000_000, 1_125_000, 455_250, 1.0),
            ],
            villages=[],
        )  # fmt: skip
        _fill_april(db)
        keep_dead_letters(db, [
            DeadLetter("a", Reason.NOT_JSON, "line 1", "pv/1/st1/telemetry", b"{\xff", "st1", NOON),
            DeadLetter("b", Reason.UNKNOWN_STATION, "st9", "pv/1/st9/telemetry", b"{}", "st9", NOON),
            DeadLetter("c", Reason.UNKNOWN_STATION, "st9", "pv/1/st9/telemetry", b"x" * 5000, "st9", NOON),
        ])  # fmt: skip


def _fill_april(db: Connection) -> None:
    """Thirty days: st1 has all of them, st4 lacks the last one, and st2 has seven, too few."""
    days = [date(2026, 4, day) for day in range(1, 31)]
    counted = {"st1": days, "st2": days[:7], "st4": days[:29]}
    a_day = {"st1": (100_000_000, 5_000_000, 2_829_000), "st2": (1_500_000, 112_500, 45_525),
             "st4": (15_000_000, 1_125_000, 455_250)}  # fmt: skip
    write_daily_energy(db, [energy(s, day, a_day[s][0], 1.0) for s in counted for day in counted[s]])
    replace_month(
        db, "2026-04", [s.station_id for s in STATIONS],
        daily=[income(s, day, *a_day[s][1:]) for s in counted for day in counted[s]],
        monthly=[
            month(s, "2026-04", n * wh, n * gross, n * base, n / 30, (n, 30))
            for s, (wh, gross, base) in a_day.items() if (n := len(counted[s]))
        ],
        villages=[],
    )  # fmt: skip


@dataclass
class Api:
    """A server that runs, what it runs on, and a client."""

    client: httpx.Client
    engine: Engine
    store: TelemetryStore
    clock: ManualClock

    def get(self, path: str, **query: Any) -> Any:
        """The JSON of a good answer."""
        answer = self.client.get(path, params=query or None)  # an empty one would take away the path's own query
        assert answer.status_code == 200, answer.text
        return answer.json()


@contextmanager
def serving(
    store: TelemetryStore, engine: Engine, *, registries: Sequence[CollectorRegistry] = (), **settings: Any
) -> Iterator[Api]:
    """The API on a free port, in a thread, for as long as the block lasts."""
    clock, stop = ManualClock(NOON), threading.Event()
    known = Settings(**{"cache_s": 0, "curve_cache_s": 0, "stream_interval_s": 0.2, **settings})
    app = create_app(known, store, engine, clock, metric_registries=registries, stopping=stop)
    listener = listen("127.0.0.1", 0)
    thread = threading.Thread(target=serve, args=(app, listener, stop))
    thread.start()
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=30) as client:
            yield Api(client, engine, store, clock)
    finally:
        stop.set()
        thread.join(30)
        listener.close()
    assert not thread.is_alive()

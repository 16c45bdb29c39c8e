"""How long each query of the dashboards and alerts takes with 90 days of the whole fleet behind it, by Grafana's login.

Filled directly, as accounting and ingest would leave it: in PostgreSQL 90 days of energy, income and completeness of
786 stations, five years of money (`benchmarks.dashboards_money`), 30 days of ingest's word on itself, and dead
letters; in InfluxDB the roll-up of every banner, a minute's readings of every meter for the last day, and for one large
station a minute's readings of meter, inverters and weather for 90 days, since no query asks for those of more stations.
"""

import random
import statistics
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Engine

from benchmarks.dashboards_money import fill_money
from benchmarks.figure import Figure
from dashboards.alerts import document, rules
from dashboards.rendering import rendered
from dashboards.settings import Settings
from guangfu.clock import day_start, local_day, month_of, to_ms
from guangfu.stations.models import DeviceKind, Registry
from guangfu.stations.synthetic import synthetic_registry
from guangfu.storage.influxdb_store import InfluxDBStore
from guangfu.storage.rollups import Rollup, RollupTable
from guangfu.storage.sql import schema
from guangfu.storage.sql.bulk import insert_rows
from guangfu.storage.sql.database import open_database, upgrade
from guangfu.storage.sql.inbox import DeadLetter, Seen, keep_dead_letters, mark_seen
from guangfu.storage.sql.registry import write_registry
from guangfu.texts import Lang
from tests.dashboards.asking import Databases
from tests.dashboards.expanding import View, expand_sql
from tests.dashboards.reader import granted
from tests.services.running import Service, running_influxdb, running_postgres

DAYS = 90
HEALTH_DAYS = 30
REPEATS = 20
BAR_MS = 500
MOST_DEVICES = 12
LINES = 50_000


def figures() -> Iterator[Figure]:
    """The p95 of each query beside the bar; `beside` has its median too."""
    with tempfile.TemporaryDirectory(prefix="guangfu-bench-") as folder, filled(Path(folder)) as (databases, view):
        for name, ask in queries(databases, view):
            times_ms = sorted(_elapsed_ms(ask) for _ in range(REPEATS))
            p95_ms = times_ms[int(0.95 * REPEATS)]
            beside = f"median {statistics.median(times_ms):.1f} ms; bar {BAR_MS} ms"
            yield Figure(f"dashboards.{name}", p95_ms, "ms p95", beside, p95_ms / BAR_MS)


def _elapsed_ms(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return (time.perf_counter() - began) * 1000


def queries(databases: Databases, view: View) -> Iterator[tuple[str, Callable[[], object]]]:
    """Every panel's targets, what charts are annotated with, and what the alerts ask."""
    for board in rendered(Lang.ZH):
        name = board["uid"].split("-")[1]
        for panel in board["panels"]:
            for target in panel.get("targets", []):
                yield f"{name}.{panel['id']}{target['refId']}", lambda t=target: databases.ask(t, view)  # type: ignore[misc]
    for place, one in enumerate(rendered(Lang.ZH)[0]["annotations"]["list"], 1):
        yield f"annotation.{place}", lambda q=one["target"]["rawSql"]: databases.sql(expand_sql(q, view))  # type: ignore[misc]
    for rule in rules(Settings()):
        model = document(rule, Lang.ZH)["data"][0]["model"]
        yield f"alert.{rule.uid.removeprefix('guangfu-')}", lambda m=model: databases.ask(m, view)  # type: ignore[misc]


@contextmanager
def filled(folder: Path) -> Iterator[tuple[Databases, View]]:
    registry, now = synthetic_registry(), datetime.now(UTC).replace(microsecond=0)
    for name in ("influxdb", "postgres"):
        (folder / name).mkdir()
    with running_influxdb(folder / "influxdb") as influxdb, running_postgres(folder / "postgres") as postgres:
        url = postgres.new_database()
        owner = open_database(url)
        upgrade(owner)
        write_registry(owner, registry, at=now)
        fill_sql(owner, registry, now)
        station = fill_influxdb(influxdb, registry, now)
        reader = granted(url)
        yield Databases(reader, influxdb, "guangfu"), _view(registry, station, now)
        reader.dispose()
        owner.dispose()


def _view(registry: Registry, station: str, now: datetime) -> View:
    """90 days on a chart of a thousand points; all leagues and banners; money of last month."""
    last_month = month_of(local_day(now).replace(day=1) - timedelta(days=1))
    variables = {
        "station": station, "month": last_month,
        "of_banner": registry.stations[station].banner_code, "dc_w": "300000", "banner_dc_w": "9000000",
        "coverage_floor": "0.5", "only_station": ("all",), "only_village": ("all",),
        "league": tuple(registry.leagues), "banner": tuple(registry.banners),
    }  # fmt: skip
    return View(now - timedelta(days=DAYS), now, now, variables, interval_s=7200)


def fill_sql(owner: Engine, registry: Registry, now: datetime) -> None:
    rng, today = random.Random(2018), local_day(now)
    days = [today - timedelta(days=n) for n in range(DAYS, -1, -1)]
    wh = {
        (s, day): round(registry.stations[s].capacity_dc_w * rng.uniform(2, 6))
        for s in registry.stations
        for day in days
    }
    with owner.begin() as db:
        _rows(db, schema.daily_energy, ("station_id", "day", "energy_wh", "interpolated_wh", "coverage", "reason",
              "complete", "rules_version", "computed_at"),
              [(s, day, e, 0, 0.99, None, day < today, "r1", now) for (s, day), e in wh.items()])  # fmt: skip
        _rows(db, schema.daily_income, ("station_id", "day", *_FEN, "tariff_id", "unconfirmed"),
              [(s, day, *_fen(e), "t", False) for (s, day), e in wh.items()])  # fmt: skip
        _months(db, registry, wh, now)
        _rows(db, schema.completeness_days,
              ("station_id", "day", "arrived", "received", "late", "unnumbered", "missing_closed"),
              [(s, day, 1440, 1430, 5, 0, 2) for s, day in wh])  # fmt: skip
        mark_seen(db, [Seen(s, now, now, "online", now) for s in registry.stations if rng.random() > 0.02])
        keep_dead_letters(db, _letters(rng, now))
        _rows(db, schema.ingest_health, _HEALTH, list(_health(rng, now)))
        fill_money(db)
    with owner.connect() as db:
        db.execution_options(isolation_level="AUTOCOMMIT").execute(sa.text("VACUUM ANALYZE"))


_FEN = ("estimated_gross_fen", "estimated_base_fen", "estimated_subsidy_fen")
_HEALTH = (
    "worker", "at", "started_at", "received", "stored", "dead_letters", "store_failures", "sql_failures",
    "spool_messages", "spool_bytes", "spool_oldest_s", "outbox_rows", "set_aside", "disk_free_bytes", "connected",
    "paused",
)  # fmt: skip


def _rows(db: Any, table: sa.Table, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    for i in range(0, len(rows), LINES):
        insert_rows(db, table, columns, rows[i : i + LINES])


def _fen(energy_wh: int) -> tuple[int, int, int]:
    gross = energy_wh * 75 // 1000
    return gross, gross * 2 // 5, gross - gross * 2 // 5


def _months(db: Any, registry: Registry, wh: dict[tuple[str, date], int], now: datetime) -> None:
    energy: dict[tuple[str, str], int] = {}
    for (station, day), of_day in wh.items():
        energy[station, f"{day:%Y-%m}"] = energy.get((station, f"{day:%Y-%m}"), 0) + of_day
    _rows(db, schema.monthly_income, ("station_id", "month", "energy_wh", "days_counted", "days_due", "coverage", *_FEN,
          "tariff_id", "unconfirmed", "rules_version", "computed_at"),
          [(s, m, e, 24, 24, 0.99, *_fen(e), "t", True, "r1", now) for (s, m), e in energy.items()])  # fmt: skip
    shares = [(units.station_id, units.village_id) for units in registry.share_units]
    _rows(db, schema.village_monthly_income, ("station_id", "village_id", "month", "units", *_FEN,
          "estimated_deductions_fen", "estimated_distributable_fen", "households", "unconfirmed"),
          [(s, v, month, 1, *_fen(energy[s, month] // 8), 100, 900, 30, True)
           for s, v in dict.fromkeys(shares) for month in {m for _, m in energy} if (s, month) in energy])  # fmt: skip


def _letters(rng: random.Random, now: datetime) -> list[DeadLetter]:
    reasons = ("not_json", "bad_reading", "unknown_station", "impossible_value")
    return [
        DeadLetter(f"o{i}", rng.choice(reasons), "", "pv/1/x/telemetry", b"x" * 300, None,
                   now - timedelta(days=DAYS * rng.random()))
        for i in range(5000)
    ]  # fmt: skip


def _health(rng: random.Random, now: datetime) -> Iterator[tuple[Any, ...]]:
    started_at = now - timedelta(days=HEALTH_DAYS)
    for n in range(HEALTH_DAYS * 86_400 // 15):
        at = started_at + timedelta(seconds=15 * (n + 1))
        yield (0, at, started_at, n * 200, n * 1500, n // 100, 0, 0, rng.randrange(50), 10_000, 0.1, 3, 0, 10**11, True,
               False)  # fmt: skip


def fill_influxdb(service: Service, registry: Registry, now: datetime) -> str:
    """Returns the station of which there are 90 days."""
    store = InfluxDBStore(f"http://{service.host}:{service.port}", bucket="guangfu/autogen", org="-", token="")
    end_ms = to_ms(now)
    quarters = np.arange(to_ms(day_start(local_day(now) - timedelta(days=DAYS))), end_ms, 900_000, dtype=np.int64)
    for banner in registry.banners:
        names = np.full(len(quarters), banner, dtype=object)
        power_w = np.random.default_rng(1).uniform(0, 1e7, len(quarters))
        store.write_rollup(Rollup.BANNER, RollupTable(names, quarters, power_w, np.full(len(quarters), 25)))
    store.close()
    last_day = range(end_ms - 86_400_000, end_ms, 60_000)
    for station, device in _devices(registry, DeviceKind.METER):
        _write(service, f"pv_meter,device={device},station={station}", ("ac_power_w",), last_day)
    return _fill_station(service, registry, range(end_ms - DAYS * 86_400_000, end_ms, 60_000))


def _devices(registry: Registry, kind: DeviceKind) -> list[tuple[str, str]]:
    return sorted((d.station_id, d.device) for d in registry.devices if d.kind is kind)


def _fill_station(service: Service, registry: Registry, minutes: range) -> str:
    """The station with most inverters, up to a dozen."""
    inverters = _devices(registry, DeviceKind.INVERTER)
    count = {station: sum(s == station for s, _ in inverters) for station, _ in inverters}
    station = max((s for s in count if count[s] <= MOST_DEVICES), key=lambda s: (count[s], s))
    fields = {DeviceKind.WEATHER: ("poa_irradiance_w_m2", "ghi_w_m2")}
    for kind in DeviceKind:
        for name, device in _devices(registry, kind):
            if name == station:
                key = f"pv_{kind},device={device},station={station}"
                _write(service, key, fields.get(kind, ("ac_power_w",)), minutes)
    _write(service, f"{Rollup.STATION},station={station}", ("power_w",), minutes[::5])
    return station


def _write(service: Service, key: str, fields: Sequence[str], times_ms: range) -> None:
    values = ",".join(f"{name}=%d.5" for name in fields)
    for i in range(0, len(times_ms), LINES):
        lines = "\n".join(
            f"{key} {values % ((n % 1440,) * len(fields))} {at}" for n, at in enumerate(times_ms[i : i + LINES])
        )
        url = f"http://{service.host}:{service.port}/write?db=guangfu&precision=ms"
        with urllib.request.urlopen(urllib.request.Request(url, data=lines.encode()), timeout=60) as answer:
            assert answer.status == 204

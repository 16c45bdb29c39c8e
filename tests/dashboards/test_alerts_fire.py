"""Every alert rule fires and clears in a real Grafana, and a receiver is told of both.

Runs where `GUANGFU_TEST_GRAFANA_URL` names a Grafana on this machine that may be changed: its data sources, its rules
and its notification policy. Rules are evaluated every ten seconds there and fire at once; all else is as it is pushed.
"""

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

import pytest
import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy import Connection, Engine

from dashboards.alerts import Rule, document, rules
from dashboards.contacts import contact_points, policy
from dashboards.grafana import Grafana
from dashboards.settings import Settings
from dashboards.sources import data_sources
from guangfu.clock import local_day, month_days, to_ms
from guangfu.stations.models import DeviceKind
from guangfu.storage.sql import schema
from guangfu.storage.sql.database import open_database, upgrade
from guangfu.storage.sql.inbox import DeadLetter, Seen, keep_dead_letters, mark_dirty, mark_replayed, mark_seen
from guangfu.storage.sql.operations import IngestHealth, write_ingest_health
from guangfu.storage.sql.registry import write_registry
from guangfu.storage.telemetry_store import Point, TelemetryStore
from guangfu.telemetry.reading import Reading
from guangfu.texts import Lang
from tests.dashboards.county import registry
from tests.dashboards.reader import granted
from tests.services.running import Postgres, Service, free_port
from tests.storage.stores import influxdb_place

FOLDER: Final = "guangfu-fire"
GROUP: Final = "guangfu-fire"
LONGEST_S: Final = 150
MINUTE: Final = timedelta(minutes=1)
OPEN_STATIONS: Final = ("a", "b", "c", "low", "idle", "offline", "few", "never")


class Receiver(ThreadingHTTPServer):
    """Keeps the last word on each alert: by rule's title, whether one of its alerts is firing."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.firing: dict[str, set[str]] = {}
        self.resolved: set[str] = set()

    def take(self, body: dict[str, Any]) -> None:
        for alert in body["alerts"]:
            title, which = alert["labels"]["alertname"], alert["fingerprint"]
            if alert["status"] == "firing":
                self.firing.setdefault(title, set()).add(which)
            else:
                self.firing.setdefault(title, set()).discard(which)
                self.resolved.add(title)


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        self.server.take(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the class above
        del format, args


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def owner(postgres: Postgres) -> Iterator[Engine]:
    engine = open_database(postgres.new_database())
    upgrade(engine)
    write_registry(engine, registry(), at=datetime.now(UTC))
    granted(engine.url.render_as_string(hide_password=False)).dispose()
    yield engine
    engine.dispose()


def settings_of(url: str, influxdb: Service, database: str, owner: Engine, receiver: Receiver) -> Settings:
    return Settings(
        grafana_url=url,
        grafana_user=os.environ.get("GUANGFU_TEST_GRAFANA_USER", "admin"),
        grafana_password=SecretStr(os.environ.get("GUANGFU_TEST_GRAFANA_PASSWORD", "admin")),
        influx_url=f"http://{influxdb.host}:{influxdb.port}",
        influx_database=database,
        postgres_url=f"127.0.0.1:{owner.url.port}",
        postgres_database=owner.url.database or "",
        alert_language="en",
        alert_month_overdue_day=2,
        alert_webhook_url=SecretStr(f"http://127.0.0.1:{receiver.server_address[1]}/"),
    )


@contextmanager
def pushed(grafana: Grafana, settings: Settings, made: list[Rule]) -> Iterator[None]:
    """The rules, quick, with their contact point and route; Grafana's own policy and no rule of ours afterwards."""
    write_sources(grafana, settings)
    if grafana.folder(FOLDER) is None:
        grafana.create_folder(FOLDER, "Rules that fire")
    for rule in made:
        uid = f"{rule.uid}-fire"
        ours = {**document(replace(rule, wait="0s"), Lang.EN), "uid": uid, "folderUID": FOLDER, "ruleGroup": GROUP}
        grafana.delete_alert_rule(uid) if grafana.alert_rule(uid) else None
        grafana.create_alert_rule(ours)
    (point,) = contact_points(settings)
    known = {one["uid"] for one in grafana.contact_points()}
    (grafana.update_contact_point if point["uid"] in known else grafana.create_contact_point)(point)
    before = grafana.policies()
    quick = {**policy(), "group_wait": "1s", "group_interval": "1s"}
    grafana.update_policies({**before, "routes": [quick]})
    group = grafana.rule_group(FOLDER, GROUP)
    assert group is not None
    grafana.update_rule_group(FOLDER, {**group, "interval": 10})
    try:
        yield
    finally:
        for rule in made:
            grafana.delete_alert_rule(f"{rule.uid}-fire")
        grafana.update_policies({name: value for name, value in before.items() if name != "provenance"})


def write_sources(grafana: Grafana, settings: Settings) -> None:
    for source in data_sources(settings):
        there = grafana.data_source(source["uid"])
        (grafana.create_data_source if there is None else grafana.update_data_source)(source)


def eventually(what: Callable[[], set[str]], wanted: set[str]) -> None:
    give_up = time.monotonic() + LONGEST_S
    while what() != wanted:
        assert time.monotonic() < give_up, (what() - wanted, wanted - what())
        time.sleep(0.2)


class World:
    """What Grafana asks, well or in trouble of every kind at once; relative to the real present."""

    def __init__(self, owner: Engine, store: TelemetryStore) -> None:
        self._owner, self._store = owner, store

    def trouble(self) -> None:
        """No telemetry, one station silent, accounting behind, a month open, money late, a finding, a dark day."""
        now = datetime.now(UTC)
        with self._owner.begin() as db:
            mark_seen(db, [Seen(name, now, now) for name in OPEN_STATIONS if name != "a"])
            mark_seen(db, [Seen("a", now - timedelta(hours=2), now)])
            mark_dirty(db, [("a", local_day(now))])
            self._days(db, now, settled_wh=50_000, complete=False, computed_at=now - timedelta(hours=5))
            self._month(db, now, months_ago=2)
            letters = [DeadLetter(f"o{i}", "not_json", "", "t", b"x", "a", now) for i in range(61)]
            keep_dead_letters(db, letters)
            db.execute(sa.insert(schema.settled_income).values(**_settled()))
            db.execute(sa.insert(schema.findings).values(**_finding(now)))
            write_ingest_health(db, _health(0, now - 20 * MINUTE, now))
            for minutes, failed in ((2, 0), (1, 50)):
                write_ingest_health(db, _health(1, now - minutes * MINUTE, now, oldest_s=1200, failed=failed))

    def well(self) -> None:
        now = datetime.now(UTC)
        point = Reading(at_ms=to_ms(now), device="m1", ac_power_w=1.0)
        assert self._store.write([Point("a", DeviceKind.METER, point)]) == []
        with self._owner.begin() as db:
            mark_seen(db, [Seen(name, now, now) for name in OPEN_STATIONS])
            db.execute(sa.delete(schema.dirty_days))
            self._days(db, now, settled_wh=500_000, complete=True, computed_at=now)
            self._month(db, now, months_ago=1)
            mark_replayed(db, list(db.execute(sa.select(schema.dead_letters.c.id)).scalars()), now)
            last = f"{local_day(now).replace(day=1) - timedelta(days=1):%Y-%m}"
            for station in (*OPEN_STATIONS, "closed"):
                who = {"state": "estimated", "changed_at": now, "changed_by": "x"}
                db.execute(sa.insert(schema.station_months).values(station_id=station, month=last, **who))
            db.execute(sa.delete(schema.settled_income))
            db.execute(sa.update(schema.findings).values(state="cleared", cleared_at=now))
            db.execute(sa.delete(schema.ingest_health))
            for worker in (0, 1):
                write_ingest_health(db, _health(worker, now, now))

    def _days(self, db: Connection, now: datetime, *, settled_wh: int, complete: bool, computed_at: datetime) -> None:
        """Two weeks of 5 h, then the day that is settled; last month's days are these or have no row."""
        settled = local_day(now - timedelta(hours=3)) - timedelta(days=1)
        db.execute(sa.delete(schema.daily_energy))
        days = [settled - timedelta(days=n) for n in range(14, 0, -1)]
        rows = [_day(station, day, 500_000, True, computed_at) for station in OPEN_STATIONS for day in days]
        rows += [_day(station, settled, settled_wh, complete, computed_at) for station in OPEN_STATIONS]
        db.execute(sa.insert(schema.daily_energy), rows)

    def _month(self, db: Connection, now: datetime, *, months_ago: int) -> None:
        first = local_day(now).replace(day=1)
        for _ in range(months_ago):
            first = (first - timedelta(days=1)).replace(day=1)
        days = len(month_days(f"{first:%Y-%m}"))
        stations = [*OPEN_STATIONS, "closed"]
        rows = [_income(station, f"{first:%Y-%m}", days, now) for station in stations]
        db.execute(sa.insert(schema.monthly_income), rows)


def _health(worker: int, at: datetime, now: datetime, *, oldest_s: float = 0, failed: int = 0) -> IngestHealth:
    started_at = now - timedelta(hours=5)
    return IngestHealth(worker, at, started_at, 1, 1, 0, failed, 0, 0, 0, oldest_s, 0, 0, 10**9, True, False)


def _day(station: str, day: date, energy_wh: int, complete: bool, computed_at: datetime) -> dict[str, Any]:
    return {
        "station_id": station, "day": day, "energy_wh": energy_wh, "interpolated_wh": 0, "coverage": 1.0,
        "complete": complete, "rules_version": "r1", "computed_at": computed_at,
    }  # fmt: skip


def _settled() -> dict[str, Any]:
    """Base of a month long past."""
    return {
        "station_id": "a", "month": "2020-01", "statement_id": "s", "settled_energy_wh": 1, "settled_gross_fen": 100,
        "settled_base_fen": 100, "settled_subsidy_fen": 0, "subsidy_year": 2020, "subsidy_receivable": True,
        "unconfirmed": False,
    }  # fmt: skip


def _finding(now: datetime) -> dict[str, Any]:
    return {
        "finding_id": "f", "check_name": "idle_money", "subject_kind": "village", "subject_id": "v1",
        "period": "2026-01", "text_zh": "", "text_en": "", "cause_rows": "[]", "rule_id": "r", "document": "",
        "confidence": "B", "unconfirmed": False, "severity": "serious", "rules_version": "r1", "state": "open",
        "first_seen_at": now, "last_seen_at": now,
    }  # fmt: skip


def _income(station: str, month: str, days: int, now: datetime) -> dict[str, Any]:
    return {
        "station_id": station, "month": month, "energy_wh": 1, "days_counted": days, "days_due": days, "coverage": 1.0,
        "estimated_gross_fen": 1, "estimated_base_fen": 1, "estimated_subsidy_fen": 0, "tariff_id": "t",
        "unconfirmed": False, "rules_version": "r1", "computed_at": now,
    }  # fmt: skip


def test_every_rule_fires_and_clears_and_a_receiver_is_told(
    influxdb: Service, owner: Engine, receiver: Receiver
) -> None:
    url = os.environ.get("GUANGFU_TEST_GRAFANA_URL")
    if url is None:
        pytest.skip("GUANGFU_TEST_GRAFANA_URL is not set")
    place = influxdb_place(influxdb)
    world = World(owner, place.open())
    settings = settings_of(url, influxdb, place.settings.influx_bucket.split("/")[0], owner, receiver)
    made = rules(settings)
    titles = {rule.uid: rule.warn.title(Lang.EN) for rule in made}
    by_database = {titles["guangfu-postgres-away"]}
    today = local_day(datetime.now(UTC))
    never_today = {titles["guangfu-month-overdue"]} if today.day < settings.alert_month_overdue_day else set()

    def firing() -> set[str]:
        """Of the rules of this test: rules that were pushed before go the same way, with titles in another language."""
        return {title for title, alerts in receiver.firing.items() if alerts and title in titles.values()}

    def resolved() -> set[str]:
        return receiver.resolved & set(titles.values()) - firing()

    everything = set(titles.values()) - never_today
    world.trouble()
    with Grafana(settings) as grafana, pushed(grafana, settings, made):
        eventually(firing, everything - by_database)
        world.well()
        eventually(resolved, everything - by_database)
        write_sources(grafana, settings.model_copy(update={"postgres_url": f"127.0.0.1:{free_port()}"}))
        eventually(lambda: firing() & by_database, by_database)
        write_sources(grafana, settings)
        eventually(lambda: resolved() & by_database, by_database)
    place.close()

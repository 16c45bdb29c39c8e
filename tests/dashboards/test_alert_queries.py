"""Every alert rule's query, against a real InfluxDB and PostgreSQL: what makes it fire, and what does not."""

import operator
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from dashboards.alerts import Rule, When, document, rules
from dashboards.settings import Settings
from guangfu.income.figures import DailyEnergy
from guangfu.storage.sql.database import open_database, upgrade
from guangfu.storage.sql.figures import write_daily_energy
from guangfu.storage.sql.inbox import DeadLetter, Seen, keep_dead_letters, mark_dirty, mark_replayed, mark_seen
from guangfu.storage.sql.operations import IngestHealth, write_ingest_health
from guangfu.storage.sql.views import VIEWS_SCHEMA
from guangfu.texts import Lang
from tests.dashboards.asking import Databases, Rows
from tests.dashboards.county import NOW, TODAY, fill_sql, fill_telemetry
from tests.dashboards.expanding import View, expand_sql
from tests.dashboards.reader import READER, granted
from tests.services.running import Postgres, Service
from tests.storage.stores import influxdb_place

Change = Callable[[Connection], object]
COMPARE: Final = {"<": operator.lt, ">": operator.gt}
HEARD: Final = ("a", "b", "c", "few", "idle", "low")


@pytest.fixture(scope="module")
def databases(influxdb: Service, postgres: Postgres) -> Iterator[Databases]:
    place = influxdb_place(influxdb)
    fill_telemetry(place.open())
    url = postgres.new_database()
    engine = open_database(url)
    upgrade(engine)
    fill_sql(engine)
    granted(url).dispose()
    yield Databases(engine, influxdb, place.settings.influx_bucket.split("/")[0])
    engine.dispose()
    place.close()


def rule(uid: str, lang: Lang = Lang.ZH) -> Rule:
    return next(one for one in rules(Settings(alert_language=lang.value)) if one.uid == f"guangfu-{uid}")


def view(now_at: datetime) -> View:
    return View(start_at=now_at - timedelta(hours=1), end_at=now_at, now_at=now_at, variables={})


def answer(databases: Databases, asked: Rule, now_at: datetime = NOW, *changes: Change) -> Rows:
    """What the rule's query finds for Grafana's login after these changes, which are undone."""
    model = document(asked, Lang.ZH)["data"][0]["model"]
    if model["datasource"]["type"] == "influxdb":
        return databases.ask(model, view(now_at))
    with databases.engine.connect() as db:
        for change in changes:
            change(db)
        db.exec_driver_sql(f"SET LOCAL ROLE {READER}")
        db.exec_driver_sql(f"SET LOCAL search_path = {VIEWS_SCHEMA}")
        rows = db.execution_options(no_parameters=True).exec_driver_sql(expand_sql(model["rawSql"], view(now_at)))
        return [tuple(row) for row in rows]


def fires(databases: Databases, uid: str, now_at: datetime = NOW, *changes: Change) -> set[str]:
    """The first label of every alert that fires, "" where there are none; the last column is the number."""
    asked = rule(uid)
    rows = answer(databases, asked, now_at, *changes)
    if not rows:
        return {""} if asked.no_rows is When.ALERTING else set()
    _, sign, limit = asked.holds.split()
    return {row[0] if len(row) > 1 else "" for row in rows if COMPARE[sign](row[-1], float(limit))}


def sql(statement: str) -> Change:
    return lambda db: db.execute(sa.text(statement))


def seen(at: datetime, *stations: str) -> Change:
    return lambda db: mark_seen(db, [Seen(name, at, at) for name in stations])


def test_a_silent_station_fires_alone_and_clears_when_it_is_heard(databases: Databases) -> None:
    assert fires(databases, "station-silent") == {"offline"}
    assert fires(databases, "station-silent", NOW, seen(NOW, "offline")) == set()


def test_a_station_that_was_never_heard_is_silent_since_its_registration(databases: Databases) -> None:
    later = NOW + timedelta(minutes=31)
    assert fires(databases, "station-silent", later, seen(later, *HEARD, "offline")) == {"never"}


def test_night_is_not_silence_and_a_closed_station_is_not_asked(databases: Databases) -> None:
    """At three in the morning stations that report without power are quiet; `closed` has been silent for days."""
    night = datetime(2026, 6, 10, 19, 0, tzinfo=UTC)
    assert fires(databases, "station-silent", night, seen(night, *HEARD, "offline", "never")) == set()


def test_an_alert_names_station_and_league_in_its_language(databases: Databases) -> None:
    named = {row[0]: row[:3] for row in answer(databases, rule("station-silent", Lang.EN))}
    assert named["offline"] == ("offline", "Station offline", "Chifeng")
    assert "closed" not in named
    assert {row[0]: row[:3] for row in answer(databases, rule("station-silent"))}["never"][2] == "呼和浩特市"


def test_no_telemetry_fires_when_the_last_minutes_are_empty(databases: Databases) -> None:
    assert fires(databases, "no-telemetry") == set()
    assert fires(databases, "no-telemetry", NOW + timedelta(hours=1)) == {""}


def test_a_postgres_that_answers_is_not_away(databases: Databases) -> None:
    """One that does not answer gives no rows but an error, which alerts with every rule."""
    assert fires(databases, "postgres-away") == set()
    assert document(rule("postgres-away"), Lang.ZH)["execErrState"] == "Alerting"


def health(
    minutes_ago: float, worker: int = 0, *, connected: bool = True, oldest_s: float = 0, failed: int = 0
) -> Change:
    row = IngestHealth(
        worker, NOW - timedelta(minutes=minutes_ago), NOW - timedelta(hours=5), 1, 1, 0, failed, 0, 0, 0, oldest_s, 0,
        0, 1, connected, False,
    )  # fmt: skip
    return lambda db: write_ingest_health(db, row)


def test_ingest_is_stalled_when_a_worker_says_nothing_or_is_not_connected(databases: Databases) -> None:
    assert fires(databases, "ingest-stalled") == set(), "no worker, no alert: no telemetry tells"
    assert fires(databases, "ingest-stalled", NOW, health(1), health(6, worker=1)) == {"1"}
    assert fires(databases, "ingest-stalled", NOW, health(6), health(1, connected=False)) == {"0"}
    assert fires(databases, "ingest-stalled", NOW, health(6), health(1)) == set()
    assert fires(databases, "ingest-stalled", NOW, health(60 * 25)) == set(), "taken away"


def test_the_spool_ages_while_messages_wait_in_it(databases: Databases) -> None:
    assert fires(databases, "spool-ageing", NOW, health(1, oldest_s=601), health(1, worker=1, oldest_s=599)) == {"0"}
    assert fires(databases, "spool-ageing", NOW, health(2, oldest_s=601), health(1)) == set()


def test_a_database_refuses_when_ingest_meets_its_failures(databases: Databases) -> None:
    grown = (health(3, failed=10), health(2, failed=13), health(1, failed=16))
    assert fires(databases, "database-refusing", NOW, *grown) == {"0"}
    assert fires(databases, "database-refusing", NOW, *grown[:2]) == set()
    assert fires(databases, "database-refusing", NOW + timedelta(minutes=15), *grown) == set(), "over"


def dirty(day: date) -> Change:
    return lambda db: mark_dirty(db, [("a", day)])


def test_accounting_is_late_when_days_wait_and_none_is_computed(databases: Databases) -> None:
    later = NOW + timedelta(hours=4)
    assert fires(databases, "accounting-late", later, dirty(TODAY)) == {""}
    assert fires(databases, "accounting-late", later) == set(), "nothing waits: no readings came"
    assert fires(databases, "accounting-late", NOW + timedelta(hours=2), dirty(TODAY)) == set()
    assert fires(databases, "accounting-late", later, dirty(TODAY + timedelta(days=1))) == set(), "a clock ahead"


def test_accounting_that_computed_nothing_for_a_week_is_late(databases: Databases) -> None:
    assert fires(databases, "accounting-late", NOW, sql("DELETE FROM daily_energy"), dirty(TODAY)) == {""}


def test_yesterday_is_missing_when_too_many_stations_lack_it(databases: Databases) -> None:
    """Of six that are heard, `few` has no June 9: 17 %. Without that of `a` it is 33 %."""
    assert fires(databases, "yesterday-missing") == set()
    without_a = sql("DELETE FROM daily_energy WHERE station_id = 'a' AND day = '2026-06-09'")
    assert fires(databases, "yesterday-missing", NOW, without_a) == {""}


def test_a_yesterday_that_is_not_complete_counts_from_three_in_the_morning(databases: Databases) -> None:
    two, four = (datetime(2026, 6, 10, hour, 0, tzinfo=UTC) for hour in (18, 20))
    assert fires(databases, "yesterday-missing", two, seen(two, *HEARD)) == set()
    assert fires(databases, "yesterday-missing", four, seen(four, *HEARD)) == {""}


def a_week_of(kwh: int) -> Change:
    rows = [DailyEnergy("a", date(2026, 6, day), kwh * 1000, 0, 1.0, None, True, "r1", NOW) for day in range(1, 8)]
    return lambda db: write_daily_energy(db, rows)


def test_output_is_low_under_its_part_of_the_usual(databases: Databases) -> None:
    """A week of 5 h; June 9 had 14 of 25, which is 56 %, and then 1 h, which is 20 %."""
    assert fires(databases, "output-low", NOW, a_week_of(500)) == set()
    dark = sql("UPDATE daily_energy SET energy_wh = 100000 WHERE day = '2026-06-09' AND energy_wh IS NOT NULL")
    assert fires(databases, "output-low", NOW, a_week_of(500), dark) == {""}


def test_output_is_not_judged_by_few_days(databases: Databases) -> None:
    assert answer(databases, rule("output-low")) == []


def letters(count: int, at: datetime) -> Change:
    return lambda db: keep_dead_letters(
        db, [DeadLetter(f"o{i}", "not_json", "", "pv/1/a/telemetry", b"x", "a", at) for i in range(count)]
    )


def replayed(db: Connection) -> None:
    mark_replayed(db, list(db.execute(sa.text("SELECT id FROM dead_letters")).scalars()), NOW)


def test_dead_letters_of_the_last_hour_fire(databases: Databases) -> None:
    now = NOW - timedelta(minutes=5)
    assert fires(databases, "dead-letters", NOW, letters(61, now)) == {""}
    assert fires(databases, "dead-letters", NOW, letters(60, now)) == set()
    assert fires(databases, "dead-letters", NOW, letters(61, NOW - timedelta(hours=2))) == set()
    assert fires(databases, "dead-letters", NOW, letters(61, now), replayed) == set()

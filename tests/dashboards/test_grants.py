"""Grafana's login sees views and nothing else: no table, no writing, no personal data."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner, Result

from dashboards.commands import app
from guangfu.storage.sql import schema
from guangfu.storage.sql.database import open_database, upgrade
from guangfu.storage.sql.inbox import DeadLetter, keep_dead_letters
from guangfu.storage.sql.views import SUMMED, VIEWS, create_views, drop_views, readers
from tests.dashboards.county import fill_sql
from tests.dashboards.reader import READER, as_reader
from tests.services.running import Postgres

PERSONAL = {
    "households", "slots", "attributes", "journal_entries", "journal_lines", "journal_sums", "vouchers",
    "state_changes", "share_units", "devices",
}  # fmt: skip


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["grants", *arguments, "--lang", "en"])


@pytest.fixture
def url(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> str:
    url = postgres.new_database()
    monkeypatch.setenv("GUANGFU_STORAGE_SQL_URL", url)
    return url


@pytest.fixture
def reader(url: str) -> Iterator[Engine]:
    engine = open_database(url)
    upgrade(engine)
    fill_sql(engine)
    letter = DeadLetter("o", "bad_json", "secret words", "pv/1/a", b"secret", "a", datetime(2026, 6, 10, tzinfo=UTC))
    with engine.begin() as db:
        keep_dead_letters(db, [letter])
    engine.dispose()
    granted = run()
    assert (granted.exit_code, f"can read {len(VIEWS) + len(SUMMED)} views" in granted.stderr) == (0, True), (
        granted.output
    )
    engine = as_reader(url)
    yield engine
    engine.dispose()


def refusal(engine: Engine, statement: str) -> str:
    with pytest.raises(DBAPIError) as refused, engine.connect() as db:
        db.exec_driver_sql("SET default_transaction_read_only = off")
        db.commit()
        db.exec_driver_sql(statement)
    return str(refused.value.orig)


def test_every_view_can_be_read(reader: Engine) -> None:
    with reader.connect() as db:
        for name, columns in VIEWS.items():
            assert tuple(db.exec_driver_sql(f"SELECT * FROM {name}").keys()) == columns
        assert db.exec_driver_sql("SELECT count(*) FROM daily_energy").scalar_one() > 0


def test_no_table_can_be_read_or_written(reader: Engine) -> None:
    for table in schema.metadata.tables:
        assert "permission denied" in refusal(reader, f"SELECT * FROM public.{table}")
        assert "permission denied" in refusal(reader, f"DELETE FROM public.{table}")


def test_nothing_can_be_written_or_taken(reader: Engine) -> None:
    for statement in (
        "UPDATE grafana.daily_energy SET energy_wh = 0",
        "DELETE FROM grafana.dirty_days",
        "INSERT INTO grafana.registry_facts VALUES ('x', 'y')",
        "CREATE TABLE public.mine (x int)",
        "CREATE TABLE grafana.mine (x int)",
        "CREATE TEMPORARY TABLE mine (x int)",
        "CREATE SCHEMA mine",
        "SET ROLE guangfu",
        "COPY grafana.stations TO PROGRAM 'cat'",
        "SELECT pg_read_file('/etc/passwd')",
    ):
        words = refusal(reader, statement)
        assert "permission denied" in words or "must be superuser" in words, statement


def test_a_session_writes_nothing_by_default_and_ends_what_takes_long(reader: Engine) -> None:
    with reader.connect() as db:
        assert db.exec_driver_sql("SHOW default_transaction_read_only").scalar() == "on"
        assert db.exec_driver_sql("SHOW statement_timeout").scalar() == "30s"


def test_no_personal_data_is_in_the_views(reader: Engine) -> None:
    assert not PERSONAL & set(VIEWS)
    columns = {column for names in VIEWS.values() for column in names}
    assert not {name for name in columns if "household" in name or "voucher" in name or name in {"payload", "detail"}}
    with reader.connect() as db:
        for name in SUMMED:
            shown = set(db.execute(sa.text(f"SELECT * FROM {name}")).keys())
            assert not {one for one in shown if one.endswith(("payee_id", "person_id", "household_id", "due_id"))}
        seen = db.execute(sa.text("SELECT table_schema, table_name FROM information_schema.tables "
                                  "WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"))  # fmt: skip
        assert {tuple(row) for row in seen} == {("grafana", name) for name in (*VIEWS, *SUMMED)}


def test_what_an_earlier_release_granted_is_taken_back(url: str, reader: Engine) -> None:
    owner = open_database(url)
    with owner.begin() as db:
        db.exec_driver_sql(f"GRANT USAGE ON SCHEMA public TO {READER}; GRANT SELECT ON households TO {READER}")
    assert run().exit_code == 0
    assert "permission denied" in refusal(reader, "SELECT * FROM public.households")
    owner.dispose()


def test_views_that_were_put_aside_come_again_with_their_reader(url: str, reader: Engine) -> None:
    """As an upgrade does around its migrations."""
    owner = open_database(url)
    with owner.begin() as db:
        before = readers(db)
        drop_views(db)
        db.exec_driver_sql("ALTER TABLE daily_energy ALTER COLUMN coverage TYPE real")
        create_views(db, before)
    assert before == [READER]
    with reader.connect() as db:
        assert db.exec_driver_sql("SELECT count(*) FROM daily_energy").scalar_one() > 0
    owner.dispose()


def test_the_sql_for_an_administrator_does_the_same(url: str) -> None:
    printed = run("--print")
    owner = open_database(url)
    upgrade(owner)
    with owner.begin() as db:
        db.exec_driver_sql(printed.stdout)
    engine = as_reader(url)
    with engine.connect() as db:
        assert db.exec_driver_sql("SELECT count(*) FROM stations").scalar_one() == 0
    engine.dispose()
    owner.dispose()


def test_the_owner_or_a_superuser_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUANGFU_DASHBOARDS_POSTGRES_USER", "guangfu")
    refused = run()
    assert (refused.exit_code, "owner of the tables" in refused.stderr) == (2, True)


def test_sqlite_has_no_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUANGFU_STORAGE_SQL_URL", "sqlite:///nowhere.sqlite")
    assert run().exit_code == 2

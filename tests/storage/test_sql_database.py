"""Opening and upgrading the SQL database, on SQLite and PostgreSQL alike."""

import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from guangfu.settings import BadSettings
from guangfu.storage.errors import Refused, Unavailable
from guangfu.storage.sql import schema
from guangfu.storage.sql.database import newest_revision, open_database, schema_is_current, upgrade
from tests.services.running import Postgres, free_port


def test_migrations_make_exactly_the_schema(fresh_url: str) -> None:
    engine = open_database(fresh_url)
    upgrade(engine)
    with engine.connect() as db:
        context = MigrationContext.configure(
            db, opts={"compare_type": True, "compare_server_default": True, "target_metadata": schema.metadata}
        )
        assert compare_metadata(context, schema.metadata) == []
    engine.dispose()


def test_the_newest_revision_is_told_by_the_files_of_migrations_as_alembic_tells_it() -> None:
    config = Config()
    config.set_main_option("script_location", "guangfu.storage.sql:migrations")
    script = ScriptDirectory.from_config(config)
    assert newest_revision() == script.get_current_head()
    for revision in script.walk_revisions():
        assert Path(revision.path).name.startswith(f"r{revision.revision}_")


def test_who_has_nothing_to_upgrade_does_not_load_alembic(fresh_url: str) -> None:
    engine = open_database(fresh_url)
    upgrade(engine)
    engine.dispose()
    looks = f"""
import sys
from guangfu.storage.sql.database import open_database, upgrade
upgrade(open_database({fresh_url!r}))
assert "alembic" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", looks], check=True)


def test_no_module_of_tables_hides_a_table() -> None:
    named = {name: getattr(schema, name) for name in schema.__all__ if name != "metadata"}
    assert {name for name, table in named.items() if not isinstance(table, sa.Table)} == set()
    assert set(schema.metadata.tables) == {table.name for table in named.values()}


def test_upgrading_again_changes_nothing(fresh_url: str) -> None:
    engine = open_database(fresh_url)
    upgrade(engine)
    with engine.begin() as db:
        db.execute(sa.insert(schema.registry_facts).values(name="kept", value="yes"))
    upgrade(engine)
    with engine.connect() as db:
        assert db.execute(sa.select(schema.registry_facts.c.value)).scalars().all() == ["yes"]
    engine.dispose()


def test_programs_that_start_together_upgrade_once(fresh_url: str) -> None:
    code = (
        "import sys; from guangfu.storage.sql.database import open_database, upgrade; "
        "engine = open_database(sys.argv[1]); sys.stdin.read(); upgrade(engine)"
    )
    programs = [
        subprocess.Popen([sys.executable, "-c", code, fresh_url], stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    for program in programs:
        assert program.stdin is not None
        program.stdin.close()
        program.stdin = None
    faults = [program.communicate(timeout=60)[1].decode() for program in programs]
    assert [program.returncode for program in programs] == [0] * 4, faults
    engine = open_database(fresh_url)
    assert set(schema.metadata.tables) <= set(sa.inspect(engine).get_table_names())
    engine.dispose()


def test_sqlite_is_durable_and_waits(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/new/folder/x.sqlite")
    with engine.connect() as db:
        asked = {name: db.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")}
        assert asked == {"journal_mode": "wal", "synchronous": 2}
        assert db.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert db.exec_driver_sql("PRAGMA busy_timeout").scalar() == 30_000
    engine.dispose()


def test_two_writers_that_first_read_wait_for_each_other(sql_url: str) -> None:
    """A deferred transaction that reads and then writes would fail at once with "database is locked"."""
    engine = open_database(sql_url)
    with engine.begin() as db:
        db.execute(sa.insert(schema.registry_facts).values(name="count", value="0"))
    faults: list[Exception] = []

    def count() -> None:
        try:
            for _ in range(20):
                with engine.begin() as db:
                    row = sa.select(schema.registry_facts.c.value).where(schema.registry_facts.c.name == "count")
                    value = int(db.execute(row.with_for_update()).scalar_one())
                    db.execute(sa.update(schema.registry_facts).values(value=str(value + 1)))
        except Exception as error:  # noqa: BLE001 - shown by the assertion below
            faults.append(error)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with engine.connect() as db:
        assert (faults, db.execute(sa.select(schema.registry_facts.c.value)).scalar()) == ([], "80")
    engine.dispose()


def test_a_reader_is_not_kept_waiting_by_a_writer(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/x.sqlite")
    upgrade(engine)
    facts = schema.registry_facts
    with engine.begin() as writing, engine.connect() as reading:
        writing.execute(sa.insert(facts).values(name="a", value="b"))
        assert reading.execute(sa.select(facts.c.name)).all() == []
    engine.dispose()


def test_a_transaction_that_raises_leaves_nothing(sql_url: str) -> None:
    engine = open_database(sql_url)
    with pytest.raises(ZeroDivisionError), engine.begin() as db:
        db.execute(sa.insert(schema.registry_facts).values(name="a", value="b"))
        raise ZeroDivisionError
    with engine.connect() as db:
        assert db.execute(sa.select(schema.registry_facts)).all() == []
    engine.dispose()


def test_nobody_listens() -> None:
    with pytest.raises(Unavailable, match="sql: "):
        open_database(f"postgresql+psycopg://guangfu@127.0.0.1:{free_port()}/x")


def test_a_database_that_is_not_there(postgres: Postgres) -> None:
    url = postgres.new_database().rsplit("/", 1)[0] + "/not_there"
    with pytest.raises(Unavailable, match="not_there"):
        open_database(url)


def test_a_connection_that_is_cut_is_unavailable_and_the_next_one_works(postgres: Postgres) -> None:
    engine = open_database(postgres.new_database())
    with pytest.raises(Unavailable), engine.begin() as db:
        db.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")
    with engine.begin() as db:
        assert db.exec_driver_sql("SELECT 1").scalar() == 1
    engine.dispose()


def test_idle_connections_that_were_cut_are_replaced_unnoticed(postgres: Postgres) -> None:
    url = postgres.new_database()
    engine, other = open_database(url), open_database(url)
    with other.begin() as db:
        db.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
    with engine.begin() as db:
        assert db.exec_driver_sql("SELECT 1").scalar() == 1
    engine.dispose()
    other.dispose()


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "x.sqlite").write_bytes(b"not a database, but long enough to be taken for one" * 100)
    with pytest.raises(Unavailable):
        open_database(f"sqlite:///{tmp_path}/x.sqlite")


def test_who_only_looks_makes_no_file(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="no such file"):
        open_database(f"sqlite:///{tmp_path}/new/x.sqlite", create=False)
    assert list(tmp_path.iterdir()) == []


def test_a_schema_of_a_newer_release_is_refused_and_left_alone(sql_url: str) -> None:
    engine = open_database(sql_url)
    assert schema_is_current(engine)
    with engine.begin() as db:
        db.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    assert not schema_is_current(engine)
    with pytest.raises(Refused, match="9999"):
        upgrade(engine)
    engine.dispose()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable):
        open_database(f"sqlite:///{tmp_path}/file/x.sqlite")


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://x/y", "postgresql://x/y"])
def test_an_url_of_no_database_that_is_known(url: str) -> None:
    with pytest.raises(BadSettings, match="sqlite"):
        open_database(url)


def test_our_own_mistakes_keep_their_class(sql_url: str) -> None:
    engine = open_database(sql_url)
    with pytest.raises(sa.exc.DBAPIError), engine.connect() as db:
        db.exec_driver_sql("SELECT nothing FROM nowhere")
    engine.dispose()


def test_a_lock_that_is_not_given_back_is_unavailable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("guangfu.storage.sql.database.BUSY_TIMEOUT_S", 0)
    engine = open_database(f"sqlite:///{tmp_path}/x.sqlite")
    holder = sqlite3.connect(tmp_path / "x.sqlite", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="locked"), engine.begin():
        pass
    holder.close()
    engine.dispose()

"""Opening the SQL database: SQLite for the embedded system, PostgreSQL for production."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import URL, Connection, Engine, event, make_url

from guangfu.settings import BadSettings
from guangfu.storage.errors import Refused, Unavailable
from guangfu.storage.sql import views

BUSY_TIMEOUT_S: Final = 30
CONNECT_TIMEOUT_S: Final = 5

# Primary result codes of SQLite that mean "not now": https://www.sqlite.org/rescode.html
_SQLITE_NOT_NOW: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
    }
)  # fmt: skip
# Any number that no other program on the same PostgreSQL database uses for its advisory locks.
_UPGRADE_LOCK: Final = 0x6775616E676675
_VERSIONS: Final = "guangfu.storage.sql.migrations.versions"
_MIGRATION: Final = re.compile(r"r(\d{4})_\w+\.py")


def open_database(url: str, *, create: bool = True) -> Engine:
    """An engine for `sqlite:///path` or `postgresql+psycopg://…`.

    SQLite gets a write-ahead log, full synchronisation, foreign keys and a busy timeout; the folder of
    its file is made. On it, `engine.begin()` opens a transaction that may write: it takes the write
    lock at once (`BEGIN IMMEDIATE`), so that two programs wait for each other and never deadlock.
    `engine.connect()` opens one that reads a consistent snapshot and keeps nobody waiting.

    Every use of the engine raises `Unavailable` where the database can't be reached or has no time.

    Args:
        create: Make SQLite's file where there is none; a command that only looks makes nothing.

    Raises:
        Unavailable: The database can't be reached.
        BadSettings: The URL is of neither database.
    """
    parsed = _parse(url)
    engine = (
        _sqlite_engine(parsed, create=create) if parsed.get_backend_name() == "sqlite" else _postgresql_engine(parsed)
    )
    event.listen(engine, "handle_error", _raise_unavailable)
    with engine.connect() as db:
        db.execute(sa.text("SELECT 1"))
    return engine


def upgrade(engine: Engine) -> None:
    """Brings the schema to the newest Alembic revision; safe to call by several programs at once.

    Raises:
        Unavailable: The database can't be reached.
        Refused: The schema is of a newer release than this program.
    """
    if schema_is_current(engine):
        return
    # Alembic takes 11 MB, so only who has something to upgrade imports it.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", "guangfu.storage.sql:migrations")
    with engine.begin() as db:  # SQLite: this alone keeps the others out
        if db.dialect.name == "postgresql":
            db.execute(sa.select(sa.func.pg_advisory_xact_lock(_UPGRADE_LOCK)))
        config.attributes["connection"] = db
        with _views_aside(db):
            try:
                command.upgrade(config, "head")
            except CommandError as error:
                raise Refused("sql", f"the schema is not one that this release knows: {error}") from error


@contextmanager
def _views_aside(db: Connection) -> Iterator[None]:
    """PostgreSQL alters no column that a view shows: Grafana's views go and come again, where there are any."""
    if db.dialect.name != "postgresql":
        yield
        return
    roles = views.readers(db)
    views.drop_views(db)
    yield
    if roles:
        views.create_views(db, roles)


def schema_is_current(engine: Engine) -> bool:
    """Whether the schema is the one that this program expects; `upgrade` makes it so.

    Raises:
        Unavailable: The database can't be reached.
    """
    with engine.connect() as db:
        known = sa.inspect(db).has_table("alembic_version")
        revisions = db.scalars(sa.text("SELECT version_num FROM alembic_version")).all() if known else []
    return revisions == [newest_revision()]


@cache
def newest_revision() -> str:
    """The number of the newest migration, by the names of their files: their numbers are their revisions."""
    names = [file.name for file in files(_VERSIONS).iterdir()]
    return max(found[1] for name in names if (found := _MIGRATION.fullmatch(name)))


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except sa.exc.ArgumentError as error:
        raise BadSettings("an SQL URL looks like sqlite:///path or postgresql+psycopg://user@host/database") from error
    if parsed.drivername not in {"sqlite", "postgresql+psycopg"}:
        raise BadSettings(f"an SQL URL: {parsed.drivername} is neither sqlite nor postgresql+psycopg")
    return parsed


class _SqliteEngine(Engine):
    """Tells transactions that write, `begin()`, from those that read, `connect()`."""

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        with self.connect() as db:
            db.execution_options(sqlite_begin="BEGIN IMMEDIATE")
            with db.begin():
                yield db


def _sqlite_engine(url: URL, *, create: bool) -> Engine:
    if url.database and url.database != ":memory:":
        _prepare_file(Path(url.database), create=create)
    plain = sa.create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_S})
    engine = _SqliteEngine(plain.pool, plain.dialect, plain.url)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_file(path: Path, *, create: bool) -> None:
    if not create and not path.exists():
        raise Unavailable("sql", f"{path}: no such file")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable("sql", f"{path}: {error.strerror}") from error


def _prepare_sqlite(connection: sqlite3.Connection, record: object) -> None:
    del record
    # The driver's own BEGIN comes late and is never immediate; with None it leaves transactions to us.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(db: Connection) -> None:
    db.exec_driver_sql(db.get_execution_options().get("sqlite_begin", "BEGIN"))


def _postgresql_engine(url: URL) -> Engine:
    defaults: dict[str, Any] = {"connect_timeout": CONNECT_TIMEOUT_S, "application_name": "guangfu"}
    wanted = {name: value for name, value in defaults.items() if name not in url.query}
    return sa.create_engine(url, pool_pre_ping=True, connect_args=wanted)


def _raise_unavailable(context: sa.engine.ExceptionContext) -> None:
    if context.is_pre_ping:  # the pool opens a new connection by itself
        return
    error = context.original_exception
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        out_of_reach = code in _SQLITE_NOT_NOW
    else:
        # psycopg's class of connection failures, shutdowns, full disks, deadlocks and lost serialisations
        out_of_reach = type(error).__module__.startswith("psycopg") and any(
            base.__name__ == "OperationalError" for base in type(error).__mro__
        )
    if out_of_reach or context.is_disconnect:
        raise Unavailable("sql", " ".join(str(error).split())) from error

"""SQL databases for tests: each test runs on SQLite and on PostgreSQL, on a database of its own."""

import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from guangfu.storage.sql.database import open_database, upgrade
from tests.services.running import Postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def fresh_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    if backend == "sqlite":
        return f"sqlite:///{tmp_path}/guangfu.sqlite"
    return str(request.getfixturevalue("postgres").new_database())


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the newest schema, to be copied: quicker than migrating for every test."""
    path = tmp_path_factory.mktemp("migrated") / "guangfu.sqlite"
    _upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def new_migrated(postgres: Postgres) -> Callable[[], str]:
    """Makes PostgreSQL databases with the newest schema, each a copy of one that was migrated."""
    template = postgres.new_database()
    _upgrade(template)
    server, name = template.rsplit("/", 1)
    numbers = count(1)

    def new() -> str:
        copy = f"{name}_{next(numbers)}"
        admin = sa.create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with admin.connect() as db:
            db.exec_driver_sql(f"CREATE DATABASE {copy} TEMPLATE {name}")
        return f"{server}/{copy}"

    return new


@pytest.fixture
def sql_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with the newest schema."""
    if backend == "postgresql":
        return str(request.getfixturevalue("new_migrated")())
    shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "guangfu.sqlite")
    return f"sqlite:///{tmp_path}/guangfu.sqlite"


@pytest.fixture
def engine(sql_url: str) -> Iterator[Engine]:
    engine = open_database(sql_url)
    yield engine
    engine.dispose()


def _upgrade(url: str) -> None:
    engine = open_database(url)
    upgrade(engine)
    engine.dispose()  # the last connection puts the write-ahead log into the file

"""SQL databases for tests: each test runs on SQLite and on PostgreSQL, on a database of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from guangfu.storage.sql.database import open_database, upgrade


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/guangfu.sqlite"
    return str(request.getfixturevalue("postgres").new_database())


@pytest.fixture
def sql_url(fresh_url: str) -> str:
    """A database with the newest schema."""
    engine = open_database(fresh_url)
    upgrade(engine)
    engine.dispose()
    return fresh_url


@pytest.fixture
def engine(sql_url: str) -> Iterator[Engine]:
    engine = open_database(sql_url)
    yield engine
    engine.dispose()

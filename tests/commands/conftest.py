"""Commands run on real databases, the same as storage's tests."""

import shutil
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from guangfu.cli import PROGRAMS
from guangfu.storage.sql.database import open_database
from tests.storage.conftest import backend, engine, migrated_file, new_migrated, sql_url

__all__ = ["backend", "engine", "migrated_file", "new_migrated", "sql_url"]

Run = Callable[..., Result]


@pytest.fixture
def sqlite_url(migrated_file: Path, tmp_path: Path) -> str:
    """A file with the newest schema: enough where the command knows nothing of the database behind it."""
    folder = tmp_path / "sql"
    folder.mkdir()
    shutil.copy(migrated_file, folder / "guangfu.sqlite")
    return f"sqlite:///{folder}/guangfu.sqlite"


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Engine]:
    opened = open_database(sqlite_url)
    yield opened
    opened.dispose()


@pytest.fixture
def run() -> Run:
    """Runs `guangfu PROGRAM ARGUMENTS…` in this process."""

    def run(program: str, *arguments: object) -> Result:
        app = import_module(PROGRAMS[program].module).app
        return CliRunner().invoke(app, [str(argument) for argument in arguments])

    return run

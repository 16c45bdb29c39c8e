"""A registry of five villages in a real database, keys in the environment, commands run as people run them."""

import csv
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from guangfu.cli import PROGRAMS
from guangfu.storage.sql.registry import write_registry
from tests.stations.example import example
from tests.storage.conftest import backend, engine, migrated_file, new_migrated, sql_url
from tests.villages.people import new_settings

__all__ = ["backend", "engine", "migrated_file", "new_migrated", "sql_url"]

Run = Callable[..., Result]
Write = Callable[[str, Sequence[Sequence[object]]], Path]


@pytest.fixture
def county(engine: Engine, sql_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Engine:
    """The example's registry, made up, and all settings that the commands need."""
    write_registry(engine, replace(example(), synthetic=True), at=datetime(2018, 7, 1, tzinfo=UTC))
    keys = new_settings()
    monkeypatch.setenv("GUANGFU_PERSONS_KEYS", keys.keys.get_secret_value())
    monkeypatch.setenv("GUANGFU_PERSONS_IDENTITY_KEY", keys.identity_key.get_secret_value())
    monkeypatch.setenv("GUANGFU_STORAGE_SQL_URL", sql_url)
    monkeypatch.setenv("GUANGFU_STORAGE_VOUCHERS_FOLDER", str(tmp_path / "vouchers"))
    monkeypatch.setenv("GUANGFU_BY", "李会计")
    return engine


@pytest.fixture
def run() -> Run:
    """Runs `guangfu PROGRAM ARGUMENTS…` in this process, in English unless it says otherwise."""

    def run(program: str, *arguments: object, typed: str | None = None) -> Result:
        app = import_module(PROGRAMS[program].module).app
        given = [str(argument) for argument in arguments]
        return CliRunner().invoke(app, given if "--lang" in given else [*given, "--lang", "en"], input=typed)

    return run


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a CSV file as a county would."""

    def write(name: str, rows: Sequence[Sequence[object]]) -> Path:
        with (tmp_path / name).open("w", newline="", encoding="gb18030") as file:
            csv.writer(file).writerows(rows)
        return tmp_path / name

    return write


@pytest.fixture
def new_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Makes databases with the newest schema: one for each example of a property."""
    if backend == "postgresql":
        new: Callable[[], str] = request.getfixturevalue("new_migrated")
        return new
    template, numbers = request.getfixturevalue("migrated_file"), count(1)

    def copy() -> str:
        path = tmp_path / f"{next(numbers)}.sqlite"
        shutil.copy(template, path)
        return f"sqlite:///{path}"

    return copy

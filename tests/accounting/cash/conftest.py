"""The county of `world`, on SQLite and on PostgreSQL."""

import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine

from guangfu.storage.sql.database import open_database
from tests.accounting.cash.world import Cash


@pytest.fixture
def cash(engine: Engine, tmp_path: Path) -> Cash:
    return Cash(engine, tmp_path)


@pytest.fixture
def new_cash(migrated_file: Path, tmp_path: Path) -> Callable[[], Cash]:
    """Makes a county on an empty database of its own."""
    numbers = count()

    def make() -> Cash:
        folder = tmp_path / f"n{next(numbers)}"
        folder.mkdir()
        return Cash(open_database(f"sqlite:///{shutil.copy(migrated_file, folder / 'guangfu.sqlite')}"), folder)

    return make

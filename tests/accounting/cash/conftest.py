"""The county of `world`, on SQLite and on PostgreSQL."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.accounting.cash.world import Cash


@pytest.fixture
def cash(engine: Engine, tmp_path: Path) -> Cash:
    return Cash(engine, tmp_path)

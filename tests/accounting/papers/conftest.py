"""The county of `world` on SQLite: the papers' figures come from functions that are proved on both databases."""

import shutil
from pathlib import Path

import pytest

from guangfu.storage.sql.database import open_database
from tests.accounting.papers.world import County
from tests.storage.conftest import migrated_file

__all__ = ["migrated_file"]


@pytest.fixture(scope="session")
def papers_template(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[County, Path]:
    """A county that is made once; each test that writes works on a copy of its file."""
    folder = tmp_path_factory.mktemp("papers")
    path = Path(shutil.copy(migrated_file, folder / "guangfu.sqlite"))
    return County(open_database(f"sqlite:///{path}"), folder), path


@pytest.fixture
def county(papers_template: tuple[County, Path]) -> County:
    return papers_template[0]

"""The county of `world` on SQLite: the papers' figures come from functions that are proved on both databases."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from accounting.papers.commands import app
from guangfu.storage.sql.database import open_database
from tests.accounting.papers.world import ISSUER, County
from tests.storage.conftest import migrated_file

__all__ = ["migrated_file"]

Run = Callable[..., Result]


@pytest.fixture(scope="session")
def made_county(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> County:
    folder = tmp_path_factory.mktemp("papers")
    path = Path(shutil.copy(migrated_file, folder / "guangfu.sqlite"))
    return County(open_database(f"sqlite:///{path}"), folder)


@pytest.fixture
def county(made_county: County, monkeypatch: pytest.MonkeyPatch) -> County:
    """The county, made once, with the settings that the commands need; tests only add notices and looks to it."""
    monkeypatch.setenv("GUANGFU_PERSONS_KEYS", made_county.persons.keys.get_secret_value())
    monkeypatch.setenv("GUANGFU_PERSONS_IDENTITY_KEY", made_county.persons.identity_key.get_secret_value())
    monkeypatch.setenv("GUANGFU_STORAGE_SQL_URL", f"sqlite:///{made_county.folder}/guangfu.sqlite")
    monkeypatch.setenv("GUANGFU_STORAGE_VOUCHERS_FOLDER", str(made_county.folder / "vouchers"))
    monkeypatch.setenv("GUANGFU_PAPERS_ISSUER", ISSUER)
    monkeypatch.setenv("GUANGFU_BY", "李会计")
    return made_county


@pytest.fixture
def run(county: County, tmp_path: Path) -> Run:
    """Runs `guangfu papers ARGUMENTS… --on 2026-10-10`, in English; files go to the test's folder."""
    del county

    def run(command: str, *arguments: object) -> Result:
        printed = [] if command in {"check", "notices"} else ["--out", str(tmp_path), "--on", "2026-10-10"]
        return CliRunner().invoke(app, [command, *map(str, arguments), *printed, "--lang", "en"])

    return run

import pytest
from typer.testing import CliRunner

from guangfu.exits import Exit
from ingest.commands import app
from ingest.settings import Settings
from tests.services.running import free_port


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str, **environment: str) -> tuple[int, str]:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    outcome = CliRunner().invoke(app, [*arguments])
    return outcome.exit_code, outcome.output


def test_help_is_bilingual_and_has_an_example(monkeypatch: pytest.MonkeyPatch) -> None:
    code, output = run(monkeypatch, "--help")
    assert code == Exit.DONE
    assert "接收遥测并入库" in output
    assert "guangfu ingest --lang en" in " ".join(output.split())


def test_all_wrong_settings_are_named_together(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {"GUANGFU_INGEST_MQTT_PORT": "0", "GUANGFU_INGEST_MQTT_VERSION": "4"}
    code, output = run(monkeypatch, "--lang", "en", **wrong)
    assert code == Exit.USAGE
    assert all(name in output for name in wrong)


def test_a_database_that_is_away_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"postgresql+psycopg://nobody@127.0.0.1:{free_port()}/none"
    code, output = run(monkeypatch, "--lang", "en", GUANGFU_STORAGE_SQL_URL=url)
    assert code == Exit.UNREACHABLE
    assert output.startswith("Can't go on: sql: ")


def test_a_worker_has_its_own_client_id_and_spool() -> None:
    settings = Settings(worker=3)
    assert settings.client_id == "guangfu-ingest-3"
    assert settings.spool_file.name == "spool-3.sqlite"


def test_every_setting_says_what_it_is() -> None:
    assert all(field.description for field in Settings.model_fields.values())

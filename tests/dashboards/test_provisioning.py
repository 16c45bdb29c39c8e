import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import SecretStr
from typer.testing import CliRunner

from dashboards.commands import app
from dashboards.provisioning import write_folder
from dashboards.rendering import rendered
from dashboards.settings import Settings
from guangfu.texts import Lang


def sources(folder: Path) -> dict[str, Any]:
    text = (folder / "provisioning/datasources/guangfu.yaml").read_text(encoding="utf-8")
    return {source["uid"]: source for source in yaml.safe_load(text)["datasources"]}


def test_build_writes_every_dashboard_in_both_languages(tmp_path: Path) -> None:
    write_folder(tmp_path, Settings())
    for lang, name in ((Lang.ZH, "zh"), (Lang.EN, "en")):
        written = {
            path.stem: json.loads(path.read_text("utf-8")) for path in (tmp_path / "dashboards" / name).iterdir()
        }
        assert written == {document["uid"]: document for document in rendered(lang)}


def test_each_language_has_a_provider_and_a_folder_of_its_own(tmp_path: Path) -> None:
    write_folder(tmp_path, Settings(provisioned_folder="/elsewhere/"))
    text = (tmp_path / "provisioning/dashboards/guangfu.yaml").read_text(encoding="utf-8")
    providers = yaml.safe_load(text)["providers"]
    assert [provider["options"]["path"] for provider in providers] == ["/elsewhere/zh", "/elsewhere/en"]
    assert len({provider["folder"] for provider in providers}) == len({p["folderUid"] for p in providers}) == 2


def test_building_again_changes_no_byte(tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in write_folder(tmp_path, Settings())}
    assert {path: path.read_bytes() for path in write_folder(tmp_path, Settings())} == before


def test_influxdb_2_takes_a_token_and_1_8_a_user(tmp_path: Path) -> None:
    write_folder(tmp_path, Settings(influx_token=SecretStr("secret")))
    two = sources(tmp_path)["guangfu_telemetry"]
    assert two["jsonData"]["httpHeaderName1"] == "Authorization"
    assert two["secureJsonData"] == {"httpHeaderValue1": "Token secret"}
    write_folder(tmp_path, Settings(influx_user="reader", influx_password=SecretStr("pw")))
    one = sources(tmp_path)["guangfu_telemetry"]
    assert (one["user"], one["secureJsonData"]) == ("reader", {"password": "pw"})
    assert one["database"] == one["jsonData"]["dbName"] == "guangfu"


def test_a_dollar_in_a_password_stays_a_dollar(tmp_path: Path) -> None:
    """Grafana takes `$word` in these files for an environment variable, and `$$` for a dollar."""
    write_folder(tmp_path, Settings(postgres_password=SecretStr("a$HOME")))
    assert sources(tmp_path)["guangfu_money"]["secureJsonData"]["password"] == "a$$HOME"


def test_build_says_what_it_did_and_what_it_could_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = CliRunner().invoke(app, ["build", str(tmp_path / "made"), "--lang", "en"])
    assert (done.exit_code, (tmp_path / "made/provisioning/dashboards/guangfu.yaml").exists()) == (0, True)
    (tmp_path / "file").touch()
    refused = CliRunner().invoke(app, ["build", str(tmp_path / "file/below"), "--lang", "en"])
    assert refused.exit_code == 3
    assert "Can't write" in refused.output
    monkeypatch.setenv("GUANGFU_DASHBOARDS_POSTGRES_URL", "postgresql://host/db")
    wrong = CliRunner().invoke(app, ["build", str(tmp_path), "--lang", "en"])
    assert wrong.exit_code == 2
    assert "GUANGFU_DASHBOARDS_POSTGRES_URL" in wrong.output

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import SecretStr
from typer.testing import CliRunner

from dashboards import provisioning
from dashboards.commands import app
from dashboards.contacts import RECEIVERS
from dashboards.provisioning import write_folder
from dashboards.rendering import rendered
from dashboards.settings import Settings
from guangfu.settings import BadSettings
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


def alerting(folder: Path, name: str) -> dict[str, Any]:
    made: dict[str, Any] = yaml.safe_load((folder / f"provisioning/alerting/{name}.yaml").read_text(encoding="utf-8"))
    return made


def test_without_a_webhook_rules_have_no_contact_point_of_their_own(tmp_path: Path) -> None:
    """Files of an earlier build with one are written anew, empty."""
    write_folder(tmp_path, Settings(alert_webhook_url=SecretStr("https://hook.invalid")))
    assert alerting(tmp_path, "policies")["policies"] != []
    write_folder(tmp_path, Settings())
    assert len(alerting(tmp_path, "rules")["groups"]) == 2
    assert alerting(tmp_path, "contactPoints") == {"apiVersion": 1, "contactPoints": []}
    assert alerting(tmp_path, "policies") == {"apiVersion": 1, "policies": []}


def test_a_receiver_that_is_not_configured_is_deleted_where_another_is(tmp_path: Path) -> None:
    write_folder(tmp_path, Settings(alert_wecom_url=SecretStr("https://wecom.invalid/?key=a$HOME")))
    made = alerting(tmp_path, "contactPoints")
    (point,) = made["contactPoints"]
    assert [(one["uid"], one["settings"]["url"]) for one in point["receivers"]] == [
        ("guangfu-wecom", "https://wecom.invalid/?key=a$$HOME")
    ]
    deleted = {one["uid"] for one in made["deleteContactPoints"]}
    assert deleted == {"guangfu-webhook", "guangfu-dingtalk", "guangfu-feishu"}
    assert alerting(tmp_path, "policies")["policies"][0]["receiver"] == point["name"]


def test_a_rule_that_there_once_was_is_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provisioning, "RETIRED", ("guangfu-old",))
    write_folder(tmp_path, Settings())
    assert alerting(tmp_path, "rules")["deleteRules"] == [{"orgId": 1, "uid": "guangfu-old"}]


def test_files_can_take_away_the_alerts_that_files_brought(tmp_path: Path) -> None:
    write_folder(tmp_path, Settings())
    brought = {rule["uid"] for group in alerting(tmp_path, "rules")["groups"] for rule in group["rules"]}
    write_folder(tmp_path, Settings(), without_alerts=True)
    taken = alerting(tmp_path, "rules")
    assert {rule["uid"] for rule in taken["deleteRules"]} >= brought and "groups" not in taken
    assert {one["uid"] for one in alerting(tmp_path, "contactPoints")["deleteContactPoints"]} == set(RECEIVERS)
    assert alerting(tmp_path, "policies")["resetPolicies"] == [1]


def test_limits_and_language_of_the_rules_come_from_the_settings(tmp_path: Path) -> None:
    write_folder(tmp_path, Settings(alert_language="en", alert_silent_min=45))
    rules = {rule["uid"]: rule for group in alerting(tmp_path, "rules")["groups"] for rule in group["rules"]}
    assert rules["guangfu-station-silent"]["title"] == "Station silent"
    assert rules["guangfu-station-silent"]["data"][2]["model"]["expression"] == "$B > 45"
    assert "more than 45 minutes" in rules["guangfu-station-silent"]["annotations"]["summary"]


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(BadSettings, match="GUANGFU_DASHBOARDS_ALERT_WECOM_URL"):
        Settings.load(alert_wecom_url="wecom.invalid")


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

"""Pushing alerts to a Grafana that has rules, contact points and policies of its own."""

from collections.abc import Iterator

import pytest
from typer.testing import CliRunner, Result

from dashboards import pushing_alerts
from dashboards.alerts import document, rules
from dashboards.commands import app
from dashboards.contacts import policy
from dashboards.settings import Settings
from guangfu.texts import Lang
from tests.dashboards.fake_grafana import FakeGrafana, running_fake_grafana

THEIRS = {"receiver": "theirs", "continue": True}


@pytest.fixture
def grafana(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGrafana]:
    with running_fake_grafana() as server:
        monkeypatch.setenv("GUANGFU_DASHBOARDS_GRAFANA_URL", server.url)
        monkeypatch.setenv("GUANGFU_DASHBOARDS_GRAFANA_PASSWORD", "admin")
        yield server


@pytest.fixture
def wecom(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUANGFU_DASHBOARDS_ALERT_WECOM_URL", "https://wecom.invalid/?key=1")


def run(*command: str) -> Result:
    return CliRunner().invoke(app, [*command, "--lang", "en"])


def line(result: Result, uid: str) -> str:
    return next((text for text in result.stdout.splitlines() if f"  {uid}  " in text), "")


def test_push_writes_the_rules_and_how_often_they_are_evaluated(grafana: FakeGrafana) -> None:
    assert run("push").exit_code == 0
    wanted = {rule.uid: (rule.group, document(rule, Lang.ZH)) for rule in rules(Settings())}
    stored = grafana.alerting.rules
    assert {uid: (rule["ruleGroup"], rule["data"]) for uid, rule in stored.items()} == {
        uid: (group, made["data"]) for uid, (group, made) in wanted.items()
    }
    assert {rule["folderUID"] for rule in stored.values()} == {"guangfu-alerts"}
    assert grafana.alerting.intervals_s == {"guangfu-minute": 60, "guangfu-quarter": 900}


def test_without_webhooks_contact_points_and_policy_stay_as_they_are(grafana: FakeGrafana) -> None:
    before = dict(grafana.alerting.tree)
    run("push")
    assert (grafana.alerting.contacts, grafana.alerting.tree) == ({}, before)


def test_our_route_goes_first_and_the_others_stay(grafana: FakeGrafana, wecom: None) -> None:
    run("push")
    assert list(grafana.alerting.contacts) == ["guangfu-wecom"]
    assert grafana.alerting.tree == {
        "receiver": "theirs", "routes": [policy(), THEIRS],
    }  # fmt: skip
    assert (run("push").exit_code, run("diff").exit_code) == (0, 0)
    assert grafana.alerting.tree["routes"] == [policy(), THEIRS]


def test_an_address_that_grafana_does_not_tell_is_written_with_every_push(
    grafana: FakeGrafana, wecom: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("push")
    monkeypatch.setenv("GUANGFU_DASHBOARDS_ALERT_WECOM_URL", "https://wecom.invalid/?key=2")
    assert run("diff").exit_code == 0
    run("push")
    assert grafana.alerting.contacts["guangfu-wecom"]["settings"]["url"].endswith("key=2")


def test_a_webhook_that_is_not_wanted_any_more_goes_with_its_route(
    grafana: FakeGrafana, wecom: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("push")
    monkeypatch.delenv("GUANGFU_DASHBOARDS_ALERT_WECOM_URL")
    assert run("diff").exit_code == 1
    pushed = run("push")
    assert "deleted  contact point" in line(pushed, "guangfu-wecom")
    assert (grafana.alerting.contacts, grafana.alerting.tree["routes"]) == ({}, [THEIRS])
    assert run("diff").exit_code == 0


def test_a_rule_that_somebody_changed_is_named_and_put_right(grafana: FakeGrafana, wecom: None) -> None:
    run("push")
    grafana.alerting.rules["guangfu-station-silent"]["for"] = "1h"
    grafana.alerting.intervals_s["guangfu-minute"] = 300
    grafana.alerting.tree["routes"][0] = {**policy(), "repeat_interval": "1h"}
    found = run("diff")
    assert found.exit_code == 1
    assert "(for)" in line(found, "guangfu-station-silent")
    assert "(interval)" in line(found, "guangfu-minute")
    assert "(repeat_interval)" in found.stdout
    run("push")
    assert run("diff").exit_code == 0
    assert grafana.alerting.intervals_s["guangfu-minute"] == 60


def test_a_retired_rule_is_deleted(grafana: FakeGrafana, monkeypatch: pytest.MonkeyPatch) -> None:
    run("push")
    monkeypatch.setattr(pushing_alerts, "RETIRED", ("guangfu-old", "guangfu-never-there"))
    old = {"uid": "guangfu-old", "title": "Old", "folderUID": "guangfu-alerts", "ruleGroup": "guangfu-minute"}
    grafana.alerting.rules["guangfu-old"] = dict(old)
    assert "not wanted any more" in line(run("diff"), "guangfu-old")
    run("push")
    assert "guangfu-old" not in grafana.alerting.rules
    assert run("diff").exit_code == 0


def test_what_comes_from_a_file_is_left_and_named(grafana: FakeGrafana, wecom: None) -> None:
    """Grafana made the rules' folder itself, under a uid of its own."""
    run("push")
    grafana.folders["made"] = {**grafana.folders.pop("guangfu-alerts"), "uid": "made"}
    for rule in grafana.alerting.rules.values():
        rule.update(provenance="file", folderUID="made")
    grafana.alerting.contacts["guangfu-wecom"]["provenance"] = "file"
    grafana.alerting.tree = {**policy(), "provenance": "file"}
    pushed = run("push")
    assert pushed.exit_code == 0, pushed.output
    assert "guangfu-alerts" not in grafana.folders
    assert pushed.stdout.count("comes from a file, left") == len(grafana.alerting.rules) + 1 + 1
    grafana.alerting.rules["guangfu-station-silent"]["for"] = "1h"
    pushed = run("push")
    assert (pushed.exit_code, "(for)" in line(pushed, "guangfu-station-silent")) == (1, True)
    assert grafana.alerting.rules["guangfu-station-silent"]["for"] == "1h"


def test_where_rules_come_from_files_a_missing_one_is_left_to_the_files(grafana: FakeGrafana) -> None:
    """Grafana would not start again with a file that holds a rule which was pushed."""
    run("push")
    del grafana.alerting.rules["guangfu-output-low"]
    for rule in grafana.alerting.rules.values():
        rule["provenance"] = "file"
    again = run("push")
    assert again.exit_code == 1
    assert "not pushed" in line(again, "guangfu-output-low") and "guangfu-output-low" not in grafana.alerting.rules


def test_what_was_pushed_can_be_taken_away_for_files(grafana: FakeGrafana, wecom: None) -> None:
    before = dict(grafana.alerting.tree)
    run("push")
    grafana.alerting.rules["theirs"] = {"uid": "theirs", "title": "Theirs", "labels": {}}
    assert run("push", "--without-alerts").exit_code == 0
    assert (list(grafana.alerting.rules), grafana.alerting.contacts) == (["theirs"], {})
    assert grafana.alerting.tree.get("routes", []) == before.get("routes", [])

import os
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from dashboards.commands import app
from dashboards.rendering import rendered
from guangfu.texts import Lang
from tests.dashboards.fake_grafana import FakeGrafana, running_fake_grafana

THINGS = 3 + 2 + 14 + 11
"""Folders, data sources, dashboards, alert rules."""
GROUPS = 2
"""Groups of rules: they come with their rules, and one of them gets an interval of its own."""


@pytest.fixture
def grafana(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGrafana]:
    with running_fake_grafana() as server:
        monkeypatch.setenv("GUANGFU_DASHBOARDS_GRAFANA_URL", server.url)
        monkeypatch.setenv("GUANGFU_DASHBOARDS_GRAFANA_PASSWORD", "admin")
        yield server


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--lang", "en"])


def said(result: Result) -> list[str]:
    return [line.split("  ")[0] for line in result.stdout.splitlines()]


def test_push_creates_folders_sources_and_dashboards(grafana: FakeGrafana) -> None:
    pushed = run("push")
    assert (pushed.exit_code, said(pushed)) == (0, ["created"] * THINGS + ["left", "updated"]), pushed.output
    wanted = {document["uid"]: document for lang in Lang for document in rendered(lang)}
    assert {
        uid: {**stored["dashboard"], "id": None, "version": None} for uid, stored in grafana.dashboards.items()
    } == {uid: {**document, "id": None, "version": None} for uid, document in wanted.items()}
    assert {stored["meta"]["folderUid"] for stored in grafana.dashboards.values()} == {"guangfu-zh", "guangfu-en"}


def test_pushing_again_leaves_everything(grafana: FakeGrafana) -> None:
    run("push")
    again = run("push")
    assert (again.exit_code, said(again)) == (0, ["left"] * (THINGS + GROUPS))
    assert run("diff").exit_code == 0


def test_a_dry_run_writes_nothing(grafana: FakeGrafana) -> None:
    shown = run("push", "--dry-run")
    assert (shown.exit_code, said(shown)) == (0, ["would be created"] * (THINGS + GROUPS))
    assert grafana.writes == 0


def test_what_somebody_changed_is_named_and_put_right(grafana: FakeGrafana) -> None:
    run("push")
    grafana.folders["guangfu-en"]["title"] = "Renamed"
    grafana.sources["guangfu_money"]["jsonData"]["sslmode"] = "require"
    grafana.dashboards["guangfu-fleet-en"]["dashboard"]["panels"][0]["title"] = "Mine"
    grafana.dashboards["guangfu-income-zh"]["meta"]["folderUid"] = "elsewhere"
    found = run("diff")
    assert (found.exit_code, said(found).count("different")) == (1, 4)
    for path in ("(title)", "(jsonData.sslmode)", "(panels[0].title)", "(folder)"):
        assert path in found.stdout
    assert said(run("push")).count("updated") == 4
    assert run("diff").exit_code == 0


def test_an_operators_own_settings_of_a_source_stay(grafana: FakeGrafana) -> None:
    """We say what we need of a data source; what else somebody set there is no difference."""
    run("push")
    grafana.sources["guangfu_money"]["jsonData"]["maxOpenConns"] = 5
    assert run("diff").exit_code == 0


def test_a_dashboard_with_our_title_is_not_overwritten(grafana: FakeGrafana) -> None:
    """Grafana would replace it without a word and keep its uid."""
    title = next(d["title"] for d in rendered(Lang.EN) if d["uid"] == "guangfu-fleet-en")
    theirs = {"dashboard": {"uid": "theirs", "title": title}, "meta": {"folderUid": "guangfu-en"}}
    grafana.dashboards["theirs"] = theirs
    pushed = run("push")
    assert (pushed.exit_code, "rename or move it first" in pushed.stdout) == (1, True)
    assert grafana.dashboards["theirs"] is theirs
    assert "guangfu-fleet-en" not in grafana.dashboards


def test_what_comes_from_a_file_is_left(grafana: FakeGrafana) -> None:
    run("push")
    grafana.dashboards["guangfu-fleet-en"]["meta"]["provisioned"] = True
    grafana.sources["guangfu_money"]["readOnly"] = True
    assert (run("push").exit_code, run("diff").exit_code) == (0, 0)
    grafana.dashboards["guangfu-fleet-en"]["dashboard"]["panels"] = []
    pushed = run("push")
    assert (pushed.exit_code, "comes from a file" in pushed.stdout) == (1, True)
    assert grafana.dashboards["guangfu-fleet-en"]["dashboard"]["panels"] == []


def test_a_wrong_password_is_told_in_words(grafana: FakeGrafana) -> None:
    refused = run("push", "--password", "wrong")
    assert (refused.exit_code, grafana.writes) == (3, 0)
    assert "401" in refused.stderr
    assert "Check address, user or token" in refused.stderr


def test_a_grafana_that_is_not_there_is_told_in_words(free_port: int) -> None:
    refused = run("diff", "--url", f"http://127.0.0.1:{free_port}")
    assert (refused.exit_code, "Connection refused" in refused.stderr) == (3, True)


def answer_html(self: Any) -> None:
    self.send_response(200)
    self.send_header("Content-Length", "6")
    self.end_headers()
    self.wfile.write(b"<html>")


def test_something_that_is_not_grafana_is_told_in_words(grafana: FakeGrafana, monkeypatch: pytest.MonkeyPatch) -> None:
    handler: type[BaseHTTPRequestHandler] = grafana.RequestHandlerClass  # type: ignore[assignment]
    monkeypatch.setattr(handler, "do_GET", answer_html)
    refused = run("push")
    assert (refused.exit_code, "not Grafana's" in refused.stderr) == (3, True)


def test_wrong_settings_are_wrong_use() -> None:
    refused = run("push", "--url", "grafana:3000")
    assert (refused.exit_code, "GUANGFU_DASHBOARDS_GRAFANA_URL" in refused.stderr) == (2, True)


@pytest.fixture
def real_grafana(monkeypatch: pytest.MonkeyPatch) -> str:
    url = os.environ.get("GUANGFU_TEST_GRAFANA_URL")
    if url is None:
        pytest.skip("GUANGFU_TEST_GRAFANA_URL is not set")
    monkeypatch.setenv("GUANGFU_DASHBOARDS_GRAFANA_USER", os.environ.get("GUANGFU_TEST_GRAFANA_USER", "admin"))
    monkeypatch.setenv("GUANGFU_DASHBOARDS_GRAFANA_PASSWORD", os.environ.get("GUANGFU_TEST_GRAFANA_PASSWORD", "admin"))
    return url


def test_a_real_grafana_takes_everything_and_gives_it_back(real_grafana: str) -> None:
    """Once pushed, the same again changes nothing: what Grafana stores is what we sent."""
    assert run("push", "--url", real_grafana).exit_code == 0
    again = run("push", "--url", real_grafana)
    assert (again.exit_code, said(again)) == (0, ["left"] * (THINGS + GROUPS))
    assert run("diff", "--url", real_grafana).exit_code == 0

import json
import os
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from dashboards import rendering
from dashboards.alerts import rules
from dashboards.commands import app
from dashboards.grafana import Grafana
from dashboards.rendering import rendered
from dashboards.settings import Settings
from guangfu.texts import Lang
from tests.dashboards.fake_grafana import FakeGrafana, running_fake_grafana

RULES = 13
THINGS = 3 + 2 + 16 + RULES
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


def by_hand(grafana: FakeGrafana, uid: str, title: str = "Mine") -> None:
    """As somebody does who edits a dashboard and saves it."""
    stored = grafana.dashboards[uid]
    stored["dashboard"]["panels"][0]["title"] = title
    stored["dashboard"]["version"] += 1
    stored["message"] = "my own title"
    stored["meta"] |= {"updatedBy": "wang", "updated": "2026-06-10T04:00:00Z"}


def test_who_edited_by_hand_is_told(grafana: FakeGrafana) -> None:
    run("push")
    by_hand(grafana, "guangfu-fleet-en")
    for command in ("diff", "push"):
        assert "edited by hand (wang, 2026-06-10T04:00:00Z)" in run(command).stdout
    assert "edited by hand" not in run("diff").stdout


def test_what_an_earlier_release_pushed_was_edited_by_nobody(grafana: FakeGrafana) -> None:
    run("push")
    grafana.dashboards["guangfu-fleet-en"]["dashboard"]["panels"].pop()
    found = run("diff")
    assert (found.exit_code, "edited by hand" in found.stdout) == (1, False)


def test_pull_writes_what_stands_there_and_tells_what_differs(grafana: FakeGrafana, tmp_path: Path) -> None:
    run("push")
    same = run("pull", str(tmp_path))
    assert (same.exit_code, len(list(tmp_path.glob("*/*.json")))) == (0, 16 + RULES), same.output
    assert json.loads((tmp_path / "en/guangfu-fleet-en.json").read_text("utf-8")) == next(
        document for document in rendered(Lang.EN) if document["uid"] == "guangfu-fleet-en"
    )
    by_hand(grafana, "guangfu-fleet-en", "Wang's")
    theirs = {"uid": "theirs", "title": "Theirs", "version": 1}
    grafana.dashboards["theirs"] = {"dashboard": theirs, "meta": {"folderUid": "guangfu-en"}}
    found = run("pull", str(tmp_path))
    assert (found.exit_code, "edited by hand (wang" in found.stdout) == (1, True)
    assert "Wang's" in (tmp_path / "en/guangfu-fleet-en.json").read_text("utf-8")
    assert json.loads((tmp_path / "en/theirs.json").read_text("utf-8")) == {"uid": "theirs", "title": "Theirs"}


def test_a_repeated_uid_or_title_is_refused(grafana: FakeGrafana, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "BOARDS", (*rendering.BOARDS, rendering.BOARDS[0]))
    for arguments in (("push",), ("diff",), ("build", "/nowhere")):
        refused = run(*arguments)
        assert (refused.exit_code, "guangfu-wall" in refused.stderr) == (2, True)
    assert not grafana.dashboards


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


def test_a_real_grafana_gives_pushed_alerts_back(real_grafana: str) -> None:
    assert run("push", "--url", real_grafana).exit_code == 0
    taken = run("push", "--without-alerts", "--url", real_grafana)
    assert (taken.exit_code, said(taken).count("deleted")) == (0, len(rules(Settings())))
    assert run("push", "--url", real_grafana).exit_code == 0


def test_a_real_grafana_tells_who_edited_by_hand(real_grafana: str, tmp_path: Path) -> None:
    assert run("push", "--url", real_grafana).exit_code == 0
    assert run("pull", str(tmp_path), "--url", real_grafana).exit_code == 0
    with Grafana(Settings.load(grafana_url=real_grafana)) as grafana:
        stored = grafana.dashboard("guangfu-fleet-en")
        assert stored is not None
        stored["dashboard"]["panels"][0]["title"] = "Mine"
        body = {"dashboard": stored["dashboard"], "folderUid": "guangfu-en", "message": "mine"}
        grafana._face.dashboard.update_dashboard(body)
    found = run("pull", str(tmp_path), "--url", real_grafana)
    assert (found.exit_code, "edited by hand (" in found.stdout) == (1, True)
    assert '"Mine"' in (tmp_path / "en/guangfu-fleet-en.json").read_text("utf-8")
    assert "edited by hand (" in run("push", "--url", real_grafana).stdout
    assert run("diff", "--url", real_grafana).exit_code == 0

"""A small Grafana over HTTP: what push and diff use of it, and the answers over which the client stumbles.

`tests/dashboards/test_push.py` runs the same against a real one where `GUANGFU_TEST_GRAFANA_URL` is set.
"""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

Json = dict[str, Any]
ALERTING: Final = "/api/v1/provisioning/"


class FakeAlerting:
    """The provisioning API of alerts, under `/v1/provisioning`. A file's rules and contact points refuse changes."""

    def __init__(self) -> None:
        self.rules: dict[str, Json] = {}
        self.intervals_s: dict[str, int] = {}
        self.contacts: dict[str, Json] = {}
        self.tree: Json = {"receiver": "theirs", "routes": [{"receiver": "theirs", "continue": True}]}

    def answer(self, method: str, path: str, body: Json | None) -> tuple[int, Any]:
        kind, _, name = path.partition("/")
        if kind == "alert-rules":
            return self._thing(method, self.rules, name, body, deep=True)
        if kind == "contact-points":
            return self._thing(method, self.contacts, name, body, deep=False)
        if kind == "policies":
            self.tree = self.tree if body is None else body
            return 200, self.tree
        return self._group(name, body)

    def _thing(
        self, method: str, stored: dict[str, Json], uid: str, body: Json | None, *, deep: bool
    ) -> tuple[int, Any]:
        """500 for what is not there, and no provenance in a list, as Grafana 9.4; WeCom's address is not told."""
        if method == "GET" and not uid:
            return 200, [{**_redacted(one), "provenance": ""} if deep else _redacted(one) for one in stored.values()]
        if method == "POST":
            assert body is not None
            uid = body["uid"]
            assert uid not in stored, "created twice"
        elif uid not in stored:
            return 500, {"message": "could not find alert rule"}
        if method == "GET":
            return 200, stored[uid]
        if stored.get(uid, {}).get("provenance") == "file":
            return 500, {"message": "cannot change provenance from 'file' to 'api'"}
        if method == "DELETE":
            del stored[uid]
            return 204, None
        stored[uid] = {**(body or {}), "provenance": "api", **({"id": 3, "orgID": 1} if deep else {})}
        return 201, stored[uid]

    def _group(self, name: str, body: Json | None) -> tuple[int, Any]:
        folder, _, group = name.partition("/rule-groups/")
        rules = [r for r in self.rules.values() if (r["folderUID"], r["ruleGroup"]) == (folder, group)]
        if not rules:
            return 404, {"message": "rule group not found"}
        if body is not None:
            self.intervals_s[group] = body["interval"]
        interval_s = self.intervals_s.setdefault(group, 60)
        return 200, {"title": group, "folderUid": folder, "interval": interval_s, "rules": rules}


def _redacted(point: Json) -> Json:
    if point.get("type") != "wecom":
        return point
    return {**point, "settings": {**point["settings"], "url": "[REDACTED]"}}


class FakeGrafana(ThreadingHTTPServer):
    """What it has is in `folders`, `sources` and `dashboards`, by uid, and in `alerting`; `writes` counts writes."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folders: dict[str, Json] = {}
        self.sources: dict[str, Json] = {}
        self.dashboards: dict[str, Json] = {}
        self.alerting = FakeAlerting()
        self.password = "admin"
        self.writes = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def get(self, path: str, query: dict[str, list[str]]) -> tuple[int, Any]:
        kind, _, uid = path.strip("/").rpartition("/")
        if path == "/health":
            return 200, {"database": "ok", "version": "0"}
        if path == "/folders":
            return 200, list(self.folders.values())
        things: dict[str, dict[str, Json]] = {
            "folders": self.folders, "datasources/uid": self.sources, "dashboards/uid": self.dashboards,
        }  # fmt: skip
        if kind in things:
            missing = None if kind == "folders" else {"message": "not found"}
            return (200, things[kind][uid]) if uid in things[kind] else (404, missing)
        if uid == "versions":
            stored = self.dashboards[kind.rpartition("/")[2]]
            return 200, [{"version": stored["dashboard"]["version"], "message": stored.get("message", "Initial save")}]
        return 200, [
            {"uid": uid, "title": stored["dashboard"]["title"], "folderUid": stored["meta"]["folderUid"]}
            for uid, stored in self.dashboards.items()
            if query.get("query", [""])[0] in stored["dashboard"]["title"]
        ]

    def put(self, path: str, body: Json) -> tuple[int, Any]:
        """204 without a body for folders, as some proxies and versions answer."""
        self.writes += 1
        if path.startswith("/folders"):
            uid = body.get("uid") or path.rpartition("/")[2]
            self.folders[uid] = {"uid": uid, "title": body["title"]}
            return 204, None
        if path.startswith("/datasources"):
            kept = {name: value for name, value in body.items() if name != "secureJsonData"}
            self.sources[body["uid"]] = {"id": 1, "version": 1, "readOnly": False, **kept}
            return 200, {"message": "Datasource saved"}
        if not body["dashboard"]["title"]:
            return 400, {"message": "Dashboard title cannot be empty"}
        before = self.dashboards.get(body["dashboard"]["uid"], {"dashboard": {"version": 0}})
        dashboard = {**body["dashboard"], "id": 7, "version": before["dashboard"]["version"] + 1}
        self.dashboards[dashboard["uid"]] = {
            "dashboard": dashboard,
            "message": body["message"],
            "meta": {"folderUid": body["folderUid"], "provisioned": False},
        }
        return 200, {"status": "success"}


class _Handler(BaseHTTPRequestHandler):
    server: FakeGrafana
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16  # head and body in one packet: two would wait for the client's acknowledgement

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path.startswith(ALERTING):
            self._answer(*self.server.alerting.answer("GET", url.path.removeprefix(ALERTING), None))
            return
        self._answer(*self.server.get(url.path.removeprefix("/api"), parse_qs(unquote(url.query))))

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or "null")
        if "Authorization" not in self.headers or self._password() != self.server.password:
            self._answer(401, {"message": "Invalid username or password"})
            return
        path = urlsplit(self.path).path
        if path.startswith(ALERTING):
            self.server.writes += 1
            self._answer(*self.server.alerting.answer(self.command, path.removeprefix(ALERTING), body))
            return
        self._answer(*self.server.put(path.removeprefix("/api"), body))

    def do_PUT(self) -> None:
        self.do_POST()

    def do_DELETE(self) -> None:
        self.do_POST()

    def _password(self) -> str:
        return base64.b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode().partition(":")[2]

    def _answer(self, status: int, body: Any) -> None:
        content = b"" if status == 204 else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class calls it so
        """Quiet."""


@contextmanager
def running_fake_grafana() -> Iterator[FakeGrafana]:
    with FakeGrafana() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()

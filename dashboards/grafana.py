"""Grafana's HTTP API through grafana-api, with that client's faults handled in this one place.

GrafanaError
├── Unavailable   no answer, not Grafana, 401, 403, 429 or 5xx: put it right or try later, nothing is wrong with ours
└── Refused       Grafana does not take what we send
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from grafana_api.grafana_api import GrafanaException
from grafana_api.grafana_face import GrafanaFace

from dashboards.settings import Settings

Json = dict[str, Any]
ALERTING: Final = "/v1/provisioning"
PUSHED: Final = "guangfu dashboards push"
"""What we say of each version of a dashboard that we save; whoever saves by hand says something else."""
NOT_ALLOWED: Final = frozenset({401, 403, 429})


class GrafanaError(Exception):
    """Something at Grafana went wrong; the message has Grafana's own words."""


class Unavailable(GrafanaError):
    """Grafana can't be reached or does not let us in."""


class Refused(GrafanaError):
    """Grafana does not take what we send."""


class Grafana(AbstractContextManager["Grafana"]):
    """Folders, data sources, dashboards and alerts of one Grafana; what is not there is `None`.

    A token goes before user and password. Every method raises `Unavailable` or `Refused`.
    """

    def __init__(self, settings: Settings) -> None:
        token = settings.grafana_token.get_secret_value()
        url = urlsplit(settings.grafana_url)
        prefix = url.path.strip("/")
        self._url = settings.grafana_url
        self._face = GrafanaFace(
            token or (settings.grafana_user, settings.grafana_password.get_secret_value()),
            host=url.hostname,
            port=url.port,
            protocol=url.scheme,
            url_path_prefix=f"{prefix}/" if prefix else "",
            timeout=settings.grafana_timeout_s,
        )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._face.api.s.close()

    def check(self) -> None:
        """Raises `Unavailable` if nothing answers at the address, or something that is not Grafana."""
        health = self._object(lambda: self._face.api.GET("/health"))
        if health is None or "database" not in health:
            raise Unavailable(f"{self._url}: the answer is not Grafana's")

    def folder(self, uid: str) -> Json | None:
        return self._object(lambda: self._face.folder.get_folder(uid))

    def create_folder(self, uid: str, title: str) -> None:
        self._write(lambda: self._face.folder.create_folder(title, uid))

    def rename_folder(self, uid: str, title: str) -> None:
        self._write(lambda: self._face.folder.update_folder(uid, title, overwrite=True))

    def data_source(self, uid: str) -> Json | None:
        """The client knows sources by name only; a name may be changed, the uid may not."""
        return self._object(lambda: self._face.api.GET(f"/datasources/uid/{uid}"))

    def create_data_source(self, source: Json) -> None:
        self._write(lambda: self._face.datasource.create_datasource(source))

    def update_data_source(self, source: Json) -> None:
        self._write(lambda: self._face.api.PUT(f"/datasources/uid/{source['uid']}", json=source))

    def dashboard(self, uid: str) -> Json | None:
        """With its `meta`: where it is, and whether it comes from a file."""
        return self._object(lambda: self._face.dashboard.get_dashboard(uid))

    def titled(self, title: str, folder: str) -> list[Json]:
        """Dashboards in a folder that have exactly this title; Grafana's own filter by folder does not filter."""
        found = self._read(lambda: self._face.search.search_dashboards(query=title, type_="dash-db")) or []
        return [one for one in found if one.get("folderUid") == folder and one.get("title") == title]

    def in_folder(self, folder: str) -> list[str]:
        """Uids of the dashboards in a folder, sorted."""
        found = self._read(lambda: self._face.api.GET("/search?type=dash-db&limit=5000")) or []
        return sorted(one["uid"] for one in found if one.get("folderUid") == folder)

    def edited_by(self, uid: str) -> str:
        """Who saved a dashboard last, and when, if it was not `push`; empty if it was.

        Grafana gives the first version a message of its own; 11 and later wrap the list.
        """
        found = self._read(lambda: self._face.api.GET(f"/dashboards/uid/{uid}/versions?limit=1"))
        versions = found.get("versions", []) if isinstance(found, dict) else found or []
        if not versions or versions[0]["version"] == 1 or versions[0].get("message") == PUSHED:
            return ""
        there = self.dashboard(uid) or {"meta": {}}
        return f"{there['meta'].get('updatedBy', '?')}, {there['meta'].get('updated', '?')}"

    def save_dashboard(self, dashboard: Json, folder: str) -> None:
        body = {"dashboard": dashboard, "folderUid": folder, "overwrite": True, "message": PUSHED}
        self._write(lambda: self._face.dashboard.update_dashboard(body))

    def folder_titled(self, title: str) -> str | None:
        """The uid of a folder with exactly this title."""
        found = self._read(lambda: self._face.api.GET("/folders?limit=1000")) or []
        return next((one["uid"] for one in found if one["title"] == title), None)

    def alert_rule(self, uid: str) -> Json | None:
        """9.4 answers 500 for a rule that is not there, and its list does not tell where a rule comes from."""
        if not any(rule["uid"] == uid for rule in self.alert_rules()):
            return None
        return self._object(lambda: self._face.api.GET(f"{ALERTING}/alert-rules/{uid}"))

    def alert_rules(self) -> list[Json]:
        return self._read(lambda: self._face.api.GET(f"{ALERTING}/alert-rules")) or []

    def create_alert_rule(self, rule: Json) -> None:
        self._write(lambda: self._face.api.POST(f"{ALERTING}/alert-rules", json=rule))

    def update_alert_rule(self, rule: Json) -> None:
        self._write(lambda: self._face.api.PUT(f"{ALERTING}/alert-rules/{rule['uid']}", json=rule))

    def delete_alert_rule(self, uid: str) -> None:
        self._write(lambda: self._face.api.DELETE(f"{ALERTING}/alert-rules/{uid}"))

    def rule_group(self, folder: str, name: str) -> Json | None:
        return self._object(lambda: self._face.api.GET(f"{ALERTING}/folder/{folder}/rule-groups/{name}"))

    def update_rule_group(self, folder: str, group: Json) -> None:
        path = f"{ALERTING}/folder/{folder}/rule-groups/{group['title']}"
        self._write(lambda: self._face.api.PUT(path, json=group))

    def contact_points(self) -> list[Json]:
        """All of them; secrets are `[REDACTED]`."""
        return self._read(lambda: self._face.api.GET(f"{ALERTING}/contact-points")) or []

    def create_contact_point(self, point: Json) -> None:
        self._write(lambda: self._face.api.POST(f"{ALERTING}/contact-points", json=point))

    def update_contact_point(self, point: Json) -> None:
        self._write(lambda: self._face.api.PUT(f"{ALERTING}/contact-points/{point['uid']}", json=point))

    def delete_contact_point(self, uid: str) -> None:
        self._write(lambda: self._face.api.DELETE(f"{ALERTING}/contact-points/{uid}"))

    def policies(self) -> Json:
        """The notification policy: a tree, of which there is one."""
        return self._object(lambda: self._face.api.GET(f"{ALERTING}/policies")) or {}

    def update_policies(self, tree: Json) -> None:
        self._write(lambda: self._face.api.PUT(f"{ALERTING}/policies", json=tree))

    def _object(self, ask: Callable[[], Any]) -> Json | None:
        answer = self._read(ask)
        if answer is not None and not isinstance(answer, dict):
            raise Unavailable(f"{self._url}: the answer is not Grafana's")
        return answer

    def _read(self, ask: Callable[[], Any]) -> Any:
        """The client stumbles over a 404 whose body is `null`; an answer that is no JSON is not Grafana's."""
        try:
            return ask()
        except TypeError:
            return None
        except requests.exceptions.JSONDecodeError as error:
            raise Unavailable(f"{self._url}: the answer is not Grafana's") from error
        except GrafanaException as error:
            if error.status_code == 404:
                return None
            raise self._failure(error) from error
        except requests.RequestException as error:
            raise Unavailable(f"{self._url}: {_cause(error)}") from error

    def _write(self, send: Callable[[], Any]) -> None:
        """The client takes an empty answer for broken JSON, though the request succeeded."""
        try:
            send()
        except requests.exceptions.JSONDecodeError:
            return
        except GrafanaException as error:
            raise self._failure(error) from error
        except requests.RequestException as error:
            raise Unavailable(f"{self._url}: {_cause(error)}") from error

    def _failure(self, error: GrafanaException) -> GrafanaError:
        status, body = error.status_code, error.response
        words = body.get("message") if isinstance(body, dict) else body
        text = f"{self._url}: {status} {words or error.message}"
        return Unavailable(text) if status in NOT_ALLOWED or status >= 500 else Refused(text)


def _cause(error: requests.RequestException) -> str:
    """The innermost reason: the client's own text repeats addresses and objects."""
    reason: BaseException = error
    while (inner := reason.__cause__ or reason.__context__) is not None:
        reason = inner
    return getattr(reason, "strerror", None) or str(reason) or type(error).__name__

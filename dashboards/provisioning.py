"""Files from which Grafana provisions itself: dashboards, data sources, alerts, and who reads what where.

FOLDER/dashboards/{zh,en}/*.json
FOLDER/provisioning/dashboards/guangfu.yaml
FOLDER/provisioning/datasources/guangfu.yaml      holds the passwords of the databases
FOLDER/provisioning/alerting/{rules,contactPoints,policies}.yaml      the second holds the addresses of webhooks
"""

from pathlib import Path
from typing import Any, Final

import yaml

from dashboards.alerts import GROUPS_S, RETIRED, document, rules
from dashboards.contacts import CONTACT, RECEIVERS, contact_points, policy, unwanted
from dashboards.frame import SUFFIX, folder_uid
from dashboards.rendering import as_file, rendered
from dashboards.settings import Settings
from dashboards.sources import data_sources
from dashboards.words import alerts as alerts_say
from dashboards.words import shared
from guangfu.texts import Lang

QUIET: Final = ("plugins", "notifiers", "access-control")
"""Grafana logs an error for each of these folders that it does not find."""


def write_folder(folder: Path, settings: Settings, *, without_alerts: bool = False) -> list[Path]:
    """Write everything below `folder`, anew and the same each time; returns the files.

    `without_alerts` they tell Grafana to delete the alerts that files brought, so that `push` may bring them.

    Raises:
        OSError: A file can't be written.
    """
    alerting = alerting_removed(settings) if without_alerts else alerting_files(settings)
    texts = {**_dashboards(), **_provisioning(settings), **alerting}
    for name in QUIET:
        (folder / "provisioning" / name).mkdir(parents=True, exist_ok=True)
    return [_write(folder / name, text) for name, text in texts.items()]


def _dashboards() -> dict[str, str]:
    return {
        f"dashboards/{SUFFIX[lang]}/{document['uid']}.json": as_file(document)
        for lang in Lang
        for document in rendered(lang)
    }


def _provisioning(settings: Settings) -> dict[str, str]:
    return {
        "provisioning/dashboards/guangfu.yaml": _yaml({"apiVersion": 1, "providers": _providers(settings)}),
        "provisioning/datasources/guangfu.yaml": _yaml(
            {"apiVersion": 1, "datasources": _escaped(data_sources(settings))}
        ),
    }


def alerting_files(settings: Settings) -> dict[str, str]:
    """Rules, contact points and policies. All three are written always, so that what an earlier build wrote goes."""
    return _alerting({"rules": _rules(settings), "contactPoints": _contacts(settings), "policies": _policies(settings)})


def alerting_removed(settings: Settings) -> dict[str, str]:
    """Files that take all of that away again."""
    uids = [rule.uid for rule in rules(settings)]
    return _alerting({
        "rules": {"deleteRules": [{"orgId": 1, "uid": uid} for uid in [*uids, *RETIRED]]},
        "contactPoints": {"deleteContactPoints": [{"orgId": 1, "uid": uid} for uid in RECEIVERS]},
        "policies": {"resetPolicies": [1]},
    })  # fmt: skip


def _alerting(documents: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {f"provisioning/alerting/{name}.yaml": _yaml({"apiVersion": 1, **made}) for name, made in documents.items()}


def _rules(settings: Settings) -> dict[str, Any]:
    """Rules are not escaped: Grafana leaves `$` alone in queries and annotations, and there is none elsewhere."""
    lang, made = Lang(settings.alert_language), rules(settings)
    groups = [
        {
            "orgId": 1,
            "name": name,
            "folder": alerts_say.FOLDER(lang),
            "interval": f"{interval_s}s",
            "rules": [document(rule, lang) for rule in made if rule.group == name],
        }
        for name, interval_s in GROUPS_S.items()
    ]
    return {"groups": groups, "deleteRules": [{"orgId": 1, "uid": uid} for uid in RETIRED]}


def _contacts(settings: Settings) -> dict[str, Any]:
    receivers = [{name: value for name, value in point.items() if name != "name"} for point in contact_points(settings)]
    if not receivers:
        return {"contactPoints": []}
    return {
        "contactPoints": [{"orgId": 1, "name": CONTACT, "receivers": _escaped(receivers)}],
        "deleteContactPoints": [{"orgId": 1, "uid": uid} for uid in unwanted(settings)],
    }


def _policies(settings: Settings) -> dict[str, Any]:
    """By file the whole tree is ours: Grafana takes no part of one."""
    if not contact_points(settings):
        return {"policies": []}
    root = {name: value for name, value in policy().items() if name != "object_matchers"}
    return {"policies": [{"orgId": 1, **root}]}


def _providers(settings: Settings) -> list[dict[str, Any]]:
    """One for each language, each with a folder of its own."""
    return [
        {
            "name": f"guangfu-{SUFFIX[lang]}",
            "type": "file",
            "folder": shared.FOLDER(lang),
            "folderUid": folder_uid(lang),
            "allowUiUpdates": False,
            "options": {"path": f"{settings.provisioned_folder.rstrip('/')}/{SUFFIX[lang]}"},
        }
        for lang in Lang
    ]


def _escaped(value: Any) -> Any:
    """Grafana puts environment variables into these files wherever it finds a `$`; `$$` is a dollar."""
    if isinstance(value, dict):
        return {key: _escaped(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_escaped(one) for one in value]
    return value.replace("$", "$$") if isinstance(value, str) else value


def _yaml(document: dict[str, Any]) -> str:
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False)


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path

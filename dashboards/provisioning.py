"""Files from which Grafana provisions itself: dashboards, data sources, and who reads what where.

FOLDER/dashboards/{zh,en}/*.json
FOLDER/provisioning/dashboards/guangfu.yaml
FOLDER/provisioning/datasources/guangfu.yaml      holds the passwords of the databases
"""

from pathlib import Path
from typing import Any, Final

import yaml

from dashboards.frame import SUFFIX, folder_uid
from dashboards.rendering import as_file, rendered
from dashboards.settings import Settings
from dashboards.sources import data_sources
from dashboards.words import shared
from guangfu.texts import Lang

QUIET: Final = ("plugins", "alerting", "notifiers", "access-control")
"""Grafana logs an error for each of these folders that it does not find."""


def write_folder(folder: Path, settings: Settings) -> list[Path]:
    """Write everything below `folder`, anew and the same each time; returns the files.

    Raises:
        OSError: A file can't be written.
    """
    texts = {**_dashboards(), **_provisioning(settings)}
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

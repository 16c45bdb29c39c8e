"""What stands in Grafana, as files beside which the code's own can be laid."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from dashboards.alerts import PROGRAM
from dashboards.frame import SUFFIX, folder_uid
from dashboards.grafana import Grafana, Json
from dashboards.pushing import GIVEN_BY_GRAFANA
from dashboards.rendering import as_file
from guangfu.texts import Lang

RULE_GIVEN_BY_GRAFANA: Final = ("id", "orgID", "updated", "provenance")


def pull(grafana: Grafana, folder: Path) -> list[Path]:
    """Writes every dashboard in our folders, whoever made it, and every rule of ours; returns the files.

    FOLDER/{zh,en}/UID.json, FOLDER/alerting/UID.json. What Grafana adds (numbers, versions) is left out, so that
    pulling twice changes nothing, and `build` writes the same where nothing differs.

    Raises:
        GrafanaError: See `dashboards.grafana`.
        OSError: A file can't be written.
    """
    grafana.check()
    found = [*_dashboards(grafana), *_rules(grafana)]
    return [_write(folder / name, stored) for name, stored in found]


def _dashboards(grafana: Grafana) -> Iterator[tuple[str, Json]]:
    for lang in Lang:
        for uid in grafana.in_folder(folder_uid(lang)):
            there = grafana.dashboard(uid)
            if there is not None:
                kept = {name: value for name, value in there["dashboard"].items() if name not in GIVEN_BY_GRAFANA}
                yield f"{SUFFIX[lang]}/{uid}.json", kept


def _rules(grafana: Grafana) -> Iterator[tuple[str, Json]]:
    for rule in grafana.alert_rules():
        if PROGRAM.items() <= (rule.get("labels") or {}).items():
            kept = {name: value for name, value in rule.items() if name not in RULE_GIVEN_BY_GRAFANA}
            yield f"alerting/{rule['uid']}.json", kept


def _write(path: Path, stored: Json) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(as_file(stored), encoding="utf-8")
    return path

"""What Grafana has against what it should have, and making the two the same. Doing it twice changes nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from dashboards.frame import folder_uid
from dashboards.grafana import Grafana, Json
from dashboards.rendering import rendered
from dashboards.settings import Settings
from dashboards.sources import data_sources
from dashboards.words import shared
from guangfu.texts import Lang

GIVEN_BY_GRAFANA: Final = ("id", "version")
SECRETS: Final = "secureJsonData"


class Kind(StrEnum):
    FOLDER = "folder"
    SOURCE = "source"
    DASHBOARD = "dashboard"
    RULE = "rule"
    GROUP = "group"
    CONTACT = "contact"
    POLICY = "policy"


class State(StrEnum):
    MISSING = "missing"
    DIFFERENT = "different"
    SAME = "same"
    FROM_FILE = "from_file"
    """Grafana reads it from a provisioning file and lets nobody change it."""
    TITLE_TAKEN = "title_taken"
    """Another dashboard in the folder has the title: saving ours would replace it without a word."""
    FOR_FILES = "for_files"
    """Its like come from files: pushed, it would keep Grafana from starting once the files hold it too."""
    UNWANTED = "unwanted"
    """It was ours once and is not any more."""


@dataclass(frozen=True)
class Step:
    """One thing in Grafana: its state, what differs, and what makes it right (None: nothing to do or to be done).

    `edited_by` tells who changed it by hand, and when, where Grafana knows.
    """

    kind: Kind
    uid: str
    title: str
    state: State
    differs: tuple[str, ...] = ()
    apply: Callable[[], None] | None = None
    edited_by: str = ""


def steps(grafana: Grafana, settings: Settings) -> Iterator[Step]:
    """Folders, sources and dashboards, in the order in which they need each other; each is read when its turn comes.

    Raises:
        GrafanaError: See `dashboards.grafana`.
    """
    grafana.check()
    for lang in Lang:
        yield folder_step(grafana, folder_uid(lang), shared.FOLDER(lang))
    for source in data_sources(settings):
        yield _source(grafana, source)
    for lang in Lang:
        for document in rendered(lang):
            yield _dashboard(grafana, document, folder_uid(lang))


def folder_step(grafana: Grafana, uid: str, title: str) -> Step:
    there = grafana.folder(uid)
    if there is None:
        return Step(Kind.FOLDER, uid, title, State.MISSING, apply=lambda: grafana.create_folder(uid, title))
    if there["title"] != title:
        rename = lambda: grafana.rename_folder(uid, title)  # noqa: E731
        return Step(Kind.FOLDER, uid, title, State.DIFFERENT, ("title",), rename)
    return Step(Kind.FOLDER, uid, title, State.SAME)


def _source(grafana: Grafana, source: Json) -> Step:
    """Grafana never tells a password, so that passwords are written again although all else is the same."""
    uid, title, there = source["uid"], source["name"], grafana.data_source(source["uid"])
    if there is None:
        return Step(Kind.SOURCE, uid, title, State.MISSING, apply=lambda: grafana.create_data_source(source))
    differs = tuple(differences({k: v for k, v in source.items() if k != SECRETS}, there, ours_only=True))
    if there.get("readOnly"):
        return Step(Kind.SOURCE, uid, title, State.FROM_FILE, differs)
    state = State.DIFFERENT if differs else State.SAME
    return Step(Kind.SOURCE, uid, title, state, differs, lambda: grafana.update_data_source(source))


def _dashboard(grafana: Grafana, document: Json, folder: str) -> Step:
    uid, title, there = document["uid"], document["title"], grafana.dashboard(document["uid"])
    if there is None:
        if grafana.titled(title, folder):
            return Step(Kind.DASHBOARD, uid, title, State.TITLE_TAKEN)
        return Step(Kind.DASHBOARD, uid, title, State.MISSING, apply=lambda: grafana.save_dashboard(document, folder))
    stored = {name: value for name, value in there["dashboard"].items() if name not in GIVEN_BY_GRAFANA}
    differs = tuple(differences(document, stored))
    if there["meta"].get("folderUid") != folder:
        differs = ("folder", *differs)
    if there["meta"].get("provisioned"):
        return Step(Kind.DASHBOARD, uid, title, State.FROM_FILE, differs)
    if not differs:
        return Step(Kind.DASHBOARD, uid, title, State.SAME)
    save = lambda: grafana.save_dashboard(document, folder)  # noqa: E731
    return Step(Kind.DASHBOARD, uid, title, State.DIFFERENT, differs, save, grafana.edited_by(uid))


def differences(ours: Any, theirs: Any, *, ours_only: bool = False, at: str = "") -> Iterator[str]:
    """Paths at which two JSON values differ; with `ours_only`, what only they have is no difference.

    >>> list(differences({"a": [1, {"b": 2}], "c": 3}, {"a": [1, {"b": 4}], "d": 5}))
    ['a[1].b', 'c', 'd']
    """
    if isinstance(ours, dict) and isinstance(theirs, dict):
        names = list(ours) if ours_only else [*ours, *(name for name in theirs if name not in ours)]
        for name in names:
            path = f"{at}.{name}" if at else name
            yield from differences(ours.get(name), theirs.get(name), ours_only=ours_only, at=path)
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for i, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from differences(one, other, ours_only=ours_only, at=f"{at}[{i}]")
    elif ours != theirs:
        yield at

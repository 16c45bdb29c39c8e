"""The contract does not change unnoticed, and the documentation names all of it.

After a change that is meant: `python -m tests.api.test_contract` writes the snapshot anew.
"""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from sqlalchemy import create_engine

from api.app import create_app
from api.settings import Settings
from guangfu.clock import ManualClock

SNAPSHOT = Path(__file__).with_name("openapi.json")
DOCUMENT = Path(__file__).parents[2] / "docs" / "api.md"


@cache
def application() -> FastAPI:
    store: Any = None
    return create_app(Settings(), store, create_engine("sqlite://"), ManualClock())


def openapi() -> str:
    return json.dumps(application().openapi(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def test_openapi_document_is_the_snapshot() -> None:
    assert openapi() == SNAPSHOT.read_text(encoding="utf-8"), "python -m tests.api.test_contract"


def test_every_route_is_in_the_documentation_and_no_other() -> None:
    documented = set(re.findall(r"^\| `(/[^`]*)` \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE))
    assert documented == set(application().openapi()["paths"])


def test_every_parameter_is_in_the_documentation() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    routes = [route for path in application().openapi()["paths"].values() for route in path.values()]
    names = {parameter["name"] for route in routes for parameter in route.get("parameters", [])}
    assert {name for name in names if f"{name}=" not in text and f"{{{name}}}" not in text} == set()


def test_every_route_but_a_replay_only_reads_and_all_tell_their_errors() -> None:
    for path, methods in application().openapi()["paths"].items():
        assert list(methods) == ["post" if path.endswith("/replay") else "get"]
        for route in methods.values():
            assert {"404", "422", "503"} <= set(route["responses"])
            assert ({"401", "403"} <= set(route["responses"])) == ("post" in methods)
            assert route["description"]


if __name__ == "__main__":
    SNAPSHOT.write_text(openapi(), encoding="utf-8")

"""All text for people is in the catalogue, in both languages, and all of the catalogue is used."""

import re
from string import Formatter

import pytest

from api.web.files import static_files
from api.web.texts import TEXTS
from guangfu.explain.tree import Amount
from guangfu.monitor.slots import Register
from guangfu.monitor.states import StationState
from guangfu.stations.models import DeviceKind, Grid, Zone
from tests.api.web.test_safe import SCRIPTS, TEMPLATES

CHINESE = re.compile(r"[\u3000-\u9fff\uff00-\uffef]")
MADE_OF_PARTS = re.compile(
    r"^(state|station\.is|live|device|zone|grid|confidence|basis|absent|complete\.silence|chart\.income_station"
    r"|explain\.of|explain\.why)\."
)
"""Texts whose key is put together from a value of the API."""


def _named() -> set[str]:
    """Keys that stand in templates and scripts as they are."""
    text = "\n".join([*TEMPLATES.values(), *SCRIPTS.values()])
    return set(re.findall(r'"([a-z]+(?:[._][a-zA-Z_0-9]+)*)"', text))


def _called() -> set[str]:
    text = "\n".join([*TEMPLATES.values(), *SCRIPTS.values()])
    return set(re.findall(r'\bt\("([^"]+)"', text))


@pytest.mark.parametrize("key", sorted(TEXTS))
def test_text_is_there_in_both_languages(key: str) -> None:
    text = TEXTS[key]
    assert text.zh.strip()
    assert text.en.strip()
    assert CHINESE.search(text.zh) or key in {"action.language", "list.csv"}
    assert not CHINESE.search(text.en) or key == "action.language"
    assert _fields(text.zh) == _fields(text.en)


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_text_that_is_asked_for_is_there() -> None:
    assert _called() - TEXTS.keys() == set()


def test_every_text_is_used() -> None:
    assert {key for key in TEXTS.keys() - _named() if not MADE_OF_PARTS.match(key)} == set()


@pytest.mark.parametrize(
    "key",
    [
        *(f"state.{state}" for state in StationState),
        *(f"station.is.{state}" for state in StationState),
        *(f"device.{kind}" for kind in DeviceKind),
        *(f"zone.{zone}" for zone in Zone),
        *(f"grid.{grid}" for grid in Grid),
        *(f"complete.silence.{register}" for register in Register),
        *(f"confidence.{grade}" for grade in "ABC"),
        *(f"explain.{word}.{of}" for of in Amount for word in ("of", "why")),
        *(f"basis.{basis}{why}" for basis in ("entitlement", "indicator") for why in ("", ".why")),
        *(f"live.{kind}{why}" for kind in ("stream", "poll", "cut") for why in ("", ".why")),
    ],
)
def test_every_value_of_the_api_has_a_text(key: str) -> None:
    assert key in TEXTS


@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_template_holds_no_text_of_its_own(template: str) -> None:
    text = re.sub(
        r"\{% block (script|kind) %\}\w+\{% endblock %\}|\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}",
        " ",
        TEMPLATES[template],
        flags=re.DOTALL,
    )
    spoken = re.sub(r"<[^>]*>", " ", text)
    attributes = re.findall(r'(?:title|aria-label|alt|placeholder|data-tip)="([^"]*)"', text)
    assert not CHINESE.search(text)
    assert set(re.findall(r"[A-Za-z]{2,}", " ".join([spoken, *attributes]))) <= {"MW"}


@pytest.mark.parametrize("path", sorted(SCRIPTS))
def test_script_holds_no_text_of_its_own(path: str) -> None:
    code = re.sub(r"//[^\n]*|/\*.*?\*/", "", SCRIPTS[path], flags=re.DOTALL)
    assert not CHINESE.search(code)
    sentences = re.findall(r'"[A-Z][a-z]+(?: [a-z]+)+[^"]*"', code)
    assert sentences == []


def test_both_languages_are_served_as_modules() -> None:
    for lang in ("zh-CN", "en"):
        module = static_files()[f"{lang}/js/texts.js"].body.decode()
        assert f'export const lang = "{lang}";' in module
        assert (TEXTS["nav.overview"].en in module) is (lang == "en")

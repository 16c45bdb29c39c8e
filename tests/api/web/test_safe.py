"""What the pages may not contain: markup from data, inline scripts or styles, anything from elsewhere."""

import re
from importlib.resources import files
from urllib.parse import quote

import httpx
import pytest

from api.web.files import static_files

HOSTILE = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "' onload='x", "{{ 7 * 7 }}"]
TEMPLATES = {item.name: item.read_text(encoding="utf-8") for item in (files("api.web") / "templates").iterdir()}
SCRIPTS = {path: file.body.decode() for path, file in static_files().items() if path.startswith("js/")}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("kind", ["stations", "villages"])
def test_id_from_the_address_is_escaped(pages: httpx.Client, kind: str, name: str) -> None:
    text = pages.get(f"/{kind}/{quote(name, safe='')}").text
    assert not re.search(r"""[<"']""", name) or name not in text
    assert "49" not in re.findall(r'data-id="([^"]*)"', text)


@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_template_needs_no_exception_from_the_content_security_policy(template: str) -> None:
    text = TEMPLATES[template]
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text)
    assert "|safe" not in text.replace(" ", "")
    assert "http" not in text


@pytest.mark.parametrize("path", sorted(SCRIPTS))
def test_script_never_makes_markup_of_text(path: str) -> None:
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|cssText", SCRIPTS[path]
    )


def test_nothing_comes_from_elsewhere() -> None:
    """The users' network has no other host; the only address is the name of SVG itself."""
    for path, file in static_files().items():
        found = re.findall(r"https?://[^\s\"')]+", file.body.decode())
        assert set(found) <= {"http://www.w3.org/2000/svg"}, path

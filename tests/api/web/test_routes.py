"""Each page answers, in the language that is asked for, and names only files that are there."""

import re

import httpx
import pytest
from fastapi import Request

from api.web.files import static_files
from api.web.routes import not_found_page, wants_page
from guangfu.texts import Lang

PAGES = [
    "/", "/?view=wall", "/wall", "/stations", "/stations/st1", "/villages/vl1", "/explain/station/st1",
    "/explain/village/vl1", "/explain/household/hh000001", "/finance", "/notices/7K3M-ABCD-0119-ZZZZ",
]  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_page_is_chinese_by_default(pages: httpx.Client, path: str) -> None:
    answer = pages.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert '<html lang="zh-CN"' in answer.text


@pytest.mark.parametrize("path", PAGES)
def test_every_file_that_a_page_names_is_there(pages: httpx.Client, path: str) -> None:
    for lang in Lang:
        text = pages.get(path, params={"lang": lang, **({"view": "wall"} if "wall" in path else {})}).text
        named = re.findall(r'(?:href|src)="(/static/[^"]+|/favicon.svg)"', text)
        assert len(named) > 10
        assert {pages.get(name).status_code for name in named} == {200}


def test_every_import_of_a_script_is_there() -> None:
    for path, file in static_files().items():
        folder = path.rpartition("/")[0]
        for name in re.findall(r'(?:from|import)\s*\(?"(\.[^"]+)"', file.body.decode()):
            target = _joined(folder, name)
            assert target in static_files() or f"{Lang.ZH}/{target}" in static_files(), (path, name)


def _joined(folder: str, name: str) -> str:
    parts = folder.split("/")
    for part in name.split("/"):
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def test_language_is_remembered(pages: httpx.Client) -> None:
    assert '<html lang="en"' in pages.get("/?lang=en").text
    assert '<html lang="en"' in pages.get("/stations").text
    assert '<html lang="zh-CN"' in pages.get("/stations?lang=zh-CN").text
    assert '<html lang="zh-CN"' in pages.get("/").text


def test_theme_comes_from_the_cookie_and_the_wall_is_always_dark(pages: httpx.Client) -> None:
    assert 'data-theme="light"' in pages.get("/").text
    assert 'data-theme="dark"' in pages.get("/wall").text
    pages.cookies.set("theme", "dark")
    assert 'data-theme="dark"' in pages.get("/").text


def test_files_of_this_version_may_be_kept_forever_and_others_may_not(pages: httpx.Client) -> None:
    text = pages.get("/").text
    address = re.search(r'href="(/static/[^"]+/css/base\.css)"', text)
    assert address is not None
    assert "immutable" in pages.get(address[1]).headers["cache-control"]
    assert pages.get("/static/0/zh-CN/css/base.css").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["js/none.js", "routes.py", "%2e%2e/routes.py", "%2e%2e%2froutes.py", ""])
def test_nothing_but_the_pages_files_is_served(pages: httpx.Client, path: str) -> None:
    assert pages.get(f"/static/0/zh-CN/{path}").status_code == 404


def test_files_are_packed_where_the_browser_takes_it(pages: httpx.Client) -> None:
    path = "/static/0/zh-CN/css/base.css"
    packed = pages.get(path, headers={"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == pages.get(path, headers={"accept-encoding": "identity"}).content


@pytest.mark.parametrize("page", ["overview", "wall", "stations", "station", "village", "finance", "notice"])
def test_first_load_is_light(page: str) -> None:
    """A page, with all its scripts and sheets, is less than 400 KB even before anything is cached."""
    shared = [f for p, f in static_files().items() if not p.startswith("js/pages/")]
    own = static_files()[f"js/pages/{page}.js"]
    assert sum(len(file.gzipped) for file in (*shared, own)) < 100_000


def _request(path: str, accept: str) -> Request:
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": b"",
        "headers": [(b"accept", accept.encode())],
    }
    return Request(scope)


def test_not_found_is_a_page_for_a_browser_and_not_for_a_program() -> None:
    assert wants_page(_request("/nowhere", "text/html,*/*"))
    assert not wants_page(_request("/nowhere", "application/json"))
    assert not wants_page(_request("/v1/stations/none", "text/html"))
    answer = not_found_page(_request("/<b>nowhere", "text/html"))
    assert answer.status_code == 404
    assert "&lt;b&gt;nowhere" in bytes(answer.body).decode()

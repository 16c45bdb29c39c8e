"""Whatever is asked, the answer is a good one or a problem with a reason; never our own mistake."""

from typing import Any, Final
from urllib.parse import quote

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api import schemas
from tests.api.small_county import Api
from tests.api.test_contract import application

ROUTES: Final = {
    path: list(route["get"].get("parameters", []))
    for path, route in application().openapi()["paths"].items()
    if path != "/v1/stream" and "get" in route
}
ODD: Final = [
    "", "0", "-1", "1e400", "9" * 40, "2026-06-01", "2026-06", "2018-06-01", "2100-12-31", "2000-01-01", "9999-12-31",
    "0001-01-01", "2026-06-01T00:00", "2026-06-01T00:00:00+08:00", "NaN", "null", "true", "day", "month", "csv", "ids",
    "en", "meter", "inverter", "weather", "900", "desc", "state", "st1", "电站", "ac_power_w", "quality,quality",
    "a,b", "\x00", "\ud7ff", "'; DROP TABLE stations; --", "%", "../../etc/passwd",
]  # fmt: skip
values = st.sampled_from(ODD) | st.text(max_size=12)
ids = st.sampled_from(["st1", "st6", "vl1", "hh000001", "hh000007", "x"]) | st.text(min_size=1, max_size=8)


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, dict[str, str]]:
    path = draw(st.sampled_from(sorted(ROUTES)))
    known = [p["name"] for p in ROUTES[path] if p["in"] == "query"]
    names = st.sampled_from([*known, "lang"]) | st.sampled_from(["x", ""])
    query = draw(st.dictionaries(names, values, max_size=4))
    for parameter in ROUTES[path]:
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", quote(draw(ids), safe=""))
    return path, query


def check(answer: httpx.Response, asked: Any) -> None:
    assert answer.status_code in {200, 404, 405, 422}, (asked, answer.text)
    if answer.status_code != 200:
        assert schemas.Problem(**answer.json()).detail


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=requests())
def test_any_parameters(api: Api, asked: tuple[str, dict[str, str]]) -> None:
    check(api.client.get(asked[0], params=asked[1]), asked)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.text(max_size=20),
    accept=st.text(st.characters(codec="latin-1", min_codepoint=32, exclude_categories=["Cc"]), max_size=20),
)
def test_any_path_and_language(api: Api, path: str, accept: str) -> None:
    headers = {b"Accept-Language": accept.strip().encode("latin-1")}
    answer = api.client.get(f"/v1/{quote(path, safe='/')}", headers=headers)
    check(answer, (path, accept))

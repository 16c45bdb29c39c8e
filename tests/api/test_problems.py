"""Every error is one shape, in the language that was asked for."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from api import schemas
from guangfu.storage.errors import Unavailable
from guangfu.storage.sql.database import open_database, upgrade
from guangfu.storage.telemetry_store import TelemetryStore
from tests.api.small_county import Api, serving


def problem(api: Api, status: int, path: str, **query: Any) -> schemas.Problem:
    answer = api.client.get(path, params=query)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found = schemas.Problem(**answer.json())
    assert (found.status, found.instance) == (status, path)
    assert found.type.startswith("urn:guangfu:problem:")
    return found


@pytest.mark.parametrize(
    "path",
    ["/v1/stations/st9", "/v1/stations/st9/readings", "/v1/stations/st9/power", "/v1/stations/st9/energy",
     "/v1/stations/st9/income", "/v1/villages/vl9", "/v1/villages/vl9/income", "/v1/villages/vl9/households",
     "/v1/households/hh9/income"],
)  # fmt: skip
def test_unknown_id_is_404_and_named(api: Api, path: str) -> None:
    assert path.split("/")[3] in problem(api, 404, path, lang="en").detail


def test_unknown_path_is_404(api: Api) -> None:
    assert problem(api, 404, "/v1/nothing", lang="en").detail == "There is nothing at /v1/nothing."


@pytest.mark.parametrize(
    "path, query",
    [
        ("/v1/stations", {"stat": "fault"}), ("/v1/fleet", {"day": "2026-06-01"}), ("/healthz", {"x": ""}),
        ("/v1/stations", {"state": "broken"}), ("/v1/stations", {"limit": "0"}), ("/v1/stations", {"limit": "1001"}),
        ("/v1/stations", {"offset": "-1"}), ("/v1/stations", {"sort": "price"}), ("/v1/stations", {"joint": "2"}),
        ("/v1/stations", {"state": ["fault", "night"]}), ("/v1/stations", {"lang": "fr"}),
        ("/v1/fleet/power", {"bucket_s": "7"}), ("/v1/fleet/power", {"day": "2026-02-30"}),
        ("/v1/fleet/power", {"day": "20260601"}), ("/v1/fleet/power", {"day": "1999-12-31"}),
        ("/v1/fleet/power", {"day": "２０２６-06-01"}),
        ("/v1/fleet/income", {"by": "year"}), ("/v1/fleet/income", {"start": "2026-06-02", "end": "2026-06-01"}),
        ("/v1/fleet/income", {"start": "2026-01-01", "by": "day"}), ("/v1/fleet/income", {"start": "now"}),
        ("/v1/stations/st1/readings", {"start": "2026-01-01"}), ("/v1/stations/st1/readings", {"end": "soon"}),
        ("/v1/stations/st1/readings", {"kind": "inverter", "start": "2026-05-20"}),
        ("/v1/stations/st1/readings", {"fields": "ac_power_w,price"}), ("/v1/stations/st1/readings", {"kind": "cow"}),
        ("/v1/stations/st1/readings", {"start": "2026-06-01T12:00", "end": "2026-06-01T11:00"}),
        ("/v1/villages/vl1/households", {"month": "2026-13"}), ("/v1/villages/vl1/households", {"month": "2026-6"}),
        ("/v1/dead-letters", {"reason": "bored"}),
    ],
)  # fmt: skip
def test_bad_parameters_are_422(api: Api, path: str, query: dict[str, Any]) -> None:
    answer = api.client.get(path, params=query)
    assert answer.status_code == 422, answer.text
    assert answer.json()["type"] == "urn:guangfu:problem:invalid-parameter"
    assert answer.json()["detail"]


def test_misspelt_filter_is_named_with_what_is_known(api: Api) -> None:
    detail = problem(api, 422, "/v1/stations", stat="fault", lang="en").detail
    assert detail.startswith("Unknown parameters: stat. Known: banner, joint, kind, lang,")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_read_only(api: Api, method: str) -> None:
    answer = api.client.request(method, "/v1/stations/st1")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET"
    assert answer.json()["title"] == "不支持该方法"


def test_language_of_an_error(api: Api) -> None:
    answers = [
        api.client.get("/v1/stations/st9", headers={"Accept-Language": tag}).json()["title"]
        for tag in ("en-GB", "zh-Hans-CN,zh;q=0.9", "fr", "de, en;q=0.4", "en;q=0, zh")
    ]
    assert answers == ["Not found", "没有找到", "没有找到", "Not found", "没有找到"]


def test_security_headers_are_on_every_answer(api: Api) -> None:
    for path in ("/v1/fleet", "/v1/nothing", "/v1/stations?x=1", "/metrics", "/"):
        headers = api.client.get(path).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "access-control-allow-origin" not in headers


def test_foreign_host_name_is_refused(api: Api) -> None:
    answer = api.client.get("/v1/fleet", headers={"Host": "evil.example"})
    assert answer.status_code == 421
    assert "GUANGFU_API_ALLOWED_HOSTS" in answer.json()["detail"]
    assert api.client.get("/healthz", headers={"Host": "localhost:8080"}).status_code == 200
    assert api.client.get("/healthz", headers={"Host": "[::1]:8080"}).status_code == 200


class Away:
    """A telemetry store whose cable is pulled."""

    def __getattr__(self, name: str) -> Any:
        def unplugged(*args: object, **options: object) -> None:
            raise Unavailable("DuckDB", "the cable is pulled")

        return unplugged


@pytest.fixture(scope="module")
def without_telemetry(county_sql: Engine) -> Iterator[Api]:
    store: Any = Away()
    with serving(store, county_sql) as running:
        yield running


def test_part_that_is_away_is_503_and_named(without_telemetry: Api) -> None:
    found = problem(without_telemetry, 503, "/v1/fleet", lang="en")
    assert found.detail == "DuckDB can't be reached; try again later."
    assert without_telemetry.client.get("/v1/fleet").headers["retry-after"] == "5"


def test_alive_but_not_ready(without_telemetry: Api) -> None:
    assert without_telemetry.get("/healthz") == {"status": "ok"}
    assert problem(without_telemetry, 503, "/readyz", lang="en").detail == "telemetry store: the cable is pulled"


def test_metrics_say_that_the_view_is_down(without_telemetry: Api) -> None:
    text = without_telemetry.client.get("/metrics").text
    assert "guangfu_api_view_up 0.0" in text
    assert "guangfu_stations{" not in text


def test_our_own_mistake_is_500_without_details(county_sql: Engine) -> None:
    store: Any = None
    with serving(store, county_sql) as broken:
        answer = broken.client.get("/v1/fleet", params={"lang": "en"})
    assert answer.status_code == 500
    assert answer.json()["detail"] == "Something went wrong; the log has the details."
    assert "NoneType" not in answer.text


def test_empty_registry_is_an_empty_fleet_but_not_ready(tmp_path: Path, county_store: TelemetryStore) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/empty.sqlite")
    upgrade(engine)
    with serving(county_store, engine) as empty:
        fleet = empty.get("/v1/fleet")
        assert (fleet["stations"]["total"], fleet["power_w"], fleet["energy_today_wh"]) == (0, None, None)
        assert empty.get("/v1/fleet/power")["points"] == []
        assert empty.get("/v1/fleet/income")["items"][0]["income"]["gross_fen"] is None
        assert problem(empty, 503, "/readyz", lang="en").detail == "the registry is empty: import stations first"
    engine.dispose()

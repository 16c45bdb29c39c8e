"""The live stream, read from a real server."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine

from guangfu.clock import to_ms
from guangfu.stations.models import DeviceKind
from guangfu.storage.opening import StorageSettings, open_telemetry_store
from guangfu.storage.telemetry_store import Point, TelemetryStore
from guangfu.telemetry.reading import Reading
from tests.api.small_county import NOON, Api, points, serving


def events(answer: httpx.Response) -> Iterator[tuple[str, Any]]:
    name = ""
    for line in answer.iter_lines():
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        if line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


@pytest.fixture
def own_store(tmp_path: Path) -> Iterator[TelemetryStore]:
    store = open_telemetry_store(StorageSettings(telemetry_url=f"duckdb:///{tmp_path}/own.duckdb"))
    store.write(points())
    yield store
    store.close()


def test_stream_begins_with_everything(api: Api) -> None:
    with api.client.stream("GET", "/v1/stream") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        told = events(answer)
        name, fleet = next(told)
        assert (name, fleet["power_w"]) == ("fleet", 12_150_000)
        name, stations = next(told)
        assert name == "stations"
        assert min(stations) == ["st1", "producing", 12_000_000]
        assert len(stations) == 5


def test_fleet_event_is_what_the_fleet_route_answers(api: Api) -> None:
    with api.client.stream("GET", "/v1/stream?lang=en") as answer:
        _, fleet = next(events(answer))
    assert fleet == api.get("/v1/fleet", lang="en")


def test_stream_then_tells_only_what_changed(own_store: TelemetryStore, county_sql: Engine) -> None:
    with serving(own_store, county_sql) as api, api.client.stream("GET", "/v1/stream") as answer:
        told = events(answer)
        next(told), next(told)
        reading = Reading(at_ms=to_ms(NOON - timedelta(seconds=30)), device="meter-1", ac_power_w=160_000.0)
        own_store.write([Point("st2", DeviceKind.METER, reading)])
        changed = next(data for name, data in told if name == "stations")
    assert changed == [["st2", "fault", 160_000]]


def test_stream_goes_on_when_a_part_is_away(tmp_path: Path, county_sql: Engine) -> None:
    store = open_telemetry_store(StorageSettings(telemetry_url=f"duckdb:///{tmp_path}/own.duckdb"))
    with serving(store, county_sql, lang="en") as api, api.client.stream("GET", "/v1/stream") as answer:
        told = events(answer)
        assert next(told)[0] == "fleet"
        store.close()
        problem = next(data for name, data in told if name == "problem")
    assert "can't be reached" in problem["detail"]


def test_no_more_streams_than_there_are_places(county_store: TelemetryStore, county_sql: Engine) -> None:
    with serving(county_store, county_sql, max_streams=1) as api:
        with api.client.stream("GET", "/v1/stream") as first:
            told = events(first)  # whose end would hang up
            next(told)
            with api.client.stream("GET", "/v1/stream") as refused:
                assert refused.status_code == 503
                assert json.loads(refused.read())["type"] == "urn:guangfu:problem:too-many-streams"
        wait_for_place(api)


def wait_for_place(api: Api) -> None:
    """The place of a client that left is free again, as soon as the server notices."""
    for _ in range(200):
        with api.client.stream("GET", "/v1/stream") as answer:
            if answer.status_code == 200:
                return
    pytest.fail("the place was never freed")


def test_server_ends_while_somebody_listens(county_store: TelemetryStore, county_sql: Engine) -> None:
    """`serving` waits for the server's thread after the block."""
    with serving(county_store, county_sql) as api:
        client = httpx.Client(base_url=api.client.base_url, timeout=30)
        answer = client.send(client.build_request("GET", "/v1/stream"), stream=True)
        told = events(answer)
        next(told)
    answer.close()
    client.close()

"""Dead letters, how ingest does, metrics, health."""

import base64
import json
from dataclasses import replace
from datetime import timedelta

from prometheus_client import CollectorRegistry, Counter
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine

from guangfu.storage.sql.inbox import read_asked
from guangfu.storage.sql.operations import IngestHealth, write_ingest_health
from guangfu.storage.telemetry_store import TelemetryStore
from tests.api.small_county import NOON, Api, serving


def test_dead_letters_are_counted_and_listed_in_order(api: Api) -> None:
    letters = api.get("/v1/dead-letters")
    assert letters["waiting"] == {"not_json": 1, "unknown_station": 2}
    assert [letter["reason"] for letter in letters["items"]] == ["not_json", "unknown_station", "unknown_station"]
    assert letters["items"][0]["payload"] == "{\ufffd"


def test_long_payload_is_cut_and_its_length_told(api: Api) -> None:
    letter = api.get("/v1/dead-letters")["items"][2]
    assert (len(letter["payload"]), letter["payload_bytes"]) == (2000, 5000)


def test_dead_letters_by_reason_and_page(api: Api) -> None:
    first = api.get("/v1/dead-letters", reason="unknown_station", limit=1)["items"]
    second = api.get("/v1/dead-letters", reason="unknown_station", limit=1, after_id=first[0]["id"])["items"]
    assert first[0]["id"] < second[0]["id"]
    assert api.get("/v1/dead-letters", station="st1", waiting="false")["items"][0]["topic"] == "pv/1/st1/telemetry"


def test_one_letter_is_shown_whole(api: Api) -> None:
    number = api.get("/v1/dead-letters")["items"][2]["id"]
    letter = api.get(f"/v1/dead-letters/{number}")
    assert (len(letter["payload"]), letter["payload_base64"], letter["replay_asked_at"]) == (5000, None, None)
    noise = api.get(f"/v1/dead-letters/{api.get('/v1/dead-letters')['items'][0]['id']}")
    assert base64.b64decode(noise["payload_base64"]).startswith(b"{")
    assert api.client.get("/v1/dead-letters/999999").status_code == 404


def test_letters_are_exported_whole_as_json_lines(api: Api) -> None:
    answer = api.client.get("/v1/dead-letters/export", params={"reason": "unknown_station"})
    letters = [json.loads(line) for line in answer.text.splitlines()]
    assert [letter["reason"] for letter in letters] == ["unknown_station"] * 2
    assert len(letters[1]["payload"]) == 5000
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    everything = api.client.get("/v1/dead-letters/export", params={"waiting": "false"}).text.splitlines()
    assert len(everything) == 3


TOKEN = "a token that is long enough"


def test_a_replay_needs_the_token_and_is_asked_of_ingest_once(county_sql: Engine, county_store: TelemetryStore) -> None:
    with serving(county_store, county_sql, write_token=TOKEN) as api:
        number = api.get("/v1/dead-letters")["items"][1]["id"]
        path = f"/v1/dead-letters/{number}/replay"
        for wrong in ({}, {"Authorization": "Bearer x"}, {"Authorization": TOKEN}, {"Authorization": "Bearer ä"}):
            answer = api.client.post(path, headers=[(k.encode(), v.encode()) for k, v in wrong.items()])
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        right = {"Authorization": f"Bearer {TOKEN}"}
        assert api.client.post(path, headers=right).json() == {"asked": 1}
        again = api.client.post(path, headers=right)
        assert (again.status_code, again.json()) == (202, {"asked": 0})
        assert api.client.post("/v1/dead-letters/999999/replay", headers=right).status_code == 404
        assert api.get(f"/v1/dead-letters/{number}")["replay_asked_at"] == NOON.isoformat().replace("+00:00", "Z")
        with county_sql.connect() as db:
            assert [letter.id for letter in read_asked(db, limit=10)] == [number]


def test_without_a_token_in_the_settings_nobody_may_replay(api: Api) -> None:
    number = api.get("/v1/dead-letters")["items"][0]["id"]
    answer = api.client.post(f"/v1/dead-letters/{number}/replay", headers={"Authorization": "Bearer x"})
    assert (answer.status_code, "GUANGFU_API_WRITE_TOKEN" in answer.json()["detail"]) == (403, True)


def test_ingest_says_how_each_worker_does_and_which_stations_nobody_knows(
    county_sql: Engine, county_store: TelemetryStore
) -> None:
    worker = IngestHealth(
        worker=0, at=NOON, started_at=NOON, received=9, stored=8, dead_letters=1, store_failures=2, sql_failures=0,
        spool_messages=7, spool_bytes=700, spool_oldest_s=60.0, outbox_rows=1, set_aside=0, disk_free_bytes=5_000,
        connected=True, paused=True,
    )  # fmt: skip
    with county_sql.begin() as db:
        for each in (replace(worker, at=NOON - timedelta(minutes=1)), worker, replace(worker, worker=1)):
            write_ingest_health(db, each)
    with serving(county_store, county_sql) as api:
        found = api.get("/v1/ingest")
    assert [(w["worker"], w["spool_messages"], w["paused"]) for w in found["workers"]] == [(0, 7, True), (1, 7, True)]
    assert (found["workers"][0]["spool_oldest_s"], found["workers"][0]["disk_free_bytes"]) == (60.0, 5000)
    assert sum(found["unknown_stations"].values()) == 2


def samples(text: str) -> dict[str, float]:
    return {
        sample.name + "".join(f"/{value}" for _, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_metrics(api: Api) -> None:
    answer = api.client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    found = samples(answer.text)
    assert found["guangfu_stations/centralized/producing"] == 1
    assert found["guangfu_stations/village/curtailed"] == 0
    assert sum(value for name, value in found.items() if name.startswith("guangfu_stations/")) == 5
    assert found["guangfu_power_watts"] == 12_150_000
    assert found["guangfu_income_today_estimated_fen"] == 2_545_000
    assert found["guangfu_accounted_timestamp_seconds"] == NOON.timestamp()
    assert found["guangfu_dead_letters/unknown_station"] == 2
    assert found["guangfu_api_view_up"] == 1


def test_metrics_of_other_programs_are_there_too(county_sql: Engine, county_store: TelemetryStore) -> None:
    ingest = CollectorRegistry()
    Counter("guangfu_ingest_messages", "Messages taken", registry=ingest).inc(7)
    with serving(county_store, county_sql, registries=[ingest]) as api:
        assert samples(api.client.get("/metrics").text)["guangfu_ingest_messages_total"] == 7


def test_health(api: Api) -> None:
    assert api.get("/healthz") == {"status": "ok"}
    assert api.get("/readyz") == {"status": "ok"}

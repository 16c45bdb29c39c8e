"""Dead letters, metrics, health."""

from prometheus_client import CollectorRegistry, Counter
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine

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

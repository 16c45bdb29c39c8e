"""The demo's broker where Mosquitto is missing: amqtt, MQTT 3.1.1.

amqtt keeps nothing for an anonymous client that is away, so here ingest is connected before anything is
published, as in the demo.
"""

from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import Engine

from guangfu.demo.broker import amqtt
from guangfu.storage.duckdb_store import DuckDBStore
from tests.ingest.conftest import settings_for
from tests.ingest.world import NOON_MS, STATIONS, Publisher, eventually, meter, running_ingest, stored, telemetry
from tests.services.running import free_port


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_over_amqtt_every_message_is_stored_also_after_connecting_again(tmp_path: Path, engine: Engine) -> None:
    port = free_port()
    settings = settings_for(port, tmp_path, mqtt_version="3.1.1")
    store = DuckDBStore(tmp_path / "telemetry.duckdb")
    with amqtt(tmp_path / "amqtt", "127.0.0.1", port):
        publisher = Publisher(port, version="3.1.1")
        for start in (0, 300):
            metrics = CollectorRegistry()
            with running_ingest(settings, store, engine, metrics=metrics):
                eventually(lambda m=metrics: m.get_sample_value("guangfu_ingest_connected") == 1)  # type: ignore[misc]
                publisher.publish(*(telemetry(STATIONS[i % 4], meter(NOON_MS - i)) for i in range(start, start + 300)))
                eventually(lambda s=start: len(stored(store)) == s + 300)  # type: ignore[misc]
        publisher.close()
    store.close()

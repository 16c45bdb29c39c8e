"""A seeded part of `make soak`: some thousands of payloads, nearly good and noise."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from guangfu.storage.telemetry_store import TelemetryStore
from tests.ingest.conftest import broker, engine, settings_for, store
from tests.services.running import Service
from tests.soak.fuzz import Plan, fuzz, write_mappings
from tests.soak.payloads import Fuzzer, drawn

__all__ = ["broker", "engine", "store"]


def test_the_same_seed_gives_the_same_messages() -> None:
    assert drawn(20, 5) == drawn(20, 5) != drawn(20, 6)
    one, again = ([*Fuzzer(7, 0).messages(200)] for _ in range(2))
    assert one == again != [*Fuzzer(8, 0).messages(200)]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_every_payload_is_stored_or_a_dead_letter(
    broker: Service, store: TelemetryStore, engine: Engine, tmp_path: Path
) -> None:
    settings = settings_for(broker.port, tmp_path, mappings=[write_mappings(tmp_path / "mappings")])
    said = fuzz(Plan(4000, seed=20_180_601), settings, store, engine)
    assert said.startswith("4,000 messages: ")

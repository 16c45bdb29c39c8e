"""A seeded part of `make soak`: a few moments at which parts are killed under load."""

from pathlib import Path

from tests.services.running import Service
from tests.soak.kills import Plan, kill_at_random


def test_what_is_acknowledged_is_stored_exactly_once_whatever_was_killed(
    mosquitto: Service, influxdb: Service, tmp_path: Path
) -> None:
    del mosquitto, influxdb  # only to be skipped where one is missing
    said = kill_at_random(Plan(moments=3, rate=300, seed=5), tmp_path)
    assert "each stored exactly once" in said

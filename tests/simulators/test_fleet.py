"""A fleet at a real broker, heard by a subscriber that shares no code with it."""

import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from guangfu.clock import ManualClock, SystemClock, day_start
from guangfu.stations.models import Registry
from simulators.fleet import run
from simulators.publisher import BrokerUnreachable
from simulators.settings import Protocol, Settings
from tests.services.running import Service, free_port
from tests.simulators.conftest import listening, wait_until

DAY = datetime(2026, 6, 1, tzinfo=UTC).date()
START, END = day_start(DAY), day_start(DAY + timedelta(days=1))


def settings_for(broker: Service, **given: Any) -> Settings:
    return Settings.load(mqtt_host=broker.host, mqtt_port=broker.port, patience_s=5, **given)


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize("version", list(Protocol))
def test_one_day_of_the_whole_fleet(mosquitto: Service, registry: Registry, tmp_path: Path, version: Protocol) -> None:
    truth = tmp_path / "truth.jsonl"
    settings = settings_for(mosquitto, start_at=START, end_at=END, truth_file=truth, mqtt_version=version)
    with listening(mosquitto) as heard:
        sent = run(settings, registry, ManualClock(END), threading.Event())
        wait_until(lambda: len(heard.telemetry) == 786)
    assert sent == {"messages": 786, "readings": 786 * 97, "acknowledged": 786, "rejected": 0}
    midnights = {START.timestamp() * 1000, END.timestamp() * 1000}
    for row in rows_of(truth)[:-1]:
        readings = heard.readings(row["station"], row["meter"])
        assert len(readings) == 97
        assert {readings[0]["at"], readings[-1]["at"]} == midnights
        shown_wh = readings[-1]["energy_export_total_wh"] - readings[0]["energy_export_total_wh"]
        assert shown_wh == row["register_end_wh"] - row["register_start_wh"]
        assert abs(shown_wh * row["factor"] - row["energy_wh"]) <= row["factor"]
        assert row["gross_fen"] == pytest.approx(row["energy_wh"] / 1000 * row["price_yuan_per_kwh"] * 100)
    assert rows_of(truth)[-1] == {"total": sent}


def test_nobody_listens_there(registry: Registry) -> None:
    settings = Settings.load(mqtt_port=free_port(), patience_s=0.3, stations=2)
    with pytest.raises(BrokerUnreachable, match="refused"):
        run(settings, registry, SystemClock(), threading.Event())

"""A day of the whole fleet, 786 stations, through Mosquitto into InfluxDB, to the fleet's income.

The simulator is a process of its own, as in life, and writes down what was true.
"""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from guangfu.clock import day_start, to_ms
from guangfu.stations.models import DeviceKind
from guangfu.stations.synthetic import synthetic_registry
from tests.end_to_end.whole import Whole, daily_energy, daily_gross_fen, running_whole, wait_until
from tests.services.running import Postgres, Service
from tests.storage.stores import influxdb_place

DAY = date(2026, 6, 3)
STEP_MS = 15 * 60_000


def simulate_day(broker: Service, truth: Path) -> None:
    start, end = day_start(DAY), day_start(DAY + timedelta(days=1))
    command = [
        sys.executable, "-m", "guangfu", "simulate", "fleet", "--mqtt-port", str(broker.port), "--step", "15",
        "--start-at", start.isoformat(), "--end-at", end.isoformat(), "--truth", str(truth),
    ]  # fmt: skip
    subprocess.run(command, check=True, timeout=300, capture_output=True)


@pytest.fixture(scope="module")
def day(
    mosquitto: Service, influxdb: Service, postgres: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Whole, list[dict[str, Any]]]]:
    folder = tmp_path_factory.mktemp("fleet-day")
    place = influxdb_place(influxdb)
    store = place.open()
    now = day_start(DAY + timedelta(days=1)) + timedelta(minutes=10)
    registry = synthetic_registry()
    with running_whole(mosquitto, store, postgres.new_database(), registry, folder, now) as whole:
        simulate_day(mosquitto, folder / "truth.jsonl")
        rows = [json.loads(line) for line in (folder / "truth.jsonl").read_text().splitlines()]
        wait_until(lambda: whole.marked(DAY) >= len(registry.stations), "ingest told SQL of every station")
        wait_until(lambda: len(meter_readings(whole)) >= len(registry.stations) * 97, "every reading is stored")
        whole.account()
        yield whole, [row for row in rows if row.get("day") == DAY.isoformat()]
    place.close()


def meter_readings(whole: Whole) -> Counter[tuple[str, int]]:
    table = whole.store.read(
        DeviceKind.METER, ["energy_export_total_wh"], start_at=day_start(DAY), end_at=day_start(DAY + timedelta(days=1))
    )
    return Counter(zip(table.station.tolist(), table.at_ms.tolist(), strict=True))


def test_every_reading_is_found_once(day: tuple[Whole, list[dict[str, Any]]]) -> None:
    whole, _ = day
    start_ms = to_ms(day_start(DAY))
    wanted = {(station, start_ms + i * STEP_MS) for station in whole.registry.stations for i in range(97)}
    found = meter_readings(whole)
    assert set(found) == wanted
    assert set(found.values()) == {1}
    assert whole.count("dead_letters") == 0


def test_each_stations_energy_is_the_truth_within_its_register_step(day: tuple[Whole, list[dict[str, Any]]]) -> None:
    whole, truth = day
    energy = daily_energy(whole.engine, DAY)
    assert len(truth) == len(energy) == 786
    for row in truth:
        computed = energy[row["station"]]
        assert computed is not None
        assert abs(computed - row["energy_wh"]) <= row["factor"], row


def test_the_fleets_income_is_the_truth_within_the_counters_resolution(
    day: tuple[Whole, list[dict[str, Any]]],
) -> None:
    """One register step is `factor` Wh; a station's amount is rounded once to a fen."""
    whole, truth = day
    gross = daily_gross_fen(whole.engine, DAY)
    resolution_fen = sum(row["factor"] * float(row["price_yuan_per_kwh"]) / 10 + 0.5 for row in truth)
    assert abs(sum(gross.values()) - sum(float(row["gross_fen"]) for row in truth)) <= resolution_fen
    for row in truth:
        step_fen = row["factor"] * float(row["price_yuan_per_kwh"]) / 10 + 0.5
        assert abs(gross[row["station"]] - float(row["gross_fen"])) <= step_fen + 1e-6, row


def test_accounting_again_changes_nothing(day: tuple[Whole, list[dict[str, Any]]]) -> None:
    whole, _ = day
    before = daily_gross_fen(whole.engine, DAY)
    whole.account()
    assert daily_gross_fen(whole.engine, DAY) == before

"""InfluxDB is away for a day, and disks fill up: a small disk in memory stands for a large one."""

import shutil
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import Engine

from guangfu.clock import ManualClock, to_ms
from guangfu.storage.telemetry_store import TelemetryStore
from ingest.settings import MIB
from tests.ingest.conftest import settings_for
from tests.ingest.world import (
    NOON,
    NOON_MS,
    STATIONS,
    Publisher,
    eventually,
    make_session,
    meter,
    running_ingest,
    stored_keys,
    telemetry,
)
from tests.services.running import Service, running_influxdb
from tests.storage.stores import influxdb_place

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
DISK_MIB = 160
PADDING = b" " * 40_000
Key = tuple[str, int, int]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own of `DISK_MIB`."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "tmpfs", str(folder)]
    made = subprocess.run(mount, capture_output=True, text=True, check=False)
    if made.returncode:
        pytest.skip(f"a small disk can't be mounted here: {made.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fat_messages(count: int, start: int, at_ms: int) -> tuple[list[tuple[str, bytes]], list[Key]]:
    """Messages of 40 kB with one reading each, a second apart, and their keys in the store."""
    keys = [(STATIONS[i % 4], at_ms - (count - i) * 1000, start + i) for i in range(count)]
    sent = [telemetry(name, meter(at, total_wh=n), seq=n) for name, at, n in keys]
    return [(topic, payload + PADDING) for topic, payload in sent], keys


def test_a_day_without_influxdb_fills_the_spool_then_the_broker_and_all_is_stored_once_afterwards(
    broker: Service,
    publisher: Publisher,
    influxdb: Service,
    engine: Engine,
    small_disk: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A day of the clock, and more bytes than the disk may take; no crash, and no message is forgotten."""
    del influxdb  # that it is installed
    monkeypatch.setattr("ingest.receiver._ROOM_CHECK_S", 0.02)  # a small disk is full so much sooner
    settings = settings_for(broker.port, small_disk, min_disk_free_percent=40, min_disk_free_mib=0)
    make_session(settings)
    metrics, clock = CollectorRegistry(), ManualClock(NOON)
    keys: list[Key] = []

    def shown(name: str) -> float:
        return metrics.get_sample_value(f"guangfu_ingest_{name}") or 0

    (tmp_path / "influxdb").mkdir()
    with running_influxdb(tmp_path / "influxdb") as own:
        place = influxdb_place(own)
        store = place.open()
        with running_ingest(settings, store, engine, clock, metrics):
            eventually(lambda: shown("connected") == 1)
            own.kill()
            waited = [0.0]

            def taken() -> bool:
                return shown("spool_messages") == len(keys) or shown("paused") == 1

            for hour in range(24):
                batch, some = fat_messages(120, hour * 120, to_ms(clock.now()))
                keys += some
                publisher.publish(*batch)
                eventually(taken)
                clock.advance(timedelta(hours=1))
                waited.append(shown("spool_oldest_age_seconds"))
                assert shown("spool_disk_free_bytes") > DISK_MIB * MIB / 10, "the broker is told in time"
            assert waited == [hour * 3600.0 for hour in range(25)]
            assert shown("paused") == 1
            assert 0 < shown("spool_messages") < len(keys), "the broker holds the rest"
            assert shown("store_failures_total") > 0
            own.start()
            eventually(lambda: shown("messages_received_total") == len(keys), 120)
            eventually(lambda: shown("spool_messages") == shown("paused") == 0)
        assert stored_keys(store) == sorted(keys)
        place.close()


def test_a_disk_that_others_fill_to_the_last_byte_stops_nothing_for_good(
    broker: Service, publisher: Publisher, store: TelemetryStore, engine: Engine, small_disk: Path
) -> None:
    settings = settings_for(broker.port, small_disk, min_disk_free_percent=0, min_disk_free_mib=0)
    make_session(settings)
    metrics = CollectorRegistry()
    with running_ingest(settings, store, engine, metrics=metrics):
        batch, keys = fat_messages(100, 0, NOON_MS)
        publisher.publish(*batch)
        eventually(lambda: len(stored_keys(store)) == 100)
        filler = small_disk / "filler"
        fill(filler)
        assert shutil.disk_usage(small_disk).free < 1 * MIB
        more, rest = fat_messages(200, 100, NOON_MS + 1)
        publisher.publish(*more)
        eventually(lambda: metrics.get_sample_value("guangfu_ingest_paused") == 1 or len(stored_keys(store)) == 300)
        filler.unlink()
        eventually(lambda: stored_keys(store) == sorted([*keys, *rest]))


def fill(path: Path) -> None:
    """Writes until the disk takes no more."""
    with path.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            return

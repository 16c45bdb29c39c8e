"""What the store refuses becomes a dead letter; what it has no time for is tried again."""

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import Engine

from guangfu.clock import ManualClock
from guangfu.storage.errors import Refused, Unavailable
from guangfu.storage.opening import open_telemetry_store
from guangfu.storage.spool import Frame, Spool
from guangfu.storage.sql.inbox import read_dead_letters
from guangfu.storage.telemetry_store import Point, RefusedPoint, TelemetryStore
from guangfu.telemetry.decode import decode
from guangfu.telemetry.reading import Quality
from ingest.counters import Counters
from ingest.directory import CurrentDirectory, Directory
from ingest.forwarder import Forwarder, write_or_halve
from ingest.owed import Owed, merged
from ingest.settings import Settings
from tests.ingest.world import (
    NOON,
    NOON_MS,
    Publisher,
    eventually,
    make_session,
    meter,
    registry_of,
    running_ingest,
    stored_keys,
    telemetry,
)
from tests.services.running import Service
from tests.storage.stores import influxdb_place, write_influxdb

DIRECTORY = Directory.of(registry_of())


class PickyStore:
    """A store in memory: away for a while, then refuses what has an odd counter, as `how` says."""

    def __init__(self, how: str, away: int = 0) -> None:
        self._how, self._away = how, away
        self.points: list[Point] = []
        self.largest_write = 0

    def write(self, points: Sequence[Point]) -> list[RefusedPoint]:
        if self._away:
            self._away -= 1
            raise Unavailable("store", "restarting")
        self.largest_write = max(self.largest_write, len(points))
        odd = [p for p in points if (p.reading.energy_export_total_wh or 0) % 2]
        if odd and self._how == "whole":
            raise Refused("store", "odd")
        self.points += [p for p in points if p not in odd]
        return [RefusedPoint(p, "odd") for p in odd]


def forwarded(folder: Path, store: PickyStore, groups: list[list[Frame]], **more: int) -> Owed:
    """What SQL is owed after the groups went through the forwarder."""
    settings = Settings(spool_path=folder / "spool", **more)  # type: ignore[arg-type]
    spool = Spool(settings.spool_file)
    counters = Counters(CollectorRegistry(), spool, ManualClock(NOON))
    parts = (settings, spool, store, CurrentDirectory(DIRECTORY), ManualClock(NOON), counters)
    forwarder = Forwarder(*parts)  # type: ignore[arg-type]
    for group in groups:
        spool.append(group)
    while spool.depth().messages:
        forwarder.forward(DIRECTORY, threading.Event())
    owed = merged(row.body for row in spool.read_outbox(1000))
    spool.close()
    return owed


def frames(count: int, start: int = 0) -> list[Frame]:
    return [Frame(NOON_MS, *telemetry("s-0", meter(NOON_MS - i, total_wh=i))) for i in range(start, start + count)]


@pytest.mark.parametrize("how", ["singly", "whole"])
def test_only_the_refused_points_become_dead_letters_and_the_others_are_stored(how: str, tmp_path: Path) -> None:
    store = PickyStore(how)
    owed = forwarded(tmp_path, store, [frames(10), frames(10, start=10)])
    assert sorted(p.reading.energy_export_total_wh or 0 for p in store.points) == [*range(0, 20, 2)]
    assert len(owed.letters) == len({letter.origin for letter in owed.letters}) == 10
    for letter in owed.letters:
        assert (letter.reason, letter.detail, letter.station) == ("store_refused", "odd", "s-0")
        (reading,) = decode(letter.topic, letter.payload).readings
        assert reading.energy_export_total_wh in range(1, 20, 2)


def test_what_is_not_likely_is_stored_with_its_mark_and_counted(tmp_path: Path) -> None:
    """The second of two batches is compared with the first."""
    spool, store, metrics = Spool(tmp_path / "spool"), PickyStore("singly"), CollectorRegistry()
    parts = (CurrentDirectory(DIRECTORY), ManualClock(NOON), Counters(metrics, spool, ManualClock(NOON)))
    forwarder = Forwarder(Settings(spool_path=tmp_path / "spool"), spool, store, *parts)  # type: ignore[arg-type]
    for at_ms, power_w, total_wh in ((NOON_MS, 1.0, 5000), (NOON_MS + 1, 400_000.0, 4000)):
        spool.append([Frame(NOON_MS, *telemetry("s-0", meter(at_ms, power_w, total_wh)))])
        forwarder.forward(DIRECTORY, threading.Event())
    spool.close()
    assert [point.quality for point in store.points] == [0, Quality.SUSPECT_POWER | Quality.SUSPECT_COUNTER]
    for mark in ("power", "counter"):
        assert metrics.get_sample_value("guangfu_ingest_readings_suspect_total", {"mark": mark}) == 1


def test_the_origin_of_a_letter_is_the_same_when_its_group_is_read_again(tmp_path: Path) -> None:
    settings = Settings(spool_path=tmp_path / "spool")
    bad = [Frame(NOON_MS, "pv/1/s-0/telemetry", b"garbage"), *frames(2)]
    spool = Spool(settings.spool_file)
    spool.append(bad)

    class Crashing(Spool):
        """Forgets the cursor, as a crash between the store's write and the spool's would."""

        def advance(self, cursor: int, outbox: Sequence[bytes]) -> None:
            super().advance(0, outbox)

    spool.close()
    crashing = Crashing(settings.spool_file)
    counters = Counters(CollectorRegistry(), crashing, ManualClock(NOON))
    store = PickyStore("singly")
    forwarder = Forwarder(settings, crashing, store, CurrentDirectory(DIRECTORY), ManualClock(NOON), counters)  # type: ignore[arg-type]
    for _ in range(2):
        forwarder.forward(DIRECTORY, threading.Event())
    first, again = ([x.origin for x in merged([row.body]).letters] for row in crashing.read_outbox(2))
    assert first == again
    assert len(first) == len(set(first)) == 2
    crashing.close()


class BreakingStore(PickyStore):
    """Breaks at one of its writes; the others go on, the one beside it too."""

    def __init__(self, breaks_at_wh: int) -> None:
        super().__init__("singly")
        self._breaks_at_wh = breaks_at_wh

    def write(self, points: Sequence[Point]) -> list[RefusedPoint]:
        if any(point.reading.energy_export_total_wh == self._breaks_at_wh for point in points):
            raise RuntimeError("broken")
        return super().write(points)


def test_the_cursor_never_passes_a_batch_whose_write_broke(tmp_path: Path) -> None:
    """The batch after it is written beside it, and is written again at the next start."""
    settings = Settings(spool_path=tmp_path / "spool", batch_points=1)
    spool, store = Spool(settings.spool_file), BreakingStore(breaks_at_wh=2)
    counters = Counters(CollectorRegistry(), spool, ManualClock(NOON))
    forwarder = Forwarder(settings, spool, store, CurrentDirectory(DIRECTORY), ManualClock(NOON), counters)  # type: ignore[arg-type]
    groups = [spool.append(frames(1, start=total_wh)) for total_wh in (0, 2, 4, 6)]
    with pytest.raises(RuntimeError, match="broken"):
        forwarder.run(threading.Event())
    assert spool.cursor == groups[0]
    assert spool.depth().messages == 3
    spool.close()


def test_while_the_store_is_away_points_are_tried_again(tmp_path: Path) -> None:
    store = PickyStore("singly", away=2)
    assert forwarded(tmp_path, store, [[*frames(1)]]).letters == []
    assert len(store.points) == 1


def test_a_write_never_holds_more_points_than_the_setting_says(tmp_path: Path) -> None:
    store = PickyStore("singly")
    many = [Frame(NOON_MS, *telemetry("s-0", *(meter(NOON_MS - i, total_wh=2 * i) for i in range(96))))] * 20
    forwarded(tmp_path, store, [many, many], batch_points=500)
    assert store.largest_write == 500
    assert len(store.points) == 2 * 20 * 96


def test_halving_finds_every_bad_point() -> None:
    points = [Point("s-0", DIRECTORY.rules_of["s-0"]["meter"].kind, meter(NOON_MS, total_wh=i)) for i in range(9)]
    store = PickyStore("whole")
    refused = write_or_halve(store, points)  # type: ignore[arg-type]
    assert [r.point.reading.energy_export_total_wh for r in refused] == [1, 3, 5, 7]
    assert len(store.points) == 5


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_point_that_influxdb_refuses_is_a_dead_letter_with_its_words(
    settings: Settings, publisher: Publisher, influxdb: Service, engine: Engine
) -> None:
    place = influxdb_place(influxdb)
    database = place.settings.influx_bucket.split("/")[0]
    write_influxdb(influxdb, database, f'pv_weather,station=x,device=y ghi_w_m2="text" {NOON_MS}')
    store: TelemetryStore = open_telemetry_store(place.settings)
    make_session(settings)
    bad = meter(NOON_MS, device="weather")
    bad.ac_power_w = bad.energy_export_total_wh = None
    bad.ghi_w_m2 = 5.0
    publisher.publish(telemetry("s-0", meter(NOON_MS), bad, meter(NOON_MS - 1)))
    with running_ingest(settings, store, engine):
        eventually(lambda: len(stored_keys(store)) == 2)
        eventually(lambda: letters(engine))
    ((reason, detail),) = letters(engine)
    assert reason == "store_refused"
    assert "conflict" in detail
    store.close()


def letters(engine: Engine) -> list[tuple[str, str]]:
    with engine.connect() as db:
        return [(letter.reason, letter.detail) for letter in read_dead_letters(db)]

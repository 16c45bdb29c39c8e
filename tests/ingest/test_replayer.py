"""Dead letters come again as if they had come then: when somebody asks, or their station was registered."""

from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import Engine

from guangfu.clock import ManualClock, from_ms, to_ms
from guangfu.stations.models import Device, DeviceKind
from guangfu.storage.errors import Unavailable
from guangfu.storage.spool import Spool
from guangfu.storage.sql.inbox import (
    DeadLetter,
    ask_replay,
    count_by_station,
    count_dead_letters,
    keep_dead_letters,
    read_asked,
    read_dead_letters,
    read_seen,
)
from guangfu.storage.sql.registry import write_registry
from guangfu.storage.telemetry_store import TelemetryStore
from ingest.counters import Counters
from ingest.directory import CurrentDirectory
from ingest.replayer import Replayer
from ingest.settings import Settings
from tests.ingest.world import (
    NOON,
    NOON_MS,
    STATIONS,
    Publisher,
    eventually,
    make_session,
    meter,
    register,
    registry_of,
    running_ingest,
    stored,
    stored_keys,
    telemetry,
)

LATER_MS = NOON_MS + 3 * 24 * 3_600_000


def counted(engine: Engine) -> dict[str, int]:
    with engine.connect() as db:
        return count_dead_letters(db)


def keep(engine: Engine, *letters: tuple[str, str, bytes], reason: str = "not_json") -> None:
    """Letters of three days ago: origin, topic, payload."""
    with engine.begin() as db:
        keep_dead_letters(
            db, [DeadLetter(origin, reason, "", topic, body, "s-0", NOON) for origin, topic, body in letters]
        )


def test_a_station_that_is_registered_gets_back_all_that_came_before_without_a_restart(
    settings: Settings, publisher: Publisher, store: TelemetryStore, engine: Engine
) -> None:
    clock = ManualClock(NOON)
    make_session(settings)
    with running_ingest(settings, store, engine, clock):
        batch = [telemetry("s-new", meter(NOON_MS - i * 1000, total_wh=i), seq=i) for i in range(250)]
        publisher.publish(*batch, telemetry("s-other", meter(NOON_MS)), telemetry("s-0", meter(NOON_MS, total_wh=9)))
        eventually(lambda: counted(engine) == {"unknown_station": 251})
        with engine.connect() as db:
            assert count_by_station(db, "unknown_station") == {"s-new": 250, "s-other": 1}
        clock.advance(from_ms(LATER_MS) - NOON)
        register(engine, [*STATIONS, "s-new"])
        eventually(lambda: counted(engine) == {"unknown_station": 1})
        eventually(lambda: len(stored_keys(store)) == 251)
        eventually(lambda: "s-new" in seen(engine))
    assert stored_keys(store) == sorted([("s-0", NOON_MS, 9), *(("s-new", NOON_MS - i * 1000, i) for i in range(250))])
    # As if they had come then: those of the last ten minutes are not called backfilled, though days have passed.
    assert set(stored(store, column="quality").columns["quality"].tolist()) == {0}
    assert seen(engine)["s-new"] == NOON_MS


def test_a_device_that_is_registered_gets_back_all_its_readings_without_a_restart(
    settings: Settings, publisher: Publisher, store: TelemetryStore, engine: Engine
) -> None:
    make_session(settings)
    with running_ingest(settings, store, engine, ManualClock(NOON)):
        both = [
            telemetry("s-0", meter(NOON_MS - i, total_wh=i), meter(NOON_MS - i, total_wh=100 + i, device="meter-2"))
            for i in range(20)
        ]
        other = telemetry("s-1", meter(NOON_MS, device="meter-2"), meter(NOON_MS, device="meter-3"))
        publisher.publish(*both, other)
        eventually(lambda: counted(engine) == {"unknown_device": 22})
        registry = registry_of()
        known = Device("s-0", "meter-2", DeviceKind.METER, registry.devices[0].valid_from)
        write_registry(engine, replace(registry, devices=(*registry.devices, known)), at=NOON)
        eventually(lambda: len(stored_keys(store)) == 40)
        eventually(lambda: counted(engine) == {"unknown_device": 2})  # of another station, though named the same
    assert {total for _, _, total in stored_keys(store)} == {*range(20), *range(100, 120)}
    with engine.connect() as db:
        assert read_asked(db, limit=10) == []


def seen(engine: Engine) -> dict[str, int]:
    """When each station was last heard of. [ms]"""
    with engine.connect() as db:
        found = read_seen(db).items()
    return {station: to_ms(each.last_received_at) for station, each in found if each.last_received_at is not None}


def test_what_is_refused_again_is_a_new_letter_with_the_old_time_and_is_not_tried_for_ever(
    settings: Settings, store: TelemetryStore, engine: Engine
) -> None:
    topic, body = telemetry("s-0", meter(NOON_MS, total_wh=7))
    keep(engine, ("good", topic, body), ("bad", topic, b"{"), ("elsewhere", "a/b", b""))
    metrics = CollectorRegistry()
    with running_ingest(settings, store, engine, ManualClock(from_ms(LATER_MS)), metrics):
        with engine.begin() as db:
            assert ask_replay(db, from_ms(LATER_MS)) == 3
        eventually(lambda: stored_keys(store) == [("s-0", NOON_MS, 7)])
        eventually(lambda: counted(engine) == {"not_json": 1, "bad_topic": 1})
    with engine.connect() as db:
        letters = read_dead_letters(db)
        assert read_asked(db, limit=10) == []
    assert [(x.payload, x.received_at, x.replay_asked_at) for x in letters] == [(b"{", NOON, None), (b"", NOON, None)]
    assert metrics.get_sample_value("guangfu_ingest_replayed_total") == 3


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_another_worker_leaves_replays_to_the_first(settings: Settings, store: TelemetryStore, engine: Engine) -> None:
    topic, body = telemetry("s-0", meter(NOON_MS))
    keep(engine, ("x", topic, body))
    with engine.begin() as db:
        ask_replay(db, NOON)
    other = settings.model_copy(update={"worker": 1})
    metrics = CollectorRegistry()
    with running_ingest(other, store, engine, metrics=metrics):
        eventually(lambda: metrics.get_sample_value("guangfu_ingest_connected") == 1)
    assert counted(engine) == {"not_json": 1}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_letters_on_disk_are_not_taken_again_when_sql_was_away_for_their_marks(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(engine, *((str(i), *telemetry("s-0", meter(NOON_MS))) for i in range(3)))
    with engine.begin() as db:
        ask_replay(db, NOON)
    spool = Spool(tmp_path / "spool")
    replayer = replayer_of(Settings(spool_path=tmp_path / "spool"), spool, engine)

    def away(*rest: object) -> None:
        raise Unavailable("sql", "away")

    with monkeypatch.context() as broken:
        broken.setattr("ingest.replayer.mark_replayed", away)
        for _ in range(3):
            with pytest.raises(Unavailable):
                replayer.replay_some()
    assert replayer.replay_some() is False
    assert spool.depth().messages == 3
    assert counted(engine) == {}
    spool.close()


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_spool_that_is_half_full_is_left_to_live_messages(engine: Engine, tmp_path: Path) -> None:
    topic, body = telemetry("s-0", meter(NOON_MS))
    keep(engine, ("fat", topic, body + b" " * 600_000), ("x", topic, body))
    with engine.begin() as db:
        ask_replay(db, NOON)
    spool = Spool(tmp_path / "spool")
    replayer = replayer_of(Settings(spool_path=tmp_path / "spool", max_spool_mib=1), spool, engine)
    replayer.replay_some()
    keep(engine, ("y", topic, body))
    with engine.begin() as db:
        ask_replay(db, NOON)
    replayer.replay_some()
    assert spool.depth().messages == 2
    assert counted(engine) == {"not_json": 1}
    spool.close()


def replayer_of(settings: Settings, spool: Spool, engine: Engine) -> Replayer:
    clock = ManualClock(NOON)
    return Replayer(settings, spool, engine, CurrentDirectory(), clock, Counters(CollectorRegistry(), spool, clock))

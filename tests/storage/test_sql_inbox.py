"""What ingest must not forget, on SQLite and PostgreSQL."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from threading import Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from guangfu.storage.sql.database import open_database
from guangfu.storage.sql.inbox import (
    DeadLetter,
    DirtyDay,
    Seen,
    clear_dirty,
    count_dead_letters,
    keep_dead_letters,
    mark_dirty,
    mark_replayed,
    mark_seen,
    read_dead_letters,
    read_dirty,
    read_seen,
)

AT = datetime(2026, 6, 1, 4, 5, 6, 789000, tzinfo=UTC)
DAY = date(2026, 6, 1)


def letter(
    origin: str, *, reason: str = "not_json", station_id: str | None = "S1", payload: bytes = b"\x00\xff{"
) -> DeadLetter:
    return DeadLetter(origin, reason, "why", "pv/1/S1/telemetry", payload, station_id, AT)


def ids_of(letters: Sequence[DeadLetter]) -> list[str]:
    return [one.origin for one in letters]


def test_a_dead_letter_is_kept_byte_for_byte(engine: Engine) -> None:
    with engine.begin() as db:
        assert keep_dead_letters(db, [letter("w0/1/0", payload=bytes(range(256)), station_id=None)]) == 1
        (kept,) = read_dead_letters(db)
    assert (kept.payload, kept.received_at, kept.station_id, kept.replayed_at) == (bytes(range(256)), AT, None, None)
    assert kept.id > 0


def test_a_letter_that_comes_again_is_kept_once(engine: Engine) -> None:
    with engine.begin() as db:
        assert keep_dead_letters(db, [letter("a"), letter("b"), letter("a")]) == 2
        assert keep_dead_letters(db, [letter("b"), letter("c")]) == 1
        assert keep_dead_letters(db, []) == 0
        assert ids_of(read_dead_letters(db)) == ["a", "b", "c"]


def test_texts_that_a_database_cannot_hold_are_shown_not_refused(engine: Engine) -> None:
    bad = DeadLetter("a", "bad_topic", "nul \x00, half \ud800", "pv/1/\x00/telemetry", b"", "\x00", AT)
    with engine.begin() as db:
        keep_dead_letters(db, [bad])
        (kept,) = read_dead_letters(db)
    assert (kept.detail, kept.topic, kept.station_id) == ("nul ␀, half \\ud800", "pv/1/␀/telemetry", "␀")


def test_dead_letters_can_be_picked_and_paged(engine: Engine) -> None:
    with engine.begin() as db:
        keep_dead_letters(db, [letter("a"), letter("b", reason="bad_topic"), letter("c", station_id="S2"), letter("d")])
        assert ids_of(read_dead_letters(db, reason="bad_topic")) == ["b"]
        assert ids_of(read_dead_letters(db, station_id="S2")) == ["c"]
        page = read_dead_letters(db, limit=3)
        assert ids_of(read_dead_letters(db, after_id=page[-1].id)) == ["d"]


def test_replayed_letters_no_longer_wait(engine: Engine) -> None:
    with engine.begin() as db:
        keep_dead_letters(db, [letter("a"), letter("b"), letter("c", reason="bad_topic")])
        first = read_dead_letters(db)[0].id
        mark_replayed(db, [first], AT)
        mark_replayed(db, [first], AT + timedelta(days=1))
        assert ids_of(read_dead_letters(db)) == ["b", "c"]
        assert read_dead_letters(db, waiting_only=False)[0].replayed_at == AT
        assert count_dead_letters(db) == {"bad_topic": 1, "not_json": 1}


def test_marking_a_day_again_is_a_new_generation(engine: Engine) -> None:
    with engine.begin() as db:
        mark_dirty(db, [("S1", DAY), ("S1", DAY)])
        (first,) = read_dirty(db, limit=10)
        mark_dirty(db, iter([("S1", DAY)]))
        assert read_dirty(db, limit=10) == [DirtyDay("S1", DAY, first.generation + 1)]


def test_only_the_generation_that_was_read_is_cleared(engine: Engine) -> None:
    with engine.begin() as db:
        mark_dirty(db, [("S1", DAY), ("S2", DAY)])
        read = read_dirty(db, limit=10)
        mark_dirty(db, [("S2", DAY)])
        clear_dirty(db, read)
        assert [(d.station_id, d.day) for d in read_dirty(db, limit=10)] == [("S2", DAY)]


def test_a_mark_after_a_clearing_is_not_taken_for_the_one_before(engine: Engine) -> None:
    """Two programs read the mark; one clears it, new data come, and the other must not clear their mark."""
    with engine.begin() as db:
        mark_dirty(db, [("S1", DAY)])
        read = read_dirty(db, limit=10)
        clear_dirty(db, read)
        mark_dirty(db, [("S1", DAY)])
        clear_dirty(db, read)
        assert len(read_dirty(db, limit=10)) == 1


def test_oldest_days_come_first(engine: Engine) -> None:
    with engine.begin() as db:
        mark_dirty(db, [("S1", DAY), ("S2", DAY - timedelta(days=1)), ("S0", DAY)])
        marked = [(d.station_id, d.day) for d in read_dirty(db, limit=2)]
    assert marked == [("S2", DAY - timedelta(days=1)), ("S0", DAY)]


def test_workers_that_mark_and_clear_the_same_days_neither_deadlock_nor_lose_a_mark(sql_url: str) -> None:
    engine = open_database(sql_url)
    stations = [f"S{n}" for n in range(200)]
    faults: list[Exception] = []

    def mark() -> None:
        try:
            for turn in range(10):
                with engine.begin() as db:
                    mark_dirty(db, [(name, DAY) for name in stations[:: -1 if turn % 2 else 1]])
        except Exception as error:  # noqa: BLE001 - shown by the assertion below
            faults.append(error)

    def clear() -> None:
        try:
            for _ in range(10):
                with engine.connect() as db:
                    read = read_dirty(db, limit=1000)
                with engine.begin() as db:
                    clear_dirty(db, read[::-1])
        except Exception as error:  # noqa: BLE001 - shown by the assertion below
            faults.append(error)

    threads = [Thread(target=work) for work in (mark, mark, clear)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with engine.begin() as db:
        mark_dirty(db, [(name, DAY) for name in stations])
        assert len(read_dirty(db, limit=1000)) == 200
    engine.dispose()


def seen_in_turn(engine: Engine, calls: Sequence[Sequence[Seen]]) -> dict[str, Seen]:
    with engine.begin() as db:
        for call in calls:
            mark_seen(db, call)
        return read_seen(db)


def test_seen_keeps_the_latest_of_each_time(engine: Engine) -> None:
    early, late = AT, AT + timedelta(minutes=1)
    calls = [
        [Seen("S1", last_reading_at=late)],
        [Seen("S1", last_reading_at=early, last_received_at=late)],
        [Seen("S1", status="online", status_at=late)],
        [Seen("S1", status="offline", status_at=early)],
        [Seen("S1", last_received_at=early)],
    ]
    assert seen_in_turn(engine, calls) == {"S1": Seen("S1", late, late, "online", late)}


def test_a_newer_status_replaces_the_older(engine: Engine) -> None:
    later = AT + timedelta(seconds=1)
    calls = [[Seen("S1", status="online", status_at=AT)], [Seen("S1", status="offline", status_at=later)]]
    assert seen_in_turn(engine, calls)["S1"].status == "offline"


_times = st.none() | st.sampled_from([AT + timedelta(minutes=n) for n in range(4)])
_statuses = st.one_of(
    st.just((None, None)), st.tuples(st.sampled_from(["online", "offline"]), _times.filter(lambda t: t is not None))
)
_seen = st.builds(
    lambda name, reading, received, status: Seen(name, reading, received, *status),
    st.sampled_from(["S1", "S2"]), _times, _times, _statuses,
)  # fmt: skip


@given(reports=st.lists(_seen, min_size=1, max_size=6))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_one_call_and_many_calls_see_the_same(engine: Engine, reports: list[Seen]) -> None:
    class Undo(Exception):
        pass

    def seen_by(calls: Sequence[Sequence[Seen]]) -> dict[str, Seen]:
        found: dict[str, Seen] = {}
        with pytest.raises(Undo), engine.begin() as db:
            for call in calls:
                mark_seen(db, call)
            found = read_seen(db)
            raise Undo
        return found

    at_once, in_turn = seen_by([reports]), seen_by([[one] for one in reports])
    assert at_once == in_turn
    for one in at_once.values():
        mine = [r for r in reports if r.station_id == one.station_id]
        assert one.last_reading_at == max((r.last_reading_at for r in mine if r.last_reading_at), default=None)
        assert one.last_received_at == max((r.last_received_at for r in mine if r.last_received_at), default=None)
        assert one.status_at == max((r.status_at for r in mine if r.status_at), default=None)

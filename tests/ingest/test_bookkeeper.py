from datetime import timedelta
from pathlib import Path

import numpy as np
from prometheus_client import CollectorRegistry
from sqlalchemy import Engine, text

from guangfu.clock import ManualClock
from guangfu.storage.spool import Spool
from guangfu.storage.sql.completeness import read_completeness, read_gaps
from guangfu.storage.sql.inbox import count_dead_letters, read_dirty
from guangfu.telemetry.completeness import local_day_number
from ingest.bookkeeper import Bookkeeper
from ingest.completeness import Numbered
from ingest.counters import Counters
from ingest.directory import CurrentDirectory
from ingest.owed import Letter, Owed, encode_owed, merged
from ingest.settings import Settings
from tests.ingest.world import NOON, NOON_MS

DAY = local_day_number(NOON_MS)


def letter(origin: str) -> Letter:
    return Letter(origin, "not_json", "empty", "pv/1/s-0/telemetry", b"", "s-0", 1_780_286_400_000)


def bookkeeper(spool: Spool, engine: Engine) -> Bookkeeper:
    counters = Counters(CollectorRegistry(), spool, ManualClock())
    return Bookkeeper(Settings(), spool, engine, CurrentDirectory(), counters, ManualClock(NOON))


def test_telling_sql_twice_changes_nothing(tmp_path: Path, engine: Engine) -> None:
    spool = Spool(tmp_path / "spool")
    books = bookkeeper(spool, engine)
    for _ in range(2):
        spool.advance(0, [encode_owed(Owed([letter("a")], {("s-0", 20_000)})), encode_owed(Owed([letter("b")]))])
        assert books.settle()
    assert not books.settle()
    with engine.connect() as db:
        assert count_dead_letters(db) == {"not_json": 2}
        assert [(d.station_id, d.day.isoformat()) for d in read_dirty(db, limit=9)] == [("s-0", "2024-10-04")]
    spool.close()


def test_while_sql_is_away_rows_that_say_the_same_become_one(tmp_path: Path, engine: Engine) -> None:
    spool = Spool(tmp_path / "spool")
    for i in range(600):
        owed = Owed([letter(str(i))] if i < 3 else [], {("s-0", 20_000 + i % 2)})
        spool.advance(0, [encode_owed(owed)])
    everything = merged(row.body for row in spool.read_outbox(1000))
    bookkeeper(spool, engine)._merge_rows()
    assert spool.depth().outbox_rows == 1
    assert merged(row.body for row in spool.read_outbox(1000)) == everything
    spool.close()


def test_a_letter_that_sql_never_takes_is_set_aside_and_keeps_no_other(tmp_path: Path, engine: Engine) -> None:
    with engine.begin() as db:
        if engine.dialect.name == "sqlite":
            db.execute(text("CREATE TRIGGER odd BEFORE INSERT ON dead_letters WHEN NEW.origin = 'odd' "
                            "BEGIN SELECT RAISE(ABORT, 'odd'); END"))  # fmt: skip
        else:
            db.execute(text("ALTER TABLE dead_letters ADD CONSTRAINT odd CHECK (origin <> 'odd')"))
    spool = Spool(tmp_path / "spool")
    spool.advance(0, [encode_owed(Owed([letter("a"), letter("odd"), letter("b")], {("s-0", 20_000)}))])
    assert bookkeeper(spool, engine).settle()
    with engine.connect() as db:
        assert count_dead_letters(db) == {"not_json": 2}
        assert len(read_dirty(db, limit=9)) == 1
    assert (spool.depth().outbox_rows, spool.depth().set_aside) == (0, 1)
    spool.close()


def numbered(group: int, first: int, last: int) -> Owed:
    """s-0 said the numbers from `first` to `last`, a message a minute, in the spool's group."""
    minute, rows = 60_000, np.array([[0, DAY, 0, first, last, 0, 0, last - first + 1]], dtype=np.int64)
    rows[0, 5:7] = NOON_MS + first * minute, NOON_MS + last * minute
    return Owed(numbered=[Numbered(group, [("s-0", "a")], rows.T.tobytes())])


def figures(engine: Engine) -> list[tuple[int, int, int]]:
    with engine.connect() as db:
        rows = read_completeness(db, start=NOON.date(), end=NOON.date())
    return [(row.received, row.missing, row.doubled) for row in rows]


def test_numbers_are_counted_once_though_the_outbox_is_told_twice(tmp_path: Path, engine: Engine) -> None:
    spool = Spool(tmp_path / "spool")
    books = bookkeeper(spool, engine)
    told = [numbered(1, 1, 3), numbered(2, 2, 3), numbered(3, 7, 9)]
    for _ in range(2):  # the second time as after a crash between SQL's commit and the spool's
        spool.advance(3, list(map(encode_owed, told)))
        assert books.settle()
        assert figures(engine) == [(6, 3, 2)]
        books = bookkeeper(spool, engine)
    spool.advance(4, [encode_owed(numbered(4, 4, 6))])
    assert books.settle()
    assert figures(engine) == [(9, 0, 2)]
    spool.close()


def test_rows_that_sql_may_know_are_not_made_one_with_those_it_can_not_know(tmp_path: Path, engine: Engine) -> None:
    """SQL took the first rows, but the answer was lost; it is away while the others come, and the rows are merged."""
    spool = Spool(tmp_path / "spool")
    spool.advance(2, [encode_owed(numbered(1, 1, 3)), encode_owed(numbered(2, 3, 4))])
    rows = spool.read_outbox(10)
    books = bookkeeper(spool, engine)
    assert books.settle()
    books = bookkeeper(spool, engine)
    spool.advance(2, [row.body for row in rows])
    for group in range(3, 700):
        spool.advance(group, [encode_owed(numbered(group, group + 3, group + 3))])
    books._merge_rows()
    assert spool.depth().outbox_rows == 1
    assert len(merged(row.body for row in spool.read_outbox(10)).numbered) == 3
    assert books.settle()
    assert figures(engine) == [(4 + 697, 1, 1)]
    spool.close()


def test_gaps_that_are_too_old_become_counts(tmp_path: Path, engine: Engine) -> None:
    spool = Spool(tmp_path / "spool")
    spool.advance(1, [encode_owed(numbered(1, 1, 1)), encode_owed(numbered(2, 5, 5))])
    clock = ManualClock(NOON + timedelta(days=60))
    counters = Counters(CollectorRegistry(), spool, clock)
    books = Bookkeeper(Settings(), spool, engine, CurrentDirectory(), counters, clock)
    books.settle()
    books.close_gaps()
    with engine.connect() as db:
        assert len(read_gaps(db, start=NOON.date(), end=NOON.date())) == 1, "sixty days old is not too old"
    clock.advance(timedelta(days=1))
    late = Bookkeeper(Settings(), spool, engine, CurrentDirectory(), counters, clock)
    late.close_gaps()
    with engine.connect() as db:
        assert read_gaps(db, start=NOON.date(), end=NOON.date()) == []
    assert figures(engine) == [(2, 3, 0)]
    spool.close()


def test_more_rows_than_are_merged_at_once_are_still_counted(tmp_path: Path, engine: Engine) -> None:
    spool = Spool(tmp_path / "spool")
    books = bookkeeper(spool, engine)
    spool.advance(4200, [encode_owed(numbered(group, group % 700, group % 700)) for group in range(1, 4201)])
    books._merge_rows()
    assert spool.depth().outbox_rows == 2201
    while books.settle():
        pass
    assert figures(engine) == [(700, 0, 3500)]
    spool.close()

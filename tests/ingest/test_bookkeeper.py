from pathlib import Path

from prometheus_client import CollectorRegistry
from sqlalchemy import Engine, text

from guangfu.clock import ManualClock
from guangfu.storage.spool import Spool
from guangfu.storage.sql.inbox import count_dead_letters, read_dirty
from ingest.bookkeeper import Bookkeeper
from ingest.counters import Counters
from ingest.directory import CurrentDirectory
from ingest.owed import Letter, Owed, encode_owed, merged
from ingest.settings import Settings
from tests.ingest.world import NOON


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

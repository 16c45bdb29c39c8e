"""The journal in SQL: posted once, never changed, and whatever was changed all the same is found."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from threading import Thread

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Engine

from guangfu.ledger.books import AGENCY, CENTRALIZED, VILLAGE, Part
from guangfu.ledger.chain import GENESIS
from guangfu.ledger.fen import Fen
from guangfu.ledger.journal import Entry, KeyTaken, Line, Unbalanced
from guangfu.ledger.postings import correct_estimate, entitlement_entry, estimate_entry, estimate_keys
from guangfu.ledger.postings.villages import PAID_STEP, Owed, paid_entry, returned_entry
from guangfu.storage.sql import schema
from guangfu.storage.sql.database import open_database, upgrade
from guangfu.storage.sql.journal import balances, post_entries, read_entries, read_heads, verify_chain
from guangfu.storage.sql.journal_sums import read_village_sums

AT = datetime(2026, 7, 1, 0, 0, 0, 123456, tzinfo=UTC)
JUNE = "2026-06"


def estimate(station_id: str, amount: int = 500, part: Part = Part.BASE) -> Entry:
    return estimate_entry(station_id, JUNE, part, Fen(amount))


def full_entry() -> Entry:
    """An entry of the other book with every column filled."""
    line = Line("C1", Fen(7), "S9", JUNE, "base", 2026, "V1", "plan-1", "voucher-1")
    return Entry(CENTRALIZED, "full", "entitlement", (line, replace(line, account="C2", amount=Fen(-7))))


def post(engine: Engine, *entries: Entry, at: datetime = AT) -> int:
    with engine.begin() as db:
        return post_entries(db, entries, at)


def faults(engine: Engine) -> list[tuple[str, int]]:
    with engine.connect() as db:
        return sorted({(fault.book, fault.seq) for fault in verify_chain(db)})


def test_what_was_posted_is_read(engine: Engine) -> None:
    assert post(engine, estimate("S1"), full_entry(), estimate("S2")) == 3
    with engine.connect() as db:
        agency, centralized = read_entries(db, AGENCY), read_entries(db, CENTRALIZED)
    assert [(p.seq, p.posted_at, p.entry) for p in agency] == [(1, AT, estimate("S1")), (2, AT, estimate("S2"))]
    assert [p.entry for p in centralized] == [full_entry()]
    assert faults(engine) == []


def test_posting_again_posts_nothing(engine: Engine) -> None:
    assert post(engine, estimate("S1"), estimate("S1")) == 1
    assert post(engine, estimate("S1"), estimate("S2"), at=AT + timedelta(days=1)) == 1
    assert post(engine) == 0
    with engine.connect() as db:
        assert [p.entry for p in read_entries(db, AGENCY)] == [estimate("S1"), estimate("S2")]


def test_a_key_is_for_one_entry_only(engine: Engine) -> None:
    post(engine, estimate("S1"))
    with pytest.raises(KeyTaken, match="estimate/2026-06/S1/base/1"):
        post(engine, estimate("S0"), estimate("S1", 501))
    with pytest.raises(KeyTaken):
        post(engine, estimate("S2"), estimate("S2", 501))
    with engine.connect() as db:
        assert [p.entry for p in read_entries(db, AGENCY)] == [estimate("S1")]


def test_an_unbalanced_entry_lets_nothing_through(engine: Engine) -> None:
    crooked = replace(estimate("S2"), lines=estimate("S2").lines[:1])
    with pytest.raises(Unbalanced):
        post(engine, estimate("S1"), crooked)
    with engine.connect() as db:
        assert (read_entries(db, AGENCY), read_heads(db)) == ([], {})


def test_entries_of_a_station_or_a_month(engine: Engine) -> None:
    july = estimate_entry("S1", "2026-07", Part.BASE, Fen(1))
    post(engine, estimate("S1"), estimate("S2"), july, replace(july, key="ESTIMATE/2026-07/x"))
    with engine.connect() as db:
        assert [p.entry for p in read_entries(db, AGENCY, station_id="S2")] == [estimate("S2")]
        assert [p.entry for p in read_entries(db, AGENCY, key_prefix=estimate_keys("2026-07"))] == [july]
        both = read_entries(db, AGENCY, station_id="S1", key_prefix=estimate_keys(JUNE))
        assert [p.entry for p in both] == [estimate("S1")]


def test_balances_are_debits_less_credits(engine: Engine) -> None:
    post(engine, estimate("S1", 500), estimate("S2", -20), entitlement_entry("S9", JUNE, Fen(25_000)))
    with engine.connect() as db:
        assert balances(db, AGENCY) == {"A2": 480, "L1.estimated": -480}
        assert balances(db, CENTRALIZED) == {"C1": 25_000, "C2": -25_000}
        assert balances(db, "NONE") == {}


def test_late_data_make_one_correction(engine: Engine) -> None:
    post(engine, estimate("S1", 500))
    for _ in range(2):
        with engine.begin() as db:
            posted = {p.entry.key: p.entry for p in read_entries(db, AGENCY, key_prefix=estimate_keys(JUNE))}
            post_entries(db, correct_estimate(posted, "S1", JUNE, Part.BASE, Fen(520)), AT)
    with engine.connect() as db:
        assert [p.entry.kind for p in read_entries(db, AGENCY)] == ["estimate", "reversal", "estimate"]
        assert balances(db, AGENCY)["A2"] == 520
    assert faults(engine) == []


def test_a_month_of_the_whole_fleet_in_one_posting(engine: Engine) -> None:
    fleet = [estimate(f"S{n:03}", n + 1, part) for n in range(800) for part in Part]
    assert (post(engine, *fleet), post(engine, *fleet)) == (1600, 0)
    with engine.connect() as db:
        assert [p.seq for p in read_entries(db, AGENCY)] == list(range(1, 1601))
        assert balances(db, AGENCY)["A2"] == 2 * sum(range(1, 801))
    assert faults(engine) == []


def test_programs_that_post_at_once_make_one_chain(sql_url: str) -> None:
    engine = open_database(sql_url)
    errors: list[Exception] = []

    def work(worker: int) -> None:
        try:
            for n in range(10):
                mine, shared = estimate(f"W{worker}-{n}"), estimate(f"shared-{n}")
                post(engine, shared, mine, entitlement_entry(mine.key, JUNE, Fen(1)))
        except Exception as error:  # noqa: BLE001 - shown by the assertion below
            errors.append(error)

    threads = [Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with engine.connect() as db:
        assert [p.seq for p in read_entries(db, AGENCY)] == list(range(1, 51))
    assert faults(engine) == []
    engine.dispose()


@pytest.mark.parametrize("table", ["journal_entries", "journal_lines"])
@pytest.mark.parametrize("act", ["UPDATE {} SET book = book", "DELETE FROM {}", "DELETE FROM {} WHERE seq = 2"])
def test_the_database_refuses_to_change_what_was_posted(engine: Engine, table: str, act: str) -> None:
    post(engine, estimate("S1"), estimate("S2"))
    with pytest.raises(sa.exc.IntegrityError, match="correcting entry"), engine.begin() as db:
        db.exec_driver_sql(act.format(table))


def test_the_database_refuses_to_forget_a_head(engine: Engine) -> None:
    post(engine, estimate("S1"))
    with pytest.raises(sa.exc.IntegrityError, match="correcting entry"), engine.begin() as db:
        db.exec_driver_sql("DELETE FROM journal_heads")


def test_sums_are_what_the_lines_add_up_to_by_account_village_month_and_step(engine: Engine) -> None:
    """Midnight in China parts the months; a reversal counts with what it reverses."""
    night = datetime(2026, 6, 30, 16, 0, tzinfo=UTC)
    owed = Owed("D1", VILLAGE, Fen(500), "V1", "V1/2026/1", "posts")
    post(engine, paid_entry("P1", owed), at=night - timedelta(seconds=1))
    post(engine, paid_entry("P2", owed), estimate("S1"), at=night)
    post(engine, returned_entry("P1", owed), at=night)
    with engine.connect() as db:
        paid = read_village_sums(db, VILLAGE, "V1", "V1", PAID_STEP)
        sums = db.execute(sa.select(schema.journal_sums).where(schema.journal_sums.c.book == AGENCY)).all()
    assert paid == {"2026-06": -500, "2026-07": 0}
    assert sorted(map(tuple, sums)) == [
        (AGENCY, "A2", "", "2026-07", "estimate", 500), (AGENCY, "L1.estimated", "", "2026-07", "estimate", -500),
    ]  # fmt: skip
    assert faults(engine) == []


@pytest.mark.parametrize(
    "act",
    [
        "UPDATE journal_sums SET amount_fen = amount_fen + 1 WHERE account = 'A2'",
        "DELETE FROM journal_sums WHERE account = 'A2'",
        "UPDATE journal_sums SET posted_month = '2026-01' WHERE account = 'A2'",
    ],
)
def test_a_sum_that_is_not_what_was_posted_is_found(engine: Engine, act: str) -> None:
    post(engine, estimate("S1"), full_entry())
    with engine.begin() as db:
        db.exec_driver_sql(act)
    assert faults(engine) == [(AGENCY, 0)]


def test_sums_of_what_was_posted_before_they_were_kept_are_made_by_their_migration(engine: Engine) -> None:
    night = datetime(2026, 6, 30, 16, 0, tzinfo=UTC)
    post(engine, estimate("S1"), full_entry(), at=night - timedelta(seconds=1))
    post(engine, estimate("S2"), replace(full_entry(), key="full/2"), at=night)
    with engine.begin() as db:
        db.exec_driver_sql("DROP TABLE journal_sums")
        with Operations.context(MigrationContext.configure(db)):
            import_module("guangfu.storage.sql.migrations.versions.r0018_journal_sums").upgrade()
    assert faults(engine) == []


# What somebody does who has the file, and not only the database's permission.


@pytest.fixture(scope="module")
def posted_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with two books and its triggers taken off."""
    path = tmp_path_factory.mktemp("tampered") / "x.sqlite"
    engine = open_database(f"sqlite:///{path}")
    upgrade(engine)
    post(engine, full_entry(), *(estimate(f"S{n}", 100 + n) for n in range(5)))
    post(engine, replace(full_entry(), key="full/2"), at=AT + timedelta(days=1))
    with engine.begin() as db:
        triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        for name in db.exec_driver_sql(triggers).scalars().all():
            db.exec_driver_sql(f"DROP TRIGGER {name}")
    with engine.connect() as db:
        db.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture
def tampered(posted_file: Path, tmp_path: Path) -> Iterator[Engine]:
    (tmp_path / "x.sqlite").write_bytes(posted_file.read_bytes())
    engine = open_database(f"sqlite:///{tmp_path}/x.sqlite")
    assert faults(engine) == []
    yield engine
    engine.dispose()


def flipped(value: object) -> object:
    """The value with one bit changed somewhere in the middle."""
    if isinstance(value, int):
        return value ^ 4
    if isinstance(value, str):
        middle = len(value) // 2
        return value[:middle] + chr(ord(value[middle]) ^ 1) + value[middle + 1 :]
    assert isinstance(value, bytes)
    middle = len(value) // 2
    return value[:middle] + bytes([value[middle] ^ 16]) + value[middle + 1 :]


COLUMNS = [(t.name, c.name) for t in (schema.journal_entries, schema.journal_lines) for c in t.columns]


@pytest.mark.parametrize(("table", "column"), COLUMNS)
@pytest.mark.parametrize("seq", [1, 2])
def test_a_changed_bit_is_found_in_every_column(tampered: Engine, table: str, column: str, seq: int) -> None:
    with tampered.begin() as db:
        where = f"book = 'CENTRALIZED' AND seq = {seq}"
        rowid, value = db.exec_driver_sql(f"SELECT rowid, {column} FROM {table} WHERE {where} LIMIT 1").one()
        db.exec_driver_sql(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (flipped(value), rowid))
    assert faults(tampered) != []


@pytest.mark.parametrize("column", [c.name for c in schema.journal_heads.columns])
def test_a_changed_head_is_found(tampered: Engine, column: str) -> None:
    with tampered.begin() as db:
        value = db.exec_driver_sql(f"SELECT {column} FROM journal_heads WHERE book = 'AGENCY'").scalar()
        db.exec_driver_sql(f"UPDATE journal_heads SET {column} = ? WHERE book = 'AGENCY'", (flipped(value),))
    assert faults(tampered) != []


@pytest.mark.parametrize(
    ("act", "found"),
    [
        ("DELETE FROM journal_entries WHERE book = 'AGENCY' AND seq = 3", [(AGENCY, 3), (AGENCY, 4)]),
        ("DELETE FROM journal_entries WHERE book = 'AGENCY' AND seq = 1", [(AGENCY, 1), (AGENCY, 2)]),
        ("DELETE FROM journal_lines WHERE book = 'AGENCY' AND seq = 3 AND line = 2", [(AGENCY, 3)]),
        ("DELETE FROM journal_lines WHERE book = 'AGENCY' AND seq = 3", [(AGENCY, 3)]),
        ("INSERT INTO journal_lines (book, seq, line, account, amount_fen) VALUES ('AGENCY', 2, 3, 'A1', 0)",
         [(AGENCY, 2)]),
        ("INSERT INTO journal_lines (book, seq, line, account, amount_fen) VALUES ('AGENCY', 9, 1, 'A1', 0)",
         [(AGENCY, 9)]),
        ("INSERT INTO journal_lines (book, seq, line, account, amount_fen) VALUES ('OTHER', 1, 1, 'A1', 0)",
         [("OTHER", 1)]),
        ("UPDATE journal_entries SET posted_at = 'yesterday' WHERE seq = 1", [(AGENCY, 0), (CENTRALIZED, 0)]),
        ("UPDATE journal_entries SET kind = CAST(x'ff' AS TEXT) WHERE book = 'AGENCY' AND seq = 1", [(AGENCY, 0)]),
        ("UPDATE journal_lines SET amount_fen = 'x' WHERE book = 'AGENCY' AND seq = 1", [(AGENCY, 0)]),
    ],
)  # fmt: skip
def test_what_is_done_to_a_book_is_found_where_it_was_done(
    tampered: Engine, act: str, found: list[tuple[str, int]]
) -> None:
    with tampered.begin() as db:
        db.exec_driver_sql(act)
    assert faults(tampered) == found


def cut_last_entry(engine: Engine) -> None:
    with engine.begin() as db:
        for table in ("journal_lines", "journal_entries"):
            db.exec_driver_sql(f"DELETE FROM {table} WHERE book = 'AGENCY' AND seq = 5")


def test_a_last_entry_that_was_cut_off_shows_against_the_head(tampered: Engine) -> None:
    cut_last_entry(tampered)
    assert faults(tampered) == [(AGENCY, 5)]


def test_who_rewrites_the_head_as_well_is_found_only_by_a_head_kept_elsewhere(tampered: Engine) -> None:
    with tampered.connect() as db:
        kept = read_heads(db)[AGENCY]
    cut_last_entry(tampered)
    with tampered.begin() as db:
        hash_ = db.exec_driver_sql("SELECT hash FROM journal_entries WHERE book = 'AGENCY' AND seq = 4").scalar()
        db.exec_driver_sql("UPDATE journal_heads SET seq = 4, hash = ? WHERE book = 'AGENCY'", (hash_,))
    assert faults(tampered) == [(AGENCY, 0)], "the sums still tell of it"
    with tampered.begin() as db:
        last = "CASE account WHEN 'A2' THEN 104 ELSE -104 END"
        db.exec_driver_sql(f"UPDATE journal_sums SET amount_fen = amount_fen - {last} WHERE book = 'AGENCY'")
    assert faults(tampered) == []
    with tampered.connect() as db:
        assert read_heads(db)[AGENCY] != kept


def test_a_book_whose_head_was_taken_away(tampered: Engine) -> None:
    with tampered.begin() as db:
        db.exec_driver_sql("DELETE FROM journal_heads WHERE book = 'AGENCY'")
    assert faults(tampered) == [(AGENCY, 5)]


def test_a_new_book_starts_from_nothing(engine: Engine) -> None:
    with engine.begin() as db:
        assert post_entries(db, [], AT) == 0
        assert read_heads(db) == {}
    post(engine, estimate("S1"))
    with engine.connect() as db:
        assert read_heads(db)[AGENCY].seq == 1
        assert read_heads(db)[AGENCY].hash != GENESIS

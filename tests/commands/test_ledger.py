"""`guangfu ledger` on real databases."""

import re
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from beancount import loader
from beancount.core import data
from sqlalchemy import Engine

from guangfu.ledger.beancount import account_name
from guangfu.ledger.books import BOOKS, CHARTS, Part
from guangfu.ledger.fen import Fen
from guangfu.ledger.postings import entitlement_entry, estimate_entry
from guangfu.storage.sql.journal import post_entries
from guangfu.storage.sql.papers import NOT_KEPT, record_voucher
from guangfu.storage.voucher_files import keep_file
from tests.commands.conftest import Run

AT = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.fixture
def posted(engine: Engine, sql_url: str) -> str:
    """A database with three entries in two books."""
    with engine.begin() as db:
        entries = [estimate_entry("S1", "2026-06", part, Fen(20_092_500)) for part in Part]
        post_entries(db, [*entries, entitlement_entry("S2", "2026-06", Fen(25_000))], AT)
    return sql_url


def take_triggers_off(engine: Engine) -> None:
    with engine.begin() as db:
        if db.dialect.name == "postgresql":
            for table in ("journal_entries", "journal_lines", "journal_heads"):
                db.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        else:
            for name in db.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all():
                db.exec_driver_sql(f"DROP TRIGGER {name}")


def printed_heads(output: str) -> list[str]:
    return re.findall(r"[A-Z]+:\d+:[0-9a-f]{64}", output)


def test_whole_books(run: Run, posted: str) -> None:
    done = run("ledger", "verify", "--sql-url", posted)
    assert (done.exit_code, "账簿完好：共 3 笔分录" in done.output) == (0, True)
    assert [head.rsplit(":", 1)[0] for head in printed_heads(done.output)] == ["AGENCY:2", "CENTRALIZED:1"]


def test_in_english_and_as_a_program_of_its_own(posted: str) -> None:
    command = [sys.executable, "-m", "guangfu", "ledger", "verify", "--sql-url", posted, "--lang", "en"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "the books are whole: 3 entries" in done.stdout


def test_empty_books_are_whole(run: Run, sql_url: str) -> None:
    assert run("ledger", "verify", "--sql-url", sql_url).exit_code == 0


def test_a_changed_amount_is_found(run: Run, posted: str, engine: Engine) -> None:
    take_triggers_off(engine)
    with engine.begin() as db:
        db.exec_driver_sql("UPDATE journal_lines SET amount_fen = amount_fen * 10 WHERE book = 'AGENCY' AND seq = 2")
    done = run("ledger", "verify", "--sql-url", posted, "--lang", "en")
    assert (done.exit_code, "the columns are not what was hashed" in done.output) == (1, True)


def test_a_changed_byte_of_a_voucher_s_file_and_a_file_that_is_gone_are_found(
    run: Run, posted: str, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUANGFU_STORAGE_VOUCHERS_FOLDER", str(tmp_path))
    kept = [keep_file(tmp_path, content) for content in (b"one", b"two", b"three")]
    with engine.begin() as db:
        for number, one in enumerate(kept):
            record_voucher(db, "statement", f"{number}.xlsx", one.sha256, one.size_bytes, at=AT, by="Li")
        record_voucher(db, "persons", "list.xlsx", "0" * 64, 9, at=AT, by="Li", note=NOT_KEPT)
    assert run("ledger", "verify", "--files", "--sql-url", posted).exit_code == 0
    changed, gone = (tmp_path / one.sha256[:2] / one.sha256 for one in kept[:2])
    changed.write_bytes(b"onf")
    gone.unlink()
    done = run("ledger", "verify", "--files", "--sql-url", posted, "--lang", "en")
    assert (done.exit_code, re.findall(r"V-2026-\d+", done.output)) == (1, ["V-2026-000001", "V-2026-000002"])
    assert run("ledger", "verify", "--sql-url", posted).exit_code == 0


def test_a_head_that_was_kept_proves_that_nothing_was_cut_off(run: Run, posted: str, engine: Engine) -> None:
    kept = printed_heads(run("ledger", "verify", "--sql-url", posted).output)
    with engine.begin() as db:
        post_entries(db, [estimate_entry("S9", "2026-06", Part.BASE, Fen(1))], AT)
    heads = [argument for head in kept for argument in ("--head", head)]
    assert run("ledger", "verify", "--sql-url", posted, *heads).exit_code == 0


def test_a_chain_that_was_shortened_and_set_right_is_found_by_the_head_that_was_kept(
    run: Run, posted: str, engine: Engine
) -> None:
    kept = printed_heads(run("ledger", "verify", "--sql-url", posted).output)[0]
    take_triggers_off(engine)
    with engine.begin() as db:
        for table in ("journal_lines", "journal_entries"):
            db.exec_driver_sql(f"DELETE FROM {table} WHERE book = 'AGENCY' AND seq = 2")
        first = "SELECT hash FROM journal_entries WHERE book = 'AGENCY' AND seq = 1"
        db.exec_driver_sql(f"UPDATE journal_heads SET seq = 1, hash = ({first}) WHERE book = 'AGENCY'")
        db.exec_driver_sql("UPDATE journal_sums SET amount_fen = amount_fen / 2 WHERE book = 'AGENCY'")
    assert run("ledger", "verify", "--sql-url", posted).exit_code == 0
    done = run("ledger", "verify", "--sql-url", posted, "--head", kept, "--lang", "en")
    assert (done.exit_code, "is gone" in done.output) == (1, True)


def test_another_entry_in_the_place_of_the_kept_one_is_found(run: Run, posted: str) -> None:
    done = run("ledger", "verify", "--sql-url", posted, "--head", f"AGENCY:1:{'0' * 64}", "--lang", "en")
    assert (done.exit_code, "not the entry of the head" in done.output) == (1, True)


@pytest.mark.parametrize("head", ["AGENCY", "AGENCY:1:xyz", "AGENCY:0:" + "0" * 64, "AGENCY:1:" + "0" * 62])
def test_a_head_that_is_none(run: Run, posted: str, head: str) -> None:
    assert run("ledger", "verify", "--sql-url", posted, "--head", head).exit_code == 2


def test_balances_by_book_and_account(run: Run, posted: str) -> None:
    done = run("ledger", "balances", "--sql-url", posted)
    assert done.exit_code == 0
    rows = [line.split() for line in done.output.splitlines() if "," in line or "250.00" in line]
    assert [(row[1], row[-1]) for row in rows] == [
        ("A2", "401,850.00"), ("L1.estimated", "-401,850.00"), ("C1", "250.00"), ("C2", "-250.00"),
    ]  # fmt: skip


def test_a_database_that_is_not_there_is_unreachable_and_is_not_made(run: Run, tmp_path: Path) -> None:
    done = run("ledger", "verify", "--sql-url", f"sqlite:///{tmp_path}/x/y.sqlite")
    assert (done.exit_code, "no such file" in done.output) == (3, True)
    assert list(tmp_path.iterdir()) == []


def test_tables_of_another_release_are_named(run: Run, posted: str, engine: Engine) -> None:
    with engine.begin() as db:
        db.exec_driver_sql("UPDATE alembic_version SET version_num = '0003'")
    done = run("ledger", "verify", "--sql-url", posted, "--lang", "en")
    assert (done.exit_code, "another release" in done.output) == (3, True)


def test_a_database_of_no_kind_that_is_known_is_wrong_use(run: Run) -> None:
    assert run("ledger", "verify", "--sql-url", "mysql://x/y").exit_code == 2


def test_beancount_adds_up_what_the_command_shows(run: Run, posted: str, tmp_path: Path) -> None:
    """Every account's balance, as beancount has it from the file, is the one that `ledger balances` prints."""
    assert run("ledger", "export", str(tmp_path), "--sql-url", posted).exit_code == 0
    theirs: dict[tuple[str, str], Decimal] = {}
    for book in ("AGENCY", "CENTRALIZED"):
        entries, errors, _ = loader.load_file(str(tmp_path / f"{book}.beancount"))
        assert errors == []
        for posting in (posting for entry in data.filter_txns(entries) for posting in entry.postings):
            assert posting.units is not None and isinstance(posting.units.number, Decimal)
            key = book, posting.account
            theirs[key] = theirs.get(key, Decimal()) + posting.units.number
    assert theirs == shown_balances(run("ledger", "balances", "--sql-url", posted, "--lang", "en").output)


def shown_balances(output: str) -> dict[tuple[str, str], Decimal]:
    """What the command prints, under beancount's names of the accounts."""
    names = {BOOKS[book].en: book for book in BOOKS}
    found: dict[tuple[str, str], Decimal] = {}
    for line in output.splitlines():
        book = next((book for name, book in names.items() if line.strip().startswith(name)), None)
        code = next((code for code in CHARTS[book] if f" {code} " in line), None) if book else None
        if book and code:
            found[book, account_name(book, code)] = Decimal(line.split()[-1].replace(",", ""))
    return found


def test_export_for_beancount_is_proved_by_bean_check(run: Run, posted: str, tmp_path: Path) -> None:
    done = run("ledger", "export", str(tmp_path / "books"), "--sql-url", posted)
    assert done.exit_code == 0
    files = sorted((tmp_path / "books").iterdir())
    assert [file.name for file in files] == ["AGENCY.beancount", "CENTRALIZED.beancount"]
    for file in files:
        assert str(file) in done.output.replace("\n", "")
        proved = subprocess.run(
            [str(Path(sys.executable).with_name("bean-check")), "--no-cache", str(file)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (proved.returncode, proved.stderr) == (0, "")
    assert '"estimate/2026-06/S1/base/1"' in files[0].read_text(encoding="utf-8")

"""What the books say, added up again by `bean-check`."""

import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guangfu.ledger.beancount import Dated, account_name, beancount_lines
from guangfu.ledger.books import AGENCY, BOOKS, CHARTS, Part
from guangfu.ledger.fen import Fen
from guangfu.ledger.journal import Entry, Line
from guangfu.ledger.postings import estimate_entry

DAY = date(2026, 7, 1)


def bean_check(path: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("bean-check")), "--no-cache", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def dated(*entries: Entry) -> list[Dated]:
    return [Dated(n, DAY + timedelta(days=n), bytes(32), entry) for n, entry in enumerate(entries, start=1)]


def written(folder: Path, book: str, entries: list[Dated], balances: dict[str, int]) -> Path:
    path = folder / f"{book}.beancount"
    path.write_text("".join(f"{line}\n" for line in beancount_lines(book, entries, balances)), encoding="utf-8")
    return path


def balances_of(entries: list[Dated]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for line in (line for each in entries for line in each.entry.lines):
        sums[line.account] = sums.get(line.account, 0) + line.amount
    return sums


def test_bean_check_finds_nothing(tmp_path: Path) -> None:
    entries = dated(*(estimate_entry('S"1\\/村', "2026-06", part, Fen(20_092_505)) for part in Part))
    done = bean_check(written(tmp_path, AGENCY, entries, balances_of(entries)))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_bean_check_finds_a_balance_that_is_a_fen_off(tmp_path: Path) -> None:
    entries = dated(estimate_entry("S1", "2026-06", Part.BASE, Fen(5)))
    done = bean_check(written(tmp_path, AGENCY, entries, {**balances_of(entries), "A2": 6}))
    assert done.returncode != 0
    assert "Balance failed" in done.stderr


def test_bean_check_finds_an_entry_that_does_not_balance(tmp_path: Path) -> None:
    crooked = Entry(AGENCY, "k", "estimate", (Line("A2", Fen(5)), Line("L1.estimated", Fen(-4))))
    done = bean_check(written(tmp_path, AGENCY, dated(crooked), {}))
    assert done.returncode != 0
    assert "does not balance" in done.stderr


def test_a_book_without_entries_is_a_file_without_accounts(tmp_path: Path) -> None:
    assert bean_check(written(tmp_path, AGENCY, [], {})).returncode == 0


def test_every_account_of_every_book_has_a_name_that_beancount_takes(tmp_path: Path) -> None:
    for book in BOOKS:
        there = tuple(Line(code, Fen(100)) for code in CHARTS[book])
        back = tuple(Line(code, Fen(-100)) for code in CHARTS[book])
        entries = dated(Entry(book, "all", "opening", there + back))
        assert bean_check(written(tmp_path, book, entries, balances_of(entries))).stderr == ""
        assert len({account_name(book, code) for code in CHARTS[book]}) == len(CHARTS[book])


@settings(max_examples=5, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(-(10**13), 10**13),
            st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8),
        ),
        max_size=20,
    )
)
def test_whatever_the_ids_are(tmp_path_factory: pytest.TempPathFactory, lines: list[tuple[int, str]]) -> None:
    entries = dated(
        *(
            estimate_entry(name, "2026-06", Part.BASE, Fen(amount), revision=n + 1)
            for n, (amount, name) in enumerate(lines)
        )
    )
    folder = tmp_path_factory.mktemp("bean")
    assert bean_check(written(folder, AGENCY, entries, balances_of(entries))).stderr == ""

"""A notice is known by its code, years later; another content has another code; nothing in it tells who somebody is."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from accounting.papers.masking import HIDDEN, masked_name, public_words
from accounting.papers.model import Paper
from accounting.papers.notices import notice
from accounting.villages.imports import Declined
from guangfu.exits import Exit
from guangfu.ledger.fen import Fen
from guangfu.ledger.postings.estimates import entitlement_entry
from guangfu.storage.sql.journal import post_entries, read_hash
from guangfu.storage.sql.notices import normal_code, read_notice, read_notices
from guangfu.storage.sql.persons import read_looks
from tests.accounting.papers.conftest import Run
from tests.accounting.papers.world import MONTH, NOW, County
from tests.villages.people import Somebody, card_of, identity_of, phone_of


def posted(county: County, kind: str = "result") -> Paper:
    with county.engine.begin() as db:
        return notice(db, county.office(), "vl-s", 2026, kind, month=MONTH if kind == "result" else None)


def test_a_plan_hangs_ten_days_from_its_recorded_day(county: County) -> None:
    paper = posted(county, "plan")
    with county.engine.connect() as db:
        kept = read_notice(db, paper.code)
    assert kept is not None
    assert (f"{kept.posted_on}", f"{kept.posted_until}") == ("2026-01-02", "2026-01-11")
    assert (kept.planned_fen, kept.paid_fen, kept.line_count) == (800_000, None, 4)


def test_a_result_is_what_arrived_and_not_what_came_back(county: County) -> None:
    """Two wages were sent, 800.00 arrived and 600.00 came back."""
    with county.engine.connect() as db:
        kept = read_notice(db, posted(county).code)
    assert kept is not None
    assert (kept.planned_fen, kept.paid_fen, kept.line_count) == (None, 80_000, 1)


def test_names_are_shown_in_part_and_each_look_is_kept(county: County) -> None:
    paper = posted(county)
    row = paper.tables[0].rows[0]
    assert row.cells[0] == masked_name(Somebody(1).secrets[0]) == "演**"
    with county.engine.connect() as db:
        looks = read_looks(db, county.people.people[0])
    assert f"公示 vl-s {MONTH} result" in {look.purpose for look in looks}


def test_printed_again_it_is_the_same_notice_with_its_first_heads(county: County) -> None:
    before = posted(county)
    with county.engine.begin() as db:
        post_entries(db, [entitlement_entry("st-c", "2026-07", Fen(900_000))], NOW)
    again = posted(county)
    assert (again.code, again.small) == (before.code, before.small)
    with county.engine.connect() as db:
        kept = read_notice(db, again.code)
        assert kept is not None
        for head in kept.heads.split():
            book, number, hash_ = head.split(":")
            assert read_hash(db, book, int(number)) == bytes.fromhex(hash_)
        assert sum(one.code == again.code for one in read_notices(db, village_id="vl-s")) == 1


def test_other_days_are_another_notice(county: County) -> None:
    with county.engine.begin() as db:
        other = notice(db, county.office(), "vl-s", 2026, "plan", posted_on=NOW.date())
    assert other.code != posted(county, "plan").code


def test_a_village_without_plan_or_payment_has_nothing_to_post(county: County) -> None:
    with county.engine.begin() as db, pytest.raises(Declined):
        notice(db, county.office(), "vl-j1", 2026, "plan")


def test_the_database_refuses_to_alter_a_notice(county: County) -> None:
    code = posted(county).code
    for act in ("UPDATE notices SET paid_fen = 1 WHERE code = :code", "DELETE FROM notices WHERE code = :code"):
        with county.engine.connect() as db, pytest.raises(sa.exc.IntegrityError):
            db.execute(sa.text(act), {"code": code})


def test_the_code_and_the_file_are_confirmed_by_the_command(county: County, run: Run, tmp_path: Path) -> None:
    printed = run("notice", "vl-s", 2026)
    assert printed.exit_code == Exit.DONE, printed.output
    path = next(tmp_path.glob("*.pdf"))
    code = path.stem.removesuffix("-en")
    told = run("check", code.lower().replace("-", " "))
    assert told.exit_code == Exit.DONE, told.output
    assert "8,000.00" in told.output
    assert run("check", code, path).exit_code == Exit.DONE
    other = Path(shutil.copy(path, tmp_path / "copy.pdf"))
    other.write_bytes(path.read_bytes() + b" ")
    assert run("check", code, other).exit_code == Exit.FOUND
    assert run("check", "0000-0000-0000-0000").exit_code == Exit.FOUND
    assert run("check", "hello").exit_code == Exit.USAGE
    assert code in run("notices").output


def test_what_is_not_there_exits_1_and_writes_nothing(run: Run, tmp_path: Path) -> None:
    for asked in (("station", "nowhere", MONTH), ("village", "nowhere", MONTH), ("transfer", "T-1"), ("batch", "B-1")):
        found = run(*asked)
        assert found.exit_code == Exit.FOUND, found.output
    assert run("station", "st-s", "June").exit_code == Exit.USAGE
    assert not list(tmp_path.glob("*.pdf"))


def test_each_command_writes_its_files(county: County, run: Run, tmp_path: Path) -> None:
    person = county.people.people[0]
    for asked in (
        ("station", "st-s", MONTH, "--format", "xlsx"), ("village", "vl-s", MONTH, "--format", "xlsx"),
        ("month", MONTH, "--banner", "150430", "--format", "xlsx"),
        ("year", 2026, "--banner", "敖汉旗", "--format", "xlsx"),
        ("transfer", county.transfers[0].transfer_id, "--format", "xlsx"), ("batch", county.batch, "--format", "xlsx"),
        ("person", person, "--purpose", "own", "--from", "2026-01", "--to", "2026-12", "--format", "xlsx"),
    ):  # fmt: skip
        done = run(*asked)
        assert done.exit_code == Exit.DONE, done.output
    names = {path.name for path in tmp_path.glob("*.xlsx")}
    assert {"SM-st-j-2026-06-en.xlsx", "VM-vl-j3-2026-06-en.xlsx", "YR-150430-2026-en.xlsx"} <= names
    own = next(path for path in tmp_path.iterdir() if path.name.startswith(person))
    assert own.stat().st_mode & 0o777 == 0o600


NUMBERS = st.one_of(
    st.integers(1, 900).map(identity_of), st.integers(1, 10**8).map(card_of), st.integers(1, 10**8 - 1).map(phone_of)
)
PLAIN = st.text("修路桥栽树保洁护林，。 ", max_size=8)


@given(PLAIN, NUMBERS, PLAIN, st.sampled_from(["{}", "（{}）", "：{}，"]))
def test_no_long_number_is_ever_posted(before: str, number: str, after: str, form: str) -> None:
    shown = public_words(before + form.format(number) + after, "公益岗位")
    assert number not in shown
    assert HIDDEN in shown or shown == "公益岗位"  # 路 and a number is an address
    assert not any(part in shown for part in (number[:6], number[-6:]))


@pytest.mark.parametrize(
    "words",
    ["大病救助", "残疾补助", "住院费用", "张三家 3号楼2单元", "困难户，电话见附件", "cancer aid", "家住建设路12号"],
)
def test_illness_and_address_give_way_to_the_class(words: str) -> None:
    assert public_words(words, "奖励补助") == "奖励补助"


@given(st.text(min_size=1, max_size=12))
def test_a_masked_name_keeps_at_most_its_first_character(name: str) -> None:
    masked = masked_name(name)
    assert set(masked[1:]) <= {"*"}
    assert "*" in masked


@pytest.mark.parametrize("text", ["", "7K3M", "7K3M-ABCD-0119-ZZZU", "7K3M-ABCD-0119-ZZZZ-1", "＊"])
def test_what_can_be_no_code_is_none(text: str) -> None:
    assert normal_code(text) is None


def test_a_paper_of_another_day_keeps_its_look_under_the_true_time(county: County, run: Run) -> None:
    """`--on` dates the paper alone: who looked when is never told otherwise."""
    person = county.people.people[1]
    asked = ("--purpose", "true time", "--from", "2026-01", "--to", "2026-12", "--format", "xlsx")
    began_at = datetime.now(UTC)
    assert run("person", person, *asked).exit_code == Exit.DONE
    with county.engine.connect() as db:
        look = next(one for one in read_looks(db, person) if one.purpose == "true time")
    assert began_at <= look.looked_at <= datetime.now(UTC)

"""`guangfu beneficiaries …` on real databases: previews, writes, twice as once, faults that repeat nothing personal."""

from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from openpyxl import Workbook
from sqlalchemy import Engine

from guangfu.storage.sql import persons, schema
from guangfu.storage.sql.registry import read_registry
from tests.villages.conftest import Run, Write
from tests.villages.people import Somebody, card_of, identity_of, name_of

HEAD = ("身份证号", "姓名", "银行卡号", "电话", "嘎查村编号", "受益户编号")
DAY = ("--on", "2026-01-01")


def row(n: int, village: str = "vl-s", household: str = "") -> tuple[str, ...]:
    return (*Somebody(n).secrets[1::-1], *Somebody(n).secrets[2:], village, household)


def ids_of(engine: Engine) -> dict[str, persons.Place]:
    with engine.connect() as db:
        return {p.household_id: p for p in persons.read_places(db) if p.valid_to is None}


def test_a_list_is_previewed_then_written_and_twice_is_once(county: Engine, run: Run, write: Write) -> None:
    path = write("名单.csv", [HEAD, row(1, household="hh-vl-s-0"), row(2, household="hh-vl-s-1"), row(3)])
    preview = run("beneficiaries", "import", path, *DAY)
    assert (preview.exit_code, "added 3" in preview.output, "preview" in preview.output) == (0, True, True)
    assert ids_of(county) == {}
    done = run("beneficiaries", "import", path, *DAY, "--apply")
    assert (done.exit_code, "written, voucher V-" in done.output) == (0, True)
    places = ids_of(county)
    assert {"hh-vl-s-0", "hh-vl-s-1"} < set(places)
    assert read_registry(county).households["hh-vl-s-0"].valid_to is None
    again = run("beneficiaries", "import", path, *DAY, "--apply")
    assert "the register is as the list says" in again.output
    assert ids_of(county) == places
    with county.connect() as db:
        assert db.execute(sa.select(sa.func.count()).select_from(schema.persons)).scalar_one() == 3


def test_the_next_year_removes_moves_and_corrects(county: Engine, run: Run, write: Write) -> None:
    first = [HEAD, row(1, household="hh-vl-s-0"), row(2, household="hh-vl-s-1"), row(3, household="hh-vl-s-2")]
    assert run("beneficiaries", "import", write("a.csv", first), *DAY, "--apply").exit_code == 0
    corrected = (*row(1)[:2], card_of(77), *row(1)[3:])
    second = write("b.csv", [HEAD, corrected, row(2, "vl-j1")])
    done = run("beneficiaries", "import", second, "--on", "2027-01-01", "--apply")
    assert "moved 1; removed 1" in done.output
    assert "bank card" in done.output
    households = read_registry(county).households
    assert {households[f"hh-vl-s-{i}"].valid_to for i in (1, 2)} == {date(2027, 1, 1)}
    back = run("beneficiaries", "import", write("c.csv", [HEAD, corrected, row(3)]), "--on", "2028-01-01", "--apply")
    assert "returned 1" in back.output


def test_every_fault_is_told_and_nothing_personal_is_repeated(county: Engine, run: Run, write: Write) -> None:
    bad = identity_of(4)[:-1] + "Q"
    rows = [
        HEAD, row(1), row(1, "vl-j1"), (bad, name_of(4), card_of(4)[:-1] + "x", "", "vl-s", ""), row(5, "nowhere"),
        ("15" + identity_of(6)[2:], name_of(6), "", "", "vl-s", ""),
    ]  # fmt: skip
    done = run("beneficiaries", "import", write("x.csv", rows), *DAY, "--apply")
    assert done.exit_code == 1
    for says in ("x.csv:2", "the same person as in row 3", "(GB 11643)", "(Luhn)", "no such village"):
        assert says in done.output, says
    personal = [cell for one in rows[1:] for cell in one[:4] if cell]
    assert not [cell for cell in personal if cell in done.output]
    with county.connect() as db:
        assert persons.read_persons(db) == {}


def test_numbers_that_a_workbook_damaged_are_refused(county: Engine, run: Run, tmp_path: Path) -> None:
    book = Workbook()
    for cells in (HEAD, (int(identity_of(12)[:-1] + "0"), name_of(1), card_of(1), "", "vl-s", "")):
        book.active.append(cells)
    book.save(tmp_path / "x.xlsx")
    done = run("beneficiaries", "import", tmp_path / "x.xlsx", *DAY)
    assert (done.exit_code, "spreadsheet damaged" in done.output) == (1, True)


def test_without_a_key_nothing_is_written(
    county: Engine, run: Run, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GUANGFU_PERSONS_KEYS")
    done = run("beneficiaries", "import", write("x.csv", [HEAD, row(1)]), *DAY, "--apply")
    assert (done.exit_code, "GUANGFU_PERSONS_KEYS" in done.output) == (2, True)
    with county.connect() as db:
        assert persons.read_persons(db) == {}
        assert db.execute(sa.select(schema.vouchers)).all() == []


def test_a_look_needs_a_purpose_and_is_kept_and_an_erased_person_is_an_id(
    county: Engine, run: Run, write: Write
) -> None:
    run("beneficiaries", "import", write("x.csv", [HEAD, row(1)]), *DAY, "--apply")
    (person_id,) = (p.person_id for p in ids_of(county).values())
    shown = run("beneficiaries", "show", person_id, "--fields", "name,bank_card", "--purpose", "退汇核对")
    assert (name_of(1) in shown.output, card_of(1) in shown.output) == (True, True)
    assert run("beneficiaries", "show", person_id, "--purpose", " ").exit_code == 1
    assert run("beneficiaries", "set", person_id, "bank_card", typed="123\n").exit_code == 1
    assert run("beneficiaries", "set", person_id, "bank_card", typed=card_of(9) + "\n").exit_code == 0
    looks = run("beneficiaries", "looks", person_id).output
    assert ("退汇核对" in looks, "李会计" in looks, card_of(9) in looks) == (True, True, False)
    assert "preview" in run("beneficiaries", "erase", person_id, "--reason", "本人申请").output
    assert run("beneficiaries", "erase", person_id, "--reason", "本人申请", "--apply").exit_code == 0
    assert name_of(1) not in run("beneficiaries", "show", person_id, "--purpose", "x").output
    assert "erased" in run("beneficiaries", "list").output
    assert run("beneficiaries", "rotate").exit_code == 0


def test_villages_merge(county: Engine, run: Run, write: Write) -> None:
    run("beneficiaries", "import", write("x.csv", [HEAD, row(1, "vl-j3", "hh-vl-j3-0")]), *DAY, "--apply")
    merge = ("beneficiaries", "merge-villages", "vl-j3", "--into", "vl-j2", "--on", "2026-06-01")
    assert "preview" in run(*merge).output
    done = run(*merge, "--apply")
    assert (done.exit_code, "merged with villages 1" in done.output or "merged 1" in done.output) == (0, True)
    assert {p.village_id for p in ids_of(county).values()} == {"vl-j2"}
    assert run("beneficiaries", "merge-villages", "gone", "--into", "vl-j2", "--on", "2026-06-01").exit_code == 1


def test_suppliers_are_encrypted_like_persons(county: Engine, run: Run, write: Write) -> None:
    head = ("统一社会信用代码", "名称", "银行账号")
    path = write("s.csv", [head, ("91350100M000100Y43", "演示建筑公司", "0123456789012")])
    assert "1 new" in run("beneficiaries", "suppliers", path, "--apply").output
    assert "0 new, 0 changed" in run("beneficiaries", "suppliers", path, "--apply").output
    assert "演示建筑公司" not in run("beneficiaries", "list", "--kind", "supplier").output

"""`guangfu plans …`: drafts, findings, steps, posts and attendance, on real databases."""

import csv
from pathlib import Path

import pytest
from sqlalchemy import Engine

from guangfu.ledger.states import Subject
from guangfu.storage.sql.papers import read_changes
from guangfu.storage.sql.plans import read_plan_lines, read_plan_years, read_posts
from tests.villages.conftest import Run, Write
from tests.villages.village import V, Village

HEAD = ("嘎查村编号", "序号", "类别", "用途", "内容", "金额（元）")
LINES = ((V, 1, "公益岗位", "公益岗位", "保洁", "5000"), (V, 2, "小型公益事业", "works", "修路", "3000.50"))
PLAN = ("--year", "2027")


def step(run: Run, state: str, *more: object) -> int:
    return run("plans", "step", V, 2027, state, *more).exit_code


def test_a_draft_is_previewed_written_once_and_replaced_line_by_line(county: Engine, run: Run, write: Write) -> None:
    path = write("计划.csv", [HEAD, *LINES])
    assert "preview" in run("plans", "import", path, *PLAN).output
    for _ in range(2):
        assert run("plans", "import", path, *PLAN, "--apply").exit_code == 0
    with county.connect() as db:
        assert [(x.spending, x.use_id, x.planned_fen) for x in read_plan_lines(db, village_id=V)] == [
            ("posts", "posts", 500_000), ("works", "works", 300_050),
        ]  # fmt: skip
        assert len(read_changes(db, Subject.PLAN_YEAR, f"{V}/2027")) == 1
    other = write("b.csv", [HEAD, LINES[0], (*LINES[1][:5], "2999")])
    done = run("plans", "import", other, *PLAN, "--apply")
    assert ("2 lines change" in done.output, "2,999.00" in done.output) == (True, True)


def test_a_banned_use_is_found_with_its_document_and_filed_only_with_a_reason(
    county: Engine, run: Run, write: Write
) -> None:
    path = write("计划.csv", [HEAD, LINES[0], (V, 2, "其他允许的用途", "购置车辆", "公务用车", "90000")])
    done = run("plans", "import", path, *PLAN, "--apply")
    assert (done.exit_code, "banned use: vehicles" in done.output, "rule unconfirmed" in done.output) == (1, True, True)
    assert step(run, "filed") == 1, "states follow each other"
    assert step(run, "decided") == 0
    assert step(run, "posted", "--on", "2027-01-05") == 0
    assert step(run, "reviewed", "--on", "2027-01-10") == 1, "ten days of posting"
    assert step(run, "reviewed", "--on", "2027-01-15") == 0
    assert step(run, "filed") == 1
    assert step(run, "filed", "--reason", "县里批准") == 0
    refused = run("plans", "import", write("b.csv", [HEAD, LINES[0]]), *PLAN, "--apply")
    assert (refused.exit_code, "return it to draft first" in refused.output) == (1, True)
    with county.connect() as db:
        assert [p.state for p in read_plan_years(db)] == ["filed"]
        assert read_changes(db, Subject.PLAN_YEAR, f"{V}/2027")[-1].reason == "县里批准"
    shown = run("plans", "show", V, 2027).output
    assert ("90,000.00" in shown, "李会计" in shown, "banned use" in shown) == (True, True, True)
    assert V in run("plans", "list", *PLAN).output


def test_one_line_of_rules_lifts_a_ban(
    county: Engine, run: Run, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "bans.csv").write_text("ban_id,valid_to\nvehicles-2025,2025-12-31\n", encoding="utf-8")
    monkeypatch.setenv("GUANGFU_RULES_FOLDER", str(rules))
    path = write("计划.csv", [HEAD, (V, 1, "other", "vehicles", "公务用车", "90000")])
    done = run("plans", "import", path, *PLAN)
    assert "not an allowed use in that year" in done.output


def test_faults_of_plan_posts_and_attendance_are_told(county: Engine, run: Run, write: Write, tmp_path: Path) -> None:
    rows: list[tuple[object, ...]] = [
        HEAD,
        ("nowhere", 1, "公益岗位", "posts", "x", "1"),
        (V, 1, "x", "posts", "x", "1.001"),
        LINES[0],
        LINES[0],
    ]
    done = run("plans", "import", write("计划.csv", rows), *PLAN, "--apply")
    text = " ".join(done.output.split())
    assert done.exit_code == 1
    for says in ("no such village", "should be one of", "too many decimals", "has this number already"):
        assert says in text
    village = Village(county, tmp_path)
    head = ("岗位编号", "嘎查村编号", "人员编号", "计划年度", "计划序号", "职责", "计酬方式", "工资（元）", "上岗日期")
    bad = ("post-9", V, "pn-none", 2026, 2, "保洁", "周", "800", "2026-01-01")
    worse = ("post-9", V, "pn-none", 2026, 2, "保洁", "月", "800", "2026-01-01")
    text = " ".join(run("plans", "posts", write("p.csv", [head, bad, worse]), "--apply").output.split())
    for says in ("月 / 日", "no such person", "no line vl-s/2026/2 for posts"):
        assert says in text
    good = ("post-9", V, village.people[0], 2026, 1, "护林", "日", "100", "2026-01-01")
    for _ in range(2):
        assert run("plans", "posts", write("p.csv", [head, good]), "--apply").exit_code == 0
    with county.connect() as db:
        assert len(read_posts(db)) == 3
    days = ("岗位编号", "出勤天数", "应出勤天数")
    rows = [days, ("post-9", "20.25", 22), ("post-9", 23, 22), ("post-x", 1, 22)]
    text = " ".join(run("plans", "attendance", write("a.csv", rows), "--month", "2026-06").output.split())
    for says in ("halves", "more days than were due", "no such post"):
        assert says in text
    done = run("plans", "attendance", write("a.csv", [days, ("post-9", "20.5", 22)]), "--month", "2026-06", "--apply")
    assert done.exit_code == 0
    assert village.draft().batch is not None
    assert run("plans", "attendance", write("a.csv", [days]), "--month", "2026-6").exit_code == 2


def test_the_examples_of_mapping_files_are_read(county: Engine, run: Run, tmp_path: Path) -> None:
    village = Village(county, tmp_path)
    mapping = tmp_path / "m.yaml"
    mapping.write_text("header_row: 2\ncolumns: {post_id: 编码, attended: 实出勤, due: 应出勤}\n", encoding="utf-8")
    with (tmp_path / "x.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["六月考勤"], ["编码", "实出勤", "应出勤"], ["post-0", 11, 22]])
    done = run("plans", "attendance", tmp_path / "x.csv", "--month", "2026-06", "--mapping", mapping, "--apply")
    assert done.exit_code == 0
    draft = village.draft()
    assert draft.batch is not None
    assert draft.batch.due_fen == 40_000 + 60_000


def test_a_step_that_may_not_follow_is_told_in_both_languages(county: Engine, run: Run, write: Write) -> None:
    run("plans", "import", write("计划.csv", [HEAD, *LINES]), *PLAN, "--apply")
    for lang, says in (
        ("zh-CN", "不能到“已报旗县备案”；下一步可以是：已议定"),
        ("en", "goes on to decided by the village"),
    ):
        done = run("plans", "step", V, 2027, "filed", "--lang", lang)
        assert (done.exit_code, says in done.output) == (1, True)

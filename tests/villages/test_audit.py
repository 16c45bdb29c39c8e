"""The audit command on a village that pays: what is planted is found, and nothing else; on SQLite and PostgreSQL."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from accounting.audit import Auditor, run_audit
from guangfu.clock import ManualClock
from guangfu.income.audit.found import RowRef
from guangfu.income.rules import load_rules
from guangfu.ledger.states import Subject
from guangfu.storage.sql import schema
from guangfu.storage.sql.audit_facts import audit_months, read_audit_facts
from guangfu.storage.sql.findings import count_open_findings, read_findings
from guangfu.storage.sql.papers import read_changes, read_vouchers
from guangfu.storage.sql.registry import read_registry
from tests.villages.conftest import Run
from tests.villages.village import MONTH, Village

AT = datetime(2026, 8, 1, 2, tzinfo=UTC)
RULES = load_rules()
IDLE, BANNED, UNATTENDED = (
    "idle_station:st-s:2026-06",
    "banned_use:vl-s/2026/1:2026-06",
    "unattended_post:post-0:2026-06",
)


@pytest.fixture
def village(county: Engine, tmp_path: Path) -> Village:
    """Its wages of June are in the books."""
    known = Village(county, tmp_path)
    batch = known.draft().batch
    assert batch is not None
    known.approve(batch.batch_id)
    return known


def plant(engine: Engine) -> None:
    """Four days without output, a line of the plan for what no document allows, a post that nobody saw at work."""
    idle = [
        {"station_id": "st-s", "day": date(2026, 6, n), "energy_wh": 0, "interpolated_wh": 0, "coverage": 1.0,
         "complete": True, "rules_version": "x", "computed_at": AT}
        for n in range(1, 5)
    ]  # fmt: skip
    lines, attendance = schema.plan_lines, schema.attendance
    with engine.begin() as db:
        db.execute(schema.daily_energy.insert(), idle)
        db.execute(sa.update(lines).where(lines.c.line_id == "vl-s/2026/1").values(use_id="unknown"))
        db.execute(sa.delete(attendance).where(attendance.c.post_id == "post-0"))


def states(engine: Engine) -> dict[str, str]:
    with engine.connect() as db:
        return {one.finding_id: one.state for one in read_findings(db)}


def test_nothing_is_found_where_nothing_is_wrong(village: Village, run: Run) -> None:
    ran = run("audit", "run")
    assert (ran.exit_code, ran.output) == (0, "0 opened, 0 cleared; 0 found by this run\n")
    assert run("audit", "list").exit_code == 0


def test_exactly_what_is_planted_is_found_explained_and_cleared(village: Village, run: Run) -> None:
    plant(village.engine)
    assert run("audit", "run", "--month", MONTH).exit_code == 1
    assert states(village.engine) == dict.fromkeys((BANNED, IDLE, UNATTENDED), "open")
    listed = run("audit", "list", "--check", "idle_station", "--banner", "150430")
    assert (listed.exit_code, IDLE in listed.output, BANNED in listed.output) == (1, True, False)
    shown = run("audit", "show", UNATTENDED)
    assert shown.exit_code == 1
    assert "post_id post-0" in shown.output and "due_fen 80000" in shown.output
    assert run("audit", "show", "idle_money:v9:2026-06").exit_code == 2
    assert run("audit", "explain", IDLE, "--reason", "grid works").exit_code == 0
    assert run("audit", "explain", IDLE, "--reason", "again").exit_code == 1
    assert run("audit", "run").exit_code == 1
    assert states(village.engine) == {BANNED: "open", IDLE: "explained", UNATTENDED: "open"}
    lines = schema.plan_lines
    with village.engine.begin() as db:
        db.execute(sa.delete(schema.daily_energy).where(schema.daily_energy.c.day == date(2026, 6, 1)))
        db.execute(sa.update(lines).where(lines.c.line_id == "vl-s/2026/1").values(use_id="posts"))
    assert run("audit", "run").exit_code == 1
    assert states(village.engine) == {BANNED: "cleared", IDLE: "cleared", UNATTENDED: "open"}
    with village.engine.connect() as db:
        assert [step.after for step in read_changes(db, Subject.FINDING, IDLE)] == ["open", "explained", "cleared"]
        assert count_open_findings(db) == {
            ("banned_use", "serious"): 0, ("idle_station", "warning"): 0, ("unattended_post", "serious"): 1,
        }  # fmt: skip


def test_an_explanation_ends_as_soon_as_its_rows_are_others(village: Village, run: Run) -> None:
    plant(village.engine)
    run_audit(village.engine, RULES, AT, "李")
    run("audit", "explain", IDLE, "--reason", "grid works")
    with village.engine.begin() as db:
        db.execute(sa.delete(schema.daily_energy).where(schema.daily_energy.c.day == date(2026, 6, 1)))
        days = sa.select(schema.daily_energy).where(schema.daily_energy.c.day == date(2026, 6, 4))
        (last,) = db.execute(days).mappings().all()
        db.execute(schema.daily_energy.insert(), [{**last, "day": date(2026, 6, 5)}])
    taken = run_audit(village.engine, RULES, AT, "李")
    assert (taken.opened, states(village.engine)[IDLE]) == (1, "open")


def test_facts_are_those_of_the_tables(village: Village) -> None:
    with village.engine.connect() as db:
        assert audit_months(db, date(2026, 7, 3)) == ["2026-06", "2026-07"]
        facts = read_audit_facts(db, read_registry(village.engine), [MONTH])
    assert [(due.due_fen, due.village_id, due.attended) for due in facts.dues] == [
        (80_000, "vl-s", True), (60_000, "vl-s", True),
    ]  # fmt: skip
    assert [(plan.state, plan.filed_on) for plan in facts.plans] != []
    assert {place.person_id for place in facts.places} == set(village.people)
    assert facts.suppliers == frozenset()


def test_accounting_runs_the_checks_once_a_day(village: Village) -> None:
    plant(village.engine)
    clock = ManualClock(AT)
    auditor = Auditor(village.engine, RULES, clock)
    first = auditor.once()
    assert first is not None and first.opened == 3
    assert auditor.once() is None
    assert Auditor(village.engine, RULES, clock).once() is None, "another process sees the mark"
    clock.at += timedelta(days=1)
    again = auditor.once()
    assert again is not None and (again.opened, again.stands) == (0, 3)


def test_rows_say_where_to_look(village: Village) -> None:
    plant(village.engine)
    run_audit(village.engine, RULES, AT, "李")
    with village.engine.connect() as db:
        (idle,) = read_findings(db, ids=[IDLE])
    assert (idle.severity, idle.station_id, idle.village_id) == ("warning", "st-s", None)
    assert idle.rows[0] == RowRef("daily_energy", {"station_id": "st-s", "day": "2026-06-01"}, {"energy_wh": 0})


def test_listing_takes_a_month_with_its_quarter_and_year_and_all_only_if_asked(village: Village, run: Run) -> None:
    plant(village.engine)
    run("audit", "run")
    assert run("audit", "list", "--month", MONTH).output.count(":2026-06") == 3
    assert run("audit", "list", "--month", "2026-05").exit_code == 0
    assert run("audit", "list", "--month", "2026-13").exit_code == 2
    with village.engine.begin() as db:
        db.execute(sa.delete(schema.daily_energy))
    run("audit", "run")
    assert IDLE not in run("audit", "list").output
    whole = run("audit", "list", "--all", "--lang", "zh-CN").output
    assert IDLE in whole and "已消除" in whole and "提醒" in whole and "严重" in whole


def test_an_explanation_keeps_its_voucher(village: Village, run: Run, tmp_path: Path) -> None:
    plant(village.engine)
    run("audit", "run")
    paper = tmp_path / "检修单.txt"
    paper.write_text("6月1日至4日检修", encoding="utf-8")
    said = ("audit", "explain", IDLE, "--reason", "检修", "--voucher", paper)
    assert run(*said, "--lang", "zh-CN").output == f"{IDLE} 已说明\n"
    shown = run("audit", "show", IDLE, "--lang", "zh-CN")
    assert shown.exit_code == 0 and "通知运维" in shown.output and "检修" in shown.output
    with village.engine.connect() as db:
        (kept,) = [voucher for voucher in read_vouchers(db) if voucher.kind == "explanation"]
    assert kept.file_name == "检修单.txt" and kept.voucher_id in shown.output
    assert run("audit", "explain", UNATTENDED, "--reason", " ").exit_code == 1
    assert run("audit", "explain", IDLE, "--reason", "x", "--voucher", tmp_path / "none.pdf").exit_code == 2

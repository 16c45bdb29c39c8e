"""Vouchers and states, on SQLite and PostgreSQL alike."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from guangfu.ledger.states import BadStep, Subject
from guangfu.storage.errors import Refused
from guangfu.storage.sql import papers, schema
from guangfu.storage.sql.papers import StateChange, StationMonth
from guangfu.storage.voucher_files import keep_file, read_file

AT = datetime(2026, 7, 3, 1, tzinfo=UTC)
JUNE = StationMonth("S1", "2026-06", "estimated", AT, "accounting")


def test_vouchers_are_numbered_and_the_same_file_is_recorded_once(engine: Engine) -> None:
    with engine.begin() as db:
        first = papers.record_voucher(
            db,
            "statement",
            "6月.xlsx",
            "ab" * 32,
            1234,
            at=AT,
            by="李",
            number="蒙东202606-7",
            issued_on=date(2026, 7, 2),
        )
        again = papers.record_voucher(
            db, "statement", "copy.xlsx", "ab" * 32, 1234, at=AT, by="王", number="蒙东202606-7"
        )
        other = papers.record_voucher(db, "receipt", "6月.xlsx", "ab" * 32, 1234, at=AT, by="李")
    assert (first.voucher_id, other.voucher_id) == ("V-2026-000001", "V-2026-000002")
    assert again == first
    with engine.connect() as db:
        assert papers.read_vouchers(db) == [first, other]
        assert papers.read_voucher(db, "V-2026-000001") == first
        assert papers.read_voucher(db, "V-2026-000009") is None


def test_a_months_steps_are_kept_with_who_and_when(engine: Engine) -> None:
    with engine.begin() as db:
        papers.write_station_months(db, [JUNE])
        papers.write_station_months(db, [JUNE])
        papers.write_station_months(db, [replace(JUNE, state="settled", changed_by="李")], voucher_id="V-2026-000001")
    with engine.connect() as db:
        steps = papers.read_changes(db, Subject.STATION_MONTH, "S1/2026-06")
        assert [(x.before, x.after, x.changed_by) for x in steps] == [
            (None, "estimated", "accounting"), ("estimated", "settled", "李"),
        ]  # fmt: skip
        assert [x.state for x in papers.read_station_months(db, month="2026-06")] == ["settled"]
        assert papers.closed_months(db) == set()


def test_a_step_that_may_not_follow_writes_nothing(engine: Engine) -> None:
    with engine.begin() as db:
        papers.write_station_months(db, [replace(JUNE, state="closed")])
    with pytest.raises(BadStep), engine.begin() as db:
        papers.write_station_months(db, [replace(JUNE, station_id="S2"), replace(JUNE, state="open")])
    with engine.connect() as db:
        assert [(x.station_id, x.state) for x in papers.read_station_months(db)] == [("S1", "closed")]
        assert papers.closed_months(db, ["S1", "S2"]) == {("S1", "2026-06")}


@pytest.mark.parametrize("act", ["UPDATE state_changes SET after = 'open'", "DELETE FROM state_changes"])
def test_the_database_refuses_to_alter_a_step(engine: Engine, act: str) -> None:
    with engine.begin() as db:
        papers.record_changes(db, [StateChange(Subject.RECEIPT, "R1", None, "recorded", AT, "李")])
    with pytest.raises(DBAPIError, match="never altered"), engine.begin() as db:
        db.execute(sa.text(act))
    with engine.connect() as db:
        assert db.execute(sa.select(schema.state_changes.c.after)).scalars().all() == ["recorded"]


def test_a_voucher_file_is_read_as_it_was_kept(tmp_path: Path) -> None:
    kept = keep_file(tmp_path, b"scan")
    assert keep_file(tmp_path, b"scan") == kept
    assert read_file(tmp_path, kept.sha256) == b"scan"
    assert [p.stat().st_mode & 0o777 for p in tmp_path.rglob("*") if p.is_file()] == [0o600]


def test_a_voucher_file_that_was_changed_is_refused(tmp_path: Path) -> None:
    kept = keep_file(tmp_path, b"scan")
    next(p for p in tmp_path.rglob("*") if p.is_file()).write_bytes(b"scam")
    with pytest.raises(Refused, match="changed after"):
        read_file(tmp_path, kept.sha256)
    with pytest.raises(Refused, match="not in"):
        read_file(tmp_path, "00" * 32)

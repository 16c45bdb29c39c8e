"""The demo's money goes its whole way: every amount is there for some village, once, and the books hold."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from guangfu.clock import ManualClock, day_start
from guangfu.demo.money import move_money
from guangfu.demo.people import known_of
from guangfu.demo.settling import EARLIER_OF, settle_earlier_months, settle_last_month
from guangfu.ledger.allocating import ageing
from guangfu.stations.models import Registry, StationKind
from guangfu.stations.personal import place_fault
from guangfu.stations.synthetic import synthetic_registry
from guangfu.storage.sql.database import open_database, upgrade
from guangfu.storage.sql.findings import read_findings
from guangfu.storage.sql.journal import verify_chain
from guangfu.storage.sql.money import receivables, village_money
from guangfu.storage.sql.payments import read_payments
from guangfu.storage.sql.persons import Secret, read_persons
from guangfu.storage.sql.plans import read_plan_years
from guangfu.storage.sql.receipts import read_dated_allocations, read_receipts
from guangfu.storage.sql.registry import write_registry
from guangfu.storage.sql.transfers import read_transfers
from tests.demo.test_settling import truth_row

MONTH, CLOCK = "2026-05", ManualClock(day_start(date(2026, 6, 20)) + timedelta(hours=10))


@pytest.fixture(scope="module")
def registry() -> Registry:
    return synthetic_registry()


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory, registry: Registry) -> tuple[Path, Engine]:
    """May's last days settled of every fourth village-level station, and their money moved."""
    folder = tmp_path_factory.mktemp("demo")
    villages = sorted(s.station_id for s in registry.stations.values() if s.kind is StationKind.VILLAGE)
    stations = villages[::4]
    rows = [
        truth_row(s, date(2026, 5, 28) + timedelta(days=n), 100_000_000 + n * 12_345)
        for s in stations
        for n in range(4)
    ]
    (folder / "truth.jsonl").write_text("\n".join(rows))
    engine = open_database(f"sqlite:///{folder}/guangfu.sqlite")
    upgrade(engine)
    write_registry(engine, registry, at=day_start(date(2026, 5, 1)))
    settle_last_month(engine, folder, folder / "truth.jsonl", CLOCK)
    _accept(engine, registry)
    assert settle_earlier_months(engine, folder, folder / "truth.jsonl", CLOCK) == 3 * len(villages[::EARLIER_OF])
    assert move_money(engine, folder, CLOCK) is not None
    return folder, engine


def _accept(engine: Engine, registry: Registry) -> None:
    """Without telemetry there is no estimate, so that somebody has to look at each statement."""
    from accounting.settlement import Settlement
    from guangfu.income.rules import load_rules
    from guangfu.storage.sql.settlement import read_statements

    with engine.begin() as db:
        waiting = [one.statement_id for one in read_statements(db, states=["imported"])]
        assert Settlement(registry, load_rules(), CLOCK.now(), "test").accept(db, waiting, "演示")


def test_every_amount_is_there_for_a_village(moved: tuple[Path, Engine], registry: Registry) -> None:
    with moved[1].connect() as db:
        village = read_plan_years(db, year=2026)[0].village_id
        (may,) = village_money(db, registry, village, MONTH, MONTH)
        paid = {p.state for p in read_payments(db)}
        transfers = {t.state for t in read_transfers(db)}
    assert may.settled_fen > 0
    assert 0 < may.distributable_fen <= may.received_fen <= may.settled_fen
    assert may.passed_on_fen == may.arrived_fen == may.distributable_fen
    assert paid == {"paid", "returned", "sent", "drafted"}
    assert {"arrived", "sent", "drafted"} <= transfers


def test_something_came_in_and_something_is_outstanding_at_every_age(
    moved: tuple[Path, Engine], registry: Registry
) -> None:
    with moved[1].connect() as db:
        ages = ageing(receivables(db, registry), "2026-06")
        came = {(one.part, one.month) for one in read_dated_allocations(db)}
    assert all(outstanding > 0 for part in ("base", "subsidy") for outstanding in ages[part])
    assert came == {(part, month) for part in ("base", "subsidy") for month in ("2024-03", "2025-03", "2025-12", MONTH)}


def test_audits_find_at_once_what_is_late(moved: tuple[Path, Engine]) -> None:
    """Of the earlier months something never came, and none has telemetry."""
    with moved[1].connect() as db:
        late = read_findings(db, states=["open"], checks=["subsidy_late"])
    assert {one.period for one in late} >= {"2024"}
    assert all(one.station_id and one.rows for one in late)


def test_a_second_start_moves_nothing_and_the_books_hold(moved: tuple[Path, Engine]) -> None:
    folder, engine = moved
    with engine.connect() as db:
        before = len(read_receipts(db))
    assert move_money(engine, folder, CLOCK) is None
    with engine.connect() as db:
        assert len(read_receipts(db)) == before
        assert verify_chain(db) == []


def test_its_people_are_nobody_and_the_banks_file_is_gone(moved: tuple[Path, Engine]) -> None:
    folder, engine = moved
    assert place_fault(known_of(1)[Secret.IDENTITY_NUMBER], synthetic=False) is not None
    with engine.connect() as db:
        assert all(person.synthetic for person in read_persons(db).values())
    assert (folder / "demo-keys.txt").stat().st_mode & 0o777 == 0o600
    assert not list(folder.glob("B-*.csv"))

"""A month of simulated stations: telemetry, estimate, the synthetic power company's statements, settled, closed."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from accounting.closing import close_months, plan_closing, readings_to_keep
from accounting.settlement import ImportPlan, Settlement
from guangfu.clock import day_start, local_day
from guangfu.explain.source import Source
from guangfu.explain.subjects import explain_household, explain_village
from guangfu.explain.tree import Amount
from guangfu.income.rules import load_rules
from guangfu.income.settlement.fields import load_statement_mapping
from guangfu.income.settlement.models import Cause
from guangfu.income.settlement.reading import read_statements as read_file
from guangfu.income.settlement.templates import mapping_path
from guangfu.ledger.books import AGENCY
from guangfu.stations.files.mapped import ColumnMapping
from guangfu.stations.models import DeviceKind, StationKind
from guangfu.stations.synthetic import synthetic_registry
from guangfu.storage.boundaries import Readings
from guangfu.storage.sql.figures import read_monthly_income
from guangfu.storage.sql.journal import balances, verify_chain
from guangfu.storage.sql.month_summary import read_month_summary
from guangfu.storage.sql.rules_in_force import rules_in_force
from guangfu.storage.sql.settlement import lock_months, read_boundary_readings, read_settled, read_statements
from guangfu.texts import Lang
from simulators.statements import read_truth
from tests.end_to_end.whole import Whole, running_whole, wait_until
from tests.services.running import Service
from tests.storage.stores import Place, duckdb_place, influxdb_place

MONTH, FIRST, READ_ON, NEXT = "2026-05", date(2026, 5, 1), date(2026, 5, 3), date(2026, 6, 3)
STATIONS = 33
END = day_start(date(2026, 6, 5))


def simulate(*arguments: str) -> None:
    command = [sys.executable, "-m", "guangfu", "simulate", *arguments]
    subprocess.run(command, check=True, timeout=300, capture_output=True)


@pytest.fixture(params=["embedded", "production"])
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Place, str]]:
    """DuckDB and SQLite, or InfluxDB and PostgreSQL: where telemetry is, and SQL's address."""
    if request.param == "embedded":
        place, url = duckdb_place(tmp_path), f"sqlite:///{tmp_path}/guangfu.sqlite"
    else:
        place = influxdb_place(request.getfixturevalue("influxdb"))
        url = request.getfixturevalue("postgres").new_database()
    yield place, url
    place.close()


@pytest.fixture
def month(mosquitto: Service, pair: tuple[Place, str], tmp_path: Path) -> Iterator[tuple[Whole, Path]]:
    """31 centralized and two village-level stations from 1 May to 4 June; a tenth of the readings is never taken."""
    folder, (place, url) = tmp_path, pair
    with running_whole(
        mosquitto, place.open(), url, synthetic_registry(), folder, END + timedelta(minutes=10)
    ) as whole:
        simulate(
            "fleet", "--mqtt-port", str(mosquitto.port), "--step", "30", "--stations", str(STATIONS),
            "--missing", "0.1",
            "--start-at", day_start(FIRST).isoformat(), "--end-at", END.isoformat(), "--truth", f"{folder}/truth.jsonl",
        )  # fmt: skip
        wait_until(lambda: last_readings(whole) >= STATIONS and whole.is_drained(), "every station's last reading")
        whole.account()
        yield whole, folder


def last_readings(whole: Whole) -> int:
    found = whole.store.read(DeviceKind.METER, ["energy_export_total_wh"], start_at=END, end_at=END)
    return len(set(found.station.tolist()))


def imported(whole: Whole, folder: Path, now: datetime) -> ImportPlan:
    file = folder / "结算单.xlsx"
    simulate(
        "statements", "--truth", f"{folder}/truth.jsonl", "--month", MONTH, "--first", READ_ON.isoformat(),
        "--last", NEXT.isoformat(), "--out", str(file),
    )  # fmt: skip
    mapping = load_statement_mapping(mapping_path("standard"))
    assert isinstance(mapping, ColumnMapping)
    found = read_file(file, mapping, whole.registry)
    assert found.faults == ()
    with whole.engine.begin() as db:
        lock_months(db)
        settlement = Settlement(whole.registry, load_rules(), now, "李会计")
        plan = settlement.plan(db, found.statements)
        assert plan.faults == ()
        settlement.apply(db, plan, "V-2026-000001")
    return plan


def test_a_month_is_estimated_settled_by_the_truth_closed_and_explained(
    month: tuple[Whole, Path], pair: tuple[Place, str]
) -> None:
    whole, folder = month
    now = whole.clock.now()
    with whole.engine.connect() as db:
        estimated = {row.station_id: row for row in read_monthly_income(db, start=MONTH, end=MONTH)}
    assert len(estimated) == STATIONS
    assert len(imported(whole, folder, now).new) == STATIONS
    assert imported(whole, folder, now).new == []

    with whole.engine.connect() as db:
        kept = read_statements(db, month=MONTH)
        settled = {row.station_id: row for row in read_settled(db)}
        summary = read_month_summary(db, whole.registry, MONTH, list(estimated))
        agency = balances(db, AGENCY)
        assert verify_chain(db) == []
    for one in kept:
        # The meters' registers were read at the same midnights by both, so nothing is left to explain.
        assert one.state == "posted" and one.attention == (), one
        found = {d.cause: d for d in one.differences}
        assert abs(found[Cause.REST].difference_wh) <= (one.tolerance_wh or 0)
        assert found[Cause.WINDOW].difference_wh != 0 and found[Cause.PRICE].difference_base_fen == 0
        row = estimated[one.statement.station_id]
        assert row.energy_wh + sum(d.difference_wh for d in one.differences) == one.statement.settled_energy_wh
    villages = [s for s in estimated if whole.registry.stations[s].kind is StationKind.VILLAGE]
    assert agency["A3"] == -agency["L1.settled"] == sum(settled[s].settled_gross_fen for s in villages)
    assert agency["A2"] == 0
    assert summary.states == {"settled": STATIONS} and summary.waiting == ()
    assert summary.settled.gross_fen == sum(row.settled_gross_fen for row in settled.values())

    with whole.engine.begin() as db:
        lock_months(db)
        plan = plan_closing(db, whole.registry, MONTH, list(estimated), now, exception=False)
        boundaries = readings_to_keep(db, whole.store, whole.registry, load_rules(), plan)
        assert close_months(db, plan, boundaries, at=now, by="李会计") == STATIONS
    with whole.engine.connect() as db:
        bounds = {row.bound_at: row for row in read_boundary_readings(db, villages[0], MONTH)}
    assert sorted(bounds) == [day_start(day) for day in (FIRST, READ_ON, date(2026, 6, 1), NEXT)]
    assert {row.quality for row in bounds.values()} == {"exact"}
    truth = true_month(folder, villages[0])
    explained_to_the_truth(whole, whole.store, villages[0], truth, "telemetry")
    explained_to_the_truth(whole, pair[0].forget(), villages[0], truth, "kept at closing")


def true_month(folder: Path, station_id: str) -> tuple[int, int, int]:
    """The gateway meter's registers when May began and ended, and its factor, by the simulation's own word. [Wh]"""
    days = {one.day: one for one in read_truth(folder / "truth.jsonl") if one.station == station_id}
    return days[FIRST].start_wh, days[date(2026, 5, 31)].end_wh, days[FIRST].factor


def explained_to_the_truth(
    whole: Whole, readings: Readings, station_id: str, truth: tuple[int, int, int], where: str
) -> None:
    """A village's and a household's fen lead to the registers that the simulation really had."""
    registry = whole.registry
    village = registry.villages[registry.shares_of[station_id][0].village_id]
    home = min(one for one, of in registry.households.items() if of.village_id == village.village_id)
    with whole.engine.connect() as db:
        rules, today = rules_in_force(db, load_rules()), local_day(whole.clock.now())
        source = Source(db, readings, registry, rules, Lang.EN, today)
        of_village = explain_village(source, village, MONTH)
        of_household = explain_household(source, registry.households[home], MONTH)
        (kept,) = read_statements(db, month=MONTH, stations=[station_id])
    begin, end, factor = truth
    for root in (of_village.chain(Amount.ESTIMATED), of_household.chain(Amount.INDICATOR)):
        assert root is not None and root.amount
        (meter,) = {step for step in root.walk() if step.kind == "meter" and step.amount == (end - begin) * factor}
        assert meter.formula.startswith(f"({end:,} − {begin:,}) Wh × {factor:,}")
        assert all(where in fact.value for fact in meter.facts[:2]), meter.facts
    settled = of_village.chain(Amount.SETTLED)
    assert settled is not None and settled.amount
    said = {step.amount for step in settled.walk() if step.kind == "statement_meter"}
    assert kept.statement.settled_energy_wh in said, "the synthetic company's registers are the truth's"

"""Closed months never change: what late data or other rules would make of them is told."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from accounting.closing import ClosePlan, close_months, plan_closing, readings_to_keep
from accounting.settlement import Settlement
from guangfu.clock import day_start, to_ms
from guangfu.income.settlement.models import Statement
from guangfu.ledger.books import AGENCY
from guangfu.stations.models import Device, DeviceKind
from guangfu.storage.boundaries import boundary_readings
from guangfu.storage.sql.journal import balances, verify_chain
from guangfu.storage.sql.papers import closed_months
from guangfu.storage.sql.registry import read_registry
from guangfu.storage.sql.settlement import lock_months, read_boundary_readings, read_moved, read_settled
from guangfu.storage.telemetry_store import Point
from guangfu.telemetry.reading import Reading
from guangfu.texts import Lang
from tests.accounting.county import JUNE, MAY, County, registers
from tests.accounting.test_settlement import may_is_estimated, state, take
from tests.income.statements import statement

TEN = day_start(date(2026, 6, 11))


def close(county: County, *, exception: str | None = None, stations: tuple[str, ...] = ("s1",)) -> ClosePlan:
    registry = read_registry(county.engine)
    with county.engine.begin() as db:
        lock_months(db)
        now = county.clock.now()
        plan = plan_closing(db, registry, "2026-05", stations, now, exception=exception is not None)
        kept = readings_to_keep(db, county.store, registry, county.rules, plan)
        close_months(db, plan, kept, at=now, by="李会计", exception_voucher=exception)
    return plan


def figures(county: County) -> tuple[object, ...]:
    """Everything of May, as it stands in SQL."""
    with county.engine.connect() as db:
        settled = read_settled(db)
    may = {key: row for key, row in county.energy().items() if key[1] < JUNE}
    income = [row for row in county.income() if row.day < JUNE]
    months = {key: row for key, row in county.months().items() if key[1] == "2026-05"}
    return may, income, months, [row for row in county.villages() if row.month == "2026-05"], settled


def notes(county: County) -> list[tuple[str, str, int, int]]:
    with county.engine.connect() as db:
        return [(x.month, x.state, x.energy_before_wh, x.energy_after_wh) for x in read_moved(db)]


def test_a_month_closes_on_its_statement(county: County) -> None:
    may_is_estimated(county)
    plan = close(county)
    assert [one.blocked and one.blocked.en for one in plan.blocked] == ["there is no statement"]
    take(county, [statement()])
    assert [row.station_id for row in close(county).ready] == ["s1"]
    assert state(county) == "closed"
    with county.engine.connect() as db:
        assert closed_months(db) == {("s1", "2026-05")}
    assert close(county).ready == []


def test_a_statement_that_waits_and_a_month_that_runs_keep_it_open(county: County) -> None:
    may_is_estimated(county)
    take(county, [statement(base=400_000)])
    (blocked,) = close(county, exception="V-2026-000009").blocked
    assert blocked.blocked is not None and "s1-2026-05-1" in blocked.blocked.en
    county.clock.at = day_start(date(2026, 5, 31))
    (blocked,) = close(county, exception="V-2026-000009").blocked
    assert blocked.blocked is not None and blocked.blocked.en == "the month is not over"


def test_late_data_of_a_closed_month_that_a_statement_settled_change_nothing_and_are_told(county: County) -> None:
    """s1 is silent from 22 May on: 21 days, 40,320 kWh. The other ten come when May is closed: 59,520 kWh."""
    whole, silent = registers("s1", day_start(MAY), TEN, 1000), day_start(date(2026, 5, 22))
    county.receive(row for row in whole if row[1] <= silent)
    county.clock.at = TEN + timedelta(minutes=1)
    county.account()
    take(county, [statement()])
    with county.engine.begin() as db:
        registry = read_registry(county.engine)
        Settlement(registry, county.rules, county.clock.now(), "李会计").accept(db, ["s1-2026-05-1"], "ok")
    close(county)
    before, entries = figures(county), county.entries(AGENCY)
    county.receive(row for row in whole if row[1] > silent)
    county.account()
    assert county.dirty() == []
    assert figures(county) == before and county.entries(AGENCY) == entries
    assert county.energy()["s1", JUNE].energy_wh == 1_920_000
    assert notes(county) == [("2026-05", "closed", 40_320_000, 59_520_000)]
    county.receive(row for row in whole if row[1] > silent)
    county.account()
    assert notes(county) == [("2026-05", "closed", 40_320_000, 59_520_000)] and figures(county) == before


def cheaper(county: County) -> County:
    """The same county by rules whose base price is 0.01 less."""
    prices = [replace(price, price=price.price - Decimal("0.01")) for price in county.rules.base_prices]
    rules = replace(county.rules, base_prices=tuple(prices), version="cheaper")
    return replace(county, rules=rules, registered=False)


def test_other_rules_compute_open_months_again_say_what_moved_and_leave_closed_ones(county: County) -> None:
    may_is_estimated(county)
    take(county, [statement()])
    close(county)
    before, entries = figures(county), county.entries(AGENCY)
    later = cheaper(county)
    later.account()
    later.account()
    assert figures(county) == before and county.entries(AGENCY) == entries
    with county.engine.connect() as db:
        told = {(x.month, x.state): x for x in read_moved(db)}
    june, may = told["2026-06", "open"], told["2026-05", "closed"]
    # 19,200 kWh x 0.01 of June; 59,520 kWh x 0.01 of May
    assert june.estimated_base_before_fen - june.estimated_base_after_fen == 19_200
    assert may.estimated_base_before_fen - may.estimated_base_after_fen == 59_520
    assert (may.rules_before, may.rules_after) == (county.rules.version, "cheaper")
    assert len(notes(county)) == 2
    assert county.months()["s1", "2026-06"].rules_version == "cheaper"


def test_a_month_closed_by_exception_keeps_its_rows_and_gets_correcting_entries(county: County) -> None:
    may_is_estimated(county)
    close(county, exception="V-2026-000009")
    before = figures(county)
    cheaper(county).account()
    assert figures(county) == before and state(county) == "closed"
    posted = dict(county.entries(AGENCY))
    assert posted["estimate/2026-05/s1/base/2"] == 1_806_432 - 59_520
    # Then its statement comes after all: an entry of today that names May, which stays closed.
    take(county, [statement()])
    with county.engine.connect() as db:
        assert verify_chain(db) == []
        assert {a: fen for a, fen in balances(db, AGENCY).items() if fen} == {"A3": 4_464_000, "L1.settled": -4_464_000}
    assert state(county) == "closed"
    entries = county.entries(AGENCY)
    county.accountant().once()
    assert county.entries(AGENCY) == entries
    refused = take(county, [statement(transformer_loss_wh=1_000)], replacing=True)
    assert "2026-05 is closed" in refused.faults[0].text(Lang.EN)


def test_late_data_of_a_settled_month_do_not_bring_its_estimate_back(county: County) -> None:
    may_is_estimated(county)
    take(county, [statement()])
    entries = county.entries(AGENCY)
    county.receive([("s1", day_start(date(2026, 5, 20)), 1_000_000 + 19 * 24_000)])
    cheaper(county).account()
    assert county.entries(AGENCY) == entries and state(county) == "settled"
    assert county.months()["s1", "2026-05"].rules_version == "cheaper"


@pytest.mark.parametrize("kept_at", ["exact", "interpolated", "missing"])
def test_closing_keeps_the_registers_at_the_bounds(county: County, kept_at: str) -> None:
    """s1's window begins on 3 May; there is no reading at that midnight, or none for two days around it."""
    hours = {"exact": 0, "interpolated": 3, "missing": 30}[kept_at]
    third = day_start(date(2026, 5, 3))
    gap = third - timedelta(hours=hours), third + timedelta(hours=hours)
    whole = registers("s1", day_start(MAY), TEN, 1000)
    county.receive(row for row in whole if not gap[0] < row[1] < gap[1])
    county.clock.at = TEN + timedelta(minutes=1)
    county.account()
    one: Statement = statement(first=date(2026, 5, 3), last=date(2026, 6, 3))
    take(county, [one])
    with county.engine.begin() as db:
        Settlement(read_registry(county.engine), county.rules, county.clock.now(), "李").accept(
            db, ["s1-2026-05-1"], "ok"
        )
    close(county)
    with county.engine.connect() as db:
        rows = {row.bound_at: row for row in read_boundary_readings(db, "s1", "2026-05")}
    assert sorted(rows) == [day_start(date(2026, 5, 1)), third, day_start(JUNE), day_start(date(2026, 6, 3))]
    at = rows[third]
    assert at.register_wh == 1_000_000 + 48_000 and at.multiplication_factor == 80
    assert (at.quality, at.source) == {
        "exact": ("exact", "telemetry"), "interpolated": ("interpolated", "telemetry"),
        "missing": ("exact", "statement"),
    }[kept_at]  # fmt: skip
    assert rows[day_start(JUNE)].register_wh == 1_000_000 + 31 * 24_000


def test_a_meter_that_was_exchanged_has_bounds_while_it_was_in_service(county: County) -> None:
    registry = read_registry(county.engine)
    old, new = (
        Device("s1", name, DeviceKind.METER, days[0], days[1], 80)
        for name, days in (("meter-1", (date(2018, 7, 1), date(2026, 5, 10))), ("m2", (date(2026, 5, 10), None)))
    )
    changed = replace(registry, devices=(old, new))
    tenth = day_start(date(2026, 5, 10))
    readings = (("meter-1", -2, 900), ("meter-1", -1, 950), ("m2", 9, 5), ("m2", 10, 7))
    assert county.store.write([
        Point("s1", DeviceKind.METER, Reading(at_ms=to_ms(tenth + timedelta(hours=hours)), device=device,
                                              energy_export_total_wh=wh))
        for device, hours, wh in readings
    ]) == []  # fmt: skip
    rows = boundary_readings(county.store, changed, "2026-05", ["s1"], {}, 24)
    assert [(row.device, row.bound_at, row.register_wh, row.quality) for row in rows] == [
        ("meter-1", day_start(MAY), None, "missing"), ("meter-1", tenth, 950, "nearest"),
        ("m2", tenth, 5, "nearest"), ("m2", day_start(JUNE), None, "missing"),
    ]  # fmt: skip


def test_where_only_the_factor_changes_the_register_there_is_as_at_any_bound(county: County) -> None:
    registry, tenth = read_registry(county.engine), date(2026, 5, 10)
    facts = ((date(2018, 7, 1), tenth, 80), (tenth, None, 100))
    changed = replace(
        registry, devices=tuple(Device("s1", "meter-1", DeviceKind.METER, begin, end, n) for begin, end, n in facts)
    )
    noon = day_start(tenth) + timedelta(hours=12)
    county.receive([("s1", noon, 5), ("s1", noon + timedelta(hours=1), 6)])
    rows = boundary_readings(county.store, changed, "2026-05", ["s1"], {}, 24)
    assert {(row.bound_at, row.register_wh, row.quality) for row in rows if row.bound_at == day_start(tenth)} == {
        (day_start(tenth), None, "missing")
    }

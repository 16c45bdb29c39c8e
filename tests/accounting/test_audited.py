"""What goes wrong with stations and statements is found by the checks, from real readings and statements."""

from dataclasses import replace
from datetime import date, timedelta

from accounting.audit import run_audit
from guangfu.clock import day_start
from guangfu.stations.models import Attribute
from guangfu.storage.sql.findings import Finding, read_findings
from guangfu.storage.sql.registry import read_registry, write_registry
from tests.accounting.county import JUNE, MAY, County, registers
from tests.accounting.test_settlement import may_is_estimated, take
from tests.income.statements import BASE, statement

IDLE = "idle_station:s1:2026-05"


def found(county: County, month: str = "2026-05") -> dict[str, Finding]:
    run_audit(county.engine, county.rules, county.clock.now(), "李", [month])
    with county.engine.connect() as db:
        return {one.finding_id: one for one in read_findings(db)}


def stands_still(county: County, days: int) -> None:
    """s1's register grows until 11 May, stands for so many days, and grows again to the end of May."""
    stop, again = date(2026, 5, 11), date(2026, 5, 11) + timedelta(days=days)
    before = registers("s1", day_start(MAY), day_start(stop), 1000)
    still = registers("s1", day_start(stop), day_start(again), 0, before[-1][2])
    after = registers("s1", day_start(again), day_start(JUNE), 1000, before[-1][2])
    county.receive([*before, *still, *after])
    county.clock.at = day_start(JUNE) + timedelta(minutes=1)
    county.account()


def test_a_station_whose_meter_stands_still_is_found_until_somebody_tells(county: County) -> None:
    stands_still(county, 4)
    idle = found(county)[IDLE]
    assert [row.keys["day"] for row in idle.rows] == [f"2026-05-{n}" for n in range(11, 15)]
    assert (idle.station_id, idle.severity) == ("s1", "warning")
    told = Attribute("s1", "outage", "检修", date(2026, 5, 11), date(2026, 5, 13))
    registry = read_registry(county.engine)
    write_registry(county.engine, replace(registry, attributes=(told,)), at=county.clock.now())
    assert found(county)[IDLE].state == "cleared"


def test_three_days_without_output_are_no_finding(county: County) -> None:
    stands_still(county, 3)
    assert IDLE not in found(county)


def test_a_statement_at_another_price_is_found_to_the_fen(county: County) -> None:
    """59,520 kWh at 0.3034 instead of 0.3035: 5.95 yuan too little."""
    may_is_estimated(county)
    assert "tariff_mismatch" not in {key.split(":")[0] for key in found(county)}
    take(county, [statement(base=BASE - 100)])
    (key,) = [key for key in found(county) if key.startswith("tariff_mismatch")]
    one = found(county)[key]
    assert (one.station_id, one.period, one.severity) == ("s1", "2026-05", "serious")
    assert [dict(row.values) for row in one.rows] == [{"difference_base_fen": -595}]


def test_a_station_larger_than_its_kind_may_be_is_found(county: County) -> None:
    registry = read_registry(county.engine)
    larger = {
        "s1": replace(registry.stations["s1"], capacity_dc_w=500_001),
        "s2": replace(registry.stations["s2"], capacity_dc_w=6_000_001),
    }
    county.clock.at = day_start(JUNE)
    sizes = {"single_size:s1:2026", "joint_size:s2:2026"}
    assert not sizes & found(county).keys()
    write_registry(county.engine, replace(registry, stations={**registry.stations, **larger}), at=day_start(JUNE))
    assert sizes <= found(county).keys()

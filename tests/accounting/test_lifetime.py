"""Subsidised hours in accounting: the limit falls in a month, and late data of an earlier one move it."""

from dataclasses import replace
from datetime import timedelta

from guangfu.clock import day_start
from guangfu.stations.models import Attribute
from guangfu.storage.sql.registry import write_registry
from tests.accounting.county import JUNE, MAY, County, registers
from tests.accounting.county import county as stations

LIMIT_WH = 26_000 * 300_000
DAY_WH = 24_000 * 80


def test_the_subsidy_ends_and_late_data_of_the_month_before_move_the_end(county: County) -> None:
    """Opening energy leaves 40 days' worth from 1 May on: 31 in May, 9 in June. A gap in May is read later."""
    county.rules = replace(county.rules, energy=replace(county.rules.energy, subsidised_hours=1))
    opening = Attribute("s1", "opening_lifetime_kwh", str((LIMIT_WH - 40 * DAY_WH) // 1000), MAY)
    write_registry(county.engine, replace(stations(), attributes=(opening,)), at=day_start(MAY) + timedelta(hours=1))
    rows = registers("s1", day_start(MAY), day_start(JUNE + timedelta(days=30)), 1000)
    late = [row for row in rows if day_start(MAY + timedelta(days=20)) < row[1] < day_start(JUNE)]
    county.receive([row for row in rows if row not in late])
    county.clock.at = day_start(JUNE + timedelta(days=31))
    county.account()

    def subsidised_days() -> dict[str, float]:
        whole = 0.4465 * DAY_WH / 10
        return {m: round(county.months()["s1", m].estimated_subsidy_fen / whole, 3) for m in ("2026-05", "2026-06")}

    assert subsidised_days() == {"2026-05": 31, "2026-06": 9}
    county.receive(late)
    county.account()
    assert subsidised_days() == {"2026-05": 31, "2026-06": 9}


def test_less_energy_in_an_earlier_month_leaves_more_for_the_later(county: County) -> None:
    county.rules = replace(county.rules, energy=replace(county.rules.energy, subsidised_hours=1))
    opening = Attribute("s1", "opening_lifetime_kwh", str((LIMIT_WH - 40 * DAY_WH) // 1000), MAY)
    write_registry(county.engine, replace(stations(), attributes=(opening,)), at=day_start(MAY) + timedelta(hours=1))
    june = registers("s1", day_start(JUNE), day_start(JUNE + timedelta(days=30)), 1000, 100_000_000)
    county.receive(june)
    county.clock.at = day_start(JUNE + timedelta(days=31))
    county.account()
    before = county.months()["s1", "2026-06"]
    assert before.estimated_subsidy_fen == round(0.4465 * DAY_WH * 30 / 10)
    county.receive(registers("s1", day_start(MAY), day_start(JUNE), 1000, 100_000_000 - 31 * 24_000))
    county.account()
    assert county.months()["s1", "2026-06"].estimated_subsidy_fen == round(0.4465 * DAY_WH * 9 / 10)
    assert county.months()["s1", "2026-06"].estimated_base_fen == before.estimated_base_fen

"""A station's place in the subsidy list, in its estimate and in what its statement settled.

s1 in May: 59,520 kWh; base 18,064.32, subsidy 26,575.68; with 200 of 300 kW listed 39,680 kWh x 0.4465 = 17,717.12.
"""

from datetime import date, timedelta

from accounting.cash.listed import record_places
from accounting.cash.steps import Desk
from guangfu.income.rules.models import Confidence, ListStatus, SubsidyStatus
from guangfu.storage.sql.money import receivables
from guangfu.storage.sql.registry import read_registry
from guangfu.storage.sql.rules_in_force import rules_in_force
from tests.accounting.county import County
from tests.accounting.test_settlement import balance, may_is_estimated, take
from tests.income.statements import statement


def put(county: County, status: ListStatus, listed_w: int | None = None) -> int:
    """s1's place from its first day on; returns how many statements were posted again."""
    row = SubsidyStatus("s1", date(2018, 1, 1), None, status, listed_w, "批次", Confidence.B, confirmed=False)
    county.clock.advance(timedelta(seconds=1))
    with county.engine.begin() as db:
        desk = Desk(read_registry(county.engine), rules_in_force(db, county.rules), county.clock.now(), "李会计")
        return len(record_places(db, desk, [row], None)[1])


def subsidy(county: County) -> tuple[int, int]:
    month = county.months()["s1", "2026-05"]
    assert month.estimated_gross_fen == month.estimated_base_fen + month.estimated_subsidy_fen
    return month.estimated_base_fen, month.estimated_subsidy_fen


def test_an_unlisted_stations_estimate_has_no_subsidy_and_a_listed_capacity_has_its_share(county: County) -> None:
    may_is_estimated(county)
    accountant = county.accountant()
    assert subsidy(county) == (1_806_432, 2_657_568)
    put(county, ListStatus.UNLISTED)
    accountant.once()
    assert subsidy(county) == (1_806_432, 0)
    assert balance(county) == {"A2": 1_806_432, "L1.estimated": -1_806_432}
    put(county, ListStatus.LISTED, 200_000)
    accountant.once()
    assert subsidy(county) == (1_806_432, 1_771_712)
    put(county, ListStatus.LISTED)
    accountant.once()
    assert subsidy(county) == (1_806_432, 2_657_568)


def test_a_settled_subsidy_is_a_memo_while_the_station_is_not_listed(county: County) -> None:
    may_is_estimated(county)
    put(county, ListStatus.LISTED)
    take(county, [statement()])
    assert balance(county)["A3"] == 4_464_000
    assert put(county, ListStatus.SUSPENDED) == 1
    assert balance(county) == {"A3": 1_806_432, "L1.settled": -1_806_432}
    with county.engine.connect() as db:
        assert [(d.part, d.amount) for d in receivables(db, read_registry(county.engine))] == [("base", 1_806_432)]
    assert put(county, ListStatus.SUSPENDED) == 0
    assert put(county, ListStatus.LISTED) == 1
    assert balance(county)["A3"] == 4_464_000

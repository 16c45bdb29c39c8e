"""A station's place in the subsidy list, in its estimate and in what its statement settled.

s1 in May: 59,520 kWh; base 18,064.32, subsidy 26,575.68; with 200 of 300 kW listed 39,680 kWh x 0.4465 = 17,717.12.
"""

from datetime import date, timedelta

from accounting.cash.listed import record_places
from accounting.cash.steps import Desk
from accounting.settlement import Settlement
from guangfu.income.rules.models import Confidence, ListStatus, SubsidyStatus
from guangfu.income.settlement.models import Cause, Statement, StatementCorrection
from guangfu.ledger.books import Part
from guangfu.ledger.fen import Fen
from guangfu.storage.sql.money import receivables
from guangfu.storage.sql.registry import read_registry
from guangfu.storage.sql.rules_in_force import rules_in_force
from tests.accounting.county import County
from tests.accounting.test_settlement import balance, kept, may_is_estimated, settled, take
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


def post(county: County, said: Statement) -> None:
    """Posts a statement by the places that are kept, whatever there is to look at."""
    with county.engine.begin() as db:
        rules = rules_in_force(db, county.rules)
        settle = Settlement(read_registry(county.engine), rules, county.clock.now(), "李会计")
        new = settle.apply(db, settle.plan(db, [said]), "V-2026-000001")
        settle.accept(db, [one.statement_id for one in new], "looked at")


def test_beyond_the_listed_capacity_a_settled_subsidy_is_a_memo_and_the_difference_says_so(county: County) -> None:
    """A third of 26,575.68 is 8,858.56. A correction that takes back subsidy alone takes the memo first."""
    may_is_estimated(county)
    accountant = county.accountant()
    put(county, ListStatus.LISTED, 200_000)
    accountant.once()
    post(county, statement())
    assert balance(county) == {"A3": 1_806_432 + 1_771_712, "L1.settled": -1_806_432 - 1_771_712}
    (row,) = settled(county)
    assert (row.settled_subsidy_fen, row.memo_subsidy_fen) == (2_657_568, 885_856)
    (one,) = kept(county)
    moved = {x.cause: x.difference_subsidy_fen for x in one.differences if x.difference_subsidy_fen}
    assert (moved, one.attention) == ({Cause.LISTED: 885_856}, ())
    with county.engine.connect() as db:
        dues = receivables(db, read_registry(county.engine))
    assert [(d.part, d.amount) for d in dues] == [("base", 1_806_432), ("subsidy", 1_771_712)]
    back = StatementCorrection("2026-05", Part.SUBSIDY, 0, Fen(-885_856), "超出清单容量")
    june = statement("2026-06", first=date(2026, 6, 1), last=date(2026, 6, 2), corrections=(back,))
    post(county, june)
    may = [row for row in settled(county) if row.month == "2026-05"]
    assert sum(row.receivable_subsidy_fen for row in may) == 1_771_712
    assert put(county, ListStatus.LISTED) == 2
    may = [row for row in settled(county) if row.month == "2026-05"]
    assert sum(row.receivable_subsidy_fen for row in may) == 1_771_712

"""What goes wrong in a village is found by the checks, from tables that the real steps filled, on both databases.

June's wages of three posts are approved, 700.00 are spent on a vehicle, a slot is paid; what the register says of it
was corrected afterwards, as it is when somebody looks.
"""

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine

from accounting.audit import run_audit
from accounting.villages.drafting import Wanted, add_wanted, draft_slots
from accounting.villages.plans import draft_plan, step_plan
from guangfu.income.plans import PlanLine
from guangfu.ledger.books import VILLAGE
from guangfu.ledger.fen import Fen
from guangfu.ledger.postings.estimates import entitlement_entry
from guangfu.stations.models import Slot
from guangfu.storage.sql.findings import Finding, read_findings
from guangfu.storage.sql.journal import post_entries
from guangfu.storage.sql.payments import read_payments
from guangfu.storage.sql.persons import PersonKind, Place, add_person, read_places, replace_places
from guangfu.storage.sql.registry import read_registry, write_registry
from tests.villages.people import Somebody
from tests.villages.village import MONTH, RULES, V, Village

EARLY, LATE = datetime(2026, 8, 1, 2, tzinfo=UTC), datetime(2027, 2, 1, 2, tzinfo=UTC)
"""What arrived in July has to be spent by the end of January."""


@pytest.fixture
def village(county: Engine, tmp_path: Path) -> Village:
    known = Village(county, tmp_path, wages=(80_000, 60_000, 70_000))
    buy_a_vehicle(known)
    approve(known)
    return known


def approve(village: Village) -> None:
    batch = village.draft().batch
    assert batch is not None
    village.approve(batch.batch_id)


def buy_a_vehicle(village: Village) -> None:
    """Filed in spite of what the rules say of it, with a reason."""
    line = PlanLine(V, 2025, 1, "other", "vehicles", "购置车辆", Fen(70_000))
    with village.engine.begin() as db:
        draft_plan(db, V, 2025, [line], RULES, at=village.now, by="李", apply=True, voucher_id=None)
        take = partial(step_plan, db, V, 2025, rules=RULES, by="李", reason="村委会决定")
        for state, day in (("decided", 1), ("posted", 2), ("reviewed", 20), ("filed", 25)):
            take(state=state, at=village.now, on=date(2026, 1, day))
        supplier = add_person(db, village.keys, PersonKind.SUPPLIER, Somebody(9).known, synthetic=True,
                              at=village.now, by="李")  # fmt: skip
        due = Wanted("vehicle", VILLAGE, MONTH, supplier, Fen(70_000), "购置车辆", V, line_id=f"{V}/2025/1",
                     spending="other")  # fmt: skip
        add_wanted(db, [due], at=village.now, by="李", voucher_id=None)


def correct_the_register(village: Village) -> None:
    """The first payee was never in it, the second is in another village too since 15 June, the third died in May."""
    _, twice, died = village.people
    with village.engine.begin() as db:
        before = read_places(db)
        of = {place.person_id: place for place in before}
        other = Place(twice, "hh-vl-j1-0", "vl-j1", True, date(2026, 6, 15), None, "added")
        after = [of[twice], other, replace(of[died], valid_to=date(2026, 6, 1))]
        replace_places(db, before, after, at=village.now)


def pay_a_slot(village: Village) -> None:
    """The second payee's household, whose village holds units, has a slot of st-c since January, and is paid of it."""
    registry = read_registry(village.engine)
    slot = Slot("sl-both", "st-c", "hh-vl-s-1", date(2026, 1, 1))
    write_registry(village.engine, replace(registry, slots=(*registry.slots, slot)), at=village.now)
    village.company_pays(24_657)
    with village.engine.begin() as db:
        post_entries(db, [entitlement_entry("st-c", MONTH, Fen(1_000_000))], village.now)
        registry = read_registry(village.engine)
        draft = draft_slots(db, "st-c", MONTH, registry, RULES, at=village.now, by="李")
        assert draft.batch is not None
    village.approve(draft.batch.batch_id)


def found(village: Village, at: datetime) -> dict[str, Finding]:
    run_audit(village.engine, RULES, at, "李", ["2026-06", "2026-07"])
    with village.engine.connect() as db:
        return {one.finding_id: one for one in read_findings(db)}


def test_money_on_a_banned_use_is_found_with_its_document(village: Village) -> None:
    (banned,) = found(village, EARLY).values()
    assert banned.finding_id == "banned_use:vl-s/2025/1:2026-06"
    assert (banned.village_id, banned.document) == (V, "《内蒙古自治区光伏帮扶电站收益使用管理办法》")
    assert "700.00" in banned.text_en
    assert {row.table for row in banned.rows} == {"plan_lines", "dues"}


def test_payees_whom_the_register_does_not_have_or_has_twice_are_found(village: Village) -> None:
    before = found(village, EARLY)
    correct_the_register(village)
    after = found(village, EARLY)
    never, twice, died = village.people
    assert after.keys() - before.keys() == {
        f"payee_not_registered:{never}:2026-06", f"payee_twice:{twice}:2026-06", f"payee_left:{died}:2026-06",
    }  # fmt: skip
    of_two = after[f"payee_twice:{twice}:2026-06"]
    assert [row.keys["village_id"] for row in of_two.rows if row.table == "person_places"] == [V, "vl-j1"]


def test_a_household_that_is_paid_out_of_both_books_is_found(village: Village) -> None:
    pay_a_slot(village)
    both = found(village, EARLY)["both_kinds:hh-vl-s-1:2026-06"]
    assert [(row.table, row.values.get("due_fen")) for row in both.rows] == [
        ("dues", 60_000), ("dues", 24_657), ("slots", None),
    ]  # fmt: skip
    assert both.village_id == V and both.severity == "serious"


def test_money_that_lies_in_the_village_is_found_when_its_time_is_over(village: Village) -> None:
    """10,000.00 arrived on 1 July; the payments that were sent are out of it."""
    key = f"idle_money:{V}:2026-07"
    assert key not in found(village, datetime(2027, 1, 31, 2, tzinfo=UTC))
    idle = found(village, LATE)[key]
    assert "10,000.00 yuan" in idle.text_en
    with village.engine.connect() as db:
        payments = read_payments(db)
    village.send(payments[0].batch_id)
    sent = found(village, LATE)[key]
    assert "7,200.00 yuan" in sent.text_en

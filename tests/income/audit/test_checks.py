"""Each check at its border: what is just in order, and what is just not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from guangfu.income.audit import AuditFacts
from guangfu.income.audit.facts import (
    BankMove,
    EstimatedRow,
    IdleDay,
    IntegralRow,
    Outage,
    PlaceRow,
    PlanRow,
    TransferRow,
    UnmatchedRow,
)
from guangfu.income.audit.found import Found
from guangfu.income.audit.next_steps import NEXT_STEPS
from guangfu.income.plans import PlanLine
from guangfu.income.reconciling import Way
from guangfu.income.rules import BadRules, load_rules
from guangfu.income.rules.audit import Check
from guangfu.income.rules.audit_words import CHECK_NAMES
from guangfu.income.settlement.models import Cause, Difference
from guangfu.ledger.allocating import Due
from guangfu.ledger.books import CENTRALIZED, Part
from guangfu.ledger.fen import Fen
from guangfu.stations.checks.households import CENTRALIZED_KW
from guangfu.stations.checks.sizes import MOST_SINGLE_W
from guangfu.stations.models import Household, Registry, ShareUnits, Slot
from guangfu.texts import Lang
from tests.income.audit.clean import BASE, COUNTY, cash, clean, due, found, keys, passed, statement
from tests.income.small_registry import BEGIN

CLEAN = clean()
Q1_DUE = date(2026, 6, 30)
JAN = "2026-01"


def with_(**changes: Any) -> AuditFacts:
    return replace(CLEAN, **changes)


def without(rows: tuple[Any, ...], *months: str) -> tuple[Any, ...]:
    return tuple(row for row in rows if row.month not in months)


def in_registry(**changes: Any) -> Registry:
    return replace(COUNTY, **changes)


def days(first: date, n: int) -> tuple[IdleDay, ...]:
    return tuple(IdleDay("s1", first + timedelta(days=i)) for i in range(n))


def price(fen: int, part: Part = Part.BASE) -> Difference:
    amounts = (Fen(fen), Fen(0)) if part is Part.BASE else (Fen(0), Fen(fen))
    return Difference(Cause.PRICE, 0, *amounts)


def awards(n: int, fen: int = 50_000) -> AuditFacts:
    """v1 has ten households, n of which get the same."""
    houses = {f"v1-h{i}": Household(f"v1-h{i}", "v1", BEGIN) for i in range(10)}
    small = in_registry(
        households=houses, share_units=(ShareUnits("s1", "v1", 1, BEGIN),), slots=(),
        stations={"s1": replace(COUNTY.stations["s1"], capacity_dc_w=50_000)},
    )  # fmt: skip
    dues = tuple(
        due(JAN, due_id=f"D-{i}", payee_id=f"pn-{i}", due_fen=Fen(fen if i < n else 1000 + i), post_id=None,
            line_id="v1/2026/2")
        for i in range(10)
    )  # fmt: skip
    return with_(
        registry=small, dues=dues,
        plan_lines=(*CLEAN.plan_lines, PlanLine("v1", 2026, 2, "awards", "awards", "奖励", Fen(1))),
        places=tuple(PlaceRow(f"pn-{i}", f"v1-h{i}", "v1", date(2020, 1, 1)) for i in range(10)),
    )  # fmt: skip


def test_nothing_is_wrong_in_a_clean_county() -> None:
    assert found(CLEAN) == []


def test_nothing_into_the_agency_for_more_than_a_quarter() -> None:
    """Base of January to March: due by 30 June; one fen of it is something."""
    quarter = [f"2026-0{n}" for n in (1, 2, 3)]
    nothing = with_(cash=without(CLEAN.cash, *quarter), passed=without(CLEAN.passed, *quarter))
    assert keys(nothing, today=Q1_DUE, months=quarter) == []
    assert keys(nothing, today=Q1_DUE + timedelta(days=1), months=quarter) == ["nothing_received:s1:2026-Q1"]
    something = replace(nothing, cash=(*nothing.cash, cash(JAN, 1)), passed=(*nothing.passed, passed(JAN, 1)))
    assert keys(something, today=Q1_DUE + timedelta(days=1), months=quarter) == []


def test_where_no_statement_came_the_estimate_says_that_money_was_due() -> None:
    estimated = EstimatedRow("s1", JAN, Fen(900), unconfirmed=True)
    facts = AuditFacts(COUNTY, estimated=(estimated,))
    (one,) = found(facts, months=[JAN])
    assert (one.key, one.unconfirmed) == ("nothing_received:s1:2026-Q1", True)
    assert one.rows[0].table == "monthly_income"
    assert found(replace(facts, estimated=(replace(estimated, estimated_base_fen=Fen(0)),)), months=[JAN]) == []


def test_a_years_subsidy_after_the_next_first_quarter() -> None:
    facts = with_(outstanding=(Due("s1", "2025-12", "subsidy", Fen(1), 2025),))
    assert keys(facts, months=["2025-12"], today=date(2026, 3, 31)) == []
    assert keys(facts, months=["2025-12"], today=date(2026, 4, 1)) == ["subsidy_late:s1:2025"]
    whole = replace(facts, outstanding=())
    assert keys(whole, months=["2025-12"], today=date(2026, 4, 1)) == []


def test_what_came_is_what_was_settled() -> None:
    part = with_(outstanding=(Due("s1", JAN, "base", Fen(1)),))
    assert keys(part, months=[JAN], today=Q1_DUE) == []
    assert keys(part, months=[JAN], today=Q1_DUE + timedelta(days=1)) == ["receipt_mismatch:s1:2026-01"]
    taken_back = with_(outstanding=(Due("s1", JAN, "base", Fen(-1)),))
    assert keys(taken_back, months=[JAN]) == ["receipt_mismatch:s1:2026-01"]


def test_money_in_the_agency_that_is_not_passed_on() -> None:
    """Came on 20 February, to be passed on by 20 May."""
    facts = with_(passed=without(CLEAN.passed, JAN))
    assert keys(facts, months=["2026-02"], today=date(2026, 5, 20)) == []
    (one,) = found(facts, months=["2026-02"], today=date(2026, 5, 21))
    assert (one.key, one.unconfirmed, one.confidence) == ("not_passed_on:s1:2026-02", True, "C")
    kept_back = replace(facts, borne={("s1", JAN, "base"): Fen(BASE)})
    assert keys(kept_back, months=["2026-02"]) == []


def test_a_transfer_that_was_late() -> None:
    late = [*without(CLEAN.passed, JAN), passed(JAN, on=date(2026, 5, 21))]
    assert keys(with_(passed=tuple(late)), months=["2026-02"]) == ["late_transfer:s1:2026-02"]
    late[-1] = passed(JAN, on=date(2026, 5, 20))
    assert keys(with_(passed=tuple(late)), months=["2026-02"]) == []


def test_a_receipt_that_is_matched_with_nothing() -> None:
    facts = with_(unmatched=(UnmatchedRow("R-1", date(2026, 6, 1), Fen(1)),))
    assert keys(facts, today=date(2026, 7, 1), months=["2026-06"]) == []
    assert keys(facts, today=date(2026, 7, 2), months=["2026-06"]) == ["unmatched_receipt:R-1:2026-06"]
    matched = with_(unmatched=(UnmatchedRow("R-1", date(2026, 6, 1), Fen(0)),))
    assert keys(matched, months=["2026-06"]) == []


def test_a_transfer_too_long_on_its_way() -> None:
    sent = date(2026, 6, 1)
    way = TransferRow("T-1", "150430", Fen(5), sent, None)
    assert keys(with_(transfers=(way,)), months=["2026-06"], today=date(2026, 7, 1)) == []
    assert keys(with_(transfers=(way,)), months=["2026-06"], today=date(2026, 7, 2)) == ["in_transit:T-1:2026-06"]
    arrived = replace(way, arrived_on=date(2026, 7, 2))
    assert keys(with_(transfers=(arrived,)), months=["2026-06"]) == ["in_transit:T-1:2026-06"]
    assert keys(with_(transfers=(replace(way, arrived_on=date(2026, 7, 1)),)), months=["2026-06"]) == []


def test_a_company_that_is_late_with_its_entitlements() -> None:
    facts = with_(companies=(Due("c1", "2025-11", "entitlement", Fen(1)),))
    assert keys(facts, months=["2025-11"], today=date(2025, 12, 31)) == []
    (one,) = found(facts, months=["2025-11"], today=date(2026, 1, 1))
    assert (one.key, one.unconfirmed) == ("entitlement_late:c1:2025", True)


def test_money_that_lies_idle_in_a_village() -> None:
    """What arrived in February lies idle after the end of August; what goes out is of what came first."""
    bank = (BankMove("v1", date(2026, 2, 26), Fen(100), "in/1", arrival=True),
            BankMove("v1", date(2026, 3, 26), Fen(100), "in/2", arrival=True))  # fmt: skip
    spent = BankMove("v1", date(2026, 9, 1), Fen(-99), "paid/1", arrival=False)
    assert keys(with_(bank=(*bank, spent)), today=date(2026, 8, 31)) == []
    assert keys(with_(bank=(*bank, spent)), today=date(2026, 9, 1)) == ["idle_money:v1:2026-02"]
    assert keys(with_(bank=(*bank, replace(spent, amount_fen=Fen(-100)))), today=date(2026, 9, 1)) == []
    back = BankMove("v1", date(2026, 9, 2), Fen(1), "paid/1/reversal", arrival=False)
    assert keys(with_(bank=(*bank, replace(spent, amount_fen=Fen(-100)), back)), today=date(2026, 9, 3)) == [
        "idle_money:v1:2026-02"
    ]


def test_spending_without_a_filed_plan() -> None:
    spent_on = CLEAN.dues[0].posted_on
    assert keys(with_(plans=(PlanRow("v1", 2026, "filed", spent_on),))) == []
    late = with_(plans=(PlanRow("v1", 2026, "filed", spent_on + timedelta(days=1)),))
    assert keys(late) == ["unfiled_spending:v1:2026-01"]
    assert keys(with_(plans=()), months=[JAN]) == ["unfiled_spending:v1:2026-01"]
    assert keys(with_(dues=(due(JAN, line_id=None),))) == ["unfiled_spending:v1:2026-01"]


@pytest.mark.parametrize(
    ("use_id", "spending", "document"),
    [("vehicles", "other", "《内蒙古自治区光伏帮扶电站收益使用管理办法》"), ("posts", "works", "国开办发〔2017〕61号"),
     ("fireworks", "other", "国开办发〔2017〕61号")],
)  # fmt: skip
def test_spending_on_a_use_that_is_banned_or_of_another_class(use_id: str, spending: str, document: str) -> None:
    facts = with_(plan_lines=(PlanLine("v1", 2026, 1, spending, use_id, "…", Fen(1)),), dues=(due(JAN),))
    (one,) = found(facts)
    assert (one.key, one.document) == ("banned_use:v1/2026/1:2026-01", document)
    assert one.unconfirmed == (use_id == "vehicles"), "that the bans of 2022 go on is not confirmed"
    assert {row.table for row in one.rows} == {"plan_lines", "dues"}


def test_a_payee_in_the_register_that_month_in_that_village_once() -> None:
    first = date(2026, 2, 1)
    place = PlaceRow("pn-1", "v1-h0", "v1", date(2020, 1, 1))
    one = {"dues": (due(JAN),)}
    assert keys(with_(**one, places=())) == ["payee_not_registered:pn-1:2026-01"]
    assert keys(with_(**one, places=(replace(place, valid_to=date(2026, 1, 2)),))) == []
    assert keys(with_(**one, places=(replace(place, valid_to=date(2026, 1, 1)),))) == ["payee_left:pn-1:2026-01"]
    assert keys(with_(**one, places=(replace(place, village_id="v2"),))) == ["payee_left:pn-1:2026-01"]
    twice = (place, PlaceRow("pn-1", "v2-h0", "v2", date(2026, 1, 31)))
    assert keys(with_(**one, places=twice)) == ["payee_twice:pn-1:2026-01"]
    assert keys(with_(**one, places=(place, replace(twice[1], valid_from=first)))) == []
    assert keys(with_(dues=(due(JAN, payee_id="sp-1"),), places=())) == [], "a supplier is no beneficiary"


def test_one_household_helped_by_both_station_types() -> None:
    slot = Slot("slot-x", "c1", "v1-h0", BEGIN, date(2026, 2, 1))
    others = COUNTY.slots[1:]
    until = in_registry(slots=(*others, slot))
    assert keys(with_(registry=until), months=["2026-01", "2026-02"]) == ["both_kinds:v1-h0:2026-01"]
    paid = (due(JAN), due(JAN, due_id="D-x", book=CENTRALIZED, village_id=None, station_id="c1", post_id=None,
                          line_id=None, household_id="v1-h0"))  # fmt: skip
    assert keys(with_(dues=paid)) == ["both_kinds:v1-h0:2026-01"]
    assert keys(with_(dues=paid[1:])) == []


def test_a_post_paid_without_attendance() -> None:
    assert keys(with_(dues=(due(JAN, attended=False),))) == ["unattended_post:post-1:2026-01"]
    assert keys(with_(dues=(due(JAN, attended=True),))) == []
    assert keys(with_(dues=(due(JAN, attended=False, post_id=None),))) == [], "no post, no attendance"


def test_flat_hand_outs() -> None:
    assert keys(awards(8)) == []
    (one,) = found(awards(9))
    assert (one.key, one.unconfirmed) == ("flat_handout:v1/2026/2:2026-01", True)
    wages = awards(10)
    assert keys(replace(wages, dues=tuple(replace(d, post_id=f"post-{d.due_id}") for d in wages.dues))) == []


def test_energy_times_tariff() -> None:
    assert keys(with_(statements=(statement(JAN, price(1)),))) == ["tariff_mismatch:s1-2026-01-1:2026-01"]
    assert keys(with_(statements=(statement(JAN, price(0)),))) == []
    assert keys(with_(statements=(statement(JAN, price(1, Part.SUBSIDY)),))) == [], "it has no line of the subsidy"


@pytest.mark.parametrize("cause", [Cause.REST, Cause.MISSING, Cause.FACTOR])
def test_differences_beyond_tolerance(cause: Cause) -> None:
    def differs(wh: int) -> AuditFacts:
        return with_(statements=(statement(JAN, Difference(cause, wh, Fen(0), Fen(0)), tolerance_wh=800),))

    assert keys(differs(800)) == keys(differs(-800)) == []
    assert keys(differs(801)) == keys(differs(-801)) == ["beyond_tolerance:s1-2026-01-1:2026-01"]


@pytest.mark.parametrize("cause", [Cause.WINDOW, Cause.LOSS, Cause.CORRECTION])
def test_what_the_statement_itself_explains_is_no_finding(cause: Cause) -> None:
    explained = Difference(cause, 10**9, Fen(0), Fen(0))
    assert keys(with_(statements=(statement(JAN, explained),))) == []


def test_the_integral_of_power_against_the_meter() -> None:
    assert keys(with_(integrals=(IntegralRow("s1", JAN, 100, 95),))) == []
    assert keys(with_(integrals=(IntegralRow("s1", JAN, 1000, 949),))) == ["power_integral:s1:2026-01"]
    assert keys(with_(integrals=(IntegralRow("s1", JAN, 949, 1000),))) == ["power_integral:s1:2026-01"]


@pytest.mark.parametrize(("way", "check", "most"), [
    (Way.INVERTER_POWER, "inverter_integral", 950), (Way.INVERTERS, "inverters_meter", 940),
])  # fmt: skip
def test_inverters_against_their_counters_and_the_gateway_meter(way: Way, check: str, most: int) -> None:
    """Power may differ by 5 %, what is lost between inverters and meter be 6 %."""
    assert keys(with_(integrals=(IntegralRow("s1", JAN, 1000, most, way),))) == []
    assert keys(with_(integrals=(IntegralRow("s1", JAN, 1000, most - 1, way),))) == [f"{check}:s1:2026-01"]


def test_a_station_that_stands_still_for_more_than_three_days() -> None:
    assert keys(with_(idle_days=days(date(2026, 1, 10), 3))) == []
    (one,) = found(with_(idle_days=days(date(2026, 1, 10), 4)))
    assert (one.key, len(one.rows)) == ("idle_station:s1:2026-01", 4)
    apart = tuple(day for n in (1, 5, 9, 20) for day in days(date(2026, 1, n), 1))
    assert keys(with_(idle_days=apart)) == ["idle_station:s1:2026-01"], "four days of a month, though not in a row"
    over_the_border = with_(idle_days=days(date(2026, 1, 30), 4))
    assert keys(over_the_border) == ["idle_station:s1:2026-01", "idle_station:s1:2026-02"]


def test_an_outage_that_somebody_told_is_no_finding() -> None:
    facts = with_(idle_days=days(date(2026, 1, 10), 4))
    told = Outage("s1", date(2026, 1, 13), date(2026, 1, 14))
    assert keys(replace(facts, outages=(told,))) == []
    assert keys(replace(facts, outages=(replace(told, to=date(2026, 1, 13)),))) == ["idle_station:s1:2026-01"]


@pytest.mark.parametrize(
    ("station_id", "more_w", "check"), [("s1", 1, "single_size"), ("s2", 1, "joint_size"), ("c1", -1, "kw_least")]
)
def test_sizes_at_their_limits(station_id: str, more_w: int, check: str) -> None:
    station = COUNTY.stations[station_id]
    other = replace(station, capacity_dc_w=station.capacity_dc_w + more_w)
    facts = with_(registry=in_registry(stations={**COUNTY.stations, station_id: other}))
    assert keys(facts) == [f"{check}:{station_id}:2026"]


def test_kw_per_household_at_its_limits() -> None:
    def with_households(n: int) -> AuditFacts:
        others = {h.household_id: h for h in COUNTY.households.values() if h.village_id != "v1"}
        mine = {f"v1-h{i}": Household(f"v1-h{i}", "v1", BEGIN) for i in range(n)}
        s1 = replace(COUNTY.stations["s1"], capacity_dc_w=154_000)
        changed = in_registry(households=others | mine, stations={**COUNTY.stations, "s1": s1})
        return with_(registry=changed)

    assert keys(with_households(22)) == [], "154 kW and 22 households, as at 赛罕大坝嘎查: exactly 7 kW"
    assert keys(with_households(21)) == ["kw_most:s1:2026"]


def test_thirty_kw_a_slot_are_the_most() -> None:
    c1 = COUNTY.stations["c1"]
    for more_w, expected in ((0, []), (1, ["kw_most:c1:2026"])):
        changed = in_registry(stations={**COUNTY.stations, "c1": replace(c1, capacity_dc_w=1_200_000 + more_w)})
        assert keys(with_(registry=changed)) == expected


FAULTY: dict[str, Callable[[], AuditFacts]] = {
    "banned": lambda: with_(plan_lines=(PlanLine("v1", 2026, 1, "other", "vehicles", "…", Fen(1)),)),
    "idle": lambda: with_(idle_days=days(date(2026, 1, 10), 4)),
    "flat": lambda: awards(10),
}


@pytest.mark.parametrize("fault", FAULTY)
def test_a_finding_says_what_is_wrong_of_whom_by_which_rule_and_rows(fault: str) -> None:
    one: Found = found(FAULTY[fault](), months=[JAN])[0]
    for lang in Lang:
        assert one.subject_id.split("/")[0] in one.text(lang) and one.period in one.text(lang)
    assert one.rows and all(row.table and row.keys for row in one.rows)
    assert one.rule_id and one.banner_code == "150430"


def test_every_check_has_words_and_a_next_step() -> None:
    assert set(CHECK_NAMES) == set(NEXT_STEPS) == set(Check)


def test_other_months_are_left_alone() -> None:
    facts = with_(idle_days=days(date(2026, 1, 10), 4), plans=())
    assert {one.period for one in found(facts, months=["2026-09"])} == {"2026-09"}


def test_a_size_without_a_threshold_is_the_limit_of_registry_files(tmp_path: Path) -> None:
    def limits(folder: Path | None = None) -> dict[str, Decimal]:
        return {rule.check_id: rule.threshold for rule in load_rules(folder).checks}

    assert limits()["single-size"] * 1000 == MOST_SINGLE_W
    assert limits()["kw-least-centralized"] == CENTRALIZED_KW[0]
    override = tmp_path / "checks.csv"
    override.write_text("check_id,threshold\nsingle-size,250\n", encoding="utf-8")
    assert limits(tmp_path)["single-size"] == 250
    override.write_text("check_id,threshold\nidle-money,\n", encoding="utf-8")
    with pytest.raises(BadRules, match="threshold"):
        load_rules(tmp_path)

"""What holds whatever the months, the day and the order of rows are."""

import random
from dataclasses import fields, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from guangfu.clock import month_days
from guangfu.income.audit import CHECKS, AuditFacts, audit, periods_of
from guangfu.income.audit.facts import IdleDay
from guangfu.income.audit.found import Scope
from guangfu.income.audit.station import both_kinds
from guangfu.income.rules.audit import UNITS, Check, rule_for
from guangfu.stations.models import ShareUnits, Slot, valid_on
from tests.income.audit.clean import COUNTY, RULES, TODAY, clean, found

PAST = [f"{year}-{n:02d}" for year in (2024, 2025, 2026) for n in range(1, 13)]
months_ = st.lists(st.sampled_from(PAST[:33]), min_size=1, max_size=6, unique=True)


@settings(max_examples=30, deadline=None)
@given(months=months_, late=st.integers(0, 400))
def test_clean_months_have_no_findings(months: list[str], late: int) -> None:
    """Whenever they are looked at, as long as subsidies of past years have come."""
    facts = replace(clean(sorted(months)), outstanding=())
    assert audit(facts, RULES, months, TODAY + timedelta(days=late)) == []


def _faulty() -> AuditFacts:
    facts = clean()
    idle = tuple(IdleDay("s1", date(2026, 3, n)) for n in range(1, 9))
    return replace(facts, idle_days=idle, plans=(), places=(), cash=facts.cash[3:], passed=facts.passed[5:])


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_the_order_of_rows_and_checks_changes_nothing(seed: int) -> None:
    dice, facts = random.Random(seed), _faulty()
    for field in fields(facts):
        rows = getattr(facts, field.name)
        if isinstance(rows, tuple):
            shuffled_rows: Any = {field.name: tuple(dice.sample(rows, len(rows)))}
            facts = replace(facts, **shuffled_rows)
    shuffled = dice.sample(CHECKS, len(CHECKS))
    scope = Scope(frozenset(f"2026-{n:02d}" for n in range(1, 10)), TODAY, facts.registry, RULES)
    assert sorted((one for check in shuffled for one in check(facts, scope)), key=lambda one: one.key) == found(
        _faulty()
    )


@settings(max_examples=20, deadline=None)
@given(months=months_)
def test_months_together_find_what_each_finds_alone(months: list[str]) -> None:
    facts = _faulty()
    alone = {one.key for month in months for one in audit(facts, RULES, [month], TODAY)}
    together = {one.key for one in audit(facts, RULES, months, TODAY)}
    assert together == alone
    assert {one.period for one in found(facts, months=months)} <= periods_of(months)


def test_a_key_is_found_once() -> None:
    keys = [one.key for one in found(_faulty())]
    assert len(keys) == len(set(keys)) > 10


def test_a_banners_own_rule_goes_before_everybodys_and_a_later_one_before_an_earlier() -> None:
    (general,) = (rule for rule in RULES.checks if rule.check is Check.IDLE_STATION)
    own = replace(general, check_id="own", banner_code="150430", threshold=Decimal(10))
    later = replace(general, check_id="later", valid_from=date(2026, 1, 1), valid_to=date(2026, 1, 31))
    rules = replace(RULES, checks=(general, own, later))
    day = date(2026, 1, 31)
    named = [
        rule_for(rules, Check.IDLE_STATION, *where)
        for where in ((day, "150430"), (day, "150421"), (day + timedelta(days=1), None), (date(2017, 1, 1), None))
    ]
    assert [rule and rule.check_id for rule in named] == ["own", "later", "idle-station", None]
    ten = replace(clean(), idle_days=tuple(IdleDay("s1", date(2026, 3, n)) for n in range(1, 11)))
    assert audit(ten, rules, ["2026-03"], TODAY) == []


def test_confirming_a_rule_takes_the_mark_off() -> None:
    ten = replace(clean(), idle_days=tuple(IdleDay("s1", date(2026, 3, n)) for n in range(1, 11)))
    (one,) = audit(ten, RULES, ["2026-03"], TODAY)
    confirmed = replace(RULES, checks=tuple(replace(rule, confirmed=True) for rule in RULES.checks))
    (same,) = audit(ten, confirmed, ["2026-03"], TODAY)
    assert (one.unconfirmed, same.unconfirmed) == (True, False)
    assert replace(same, unconfirmed=True) == one


def test_every_check_has_a_rule_with_its_unit() -> None:
    assert {rule.check for rule in RULES.checks} == set(Check) == set(UNITS)
    assert all(rule.unit is UNITS[rule.check] for rule in RULES.checks)


_DAYS = st.integers(0, 150).map(lambda n: date(2026, 1, 1) + timedelta(days=n))
_SPANS = st.tuples(_DAYS, st.none() | _DAYS).filter(lambda span: span[1] is None or span[0] < span[1])


@settings(max_examples=60, deadline=None)
@given(held=st.lists(_SPANS, max_size=3), owned=st.lists(st.tuples(_SPANS, st.integers(0, 1)), max_size=3))
def test_a_household_is_helped_twice_in_the_months_that_have_a_day_of_both(
    held: list[Any], owned: list[tuple[Any, int]]
) -> None:
    slots = tuple(Slot(f"slot-{i}", "c1", "v1-h0", *span) for i, span in enumerate(held))
    shares = tuple(ShareUnits(f"s{i}", "v1", units, *span) for i, (span, units) in enumerate(owned))
    months = [f"2026-{n:02d}" for n in range(1, 8)]
    facts = AuditFacts(replace(COUNTY, slots=slots, share_units=shares))
    scope = Scope(frozenset(months), TODAY, facts.registry, RULES)
    found = {(row.keys["slot_id"], one.period) for one in both_kinds(facts, scope) for row in one.rows}
    assert found == {
        (slot.slot_id, month)
        for month in months
        for slot in slots
        for share in shares
        if share.units and any(valid_on(slot, day) and valid_on(share, day) for day in month_days(month))
    }

"""Rules of spending on plans, and what a post's month is due."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guangfu.income.plans import Attendance, PlanFault, PlanLine, Post, check_plan, posting_finding, wage_due
from guangfu.income.rules import load_rules
from guangfu.ledger.fen import Fen
from guangfu.stations.models import StationKind

RULES = load_rules()


def line(number: int, spending: str, use_id: str, yuan: int = 1000, year: int = 2026) -> PlanLine:
    return PlanLine("v1", year, number, spending, use_id, "说明", Fen(yuan * 100))


def faults(*lines: PlanLine, kind: StationKind = StationKind.VILLAGE) -> list[tuple[str, int | None, str, bool]]:
    found = check_plan(lines, lines[0].year, RULES.uses, RULES.bans, RULES.plan_limits, kind=kind)
    return [(x.fault.value, x.number, x.rule_id, x.unconfirmed) for x in found]


def test_allowed_uses_of_their_class_are_no_finding() -> None:
    assert faults(line(1, "posts", "posts"), line(2, "works", "works"), line(3, "other", "pooling")) == []


def test_a_banned_use_is_a_finding_with_the_rule_of_the_year() -> None:
    assert faults(line(1, "other", "vehicles", year=2023)) == [("banned_use", 1, "vehicles-2022", False)]
    assert faults(line(1, "other", "vehicles", year=2026)) == [("banned_use", 1, "vehicles-2025", True)]
    found = check_plan([line(1, "other", "debt", year=2023)], 2023, RULES.uses, RULES.bans, RULES.plan_limits)
    assert (found[0].document, found[0].confidence) == ("内乡振发〔2022〕20号", "A")


def test_an_unknown_use_another_class_and_a_use_before_its_time() -> None:
    assert faults(line(1, "other", "rockets"), line(2, "works", "posts")) == [
        ("unknown_use", 1, "", False), ("other_class", 2, "posts", False),
    ]  # fmt: skip
    assert faults(line(1, "other", "industry", year=2021)) == [(PlanFault.NOT_YET, 1, "", False)]


def test_in_2020_alone_four_fifths_go_to_labour() -> None:
    lines = [line(1, "posts", "posts", 799, 2020), line(2, "works", "works", 201, 2020)]
    assert faults(*lines) == [("labour_share", None, "labour-2020", False)]
    assert faults(replace(lines[0], planned_fen=Fen(80_400)), lines[1]) == []
    assert faults(*(replace(one, year=2021) for one in lines)) == []


def test_ten_days_of_posting_are_unconfirmed() -> None:
    found = posting_finding(date(2026, 1, 1), date(2026, 1, 10), RULES.plan_limits)
    assert found is not None
    assert (found.unconfirmed, "2026-01-11" in found.text.zh) == (True, True)
    assert posting_finding(date(2026, 1, 1), date(2026, 1, 11), RULES.plan_limits) is None


def post(wage: int, paid_by: str = "month") -> Post:
    return Post("t1", "v1", "p1", "v1/2026/1", "保洁", paid_by, Fen(wage), date(2026, 1, 1))


@given(st.integers(0, 10**9), st.integers(1, 62), st.data())
def test_a_wage_is_exact_rounded_once_and_never_above_the_whole(wage: int, due: int, data: st.DataObject) -> None:
    attended = data.draw(st.integers(0, due))
    got = wage_due(post(wage), Attendance("t1", "2026-06", attended, due))
    assert abs(2 * got * due - 2 * wage * attended) <= due
    assert 0 <= got <= wage
    assert wage_due(post(wage), Attendance("t1", "2026-06", due, due)) == wage
    daily = wage_due(post(wage, "day"), Attendance("t1", "2026-06", attended, due))
    assert 0 <= 2 * daily - wage * attended <= 1


@pytest.mark.parametrize(("attended", "due"), [(3, 2), (-1, 2), (0, 0)])
def test_attendance_that_can_not_be_is_refused(attended: int, due: int) -> None:
    with pytest.raises(ValueError, match="half days"):
        wage_due(post(100), Attendance("t1", "2026-06", attended, due))

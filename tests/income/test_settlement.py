"""Statements as values: the causes sum to the difference exactly, whatever they say, and faults are told."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guangfu.clock import CHINA
from guangfu.income.figures import DailyEnergy
from guangfu.income.rules import load_rules
from guangfu.income.rules.models import ListStatus
from guangfu.income.settlement.checking import check_statement
from guangfu.income.settlement.differences import NOT_ESTIMATED, Compared, MonthEstimated, OurMeter, attention, explain
from guangfu.income.settlement.models import Cause, Statement, StatementCorrection, settled_months
from guangfu.income.settlement.receivable import memos, receivable_amounts, settled_income
from guangfu.income.settlement.window import WindowEstimate, window_estimate
from guangfu.income.settlement.worth import rounded
from guangfu.income.subsidy_status import Standing
from guangfu.ledger.books import AGENCY, Part
from guangfu.ledger.fen import Fen
from guangfu.ledger.journal import Entry, check_balanced
from guangfu.ledger.postings import correct_estimate, correct_settled
from tests.income.small_registry import station
from tests.income.statements import BASE, START, SUBSIDY, meter, statement

JUNE = date(2026, 6, 1)
RULES = load_rules()
AT = datetime(2026, 6, 2, tzinfo=CHINA)

energies = st.integers(-(10**9), 10**11)
amounts = st.integers(-(10**9), 10**10).map(Fen)
prices = st.integers(-(10**6), 2 * 10**6)


@st.composite
def statements(draw: st.DrawFn) -> Statement:
    """Statements that need not add up: the explanation must hold for any."""
    one = statement(
        last_reading_wh=draw(st.integers(0, 10**8)),
        multiplication_factor=draw(st.integers(1, 10_000)),
        transformer_loss_wh=draw(st.integers(0, 10**8)),
        settled_energy_wh=draw(energies),
        base=draw(prices),
        subsidy=draw(st.none() | prices),
        corrections=tuple(
            StatementCorrection(
                draw(st.sampled_from(["2025-12", "2026-03", "2026-05"])), part, draw(energies), draw(amounts)
            )
            for part in draw(st.lists(st.sampled_from(Part), max_size=3))
        ),
    )
    lines = tuple(replace(line, settled_fen=draw(amounts)) for line in one.lines)
    return replace(one, lines=lines, settled_energy_wh=draw(energies))


@st.composite
def compared(draw: st.DrawFn) -> Compared:
    price = {part: Fraction(draw(prices), draw(st.integers(1, 7))) for part in draw(st.sets(st.sampled_from(Part)))}
    window = WindowEstimate(
        draw(energies),
        draw(amounts),
        draw(amounts),
        price,
        0,
        -draw(st.integers(0, 10**9)),
        draw(st.integers(0, 10**9)),
        Fraction(draw(st.integers(0, 3)), 3),
    )
    ours = OurMeter(draw(st.integers(1, 10_000)), draw(st.none() | st.just(10**9)))
    meters = {("meter-1", START): ours} if draw(st.booleans()) else {}
    month = draw(st.just(NOT_ESTIMATED) | st.builds(MonthEstimated, energies, amounts, amounts))
    return Compared(month, window, meters)


@given(statements(), compared())
@settings(max_examples=200, deadline=None)
def test_the_causes_sum_to_the_difference_exactly(said: Statement, against: Compared) -> None:
    causes = explain(said, against)
    assert [one.cause for one in causes] == list(Cause)
    month = against.month
    assert sum(one.difference_wh for one in causes) == said.settled_energy_wh + said.corrections_wh - month.energy_wh
    for part, before, field in (
        (Part.BASE, month.base_fen, "difference_base_fen"), (Part.SUBSIDY, month.subsidy_fen, "difference_subsidy_fen"),
    ):  # fmt: skip
        total = said.part_fen(part) + said.corrections_fen(part)
        assert sum(getattr(one, field) for one in causes) == total - before


standings = st.builds(
    Standing, st.just(ListStatus.LISTED), st.booleans(), st.just(300_000), st.sampled_from([None, 0, 200_000, 400_000]),
    st.just(""), st.booleans(),
)  # fmt: skip


@given(statements(), standings, st.integers(0, 10**6))
@settings(max_examples=200, deadline=None)
def test_a_statements_rows_have_all_of_it_and_its_receivables_and_memos_are_all_of_its_subsidy(
    said: Statement, standing: Standing, before: int
) -> None:
    memo = memos(said, lambda _: standing, dict.fromkeys(settled_months(said), before))
    rows = settled_income(said, "x", lambda _: standing, memo)
    own, corrections = receivable_amounts(said, memo)
    for row in rows:
        posted = corrections.get((row.month, Part.SUBSIDY), 0) + (own[Part.SUBSIDY] if row.month == said.month else 0)
        assert posted == row.settled_subsidy_fen - row.memo_subsidy_fen
        assert row.receivable_subsidy_fen == (posted if standing.receivable else 0)
    if standing.receivable and standing.listed_capacity_w in {None, 400_000} and not before:
        assert not any(row.memo_subsidy_fen for row in rows)
    assert len({row.month for row in rows}) == len(rows) and rows[0].month == said.month
    for part, field in ((Part.BASE, "settled_base_fen"), (Part.SUBSIDY, "settled_subsidy_fen")):
        assert sum(getattr(row, field) for row in rows) == said.part_fen(part) + said.corrections_fen(part)
    assert all(row.settled_gross_fen == row.settled_base_fen + row.settled_subsidy_fen for row in rows)


Step = tuple[str, int, int, tuple[tuple[str, int], ...]]
steps = st.lists(
    st.tuples(
        st.sampled_from(["estimate", "statement"]), st.integers(-10**6, 10**6), st.integers(-10**6, 10**6),
        st.lists(st.tuples(st.sampled_from(["2025-12", "2026-03"]), st.integers(-99, 99)), max_size=2).map(tuple),
    ), min_size=1, max_size=6,
)  # fmt: skip


@given(steps)
@settings(max_examples=100, deadline=None)
def test_after_any_order_of_estimates_and_statements_the_books_stand_at_the_last_statement(done: list[Step]) -> None:
    """As accounting does: once a statement is in, the estimate is not posted any more. Each step is done twice."""
    posted: dict[str, Entry] = {}
    last: Step | None = None
    estimated = (0, 0)
    for kind, base, subsidy, corrections in done:
        if kind == "statement":
            last = (kind, base, subsidy, corrections)
        elif last is None:
            estimated = base, subsidy
        for _ in range(2):
            entries = _entries(posted, last, estimated)
            for entry in entries:
                check_balanced(entry)
                assert entry.key not in posted and entry.book == AGENCY
                posted[entry.key] = entry
        assert _entries(posted, last, estimated) == []
    sums: dict[tuple[str, str | None], int] = {}
    for entry in posted.values():
        for line in entry.lines:
            key = line.account, line.energy_month
            sums[key] = sums.get(key, 0) + line.amount
    if last is None:
        assert sums.get(("A2", "2026-05"), 0) == sum(estimated)
        return
    assert sums.get(("A2", "2026-05"), 0) == 0
    assert sums.get(("A3", "2026-05"), 0) == last[1] + last[2]
    for old in ("2025-12", "2026-03"):
        assert sums.get(("A3", old), 0) == sum(fen for month, fen in last[3] if month == old)


def _entries(posted: dict[str, Entry], last: Step | None, estimated: tuple[int, int]) -> list[Entry]:
    if last is None:
        parts = zip(Part, estimated, strict=True)
        return [e for part, fen in parts for e in correct_estimate(posted, "s1", "2026-05", part, Fen(fen))]
    corrections: dict[tuple[str, Part], Fen] = {}
    for month, fen in last[3]:
        corrections[month, Part.BASE] = Fen(corrections.get((month, Part.BASE), 0) + fen)
    amounts = {Part.BASE: Fen(last[1]), Part.SUBSIDY: Fen(last[2])}
    return correct_settled(posted, "s1", "2026-05", amounts, corrections, voucher="V-1")


def days(first: date, last: date, wh: int | None = 1_920_000) -> list[DailyEnergy]:
    n = (last - first).days
    return [DailyEnergy("s1", first + timedelta(days=i), wh, 0, 1.0, None, True, "r", AT) for i in range(n)]


def test_the_window_has_its_own_days_and_prices_rounded_once() -> None:
    window = window_estimate(station(), days(START, date(2026, 7, 1)), RULES, date(2026, 5, 3), date(2026, 6, 4))
    assert window.energy_wh == 32 * 1_920_000 and window.days_missing == 0
    assert (window.base_fen, window.subsidy_fen) == (
        rounded(window.energy_wh * BASE),
        rounded(window.energy_wh * SUBSIDY),
    )
    assert window.price == {Part.BASE: BASE, Part.SUBSIDY: SUBSIDY}
    assert (window.missing_low_wh, window.missing_high_wh) == (0, 0)


def test_days_without_a_figure_may_hold_what_the_station_can_give() -> None:
    known = days(START, date(2026, 5, 30)) + days(date(2026, 5, 30), JUNE, None)
    window = window_estimate(station(), known, RULES, START, JUNE)
    assert window.days_missing == 2
    assert window.missing_high_wh == round(2 * RULES.energy.plausible_factor * 300_000 * 24)


def test_a_register_that_wraps_is_no_fault_where_the_registry_knows_its_end() -> None:
    wrapped = statement(first_reading_wh=999_999_000, last_reading_wh=500, settled_energy_wh=1_500 * 80)
    assert list(check_statement(wrapped, {"meter-1": 10**9})) == []
    (said,) = check_statement(wrapped, {})
    assert "80" in said.en


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (statement(settled_energy_wh=59_520_801), "the statement has 59,520.801 kWh"),
        (replace(statement(), settled_energy_wh=1), "the meters' energy is 59,520.000 kWh together"),
        (replace(statement(), lines=()), "there is no amount"),
        (replace(statement(), meters=(meter(JUNE, START),)), "read from 2026-06-01 to 2026-05-01"),
        (replace(statement(), meters=(meter(START, JUNE), meter(START, JUNE))), "two windows of meter meter-1 overlap"),
    ],
)
def test_what_does_not_add_up_is_told(wrong: Statement, said: str) -> None:
    assert any(said in text.en for text in check_statement(wrong)), [text.en for text in check_statement(wrong)]


def test_an_amount_is_right_to_the_fen() -> None:
    one = statement()
    for by in (-1, 1):
        lines = (replace(one.lines[0], settled_fen=Fen(one.lines[0].settled_fen + by)), one.lines[1])
        (said,) = check_statement(replace(one, lines=lines))
        assert "59,520.000 kWh × 0.3035 yuan = 18,064.32 yuan" in said.en
    assert list(check_statement(one)) == []
    assert list(check_statement(statement(settled_energy_wh=59_520_800))) == []


def test_without_an_estimate_somebody_must_look() -> None:
    window = WindowEstimate(0, Fen(0), Fen(0), {}, 31, 0, 10**12)
    found = explain(statement(), Compared(NOT_ESTIMATED, window))
    assert attention(found, 800, estimated=False) == (Cause.PRICE, Cause.MISSING)

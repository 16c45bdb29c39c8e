"""Statements against the estimate, by hand: s1 gives 24 kWh x 80 = 1,920 kWh a day, 582.72 base and 857.28 subsidy."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from accounting.settlement import ImportPlan, Outcome, Settlement
from guangfu.clock import day_start
from guangfu.income.rules.models import Confidence, ListStatus, SubsidyStatus
from guangfu.income.settlement.models import (
    Cause,
    SettledIncome,
    Statement,
    StatementCorrection,
)
from guangfu.income.subsidy_status import with_subsidy_status
from guangfu.ledger.books import AGENCY, Part
from guangfu.ledger.fen import Fen
from guangfu.ledger.states import Subject
from guangfu.storage.sql.journal import balances, verify_chain
from guangfu.storage.sql.papers import read_changes, read_station_months
from guangfu.storage.sql.registry import read_registry
from guangfu.storage.sql.settlement import KeptStatement, lock_months, read_settled, read_statements
from guangfu.texts import Lang
from tests.accounting.county import JUNE, MAY, County, registers
from tests.income.statements import register, statement


def may_is_estimated(county: County) -> None:
    """May and ten days of June are read; May's estimate is in the books."""
    ten = date(2026, 6, 11)
    county.receive(registers("s1", day_start(MAY), day_start(ten), 1000))
    county.clock.at = day_start(ten) + timedelta(minutes=1)
    county.account()


def settlement(county: County, status: ListStatus | None = ListStatus.LISTED) -> Settlement:
    """Every station has this place in the list; without, nobody has said anything."""
    registry = read_registry(county.engine)
    rows = []
    if status is not None:
        rows = [SubsidyStatus(s, MAY, None, status, None, "", Confidence.A, False) for s in registry.stations]
    rules = with_subsidy_status(county.rules, rows)
    return Settlement(registry, rules, county.clock.now(), "李会计")


def take(
    county: County, statements: Sequence[Statement], *, replacing: bool = False,
    status: ListStatus | None = ListStatus.LISTED,
) -> ImportPlan:  # fmt: skip
    with county.engine.begin() as db:
        lock_months(db)
        settle = settlement(county, status)
        plan = settle.plan(db, statements, replacing=replacing)
        if not plan.faults:
            settle.apply(db, plan, "V-2026-000001")
    return plan


def kept(county: County) -> list[KeptStatement]:
    with county.engine.connect() as db:
        return read_statements(db)


def causes(one: KeptStatement) -> dict[Cause, tuple[int, int, int]]:
    return {
        d.cause: (d.difference_wh, d.difference_base_fen, d.difference_subsidy_fen)
        for d in one.differences
        if d.difference_wh or d.difference_base_fen or d.difference_subsidy_fen
    }


def settled(county: County) -> list[SettledIncome]:
    with county.engine.connect() as db:
        return read_settled(db)


def state(county: County, month: str = "2026-05") -> str:
    with county.engine.connect() as db:
        return next((row.state for row in read_station_months(db, month=month, stations=["s1"])), "open")


def balance(county: County) -> dict[str, int]:
    with county.engine.connect() as db:
        assert verify_chain(db) == []
        return {account: fen for account, fen in balances(db, AGENCY).items() if fen}


def test_a_statement_that_equals_the_estimate_is_posted_when_it_comes(county: County) -> None:
    """31 days: 59,520 kWh; base 18,064.32, subsidy 26,575.68."""
    may_is_estimated(county)
    plan = take(county, [statement()])
    assert [one.outcome for one in plan.planned] == [Outcome.NEW]
    (one,) = kept(county)
    assert (one.statement_id, one.state, one.attention, causes(one)) == ("s1-2026-05-1", "posted", (), {})
    assert one.tolerance_wh == 800
    assert balance(county) == {"A3": 4_464_000, "L1.settled": -4_464_000}
    assert [key for key, _ in county.entries(AGENCY)] == [
        "estimate/2026-05/s1/base/1", "estimate/2026-05/s1/subsidy/1",
        "estimate/2026-05/s1/base/1/reversal", "settled/2026-05/s1/base/1",
        "estimate/2026-05/s1/subsidy/1/reversal", "settled/2026-05/s1/subsidy/1",
    ]  # fmt: skip
    assert settled(county) == [
        SettledIncome("s1", "2026-05", "s1-2026-05-1", 59_520_000, Fen(4_464_000), Fen(1_806_432), Fen(2_657_568),
                      2026, True, False)
    ]  # fmt: skip
    assert state(county) == "settled"
    with county.engine.connect() as db:
        steps = read_changes(db, Subject.STATEMENT, "s1-2026-05-1")
    assert [(x.before, x.after, x.changed_by) for x in steps] == [
        (None, "imported", "李会计"), ("imported", "matched", "李会计"), ("matched", "posted", "李会计"),
    ]  # fmt: skip


def test_the_window_is_the_reading_days_and_the_loss_the_statements_own(county: County) -> None:
    """Read on 3 May and 3 June: as many days as May has, two of them June's; a loss of 500 kWh."""
    may_is_estimated(county)
    take(county, [statement(first=date(2026, 5, 3), last=date(2026, 6, 4), transformer_loss_wh=500_000)])
    (one,) = kept(county)
    assert one.attention == () and one.state == "posted"
    # 32 days less 31: 1,920 kWh, 582.72 + 857.28; 500 kWh are 151.75 + 223.25
    assert causes(one) == {
        Cause.WINDOW: (1_920_000, 58_272, 85_728), Cause.LOSS: (-500_000, -15_175, -22_325),
    }  # fmt: skip


def test_another_factor_price_or_an_unexplained_rest_waits_for_a_person(county: County) -> None:
    may_is_estimated(county)
    take(county, [statement(multiplication_factor=100, base=303_600)])
    (one,) = kept(county)
    assert one.attention == (Cause.FACTOR, Cause.PRICE) and one.state == "imported"
    # 744 kWh x 20 = 14,880 kWh: 4,516.08 + 6,643.92; 74,400 kWh x 0.0001 = 7.44
    assert causes(one) == {Cause.FACTOR: (14_880_000, 451_608, 664_392), Cause.PRICE: (0, 744, 0)}
    assert state(county) == "estimated"
    assert balance(county) == {"A2": 4_464_000, "L1.estimated": -4_464_000}

    with county.engine.begin() as db:
        accepted = settlement(county).accept(db, ["s1-2026-05-1"], "倍率已核实")
    assert [x.statement_id for x in accepted] == ["s1-2026-05-1"]
    assert balance(county) == {"A3": 5_580_744, "L1.settled": -5_580_744}
    with county.engine.begin() as db:
        assert settlement(county).accept(db, ["s1-2026-05-1"], "again") == []


@pytest.mark.parametrize(("more_wh", "looked_at"), [(10, False), (11, True)])
def test_the_tolerance_is_one_step_of_the_register_times_the_factor(
    county: County, more_wh: int, looked_at: bool
) -> None:
    may_is_estimated(county)
    take(county, [statement(last_reading_wh=register(JUNE) + more_wh)])
    (one,) = kept(county)
    assert one.attention == ((Cause.REST,) if looked_at else ())
    assert causes(one)[Cause.REST][0] == more_wh * 80


def test_what_telemetry_lacks_is_missing_data_not_a_rest(county: County) -> None:
    """s1 is silent from 10 to 20 May: its register's growth meanwhile is in no day that was measured."""
    whole = registers("s1", day_start(MAY), day_start(JUNE), 1000)
    quiet = day_start(date(2026, 5, 10)), day_start(date(2026, 5, 20))
    county.receive(row for row in whole if not quiet[0] < row[1] < quiet[1])
    county.clock.at = day_start(JUNE) + timedelta(days=2)
    county.account()
    take(county, [statement()])
    (one,) = kept(county)
    total = 59_520_000 - (one.estimated_energy_wh or 0)
    assert causes(one).get(Cause.MISSING, (0,))[0] == total
    assert Cause.REST not in one.attention


def test_importing_twice_equals_once_and_a_second_statement_must_say_that_it_replaces(county: County) -> None:
    may_is_estimated(county)
    take(county, [statement()])
    before = kept(county), settled(county), county.entries(AGENCY)
    again = take(county, [replace(statement(), source="copy.xlsx:9")])
    assert [one.outcome for one in again.planned] == [Outcome.SAME]
    assert (kept(county), settled(county), county.entries(AGENCY)) == before

    other = statement(transformer_loss_wh=1_000_000)
    refused = take(county, [other])
    assert refused.planned == () and "--replace" in refused.faults[0].text(Lang.EN)
    assert refused.faults[0].file == "6月.xlsx" and refused.faults[0].row == 2
    assert (kept(county), settled(county), county.entries(AGENCY)) == before

    assert [one.outcome for one in take(county, [other], replacing=True).planned] == [Outcome.REPLACES]
    assert [(one.statement_id, one.state) for one in kept(county)] == [
        ("s1-2026-05-1", "replaced"), ("s1-2026-05-2", "posted"),
    ]  # fmt: skip
    # 1,000 kWh less: 303.50 + 446.50
    assert balance(county) == {"A3": 4_464_000 - 75_000, "L1.settled": -(4_464_000 - 75_000)}
    assert [row.settled_gross_fen for row in settled(county)] == [4_464_000 - 75_000]
    assert "settled/2026-05/s1/base/2" in dict(county.entries(AGENCY))


def test_while_a_replacement_waits_the_old_statement_stands(county: County) -> None:
    may_is_estimated(county)
    take(county, [statement()])
    take(county, [statement(base=400_000)], replacing=True)
    assert [one.state for one in kept(county)] == ["posted", "imported"]
    assert balance(county)["A3"] == 4_464_000
    take(county, [statement(base=500_000)], replacing=True)
    assert [one.state for one in kept(county)] == ["posted", "replaced", "imported"]
    with county.engine.begin() as db:
        settlement(county).accept(db, ["s1-2026-05-3"], "looked at")
    assert [one.state for one in kept(county)] == ["replaced", "replaced", "posted"]
    assert balance(county)["A3"] == 5_952_000 // 2 + 2_657_568


def test_overlapping_windows_are_refused(county: County) -> None:
    may_is_estimated(county)
    take(county, [statement()])
    june = statement("2026-06", first=date(2026, 5, 31), last=date(2026, 6, 10))
    plan = take(county, [june])
    assert plan.planned == () and "overlaps statement s1-2026-05-1" in plan.faults[0].text(Lang.EN)
    both = take(county, [june, statement("2026-07", first=date(2026, 6, 9), last=date(2026, 6, 11))])
    assert len(both.faults) == 1
    twice = take(county, [statement("2026-06", first=JUNE, last=date(2026, 6, 9)), june])
    assert "two statements for 2026-06" in twice.faults[0].text(Lang.EN)


def test_a_correction_posts_now_names_the_old_month_and_may_be_negative(county: County) -> None:
    may_is_estimated(county)
    old = (
        StatementCorrection("2026-03", Part.BASE, -100_000, Fen(-3_035), "倍率更正"),
        StatementCorrection("2026-03", Part.SUBSIDY, -100_000, Fen(-4_465), "倍率更正"),
        StatementCorrection("2025-12", Part.SUBSIDY, 200_000, Fen(8_930)),
    )
    take(county, [statement(corrections=old)])
    (one,) = kept(county)
    assert one.state == "posted"
    assert causes(one) == {Cause.CORRECTION: (-100_000, -3_035, 4_465)}
    rows = [(row.month, row.settled_base_fen, row.settled_subsidy_fen, row.subsidy_year) for row in settled(county)]
    assert rows == [
        ("2025-12", 0, 8_930, 2025), ("2026-03", -3_035, -4_465, 2026), ("2026-05", 1_806_432, 2_657_568, 2026),
    ]  # fmt: skip
    assert balance(county)["A3"] == 4_464_000 + 1_430
    posted = dict(county.entries(AGENCY))
    assert posted["correction/2026-05/s1/2026-03/base/1"] == -3_035

    take(county, [statement()], replacing=True)
    assert balance(county)["A3"] == 4_464_000
    assert "correction/2026-05/s1/2026-03/base/1/reversal" in dict(county.entries(AGENCY))


def test_the_subsidy_of_an_unlisted_station_is_a_memo(county: County) -> None:
    may_is_estimated(county)
    take(county, [statement()], status=ListStatus.UNLISTED)
    assert balance(county) == {"A3": 1_806_432, "L1.settled": -1_806_432}
    (row,) = settled(county)
    assert (row.settled_subsidy_fen, row.subsidy_receivable, row.unconfirmed) == (2_657_568, False, False)


def test_a_station_that_nobody_has_listed_is_marked_unconfirmed(county: County) -> None:
    may_is_estimated(county)
    take(county, [statement()], status=None)
    assert [(row.subsidy_receivable, row.unconfirmed) for row in settled(county)] == [(True, True)]
    assert balance(county)["A3"] == 4_464_000


def test_a_centralized_stations_statement_is_in_no_book_of_the_agency(county: County) -> None:
    may_is_estimated(county)
    take(county, [replace(statement(), station_id="c1")])
    (one,) = kept(county)
    assert one.attention == (Cause.FACTOR, Cause.PRICE, Cause.MISSING)
    with county.engine.begin() as db:
        settlement(county).accept(db, ["c1-2026-05-1"], "looked at")
    assert [row.station_id for row in settled(county)] == ["c1"]
    assert not [key for key, _ in county.entries(AGENCY) if key.startswith("settled")]


STATEMENTS = [
    statement(), statement(transformer_loss_wh=500_000), statement(base=303_600), statement(multiplication_factor=100),
    statement(corrections=(StatementCorrection("2026-03", Part.BASE, -10_000, Fen(-304)),)),
]  # fmt: skip


@pytest.mark.parametrize("seed", range(2))
def test_in_any_order_the_books_stand_at_the_statement_and_twice_is_once(county: County, seed: int) -> None:
    """Late estimates, statements, replacements, acceptance, comparing again: each is done, checked, and done again."""
    may_is_estimated(county)
    dice = random.Random(seed)
    for _ in range(5):
        one = dice.choice(STATEMENTS)
        act = dice.choice(["import", "import", "accept", "rematch", "account"])
        stands = []
        for _ in range(2):
            if act == "import":
                take(county, [one], replacing=True)
            elif act == "account":
                county.receive([("s1", day_start(date(2026, 5, 20)), register(date(2026, 5, 20)))])
                county.account()
            else:
                with county.engine.begin() as db:
                    waiting = [x.statement_id for x in read_statements(db, states=("imported",))]
                    settle = settlement(county)
                    _ = settle.accept(db, waiting, "ok") if act == "accept" else settle.rematch(db)
            stands.append(_stands(county))
        assert stands[0] == stands[1]


def _stands(county: County) -> tuple[object, ...]:
    """What must hold after every step; and all of it, to see that the second time changed nothing."""
    posted = [x for x in kept(county) if x.state == "posted"]
    assert len(posted) <= 1
    total = sum(one.statement.part_fen(part) + one.statement.corrections_fen(part) for one in posted for part in Part)
    books = balance(county)
    assert books.get("A3", 0) == total == sum(row.settled_gross_fen for row in settled(county))
    assert books.get("A2", 0) == (0 if posted else 4_464_000)
    assert state(county) == ("settled" if posted else "estimated")
    return kept(county), settled(county), county.entries(AGENCY)

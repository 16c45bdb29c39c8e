"""Statements that do not follow on each other: by window, by register, over a month that is missing, by exchange."""

from dataclasses import replace
from datetime import date

from guangfu.income.settlement.continuity import gaps, touching
from tests.income.statements import register, statement

JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)
MAY = ("may", statement())


def test_statements_whose_windows_and_registers_meet_have_no_gap() -> None:
    assert gaps([("june", statement("2026-06", first=JUNE, last=JULY)), MAY]) == []
    assert gaps([MAY]) == []


def test_days_between_two_windows_are_told_with_their_energy_and_worth() -> None:
    """2 days of 24 kWh on the register, factor 80: 3,840 kWh × 0.3035 = 1,165.44, × 0.4465 = 1,714.56."""
    late = statement("2026-06", first=date(2026, 6, 3), last=JULY)
    (gap,) = gaps([MAY, ("june", late)])
    assert (gap.before_id, gap.after_id, gap.meter_number, gap.days) == ("may", "june", "meter-1", 2)
    assert (gap.energy_wh, gap.base_fen, gap.subsidy_fen) == (3_840_000, 116_544, 171_456)


def test_a_register_that_begins_elsewhere_than_it_ended_is_a_gap_or_an_overlap_of_no_days() -> None:
    for moved in (10_000, -10_000):
        (gap,) = gaps(
            [MAY, ("june", statement("2026-06", first=JUNE, last=JULY, first_reading_wh=register(JUNE) + moved))]
        )
        assert (gap.days, gap.energy_wh) == (0, moved * 80)


def test_a_month_without_a_statement_is_one_gap_between_its_neighbours() -> None:
    (gap,) = gaps([MAY, ("july", statement("2026-07", first=JULY, last=date(2026, 8, 1)))])
    assert (gap.ends, gap.begins, gap.energy_wh) == (JUNE, JULY, 30 * 1_920_000)


def test_where_no_meter_is_in_both_the_windows_alone_tell() -> None:
    new = statement("2026-06", first=JUNE, last=JULY, meter_number="meter-2")
    assert gaps([MAY, ("june", new)]) == []
    later = statement("2026-06", first=date(2026, 6, 3), last=JULY, meter_number="meter-2")
    (gap,) = gaps([MAY, ("june", later)])
    assert (gap.meter_number, gap.days, gap.energy_wh, gap.base_fen) == (None, 2, None, None)


def test_stations_are_apart_and_only_gaps_beside_what_is_asked_are_told() -> None:
    other = ("other", replace(statement("2026-07", first=JULY, last=date(2026, 8, 1)), station_id="s2"))
    found = gaps([MAY, other, ("july", statement("2026-07", first=JULY, last=date(2026, 8, 1)))])
    assert [gap.station_id for gap in found] == ["s1"]
    assert touching(found, ["may"]) == touching(found, ["july"]) == tuple(found)
    assert touching(found, ["other"]) == ()

"""Every rule of docs/income.md on energy, with numbers that can be checked by hand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np

from guangfu.clock import day_start, to_ms
from guangfu.income.counters import Registers
from guangfu.income.energy import daily_energy
from guangfu.income.figures import DailyEnergy
from guangfu.income.gaps import Likeness, Sky
from guangfu.income.reasons import Reason
from guangfu.income.rules import Rules, load_rules
from guangfu.stations.models import Device
from tests.income.small_registry import meter, registry, station

RULES = load_rules()
DAY = date(2026, 6, 1)
MIDNIGHT = day_start(DAY)
Rows = Sequence[tuple[float, int]]
RESET: Rows = [(0, 7_000_000), (10, 7_500_000), (10.25, 20_000), (24, 400_000)]


def sky(index: float) -> Sky:
    """What like stations had of a clear day, three days long."""
    return {("s1", DAY + timedelta(days=n)): Likeness(index, 0.2) for n in range(3)}


def at(hours: float) -> datetime:
    """The instant so many hours after the day's first midnight."""
    return MIDNIGHT + timedelta(hours=hours)


def registers(rows: Rows, device: str = "meter-1", station_id: str = "s1") -> Registers:
    return Registers(
        station=np.array([station_id] * len(rows), dtype=object),
        device=np.array([device] * len(rows), dtype=object),
        at_ms=np.array([to_ms(at(hours)) for hours, _ in rows], dtype=np.int64),
        register_wh=np.array([wh for _, wh in rows], dtype=np.int64),
    )


def together(*parts: Registers) -> Registers:
    return Registers(
        np.concatenate([p.station for p in parts]),
        np.concatenate([p.device for p in parts]),
        np.concatenate([p.at_ms for p in parts]),
        np.concatenate([p.register_wh for p in parts]),
    )


def energy(
    read: Registers | Rows,
    *,
    day: date = DAY,
    now: float = 100,
    meters: list[Device] | None = None,
    rules: Rules = RULES,
    sky: Sky | None = None,
) -> DailyEnergy:
    given = read if isinstance(read, Registers) else registers(read)
    found = daily_energy(given, registry([station()], meters or [meter()]), [("s1", day)], rules, at(now), sky)
    assert len(found) == 1
    return found[0]


def quarter_hours(start: float, end: float, from_wh: int, per_step_wh: int) -> list[tuple[float, int]]:
    steps = round((end - start) * 4)
    return [(start + i / 4, from_wh + i * per_step_wh) for i in range(steps + 1)]


def test_a_day_is_the_difference_of_its_midnights_times_the_factor() -> None:
    found = energy([(0, 100_000), (24, 112_500)], meters=[meter(factor=80)])
    assert found.energy_wh == 1_000_000
    assert found.interpolated_wh == 0
    assert found.complete
    assert found.reason is None
    assert found.coverage == 0
    assert found.computed_at == at(100).astimezone(UTC)


def test_the_midnight_reading_bounds_both_days() -> None:
    rows = [(0, 0), (24, 1000), (48, 1700)]
    assert energy(rows).energy_wh == 1000
    assert energy(rows, day=DAY + timedelta(days=1)).energy_wh == 700


def test_full_coverage_of_quarter_hours() -> None:
    found = energy(quarter_hours(0, 24, 5000, 10))
    assert (found.energy_wh, found.coverage, found.complete) == (960, 1.0, True)


def test_a_boundary_between_readings_is_interpolated_and_marked() -> None:
    """8 of the 30 minutes of the first step and 22 of the last belong to the day."""
    found = energy([(-22 / 60, 0), (8 / 60, 300), (12, 1000), (24 - 22 / 60, 2000), (24 + 8 / 60, 2300)])
    assert found.energy_wh == 80 + 700 + 1000 + 220
    assert found.interpolated_wh == 300


def test_a_gap_over_midnight_is_shared_and_adds_up() -> None:
    rows = [(0, 0), (12, 5000), (37, 9000), (48, 10_000)]
    first, second = energy(rows), energy(rows, day=DAY + timedelta(days=1))
    assert (first.energy_wh or 0) + (second.energy_wh or 0) == 10_000
    assert first.reason == second.reason == Reason.SHAPED_GAP
    assert first.complete
    low, high = first.estimated_low_wh, first.estimated_high_wh
    assert low is not None and high is not None and 5000 <= low < (first.energy_wh or 0) < high <= 9000
    assert first.estimated_margin_wh == second.estimated_margin_wh == 0  # all of it is within June


def test_a_silent_day_within_a_gap_has_the_part_of_the_sun() -> None:
    """From the evening before to the next night: all of it is this day's but what the register gained in the dark."""
    found = energy([(-2, 0), (26, 9000)])
    assert (found.energy_wh, found.reason, found.coverage) == (9000, Reason.SHAPED_GAP, 0)


def test_without_shaping_such_days_have_no_figure() -> None:
    rules = replace(RULES, energy=replace(RULES.energy, max_shaped_gap_d=0))
    found = energy([(-5, 0), (30, 9000)], rules=rules)
    assert (found.energy_wh, found.reason, found.estimated_low_wh) == (None, Reason.GAP_AT_MIDNIGHT, None)
    seen = quarter_hours(0, 11, 0, 100)
    assert energy([*seen, (22, 9000), (26, 9100)], rules=rules).reason == Reason.LOW_COVERAGE


def test_a_counter_lost_in_a_long_gap_leaves_its_days_without_a_figure() -> None:
    found = energy([(0, 50_000), (12, 55_000), (37, 9000), (48, 10_000)])
    assert (found.energy_wh, found.reason) == (None, Reason.GAP_AT_MIDNIGHT)


def test_a_gap_within_the_day_takes_nothing_from_it() -> None:
    """The counter went on counting: both bounds are read, so the day is exact at a coverage of 1/12."""
    found = energy([(0, 0), (0.5, 0), (1, 0), (23, 900_000), (23.5, 900_000), (24, 900_000)])
    assert found.energy_wh == 900_000
    assert round(found.coverage, 4) == 0.0833
    assert found.reason is None


def test_a_boundary_in_a_gap_at_night_is_shared_by_time() -> None:
    found = energy([*quarter_hours(0, 22, 0, 100), (26, 9200)])
    assert (found.energy_wh, found.interpolated_wh, found.reason) == (9000, 200, Reason.SHAPED_GAP)


def test_a_running_day_counts_to_its_last_reading() -> None:
    found = energy(quarter_hours(0, 10, 0, 500), now=10.1)
    assert (found.energy_wh, found.complete, found.coverage, found.reason) == (20_000, False, 1.0, None)


def test_a_running_day_that_fell_silent_needs_coverage() -> None:
    """Silent since 02:00: at 03:50 that is more than half of the elapsed day, at 04:10 less."""
    rows = quarter_hours(0, 2, 0, 500)
    assert energy(rows, now=3.8).energy_wh == 4000
    late = energy(rows, now=4.2)
    assert (late.energy_wh, late.reason) == (None, Reason.LOW_COVERAGE)


def test_a_day_that_is_over_waits_for_its_midnight() -> None:
    found = energy(quarter_hours(0, 23.75, 0, 10), now=24.1)
    assert (found.energy_wh, found.complete, found.reason) == (950, False, Reason.AWAITING_MIDNIGHT)


def test_no_readings_and_no_start() -> None:
    assert energy([]).reason == Reason.NO_READINGS
    assert energy([(-3, 5)]).reason == Reason.NO_READINGS
    assert energy([(10, 5), (24, 50)]).reason == Reason.NO_START_READING


def test_a_wrap_counts_and_needs_no_mark() -> None:
    found = energy([(0, 99_999_000), (24, 1_500)], meters=[meter(modulus_wh=100_000_000)])
    assert (found.energy_wh, found.reason) == (2_500, None)


def test_a_wrap_that_the_station_could_not_give_is_none() -> None:
    """50 MWh in 15 minutes from 300 kW."""
    rows = [(0, 50_000_000), (12, 50_010_000), (12.25, 49_000_000), (24, 49_005_000)]
    found = energy(rows, meters=[meter(modulus_wh=100_000_000)])
    assert (found.energy_wh, found.reason) == (15_000, Reason.METER_RESET)


def test_a_reset_counts_what_the_register_shows_after_it() -> None:
    """What it lost nobody knows: at most what a clear sky would have given 300 kW in a quarter of an hour."""
    found = energy(RESET)
    assert (found.energy_wh, found.reason) == (500_000 + 20_000 + 380_000, Reason.METER_RESET)
    assert found.estimated_low_wh == found.energy_wh
    assert 0 < (found.estimated_high_wh or 0) - 900_000 < 300_000 / 4


def test_what_a_reset_lost_is_estimated_from_like_stations() -> None:
    """They had eight tenths of a clear day: more than the register shows after its reset."""
    found = energy(RESET, sky=sky(0.8))
    assert found.reason == Reason.ESTIMATED_LOST
    low, middle, high = found.estimated_low_wh or 0, found.energy_wh or 0, found.estimated_high_wh or 0
    assert 900_000 <= low < middle < high < 900_000 + 300_000 / 4


def test_like_stations_may_say_less_than_the_register_shows_after_its_reset() -> None:
    assert energy(RESET, sky=sky(0.1)).energy_wh == 900_000


def test_where_estimates_do_not_count_what_was_lost_is_named_only() -> None:
    rules = replace(RULES, energy=replace(RULES.energy, estimate_lost=0))
    assert energy(RESET, sky=sky(0.8), rules=rules).energy_wh == energy(RESET).energy_wh
    assert energy(RESET, sky=sky(0.8), rules=rules).reason == Reason.METER_RESET


def test_a_reset_to_an_implausible_value_counts_nothing() -> None:
    found = energy([(0, 7_000_000), (10, 7_500_000), (10.25, 3_000_000), (24, 3_400_000)])
    assert (found.energy_wh, found.reason) == (500_000 + 400_000, Reason.METER_RESET)


def test_a_leap_beyond_the_station_counts_nothing() -> None:
    found = energy([(0, 0), (12, 1_000_000), (12.25, 9_000_000), (24, 9_500_000)])
    assert (found.energy_wh, found.reason) == (1_500_000, Reason.COUNTER_IMPLAUSIBLE)


def test_single_misread_registers_are_left_out() -> None:
    clean = quarter_hours(0, 24, 1_000_000, 1000)
    rows = list(clean)
    for i, wrong in ((20, 0), (22, 0), (40, 77_000_000_000), (60, 1_000_000)):
        rows[i] = (rows[i][0], wrong)
    found = energy(rows)
    assert (found.energy_wh, found.reason) == (96_000, None)


def test_a_factor_applies_from_its_day_on() -> None:
    change = DAY + timedelta(days=1)
    meters = [meter(factor=10, valid_to=change), meter(factor=20, valid_from=change)]
    rows = [(0, 0), (23.8, 900), (24.2, 1100), (48, 2000)]
    assert energy(rows, meters=meters).energy_wh == 1000 * 10
    assert energy(rows, meters=meters, day=change).energy_wh == 1000 * 20


EXCHANGE = [meter(valid_to=DAY + timedelta(days=1), factor=2), meter(device="meter-2", valid_from=DAY, factor=3)]


def exchanged(old_at: float, new_at: float, until: float = 24) -> Registers:
    """60 kWh on the old one's register up to its last reading, 100 kWh on the new one's from its first."""
    return together(
        registers([(0, 900_000), (old_at, 960_000)]),
        registers([(new_at, 5), (new_at + 0.25, 1_005), (until, 100_005)], device="meter-2"),
    )


def test_an_exchanged_meter_and_its_successor_add_up() -> None:
    """Nothing passes by night; by day, nobody knows what passed from 10:00 to 11:00, and it is named."""
    night, noon = (energy(exchanged(*hours), meters=EXCHANGE) for hours in ((2, 3), (10, 11)))
    counted = (60_000 * 2 + 100_000 * 3, True, Reason.METER_EXCHANGE)
    assert (night.energy_wh, night.complete, night.reason) == counted
    assert (noon.energy_wh, noon.complete, noon.reason) == counted
    assert (night.estimated_low_wh, noon.estimated_low_wh) == (None, noon.energy_wh)
    assert 0 < (noon.estimated_high_wh or 0) - (noon.energy_wh or 0) < 300_000


def test_energy_while_a_meter_is_exchanged_is_estimated_from_like_stations() -> None:
    bare, found = (energy(exchanged(10, 11), meters=EXCHANGE, sky=like) for like in (None, sky(0.5)))
    assert (found.reason, found.complete) == (Reason.ESTIMATED_LOST, True)
    between, most = ((one or 0) - (bare.energy_wh or 0) for one in (found.energy_wh, bare.estimated_high_wh))
    assert round(between / most, 3) == 0.5
    low, high = found.estimated_low_wh or 0, found.estimated_high_wh or 0
    assert (bare.energy_wh or 0) <= low < (found.energy_wh or 0) < high


def test_an_exchange_of_days_is_shared_over_them() -> None:
    """Last read at 10:00 of the day, the new one first at 09:00 two days later: each day has its part."""
    days, rows = [DAY + timedelta(days=n) for n in range(3)], exchanged(10, 57, until=72)
    without = [energy(rows, meters=EXCHANGE, day=day) for day in days]
    assert [(day.energy_wh, day.reason) for day in without] == [(None, Reason.GAP_AT_MIDNIGHT)] * 3
    found = [energy(rows, meters=EXCHANGE, day=day, sky=sky(0.5)) for day in days]
    assert [(day.reason, day.complete) for day in found] == [(Reason.ESTIMATED_LOST, True)] * 3
    first, whole, last = (day.energy_wh or 0 for day in found)
    assert 120_000 < first < 120_000 + whole
    assert 300_000 < last < 300_000 + whole


def test_an_exchange_that_the_registry_dates_later_begins_with_the_old_ones_last_reading() -> None:
    change = DAY + timedelta(days=1)
    meters = [meter(valid_to=change, factor=2), meter(device="meter-2", valid_from=change, factor=3)]
    rows = exchanged(10, 30, until=48)
    days = [energy(rows, meters=meters, day=day, sky=sky(0.5)) for day in (DAY, change)]
    assert [(day.reason, day.complete) for day in days] == [(Reason.ESTIMATED_LOST, True)] * 2
    assert [(day.energy_wh or 0) > counted for day, counted in zip(days, (120_000, 300_000), strict=True)] == [True] * 2


def test_of_several_meters_an_exchanged_one_is_not_estimated() -> None:
    """Like stations tell what the station had, but not what of it passed this meter."""
    rows = together(exchanged(10, 11), registers([(0, 0), (24, 100)], device="meter-3"))
    found = energy(rows, meters=[*EXCHANGE, meter(device="meter-3")], sky=sky(0.5))
    assert (found.reason, found.estimated_low_wh) == (Reason.METER_EXCHANGE, found.energy_wh)


def test_a_meter_exchanged_at_midnight_counts_to_its_closing_reading() -> None:
    """The old one's reading at midnight of its `valid_to` closes its last day; the new one's opens the next."""
    change = DAY + timedelta(days=1)
    meters = [meter(valid_to=change, factor=2), meter(device="meter-2", valid_from=change, factor=3)]
    rows = together(registers([(0, 900_000), (24, 960_000)]), registers([(24, 5), (48, 100_005)], device="meter-2"))
    days = [energy(rows, meters=meters, day=day) for day in (DAY, change)]
    assert [(day.energy_wh, day.complete, day.reason) for day in days] == [(120_000, True, None), (300_000, True, None)]


def test_two_meters_and_one_without_a_figure() -> None:
    meters = [meter(), meter(device="meter-2")]
    one = registers([(0, 0), (24, 100)])
    assert energy(one, meters=meters).reason == Reason.NO_READINGS
    two = together(one, registers([(0, 50), (24, 90)], device="meter-2"))
    assert energy(two, meters=meters).energy_wh == 140


def test_a_day_without_a_valid_meter() -> None:
    found = energy([(0, 0), (24, 5)], meters=[meter(valid_from=DAY + timedelta(days=1))])
    assert (found.energy_wh, found.reason, found.complete) == (None, Reason.NO_METER, False)


def test_unknown_stations_are_left_out() -> None:
    assert daily_energy(registers([]), registry([station()], []), [("nowhere", DAY)], RULES, at(0)) == []

"""Which days are computed, and in which portions."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from accounting.plan import days_to_compute, portions
from guangfu.clock import day_start
from guangfu.income.figures import DailyEnergy

DAY = date(2026, 6, 10)
AT = datetime(2026, 6, 10, 4, tzinfo=UTC)


def row(day: date, *, complete: bool = True, interpolated_wh: int = 0) -> DailyEnergy:
    return DailyEnergy("s1", day, 5, interpolated_wh, 1.0, None, complete, "v", AT)


def days(dirty: list[date], stored: list[DailyEnergy], now: datetime = AT) -> list[int]:
    """Days of June 2026 that are computed for s1."""
    wanted = days_to_compute([("s1", day) for day in dirty], {("s1", r.day): r for r in stored}, now)
    return sorted(day.day for day in wanted.get("s1", ()))


def test_today_alone_while_yesterday_is_clean() -> None:
    yesterday = DAY - timedelta(days=1)
    assert days([DAY], [row(yesterday)]) == [10]
    assert days([DAY], [row(yesterday, complete=False)]) == [9, 10]
    assert days([DAY], [row(yesterday, interpolated_wh=3)]) == [9, 10]
    assert days([DAY], [row(yesterday)], day_start(DAY) + timedelta(minutes=59)) == [9, 10]
    assert days([DAY], []) == [10]


def test_late_readings_reach_the_stored_days_on_both_sides() -> None:
    old = date(2026, 6, 3)
    assert days([old], [row(old - timedelta(days=1)), row(old + timedelta(days=1))]) == [2, 3, 4]
    assert days([old], []) == [3]


def test_a_day_that_has_not_begun_is_left_alone() -> None:
    assert days([DAY + timedelta(days=1)], [row(DAY)]) == []


station_days = st.dictionaries(
    st.sampled_from([f"s{n}" for n in range(20)]),
    st.sets(st.integers(0, 60).map(lambda n: DAY + timedelta(days=n)), min_size=1, max_size=8),
    max_size=20,
)


@given(station_days, st.integers(1, 300))
def test_portions_hold_every_day_once_and_are_bounded(wanted: dict[str, set[date]], most: int) -> None:
    found = list(portions(wanted, lambda: most))
    pairs = [pair for portion in found for pair in portion.pairs]
    assert sorted(pairs) == sorted((station, day) for station, of in wanted.items() for day in of)
    assert len(pairs) == len(set(pairs))
    for portion in found:
        size = len(portion.days) * ((portion.last - portion.first).days + 1)
        assert size <= most or len(portion.days) == 1

"""A station's place in the subsidy list, by day, and what of its energy has a subsidy."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from guangfu.income.rules import load_rules
from guangfu.income.rules.models import Confidence, ListStatus, SubsidyStatus
from guangfu.income.subsidy_status import STATUS_NAMES, Standing, subsidy_standing, with_subsidy_status
from guangfu.stations.synthetic import synthetic_registry

RULES = load_rules()
STATION = next(s for s in synthetic_registry().stations.values() if s.kind == "village")
DAY = date(2026, 6, 1)


def _row(
    status: ListStatus, start: date, end: date | None = None, *, capacity_w: int | None = None, confirmed: bool = False
) -> SubsidyStatus:
    return SubsidyStatus(STATION.station_id, start, end, status, capacity_w, "doc", Confidence.C, confirmed)


def test_nobody_has_said_anything_so_it_is_taken_as_listed_and_unconfirmed() -> None:
    standing = subsidy_standing(STATION, DAY, RULES)
    assert (standing.status, standing.receivable, standing.unconfirmed) == (ListStatus.LISTED, True, True)
    assert standing.receivable_of(1_001) == 1_001


def test_the_row_that_began_last_holds_until_the_day_before_its_end() -> None:
    rows = [
        _row(ListStatus.UNLISTED, date(2018, 1, 1)),
        _row(ListStatus.LISTED, date(2020, 1, 1), date(2022, 1, 1), confirmed=True),
        _row(ListStatus.SUSPENDED, date(2021, 1, 1), date(2021, 7, 1)),
    ]
    rules = with_subsidy_status(RULES, rows)
    found = {
        day: subsidy_standing(STATION, day, rules).status
        for day in (date(2019, 12, 31), date(2020, 1, 1), date(2021, 6, 30), date(2021, 7, 1), date(2022, 1, 1))
    }
    assert list(found.values()) == [
        ListStatus.UNLISTED, ListStatus.LISTED, ListStatus.SUSPENDED, ListStatus.LISTED, ListStatus.UNLISTED,
    ]  # fmt: skip
    assert not subsidy_standing(STATION, date(2020, 1, 1), rules).unconfirmed


def test_an_unlisted_station_has_a_memo_and_a_removed_one_has_nothing() -> None:
    unlisted = Standing(ListStatus.UNLISTED, False, 300_000, 200_000, "", False)
    assert (unlisted.subsidised(900), unlisted.receivable_of(900)) == (600, 0)
    removed = Standing(ListStatus.REMOVED, False, 300_000, None, "", False)
    assert removed.subsidised(900) == 0


@given(st.integers(-(10**12), 10**12), st.integers(1, 10**9), st.integers(0, 2 * 10**9))
def test_what_is_within_the_listed_capacity_and_the_rest_sum_to_the_energy(
    energy: int, total: int, listed: int
) -> None:
    within = Standing(ListStatus.LISTED, True, total, listed, "", False).subsidised(energy)
    beyond = Standing(ListStatus.LISTED, True, total, max(total - listed, 0), "", False).subsidised(energy)
    assert abs(within * total - energy * min(listed, total)) < total
    assert abs(within + beyond - energy) <= 1
    assert within == -Standing(ListStatus.LISTED, True, total, listed, "", False).subsidised(-energy)


def test_a_changed_place_is_another_version_of_the_rules() -> None:
    listed, other = (_row(status, DAY) for status in (ListStatus.LISTED, ListStatus.REMOVED))
    versions = {RULES.version, *(with_subsidy_status(RULES, [row]).version for row in (listed, other))}
    assert len(versions) == 3
    assert with_subsidy_status(RULES, []).version == RULES.version
    assert set(STATUS_NAMES) == set(ListStatus)

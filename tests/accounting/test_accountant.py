"""Accounting on real databases, with figures that can be checked by hand."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from guangfu.clock import day_start, month_days
from guangfu.income.reasons import Reason
from guangfu.ledger.books import AGENCY
from guangfu.storage.errors import Unavailable
from guangfu.storage.sql.journal import verify_chain
from guangfu.storage.telemetry_store import CounterRows, TelemetryStore
from tests.accounting.county import JUNE, MAY, STATIONS, County, registers

NIGHT_1 = day_start(MAY)


def may(county: County, stations: tuple[str, ...] = STATIONS, per_hour_wh: int = 1000) -> None:
    """All of May, both midnights included: 24 kWh a day on the register."""
    for station_id in stations:
        county.receive(registers(station_id, NIGHT_1, day_start(JUNE), per_hour_wh))
    county.clock.at = day_start(JUNE) + timedelta(minutes=1)


def test_a_month_from_readings_to_the_books_by_hand(county: County) -> None:
    """s1: 24 kWh x 80 x 31 days = 59,520 kWh; x 0.75 = 44,640.00; base x 0.3035 = 18,064.32; subsidy 26,575.68.

    c1's two slots: 3,000.00 x 151/365 - 3,000.00 x 120/365 = 1,241.10 - 986.30 = 254.80 each.
    """
    may(county)
    county.account()
    assert county.dirty() == []
    energy = county.energy()
    assert {energy[s, day].energy_wh for s in ("s1",) for day in month_days("2026-05")} == {1_920_000}
    assert all(row.complete and row.coverage == 1 for (_, day), row in energy.items() if day < JUNE)
    month = county.months()["s1", "2026-05"]
    assert (month.energy_wh, month.days_counted, month.days_due) == (59_520_000, 31, 31)
    assert month.estimated_gross_fen == 4_464_000
    assert month.estimated_base_fen == 1_806_432
    assert month.estimated_subsidy_fen == 2_657_568
    days = [row for row in county.income() if row.station_id == "s1" and row.day < JUNE]
    assert sum(row.estimated_gross_fen for row in days) == 4_464_000
    assert [(row.station_id, row.village_id) for row in county.villages() if row.month == "2026-05"] == [
        ("s1", "v1"), ("s2", "v1"), ("s2", "v2"),
    ]  # fmt: skip
    assert sorted(county.entries()) == [
        ("entitlement/2026-05/c1/1", 50_960),
        ("estimate/2026-05/s1/base/1", 1_806_432),
        ("estimate/2026-05/s1/subsidy/1", 2_657_568),
        ("estimate/2026-05/s2/base/1", 22_580_400),
        ("estimate/2026-05/s2/subsidy/1", 33_219_600),
    ]
    with county.engine.connect() as db:
        assert verify_chain(db) == []


def test_accounting_twice_equals_once(county: County) -> None:
    may(county)
    county.account()
    once = county.everything()
    assert county.account() == 0
    may(county)
    county.account()
    assert county.everything() == once


def test_late_data_make_one_correcting_entry(county: County) -> None:
    """s1 was silent from the 30th at noon; the rest of May comes in June."""
    silent_at = day_start(date(2026, 5, 30)) + timedelta(hours=12)
    all_of_may = registers("s1", NIGHT_1, day_start(JUNE), 1000)
    county.receive(row for row in all_of_may if row[1] <= silent_at)
    county.clock.at = day_start(JUNE) + timedelta(hours=3)
    county.account()
    assert county.months()["s1", "2026-05"].days_counted == 29
    assert county.energy()["s1", date(2026, 5, 30)].reason == Reason.GAP_AT_MIDNIGHT
    assert [key for key, _ in county.entries(AGENCY)] == ["estimate/2026-05/s1/base/1", "estimate/2026-05/s1/subsidy/1"]

    county.receive(row for row in all_of_may if row[1] > silent_at)
    county.account()
    keys = [key for key, _ in county.entries(AGENCY)]
    assert keys[2:] == [
        "estimate/2026-05/s1/base/1/reversal", "estimate/2026-05/s1/base/2",
        "estimate/2026-05/s1/subsidy/1/reversal", "estimate/2026-05/s1/subsidy/2",
    ]  # fmt: skip
    assert sum(amount for key, amount in county.entries(AGENCY) if "base" in key) == 1_806_432


def test_a_month_that_ends_in_silence_is_posted_when_nothing_can_tell_its_last_day(county: County) -> None:
    """s1 is silent since noon of the 31st: that day counts to noon for a day's length, and then not at all."""
    last = date(2026, 5, 31)
    county.receive(row for row in registers("s1", NIGHT_1, day_start(last) + timedelta(hours=12), 1000))
    accountant = county.accountant()
    county.clock.at = day_start(JUNE) + timedelta(hours=3)
    accountant.once()
    assert county.energy()["s1", last].reason == Reason.AWAITING_MIDNIGHT
    assert county.entries(AGENCY) == []
    county.clock.at = day_start(JUNE) + timedelta(hours=24)
    accountant.once()
    assert county.energy()["s1", last].reason == Reason.GAP_AT_MIDNIGHT
    assert [key for key, _ in county.entries(AGENCY)] == ["estimate/2026-05/s1/base/1", "estimate/2026-05/s1/subsidy/1"]


def test_a_silence_of_more_than_a_day_is_the_same_whether_seen_live_or_afterwards(
    county: County, another_county: County
) -> None:
    """s1 is silent from 20:00 of the first day to 06:00 of the third."""
    rows = registers("s1", NIGHT_1, NIGHT_1 + timedelta(days=3), 1000)
    heard = [row for row in rows if not timedelta(hours=20) < row[1] - NIGHT_1 < timedelta(hours=54)]
    live = another_county.accountant()
    for hours in range(1, 73):
        since, another_county.clock.at = another_county.clock.at, NIGHT_1 + timedelta(hours=hours)
        another_county.receive(row for row in heard if since < row[1] <= another_county.clock.at or hours == 1)
        live.once()
    county.receive(heard)
    county.clock.at = another_county.clock.at
    county.account()
    assert {key: row.energy_wh for key, row in another_county.energy().items()} == {
        key: row.energy_wh for key, row in county.energy().items()
    }
    assert another_county.months()["s1", "2026-05"].estimated_gross_fen == (
        county.months()["s1", "2026-05"].estimated_gross_fen
    )


def test_the_order_in_which_readings_arrive_changes_nothing(county: County, another_county: County) -> None:
    """Readings of three days come last day first, with a pass after each part; the boundaries fall into gaps."""
    county.clock.at = another_county.clock.at = NIGHT_1 + timedelta(days=5)
    readings = registers("s1", NIGHT_1 + timedelta(minutes=7), NIGHT_1 + timedelta(days=3, minutes=7), 1000)
    gap = [row for row in readings if not timedelta(hours=20) < row[1] - NIGHT_1 < timedelta(hours=27)]
    county.receive(gap)
    county.account()
    at_once = county.everything()
    for row in at_once[0].values():  # type: ignore[attr-defined]
        assert row.energy_wh is None or row.day > MAY or row.interpolated_wh > 0

    for i in reversed(range(0, len(gap), 37)):
        another_county.receive(gap[i : i + 37])
        another_county.account()
    assert another_county.everything() == at_once


def test_a_reading_in_a_gap_changes_the_day_beside_it(engine: Engine, store: TelemetryStore) -> None:
    county = County(store, engine)
    county.clock.at = NIGHT_1 + timedelta(days=3)
    readings = registers("s1", NIGHT_1, NIGHT_1 + timedelta(days=2), 1000)
    late = [row for row in readings if timedelta(hours=19) < row[1] - NIGHT_1 < timedelta(hours=25)]
    county.receive(row for row in readings if row not in late)
    county.account()
    assert county.energy()["s1", MAY].interpolated_wh == 80 * 5000
    only_the_second_day = [row for row in late if row[1] > NIGHT_1 + timedelta(days=1)]
    county.receive(only_the_second_day)
    county.account()
    assert county.energy()["s1", MAY].interpolated_wh == 80 * 5000
    county.receive([late[-4]])
    county.account()
    assert county.energy()["s1", MAY].energy_wh == 80 * 24_000


def test_today_grows_and_is_closed_by_the_midnight_reading(county: County) -> None:
    morning = registers("s1", NIGHT_1, NIGHT_1 + timedelta(hours=9), 1000)
    county.receive(morning)
    county.clock.at = NIGHT_1 + timedelta(hours=9, minutes=1)
    county.account()
    today = county.energy()["s1", MAY]
    assert (today.energy_wh, today.complete, today.coverage) == (720_000, False, 1.0)
    county.receive(registers("s1", NIGHT_1 + timedelta(hours=9), NIGHT_1 + timedelta(hours=24), 1000, 1_009_000))
    county.clock.at = NIGHT_1 + timedelta(hours=24, minutes=1)
    county.account()
    assert county.energy()["s1", MAY].energy_wh == 1_920_000
    assert county.energy()["s1", MAY].complete


def test_a_day_that_ends_in_silence_is_looked_at_again(engine: Engine, store: TelemetryStore) -> None:
    """Silent since 09:00: complete coverage then, 9 of 24 hours once the day is over."""
    county = County(store, engine)
    county.receive(registers("s1", NIGHT_1, NIGHT_1 + timedelta(hours=9), 1000))
    county.clock.at = NIGHT_1 + timedelta(hours=9, minutes=1)
    accountant = county.accountant()
    accountant.once()
    assert county.months()["s1", "2026-05"].days_due == 1
    county.clock.at = NIGHT_1 + timedelta(hours=25)
    accountant.once()
    row = county.energy()["s1", MAY]
    assert (row.energy_wh, row.reason, row.coverage) == (None, Reason.LOW_COVERAGE, 9 / 24)
    assert county.months() == {}


def test_a_day_that_has_not_begun_waits(engine: Engine, store: TelemetryStore) -> None:
    county = County(store, engine)
    county.clock.at = NIGHT_1
    county.receive([("s1", NIGHT_1 + timedelta(hours=30), 5)])
    assert county.account() == 0
    assert county.dirty() == [("s1", date(2026, 5, 2))]


def test_without_a_registry_nothing_is_cleared(engine: Engine, store: TelemetryStore) -> None:
    county = County(store, engine, registered=False)
    county.receive([("s1", NIGHT_1, 5)])
    assert county.account() == 0
    assert len(county.dirty()) == 2


class Dies(Exception):
    """The process is killed here."""


class DyingStore:
    """A store that lets so many reads through."""

    def __init__(self, store: TelemetryStore, reads: int, error: type[Exception] = Dies) -> None:
        self._store, self._reads, self._error = store, reads, error

    def read_counter(self, *args: object, **options: object) -> CounterRows:
        self._reads -= 1
        if self._reads < 0:
            raise self._error("store", "gone") if self._error is Unavailable else self._error
        return self._store.read_counter(*args, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("reads", [0, 1, 5])
def test_killed_between_two_portions_and_started_again(engine: Engine, store: TelemetryStore, reads: int) -> None:
    county = County(store, engine, chunk_readings=3000)
    may(county)
    with pytest.raises(Dies):
        county.accountant(DyingStore(store, reads)).once()  # type: ignore[arg-type]
    assert (county.dirty() != []) and (len(county.energy()) > 0) == (reads > 1)
    county.account()
    broken_off = county.everything()
    may(county)
    county.account()
    assert county.everything() == broken_off


def test_killed_before_the_commit_nothing_is_written(
    engine: Engine, store: TelemetryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clearing of dirty days is the transaction's last word; what fails there undoes all of it."""
    county = County(store, engine)
    may(county)
    before = county.everything()

    def die(*args: object) -> None:
        raise Dies

    with monkeypatch.context() as patch:
        patch.setattr("accounting.accountant.clear_dirty", die)
        with pytest.raises(Dies):
            county.account()
    assert county.everything() == before
    county.account()
    assert county.dirty() == []


def test_a_store_that_is_away_leaves_everything_dirty(engine: Engine, store: TelemetryStore) -> None:
    county = County(store, engine)
    may(county)
    with pytest.raises(Unavailable):
        county.accountant(DyingStore(store, 0, Unavailable)).once()  # type: ignore[arg-type]
    assert len(county.dirty()) == 3 * 33


def test_small_portions_give_the_same(engine: Engine, store: TelemetryStore) -> None:
    county = County(store, engine, chunk_readings=1000)
    may(county)
    county.account()
    small = county.everything()
    county.chunk_readings = 1_000_000
    may(county)
    county.account()
    assert county.everything() == small

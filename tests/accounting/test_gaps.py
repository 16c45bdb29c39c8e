"""Silences of days: their energy comes into its days when the next reading comes, and is measured when late data do."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from accounting.plan import Portion
from accounting.readings import PortionEnergy, portion_energy
from guangfu.clock import day_start
from guangfu.income.reasons import Reason
from guangfu.stations.models import Registry
from guangfu.storage.telemetry_store import TelemetryStore
from tests.accounting.county import MAY, County, registers
from tests.accounting.test_accountant import Dies

FIRST = MAY
HOUR_WH = 50  # s1's register, before the factor of 80


def day(n: int) -> date:
    return FIRST + timedelta(days=n)


def silent(county: County, station: str, before: int, after: int) -> list[tuple[str, datetime, int]]:
    """Readings to the noon of one day, and from the noon of another on, to the end of the one after it."""
    whole = registers(station, day_start(day(0)), day_start(day(after + 1)), HOUR_WH * 4)
    noon = timedelta(hours=12)
    return [r for r in whole if not day_start(day(before)) + noon < r[1] < day_start(day(after)) + noon]


def test_a_silence_of_days_comes_into_its_days_when_it_ends(county: County) -> None:
    """Heard of day 0 and 1, then nothing for three days; live, and the days in between have no row at first."""
    given = silent(county, "s1", 1, 5)
    noon = day_start(day(5)) + timedelta(hours=12)
    county.clock.at = day_start(day(1)) + timedelta(hours=13)
    county.receive([r for r in given if r[1] < noon])
    county.account()
    county.clock.at = day_start(day(4))
    county.account()
    assert county.energy()["s1", day(1)].energy_wh is None
    county.clock.at = day_start(day(6)) + timedelta(hours=1)
    county.receive([r for r in given if r[1] >= noon])
    county.account()
    rows = [county.energy()["s1", day(n)] for n in range(6)]
    assert [row.reason for row in rows] == [None, *[Reason.SHAPED_GAP] * 5]
    assert sum(row.energy_wh or 0 for row in rows) == 6 * 24 * HOUR_WH * 4 * 80
    assert all((row.estimated_low_wh or 0) <= (row.energy_wh or 0) <= (row.estimated_high_wh or 0) for row in rows[1:])
    month = county.months()["s1", "2026-05"]
    assert month.estimated_low_wh == month.energy_wh == month.estimated_high_wh  # the gap is within the month
    assert county.account() == 0


def test_seen_at_once_it_is_the_same(county: County) -> None:
    county.clock.at = day_start(day(6)) + timedelta(hours=1)
    county.receive(silent(county, "s1", 1, 5))
    county.account()
    rows = [county.energy()["s1", day(n)] for n in range(6)]
    assert sum(row.energy_wh or 0 for row in rows) == 6 * 24 * HOUR_WH * 4 * 80


def test_late_data_turn_estimated_into_measured_on_the_days_they_touch(county: County) -> None:
    county.clock.at = day_start(day(8))
    county.receive(silent(county, "s1", 1, 5))
    county.account()
    before = county.energy()
    county.receive(registers("s1", day_start(day(2)), day_start(day(4)), HOUR_WH * 4, 1_000_000 + 2 * 24 * HOUR_WH * 4))
    county.account()
    rows = {n: county.energy()["s1", day(n)] for n in range(6)}
    assert {n for n, row in rows.items() if row.reason is None} == {0, 1, 2, 3}
    assert rows[2].energy_wh == rows[3].energy_wh == 24 * HOUR_WH * 4 * 80
    assert rows[0] == before["s1", day(0)]
    assert sum(row.energy_wh or 0 for row in rows.values()) == 6 * 24 * HOUR_WH * 4 * 80


def a_cloudy_day_of_the_neighbour() -> list[tuple[str, datetime, int]]:
    """s2 for a week, with a tenth of the energy on day 3."""
    wh, readings = 1_000_000, []
    for n in range(7):
        part = registers("s2", day_start(day(n)), day_start(day(n + 1)), 100 if n == 3 else 1000, wh)
        readings += part[:-1]
        wh = part[-1][2]
    return readings


def test_like_stations_shape_a_gap_and_reshape_it_when_their_days_change(county: County) -> None:
    """s2 had a tenth of the energy on day 3; the county learns of it after the gap of s1 was shared."""
    county.clock.at = day_start(day(8))
    county.receive(silent(county, "s1", 1, 5))
    county.account()
    clear = county.energy()
    county.receive(a_cloudy_day_of_the_neighbour())
    county.account()
    cloudy = county.energy()
    assert (cloudy["s1", day(3)].energy_wh or 0) < (clear["s1", day(3)].energy_wh or 0) / 3
    assert sum(cloudy["s1", day(n)].energy_wh or 0 for n in range(6)) == 6 * 24 * HOUR_WH * 4 * 80
    assert county.account() == 0


def test_killed_after_the_like_station_the_gap_is_still_shared_again(
    county: County, another_county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    """s2's days are computed and no longer dirty when the process dies; s1's gap was shared as they had been."""
    county.chunk_readings = 1000
    for one in (county, another_county):
        one.clock.at = day_start(day(8))
        one.receive(silent(one, "s1", 1, 5))
        one.account()
        one.receive(a_cloudy_day_of_the_neighbour())

    def die_at_s1(store: TelemetryStore, registry: Registry, portion: Portion, *rest: Any) -> PortionEnergy:
        if "s1" in portion.days:
            raise Dies
        return portion_energy(store, registry, portion, *rest)

    with monkeypatch.context() as patch:
        patch.setattr("accounting.accountant.portion_energy", die_at_s1)
        with pytest.raises(Dies):
            county.account()
    assert {station for station, _ in county.dirty()} == {"s1"}
    county.account()
    another_county.account()
    assert county.energy() == another_county.energy()
    assert county.dirty() == another_county.dirty() == []


def test_a_like_station_whose_day_ends_without_a_reading_at_midnight_still_reshapes_a_gap(
    county: County, another_county: County
) -> None:
    """s2 is read at 23:53 and at 00:08, which makes only the new day dirty; then its day before is known."""
    last = registers("s2", day_start(day(0)) + timedelta(minutes=8), day_start(day(4)) + timedelta(minutes=8), 400)
    gap = silent(county, "s1", 1, 3)
    county.clock.at = day_start(day(4)) + timedelta(minutes=1)
    county.receive([*gap, *last[:-1]])
    county.account()
    for one in (county, another_county):
        one.clock.at = day_start(day(4)) + timedelta(minutes=10)
    county.receive(last[-1:])
    another_county.receive([*gap, *last])
    county.account()
    another_county.account()
    assert county.energy()["s1", day(3)] == another_county.energy()["s1", day(3)]


def test_what_a_reset_within_a_day_lost_comes_from_like_stations_when_these_are_known(county: County) -> None:
    noon = day_start(day(1)) + timedelta(hours=12)
    rows = registers("s1", day_start(day(0)), day_start(day(2)), HOUR_WH * 4)
    county.clock.at = day_start(day(3))
    county.receive([(s, at, wh - 1_000_000 - 36 * HOUR_WH * 4 if at > noon else wh) for s, at, wh in rows])
    county.account()
    bare = county.energy()["s1", day(1)]
    assert (bare.reason, bare.estimated_low_wh) == (Reason.METER_RESET, bare.energy_wh)
    county.receive(a_cloudy_day_of_the_neighbour())
    county.account()
    found = county.energy()["s1", day(1)]
    assert (found.reason, found.estimated_low_wh) == (Reason.ESTIMATED_LOST, bare.energy_wh)
    assert (found.estimated_high_wh or 0) > (found.energy_wh or 0) > (bare.energy_wh or 0)

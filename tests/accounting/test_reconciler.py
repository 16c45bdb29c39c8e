"""Power added up follows the days that accounting computes, and is done again when late readings come."""

from datetime import date, datetime, timedelta

import pytest

from accounting.reconciler import Reconciler
from guangfu.clock import day_start, to_ms
from guangfu.income.reconciling import Reconciled
from guangfu.stations.models import DeviceKind
from guangfu.storage.sql.reconciliation import read_reconciled
from guangfu.storage.telemetry_store import Point, ReadingTable, TelemetryStore
from guangfu.telemetry.reading import Reading
from tests.accounting.county import MAY, County, registers
from tests.accounting.test_accountant import Dies

HOUR_WH = 2_000  # s1's register, before the factor of 80: 160 kW


def receive(county: County, first: datetime, last: datetime, start_wh: int, power_w: float = 160_000) -> None:
    """As ingest: power and register of s1."""
    readings = registers("s1", first, last, HOUR_WH, start_wh)
    points: list[Point] = []
    for station, at, wh in readings:
        reading = Reading(at_ms=to_ms(at), device="meter-1", ac_power_w=power_w, energy_export_total_wh=wh)
        points.append(Point(station, DeviceKind.METER, reading))
    assert county.store.write(points) == []
    county.receive(readings)


def day(n: int) -> date:
    return MAY + timedelta(days=n)


def rows(county: County) -> dict[date, Reconciled]:
    with county.engine.connect() as db:
        return {row.day: row for row in read_reconciled(db, start=MAY, end=day(40), stations=["s1"])}


def reconciler(county: County, store: TelemetryStore | None = None) -> Reconciler:
    return Reconciler(store or county.store, county.engine, county.rules, county.clock)


def test_days_that_are_over_are_reconciled_once_and_again_when_late_readings_come(county: County) -> None:
    county.clock.at = day_start(day(2)) + timedelta(hours=1)
    receive(county, day_start(day(0)), day_start(day(1)) + timedelta(hours=12), 1_000_000)
    receive(county, day_start(day(2)), county.clock.at, 1_000_000 + 48 * HOUR_WH)
    county.account()
    one = reconciler(county)
    one.once()
    found = rows(county)
    assert set(found) == {day(0), day(1)}  # not of today
    assert found[day(0)].meter_power_wh == found[day(0)].meter_counted_wh == found[day(0)].gateway_wh == 3_840_000
    assert found[day(1)].meter_power_wh == found[day(1)].meter_counted_wh == 1_920_000
    assert found[day(1)].meter_coverage == 0.5
    assert one.once() == 0
    receive(county, day_start(day(1)) + timedelta(hours=12), day_start(day(2)), 1_000_000 + 36 * HOUR_WH)
    county.clock.at += timedelta(seconds=1)
    county.account()
    assert one.once() > 0
    assert rows(county)[day(1)].meter_power_wh == 3_840_000


def test_a_day_becomes_due_when_it_is_over_for_a_new_process_too(county: County) -> None:
    county.clock.at = day_start(day(0)) + timedelta(hours=20)
    receive(county, day_start(day(0)), county.clock.at, 1_000_000)
    county.account()
    reconciler(county).once()
    assert rows(county) == {}
    county.clock.at = day_start(day(1)) + timedelta(hours=1)
    assert reconciler(county).once() > 0
    assert rows(county)[day(0)].meter_power_wh == 20 * 160_000


def test_killed_between_two_portions_the_rest_is_done_by_the_next(county: County) -> None:
    county.clock.at = day_start(day(3))
    receive(county, day_start(day(0)), day_start(day(3)), 1_000_000)
    county.account()

    class DyingStore:
        def __init__(self) -> None:
            self.reads = 2

        def read(self, *args: object, **options: object) -> ReadingTable:
            self.reads -= 1
            if self.reads < 0:
                raise Dies
            return county.store.read(*args, **options)  # type: ignore[arg-type]

    with pytest.raises(Dies):
        reconciler(county, DyingStore()).once()  # type: ignore[arg-type]
    assert len(rows(county)) < 3
    reconciler(county).once()
    assert set(rows(county)) == {day(0), day(1), day(2)}

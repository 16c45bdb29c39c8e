"""Power added up, inverters' counters and the gateway meter, by hand."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guangfu.clock import day_start, to_ms
from guangfu.income.figures import DailyEnergy
from guangfu.income.reconciling import PowerRows, Reconciled, Way, compared, month_sums, reconcile
from guangfu.income.rules import load_rules
from guangfu.stations.models import Device, DeviceKind
from tests.income.small_registry import BEGIN, meter, registry, station

RULES = load_rules().energy
DAY = date(2026, 6, 1)
AT = datetime(2026, 6, 2, tzinfo=UTC)
QUARTER = 900_000
INVERTERS = [Device("s1", f"inverter-{n}", DeviceKind.INVERTER, BEGIN, None, 1, None, 100_000) for n in (1, 2)]
OF = registry([station()], [meter(factor=80), *INVERTERS])
STATION = OF.stations["s1"]


def rows(*devices: tuple[str, list[tuple[int, float, int]]]) -> PowerRows:
    """Of each device (quarter of the day, power, counter)."""
    read = [(code, q, p, w) for code, (_, readings) in enumerate(devices) for q, p, w in readings]
    columns = list(zip(*read, strict=True)) or [(), (), (), ()]
    return PowerRows(
        [("s1", name) for name, _ in devices],
        np.array(columns[0], np.int64),
        to_ms(day_start(DAY)) + np.array(columns[1], np.int64) * QUARTER,
        np.array(columns[2], np.float64),
        np.array(columns[3], np.int64),
    )


def day_of(power_w: float, factor: int = 1, quarters: range = range(97)) -> list[tuple[int, float, int]]:
    """A device that gives the same all day; its counter agrees."""
    return [(q, power_w, round(1_000_000 + q * power_w / 4 / factor)) for q in quarters]


def one(meters: PowerRows, inverters: PowerRows, gateway_wh: int | None = None) -> Reconciled:
    gateway = [DailyEnergy("s1", DAY, gateway_wh, 0, 1.0, None, True, "v", AT)] if gateway_wh is not None else []
    (found,) = reconcile(OF, DAY, ["s1"], meters, inverters, gateway, RULES, AT)
    return found


def test_power_between_two_readings_is_a_straight_line() -> None:
    """600 and 800 kW a quarter of an hour apart: 175 kWh; the register x 80 gained as much."""
    found = one(rows(("meter-1", [(40, 100_000, 100_000), (41, 140_000, 100_375)])), rows())
    assert (found.meter_power_wh, found.meter_counted_wh) == (30_000, 30_000)
    assert found.meter_coverage == pytest.approx(1 / 96, abs=1e-4)
    assert (found.inverter_power_wh, found.inverter_wh, found.gateway_wh) == (None, None, None)


def test_a_day_on_which_all_agree() -> None:
    found = one(
        rows(("meter-1", day_of(160_000, 80))),
        rows(("inverter-1", day_of(80_000)), ("inverter-2", day_of(80_000))), 3_840_000,
    )  # fmt: skip
    assert (found.meter_power_wh, found.meter_counted_wh, found.meter_coverage) == (3_840_000, 3_840_000, 1.0)
    assert (found.inverter_power_wh, found.inverter_counted_wh, found.inverter_wh) == (3_840_000,) * 3
    assert [(c.way, c.share, c.beyond) for c in compared(found, STATION, RULES)] == [(way, 0.0, False) for way in Way]


def test_a_gap_is_on_neither_side() -> None:
    whole = day_of(160_000, 80)
    found = one(rows(("meter-1", whole[:40] + whole[60:])), rows())
    assert found.meter_power_wh == found.meter_counted_wh == 3_840_000 - 21 * 40_000
    assert found.meter_coverage == pytest.approx(75 / 96, abs=1e-4)


def test_a_reading_beyond_midnight_counts_up_to_it() -> None:
    found = one(rows(("meter-1", [(-1, 100_000, 1000), (1, 100_000, 1625)])), rows())
    assert found.meter_power_wh == found.meter_counted_wh == 25_000


def test_a_wrong_factor_is_beyond_tolerance() -> None:
    """The register says 100 a step where the transformers say 80: a fifth less power than energy."""
    found = one(rows(("meter-1", day_of(160_000, 64))), rows())
    (only,) = compared(found, STATION, RULES)
    assert (only.way, only.beyond) == (Way.METER_POWER, True)
    assert only.share == pytest.approx(-0.2)
    assert month_sums([found]) == {("s1", "2026-06", Way.METER_POWER): (3_840_000, 4_800_000)}


def test_an_inverter_that_slept_by_night_tells_its_day_and_one_that_was_read_from_noon_does_not() -> None:
    awake = range(18, 82)
    other = ("inverter-2", day_of(80_000, quarters=awake))
    found = one(rows(), rows(("inverter-1", day_of(80_000, quarters=awake)), other))
    assert found.inverter_wh == 2 * 80_000 * 63 // 4
    assert one(rows(), rows(("inverter-1", day_of(80_000, quarters=range(48, 82))), other)).inverter_wh is None
    assert one(rows(), rows(other)).inverter_wh is None


def test_a_counter_that_fell_tells_nothing_over_that_step() -> None:
    fell = [(q, p, w - 900_000 if q >= 48 else w) for q, p, w in day_of(80_000)]
    found = one(rows(), rows(("inverter-1", fell), ("inverter-2", day_of(80_000))))
    assert found.inverter_wh is None
    assert found.inverter_power_wh == found.inverter_counted_wh == 3_840_000 - 20_000


def test_a_day_of_almost_no_energy_is_not_compared() -> None:
    found = replace(one(rows(), rows()), meter_power_wh=20_000, meter_counted_wh=59_000)
    assert compared(found, STATION, RULES) == []
    assert len(compared(replace(found, meter_counted_wh=61_000), STATION, RULES)) == 1


@given(st.lists(st.tuples(st.integers(-4, 100), st.floats(0, 300_000), st.integers(0, 10**9)), max_size=40))
def test_whatever_was_read_no_time_counts_twice_and_no_energy_is_below_zero(read: list[tuple[int, float, int]]) -> None:
    """Never more time than the day, never less energy than none."""
    kept = sorted({q: (q, p, w) for q, p, w in read}.values())
    found = one(rows(("meter-1", kept)), rows())
    assert 0 <= found.meter_coverage <= 1
    assert (found.meter_power_wh or 0) >= 0
    assert (found.meter_counted_wh or 0) >= 0


def test_days_are_of_their_own_month() -> None:
    found = one(rows(("meter-1", day_of(160_000, 80))), rows())
    later = replace(found, day=DAY + timedelta(days=30))
    assert {month for _, month, _ in month_sums([found, later])} == {"2026-06", "2026-07"}

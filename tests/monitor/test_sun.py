"""Where the sun is, held against pvlib, whose import the API avoids."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from guangfu.clock import day_start, local_day
from guangfu.monitor.sun import HORIZON_DEG, daylight, sun_elevation_deg, sunrise_and_sunset

HOHHOT = (40.84, 111.75)
MANZHOULI = (49.6, 117.4)


@pytest.mark.parametrize("lat_deg, lon_deg", [HOHHOT, MANZHOULI, (37.4, 97.2)])
def test_elevation_is_within_a_third_of_a_degree_of_pvlib(lat_deg: float, lon_deg: float) -> None:
    import pandas as pd
    from pvlib.solarposition import get_solarposition

    times = pd.date_range("2026-01-01", "2026-12-31", freq="37h17min", tz="UTC")
    expected = get_solarposition(times, lat_deg, lon_deg)["elevation"].to_numpy()
    ours = [float(sun_elevation_deg(at.to_pydatetime(), lat_deg, lon_deg)) for at in times]
    assert np.abs(np.array(ours) - expected).max() < 0.3


def test_one_call_serves_a_whole_fleet() -> None:
    at = datetime(2026, 6, 21, 4, tzinfo=UTC)
    together = sun_elevation_deg(at, [HOHHOT[0], MANZHOULI[0]], [HOHHOT[1], MANZHOULI[1]])
    assert together.tolist() == [sun_elevation_deg(at, *HOHHOT), sun_elevation_deg(at, *MANZHOULI)]


@pytest.mark.parametrize("day", [date(2026, 1, 5), date(2026, 3, 20), date(2026, 6, 21), date(2026, 9, 1)])
def test_sun_is_on_the_horizon_at_sunrise_and_sunset(day: date) -> None:
    times = sunrise_and_sunset(day, *MANZHOULI)
    assert times is not None
    for at in times:
        assert local_day(at) == day
        assert sun_elevation_deg(at, *MANZHOULI) == pytest.approx(HORIZON_DEG, abs=0.3)


def test_sun_is_highest_half_way_between_sunrise_and_sunset() -> None:
    times = sunrise_and_sunset(date(2026, 4, 2), *HOHHOT)
    assert times is not None
    noon = times[0] + (times[1] - times[0]) / 2
    hour = timedelta(hours=1)
    highest = sun_elevation_deg(noon, *HOHHOT)
    assert highest > sun_elevation_deg(noon - hour, *HOHHOT)
    assert highest > sun_elevation_deg(noon + hour, *HOHHOT)


def test_beyond_the_polar_circle_there_may_be_no_sunrise() -> None:
    assert sunrise_and_sunset(date(2026, 12, 21), 80, 110) is None
    assert sun_elevation_deg(day_start(date(2026, 12, 21)), 80, 110) < 0


@pytest.mark.parametrize("day", [date(2026, 1, 1), date(2026, 3, 20), date(2026, 6, 21), date(2024, 2, 29)])
def test_daylight_of_many_places_is_that_of_each(day: date) -> None:
    places = [(40.8, 111.7), (53.0, 122.5), (38.0, 97.2)]
    noon_s, half_s = daylight(day, *np.transpose(places))
    for place, noon, half in zip(places, noon_s, half_s, strict=True):
        found = sunrise_and_sunset(day, *place)
        assert found is not None
        assert [at.timestamp() for at in found] == pytest.approx([noon - half, noon + half], abs=0.001)


def test_daylight_beyond_the_polar_circle_is_nothing_or_the_whole_day() -> None:
    for day, half in ((date(2026, 12, 21), 0), (date(2026, 6, 21), 43_200)):
        assert daylight(day, [80.0], [20.0])[1].tolist() == [half]


def test_importing_it_brings_neither_pandas_nor_scipy() -> None:
    code = "import sys, guangfu.monitor.sun; sys.exit(bool({'pandas', 'scipy', 'pvlib'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

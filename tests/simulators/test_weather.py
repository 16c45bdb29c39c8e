"""The weather is a function of seed, place and time, and looks like Inner Mongolia's."""

from datetime import date

import numpy as np
import pytest

from guangfu.stations.models import Registry
from simulators import noise
from simulators.counters import UNITS_PER_WH, Production, at_anchor
from simulators.plant import plant_day
from simulators.stations import Fleet, choose, day_number, fleet_of
from simulators.weather import Cells

JANUARY, JULY = day_number(date(2026, 1, 10)), day_number(date(2026, 7, 10))


@pytest.fixture(scope="module")
def fleet(registry: Registry) -> Fleet:
    return fleet_of(registry, choose(registry), 2018)


def cells(*places: tuple[float, float], seed: int = 1) -> Cells:
    return Cells(seed, np.array([lon for lon, _ in places]), np.array([lat for _, lat in places]))


def test_yearly_hours_are_those_of_the_region(registry: Registry) -> None:
    """A year of one station of each banner: 1,400 to 1,700 equivalent hours of the installed (DC) capacity."""
    one_each = {s.banner_code: s for s in registry.stations.values()}
    fleet = fleet_of(registry, list(one_each.values()), 2018)
    new_year = day_number(date(2026, 1, 1))
    energy = Production(fleet, at_anchor(fleet, new_year), {}).start_of(new_year + 365).gross
    hours = energy / UNITS_PER_WH / fleet.capacity_dc_w
    assert 1400 < hours.min() < hours.max() < 1700


def test_power_stays_between_night_and_the_inverters_limit(fleet: Fleet) -> None:
    for day in (JANUARY, JULY):
        plant = plant_day(fleet, day, {})
        assert np.all(plant.gross_w >= 0)
        assert np.all(plant.gross_w <= fleet.capacity_ac_w[:, None])
        assert not plant.gross_w[:, [0, 4, 8, 88, 96]].any(), "nothing in the dark"
        assert np.all(plant.gross_w.max(axis=1) > 0.05 * fleet.capacity_ac_w)
        assert np.isfinite(plant.poa_w_m2).all()


def test_january_is_cold_and_july_is_warm(fleet: Fleet) -> None:
    winter = np.stack([fleet.cells.day(JANUARY + i).air_c for i in range(15)])
    summer = np.stack([fleet.cells.day(JULY + i).air_c for i in range(15)])
    assert -45 < winter.min() < -25
    assert winter.mean() < -10
    assert 22 < summer.max() < 40


def test_near_cells_share_their_clouds_and_far_ones_do_not() -> None:
    sky = cells((112.0, 41.0), (112.3, 41.1), (124.0, 50.0))
    cloud = np.concatenate([sky.day(JULY + i).cloud[:, :-1] for i in range(60)], axis=1)
    near, far = np.corrcoef(cloud)[0, 1:]
    assert near > 0.95
    assert abs(far) < 0.3


def test_weather_joins_at_midnight() -> None:
    sky = cells((112.0, 41.0), (120.0, 44.0))
    today, tomorrow = sky.day(JULY), sky.day(JULY + 1)
    np.testing.assert_array_equal(today.cloud[:, -1], tomorrow.cloud[:, 0])
    np.testing.assert_allclose(today.air_c[:, -1], tomorrow.air_c[:, 0], atol=0.5)


def test_weather_depends_on_nothing_but_seed_place_and_time() -> None:
    alone, among = cells((112.0, 41.0)), cells((120.0, 44.0), (112.0, 41.0))
    np.testing.assert_array_equal(alone.day(JULY).cloud[0], among.day(JULY).cloud[1])
    assert not np.array_equal(alone.day(JULY).cloud, cells((112.0, 41.0), seed=2).day(JULY).cloud)


def test_the_sun_stands_where_pvlib_says() -> None:
    import pandas as pd
    from pvlib import solarposition

    sun = cells((112.0, 41.0), (122.0, 48.0)).day(JULY).sun
    times = pd.date_range("2026-07-10", periods=97, freq="15min", tz="Asia/Shanghai")
    for row, (lon, lat) in enumerate([(112.0, 41.0), (122.0, 48.0)]):
        exact = solarposition.get_solarposition(times, lat, lon)
        up = exact["zenith"].to_numpy() < 88
        assert np.abs(sun.zenith[row] - exact["zenith"].to_numpy())[up].max() < 0.3
        assert np.abs(sun.azimuth[row] - exact["azimuth"].to_numpy())[up].max() < 1.0


def test_noise_is_standard_and_has_memory() -> None:
    keys = noise.keys(1, "test", [str(i) for i in range(50)])
    slots = np.arange(2000, dtype=np.int64)
    white, red = noise.normal(keys, slots), noise.ar1(keys, slots, 8.0)
    assert abs(white.mean()) < 0.02
    assert white.std() == pytest.approx(1, abs=0.01)
    assert red.std() == pytest.approx(1, abs=0.05)
    assert np.mean(white[:, 1:] * white[:, :-1]) == pytest.approx(0, abs=0.02)
    assert np.mean(red[:, 1:] * red[:, :-1]) == pytest.approx(np.exp(-1 / 8), abs=0.05)
    np.testing.assert_array_equal(noise.ar1(keys, slots[700:705], 8.0), red[:, 700:705])

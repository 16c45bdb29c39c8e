"""Sun, clouds, air and snow over Inner Mongolia, for one local day at a time.

A value depends on (seed, place, instant) alone. Clouds come from sources on a grid of two degrees, so
that neighbouring weather cells share them; each station perturbs its cell's clouds a little.
Irradiance models are pvlib's, in their array forms.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final

import numpy as np
from pvlib import atmosphere, clearsky, irradiance, solarposition

from simulators import noise
from simulators.noise import Floats, Ints, Keys

STEP_S: Final = 900
"""The fixed step between computed instants; between them everything is linear. [s]"""
STEPS: Final = 96
DAY_S: Final = 86_400
CHINA_S: Final = 8 * 3600
ALTITUDE_M: Final = 1000.0

_LON: Final = np.arange(97.0, 127.1, 2.0)
_LAT: Final = np.arange(37.0, 54.1, 2.0)
_SHARED_DEG: Final = 2.0


def day_start_s(day: int) -> int:
    """The instant at which a local day begins. `day` counts local days from 1970-01-01. [s since 1970 UTC]"""
    return day * DAY_S - CHINA_S


def local_day_of(at_s: int) -> int:
    """The local day, counted from 1970-01-01, that an instant falls in."""
    return (at_s + CHINA_S) // DAY_S


@dataclass(frozen=True)
class Sun:
    """The sun over n cells at the 97 instants of a local day; angles (n, 97) [degrees]."""

    zenith: Floats
    azimuth: Floats
    extra_w_m2: float
    day_of_year: int


@dataclass(frozen=True)
class CellDay:
    """A day's weather over n cells.

    Attributes:
        sun: Where the sun is.
        clear_ghi_w_m2: (n, 97) without clouds. [W/m²]
        cloud: (n, 97) the latent cloudiness, mean 0, variance about 1; more is cloudier.
        air_c: (n, 97) [°C]
        wind_m_s: (n, 97) [m/s]
        snow_cover: (n,) part of the modules under snow.
        albedo: (n,)
    """

    sun: Sun
    clear_ghi_w_m2: Floats
    cloud: Floats
    air_c: Floats
    wind_m_s: Floats
    snow_cover: Floats
    albedo: Floats


@dataclass(frozen=True)
class Cells:
    """Weather cells: (n,) positions [degrees], and the seed of all their weather."""

    seed: int
    lon: Floats
    lat: Floats

    def day(self, day: int) -> CellDay:
        """The weather of a local day, at its 97 instants from midnight to midnight."""
        sun = self._sun(day)
        season = _season(sun.day_of_year)
        quick = np.arange(day * STEPS, day * STEPS + STEPS + 1, dtype=np.int64)
        slow, fast = self._slow("cloud", day), self._shared("cloud-fast", quick, 3.0)
        cloud = 0.87 * slow + 0.49 * fast
        snow = self._snow(day, season)
        return CellDay(
            sun=sun,
            clear_ghi_w_m2=_clear_ghi(sun, season),
            cloud=cloud,
            air_c=self._air(day, season, slow),
            wind_m_s=self._wind(day, season),
            snow_cover=snow,
            albedo=np.where(snow > 0.05, 0.45, 0.2),
        )

    def _sun(self, day: int) -> Sun:
        at_s = day_start_s(day) + np.arange(STEPS + 1) * STEP_S
        day_of_year = int(np.datetime64(day, "D").astype(object).timetuple().tm_yday)
        hours_utc = (at_s % DAY_S) / 3600 - np.where(at_s < day * DAY_S, 24, 0)
        solar_hours = hours_utc[None, :] + self.lon[:, None] / 15 + _equation_of_time_h(day_of_year)
        hour_angle = np.radians((15 * solar_hours) % 360 - 180)
        latitude = np.radians(self.lat)[:, None]
        declination = solarposition.declination_spencer71(day_of_year)
        zenith = solarposition.solar_zenith_analytical(latitude, hour_angle, declination)
        azimuth = solarposition.solar_azimuth_analytical(latitude, hour_angle, declination, zenith)
        extra = float(irradiance.get_extra_radiation(day_of_year))
        return Sun(np.degrees(zenith), np.degrees(azimuth), extra, day_of_year)

    def _slow(self, purpose: str, day: int) -> Floats:
        """(n, 97) weather systems, hourly with a memory of 14 hours."""
        hourly = self._shared(purpose, np.arange(day * 24, day * 24 + 25, dtype=np.int64), 14.0)
        return _between(hourly, STEPS // 24)

    def _shared(self, purpose: str, slots: Ints, memory_slots: float) -> Floats:
        """(n, m) AR(1) noise that near cells share, mixed from the sources around them."""
        sources = noise.ar1(_source_keys(self.seed, purpose), slots, memory_slots)
        return np.asarray(np.einsum("cs,sm->cm", self._mixing, sources))

    @cached_property
    def _mixing(self) -> Floats:
        """(n, sources): Gaussian weights of the distance whose squares sum to one."""
        lon, lat = (a.ravel() for a in np.meshgrid(_LON, _LAT, indexing="ij"))
        east = (self.lon[:, None] - lon) * np.cos(np.radians(self.lat))[:, None]
        squared = east**2 + (self.lat[:, None] - lat) ** 2
        weights = np.exp(-squared / (2 * _SHARED_DEG**2))
        return np.asarray(weights / np.sqrt(np.sum(weights**2, axis=1, keepdims=True)))

    def _air(self, day: int, season: float, slow_cloud: Floats) -> Floats:
        """Colder to the north; January nights reach -25 °C and below, July afternoons 28 °C."""
        north = (self.lat - 42)[:, None]
        mean = 5.0 - 0.9 * north + (17 + 0.45 * north) * season
        hour = np.arange(STEPS + 1) / 4
        daily = 6.0 * np.cos(2 * np.pi * (hour - 15) / 24)
        return np.asarray(mean + daily * np.clip(1 - 0.3 * slow_cloud, 0.3, 1.3) + 3.4 * self._slow("air", day))

    def _wind(self, day: int, season: float) -> Floats:
        hour = np.arange(STEPS + 1) / 4
        mean = 3.4 - 0.4 * season + 1.2 * np.cos(2 * np.pi * (hour - 15) / 24)
        return np.asarray(np.maximum(mean + 1.3 * self._slow("wind", day), 0.2))

    def _snow(self, day: int, season: float) -> Floats:
        """(n,) snow on the modules: it falls on some winter days and slides off within three."""
        days = np.arange(day - 2, day + 1, dtype=np.int64)
        fell = self._shared("snow", days, 1.0) > 1.7
        cover = np.max(fell * np.array([0.08, 0.25, 0.6]), axis=1)
        return np.asarray(cover * np.clip(-1.5 * season - 0.4, 0, 1))


@cache
def _source_keys(seed: int, purpose: str) -> Keys:
    return noise.keys(seed, purpose, [f"{lon:.0f},{lat:.0f}" for lon in _LON for lat in _LAT])


def _season(day_of_year: int) -> float:
    """-1 in the middle of January, 1 in the middle of July."""
    return float(-np.cos(2 * np.pi * (day_of_year - 16) / 365.25))


def _equation_of_time_h(day_of_year: int) -> float:
    return float(solarposition.equation_of_time_spencer71(day_of_year)) / 60


def _between(coarse: Floats, times: int) -> Floats:
    """(n, m) -> (n, (m - 1) * times + 1), linear in between."""
    share = np.arange(times) / times
    inner = coarse[:, :-1, None] * (1 - share) + coarse[:, 1:, None] * share
    return np.concatenate([inner.reshape(len(coarse), -1), coarse[:, -1:]], axis=1)


def _clear_ghi(sun: Sun, season: float) -> Floats:
    with np.errstate(all="ignore"):
        mass = atmosphere.get_relative_airmass(sun.zenith)
        absolute = atmosphere.get_absolute_airmass(mass, atmosphere.alt2pres(ALTITUDE_M))
        turbidity = 2.7 + 0.5 * season
        clear = clearsky.ineichen(sun.zenith, absolute, turbidity, ALTITUDE_M, sun.extra_w_m2)
    return np.asarray(clear["ghi"])


def clear_sky_index(cloud: Floats, names: Sequence[str], seed: int, day: int, cell: Ints) -> Floats:
    """What part of the clear-sky irradiance reaches each station.

    Args:
        cloud: (cells, 97) latent cloudiness.
        names: (n,) station ids, whose own perturbation is hashed from them.
        seed: Of all weather.
        day: Local day.
        cell: (n,) the station's row of `cloud`.

    Returns:
        (n, 97) from 0.15 under a heavy sky to 1.03 where clouds reflect.
    """
    quick = np.arange(day * STEPS, day * STEPS + STEPS + 1, dtype=np.int64)
    own = noise.ar1(noise.keys(seed, "own-cloud", names), quick, 1.0)
    return np.asarray(0.15 + 0.88 / (1 + np.exp(2.4 * (cloud[cell] + 0.25 * own - 0.79))))

"""Where the sun is, to a third of a degree: enough to tell night from a station that is down.

Spencer's series and the plain spherical triangle, in numpy alone. The tests hold them against
pvlib's functions of the same names; importing pvlib itself brings pandas and scipy, 100 MB in a
process that asks only whether it is night.
"""

from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import ArrayLike, NDArray

from guangfu.clock import day_start
from guangfu.stations.sun import declination_rad, equation_of_time_min

Array = NDArray[np.float64]

HORIZON_DEG = -0.833
"""Elevation of the sun's centre when its upper edge touches the horizon: refraction and half a disc."""


def sun_elevation_deg(at: datetime, lat_deg: ArrayLike, lon_deg: ArrayLike) -> Array:
    """Elevation of the sun's centre above the horizon, without refraction.

    Args:
        at: The instant, aware.
        lat_deg: (n,) [degrees north, WGS 84]
        lon_deg: (n,) [degrees east, WGS 84]

    Returns:
        (n,) [degrees], from -90 to 90; within 0.3 degrees of the NREL algorithm.

    Source:
        J. W. Spencer, "Fourier series representation of the position of the sun", Search 2 (5), 1971, p. 172.
        J. A. Duffie, W. A. Beckman, "Solar Engineering of Thermal Processes", 3rd edition, 2006, eqs. 1.5.3 and 1.6.5.
    """
    latitude, longitude = np.radians(lat_deg), np.asarray(lon_deg, float)
    utc = at.astimezone(UTC)
    minutes_utc = utc.hour * 60 + utc.minute + utc.second / 60
    angle = _day_angle(utc)
    hour_angle = np.radians((minutes_utc + 4 * longitude + equation_of_time_min(angle)) / 4 - 180)
    declination = declination_rad(angle)
    sine = np.sin(declination) * np.sin(latitude) + np.cos(declination) * np.cos(latitude) * np.cos(hour_angle)
    elevation: Array = np.degrees(np.arcsin(np.clip(sine, -1, 1)))
    return elevation


def sunrise_and_sunset(day: date, lat_deg: float, lon_deg: float) -> tuple[datetime, datetime] | None:
    """When the sun's upper edge rises and sets on a local day, within a few minutes; UTC.

    Returns:
        `None` where it does not rise or does not set on that day, which happens beyond the polar circles.

    Example:
        >>> rise, sets = sunrise_and_sunset(date(2026, 6, 21), 40.8, 111.7)  # Hohhot
        >>> f"{rise:%H:%M} {sets:%H:%M} UTC"
        '21:01 12:07 UTC'
    """
    noon = day_start(day) + timedelta(hours=12)
    angle = _day_angle(noon)
    latitude, declination = np.radians(lat_deg), declination_rad(angle)
    above = np.sin(np.radians(HORIZON_DEG)) - np.sin(latitude) * np.sin(declination)
    cosine = above / (np.cos(latitude) * np.cos(declination))
    if not -1 <= cosine <= 1:
        return None
    half_day = timedelta(minutes=4 * float(np.degrees(np.arccos(cosine))))
    solar_noon = _utc_midnight(noon) + timedelta(minutes=720 - 4 * lon_deg - float(equation_of_time_min(angle)))
    return solar_noon - half_day, solar_noon + half_day


def daylight(day: date, lat_deg: ArrayLike, lon_deg: ArrayLike) -> tuple[Array, Array]:
    """`sunrise_and_sunset` of many places at once.

    Args:
        day: Local day.
        lat_deg: (n,) [degrees north, WGS 84]
        lon_deg: (n,) [degrees east, WGS 84]

    Returns:
        (n,) solar noon [s since 1970 UTC]; (n,) half the time between sunrise and sunset [s], 0 where the sun does
        not rise and 43,200 where it does not set.
    """
    noon = day_start(day) + timedelta(hours=12)
    angle = _day_angle(noon)
    latitude, declination = np.radians(lat_deg), declination_rad(angle)
    above = np.sin(np.radians(HORIZON_DEG)) - np.sin(latitude) * np.sin(declination)
    half_day_s: Array = 240 * np.degrees(np.arccos(np.clip(above / (np.cos(latitude) * np.cos(declination)), -1, 1)))
    minutes: Array = 720 - 4 * np.asarray(lon_deg, float) - equation_of_time_min(angle)
    return _utc_midnight(noon).timestamp() + 60 * minutes, half_day_s


def _utc_midnight(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def _day_angle(at: datetime) -> float:
    """The earth's angle on its orbit since 1 January, with the fraction of the day. [rad]"""
    return 2 * np.pi / 365 * (at.timetuple().tm_yday - 1 + (at.hour + at.minute / 60) / 24)

"""Mean power by bucket of a local day: of one station, or of the fleet."""

from datetime import date, datetime, timedelta
from enum import IntEnum

import numpy as np

from api import schemas
from api.catalog import Catalog
from guangfu.clock import day_start, from_ms
from guangfu.monitor.sun import sunrise_and_sunset
from guangfu.stations.models import DeviceKind
from guangfu.storage.telemetry_store import ReadingTable, TelemetryStore


class Bucket(IntEnum):
    """Lengths that divide a local day from its start. [s]"""

    MINUTE = 60
    FIVE_MINUTES = 300
    TEN_MINUTES = 600
    QUARTER = 900
    HALF_HOUR = 1800
    HOUR = 3600


def power_curve(
    store: TelemetryStore, catalog: Catalog, day: date, bucket: Bucket, station_id: str | None = None
) -> schemas.PowerCurve:
    """The sum of the meters' means in each bucket, and how many stations it is of.

    Raises:
        Unavailable: The store can't be reached.
    """
    start_at = day_start(day)
    means = store.mean(
        DeviceKind.METER,
        "ac_power_w",
        start_at=start_at,
        end_at=start_at + timedelta(days=1, milliseconds=-1),
        bucket_s=bucket,
        stations=None if station_id is None else [station_id],
    )
    sun = _sun(catalog, day, station_id)
    return schemas.PowerCurve(
        day=day,
        bucket_s=bucket,
        points=_points(means, catalog),
        sunrise_at=sun[0] if sun else None,
        sunset_at=sun[1] if sun else None,
    )


def _points(means: ReadingTable, catalog: Catalog) -> list[schemas.PowerPoint]:
    known = np.array([station in catalog.registry.stations for station in means.station.tolist()], bool)
    if not known.any():
        return []
    at_ms, station, power_w = means.at_ms[known], means.station[known], means.columns["ac_power_w"][known]
    buckets, place = np.unique(at_ms, return_inverse=True)
    total_w = np.bincount(place, weights=power_w)
    pairs = set(zip(place.tolist(), station.tolist(), strict=True))
    stations = np.bincount([bucket for bucket, _ in pairs])
    return [
        schemas.PowerPoint(at=from_ms(bucket), power_w=round(watts, 1), stations=n)
        for bucket, watts, n in zip(buckets.tolist(), total_w.tolist(), stations.tolist(), strict=True)
    ]


def _sun(catalog: Catalog, day: date, station_id: str | None) -> tuple[datetime, datetime] | None:
    """Sunrise and sunset at the station; for the fleet from the first sunrise to the last sunset."""
    stations = catalog.stations if station_id is None else [catalog.registry.stations[station_id]]
    places = {(round(s.lat, 1), round(s.lon, 1)) for s in stations}
    times = [sun for lat, lon in places if (sun := sunrise_and_sunset(day, lat, lon))]
    if not times:
        return None
    rise, sets = min(rise for rise, _ in times), max(sets for _, sets in times)
    return rise.replace(microsecond=0), sets.replace(microsecond=0)

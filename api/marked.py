"""How many stored readings of all its devices a station has on a day, and how many of them are marked as not likely."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from guangfu.clock import day_start, from_ms, local_day
from guangfu.stations.models import DeviceKind
from guangfu.storage.reading_rows import READINGS
from guangfu.storage.telemetry_store import TelemetryStore
from guangfu.telemetry.reading import SUSPECT_MARKS

SUSPECT: Final = sum(SUSPECT_MARKS)
_DAY_S: Final = 86_400

StationDay = tuple[str, date]


def count_marked(
    store: TelemetryStore,
    start: date,
    end: date,
    *,
    marks: int = 0,
    kinds: Sequence[DeviceKind] = tuple(DeviceKind),
    stations: Sequence[str] | None = None,
) -> Mapping[StationDay, int]:
    """Readings by station and local day from `start` to `end`; with `marks`, those with one of these bits.

    Raises:
        Unavailable: The store can't be reached.
    """
    start_at, end_at = _bounds(start, end)
    counted: dict[StationDay, int] = defaultdict(int)
    for kind in kinds:
        table = store.count(kind, start_at=start_at, end_at=end_at, bucket_s=_DAY_S, marks=marks, stations=stations)
        days = [local_day(from_ms(at_ms)) for at_ms in table.at_ms.tolist()]
        for station, day, readings in zip(table.station.tolist(), days, table.columns[READINGS].tolist(), strict=True):
            counted[station, day] += round(readings)
    return counted


def _bounds(start: date, end: date) -> tuple[datetime, datetime]:
    return day_start(start), day_start(end + timedelta(days=1)) - timedelta(milliseconds=1)

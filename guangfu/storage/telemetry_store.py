"""The telemetry store: one interface, DuckDB and InfluxDB behind it, one contract test suite.

Measurements are `pv_meter`, `pv_inverter`, `pv_weather` with the tags `station` and `device` and the
columns `guangfu.telemetry.reading.FIELDS_OF` and `quality`. Writing a point again changes nothing;
a missing value never overwrites one that is there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from guangfu.stations.models import DeviceKind
from guangfu.telemetry.reading import Reading


class Point(msgspec.Struct, gc=False):
    """A checked reading on its way into the store."""

    station: str
    kind: DeviceKind
    reading: Reading
    quality: int = 0


class RefusedPoint(msgspec.Struct, frozen=True):
    """A point that the store will never take, with the store's words."""

    point: Point
    detail: str


@dataclass(frozen=True)
class ReadingTable:
    """Stored readings of one measurement, sorted by station, device and time.

    Attributes:
        station: (n,) of str
        device: (n,) of str
        at_ms: (n,) int64 [ms since 1970 UTC]
        columns: by name, (n,): float64 with NaN where missing; a counter, state, event or quality column is
            int64, and rows where a requested counter is missing are left out when it is the only column.
            Other integer columns hold -1 where missing.
    """

    station: NDArray[np.object_]
    device: NDArray[np.object_]
    at_ms: NDArray[np.int64]
    columns: Mapping[str, NDArray[np.float64] | NDArray[np.int64]]

    def __len__(self) -> int:
        return len(self.at_ms)


@dataclass(frozen=True)
class CounterRows:
    """Values of one counter as the database keeps them: in no order, but a later row replaces an earlier one.

    Attributes:
        names: Station and device of each code.
        codes: (n,) index into `names`
        at_ms: (n,) int64 [ms since 1970 UTC]
        values: (n,) int64, none missing
    """

    names: Sequence[tuple[str, str]]
    codes: NDArray[np.integer]
    at_ms: NDArray[np.int64]
    values: NDArray[np.int64]


class TelemetryStore(Protocol):
    """Implementations are safe to call from several threads."""

    def write(self, points: Sequence[Point]) -> list[RefusedPoint]:
        """Store the points durably; return those that can never be stored, the others are in.

        Raises:
            Unavailable: Nothing is known to be stored; write the same points again.
        """
        ...

    def read(
        self,
        kind: DeviceKind,
        columns: Sequence[str],
        *,
        start_at: datetime,
        end_at: datetime,
        stations: Sequence[str] | None = None,
    ) -> ReadingTable:
        """Readings with `start_at <= at <= end_at` (both bounds included), of all stations if none are named.

        A row is there if at least one of `columns` has a value.
        """
        ...

    def read_counter(
        self,
        kind: DeviceKind,
        column: str,
        *,
        start_at: datetime,
        end_at: datetime,
        stations: Sequence[str] | None = None,
    ) -> CounterRows:
        """As `read` of one counter, without sorting: what a year of a fleet is read by."""
        ...

    def latest(
        self,
        kind: DeviceKind,
        columns: Sequence[str],
        *,
        since_at: datetime,
        stations: Sequence[str] | None = None,
    ) -> ReadingTable:
        """The last value of each column per station and device since `since_at`; `at_ms` is the newest of them.

        Power and irradiance of readings that bear a bit of `SUSPECT_VALUE` are passed over.
        """
        ...

    def mean(
        self,
        kind: DeviceKind,
        column: str,
        *,
        start_at: datetime,
        end_at: datetime,
        bucket_s: int,
        stations: Sequence[str] | None = None,
    ) -> ReadingTable:
        """Means per station, device and bucket; `at_ms` is the bucket's start, empty buckets are absent.

        Buckets of `bucket_s` seconds begin at midnight in China. The column is float64 whatever it holds. Power and
        irradiance of readings that bear a bit of `SUSPECT_VALUE` do not count.
        """
        ...

    def count(
        self,
        kind: DeviceKind,
        *,
        start_at: datetime,
        end_at: datetime,
        bucket_s: int,
        marks: int = 0,
        stations: Sequence[str] | None = None,
    ) -> ReadingTable:
        """How many readings there are, in the column `readings`; otherwise as `mean`.

        Args:
            kind: Of which devices.
            start_at: Both bounds belong to it.
            end_at: The other one.
            bucket_s: Length of a bucket. [s]
            marks: Bits of `quality`: count only readings that bear one of them.
            stations: All if none are named.
        """
        ...

    def ping(self) -> None:
        """Raises `Unavailable` if the store can't be reached."""
        ...

    def close(self) -> None: ...

"""Roll-ups of power: what dashboards read for long ranges, and nobody who deals with money.

`pv_5min` holds each station's mean power by five minutes, `pv_banner_15min` each banner's by a quarter of an hour: the
sum of its stations' means, and of how many stations. A quarter, so that stations that report seldom are in every step.
They can be computed again from the readings at any time, and writing them again changes nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

_LINES: Final = 20_000


class Rollup(StrEnum):
    """The measurements, by name."""

    STATION = "pv_5min"
    BANNER = "pv_banner_15min"

    @property
    def tag(self) -> str:
        """Of which thing each series is."""
        return "station" if self is Rollup.STATION else "banner"

    @property
    def bucket_s(self) -> int:
        """Length of a bucket; `at_ms` is its start. [s]"""
        return 300 if self is Rollup.STATION else 900


@dataclass(frozen=True)
class RollupTable:
    """Mean power by bucket, sorted by name and time.

    Attributes:
        name: (n,) of str, the station or the banner
        at_ms: (n,) int64, the bucket's start [ms since 1970 UTC]
        power_w: (n,) float64 [W]
        stations: (n,) int64, of how many stations the power is
    """

    name: NDArray[np.object_]
    at_ms: NDArray[np.int64]
    power_w: NDArray[np.float64]
    stations: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.at_ms)


@runtime_checkable
class RollupStore(Protocol):
    """A telemetry store that keeps roll-ups: InfluxDB. Grafana reads no DuckDB, whose pages ask for days only."""

    def write_rollup(self, rollup: Rollup, rows: RollupTable) -> None:
        """Stores the buckets; one that is there is replaced.

        Raises:
            Unavailable: Nothing is known to be stored.
            Refused: The store will not take some of them; the others are in.
        """
        ...

    def read_rollup(
        self, rollup: Rollup, *, start_at: datetime, end_at: datetime, names: Sequence[str] | None = None
    ) -> RollupTable:
        """Buckets that begin from `start_at` to `end_at`, both included; of everything if no names are given."""
        ...


def summed(name: NDArray[np.object_], at_ms: NDArray[np.int64], power_w: NDArray[np.float64],
           stations: NDArray[np.int64]) -> RollupTable:  # fmt: skip
    """Adds up what has the same name and bucket; all arguments (n,), in any order."""
    names, codes = np.unique(name.astype(str), return_inverse=True)
    order = np.lexsort((at_ms, codes))
    codes, at_ms = codes[order], at_ms[order]
    changed = np.ones(len(codes), dtype=bool)
    changed[1:] = (codes[1:] != codes[:-1]) | (at_ms[1:] != at_ms[:-1])
    starts = np.flatnonzero(changed)
    add = np.add.reduceat
    return RollupTable(
        name=names.astype(object)[codes[starts]],
        at_ms=at_ms[starts],
        power_w=add(power_w[order], starts) if len(starts) else np.empty(0),
        stations=add(stations[order], starts) if len(starts) else np.empty(0, dtype=np.int64),
    )


def rollup_lines(rollup: Rollup, rows: RollupTable) -> Iterator[bytes]:
    r"""The buckets in line protocol with times in milliseconds, some thousands at once.

    >>> one = RollupTable(np.array(["s 1"], object), np.array([5]), np.array([1.5]), np.array([1]))
    >>> list(rollup_lines(Rollup.STATION, one))
    [b'pv_5min,station=s\\ 1 power_w=1.5,stations=1i 5']
    """
    known = {name: f"{rollup},{rollup.tag}={_escaped(name)}" for name in set(rows.name.tolist())}
    columns = (rows.name.tolist(), rows.power_w.tolist(), rows.stations.tolist(), rows.at_ms.tolist())
    for i in range(0, len(rows), _LINES):
        part = zip(*(column[i : i + _LINES] for column in columns), strict=True)
        yield "\n".join(f"{known[n]} power_w={w!r},stations={count}i {at}" for n, w, count, at in part).encode()


def _escaped(tag: str) -> str:
    return tag.replace(",", "\\,").replace("=", "\\=").replace(" ", "\\ ")

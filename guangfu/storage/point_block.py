"""Many points of one kind as columns: what both stores write, and what ingest checks in bulk.

A point by itself costs an object and a look into each of its fields; a column is made by one pass
over one field, and line protocol, DuckDB's arrays and ingest's checks all start from it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import Any, Final, overload

import numpy as np
from numpy.typing import NDArray

from guangfu.stations.models import DeviceKind
from guangfu.storage.telemetry_store import Point
from guangfu.telemetry.reading import FIELDS_OF, Reading

_COLUMN_OF: Final[dict[str, Callable[[Sequence[Reading]], list[Any]]]] = {
    # Python 3.11 reads a named attribute in a loop of its own twice as fast as `attrgetter`.
    "ac_power_w": lambda readings: [reading.ac_power_w for reading in readings],
    "reactive_power_var": lambda readings: [reading.reactive_power_var for reading in readings],
    "ac_voltage_v": lambda readings: [reading.ac_voltage_v for reading in readings],
    "ac_frequency_hz": lambda readings: [reading.ac_frequency_hz for reading in readings],
    "energy_export_total_wh": lambda readings: [reading.energy_export_total_wh for reading in readings],
    "energy_import_total_wh": lambda readings: [reading.energy_import_total_wh for reading in readings],
    "dc_power_w": lambda readings: [reading.dc_power_w for reading in readings],
    "energy_total_wh": lambda readings: [reading.energy_total_wh for reading in readings],
    "cabinet_temperature_c": lambda readings: [reading.cabinet_temperature_c for reading in readings],
    "state": lambda readings: [reading.state for reading in readings],
    "event_bits": lambda readings: [reading.event_bits for reading in readings],
    "poa_irradiance_w_m2": lambda readings: [reading.poa_irradiance_w_m2 for reading in readings],
    "ghi_w_m2": lambda readings: [reading.ghi_w_m2 for reading in readings],
    "module_temperature_c": lambda readings: [reading.module_temperature_c for reading in readings],
    "ambient_temperature_c": lambda readings: [reading.ambient_temperature_c for reading in readings],
    "wind_speed_m_s": lambda readings: [reading.wind_speed_m_s for reading in readings],
}


@dataclass(slots=True)
class PointBlock:
    """n points of one kind, in order.

    Attributes:
        kind: Of all of them.
        stations: (n,)
        devices: (n,)
        at_ms: (n,) [ms since 1970 UTC]
        columns: By field, for each of `FIELDS_OF[kind]`: (n,), `None` where missing.
        quality: (n,)
        given: (n,) the points, if it was made from points: a store gives back those that it was given.
        numbers: Fields that were made numbers already: (n,) float64, NaN where missing. A counter is exact below 2^53.
        places: (n,) what a program adds: the number that it knows each device by.
    """

    kind: DeviceKind
    stations: Sequence[str]
    devices: Sequence[str]
    at_ms: Sequence[int]
    columns: dict[str, list[Any]]
    quality: Sequence[int]
    given: Sequence[Point] | None = None
    numbers: dict[str, NDArray[np.float64]] = field(default_factory=dict, repr=False)
    places: NDArray[np.int32] | None = field(default=None, repr=False)
    _missing: dict[str, int] | None = field(default=None, repr=False)

    @classmethod
    def of(
        cls, kind: DeviceKind, stations: Sequence[str], readings: Sequence[Reading], quality: Sequence[int]
    ) -> "PointBlock":
        devices, at_ms = [reading.device for reading in readings], [reading.at_ms for reading in readings]
        return cls(kind, stations, devices, at_ms, columns_of(kind, readings), quality)

    @property
    def missing(self) -> dict[str, int]:
        """How many values of each column are missing; counted once."""
        if self._missing is None:
            self._missing = {name: _count_missing(column) for name, column in self.columns.items()}
        return self._missing

    def as_rows(self, names: Sequence[str]) -> NDArray[np.float64]:
        """(m, n) the columns of these m fields; kept as `numbers`."""
        rows = np.array([self.columns[name] for name in names], dtype=np.float64)  # None becomes NaN
        self.numbers.update(zip(names, rows, strict=True))
        return rows

    def as_numbers(self, name: str) -> NDArray[np.float64]:
        """(n,) the column, NaN where missing."""
        return self.numbers[name] if name in self.numbers else self.as_rows([name])[0]

    def __len__(self) -> int:
        return len(self.at_ms)

    def mark(self, quality: Sequence[int]) -> None:
        """(n,) adds bits to the points' quality; they are no longer the points that were given."""
        self.quality, self.given = [known | more for known, more in zip(self.quality, quality, strict=True)], None

    def part(self, start: int, end: int) -> "PointBlock":
        if start <= 0 and end >= len(self):
            return self
        cut = slice(start, end)
        columns = {name: column[cut] for name, column in self.columns.items()}
        return PointBlock(
            self.kind, self.stations[cut], self.devices[cut], self.at_ms[cut], columns, self.quality[cut],
            None if self.given is None else self.given[cut],
            {name: numbers[cut] for name, numbers in self.numbers.items()},
            None if self.places is None else self.places[cut],
        )  # fmt: skip

    def points(self) -> Iterator[Point]:
        if self.given is not None:
            yield from self.given
            return
        rows = zip(*self.columns.values(), strict=True)
        for station, device, at_ms, quality, row in zip(
            self.stations, self.devices, self.at_ms, self.quality, rows, strict=True
        ):
            values = dict(zip(self.columns, row, strict=True))
            yield Point(station, self.kind, Reading(at_ms=at_ms, device=device, **values), quality)

    def picked(self, wanted: Sequence[object]) -> "PointBlock":
        """The points where `wanted`, (n,), is true; nothing but their columns is kept."""
        stations, devices, at_ms, quality, *columns = (
            list(compress(column, wanted))
            for column in (self.stations, self.devices, self.at_ms, self.quality, *self.columns.values())
        )
        return PointBlock(self.kind, stations, devices, at_ms, dict(zip(self.columns, columns, strict=True)), quality)


def columns_of(kind: DeviceKind, readings: Sequence[Reading]) -> dict[str, list[Any]]:
    """By field of the kind: (n,) of n readings."""
    return {name: _COLUMN_OF[name](readings) for name in FIELDS_OF[kind]}


class Points(Sequence[Point]):
    """Blocks of points that read as one sequence; a slice of it is made of blocks again."""

    def __init__(self, blocks: Iterable[PointBlock] = ()) -> None:
        self.blocks = [block for block in blocks if len(block)]
        self._size = sum(map(len, self.blocks))

    @classmethod
    def of(cls, points: Sequence[Point]) -> "Points":
        """The points as blocks, a block a kind; as they are if they are blocks already."""
        if isinstance(points, Points):
            return points
        groups: dict[DeviceKind, list[Point]] = {kind: [] for kind in DeviceKind}
        for point in points:
            groups[point.kind].append(point)
        return cls(_block(kind, group) for kind, group in groups.items())

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Point]:
        for block in self.blocks:
            yield from block.points()

    @overload
    def __getitem__(self, index: int) -> Point: ...
    @overload
    def __getitem__(self, index: slice) -> "Points": ...
    def __getitem__(self, index: int | slice) -> "Point | Points":
        if isinstance(index, slice):
            start, end, step = index.indices(self._size)
            assert step == 1, "only a run of points can be cut out"
            return Points(self._parts(start, end))
        found = range(self._size)[index]
        (block,) = self._parts(found, found + 1)
        return next(block.points())

    def _parts(self, start: int, end: int) -> Iterator[PointBlock]:
        """The blocks between two places, the outermost cut."""
        first = 0
        for block in self.blocks:
            low, high = max(start - first, 0), min(end - first, len(block))
            if low < high:
                yield block if high - low == len(block) else block.part(low, high)
            first += len(block)


def _count_missing(column: list[Any]) -> int:
    if column and column[0] is None:  # most likely all of them are, and those are counted quickly
        return column.count(None)
    return len([None for value in column if value is None])


def by_kind(blocks: Sequence[PointBlock]) -> list[PointBlock]:
    """One block a kind, with the points in their order."""
    kinds: dict[DeviceKind, list[PointBlock]] = {}
    for block in blocks:
        kinds.setdefault(block.kind, []).append(block)
    return [joined(same) for same in kinds.values()]


def joined(blocks: Sequence[PointBlock]) -> PointBlock:
    """One block of several of the same kind, at least one."""
    if len(blocks) == 1:
        return blocks[0]
    kind = blocks[0].kind
    columns = {name: _chained(block.columns[name] for block in blocks) for name in FIELDS_OF[kind]}
    known = [name for name in blocks[0].numbers if all(name in block.numbers for block in blocks)]
    places = [block.places for block in blocks if block.places is not None]
    return PointBlock(
        kind,
        _chained(block.stations for block in blocks),
        _chained(block.devices for block in blocks),
        _chained(block.at_ms for block in blocks),
        columns,
        _chained(block.quality for block in blocks),
        numbers={name: np.concatenate([block.numbers[name] for block in blocks]) for name in known},
        places=np.concatenate(places) if len(places) == len(blocks) else None,
        _missing={name: sum(block.missing[name] for block in blocks) for name in columns},
    )


def _block(kind: DeviceKind, points: list[Point]) -> PointBlock:
    readings = [point.reading for point in points]
    block = PointBlock.of(kind, [point.station for point in points], readings, [point.quality for point in points])
    block.given = points
    return block


def _chained(parts: Iterable[Sequence[Any]]) -> list[Any]:
    chained: list[Any] = []
    for part in parts:
        chained += part
    return chained

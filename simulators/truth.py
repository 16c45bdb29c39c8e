"""The truth file: what each station really produced, and what that is worth in the simulated world.

One JSON object a line. A day's row has `station`, `day`, `energy_wh` (the exact integral of what passed
the meter), `meter`, `register_start_wh` and `register_end_wh` (displayed at the two midnights, before the
multiplication factor), `factor`, `price_yuan_per_kwh`, `gross_fen` (energy times price, not rounded to whole
fen; both null where the scenario has no price), `readings` (instants at which the station took readings,
from midnight to before the next). The last row of a run, `{"total": …}`, has what was sent.
"""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import msgspec

from guangfu.stations.models import Station
from simulators.counters import UNITS_PER_WH, Production
from simulators.meters import Meters
from simulators.noise import Ints
from simulators.parcel import Parcel
from simulators.scenario import NoPrice, price_yuan_per_kwh
from simulators.stations import Fleet, day_of_number
from simulators.weather import local_day_of


class Truth:
    """Counts what is taken, and writes each local day once, when it is over; without a path it only counts."""

    def __init__(
        self,
        path: Path | None,
        fleet: Fleet,
        production: Production,
        meters: Meters,
        *,
        next_day: int,
        readings: Mapping[int, Mapping[str, int]],
        append: bool,
    ) -> None:
        self._fleet = fleet
        self._production = production
        self._meters = meters
        self.next_day = next_day
        index = {name: i for i, name in enumerate(fleet.ids)}
        self._readings = {
            day: {index[name]: n for name, n in taken.items() if name in index} for day, taken in readings.items()
        }
        self._file: IO[bytes] | None = None
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("ab" if append else "wb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def count(self, parcel: Parcel) -> None:
        """Note the readings of a parcel; once, however often it is sent."""
        first, last = local_day_of(parcel.at_s[0]), local_day_of(parcel.at_s[-1])
        if first == last:
            self._add(first, parcel.station, len(parcel.at_s))
            return
        for at_s in parcel.at_s:
            self._add(local_day_of(at_s), parcel.station, 1)

    def write_until(self, day: int) -> None:
        """Write all days before this one that were not written yet."""
        while self.next_day < day:
            taken = self._readings.pop(self.next_day, {})
            if self._file is not None:
                self._write_day(self._file, self.next_day, taken)
            self.next_day += 1

    def unwritten(self) -> Mapping[int, Mapping[str, int]]:
        """Readings by local day and station that no row tells yet."""
        names = self._fleet.ids
        return {day: {names[i]: n for i, n in taken.items()} for day, taken in self._readings.items()}

    def write_total(self, total: Mapping[str, Any]) -> None:
        if self._file is not None:
            self._file.write(msgspec.json.encode({"total": total}) + b"\n")
            self._file.flush()

    def _add(self, day: int, station: int, count: int) -> None:
        taken = self._readings.setdefault(day, {})
        taken[station] = taken.get(station, 0) + count

    def _write_day(self, file: IO[bytes], day: int, taken: Mapping[int, int]) -> None:
        start, end = self._production.start_of(day), self._production.start_of(day + 1)
        at_start, at_end = start.gross - start.lost, end.gross - end.lost
        for station in range(len(self._fleet)):
            row = self._row(station, day, at_start, at_end)
            if row:
                file.write(msgspec.json.encode(row | {"readings": taken.get(station, 0)}) + b"\n")
        file.flush()

    def _row(self, station: int, day: int, at_start: Ints, at_end: Ints) -> dict[str, Any]:
        meter = self._meters.on(station, day)
        if meter is None:
            return {}
        price = _price(self._fleet.stations[station])
        energy_wh = Decimal(int(at_end[station] - at_start[station])) / UNITS_PER_WH
        return {
            "station": meter.station_id,
            "day": day_of_number(day).isoformat(),
            "energy_wh": float(energy_wh),
            "meter": meter.device,
            "register_start_wh": self._meters.displayed_wh(station, meter, int(at_start[station])),
            "register_end_wh": self._meters.displayed_wh(station, meter, int(at_end[station])),
            "factor": meter.multiplication_factor,
            "price_yuan_per_kwh": None if price is None else float(price),
            "gross_fen": None if price is None else float(energy_wh * price / 10),
        }


def _price(station: Station) -> Decimal | None:
    try:
        return price_yuan_per_kwh(station)
    except NoPrice:
        return None

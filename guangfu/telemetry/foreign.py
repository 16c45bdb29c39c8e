"""What a message of a foreign dialect says, station by station; the values every dialect gives."""

from dataclasses import dataclass, field
from typing import NamedTuple

from guangfu.telemetry.reading import Reading, Rejected, Status


@dataclass
class Said:
    """What a message says of one station. `station` is `None` for what could not be given to any.

    The readings are backfilled if `historical`: the sender says that they are not of now.
    """

    station: str | None
    readings: list[Reading] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    status: Status | None = None
    historical: bool = False


class Request(NamedTuple):
    """A message that should be published in answer, QoS 0."""

    topic: str
    payload: bytes


@dataclass
class Foreign:
    """All that a message says, and what its sender should be asked for."""

    said: list[Said] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    _parts: dict[tuple[str | None, bool], Said] = field(default_factory=dict, repr=False, compare=False)

    def of(self, station: str | None, *, historical: bool = False) -> Said:
        """The part for a station, made at first use."""
        key = station, historical
        if key not in self._parts:
            self._parts[key] = Said(station, historical=historical)
            self.said.append(self._parts[key])
        return self._parts[key]

"""A message that is to be sent: what it speaks of, not yet its bytes.

Bytes are made when the message goes out and made again when it is repeated, so a fleet can remember
weeks of what it sent in a few megabytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, eq=False)
class Parcel:
    """One telemetry message of a station.

    Attributes:
        station: Index in the fleet.
        seq: Of this boot; a repeated message keeps its own.
        at_s: The instants of its readings, in order. [s since 1970 UTC]
        step_s: For a back-fill, which only reads the meter, the grid from a local midnight on that they
            lie on; 0 for a live message, which reads all devices. [s]
    """

    station: int
    seq: int
    at_s: Sequence[int]
    step_s: int


class Writer(Protocol):
    """Turns a parcel into the payload of its message."""

    def __call__(self, parcel: Parcel) -> bytes: ...

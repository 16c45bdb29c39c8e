"""Stations in trouble: a small deterministic share, so that every state can be seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from simulators import noise


class Faults(StrEnum):
    """Which troubles a fleet has."""

    NONE = "none"
    DEMO = "demo"


class Trouble(StrEnum):
    OFFLINE = "offline"
    """Its gateway is silent: nothing is sent any more, though it goes on producing."""
    STALE = "stale"
    """Its meter is not read any more; the rest of the station reports."""
    IDLE = "idle"
    """It stands still in sunshine and says no fault."""
    INVERTER = "inverter"
    """One inverter reports FAULT and gives nothing."""
    CURTAILED = "curtailed"
    """Its inverters are held under a limit from nine to five."""


@dataclass(frozen=True)
class Fault:
    """A station's trouble from an instant on. [s since 1970 UTC]"""

    trouble: Trouble
    since_s: int


CURTAILED_TO: Final = 0.4
"""The limit of a curtailed station, as a part of its AC capacity."""

_STEP_S: Final = 900
_SHARES: Final[Sequence[tuple[Trouble, int, float, int]]] = (
    # trouble, per thousand stations, at least one, hours before the demonstration
    (Trouble.OFFLINE, 1, 1, 48),
    (Trouble.STALE, 1, 1, 5),
    (Trouble.IDLE, 1, 1, 96),
    (Trouble.INVERTER, 8, 1, 30),
    (Trouble.CURTAILED, 6, 1, 24 * 365),
)


def plan_faults(kind: Faults, seed: int, names: Sequence[str], demo_at_s: int) -> Mapping[str, Fault]:
    """The trouble of each station that has one.

    Args:
        kind: `Faults.NONE` gives none.
        seed: Of the fleet.
        names: All stations of the registry, so that a chosen few have the same troubles as the whole.
        demo_at_s: The instant at which the fleet is first looked at; troubles began before it.
    """
    if kind is Faults.NONE:
        return {}
    draw = noise.bits(noise.keys(seed, "faults", names), np.zeros(1, dtype=np.int64))[:, 0]
    order = [names[i] for i in np.argsort(draw, kind="stable")]
    faults: dict[str, Fault] = {}
    for trouble, per_thousand, at_least, hours in _SHARES:
        count = max(round(len(names) * per_thousand / 1000), int(at_least))
        since_s = (demo_at_s - hours * 3600) // _STEP_S * _STEP_S
        for name in order[len(faults) : len(faults) + count]:
            faults[name] = Fault(trouble, since_s)
    return faults


def silent_stations(names: Sequence[str], faults: Mapping[str, Fault]) -> dict[int, int]:
    """Of these stations, by index, those that fall silent, and since when. [s since 1970 UTC]"""
    found = {i: faults.get(name) for i, name in enumerate(names)}
    return {i: f.since_s for i, f in found.items() if f is not None and f.trouble is Trouble.OFFLINE}

"""A station's state, in the words and order of docs/glossary.md."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from guangfu.clock import to_ms

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class StationState(StrEnum):
    PRODUCING = "producing"
    CURTAILED = "curtailed"
    NIGHT = "night"
    STALE = "stale"
    OFFLINE = "offline"
    FAULT = "fault"
    UNKNOWN = "unknown"


SEVERITY: Final = (
    StationState.FAULT,
    StationState.OFFLINE,
    StationState.STALE,
    StationState.UNKNOWN,
    StationState.CURTAILED,
    StationState.PRODUCING,
    StationState.NIGHT,
)
"""Every state, the one that most needs a look first."""
HEARD: Final = frozenset({StationState.PRODUCING, StationState.CURTAILED, StationState.NIGHT, StationState.FAULT})
"""States in which the meter's last value is the present one."""


@dataclass(frozen=True)
class StateRules:
    """Where one state ends and the next begins.

    Attributes:
        offline_after_s: Silence after which a station counts as lost; it resends 30 minutes when it is back. [s]
        stale_after_s: Age up to which a meter's value is the present one. [s]
        intervals_allowed: The same in reporting intervals, for stations that report seldom.
        low_sun_deg: Up to this elevation nothing is expected of a station. [degrees]
        idle_fraction: Power up to this part of the AC capacity is none: a meter's noise, not sunlight.
    """

    offline_after_s: float = 1800
    stale_after_s: float = 300
    intervals_allowed: float = 3
    low_sun_deg: float = 10
    idle_fraction: float = 0.001


DEFAULT_RULES: Final = StateRules()


@dataclass(frozen=True)
class Signs:
    """What is known of n stations; every array is (n,), in one order.

    Attributes:
        heard_at_ms: The last reading of any of its devices, NaN if there never was one. [ms since 1970 UTC]
        power_at_ms: The gateway meter's last reading, NaN if there is none. [ms since 1970 UTC]
        power_w: Active power at the gateway meter then, NaN if unknown. [W]
        said_offline: The retained status says offline, and no reading is newer.
        inverter_fault: An inverter's last state is FAULT.
        throttled: An inverter's last state is THROTTLED.
        sun_elevation_deg: Where the sun is now. [degrees]
        capacity_ac_w: [W]
        interval_s: How often the station is expected to report. [s]
    """

    heard_at_ms: Floats
    power_at_ms: Floats
    power_w: Floats
    said_offline: Bools
    inverter_fault: Bools
    throttled: Bools
    sun_elevation_deg: Floats
    capacity_ac_w: Floats
    interval_s: Floats


def station_states(now: datetime, signs: Signs, rules: StateRules = DEFAULT_RULES) -> list[StationState]:
    """The state of each station: the first of these that holds.

    1. unknown: never heard of.
    2. offline: the broker said so and nothing came since, or nothing came for `offline_after_s`.
    3. stale: the meter's power is missing or older than its interval allows, behind a living gateway.
    4. fault: an inverter reports FAULT.
    5. curtailed: an inverter reports THROTTLED, which also explains no power in sunshine.
    6. night: no power, and the sun is too low to expect any.
    7. fault: no power although the sun is high.
    8. producing.

    Returns:
        n states; exactly one for each station, whatever the arrays hold.
    """
    now_ms = to_ms(now)
    silent_s, power_age_s = (now_ms - signs.heard_at_ms) / 1000, (now_ms - signs.power_at_ms) / 1000
    allowed_s = np.fmax(rules.stale_after_s, rules.intervals_allowed * signs.interval_s)
    idle = ~(signs.power_w > rules.idle_fraction * signs.capacity_ac_w)
    sun_low = ~(signs.sun_elevation_deg > rules.low_sun_deg)
    fresh = (power_age_s <= allowed_s) & np.isfinite(signs.power_w)
    conditions = [
        (np.isnan(signs.heard_at_ms), StationState.UNKNOWN),
        (signs.said_offline | (silent_s > rules.offline_after_s), StationState.OFFLINE),
        (~fresh, StationState.STALE),
        (signs.inverter_fault, StationState.FAULT),
        (signs.throttled, StationState.CURTAILED),
        (idle & sun_low, StationState.NIGHT),
        (idle, StationState.FAULT),
    ]
    return _first_that_holds(conditions, len(signs.heard_at_ms))


def _first_that_holds(conditions: list[tuple[Bools, StationState]], n: int) -> list[StationState]:
    otherwise = len(conditions)
    states = [state for _, state in conditions] + [StationState.PRODUCING]
    choice = np.select([holds for holds, _ in conditions], [np.full(n, i) for i in range(otherwise)], otherwise)
    return [states[i] for i in choice.tolist()]

"""What each station does now: its power at the gateway meter, when it was heard of, its state."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from guangfu.clock import to_ms
from guangfu.monitor.roster import Roster
from guangfu.monitor.states import HEARD, Signs, StateRules, StationState, station_states
from guangfu.monitor.sun import sun_elevation_deg
from guangfu.settings import ProgramSettings, program_config
from guangfu.stations.models import DeviceKind
from guangfu.storage.sql.inbox import Seen
from guangfu.storage.telemetry_store import ReadingTable, TelemetryStore
from guangfu.telemetry.reading import DeviceState

Floats = NDArray[np.float64]
OFFLINE: Final = "offline"


class StateSettings(ProgramSettings):
    """When a station is in which state: `GUANGFU_STATES_…`, the same for the API and for accounting."""

    model_config = program_config("STATES")

    expected_interval_s: float = Field(default=60, gt=0, le=3600, description="how often a station reports")
    offline_after_s: float = Field(default=1800, gt=0, le=86_400, description="silence after which a station is lost")
    stale_after_s: float = Field(default=300, gt=0, le=86_400, description="age up to which a value is the present one")

    def rules(self) -> StateRules:
        return StateRules(offline_after_s=self.offline_after_s, stale_after_s=self.stale_after_s)


@dataclass(frozen=True)
class Present:
    """(n_stations,) each, in the roster's order.

    Attributes:
        heard_at_ms: NaN where nothing was ever heard. [ms since 1970 UTC]
        power_w: The last power of at most `offline_after_s` ago, NaN where there is none. [W]
    """

    as_of: datetime
    heard_at_ms: Floats
    power_w: Floats
    states: tuple[StationState, ...]

    def counted(self) -> NDArray[np.bool_]:
        """Stations whose power is a present one, so that it belongs into a sum."""
        return np.array([state in HEARD for state in self.states], bool) & np.isfinite(self.power_w)


def read_present(
    roster: Roster, store: TelemetryStore, seen: Mapping[str, Seen], now: datetime, settings: StateSettings
) -> Present:
    """Reads the last values of meters and inverters and says what they mean.

    Raises:
        Unavailable: The store can't be reached.
    """
    since_at = now - timedelta(seconds=settings.offline_after_s)
    power_w, power_at_ms = _meter_power(roster, store.latest(DeviceKind.METER, ["ac_power_w"], since_at=since_at))
    inverters = store.latest(DeviceKind.INVERTER, ["state"], since_at=since_at)
    heard_at_ms = np.fmax(_heard_at_ms(roster, seen), power_at_ms)
    n = len(roster.stations)
    signs = Signs(
        heard_at_ms=heard_at_ms,
        power_at_ms=power_at_ms,
        power_w=power_w,
        said_offline=_said_offline(roster, seen),
        inverter_fault=_some_inverter_is(DeviceState.FAULT, roster, inverters),
        throttled=_some_inverter_is(DeviceState.THROTTLED, roster, inverters),
        sun_elevation_deg=sun_elevation_deg(now, roster.lat_deg, roster.lon_deg),
        capacity_ac_w=roster.capacity_ac_w,
        interval_s=np.full(n, settings.expected_interval_s),
    )
    return Present(now, heard_at_ms, power_w, tuple(station_states(now, signs, settings.rules())))


def _meter_power(roster: Roster, latest: ReadingTable) -> tuple[Floats, Floats]:
    """Power and time of each station: the sum of its meters, as old as the oldest of them.

    A station of which one meter is silent has no power: a sum without it would look like a loss.
    """
    n = len(roster.stations)
    total_w, at_ms, meters = np.zeros(n), np.full(n, np.inf), np.zeros(n, int)
    power_w = latest.columns["ac_power_w"]
    for station, device, reading_at_ms, watts in zip(latest.station, latest.device, latest.at_ms, power_w, strict=True):
        position = roster.meters.get((station, device))
        if position is not None and np.isfinite(watts):
            total_w[position] += watts
            at_ms[position] = min(at_ms[position], reading_at_ms)
            meters[position] += 1
    whole = (meters > 0) & (meters == roster.meters_due)
    return np.where(whole, total_w, np.nan), np.where(whole, at_ms, np.nan)


def _heard_at_ms(roster: Roster, seen: Mapping[str, Seen]) -> Floats:
    times = [seen[s.station_id].last_reading_at if s.station_id in seen else None for s in roster.stations]
    return np.array([np.nan if at is None else to_ms(at) for at in times], float)


def _said_offline(roster: Roster, seen: Mapping[str, Seen]) -> NDArray[np.bool_]:
    return np.array([_is_offline(seen.get(station.station_id)) for station in roster.stations], bool)


def _is_offline(seen: Seen | None) -> bool:
    """A station that speaks after its status said offline is there: its reading is the newer word."""
    if seen is None or seen.status != OFFLINE:
        return False
    return seen.last_reading_at is None or seen.status_at is None or seen.last_reading_at <= seen.status_at


def _some_inverter_is(state: DeviceState, roster: Roster, latest: ReadingTable) -> NDArray[np.bool_]:
    found = np.zeros(len(roster.stations), bool)
    for station in latest.station[latest.columns["state"] == state]:
        position = roster.position_of.get(station)
        if position is not None:
            found[position] = True
    return found

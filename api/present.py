"""What each station does now: its power at the gateway meter, when it was heard of, its state."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from api.catalog import Catalog
from api.settings import Settings
from guangfu.clock import to_ms
from guangfu.monitor.states import HEARD, Signs, StationState, station_states
from guangfu.monitor.sun import sun_elevation_deg
from guangfu.stations.models import DeviceKind
from guangfu.storage.sql.inbox import Seen
from guangfu.storage.telemetry_store import ReadingTable, TelemetryStore
from guangfu.telemetry.reading import DeviceState

Floats = NDArray[np.float64]
OFFLINE: Final = "offline"


@dataclass(frozen=True)
class Present:
    """(n_stations,) each, in the catalog's order.

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
    catalog: Catalog, store: TelemetryStore, seen: Mapping[str, Seen], now: datetime, settings: Settings
) -> Present:
    """Reads the last values of meters and inverters and says what they mean.

    Raises:
        Unavailable: The store can't be reached.
    """
    since_at = now - timedelta(seconds=settings.offline_after_s)
    power_w, power_at_ms = _meter_power(catalog, store.latest(DeviceKind.METER, ["ac_power_w"], since_at=since_at))
    inverters = store.latest(DeviceKind.INVERTER, ["state"], since_at=since_at)
    heard_at_ms = np.fmax(_heard_at_ms(catalog, seen), power_at_ms)
    n = len(catalog.stations)
    signs = Signs(
        heard_at_ms=heard_at_ms,
        power_at_ms=power_at_ms,
        power_w=power_w,
        said_offline=_said_offline(catalog, seen),
        inverter_fault=_some_inverter_is(DeviceState.FAULT, catalog, inverters),
        throttled=_some_inverter_is(DeviceState.THROTTLED, catalog, inverters),
        sun_elevation_deg=sun_elevation_deg(now, catalog.lat_deg, catalog.lon_deg),
        capacity_ac_w=catalog.capacity_ac_w,
        interval_s=np.full(n, settings.expected_interval_s),
    )
    return Present(now, heard_at_ms, power_w, tuple(station_states(now, signs, settings.state_rules())))


def _meter_power(catalog: Catalog, latest: ReadingTable) -> tuple[Floats, Floats]:
    """Power and time of each station: the sum of its meters, as old as the oldest of them.

    A station of which one meter is silent has no power: a sum without it would look like a loss.
    """
    n = len(catalog.stations)
    total_w, at_ms, meters = np.zeros(n), np.full(n, np.inf), np.zeros(n, int)
    power_w = latest.columns["ac_power_w"]
    for station, device, reading_at_ms, watts in zip(latest.station, latest.device, latest.at_ms, power_w, strict=True):
        position = catalog.meters.get((station, device))
        if position is not None and np.isfinite(watts):
            total_w[position] += watts
            at_ms[position] = min(at_ms[position], reading_at_ms)
            meters[position] += 1
    whole = (meters > 0) & (meters == catalog.meters_due)
    return np.where(whole, total_w, np.nan), np.where(whole, at_ms, np.nan)


def _heard_at_ms(catalog: Catalog, seen: Mapping[str, Seen]) -> Floats:
    times = [seen[s.station_id].last_reading_at if s.station_id in seen else None for s in catalog.stations]
    return np.array([np.nan if at is None else to_ms(at) for at in times], float)


def _said_offline(catalog: Catalog, seen: Mapping[str, Seen]) -> NDArray[np.bool_]:
    said = [s.station_id in seen and seen[s.station_id].status == OFFLINE for s in catalog.stations]
    return np.array(said, bool)


def _some_inverter_is(state: DeviceState, catalog: Catalog, latest: ReadingTable) -> NDArray[np.bool_]:
    found = np.zeros(len(catalog.stations), bool)
    for station in latest.station[latest.columns["state"] == state]:
        position = catalog.position_of.get(station)
        if position is not None:
            found[position] = True
    return found

"""Every state, their order, and that there is always exactly one."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guangfu.clock import to_ms
from guangfu.monitor.states import Signs, StateRules, StationState, station_states

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
NAN = float("nan")


def ago_ms(**ago: float) -> float:
    return float(to_ms(NOW - timedelta(**ago)))


# A station of 100 kW at noon that reported 50 kW a minute ago.
WELL = {
    "heard_at_ms": ago_ms(minutes=1), "power_at_ms": ago_ms(minutes=1), "power_w": 50_000.0,
    "said_offline": False, "inverter_fault": False, "throttled": False,
    "sun_elevation_deg": 60.0, "capacity_ac_w": 100_000.0, "interval_s": 60.0,
}  # fmt: skip


def signs_of(*stations: dict[str, float]) -> Signs:
    return Signs(**{name: np.array([s[name] for s in stations], type(value)) for name, value in WELL.items()})


def state_of(rules: StateRules | None = None, **changes: float) -> StationState:
    return station_states(NOW, signs_of({**WELL, **changes}), rules or StateRules())[0]


def test_producing() -> None:
    assert state_of() is StationState.PRODUCING


def test_unknown_if_never_heard() -> None:
    assert state_of(heard_at_ms=NAN, power_at_ms=NAN, power_w=NAN) is StationState.UNKNOWN


def test_unknown_even_if_the_broker_says_offline() -> None:
    assert state_of(heard_at_ms=NAN, said_offline=True) is StationState.UNKNOWN


def test_offline_if_the_broker_says_so() -> None:
    assert state_of(said_offline=True) is StationState.OFFLINE


def test_offline_after_thirty_minutes_of_silence() -> None:
    assert state_of(heard_at_ms=ago_ms(minutes=30, seconds=1)) is StationState.OFFLINE
    assert state_of(heard_at_ms=ago_ms(minutes=30)) is StationState.PRODUCING


def test_stale_if_the_meter_is_silent_behind_a_living_gateway() -> None:
    assert state_of(power_at_ms=ago_ms(minutes=5, seconds=1)) is StationState.STALE
    assert state_of(power_at_ms=ago_ms(minutes=5)) is StationState.PRODUCING


def test_stale_if_the_power_is_missing() -> None:
    assert state_of(power_w=NAN) is StationState.STALE
    assert state_of(power_at_ms=NAN) is StationState.STALE


def test_stale_later_for_a_station_that_reports_every_quarter_of_an_hour() -> None:
    assert state_of(power_at_ms=ago_ms(minutes=20), interval_s=900) is StationState.PRODUCING


def test_stale_before_fault() -> None:
    assert state_of(power_at_ms=ago_ms(minutes=6), inverter_fault=True) is StationState.STALE


def test_fault_if_an_inverter_says_so_whatever_the_power() -> None:
    assert state_of(inverter_fault=True, throttled=True) is StationState.FAULT


def test_fault_if_there_is_no_power_in_sunshine() -> None:
    assert state_of(power_w=0.0) is StationState.FAULT
    assert state_of(power_w=-400.0) is StationState.FAULT


def test_curtailed() -> None:
    assert state_of(throttled=True) is StationState.CURTAILED


def test_curtailed_explains_no_power_in_sunshine() -> None:
    assert state_of(throttled=True, power_w=0.0) is StationState.CURTAILED


@pytest.mark.parametrize("elevation_deg", [-40.0, 0.0, 9.9])
def test_night_if_there_is_no_power_and_the_sun_is_low(elevation_deg: float) -> None:
    assert state_of(power_w=-100.0, sun_elevation_deg=elevation_deg) is StationState.NIGHT


def test_power_under_a_low_sun_is_production() -> None:
    assert state_of(power_w=900.0, sun_elevation_deg=2.0) is StationState.PRODUCING


def test_noise_of_a_meter_is_no_power() -> None:
    assert state_of(power_w=100.0, sun_elevation_deg=-20.0) is StationState.NIGHT


def test_rules_are_an_argument() -> None:
    rules = StateRules(offline_after_s=59)
    assert state_of(rules) is StationState.OFFLINE


def test_no_stations_no_states() -> None:
    assert station_states(NOW, signs_of()) == []


any_float = st.floats(allow_nan=True, allow_infinity=True)
any_station = st.fixed_dictionaries(
    {name: st.booleans() if isinstance(value, bool) else any_float | st.just(value) for name, value in WELL.items()}
)


@settings(max_examples=200, deadline=None)
@given(st.lists(any_station, min_size=1, max_size=5))
def test_there_is_one_state_for_anything_and_neighbours_do_not_matter(stations: list[dict[str, float]]) -> None:
    with np.errstate(all="ignore"):
        together = station_states(NOW, signs_of(*stations))
        alone = [station_states(NOW, signs_of(s))[0] for s in stations]
    assert together == alone
    assert all(isinstance(state, StationState) for state in together)

"""Energy is the exact integral of power, whatever the step; registers only grow, but for their wrap."""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guangfu.stations.models import Device, DeviceKind, Registry
from simulators.counters import UNITS_PER_WH, Production, at_anchor, register_wh
from simulators.faults import Fault, Faults, Trouble, plan_faults
from simulators.plant import inverter_shares_ppm
from simulators.stations import Fleet, choose, day_number, fleet_of
from simulators.weather import DAY_S, STEP_S, day_start_s

DAY = day_number(date(2026, 6, 1))


@pytest.fixture(scope="module")
def fleet(registry: Registry) -> Fleet:
    return fleet_of(registry, choose(registry, count=8), 2018)


@pytest.fixture(scope="module")
def production(fleet: Fleet) -> Production:
    return Production(fleet, at_anchor(fleet, DAY), {})


def test_energy_of_a_day_is_the_trapezoid_of_its_quarter_hours(fleet: Fleet, production: Production) -> None:
    produced = production.day(DAY)
    trapezoid_wh = np.trapezoid(produced.power_w.astype(float), dx=0.25, axis=1)
    energy_wh = (production.start_of(DAY + 1).gross - production.start_of(DAY).gross) / UNITS_PER_WH
    assert np.all(energy_wh > 2 * fleet.capacity_ac_w), "a day in June is worth more than two full hours"
    np.testing.assert_allclose(energy_wh, trapezoid_wh, rtol=1e-12)


@given(st.sampled_from([60, 300, 450, 900, 3600]), st.integers(0, 7))
@settings(max_examples=20, deadline=None)
def test_energy_does_not_depend_on_the_publishing_interval(production: Production, step_s: int, station: int) -> None:
    at_s = day_start_s(DAY) + np.arange(0, DAY_S + 1, step_s)
    produced = production.day(DAY)
    energy = produced.energy_at(at_s)
    assert energy[:, -1].tolist() == production.start_of(DAY + 1).gross.tolist()
    scalar = [produced.moment(station, int(t)).energy for t in at_s]
    assert scalar == energy[station].tolist()
    assert np.all(np.diff(energy, axis=1) >= 0)


def test_power_between_quarter_hours_is_linear(production: Production) -> None:
    produced = production.day(DAY)
    noon_s = day_start_s(DAY) + DAY_S // 2
    before, middle, after = produced.power_at(np.array([noon_s, noon_s + STEP_S // 2, noon_s + STEP_S])).T
    np.testing.assert_allclose(middle, (before + after) / 2)
    assert produced.moment(0, noon_s + STEP_S // 2).value(produced.power_w) == pytest.approx(middle[0])


@given(
    first_wh=st.integers(0, 10**9 - 1),
    factor=st.integers(1, 60_000),
    start=st.integers(0, 10**17),
    more=st.integers(0, 10**17),
)
def test_a_register_never_loses_energy_but_its_last_step(first_wh: int, factor: int, start: int, more: int) -> None:
    modulus_wh = 1_000_000_000
    before, after = register_wh(
        np.array([start, start + more]), np.array([first_wh]), np.array([factor]), np.array([modulus_wh])
    ).tolist()
    assert 0 <= before < modulus_wh
    moved_wh = (after - before) % modulus_wh
    whole_wh = more // (factor * UNITS_PER_WH)
    assert moved_wh in {whole_wh % modulus_wh, (whole_wh + 1) % modulus_wh}


def test_two_stations_alone_produce_what_they_produce_among_all(registry: Registry) -> None:
    whole = fleet_of(registry, choose(registry), 2018)
    ids = whole.ids
    one = fleet_of(registry, choose(registry, only=ids[400]), 2018)
    all_of_them, alone = (Production(f, at_anchor(f, DAY), {}).day(DAY) for f in (whole, one))
    assert alone.power_w[0].tolist() == all_of_them.power_w[400].tolist()


def test_a_day_is_the_same_whatever_was_computed_before(
    registry: Registry, fleet: Fleet, production: Production
) -> None:
    later = Production(fleet, production.start_of(DAY + 2), {})
    assert later.day(DAY + 2).energy.tolist() == production.day(DAY + 2).energy.tolist()
    other_seed = fleet_of(registry, list(fleet.stations), 7)
    assert Production(other_seed, at_anchor(other_seed, DAY), {}).day(DAY).power_w.tolist() != (
        production.day(DAY).power_w.tolist()
    )


def test_each_trouble_does_what_it_says(registry: Registry, fleet: Fleet) -> None:
    noon_s = day_start_s(DAY) + DAY_S // 2
    names = fleet.ids
    faults: Mapping[str, Fault] = {
        names[0]: Fault(Trouble.IDLE, noon_s),
        names[1]: Fault(Trouble.INVERTER, noon_s),
        names[2]: Fault(Trouble.CURTAILED, 0),
    }
    sound = Production(fleet, at_anchor(fleet, DAY), {}).day(DAY)
    troubled = Production(fleet, at_anchor(fleet, DAY), faults).day(DAY)
    assert troubled.power_w[0, :48].tolist() == sound.power_w[0, :48].tolist()
    assert not troubled.power_w[0, 48:].any()
    assert np.all(troubled.power_w[1, 49:] <= sound.power_w[1, 49:])
    assert troubled.power_w[1, 50] < sound.power_w[1, 50]
    assert troubled.plant.limited[2].any()
    assert troubled.power_w[2, 36:69].max() <= 0.4 * fleet.capacity_ac_w[2]
    assert troubled.power_w[3:].tolist() == sound.power_w[3:].tolist()


def test_the_demonstration_has_a_few_of_each_trouble(registry: Registry) -> None:
    names = sorted(registry.stations)
    faults = plan_faults(Faults.DEMO, 2018, names, 1_800_000_000)
    kinds = [f.trouble for f in faults.values()]
    assert set(kinds) == set(Trouble)
    assert len(kinds) < len(names) * 0.03
    assert kinds.count(Trouble.OFFLINE) == 1
    assert plan_faults(Faults.NONE, 2018, names, 1_800_000_000) == {}
    assert plan_faults(Faults.DEMO, 2018, names, 1_800_000_000) == faults


@given(st.lists(st.integers(1, 5_000_000), min_size=1, max_size=24))
def test_inverters_share_at_most_the_whole(capacities: list[int]) -> None:
    devices = [
        Device("s", f"i{n}", DeviceKind.INVERTER, date(2018, 1, 1), capacity_w=c) for n, c in enumerate(capacities)
    ]
    assert 1_000_000 - len(devices) <= sum(inverter_shares_ppm(devices)) <= 1_000_000

"""What a station's modules and inverters make of the weather: one local day, all stations at once.

Power is computed at the 97 quarter hours of a local day, rounded to whole watts there, and linear in
between; so any two processes agree on it, and its integral is exact (see `counters`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pvlib import inverter, irradiance, pvsystem, temperature

from guangfu.stations.models import Device, DeviceKind
from simulators.faults import CURTAILED_TO, Fault, Trouble
from simulators.noise import Floats, Ints
from simulators.stations import Fleet
from simulators.weather import STEP_S, STEPS, CellDay, clear_sky_index, day_start_s

Float32s = NDArray[np.float32]

INVERTER_EFFICIENCY: Final = 0.97
TEMPERATURE_COEFFICIENT: Final = -0.0037
"""Of crystalline silicon. [1/°C]"""
PPM: Final = 1_000_000


@dataclass(frozen=True)
class PlantDay:
    """A local day of n stations at its 97 quarter hours, (n, 97) each.

    Attributes:
        day: Local day, counted from 1970-01-01.
        gross_w: AC power with all inverters well, whole. [W]
        lost_w: Of it, what an inverter in fault does not give, whole. [W]
        limited: Held under a curtailment limit.
        poa_w_m2, ghi_w_m2: In the module plane, and horizontal. [W/m²]
        module_c: Module temperature. [°C]
        weather: Of the cells.
    """

    day: int
    gross_w: Ints
    lost_w: Ints
    limited: NDArray[np.bool_]
    poa_w_m2: Float32s
    ghi_w_m2: Float32s
    module_c: Float32s
    weather: CellDay


def plant_day(fleet: Fleet, day: int, faults: Mapping[str, Fault]) -> PlantDay:
    """Weather to power, for one local day.

    Source:
        pvlib: ineichen clear sky, erbs decomposition, haydavies transposition, faiman module
        temperature, PVWatts DC and inverter models.
    """
    weather = fleet.cells.day(day)
    ghi, poa = _irradiance(fleet, weather, day)
    air, wind = weather.air_c[fleet.cell], weather.wind_m_s[fleet.cell]
    module_c = np.asarray(temperature.faiman(poa, air, wind))
    lit = poa * (1 - weather.snow_cover[fleet.cell])[:, None]
    clean = np.rint(_ac_power(fleet, lit, module_c)).astype(np.int64)
    gross, lost, limited = _troubled(fleet, clean, day, faults)
    return PlantDay(day, gross, lost, limited, _small(poa), _small(ghi), _small(module_c), weather)


def _small(values: Floats) -> Float32s:
    """Half the memory: what is only shown, to one decimal, is kept so for several days."""
    return values.astype(np.float32)


def _irradiance(fleet: Fleet, weather: CellDay, day: int) -> tuple[Floats, Floats]:
    index = clear_sky_index(weather.cloud, fleet.ids, fleet.seed, day, fleet.cell)
    ghi = weather.clear_ghi_w_m2[fleet.cell] * index
    zenith, azimuth = weather.sun.zenith[fleet.cell], weather.sun.azimuth[fleet.cell]
    tilt, facing = fleet.tilt_deg[:, None], fleet.azimuth_deg[:, None]
    parts = irradiance.erbs(ghi, zenith, weather.sun.day_of_year)
    projection = irradiance.aoi_projection(tilt, facing, zenith, azimuth)
    facing_sun = np.maximum(projection, 0)
    ratio = facing_sun / np.maximum(np.cos(np.radians(zenith)), 0.01745)
    sky = irradiance.haydavies(tilt, facing, parts["dhi"], parts["dni"], weather.sun.extra_w_m2, projection_ratio=ratio)
    ground = irradiance.get_ground_diffuse(tilt, ghi, weather.albedo[fleet.cell][:, None])
    poa = np.where(zenith < 90, parts["dni"] * facing_sun + sky + ground, 0.0)
    return np.asarray(ghi), np.asarray(poa)


def _ac_power(fleet: Fleet, irradiance_w_m2: Floats, module_c: Floats) -> Floats:
    dc = pvsystem.pvwatts_dc(irradiance_w_m2, module_c, fleet.capacity_dc_w[:, None], TEMPERATURE_COEFFICIENT)
    usable = np.maximum(dc * (1 - fleet.losses)[:, None], 0)
    ac = inverter.pvwatts(usable, fleet.capacity_ac_w[:, None] / INVERTER_EFFICIENCY, INVERTER_EFFICIENCY)
    return np.asarray(np.clip(ac, 0, fleet.capacity_ac_w[:, None]))


def _troubled(
    fleet: Fleet, clean_w: Ints, day: int, faults: Mapping[str, Fault]
) -> tuple[Ints, Ints, NDArray[np.bool_]]:
    gross, lost, limited = clean_w, np.zeros_like(clean_w), np.zeros(clean_w.shape, dtype=np.bool_)
    at_s = day_start_s(day) + np.arange(STEPS + 1) * STEP_S
    for i, name in enumerate(fleet.ids):
        fault = faults.get(name)
        if fault is None:
            continue
        begun = at_s >= fault.since_s
        if fault.trouble is Trouble.IDLE:
            gross[i] = np.where(begun, 0, gross[i])
        elif fault.trouble is Trouble.INVERTER:
            lost[i] = np.where(begun, gross[i] * _faulty_ppm(fleet, i, day) // PPM, 0)
        elif fault.trouble is Trouble.CURTAILED:
            gross[i], limited[i] = _curtailed(gross[i], fleet.capacity_ac_w[i], begun)
    return gross, lost, limited


def _curtailed(gross_w: Ints, capacity_ac_w: float, begun: NDArray[np.bool_]) -> tuple[Ints, NDArray[np.bool_]]:
    limit = int(CURTAILED_TO * capacity_ac_w)
    hour = np.arange(STEPS + 1) / 4
    held = begun & (hour >= 9) & (hour <= 17) & (gross_w > limit)
    return np.where(held, limit, gross_w), held


def inverter_shares_ppm(inverters: Sequence[Device]) -> list[int]:
    """The part of a station's power that each inverter gives, by capacity. [millionths], at most a million in all."""
    capacities = [d.capacity_w or 1 for d in inverters]
    return [c * PPM // sum(capacities) for c in capacities]


def _faulty_ppm(fleet: Fleet, index: int, day: int) -> int:
    """The share of the inverter that fails when one does: the first."""
    shares = inverter_shares_ppm(fleet.in_service(index, DeviceKind.INVERTER, day))
    return shares[0] if shares else 0

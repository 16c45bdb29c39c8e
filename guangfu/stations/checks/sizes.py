"""Sizes and positions of stations, and figures that look as if they were in another unit.

Source:
    29号 (国能发新能〔2018〕29号) and 国开办发〔2017〕61号: a single village station about 300 kW, 500 kW where the
    grid takes it. Inner Mongolia's measure of 2019-01: a joint-village station at most 6,000 kW.
"""

from typing import Final

from guangfu.stations.checks.finding import Finding, Findings, warning
from guangfu.stations.models import Station, StationKind
from guangfu.stations.tables import Facts, Table
from guangfu.texts import Text

ABOUT_SINGLE_W: Final = 315_000
"""300 kW 左右: modules come in steps, and 300.16 kW is no news, so within 5 %."""

MOST_SINGLE_W: Final = 500_000
MOST_JOINT_W: Final = 6_000_000
LEAST_CENTRALIZED_W: Final = 1_000_000
LEAST_PLAUSIBLE_W: Final = 5_000
"""A station under this was most likely entered in kW where W were asked for."""

WEST_LON, EAST_LON, SOUTH_LAT, NORTH_LAT = 97.1, 126.1, 37.3, 53.4
"""Inner Mongolia lies within. [degrees]"""


def check_sizes(facts: Facts) -> Findings:
    """Capacities by kind, the ratio of the two sides, and positions within Inner Mongolia."""
    for index, station in enumerate(facts.stations):
        yield from _capacity(index, station)
        yield from _sides(index, station)
        yield from _position(index, station)


def _capacity(index: int, station: Station) -> Findings:
    dc_w = station.capacity_dc_w
    if dc_w < LEAST_PLAUSIBLE_W:
        yield _capacity_fault(
            index, f"只有 {dc_w} W，似乎把 kW 当成了 W", f"only {dc_w} W: given in kW where W are asked?"
        )
    elif station.kind == StationKind.CENTRALIZED:
        if dc_w < LEAST_CENTRALIZED_W:
            text = Text(f"集中式电站只有 {_kw(dc_w)} kW", f"a centralized station of only {_kw(dc_w)} kW")
            yield warning(Table.STATIONS, index, "capacity_dc_w", text)
    else:
        yield from _village_capacity(index, station)


def _village_capacity(index: int, station: Station) -> Findings:
    dc_w = station.capacity_dc_w
    most_w = MOST_JOINT_W if station.joint else MOST_SINGLE_W
    zh, en = ("联村电站", "joint-village") if station.joint else ("单村电站", "single-village")
    if dc_w > most_w * 100:
        yield _capacity_fault(
            index,
            f"{_kw(dc_w)} kW 远超{zh}上限，似乎把 W 当成了 kW",
            f"{_kw(dc_w)} kW is far above any {en} station: given in W where kW are asked?",
        )
    elif dc_w > most_w:
        yield _capacity_fault(
            index,
            f"{_kw(dc_w)} kW 超过{zh}上限 {_kw(most_w)} kW",
            f"{_kw(dc_w)} kW is above the {_kw(most_w)} kW of a {en} station",
        )
    elif dc_w > ABOUT_SINGLE_W and not station.joint:
        text = Text(
            f"{_kw(dc_w)} kW 超过单村电站 300 kW 左右的规模：请确认电网具备接入条件",
            f"{_kw(dc_w)} kW is more than the usual 300 kW or so: see that the grid takes it",
        )
        yield warning(Table.STATIONS, index, "capacity_dc_w", text)


def _capacity_fault(index: int, zh: str, en: str) -> Finding:
    return Finding(Table.STATIONS, index, "capacity_dc_w", Text(zh, en))


def _sides(index: int, station: Station) -> Findings:
    ratio = station.capacity_dc_w / station.capacity_ac_w if station.capacity_ac_w else 0
    text = Text(
        f"装机容量与交流容量之比为 {ratio:.2f}，请核对单位",
        f"installed over AC capacity is {ratio:.2f}: look at the units",
    )
    if not 0.2 <= ratio <= 5:
        yield Finding(Table.STATIONS, index, "capacity_ac_w", text)
    elif not 0.8 <= ratio <= 2:
        yield warning(Table.STATIONS, index, "capacity_ac_w", text)


def _position(index: int, station: Station) -> Findings:
    if _inside(station.lon, station.lat):
        return
    if _inside(station.lat, station.lon):
        yield Finding(Table.STATIONS, index, "lon", _SWAPPED)
        return
    for column, inside in (
        ("lon", WEST_LON <= station.lon <= EAST_LON),
        ("lat", SOUTH_LAT <= station.lat <= NORTH_LAT),
    ):
        if not inside:
            yield Finding(Table.STATIONS, index, column, _OUTSIDE)


def _inside(lon: float, lat: float) -> bool:
    return WEST_LON <= lon <= EAST_LON and SOUTH_LAT <= lat <= NORTH_LAT


def _kw(capacity_w: int) -> str:
    return f"{capacity_w / 1000:,g}"


_SWAPPED: Final = Text("经度和纬度似乎填反了", "longitude and latitude seem to be swapped")
_OUTSIDE: Final = Text(
    "位置不在内蒙古（经度 97.1–126.1，纬度 37.3–53.4）", "not in Inner Mongolia (97.1-126.1 E, 37.3-53.4 N)"
)

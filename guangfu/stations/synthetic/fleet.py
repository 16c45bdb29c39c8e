"""The synthetic fleet, banner by banner."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from guangfu.stations.models import Attribute, Banner, Registry, Station, StationKind, Village
from guangfu.stations.places import banners, leagues
from guangfu.stations.synthetic import electrical, names
from guangfu.stations.synthetic.builder import Builder, Plan
from guangfu.stations.synthetic.dice import Dice

CENTRALIZED_STATIONS: Final = 31
VILLAGE_STATIONS: Final = 755
JOINT_STATIONS: Final = 100

MERGED_BANNER: Final = "150430"
MERGED_ON: Final = date(2021, 4, 1)
"""In one joint station of 64 units, six of the 64 villages merged into others on this day: 58 hold them now."""

GENERATION_ACCOUNT: Final = "发电户号"

CENTRALIZED_MW: Final = (10, 10, 15, 20, 20, 20, 25, 30, 30, 40, 50)

# Each period leads to another row of the tariff table; all are planned for 2018 or the year before.
PERIODS: Final = (
    Plan(2017, date(2018, 1, 2), date(2018, 2, 28), date(2018, 3, 20), date(2018, 6, 30)),
    Plan(2018, date(2018, 1, 8), date(2018, 2, 28), date(2018, 4, 10), date(2018, 5, 30)),
    Plan(2018, date(2018, 3, 1), date(2018, 4, 20), date(2018, 5, 31), date(2018, 9, 19)),
    Plan(2018, date(2018, 3, 1), date(2018, 8, 31), date(2018, 9, 20), date(2019, 6, 30)),
    Plan(2018, date(2018, 6, 1), date(2018, 12, 20), date(2019, 7, 1), date(2020, 5, 31)),
    Plan(2018, date(2018, 9, 1), date(2019, 3, 31), date(2020, 6, 1), date(2020, 10, 31)),
)
PERIOD_COUNTS: Final = (4, 4, 3, 11, 6, 3)


def synthetic_registry(seed: int = 2018) -> Registry:
    """A registry of exactly 31 centralized and 755 village-level stations, the same for a seed everywhere.

    About 100 of the village-level stations are joint. Households follow policy's kW rules: at most
    7 kW each at village-level stations, 25 to 30 kW at centralized ones, never at both.
    """
    dice = Dice(seed)
    fleet = Builder(dice)
    for banner, plan in zip(banners().values(), _plans(dice), strict=True):
        _add_centralized(fleet, banner, plan)
    village_level = dice.parts(VILLAGE_STATIONS, CENTRALIZED_STATIONS, least=12)
    joint = dice.parts(JOINT_STATIONS, CENTRALIZED_STATIONS, least=2)
    for banner, n, n_joint in zip(banners().values(), village_level, joint, strict=True):
        _add_village_level(fleet, banner, n - n_joint, n_joint)
    return Registry(
        leagues=dict(leagues()),
        banners=dict(banners()),
        villages=fleet.villages,
        stations=fleet.stations,
        devices=tuple(fleet.devices),
        share_units=tuple(fleet.share_units),
        households=fleet.households,
        slots=tuple(fleet.slots),
        attributes=tuple(_accounts(fleet)),
        synthetic=True,
    )


def _plans(dice: Dice) -> list[Plan]:
    return dice.shuffled([plan for plan, n in zip(PERIODS, PERIOD_COUNTS, strict=True) for _ in range(n)])


def _add_centralized(fleet: Builder, banner: Banner, plan: Plan) -> None:
    dc_w = fleet.dice.pick(CENTRALIZED_MW) * 1_000_000
    grid_v = 110_000 if dc_w > 20_000_000 else 35_000
    fit = electrical.inverters(dc_w, electrical.CENTRAL_KW, fleet.dice)
    name = names.centralized_name(banner)
    station = fleet.add_station(banner, name, StationKind.CENTRALIZED, dc_w, fit, plan)
    fleet.add_devices(station, fit, grid_v, weather=True)
    n_slots = round(dc_w / 1000 / fleet.dice.real(25.2, 29.8))
    n_villages = n_slots // 45
    for n in fleet.dice.parts(n_slots, n_villages, least=8):
        village = fleet.add_village(banner)
        fleet.add_slots(station, village, n)


def _add_village_level(fleet: Builder, banner: Banner, n_single: int, n_joint: int) -> None:
    plans = _plans(fleet.dice)
    for number in range(1, n_single + 1):
        _add_single(fleet, banner, number, fleet.dice.pick(plans))
    for number in range(1, n_joint + 1):
        if banner.code == MERGED_BANNER and number == 1:
            _add_merged(fleet, banner, number, fleet.dice.pick(plans))
        else:
            _add_joint(fleet, banner, number, fleet.dice.pick(plans))


def _accounts(fleet: Builder) -> Iterator[Attribute]:
    """A generation account for each station: 13 digits that begin with 0, so that it must be kept as text."""
    for number, station in enumerate(fleet.stations.values(), start=1):
        value = f"0{station.banner_code}{number:06}"
        yield Attribute(station.station_id, GENERATION_ACCOUNT, value, station.grid_connected_on)


def _add_single(fleet: Builder, banner: Banner, number: int, plan: Plan) -> None:
    dc_w = _single_kw(fleet.dice) * 1000
    fit = electrical.inverters(dc_w, electrical.STRING_KW, fleet.dice)
    name = names.village_station_name(banner, number)
    station = fleet.add_station(banner, name, StationKind.VILLAGE, dc_w, fit, plan)
    fleet.add_devices(station, fit, 400, weather=number % 10 == 1)
    _add_owners(fleet, station, [fleet.add_village(banner)], [1])


def _single_kw(dice: Dice) -> int:
    """Mostly 300 kW; some smaller, a few up to the 500 kW that the grid may take."""
    place = dice.real(0, 1)
    if place < 0.62:
        return 300
    return dice.whole(20, 59) * 5 if place < 0.92 else dice.whole(61, 100) * 5


def _add_joint(fleet: Builder, banner: Banner, number: int, plan: Plan) -> None:
    dice = fleet.dice
    kw = 500 + 10 * int(550 * dice.real(0, 1) ** 3)
    n_villages = min(25, max(3, round(kw / dice.real(90, 250))))
    station = _joint_station(fleet, banner, number, kw * 1000, plan)
    villages = [fleet.add_village(banner) for _ in range(n_villages)]
    _add_owners(fleet, station, villages, [dice.whole(2, 6) for _ in villages])


def _joint_station(fleet: Builder, banner: Banner, number: int, dc_w: int, plan: Plan) -> Station:
    units_kw = electrical.STRING_KW if dc_w <= 1_500_000 else electrical.LARGE_STRING_KW
    fit = electrical.inverters(dc_w, units_kw, fleet.dice)
    name = names.joint_station_name(banner, number)
    station = fleet.add_station(banner, name, StationKind.VILLAGE, dc_w, fit, plan, joint=True)
    fleet.add_devices(station, fit, 10_000, weather=False)
    return station


def _add_owners(fleet: Builder, station: Station, villages: Sequence[Village], units: Sequence[int]) -> None:
    kw_per_unit = station.capacity_dc_w / 1000 / sum(units)
    kw_per_household = fleet.dice.real(5.0, 6.9)
    for village, n in zip(villages, units, strict=True):
        fleet.add_share(station, village, n)
        fleet.add_households(village, -int(-n * kw_per_unit // kw_per_household), station.grid_connected_on)


def _add_merged(fleet: Builder, banner: Banner, number: int, plan: Plan) -> None:
    """64 villages with a unit each, of which six merged into five others: one of them into a village with three."""
    station = _joint_station(fleet, banner, number, 6_000_000, plan)
    villages = [fleet.add_village(banner) for _ in range(64)]
    _add_owners(fleet, station, villages, [1] * 64)
    remaining, gone = villages[:58], villages[58:]
    fleet.merge(station, gone[:2], remaining[0], MERGED_ON)
    for merged, into in zip(gone[2:], remaining[1:5], strict=True):
        fleet.merge(station, [merged], into, MERGED_ON)

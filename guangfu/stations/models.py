"""The registry's facts, as they are checked and stored.

A fact with `valid_from` and `valid_to` holds on the local days from `valid_from` to the day before
`valid_to`; `None` means that no end is known. Ids are opaque and never used twice.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeVar

F = TypeVar("F")


class StationKind(StrEnum):
    CENTRALIZED = "centralized"
    VILLAGE = "village"


class Zone(StrEnum):
    """Solar resource zone, which decides the tariff."""

    I = "I"  # noqa: E741 - the zone's own name
    II = "II"
    III = "III"


class Grid(StrEnum):
    MENGXI = "mengxi"
    MENGDONG = "mengdong"


class DeviceKind(StrEnum):
    METER = "meter"
    INVERTER = "inverter"
    WEATHER = "weather"


@dataclass(frozen=True, slots=True)
class League:
    """A league or prefecture-level city, with its GB/T 2260 code. Positions are WGS 84 [degrees]."""

    code: str
    name: str
    name_en: str
    resource_zone: Zone
    grid: Grid
    seat_lon: float
    seat_lat: float


@dataclass(frozen=True, slots=True)
class Banner:
    """A banner or county. The position is its seat of government, a weather cell. [degrees]"""

    code: str
    name: str
    name_en: str
    league_code: str
    resource_zone: Zone
    grid: Grid
    seat_lon: float
    seat_lat: float


@dataclass(frozen=True, slots=True)
class Village:
    village_id: str
    name: str
    name_en: str
    township: str
    banner_code: str
    township_en: str = ""


@dataclass(frozen=True, slots=True)
class Station:
    """A power station.

    `joint` marks a village-level station owned by several villages. `resource_zone` and `grid` are the
    banner's unless the registry overrides them. `plan_year` and `filed_on` are what the tariff rule of
    centralized stations asks for. Capacity is given on both sides [W]; policy's "installed
    capacity" is the DC side. `tilt_deg` from horizontal, `azimuth_deg` clockwise from north.
    """

    station_id: str
    name: str
    name_en: str
    kind: StationKind
    joint: bool
    banner_code: str
    resource_zone: Zone
    grid: Grid
    lon: float
    lat: float
    capacity_dc_w: int
    capacity_ac_w: int
    tilt_deg: float
    azimuth_deg: float
    plan_year: int
    filed_on: date
    grid_connected_on: date
    closed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Device:
    """A device, by the name it has in its station's messages.

    A gateway meter's registers are as displayed: energy is the register's difference times
    `multiplication_factor`. A register of `register_modulus_wh` starts again at 0 when it is full. An
    exchanged meter is a new device.
    """

    station_id: str
    device: str
    kind: DeviceKind
    valid_from: date
    valid_to: date | None = None
    multiplication_factor: int = 1
    register_modulus_wh: int | None = None
    capacity_w: int | None = None


@dataclass(frozen=True, slots=True)
class ShareUnits:
    """Units of a village-level station that a village holds; a single-village station has one holder."""

    station_id: str
    village_id: str
    units: int
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Household:
    """A beneficiary household of a village. No name, no number: who it is stays in the county's register."""

    household_id: str
    village_id: str
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """One entitlement of a centralized station, and the household that holds it."""

    slot_id: str
    station_id: str
    household_id: str
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Attribute:
    """A dated attribute of a station or village: a national code, a generation account number."""

    subject_id: str
    name: str
    value: str
    valid_from: date
    valid_to: date | None = None


Dated = Device | ShareUnits | Household | Slot | Attribute


def valid_on(fact: Dated, day: date) -> bool:
    return fact.valid_from <= day and (fact.valid_to is None or day < fact.valid_to)


@dataclass(frozen=True)
class Registry:
    """A whole checked registry. Mappings are keyed by the fact's own id or code."""

    leagues: Mapping[str, League]
    banners: Mapping[str, Banner]
    villages: Mapping[str, Village]
    stations: Mapping[str, Station]
    devices: tuple[Device, ...]
    share_units: tuple[ShareUnits, ...]
    households: Mapping[str, Household]
    slots: tuple[Slot, ...]
    attributes: tuple[Attribute, ...] = ()
    synthetic: bool = False

    devices_of: Mapping[str, tuple[Device, ...]] = field(init=False, repr=False, compare=False)
    shares_of: Mapping[str, tuple[ShareUnits, ...]] = field(init=False, repr=False, compare=False)
    slots_of: Mapping[str, tuple[Slot, ...]] = field(init=False, repr=False, compare=False)
    households_of: Mapping[str, tuple[Household, ...]] = field(init=False, repr=False, compare=False)
    slots_held_by: Mapping[str, tuple[Slot, ...]] = field(init=False, repr=False, compare=False)
    units_held_by: Mapping[str, tuple[ShareUnits, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "devices_of", _grouped(self.devices, lambda d: d.station_id))
        object.__setattr__(self, "shares_of", _grouped(self.share_units, lambda s: s.station_id))
        object.__setattr__(self, "slots_of", _grouped(self.slots, lambda s: s.station_id))
        object.__setattr__(self, "households_of", _grouped(self.households.values(), lambda h: h.village_id))
        object.__setattr__(self, "slots_held_by", _grouped(self.slots, lambda s: s.household_id))
        object.__setattr__(self, "units_held_by", _grouped(self.share_units, lambda s: s.village_id))


def _grouped(facts: Iterable[F], key: Callable[[F], str]) -> Mapping[str, tuple[F, ...]]:
    groups: dict[str, list[F]] = {}
    for fact in facts:
        groups.setdefault(key(fact), []).append(fact)
    return {name: tuple(group) for name, group in groups.items()}

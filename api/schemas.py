"""What the API answers. Energy is Wh, power W, money fen; instants are UTC, days Asia/Shanghai.

A figure is `null` where the data are not enough, and `reason` beside it says why.
"""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from guangfu.monitor.slots import Register
from guangfu.monitor.states import StationState
from guangfu.stations.models import DeviceKind, Grid, StationKind, Zone


class Schema(BaseModel):
    model_config = ConfigDict(frozen=True)


class EstimatedIncome(Schema):
    """Telemetry times tariff, ours: neither settled, received, passed on nor paid. [fen]

    Where a part of the energy was estimated, the gross of the true energy is between both bounds in 95 cases of 100;
    else they are null.
    """

    amount: Literal["estimated"] = "estimated"
    gross_fen: int | None
    gross_low_fen: int | None = None
    gross_high_fen: int | None = None
    base_fen: int | None
    subsidy_fen: int | None
    coverage: float
    unconfirmed: bool
    reason: str | None = None


class StationCounts(Schema):
    total: int
    by_kind: dict[StationKind, int]
    joint: int
    by_state: dict[StationState, int]
    by_kind_and_state: dict[StationKind, dict[StationState, int]]


class LeagueSummary(Schema):
    """`seat_lon` and `seat_lat` are the seat of its government, WGS 84. [degrees]"""

    code: str
    name: str
    name_en: str
    seat_lon: float
    seat_lat: float
    stations: int
    by_state: dict[StationState, int]
    capacity_dc_w: int
    power_w: float | None
    energy_today_wh: int | None
    income_today: EstimatedIncome


class Fleet(Schema):
    as_of: datetime
    synthetic: bool
    stations: StationCounts
    villages: int
    households: int
    capacity_dc_w: int
    power_w: float | None
    power_stations: int
    """How many stations' present power is in `power_w`; the others are not counted as 0, they are not counted."""
    energy_today_wh: int | None
    income_today: EstimatedIncome
    energy_month_wh: int | None
    income_month: EstimatedIncome
    leagues: list[LeagueSummary]


class PowerPoint(Schema):
    at: datetime
    power_w: float
    stations: int = 1


class PowerCurve(Schema):
    """Mean power per bucket. A bucket without data is absent: gaps stay gaps."""

    day: date
    bucket_s: int
    points: list[PowerPoint]
    sunrise_at: datetime | None = None
    sunset_at: datetime | None = None


class StationRow(Schema):
    station_id: str
    name: str
    name_en: str
    kind: StationKind
    joint: bool
    banner_code: str
    banner: str
    banner_en: str
    league_code: str
    league: str
    league_en: str
    lon: float
    lat: float
    capacity_dc_w: int
    state: StationState
    last_reading_at: datetime | None
    power_w: float | None
    energy_today_wh: int | None
    income_today: EstimatedIncome
    income_month: EstimatedIncome


class Stations(Schema):
    as_of: datetime
    total: int
    items: list[StationRow]


class Tariff(Schema):
    tariff_id: str
    price_yuan_per_kwh: str
    base_yuan_per_kwh: str
    subsidy_yuan_per_kwh: str
    document: str
    base_document: str | None
    """`null` where the base price's document is not known yet."""
    base_unconfirmed: bool
    """The base price, and so the division into base and subsidy, is recalled and nobody has confirmed it yet."""
    confidence: Literal["A", "B", "C"]
    unconfirmed: bool
    unconfirmed_because: str | None
    """Which part rests on a fact that nobody has confirmed yet."""


class DeviceInfo(Schema):
    device: str
    kind: DeviceKind
    valid_from: date
    valid_to: date | None
    multiplication_factor: int
    capacity_w: int | None
    last_reading_at: datetime | None = None
    power_w: float | None = None


class VillageShare(Schema):
    """A village that benefits from a station: by units of a village-level one, by slots of a centralized one.

    `units` and `units_total` are `null` where it holds none. `households` are those that benefit: all of the village's
    by units, those that hold the slots otherwise.
    """

    village_id: str
    name: str
    name_en: str
    units: int | None
    units_total: int | None
    slots: int
    households: int


class SlotEntitlement(Schema):
    """What a centralized station's company owes to each slot in a year, at least; a floor, whatever it earns. [fen]"""

    fen_per_slot_year: int
    years: int
    document: str
    unconfirmed: bool


class StationDetail(StationRow):
    capacity_ac_w: int
    resource_zone: Zone
    grid: Grid
    plan_year: int
    filed_on: date
    grid_connected_on: date
    tariff: Tariff | None
    """`null` where no rule applies to the station."""
    devices: list[DeviceInfo]
    villages: list[VillageShare]
    slots: int
    entitlement: SlotEntitlement | None
    """`null` for village-level stations, and where no rule is in force."""
    synthetic: bool
    as_of: datetime


class DailyEnergyRow(Schema):
    """Where a part of the day was estimated, its true energy is between both bounds in 95 cases of 100; else null."""

    day: date
    energy_wh: int | None
    interpolated_wh: int | None
    coverage: float
    complete: bool
    reason: str | None
    estimated_low_wh: int | None = None
    estimated_high_wh: int | None = None


class IncomeRow(Schema):
    """One period of a station or of the fleet; `period` is `2026-06` or `2026-06-01`.

    Where a part of the energy was estimated, the true energy is between both bounds in 95 cases of 100; else null.
    """

    period: str
    energy_wh: int | None
    estimated_low_wh: int | None = None
    estimated_high_wh: int | None = None
    income: EstimatedIncome


class StationIncome(Schema):
    station_id: str
    by: Literal["day", "month"]
    items: list[IncomeRow]


class FleetIncome(Schema):
    by: Literal["day", "month"]
    items: list[IncomeRow]


class VillageStation(Schema):
    station_id: str
    name: str
    name_en: str
    kind: StationKind
    joint: bool
    units: int | None
    units_total: int | None
    slots: int


class Village(Schema):
    village_id: str
    name: str
    name_en: str
    township: str
    township_en: str
    banner_code: str
    banner: str
    banner_en: str
    households: int
    stations: list[VillageStation]
    synthetic: bool
    as_of: datetime


class VillageIncomeRow(Schema):
    """`distributable_fen` is gross less deductions in order; `per_household_fen` is an indicator, not a payment.

    `energy_wh` is the part of the village's units; its bounds are as a station's.
    """

    period: str
    energy_wh: int | None
    estimated_low_wh: int | None = None
    estimated_high_wh: int | None = None
    income: EstimatedIncome
    deductions_fen: int | None
    distributable_fen: int | None
    households: int
    per_household_fen: int | None


class VillageIncome(Schema):
    village_id: str
    by: Literal["day", "month"]
    items: list[VillageIncomeRow]


class HouseholdRow(Schema):
    household_id: str
    pseudonym: str
    pseudonym_en: str
    slots: int
    month_fen: int | None
    basis: Literal["entitlement", "indicator"]
    unconfirmed: bool
    reason: str | None = None


class Households(Schema):
    village_id: str
    month: str
    items: list[HouseholdRow]


class HouseholdIncomeRow(Schema):
    period: str
    amount_fen: int | None
    unconfirmed: bool
    reason: str | None = None


class HouseholdIncome(Schema):
    """`entitlement`: what a centralized station's company owes to the slot, a floor. `indicator`: the village's
    distributable income by household, equal parts; not a payment.
    """

    household_id: str
    village_id: str
    basis: Literal["entitlement", "indicator"]
    by: Literal["day", "month"]
    unconfirmed: bool
    items: list[HouseholdIncomeRow]


class Problem(Schema):
    """RFC 9457 problem details, the one shape of every error."""

    type: str
    title: str
    status: int
    detail: str
    instance: str


class Readings(Schema):
    """Stored readings as columns of equal length, by device and time; `null` where a value is missing."""

    station_id: str
    kind: DeviceKind
    start_at: datetime
    end_at: datetime
    at_ms: list[int]
    """Milliseconds since 1970 UTC, by the device's own clock."""
    device: list[str]
    columns: dict[str, list[float | int | None]]


class DeadLetterRow(Schema):
    """A message that could not be taken. `payload` is its beginning as text, `payload_bytes` its whole length."""

    id: int
    reason: str
    detail: str
    topic: str
    station_id: str | None
    received_at: datetime
    replayed_at: datetime | None
    payload: str
    payload_bytes: int


class DeadLetters(Schema):
    """`waiting` counts the letters that were not replayed, by reason."""

    waiting: dict[str, int]
    items: list[DeadLetterRow]


class MessageCounts(Schema):
    """Messages by their numbers. `received` counts different ones, `doubled` further copies; `message_completeness` is
    received / (received + missing), `null` where no message has a number.
    """

    received: int
    missing: int
    doubled: int
    late: int
    unnumbered: int
    message_completeness: float | None


class MarkedReadings(Schema):
    """Stored readings of all devices, and those of them with a mark that they are not likely; `suspect_share` is the
    one by the other, `null` where there are no readings.
    """

    readings: int
    suspect: int
    suspect_share: float | None


class CompletenessDay(MessageCounts, MarkedReadings):
    """`completeness` is readings received by readings expected, at an interval found from the readings themselves.

    `suspect_power` and so on count the readings with this mark; one may have several (docs/plausibility.md).
    """

    suspect_power: int
    suspect_counter: int
    suspect_night: int
    suspect_stuck: int

    day: date
    expected_slots: int | None
    received_slots: int
    completeness: float | None
    interval_s: float | None


class MissingNumbers(Schema):
    """Messages of one start of the station that did not come, between the readings of those before and after."""

    boot: str
    first_seq: int
    last_seq: int
    missing: int
    from_at: datetime
    until_at: datetime


class MissingSlots(Schema):
    """A silence of a meter; `until_at` is `null` while it lasts. Where the register continues, no energy was lost."""

    device: str
    from_at: datetime
    until_at: datetime | None
    slots: int
    register_says: Register
    energy_wh: int | None


class StationCompleteness(Schema):
    """`gaps` and `silences` are the newest ones; the totals count all that touch the days."""

    station_id: str
    days: list[CompletenessDay]
    gaps_total: int
    gaps: list[MissingNumbers]
    silences_total: int
    silences: list[MissingSlots]


class CompletenessRow(MessageCounts, MarkedReadings):
    """`coverage` is the measured part of the day, `null` until accounting has computed it."""

    station_id: str
    name: str
    coverage: float | None


class CompletenessTotal(MessageCounts, MarkedReadings):
    """The sum over the fleet."""


class FleetCompleteness(Schema):
    day: date
    total: CompletenessTotal
    items: list[CompletenessRow]


class Health(Schema):
    status: Literal["ok"] = "ok"

"""The message of a station and its readings, docs/telemetry.asyncapi.yaml in code.

A reading is flat: the device's kind, known from the registry, says which of its fields it may carry.
"""

from enum import IntEnum, StrEnum
from typing import Annotated, Final

import msgspec

from guangfu.stations.models import DeviceKind

# What databases hold: 64 bits with a sign. Below zero no counter, state or instant of ours exists.
Natural = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]


class DeviceState(IntEnum):
    """SunSpec inverter model 103, point `St`."""

    OFF = 1
    SLEEPING = 2
    STARTING = 3
    MPPT = 4
    THROTTLED = 5
    SHUTTING_DOWN = 6
    FAULT = 7
    STANDBY = 8


class Quality(IntEnum):
    """Bits of a stored reading's `quality`; 0 is a good measured value."""

    CLOCK_AHEAD = 1
    BACKFILLED = 2
    SUSPECT_POWER = 4
    """Power or irradiance beyond what the device, or the sun, can give."""
    SUSPECT_COUNTER = 8
    """A counter that fell, or rose by more than the device can give in that time."""
    SUSPECT_NIGHT = 16
    """Production or sunshine while the sun is down."""
    SUSPECT_STUCK = 32
    """The same value for so long that it can't be a measurement any more."""


SUSPECT_VALUE: Final = Quality.SUSPECT_POWER | Quality.SUSPECT_NIGHT | Quality.SUSPECT_STUCK
"""With one of these bits, power and irradiance are not reckoned with; counters are accounting's to judge."""

SUSPECT_MARKS: Final = (
    Quality.SUSPECT_POWER, Quality.SUSPECT_COUNTER, Quality.SUSPECT_NIGHT, Quality.SUSPECT_STUCK,
)  # fmt: skip
"""Each mark that a reading is not likely."""

JUDGED_FIELDS: Final = frozenset({"ac_power_w", "dc_power_w", "poa_irradiance_w_m2", "ghi_w_m2"})
"""The fields that a bit of `SUSPECT_VALUE` speaks of."""


class Reading(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """One device's values at one instant of its own clock.

    `at_ms` is milliseconds since 1970 UTC, `at` in the payload. Energy counters are integers as the
    device displays them [Wh]; a missing value is `None`, never 0.
    """

    at_ms: Natural = msgspec.field(name="at")
    device: Name
    ac_power_w: float | None = None
    reactive_power_var: float | None = None
    ac_voltage_v: float | None = None
    ac_frequency_hz: float | None = None
    energy_export_total_wh: Natural | None = None
    energy_import_total_wh: Natural | None = None
    dc_power_w: float | None = None
    energy_total_wh: Natural | None = None
    cabinet_temperature_c: float | None = None
    state: Natural | None = None
    event_bits: Natural | None = None
    poa_irradiance_w_m2: float | None = None
    ghi_w_m2: float | None = None
    module_temperature_c: float | None = None
    ambient_temperature_c: float | None = None
    wind_speed_m_s: float | None = None


MAX_READINGS: Final = 10_000
"""A message with more readings is refused, so that one message can't fill the memory."""


class Message(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """A telemetry message: topic `pv/1/{station}/telemetry`, QoS 1."""

    station: Name
    sent_at_ms: Natural | None = msgspec.field(default=None, name="sent_at")
    boot: Name | None = None
    seq: Natural | None = None
    readings: list[Reading]


class Status(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """A station's status: topic `pv/1/{station}/status`, retained; the will says offline."""

    station: Name
    state: Annotated[str, msgspec.Meta(pattern=r"^(online|offline)\Z")]
    at_ms: Natural | None = msgspec.field(default=None, name="at")
    boot: Name | None = None


class Reason(StrEnum):
    """Why something could not be taken; also the label of the metric."""

    BAD_TOPIC = "bad_topic"
    NOT_JSON = "not_json"
    BAD_MESSAGE = "bad_message"
    BAD_READING = "bad_reading"
    STATION_MISMATCH = "station_mismatch"
    UNKNOWN_STATION = "unknown_station"
    UNKNOWN_DEVICE = "unknown_device"
    FIELD_NOT_OF_DEVICE = "field_not_of_device"
    IMPOSSIBLE_TIME = "impossible_time"
    IMPOSSIBLE_VALUE = "impossible_value"
    STORE_REFUSED = "store_refused"
    UNMAPPED = "unmapped"
    NOT_SPARKPLUG = "not_sparkplug"
    NO_BIRTH = "no_birth"
    UNKNOWN_ALIAS = "unknown_alias"


class Rejected(msgspec.Struct, frozen=True):
    """Bad input as a value: kept with its reason, never coerced, never dropped."""

    reason: Reason
    detail: str
    topic: str
    payload: bytes


INTEGER_FIELDS: Final = frozenset(
    {"energy_export_total_wh", "energy_import_total_wh", "energy_total_wh", "state", "event_bits"}
)

FIELDS_OF: Final[dict[DeviceKind, tuple[str, ...]]] = {
    DeviceKind.METER: (
        "ac_power_w", "reactive_power_var", "ac_voltage_v", "ac_frequency_hz",
        "energy_export_total_wh", "energy_import_total_wh", "state", "event_bits",
    ),
    DeviceKind.INVERTER: (
        "ac_power_w", "reactive_power_var", "ac_voltage_v", "ac_frequency_hz",
        "dc_power_w", "energy_total_wh", "cabinet_temperature_c", "state", "event_bits",
    ),
    DeviceKind.WEATHER: (
        "poa_irradiance_w_m2", "ghi_w_m2", "module_temperature_c", "ambient_temperature_c", "wind_speed_m_s",
        "state", "event_bits",
    ),
}  # fmt: skip
"""The columns of the measurements `pv_meter`, `pv_inverter` and `pv_weather`, beside `quality`."""

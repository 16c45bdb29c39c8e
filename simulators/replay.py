"""A measured power curve becomes a station that reports over MQTT."""

import secrets
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

import numpy as np

from guangfu.clock import Clock, to_ms
from guangfu.stations.models import Device, DeviceKind, Registry, Station, StationKind, valid_on
from guangfu.telemetry.encode import encode_message
from guangfu.telemetry.reading import Message, Reading
from simulators.curve import Curve, as_local_day
from simulators.meters import Meters
from simulators.noise import Floats, Ints
from simulators.parcel import Parcel
from simulators.publisher import Publisher
from simulators.scenario import price_yuan_per_kwh
from simulators.settings import Settings
from simulators.stations import BadSelection, choose, day_number, fleet_of

READINGS_A_MESSAGE: Final = 96
_TURN_S: Final = 0.1
_MS_PER_HOUR: Final = 3_600_000


@dataclass(frozen=True)
class Replayed:
    """What was replayed.

    Attributes:
        station, meter: Who reported it.
        scale: What the measured power was multiplied by.
        energy_wh: The trapezoid of the scaled power where it is above zero, over the whole day. [Wh]
        gross_fen: Its worth by the scenario's own prices. [fen]
        sent: Messages and readings.
    """

    station: str
    meter: str
    day: date
    scale: float
    energy_wh: float
    gross_fen: float
    sent: Mapping[str, int]


def replay(
    curve: Curve,
    settings: Settings,
    registry: Registry,
    clock: Clock,
    stop: threading.Event,
    *,
    day: date,
    source_day: date | None = None,
    scale: float | None = None,
) -> Replayed:
    """Publish one day of a measured curve as the meter of `settings.station`, all at once and at QoS 1.

    The register is the trapezoid of the curve. An export register does not run backwards: what the plant
    takes at night, below zero, is not in it.

    Args:
        curve: From `read_curve`.
        settings: Broker and station; without one, the first single-village station.
        registry: Where the station and its meter are.
        clock: For `sent_at`.
        stop: Ends it early.
        day: The local day that it becomes.
        source_day: The day of the curve, by its own clock; the first whole one if not given.
        scale: Factor of the power; without one, the curve's highest power becomes the station's AC capacity.

    Raises:
        BadCurve: The curve does not hold that day.
        BadSelection: There is no such station, or it has no meter on that day.
        BrokerUnreachable: Nobody answered at the broker's address.
    """
    station, meter = _station(registry, settings.station, day)
    moved = as_local_day(curve, day, source_day)
    factor = scale if scale is not None else station.capacity_ac_w / float(moved.power_w.max())
    power_w = moved.power_w * factor
    energy_wh = running_energy_wh(moved.at_ms, power_w)
    registers = _registers(registry, station, meter, day, energy_wh)
    readings = [
        Reading(at_ms=at, device=meter.device, ac_power_w=round(power, 1), energy_export_total_wh=register)
        for at, power, register in zip(moved.at_ms.tolist(), power_w.tolist(), registers, strict=True)
    ]
    sent = _publish(settings, station.station_id, readings, clock, stop)
    passed_wh = float(energy_wh[-1])
    fen = float(Decimal(passed_wh) * price_yuan_per_kwh(station) / 10)
    return Replayed(station.station_id, meter.device, day, factor, passed_wh, fen, sent)


def running_energy_wh(at_ms: Ints, power_w: Floats) -> Floats:
    """(n,) energy since the first instant, by trapezoid of what is above zero. [Wh]"""
    out = np.maximum(power_w, 0)
    steps = (out[1:] + out[:-1]) / 2 * np.diff(at_ms) / _MS_PER_HOUR
    return np.concatenate([[0.0], np.cumsum(steps)])


def _station(registry: Registry, name: str | None, day: date) -> tuple[Station, Device]:
    stations = choose(registry, only=name)
    if name is None:
        stations = [s for s in stations if s.kind is StationKind.VILLAGE and not s.joint] or stations
    for device in registry.devices_of.get(stations[0].station_id, ()):
        if device.kind is DeviceKind.METER and valid_on(device, day):
            return stations[0], device
    raise BadSelection(stations[0].station_id)


def _registers(registry: Registry, station: Station, meter: Device, day: date, energy_wh: Floats) -> list[int]:
    """What the meter displays; it begins where the simulated station's would."""
    first_wh = Meters(fleet_of(registry, [station], 0), day_number(day)).first_wh(0, meter)
    shown = (first_wh + energy_wh // meter.multiplication_factor).astype(np.int64)
    registers: list[int] = (shown % meter.register_modulus_wh if meter.register_modulus_wh else shown).tolist()
    return registers


def _publish(
    settings: Settings, station: str, readings: Sequence[Reading], clock: Clock, stop: threading.Event
) -> Mapping[str, int]:
    boot = secrets.token_hex(8)

    def write(parcel: Parcel) -> bytes:
        first = (parcel.seq - 1) * READINGS_A_MESSAGE
        part = list(readings[first : first + READINGS_A_MESSAGE])
        sent_at_ms = to_ms(clock.now())
        return encode_message(Message(station=station, sent_at_ms=sent_at_ms, boot=boot, seq=parcel.seq, readings=part))

    publisher = Publisher(settings, [station], write, clock, boot)
    try:
        for seq, first in enumerate(range(0, len(readings), READINGS_A_MESSAGE), 1):
            at_s = [r.at_ms // 1000 for r in readings[first : first + READINGS_A_MESSAGE]]
            publisher.give(Parcel(0, seq, at_s, 0))
        while publisher.tally.waiting and not stop.is_set():
            publisher.turn(_TURN_S)
    finally:
        publisher.close()
    return publisher.tally.sent()

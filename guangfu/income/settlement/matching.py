"""Which station and meters a statement is about, by the registry's dated facts. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from guangfu.income.settlement.differences import MeterKey, OurMeter
from guangfu.income.settlement.models import Statement, StatementMeter
from guangfu.stations.files.mapped import plain
from guangfu.stations.models import Device, DeviceKind, Registry, valid_on

ACCOUNT_NAMES: Final = frozenset(plain(name) for name in ("发电户号", "户号", "generation account number"))
"""How the registry's attribute may be named."""


def station_of_account(registry: Registry, number: str, day: date) -> str | None:
    """The station that has the generation account on a day.

    The day is the window's end: where it is the first one without the account, the day before counts.
    """
    held = [
        one for one in registry.attributes
        if one.value == number and plain(one.name) in ACCOUNT_NAMES and one.subject_id in registry.stations
    ]  # fmt: skip
    before = date.fromordinal(day.toordinal() - 1)
    return next((one.subject_id for one in held if valid_on(one, before)), None)


def our_meters(statement: Statement, registry: Registry) -> dict[MeterKey, OurMeter]:
    """The registry's facts of each of the statement's meters; those that it does not have are left out."""
    found = {(one.meter_number, one.read_from): our_device(one, statement, registry) for one in statement.meters}
    return {
        key: OurMeter(device.multiplication_factor, device.register_modulus_wh)
        for key, device in found.items()
        if device is not None
    }


def our_device(meter: StatementMeter, statement: Statement, registry: Registry) -> Device | None:
    """The registry's meter that a statement's meter is: the one of its number, or the one in service in its days.

    Power companies number meters as they please, so the days decide where no device has the number. A device whose
    facts change within the days is the one of the last day.
    """
    devices = [d for d in registry.devices_of.get(statement.station_id, ()) if d.kind is DeviceKind.METER]
    named = [d for d in devices if d.device == meter.meter_number] or devices
    last = date.fromordinal(meter.read_to.toordinal() - 1)
    running = [d for d in named if valid_on(d, last)]
    return min(running, key=lambda d: (abs((d.valid_from - meter.read_from).days), d.device), default=None)


def moduli(statement: Statement, registry: Registry) -> Mapping[str, int | None]:
    """Where each meter's register starts again at 0, by the statement's meter number. [Wh]"""
    return {number: ours.register_modulus_wh for (number, _), ours in our_meters(statement, registry).items()}

"""Every station has its gateway meter, from its first day on grid without a gap; only meters count."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Final

from guangfu.stations.checks.dates import overlap, period
from guangfu.stations.checks.finding import Finding, Findings, warning
from guangfu.stations.models import DeviceKind, Station
from guangfu.stations.tables import Facts, Table
from guangfu.texts import Text

_EXCHANGE: Final = timedelta(days=1)
"""Within a day both meters count, the old one to its last reading and the new one from its first."""


def check_meters(facts: Facts) -> Findings:
    meters: dict[str, list[int]] = defaultdict(list)
    for index, device in enumerate(facts.devices):
        if device.kind == DeviceKind.METER:
            meters[device.station_id].append(index)
        elif device.multiplication_factor != 1 or device.register_modulus_wh is not None:
            yield warning(Table.DEVICES, index, "kind", _NOT_A_METER)
    for index, station in enumerate(facts.stations):
        if station.station_id in meters:
            yield from _no_gap(facts, station, meters[station.station_id])
        elif station.station_id not in facts.not_read(Table.DEVICES):
            yield Finding(Table.STATIONS, index, "station_id", _NO_METER)


def _no_gap(facts: Facts, station: Station, indices: list[int]) -> Findings:
    """From the grid connection on there is one meter at a time; on the day of an exchange there are two."""
    covered = station.grid_connected_on
    last: tuple[date, date] | None = None
    for index in sorted(indices, key=lambda i: facts.devices[i].valid_from):
        meter = facts.devices[index]
        if last is not None and overlap(last, (meter.valid_from + _EXCHANGE, period(meter)[1])):
            yield warning(Table.DEVICES, index, "valid_from", _TWO_METERS)
        if meter.valid_from > covered:
            yield warning(Table.DEVICES, index, "valid_from", _gap(covered, meter.valid_from))
        last = period(meter)
        covered = max(covered, last[1])


def _gap(start: date, end: date) -> Text:
    return Text(
        f"{start} 至 {end} 没有关口表，这段时间的电量无法计算",
        f"no gateway meter from {start} to {end}: the energy of that time can't be told",
    )


_NO_METER: Final = Text(
    "没有关口表：上网电量以关口表为准，请在设备表中登记",
    "no gateway meter: on-grid energy is what it counts; add one to devices",
)
_TWO_METERS: Final = Text(
    "同一时间有两块关口表：换表时请给旧表填失效日期（换表当天两块都有效，则为次日）",
    "two gateway meters at a time: after an exchange, end the old one (on the next day, since both count on that day)",
)
_NOT_A_METER: Final = Text("不是关口表却有倍率或表码满量程", "a factor or a register's size, but no meter")

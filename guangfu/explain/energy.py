"""Energy back to the registers: days with their quality, and what the gateway meters showed at the bounds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from guangfu.clock import day_start, month_of
from guangfu.explain.source import Source, local
from guangfu.explain.tree import Fact, Step, Unit, amount_text, kwh_text, whole
from guangfu.income.figures import DailyEnergy
from guangfu.income.reasons import REASON_TEXTS, Reason
from guangfu.stations.models import Device, DeviceKind, Station
from guangfu.storage.boundaries import COUNTER, read_bounds
from guangfu.storage.sql.settlement import BoundaryReading, read_boundary_readings
from guangfu.texts import Text

ENERGY: Final = Text("上网电量", "on-grid energy")
COVERAGE: Final = Text("数据完整率", "coverage")
INTERPOLATED: Final = Text("其中内插", "of it interpolated")
INTERVAL: Final = Text("估计，95% 区间", "estimated, 95 % interval")
FROM_TO: Final = Text("{low} 至 {high} kWh", "{low} to {high} kWh")
COMPUTED: Final = Text("核算于", "computed at")
RULES: Final = Text("规则版本", "rules")
REMARK: Final = Text("说明", "remark")
REGISTERS: Final = Text("关口表表码", "registers of the gateway meters")
METER: Final = Text("关口表 {device}", "gateway meter {device}")
FACTOR: Final = Text("倍率", "multiplication factor")
FIRST: Final = Text("起码", "first register")
LAST: Final = Text("止码", "last register")
SHOWN: Final = Text("{at} 为 {wh} Wh（{quality}，{source}）", "{wh} Wh at {at} ({quality}, {source})")
NEAR_BY: Final = Text("；前后读数 {rows}", "; readings around it {rows}")
NOT_SHOWN: Final = Text("{at} 的表码没有（{source}）", "no register at {at} ({source})")
QUALITIES: Final = {
    "exact": Text("实读", "exact"), "interpolated": Text("内插", "interpolated"), "missing": Text("缺失", "missing"),
    "nearest": Text("最近一次读数", "the nearest reading"),
}  # fmt: skip
SOURCES: Final = {
    "telemetry": Text("遥测", "telemetry"), "kept": Text("关账时留存", "kept at closing"),
    "statement": Text("结算单", "statement"),
}  # fmt: skip
WRAPPED: Final = Text("表码满 {modulus} Wh 后从零起", "the register starts again after {modulus} Wh")
NO_REGISTER: Final = Text("数据不足：边界处没有表码", "insufficient data: no register at a bound")
GONE: Final = Text(
    "遥测已过保存期限，关账时也未留存表码；各日电量是当时据读数核算的，照旧有效",
    "the telemetry is no longer kept, and no closing kept its registers; the days stand as they were computed from it",
)
FELL: Final = Text("数据不足：表码变小，曾经复位", "insufficient data: the register fell, it was reset")
SAME: Final = Text("与各日电量之和相同", "equal to the sum of the days")
OTHER: Final = Text(
    "比各日电量之和多 {kwh} kWh：有的日子没有电量、跨界估计，或表码曾复位、换表",
    "{kwh} kWh more than the sum of the days: days without a figure, gaps over a bound, a reset or an exchange",
)
NO_METER: Final = REASON_TEXTS[Reason.NO_METER]
NOT_COMPUTED: Final = Text("数据不足：尚未核算", "insufficient data: not computed yet")


def energy_step(source: Source, station: Station, rows: Sequence[DailyEnergy]) -> Step:
    """The energy of some days of one month: its days sum to it, and the registers at its bounds stand beside. [Wh]"""
    days = tuple(day_energy(source, row) for row in rows)
    amount = whole(days)
    grounds: tuple[Step, ...] = ()
    if rows:
        grounds = (registers_step(source, station, rows, amount),)
    insufficient = "" if amount is not None else _why(source, rows)
    return Step(
        "energy", source.say(ENERGY), amount, Unit.WH, insufficient=insufficient, grounds=grounds,
        parts=days if len(days) > 1 or amount is None else (), facts=days[0].facts if len(days) == 1 else (),
    )  # fmt: skip


def day_energy(source: Source, row: DailyEnergy) -> Step:
    """A day's energy with its quality."""
    facts = [source.fact(COVERAGE, f"{row.coverage:.1%}")]
    if row.interpolated_wh:
        facts.append(source.fact(INTERPOLATED, f"{kwh_text(row.interpolated_wh)} kWh"))
    if row.estimated_low_wh is not None and row.estimated_high_wh is not None:
        low, high = kwh_text(row.estimated_low_wh), kwh_text(row.estimated_high_wh)
        facts.append(source.fact(INTERVAL, FROM_TO.filled(low=low, high=high)))
    words = "" if row.reason is None else source.say(REASON_TEXTS[Reason(row.reason)])
    if words and row.energy_wh is not None:
        facts.append(source.fact(REMARK, words))
    facts += [source.fact(RULES, row.rules_version), source.fact(COMPUTED, local(row.computed_at))]
    return Step(
        "day_energy", row.day.isoformat(), row.energy_wh, Unit.WH, facts=tuple(facts),
        insufficient=words if row.energy_wh is None else "",
    )  # fmt: skip


def _why(source: Source, rows: Sequence[DailyEnergy]) -> str:
    reasons = dict.fromkeys(row.reason for row in rows if row.reason)
    words = [source.say(REASON_TEXTS[Reason(reason)]) for reason in reasons]
    return source.listed(words) or source.say(NOT_COMPUTED)


@dataclass(frozen=True, slots=True)
class _Window:
    """A meter between two bounds; `begins`, `ends`: whether the meter itself did so there, or a day still runs."""

    meter: Device
    from_at: datetime
    to_at: datetime
    begins: bool
    ends: bool


def registers_step(source: Source, station: Station, rows: Sequence[DailyEnergy], energy_wh: int | None) -> Step:
    """What the meters gained between the first day's start and the last day's end, times their factors. [Wh]

    From telemetry; where that has ended, from what closing kept; where neither has them, why.
    """
    windows = list(_windows(source, station, rows[0].day, rows[-1].day, running=not rows[-1].complete))
    found = _bounds(source, station, windows, month_of(rows[0].day))
    meters = tuple(_meter(source, window, found) for window in windows)
    if not meters or any(meter.amount is None for meter in meters):
        reasons = dict.fromkeys(meter.insufficient for meter in meters if meter.insufficient)
        missing = source.say(GONE) if _is_gone(source, rows) else source.listed(reasons) or source.say(NO_METER)
        return Step("registers", source.say(REGISTERS), None, Unit.WH, insufficient=missing, grounds=meters)
    amount = whole(meters)
    facts = () if energy_wh is None else (source.fact(REMARK, _beside(source, (amount or 0) - energy_wh)),)
    formula = " + ".join(amount_text(one.amount, Unit.WH) for one in meters) if len(meters) > 1 else meters[0].formula
    return Step("registers", source.say(REGISTERS), amount, Unit.WH, formula=formula, facts=facts, parts=meters)


def _is_gone(source: Source, rows: Sequence[DailyEnergy]) -> bool:
    """Was the first or the last day computed from readings of which the store has none any more?"""
    for row in (rows[0], rows[-1]):
        table = source.readings.read(
            DeviceKind.METER, [COUNTER], start_at=day_start(row.day), end_at=day_start(row.day + timedelta(days=1)),
            stations=[row.station_id],
        )  # fmt: skip
        if row.coverage > 0 and not len(table.at_ms):
            return True
    return False


def _beside(source: Source, more_wh: int) -> str:
    return source.say(OTHER, kwh=kwh_text(more_wh)) if more_wh else source.say(SAME)


def _windows(source: Source, station: Station, first: date, last: date, *, running: bool) -> Iterator[_Window]:
    after = last + timedelta(days=1)
    for meter in source.registry.devices_of.get(station.station_id, ()):
        begin, end = max(first, meter.valid_from), min(after, meter.valid_to or after)
        if meter.kind is DeviceKind.METER and begin < end:
            begins, ends = begin == meter.valid_from, end == meter.valid_to or (running and end == after)
            yield _Window(meter, day_start(begin), day_start(end), begins, ends)


def _bounds(
    source: Source, station: Station, windows: Sequence[_Window], month: str
) -> dict[tuple[str, datetime], tuple[BoundaryReading, str]]:
    """Each bound's reading and where it is from: what closing kept stands in for telemetry that is gone."""
    wanted = list(dict.fromkeys((one.meter, at) for one in windows for at in (one.from_at, one.to_at)))
    kept = {(row.device, row.bound_at): row for row in read_boundary_readings(source.db, station.station_id, month)}
    found = {}
    for row in read_bounds(source.readings, wanted, month, source.rules.energy.max_gap_h):
        key = row.device, row.bound_at
        instead = kept.get(key)
        if row.register_wh is None and instead is not None and instead.register_wh is not None:
            found[key] = instead, "statement" if instead.source == "statement" else "kept"
        else:
            found[key] = row, "telemetry"
    return found


def _meter(
    source: Source, window: _Window, found: dict[tuple[str, datetime], tuple[BoundaryReading, str]]
) -> Step:  # fmt: skip
    meter = window.meter
    first, first_from = found[meter.device, window.from_at]
    last, last_from = found[meter.device, window.to_at]
    begin_wh = first.after_wh if first.register_wh is None and window.begins else first.register_wh
    end_wh = last.before_wh if last.register_wh is None and window.ends else last.register_wh
    facts = [
        _shown(source, FIRST, first, begin_wh, first_from), _shown(source, LAST, last, end_wh, last_from),
        source.fact(FACTOR, meter.multiplication_factor),
    ]  # fmt: skip
    title = source.say(METER, device=meter.device)
    if begin_wh is None or end_wh is None:
        return Step("meter", title, None, Unit.WH, facts=tuple(facts), insufficient=source.say(NO_REGISTER))
    grown, modulus = end_wh - begin_wh, 0
    if grown < 0 and meter.register_modulus_wh:
        modulus = meter.register_modulus_wh
        facts.append(source.fact(REMARK, WRAPPED.filled(modulus=f"{modulus:,}")))
    if grown + modulus < 0:
        return Step("meter", title, None, Unit.WH, facts=tuple(facts), insufficient=source.say(FELL))
    amount = (grown + modulus) * meter.multiplication_factor
    wrap = f" + {modulus:,}" if modulus else ""
    formula = f"({end_wh:,} − {begin_wh:,}{wrap}) Wh × {meter.multiplication_factor:,} = {kwh_text(amount)} kWh"
    return Step("meter", title, amount, Unit.WH, formula=formula, facts=tuple(facts))


def _shown(source: Source, name: Text, row: BoundaryReading, wh: int | None, where: str) -> Fact:
    sourced = SOURCES[where](source.lang)
    around = source.listed(
        f"{local(at)} {value:,} Wh"
        for at, value in ((row.before_at, row.before_wh), (row.after_at, row.after_wh))
        if at is not None and value is not None and row.quality != "exact"
    )
    near = source.say(NEAR_BY, rows=around) if around else ""
    if wh is None:
        return source.fact(name, source.say(NOT_SHOWN, at=local(row.bound_at), source=sourced) + near)
    quality = QUALITIES[row.quality if row.register_wh is not None else "nearest"](source.lang)
    return source.fact(
        name, source.say(SHOWN, at=local(row.bound_at), wh=f"{wh:,}", quality=quality, source=sourced) + near
    )

"""Why a figure is what it is: readings, factor, tariff row with document, rounding, shares. As lines of text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from sqlalchemy import Engine

from guangfu.clock import CHINA, day_start, from_ms, month_days, to_ms
from guangfu.income.figures import DailyEnergy, DailyIncome
from guangfu.income.reasons import REASON_TEXTS, Reason
from guangfu.income.rules import Rules
from guangfu.income.sharing import month_villages
from guangfu.income.tariff import find_tariff
from guangfu.ledger.fen import Fen, yuan_text
from guangfu.stations.models import Device, DeviceKind, Registry, Station, StationKind, valid_on
from guangfu.storage.boundaries import COUNTER
from guangfu.storage.sql.figures import read_daily_energy, read_daily_income
from guangfu.storage.sql.settlement import read_boundary_readings
from guangfu.storage.telemetry_store import ReadingTable, TelemetryStore
from guangfu.texts import Lang, Text

READING = Text("    {at}  表码 {wh} Wh", "    {at}  register {wh} Wh")
METER = Text("  关口表 {device}，倍率 {factor}", "  gateway meter {device}, multiplication factor {factor}")
BOUND = Text("  {midnight} 前后的读数：", "  readings around {midnight}:")
NONE = Text("    没有", "    none")
ENERGY = Text(
    "  上网电量 {kwh} kWh，其中内插 {part} kWh，数据完整率 {coverage:.1%}",
    "  on-grid energy {kwh} kWh, of it interpolated {part} kWh, coverage {coverage:.1%}",
)
NO_ENERGY = Text("  没有电量，数据完整率 {coverage:.1%}", "  no energy figure, coverage {coverage:.1%}")
NOT_COMPUTED = Text("  {day} 尚未核算", "  {day} is not computed yet")
REASON = Text("  {words}", "  {words}")
TARIFF = Text(
    "  电价 {price} = 基准 {base} + 补贴 {subsidy} 元/kWh，{id}，{document}（{confidence}）",
    "  tariff {price} = base {base} + subsidy {subsidy} yuan/kWh, {id}, {document} ({confidence})",
)
UNCONFIRMED = Text("  待核实：{because}", "  unconfirmed: {because}")
MONTH = Text(
    "  {first} 至 {last}：{kwh} kWh，预估 {gross} 元 = 基础 {base} + 补贴 {subsidy}",
    "  {first} to {last}: {kwh} kWh, estimated {gross} yuan = base {base} + subsidy {subsidy}",
)
DAY = Text(
    "  当日预估 {gross} 元 = 基础 {base} + 补贴 {subsidy}（当月累计四舍五入后之差）",
    "  the day's estimate {gross} yuan = base {base} + subsidy {subsidy} (the difference of the month's rounded sums)",
)
SHARE = Text(
    "  {village}：{units} 份，{gross} − 扣除 {deductions} = 可分配 {rest} 元，{households} 户",
    "  {village}: {units} units, {gross} - deducted {deductions} = distributable {rest} yuan, {households} households",
)
KEPT = Text(
    "  关账留存：表 {device} 于 {at} 为 {wh} Wh，倍率 {factor}（{source}）",
    "  kept at closing: meter {device} at {at} showed {wh} Wh, factor {factor} ({source})",
)
RULES_LINE = Text("  规则版本 {version}", "  rules {version}")


@dataclass(frozen=True)
class Explainer:
    """What is needed to say where a station's figure comes from."""

    store: TelemetryStore
    engine: Engine
    registry: Registry
    rules: Rules
    lang: Lang

    def day(self, station: Station, day: date) -> Iterator[str]:
        """A day's lineage, down to its readings.

        Raises:
            Unavailable: A database can't be reached.
        """
        yield f"{station.station_id} {day}"
        readings = self._readings(station, day)
        for meter in self.registry.devices_of.get(station.station_id, ()):
            if meter.kind is DeviceKind.METER and valid_on(meter, day):
                yield from self._meter(meter, day, readings)
        energy, income = self._figures(station, day, day)
        yield from self._energy(day, energy)
        yield from self._tariff(station, day)
        for row in income:
            gross, base, subsidy = row.estimated_gross_fen, row.estimated_base_fen, row.estimated_subsidy_fen
            yield DAY(self.lang, gross=yuan_text(gross), base=yuan_text(base), subsidy=yuan_text(subsidy))
        yield RULES_LINE(self.lang, version=energy[0].rules_version if energy else self.rules.version)

    def month(self, station: Station, month: str) -> Iterator[str]:
        """A month's lineage: its days, their tariff, the sums, the villages' parts."""
        yield f"{station.station_id} {month}"
        days = month_days(month)
        energy, income = self._figures(station, days[0], days[-1])
        for row in energy:
            yield f"  {row.day}"
            yield from ("  " + line for line in self._energy(row.day, [row]))
        yield from self._tariff(station, days[-1])
        if income:
            yield self._sum(energy, income)
        if station.kind is StationKind.VILLAGE:
            yield from self._shares(station, month, income)
        yield from self._kept(station, month)

    def _kept(self, station: Station, month: str) -> Iterator[str]:
        """The registers that closing kept: they are there when the telemetry is gone."""
        with self.engine.connect() as db:
            rows = read_boundary_readings(db, station.station_id, month)
        for row in rows:
            shown = "—" if row.register_wh is None else f"{row.register_wh:,}"
            yield KEPT(
                self.lang, device=row.device, at=_local(row.bound_at), wh=shown, factor=row.multiplication_factor,
                source=f"{row.source}, {row.quality}",
            )  # fmt: skip

    def _readings(self, station: Station, day: date) -> ReadingTable:
        gap = timedelta(hours=self.rules.energy.max_gap_h)
        start_at, end_at = day_start(day) - gap, day_start(day + timedelta(days=1)) + gap
        return self.store.read(
            DeviceKind.METER, [COUNTER], start_at=start_at, end_at=end_at, stations=[station.station_id]
        )

    def _meter(self, meter: Device, day: date, readings: ReadingTable) -> Iterator[str]:
        yield METER(self.lang, device=meter.device, factor=meter.multiplication_factor)
        of_meter = readings.device == meter.device
        at_ms, register = readings.at_ms[of_meter], readings.columns[COUNTER][of_meter]
        for midnight in (day_start(day), day_start(day + timedelta(days=1))):
            yield BOUND(self.lang, midnight=_local(midnight))
            before = int(np.searchsorted(at_ms, to_ms(midnight), "right")) - 1
            exact = before >= 0 and int(at_ms[before]) == to_ms(midnight)
            rows = [before] if exact else [n for n in (before, before + 1) if 0 <= n < len(at_ms)]
            for n in rows:
                yield READING(self.lang, at=_local(from_ms(int(at_ms[n]))), wh=f"{int(register[n]):,}")
            if not rows:
                yield NONE(self.lang)

    def _figures(self, station: Station, start: date, end: date) -> tuple[list[DailyEnergy], list[DailyIncome]]:
        with self.engine.connect() as db:
            names = [station.station_id]
            return (
                read_daily_energy(db, start=start, end=end, stations=names),
                read_daily_income(db, start=start, end=end, stations=names),
            )

    def _energy(self, day: date, energy: Sequence[DailyEnergy]) -> Iterator[str]:
        if not energy:
            yield NOT_COMPUTED(self.lang, day=day)
        for row in energy:
            if row.energy_wh is None:
                yield NO_ENERGY(self.lang, coverage=row.coverage)
            else:
                kwh, part = _kwh(row.energy_wh), _kwh(row.interpolated_wh or 0)
                yield ENERGY(self.lang, kwh=kwh, part=part, coverage=row.coverage)
            if row.reason is not None:
                yield REASON(self.lang, words=REASON_TEXTS[Reason(row.reason)](self.lang))

    def _tariff(self, station: Station, day: date) -> Iterator[str]:
        row = find_tariff(station, day, self.rules)
        if row is None:
            yield REASON(self.lang, words=REASON_TEXTS[Reason.NO_TARIFF](self.lang))
            return
        yield TARIFF(
            self.lang, price=row.price, base=row.base, subsidy=row.subsidy, id=row.tariff_id, document=row.document,
            confidence=row.confidence,
        )  # fmt: skip
        if row.because is not None:
            yield UNCONFIRMED(self.lang, because=row.because(self.lang))

    def _sum(self, energy: Sequence[DailyEnergy], income: Sequence[DailyIncome]) -> str:
        counted = {row.day for row in income}
        wh = sum(row.energy_wh or 0 for row in energy if row.day in counted)
        gross, base = (sum(getattr(row, f"estimated_{part}_fen") for row in income) for part in ("gross", "base"))
        return MONTH(
            self.lang, first=min(counted), last=max(counted), kwh=_kwh(wh), gross=yuan_text(Fen(gross)),
            base=yuan_text(Fen(base)), subsidy=yuan_text(Fen(gross - base)),
        )  # fmt: skip

    def _shares(self, station: Station, month: str, income: Sequence[DailyIncome]) -> Iterator[str]:
        for row in month_villages(self.registry, station.station_id, month, income, self.rules):
            yield SHARE(
                self.lang, village=row.village_id, units=row.units, gross=yuan_text(row.estimated_gross_fen),
                deductions=yuan_text(row.estimated_deductions_fen), rest=yuan_text(row.estimated_distributable_fen),
                households=row.households,
            )  # fmt: skip


def _kwh(wh: int) -> str:
    return f"{wh / 1000:,.3f}"


def _local(at: datetime) -> str:
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"


def is_month(period: str) -> bool:
    """Is it `2026-06` rather than `2026-06-01`?

    Raises:
        ValueError: It is neither.
    """
    if re.fullmatch(r"\d{4}-\d{2}", period):
        date.fromisoformat(f"{period}-01")
        return True
    if date.fromisoformat(period).isoformat() != period:
        raise ValueError(period)
    return False

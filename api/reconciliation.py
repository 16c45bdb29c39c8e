"""A station's days by three ways of measuring, and which of them differ by more than they may. [Wh]"""

from datetime import date, datetime
from typing import Final, Literal

from api.parts import Parts
from api.schemas import Schema
from api.tables import Column, kwh
from guangfu.income.reconciling import Way, compared
from guangfu.stations.models import Station
from guangfu.storage.sql.reconciliation import read_reconciled
from guangfu.texts import Text


class ComparisonRow(Schema):
    """`share` is the difference over the larger one; `beyond` says that it is more than `tolerance`."""

    way: Literal[Way.METER_POWER, Way.INVERTER_POWER, Way.INVERTERS]
    energy_wh: int
    with_wh: int
    share: float
    tolerance: float
    beyond: bool


class ReconciledRow(Schema):
    """A day that was computed; null where readings do not tell it, and no comparison of what is too little."""

    day: date
    gateway_wh: int | None
    inverter_wh: int | None
    meter_power_wh: int | None
    meter_counted_wh: int | None
    meter_coverage: float
    inverter_power_wh: int | None
    inverter_counted_wh: int | None
    inverter_coverage: float
    computed_at: datetime
    comparisons: list[ComparisonRow]
    unconfirmed: bool


def station_reconciliation(parts: Parts, station: Station, start: date, end: date) -> list[ReconciledRow]:
    """Days from `start` to `end`, both included, as far as they are computed."""
    rules = parts.rules.energy
    with parts.engine.connect() as db:
        rows = read_reconciled(db, start=start, end=end, stations=[station.station_id])
    return [
        ReconciledRow(
            **{name: getattr(row, name) for name in ReconciledRow.model_fields if hasattr(row, name)},
            comparisons=[
                ComparisonRow(
                    way=one.way, energy_wh=one.energy_wh, with_wh=one.with_wh, share=round(one.share, 6),
                    tolerance=one.tolerance, beyond=one.beyond,
                )
                for one in compared(row, station, rules)
            ],
            unconfirmed=bool({"power_tolerance", "loss_tolerance", "reconcile_floor_h"} & rules.unconfirmed),
        )
        for row in rows
    ]  # fmt: skip


def _beyond(row: ReconciledRow) -> str:
    return " ".join(str(one.way) for one in row.comparisons if one.beyond)


RECONCILED_COLUMNS: Final[tuple[Column[ReconciledRow], ...]] = (
    Column("day", Text("日期", "Day"), lambda row, _: row.day),
    Column("gateway_kwh", Text("关口表（kWh）", "Gateway meter (kWh)"), lambda row, _: kwh(row.gateway_wh)),
    Column("inverter_kwh", Text("逆变器（kWh）", "Inverters (kWh)"), lambda row, _: kwh(row.inverter_wh)),
    Column("meter_power_kwh", Text("关口表功率积分（kWh）", "Meter's power added up (kWh)"),
           lambda row, _: kwh(row.meter_power_wh)),
    Column("meter_counted_kwh", Text("同时段关口表走字（kWh）", "Meter's register meanwhile (kWh)"),
           lambda row, _: kwh(row.meter_counted_wh)),
    Column("meter_coverage", Text("关口表数据完整率", "Meter's coverage"), lambda row, _: row.meter_coverage),
    Column("inverter_power_kwh", Text("逆变器功率积分（kWh）", "Inverters' power added up (kWh)"),
           lambda row, _: kwh(row.inverter_power_wh)),
    Column("inverter_counted_kwh", Text("同时段逆变器走字（kWh）", "Inverters' counters meanwhile (kWh)"),
           lambda row, _: kwh(row.inverter_counted_wh)),
    Column("inverter_coverage", Text("逆变器数据完整率", "Inverters' coverage"), lambda row, _: row.inverter_coverage),
    Column("beyond", Text("超出容差的比较", "Comparisons beyond tolerance"), lambda row, _: _beyond(row)),
    Column("unconfirmed", Text("依据待核实", "Rests on unconfirmed rules"), lambda row, _: row.unconfirmed),
)  # fmt: skip

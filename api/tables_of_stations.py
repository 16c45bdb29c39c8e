"""The columns of the CSV files about stations."""

from collections.abc import Callable
from typing import Final

from api import schemas
from api.tables import Cell, Column, kwh, yuan
from guangfu.monitor.states import StationState
from guangfu.stations.models import StationKind
from guangfu.texts import Lang, Text

KIND_TEXTS: Final = {
    StationKind.CENTRALIZED: Text("集中式电站", "centralized"),
    StationKind.VILLAGE: Text("村级电站", "village-level"),
}
STATE_TEXTS: Final = {
    StationState.PRODUCING: Text("发电", "producing"),
    StationState.CURTAILED: Text("限电", "curtailed"),
    StationState.NIGHT: Text("夜间", "night"),
    StationState.STALE: Text("数据陈旧", "stale"),
    StationState.OFFLINE: Text("离线", "offline"),
    StationState.FAULT: Text("故障", "fault"),
    StationState.UNKNOWN: Text("未知", "unknown"),
}

UNCONFIRMED: Final = Text("依据待核实", "Rests on unconfirmed rules")


def _plain(name: str, title: Text) -> Column[schemas.StationRow]:
    return Column(name, title, lambda row, _: getattr(row, name))


def _named(name: str, title: Text) -> Column[schemas.StationRow]:
    return Column(name, title, lambda row, lang: getattr(row, f"{name}_en" if lang is Lang.EN else name))


def _money(column_id: str, title: Text, cell: Callable[[schemas.StationRow], int | None]) -> Column[schemas.StationRow]:
    return Column(column_id, title, lambda row, _: yuan(cell(row)))


def _power_kw(row: schemas.StationRow, lang: Lang) -> Cell:
    del lang
    return None if row.power_w is None else round(row.power_w / 1000, 3)


STATION_COLUMNS: Final[tuple[Column[schemas.StationRow], ...]] = (
    _plain("station_id", Text("电站编号", "Station id")),
    _named("name", Text("电站", "Station")),
    Column("kind", Text("类别", "Kind"), lambda row, lang: KIND_TEXTS[row.kind](lang)),
    _plain("joint", Text("联村", "Joint-village")),
    _named("league", Text("盟市", "League or city")),
    _named("banner", Text("旗县", "Banner or county")),
    _plain("banner_code", Text("旗县代码", "Banner code")),
    _plain("lon", Text("经度", "Longitude")),
    _plain("lat", Text("纬度", "Latitude")),
    Column("capacity_dc_kw", Text("装机容量（kWp）", "DC capacity (kWp)"), lambda row, _: kwh(row.capacity_dc_w)),
    Column("state", Text("状态", "State"), lambda row, lang: STATE_TEXTS[row.state](lang)),
    _plain("last_reading_at", Text("最后读数时间", "Last reading (Asia/Shanghai)")),
    Column("power_kw", Text("有功功率（kW）", "Active power (kW)"), _power_kw),
    Column("energy_today_kwh", Text("今日上网电量（kWh）", "On-grid energy today (kWh)"),
           lambda row, _: kwh(row.energy_today_wh)),
    _money("estimated_gross_today_yuan", Text("今日收入（预估，元）", "Income today (estimated, yuan)"),
           lambda row: row.income_today.gross_fen),
    _money("estimated_gross_month_yuan", Text("本月收入（预估，元）", "Income this month (estimated, yuan)"),
           lambda row: row.income_month.gross_fen),
    _money("estimated_base_month_yuan", Text("其中燃煤基准价部分（元）", "of it base (yuan)"),
           lambda row: row.income_month.base_fen),
    _money("estimated_subsidy_month_yuan", Text("其中国家补贴部分（元）", "of it subsidy (yuan)"),
           lambda row: row.income_month.subsidy_fen),
    Column("coverage_month", Text("本月数据完整率", "Coverage this month"), lambda row, _: row.income_month.coverage),
    Column("unconfirmed", UNCONFIRMED, lambda row, _: row.income_month.unconfirmed),
    Column("reason_month", Text("本月说明", "Remark on the month"), lambda row, _: row.income_month.reason),
)  # fmt: skip

INCOME_COLUMNS: Final[tuple[Column[schemas.IncomeRow], ...]] = (
    Column("period", Text("期间", "Period"), lambda row, _: row.period),
    Column("energy_kwh", Text("上网电量（kWh）", "On-grid energy (kWh)"), lambda row, _: kwh(row.energy_wh)),
    Column("estimated_low_kwh", Text("电量区间下限（kWh）", "Energy is at least (kWh)"),
           lambda row, _: kwh(row.estimated_low_wh)),
    Column("estimated_high_kwh", Text("电量区间上限（kWh）", "Energy is at most (kWh)"),
           lambda row, _: kwh(row.estimated_high_wh)),
    Column("estimated_gross_yuan", Text("收入（预估，元）", "Income (estimated, yuan)"),
           lambda row, _: yuan(row.income.gross_fen)),
    Column("estimated_base_yuan", Text("燃煤基准价部分（元）", "Base (yuan)"),
           lambda row, _: yuan(row.income.base_fen)),
    Column("estimated_subsidy_yuan", Text("国家补贴部分（元）", "Subsidy (yuan)"),
           lambda row, _: yuan(row.income.subsidy_fen)),
    Column("coverage", Text("数据完整率", "Coverage"), lambda row, _: row.income.coverage),
    Column("unconfirmed", UNCONFIRMED, lambda row, _: row.income.unconfirmed),
    Column("reason", Text("说明", "Remark"), lambda row, _: row.income.reason),
)  # fmt: skip

"""Words that several dashboards use."""

from typing import Final

from dashboards.words import say
from guangfu.texts import Text

FOLDER: Final = Text("光伏帮扶电站", "PV stations (English)")
OTHER_LANGUAGE: Final = Text("English", "中文")

WALL: Final = Text("大屏", "Wall")
FLEET: Final = Text("电站总览", "Fleet")
AREA: Final = Text("盟市旗县", "Leagues")
STATION: Final = Text("单站", "Station")
INCOME: Final = Text("收益", "Income")
FINANCE: Final = Text("结算与资金", "Finance")
DATA_QUALITY: Final = Text("数据质量", "Data quality")
INGEST: Final = Text("采集运行", "Ingest")

SYNTHETIC: Final = say(
    "数据性质",
    "Kind of data",
    "登记册注明的数据性质：演示数据由模拟产生，不是真实电站的发电量与收益。",
    "What the registry says of its data: synthetic data is simulated and is not the energy or income of real stations.",
)
IS_SYNTHETIC: Final = Text("演示数据", "Synthetic data")
IS_REAL: Final = Text("真实数据", "Real data")

LEAGUE: Final = Text("盟市", "League")
BANNER: Final = Text("旗县", "Banner")
STATION_COLUMN: Final = Text("电站", "Station")
STATE: Final = Text("状态", "State")
KIND: Final = Text("类别", "Kind")
CENTRALIZED: Final = Text("集中式", "Centralized")
VILLAGE_LEVEL: Final = Text("村级", "Village-level")
JOINT: Final = Text("联村", "Joint-village")
CAPACITY: Final = Text("装机容量（kWp）", "Capacity (kWp)")
LAST_HEARD: Final = Text("最近读数", "Last reading")
STATIONS: Final = Text("电站数", "Stations")

WELL_SHORT: Final = Text("正常", "Well")
STALE_SHORT: Final = Text("陈旧", "Stale")
UNKNOWN_SHORT: Final = Text("未上报", "Never")

PRODUCING: Final = Text("发电", "Producing")
CURTAILED: Final = Text("限电", "Curtailed")
NIGHT: Final = Text("夜间", "Night")
HEARD: Final = Text("在线", "Heard")
STALE: Final = Text("数据陈旧", "Stale data")
FAULT: Final = Text("故障", "Fault")
OFFLINE: Final = Text("离线", "Offline")
UNKNOWN: Final = Text("从未上报", "Never heard")
IDLE: Final = Text("昨日零发电", "Nothing yesterday")
LOW: Final = Text("昨日偏低", "Low yesterday")
LOW_SHORT: Final = Text("昨日低", "Low")

ENERGY: Final = Text("上网电量", "On-grid energy")
ENERGY_KWH: Final = Text("上网电量（kWh）", "On-grid energy (kWh)")
MEASURED: Final = Text("实测", "Measured")
INTERPOLATED: Final = Text("插补", "Interpolated")
BASE: Final = Text("燃煤基准价部分（预估）", "Base (estimate)")
SUBSIDY: Final = Text("国家补贴（预估）", "Subsidy (estimate)")
GROSS: Final = Text("应收合计", "Gross")
BASE_PART: Final = Text("燃煤基准价部分", "Base")
SUBSIDY_PART: Final = Text("国家补贴", "Subsidy")
DEDUCTIONS: Final = Text("扣减", "Deductions")
DISTRIBUTABLE: Final = Text("可分配", "Distributable")
COVERAGE: Final = Text("数据完整率", "Coverage")
USUAL: Final = Text("平时日收益", "Usual day")
UNCONFIRMED: Final = Text("规则", "Rules")
IS_UNCONFIRMED: Final = Text("待核实", "Unconfirmed")
IS_CONFIRMED: Final = Text("已确认", "Confirmed")
VILLAGE: Final = Text("嘎查村", "Village")
MONTH: Final = Text("电量月份", "Month of energy")

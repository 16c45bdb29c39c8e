"""Words of the station's dashboard."""

from typing import Final

from dashboards.words import say
from guangfu.texts import Text

TITLE: Final = Text("光伏单站", "PV station")
DESCRIPTION: Final = Text(
    "这座电站发得和邻站一样多吗；功率、逆变器、辐照度、每日电量与预估收益。",
    "Is this station producing what its neighbours produce; power, inverters, irradiance, daily energy and estimate.",
)
VARIABLE: Final = Text("电站", "Station")
LIKE_NEIGHBOURS: Final = say(
    "昨日与同旗县电站相比",
    "Yesterday against its banner",
    "昨日等效利用小时数（上网电量 ÷ 直流装机）与同旗县其他电站中位数之比；100 % 为相当。"
    "同旗县可比电站少于 3 座时不显示。",
    "Yesterday's equivalent hours (on-grid energy by DC capacity) against the median of the other stations in its "
    "banner; 100 % is alike. Not shown with fewer than three of them.",
)
POWER_NOW: Final = say(
    "当前功率",
    "Power now",
    "核算每分钟写入的关口表当前有功功率，与页面相同；夜间为 0，离线或数据陈旧时为 —。",
    "The gateway meters' present active power, as on the pages; accounting tells it every minute. Zero at night, — "
    "when it is offline or stale.",
)
ENERGY_TODAY: Final = say(
    "今日上网电量",
    "Energy today",
    "当日（北京时间）已核算的上网电量。",
    "On-grid energy of the present local day as accounted so far.",
)
INCOME_TODAY: Final = say(
    "今日收益（预估，元）",
    "Today (estimate, yuan)",
    "当日上网电量按电价规则计算的应收预估，含国家补贴；不是结算或到账金额。",
    "What today's energy is worth by rule, subsidy included; neither settled nor received.",
)
INCOME_MONTH: Final = say(
    "本月收益（预估，元）",
    "This month (estimate, yuan)",
    "本月（电量月份）至今的应收预估，含国家补贴；不是结算或到账金额。",
    "The estimate for this month of energy so far, subsidy included; neither settled nor received.",
)
FACTS: Final = say(
    "电站概况",
    "The station",
    "登记册中的电站信息与当前状态。",
    "What the registry says of the station, and its state.",
)
POWER: Final = say(
    "关口表功率",
    "Power at the gateway meter",
    "关口表有功功率在每个时间步内的平均值；可疑读数不计，缺口不补。",
    "The gateway meter's mean active power in each step; suspect readings do not count, gaps stay gaps.",
)
INVERTERS: Final = say(
    "各逆变器功率",
    "Power of the inverters",
    "每台逆变器的交流有功功率；一条线低于其他线即值得查看。",
    "AC active power of each inverter; a line below the others is worth a look.",
)
IRRADIANCE: Final = say(
    "辐照度",
    "Irradiance",
    "气象站测得的组件面与水平面辐照度；没有气象站的电站为空。",
    "Plane-of-array and horizontal irradiance of the weather station; empty without one.",
)
HOURS: Final = say(
    "每日等效利用小时数：本站与同旗县中位数",
    "Equivalent hours by day: this station and its banner",
    "上网电量 ÷ 直流装机容量。虚线为同旗县其他电站的中位数；实线低于虚线即少发。不含今天。",
    "On-grid energy by DC capacity. The dashed line is the median of the banner's other stations. Up to yesterday.",
)
AGAINST_BANNER: Final = say(
    "出力率：本站与同旗县全部电站",
    "Power by capacity: this station and its banner",
    "有功功率 ÷ 直流装机容量，一刻钟平均，取自汇总。"
    "虚线为同旗县全部电站合计，无读数的电站功率计 0；实线低于虚线即少发。",
    "Active power by DC capacity, means of a quarter of an hour from the roll-ups. Dashed: all stations of the banner "
    "together, a silent one without power; a line below it produces less.",
)
OF_BANNER: Final = Text("同旗县", "Banner")
ENERGY_BY_DAY: Final = say(
    "每日上网电量",
    "Energy by day",
    "每个北京时间日的上网电量；跨日缺测由插补得出的部分单列，数据不足的日子没有柱。",
    "On-grid energy of each local day; what a gap over midnight made up is apart; no bar where data are insufficient.",
)
INCOME_BY_DAY: Final = say(
    "每日收益（预估，元）",
    "Income by day (estimate, yuan)",
    "应收预估，分燃煤基准价部分与国家补贴；当月各日之和等于当月金额。不是结算或到账金额。",
    "The estimate, base and subsidy; the days of a month add up to the month. Neither settled nor received.",
)
VILLAGES: Final = say(
    "本月各嘎查村份额（预估，元）",
    "This month's shares of the villages (estimate, yuan)",
    "按份额分摊的本月应收预估，扣减后为可分配收益预估；集中式电站没有村级份额。",
    "This month's estimate by share units; less deductions it is distributable. Centralized stations have no villages.",
)
QUALITY: Final = say(
    "每日数据质量",
    "Quality of the days",
    "数据完整率为读数足够密的时间占当日时间的比例；没有电量的原因或需要留意之处见说明。",
    "Coverage: part of the day with readings close together. The remark says why energy is missing, or what to mind.",
)
METER: Final = Text("关口表", "Gateway meter")
POA: Final = Text("组件面", "Plane of array")
GHI: Final = Text("水平面", "Horizontal")
OWN: Final = Text("本站", "This station")
NEIGHBOURS: Final = Text("同旗县中位数", "Median of the banner")
AC_CAPACITY: Final = Text("交流容量（kW）", "AC capacity (kW)")
GRID_CONNECTED: Final = Text("并网日期", "Grid connection")
UNITS: Final = Text("份额", "Units")
DAY: Final = Text("日期", "Day")
REASON: Final = Text("说明", "Remark")

"""Words of the fleet's dashboard."""

from typing import Final

from dashboards.words import say
from guangfu.texts import Text

TITLE: Final = Text("光伏电站总览", "PV fleet")
DESCRIPTION: Final = Text(
    "哪些电站停了、少收多少、在谁那里；全网功率、当日电量与预估收益。",
    "What is down, what it costs and whom; the fleet's power, today's energy and estimated income.",
)
ATTENTION: Final = say(
    "需要处理的电站（座）",
    "Stations in trouble",
    "故障、离线、数据陈旧、从未上报，或昨日零发电、昨日偏低的电站数。状态与页面相同，由核算每分钟写入。"
    "偏低：昨日等效利用小时数低于同旗县中位数的六成。",
    "Stations with a fault, offline, with stale data or never heard of, or that yesterday produced nothing or little. "
    "States are those of the pages; accounting tells them every minute. "
    "Little: yesterday's equivalent hours under 60 % of its banner's median.",
)
AT_STAKE: Final = say(
    "它们平时每日收益（预估，元）",
    "Their usual day (estimate, yuan)",
    "需要处理的电站近 30 日有收益之日的平均日应收（预估）之和：停一天大约少收多少。"
    "离线电站可能仍在发电，恢复通信后补报。",
    "The mean daily estimate over the last 30 days that brought something, summed over the stations in trouble: about "
    "what a day of standstill costs. An offline station may still produce and report later.",
)
POWER_NOW: Final = say(
    "当前功率",
    "Power now",
    "各电站关口表当前有功功率之和，与页面相同，由核算每分钟写入；离线与数据陈旧的电站不计，夜间为 0。",
    "Sum of the stations' present active power at the gateway meters, as on the pages; accounting tells it every "
    "minute. Stations that are offline or stale are not in it; zero at night.",
)
ENERGY_TODAY: Final = say(
    "今日上网电量",
    "Energy today",
    "当日（北京时间）已核算的上网电量合计，随核算更新。",
    "On-grid energy of the present local day as accounted so far.",
)
INCOME_TODAY: Final = say(
    "今日收益（预估）",
    "Income today (estimate)",
    "当日上网电量按电价规则计算的应收预估，含国家补贴；不是结算或到账金额。",
    "What today's energy is worth by rule, subsidy included; neither settled nor received.",
)
TROUBLES: Final = say(
    "需要处理的电站，按平时日收益（预估，元）排列",
    "Stations in trouble, by usual day (estimate, yuan)",
    "点电站名称打开该站页面。平时日收益为近 30 日有收益之日的平均（预估）；"
    "与同旗县之比为昨日等效利用小时数与同旗县中位数之比。",
    "A station's name opens its page. The usual day is the mean of the last 30 days that brought something (estimate); "
    "against the banner: yesterday's equivalent hours by its median.",
)
MAP: Final = say(
    "电站位置与状态",
    "Stations by position and state",
    "经纬度取自登记册；背景为 2° 经纬网，不需要外网。"
    "颜色：绿 发电，蓝灰 夜间，浅蓝 限电，橙 故障，黄 数据陈旧，紫 离线，灰 从未上报，红 昨日零发电，褐 昨日偏低。",
    "Positions from the registry over a grid of two degrees, without internet. "
    "Green producing, slate night, light blue curtailed, orange fault, yellow stale, purple offline, grey never heard, "
    "red nothing yesterday, brown low yesterday.",
)
POWER: Final = say(
    "全网功率",
    "Fleet power",
    "各电站一刻钟平均有功功率之和，取自每分钟更新的汇总；离线电站不计入，缺口不补。",
    "The stations' mean active power by quarter of an hour, summed, from the roll-ups; silent stations are not in it.",
)
BY_LEAGUE: Final = say(
    "各盟市：电站状态与今日收益（预估，元）",
    "By league: states, and today's income (estimate, yuan)",
    "各盟市电站状态计数、今日上网电量与今日应收预估。正常：发电、限电与夜间；前五列合计为全部电站，“昨日低”另计。",
    "Stations by state, today's on-grid energy and today's estimate in each league. Well: producing, curtailed or "
    "night. The first five add up to all stations; low or nothing yesterday is counted besides.",
)
ENERGY_BY_DAY: Final = say(
    "每日上网电量",
    "Energy by day",
    "全部电站每个北京时间日的上网电量；缺测时段跨日的部分由插补得出，单列。",
    "On-grid energy of all stations for each local day; what a gap over midnight made up is shown apart.",
)
INCOME_BY_LEAGUE: Final = say(
    "各盟市本月收益（预估，万元）",
    "This month's income by league (estimate, M yuan)",
    "本月（电量月份）各盟市应收预估，分燃煤基准价部分与国家补贴；不是结算或到账金额。",
    "This month of energy: the estimate in each league, base and subsidy; neither settled nor received.",
)
FLEET_POWER_SERIES: Final = Text("全网功率", "Fleet power")
RATIO: Final = Text("同旗县比", "Of banner")
TODAY_KWH: Final = Text("今日电量（kWh）", "Today (kWh)")
TODAY_YUAN: Final = Text("今日收益", "Income")

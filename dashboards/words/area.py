"""Words of the dashboard of a league or a banner."""

from typing import Final

from dashboards.words import say
from guangfu.texts import Text

TITLE: Final = Text("光伏盟市与旗县", "PV leagues and banners")
DESCRIPTION: Final = Text(
    "所选盟市、旗县运行是否正常，哪座电站不正常；点旗县收窄范围，点电站打开该站。",
    "Is the chosen league or banner well, and which station is not; a banner narrows it down, a station opens it.",
)
BANNERS: Final = say(
    "各旗县：异常电站、今日电量与收益（预估，元）",
    "By banner: in trouble, energy, income today (estimate, yuan)",
    "异常比例高的旗县在前；点旗县只看该旗县。昨日等效小时为各电站的中位数。今日收益为应收预估。",
    "The banners with most stations in trouble first; a banner's name shows it alone. Yesterday's hours are the "
    "median of its stations. Income is the estimate.",
)
STATIONS: Final = say(
    "电站，异常与偏低者在前（预估，元）",
    "Stations, those in trouble first (estimate, yuan)",
    "点电站名称打开该站页面，时间范围不变。与同旗县之比为昨日等效小时与同旗县中位数之比。至多 300 座。",
    "A station's name opens its page with the same time range. Against the banner: yesterday's hours by its median. "
    "At most 300.",
)
POWER: Final = say(
    "所选范围的功率",
    "Power of the chosen area",
    "各电站一刻钟平均有功功率之和，取自汇总；离线电站不计入，缺口不补。",
    "The stations' mean active power by quarter of an hour, summed, from the roll-ups; silent stations are not in it.",
)
HOURS_BY_DAY: Final = say(
    "每日等效利用小时数：所选范围与全部电站的中位数",
    "Equivalent hours by day: median here and of the whole fleet",
    "上网电量 ÷ 直流装机容量。虚线为全部电站的中位数；实线长期低于虚线即该地少发。不含今天。",
    "On-grid energy by DC capacity. Dashed: the median of all stations; a line that stays below it produces less. "
    "Up to yesterday.",
)
TROUBLED: Final = Text("异常", "Trouble")
HOURS_YESTERDAY: Final = Text("昨日等效小时", "Hours yesterday")
POWER_SERIES: Final = Text("功率", "Power")
MEDIAN_HERE: Final = Text("所选范围", "Here")
MEDIAN_EVERYWHERE: Final = Text("全部电站", "Whole fleet")

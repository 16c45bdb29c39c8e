"""Words of the income dashboard."""

from typing import Final

from dashboards.words import say
from guangfu.texts import Text

TITLE: Final = Text("光伏收益（预估）", "PV income (estimate)")
DESCRIPTION: Final = Text(
    "一个电量月份的应收预估：合计、燃煤基准价部分、国家补贴，按日、盟市、旗县和嘎查村。",
    "The estimate for a month of energy: gross, base and subsidy, by day, league, banner and village.",
)
NOTE: Final = say(
    "说明",
    "What this is",
    "本页金额的性质：预估，不是结算、到账、划拨或发放。",
    "What the amounts are: estimated; not settled, received, passed on or paid.",
)
NOTE_TEXT: Final = Text(
    "**电量月份 ${month}　应收预估**：电量 × 电价规则，含税。不是结算、到账、划拨或发放金额；分配以结算单和到账为准。"
    "有数据的天数不足下限的站月不计入，见最下方表。",
    "**Month of energy ${month}, estimate**: energy × tariff, VAT included. "
    "Not settled, received, passed on or paid; what is distributed comes from statements and receipts. "
    "Station-months with too few counted days are left out; see the last table.",
)
GROSS: Final = say(
    "应收合计（预估，元）",
    "Gross (estimate, yuan)",
    "所选电量月份的应收预估合计：燃煤基准价部分与国家补贴之和。",
    "The estimate for the month of energy: base and subsidy together.",
)
BASE: Final = say(
    "燃煤基准价部分（预估，元）",
    "Base (estimate, yuan)",
    "由电网企业随电费结算的部分，按燃煤基准价预估。",
    "The part that the grid company pays, by the coal benchmark price.",
)
SUBSIDY: Final = say(
    "国家补贴（预估，元）",
    "Subsidy (estimate, yuan)",
    "可再生能源电价附加补助部分的预估；通常一年或更久以后到账。",
    "The subsidy part of the estimate; it usually arrives a year or more later.",
)
DISTRIBUTABLE: Final = say(
    "村级可分配（预估，元）",
    "Villages (estimate, yuan)",
    "村级电站应收预估扣减运维等费用后可分配给嘎查村的金额。",
    "What is left for the villages of the village-level stations' estimate after deductions.",
)
COVERAGE: Final = say(
    "数据完整率",
    "Coverage",
    "所选月份各站数据完整率按应计天数加权的平均；未计入天数使预估偏低。",
    "The stations' coverage of the month, weighted by the days due; days that are not counted make the estimate low.",
)
UNCONFIRMED: Final = say(
    "规则待核实占比",
    "Unconfirmed",
    "应收预估中所依据的电价或扣减规则尚待核实的比例。",
    "The part of the estimate whose tariff or deduction rule is not confirmed yet.",
)
BY_DAY: Final = say(
    "当月每日收益（预估，万元）",
    "Income by day of the month (estimate, M yuan)",
    "所选电量月份每个北京时间日的应收预估；各日之和等于当月金额。",
    "The estimate of each local day of the month; the days add up to the month.",
)
BY_MONTH: Final = say(
    "各月收益（预估，万元）",
    "Income by month (estimate, M yuan)",
    "所选月份为止 12 个电量月份的应收预估；没有数据的月份没有柱，本月为至今。",
    "The estimate of twelve months of energy up to the chosen one; no bar without data, the present month so far.",
)
BY_LEAGUE: Final = say(
    "各盟市收益（预估，万元）",
    "Income by league (estimate, M yuan)",
    "所选电量月份各盟市的应收预估。",
    "The month's estimate in each league.",
)
BY_BANNER: Final = say(
    "各旗县收益（预估，元）",
    "Income by banner (estimate, yuan)",
    "所选电量月份各旗县的应收预估与数据完整率。",
    "The month's estimate and coverage in each banner.",
)
VILLAGES: Final = say(
    "收益最高的嘎查村（预估，元）",
    "Villages with the highest income (estimate, yuan)",
    "所选电量月份应收预估最高的 50 个嘎查村，合计其在各村级电站的份额。",
    "The 50 villages with the highest estimate of the month, their units in all stations together.",
)
DOUBTS: Final = say(
    "不完整或规则待核实的电站（预估，元）",
    "Gaps or unconfirmed rules (estimate, yuan)",
    "数据完整率低于 95 %、有未计入的天数或规则待核实的电站，缺天多者在前，至多 100 座；天数不足下限的没有金额。",
    "Coverage under 95 %, days not counted or rules unconfirmed; "
    "most lacking first, at most 100; no amount where too few days are counted.",
)
DAYS: Final = Text("计入/应计天数", "Days / due")

"""Words of the income dashboard."""

from typing import Final

from dashboards.words import say
from dashboards.words.money import of_energy, of_now
from guangfu.texts import Text

TITLE: Final = Text("光伏收益", "PV income")
DESCRIPTION: Final = Text(
    "一个电量月份：村级电站的应收、结算、到账、划拨与未到账账龄；全部电站的应收预估，按日、盟市、旗县和嘎查村。",
    "A month of energy: accrued to passed on and outstanding by age of village-level stations; the estimate of all.",
)
NOTE: Final = say(
    "说明",
    "What this is",
    "本页的月份与金额各指什么。",
    "What month and amounts of this page mean.",
)
NOTE_TEXT: Final = Text(
    "**电量月份 ${month}。** 上半页是**村级电站**的应收（预估）、结算、到账、划拨，都按电量所属月份，"
    "不论何时入账；未到账账龄含所有月份。下半页是**全部电站的应收预估**：电量 × 电价规则，含税，"
    "不是结算、到账、划拨或发放；有数据的天数不足下限的站月不计入，见最下方表。",
    "**Month of energy ${month}.** Above: accrued (estimate), settled, received and passed on of **village-level "
    "stations**, by the month of the energy whenever it was booked; outstanding by age is of all months. Below: the "
    "**estimate of all stations**, energy × tariff, VAT included, neither settled, received, passed on nor paid; "
    "station-months with too few counted days are left out, see the last table.",
)
OUTSTANDING_BY_AGE: Final = of_now(
    "未到账账龄（万元）",
    "Outstanding by age (M yuan)",
    "村级电站所有月份已结算而未到账的金额，按电量月份到本月的月数。",
    "Settled and not received of village-level stations, all months, by months from the energy's to the present one.",
)
MONEY_BY_BANNER: Final = of_energy(
    "各旗县：应收（预估）、结算、到账、划拨、未到账（元）",
    "Banners: estimate, settled, received, outstanding (yuan)",
    "村级电站；点旗县到结算与资金。右边五列为所有电量月份的未到账合计与账龄。",
    "Village-level stations; a banner leads to Finance. The five columns on the right are of all months: what is "
    "outstanding, by age.",
)
ALL_OUTSTANDING: Final = Text("未到账，全部", "Outstanding, all")
GROSS: Final = say(
    "全部电站合计（预估，元）",
    "Gross, all (estimate, yuan)",
    "所选电量月份全部电站的应收预估合计：燃煤基准价部分与国家补贴之和，天数不足下限的站月不计。",
    "The estimate of all stations for the month of energy: base and subsidy together, without months of too few days.",
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

"""Words of the finance dashboard."""

from typing import Final

from dashboards.words import say
from guangfu.texts import Text

TITLE: Final = Text("结算与资金", "Finance month")
DESCRIPTION: Final = Text(
    "村级电站一个电量月份：预估、结算、到账、划拨、发放五种金额，账龄、差异和账面余额。",
    "A month of village-level stations: estimated, settled, received, passed on, paid; ages, differences, balances.",
)
NOTE: Final = say(
    "说明",
    "What this is",
    "本页的月份与金额各指什么。",
    "What month and amounts of this page mean.",
)
NOTE_TEXT: Final = Text(
    "**电量月份 ${month}，村级电站**：预估、结算、到账、未到账、划拨都按电量所属月份，不论何时入账；"
    "**发放按付款月份**。账面余额为全机构当前数。五种金额互不替代。",
    "**Month of energy ${month}, village-level stations**: estimated, settled, received, outstanding and passed on "
    "belong to the month of the energy, whenever they were booked; **paid goes by the month of payment**. Balances are "
    "of the whole agency, now. None of the five amounts stands for another.",
)
ESTIMATED: Final = say(
    "应收（预估，元）",
    "Accrued (estimate, yuan)",
    "电量 × 电价规则的预估，不论数据天数是否足够，见下表的数据完整率。",
    "Energy × tariff, whatever the coverage, which the table below shows.",
)
SETTLED: Final = say(
    "已结算（元）",
    "Settled (yuan)",
    "已入账结算单的基础部分与补贴，含以后结算单的退补及未列入清单的备查补贴。",
    "Base and subsidy of posted statements, later corrections and a subsidy that is a memo only included.",
)
RECEIVED: Final = say(
    "已到账（元）",
    "Received (yuan)",
    "已与该电量月份核对的到账金额。",
    "What came into the agency's account and is matched with the month of energy.",
)
OUTSTANDING: Final = say(
    "未到账（元）",
    "Outstanding (yuan)",
    "已结算的应收减去电网代扣增值税与到账；备查补贴不计。",
    "Receivable by statements, less VAT that the grid company keeps back, less what came; no memo subsidy.",
)
READY: Final = say(
    "可划拨（元）",
    "May be passed on (yuan)",
    "到账减去已承担扣除，再减去已起草、在途和已到村的划拨。",
    "Received, less deductions borne, less what is drafted, in transit or arrived.",
)
PASSED: Final = say(
    "已划拨（元）",
    "Passed on (yuan)",
    "已汇出和已到村的划拨，按电量月份。",
    "Transfers that were sent or have arrived, by the month of energy.",
)
PAID: Final = say(
    "已发放（元）",
    "Paid (yuan)",
    "嘎查村账户在该自然月付出的金额，减去退回；不分哪个月的电量。",
    "What left the villages' bank accounts in this calendar month, less what came back, of whatever energy.",
)
SHARE_SETTLED: Final = say(
    "已结算站月",
    "Stations settled",
    "状态为已结算或已关账的电站占当月并网村级电站的比例。",
    "The part of the village-level stations on grid whose month is settled or closed.",
)
BY_MONTH: Final = say(
    "各月五种金额（预估、结算、到账、划拨、发放，元）",
    "Five amounts by month (estimate to paid, yuan)",
    "所选月份为止 12 个月；前四种按电量月份，发放按付款月份。",
    "Twelve months up to the chosen one; the first four by the month of energy, paid by the month of payment.",
)
AGEING: Final = say(
    "未到账账龄（元）",
    "Outstanding by age (yuan)",
    "所有月份已结算而未到账的金额，从电量月份起算到本月；基础与补贴分列。",
    "Settled and not received, of all months, counted from the month of energy to the present one; by part.",
)
STATES: Final = say(
    "站月状态",
    "Where the stations stand",
    "当月并网村级电站的结算状态；没有记录的为未结。",
    "The states of the month of village-level stations on grid; one without a record is open.",
)
STATION_TABLE: Final = say(
    "各站：预估、结算、差异、到账、未到账（元）",
    "Stations: estimate, settled, difference, received (yuan)",
    "村级电站一行；差异为结算减预估，主因是金额最大的原因；未到账多者在前，至多 300 座。",
    "The difference is settled less estimate, its cause the largest; most outstanding first, at most 300.",
)
BALANCES: Final = say(
    "账面余额（元）",
    "Balances of the books (yuan)",
    "结转机构账与村集体账各科目的借方减贷方，全部电站与嘎查村，当前数。",
    "Debits less credits of each account of the agency's and the villages' books, of everybody, now.",
)
TRANSFERS: Final = say(
    "划拨单（元）",
    "Transfers by state (yuan)",
    "所选盟市含该电量月份的划拨行，按划拨单状态合计。",
    "Lines of transfers for the month of energy in the chosen leagues, by the transfer's state.",
)
PAYMENTS: Final = say(
    "付款（元）",
    "Payments by state (yuan)",
    "村集体账该应付月份的付款笔数与金额，按状态；不含个人信息。",
    "Payments of the villages' book for dues of the month, counts and sums by state, nobody named.",
)
E: Final = Text("应收（预估）", "Accrued (estimate)")
S: Final = Text("已结算", "Settled")
R: Final = Text("已到账", "Received")
OWED: Final = Text("未到账", "Outstanding")
P: Final = Text("已划拨", "Passed on")
PD: Final = Text("已发放", "Paid")
MAY: Final = Text("可划拨", "May pass on")
DIFFERENCE: Final = Text("差异", "Difference")
CAUSE: Final = Text("主因", "Main cause")
PART: Final = Text("部分", "Part")
AGES: Final = (
    Text("3 个月内", "Up to 3 months"), Text("3–12 个月", "3 to 12 months"), Text("1–2 年", "1 to 2 years"),
    Text("2 年以上", "Over 2 years"),
)  # fmt: skip
BOOK: Final = Text("账簿", "Book")
ACCOUNT: Final = Text("科目", "Account")
BALANCE: Final = Text("余额", "Balance")
COUNT: Final = Text("数量", "Count")
AMOUNT: Final = Text("金额", "Amount")

"""Words of the finance dashboard."""

from typing import Final

from dashboards.words import say
from dashboards.words.money import of_energy, of_now
from guangfu.texts import Text

TITLE: Final = Text("结算与资金", "Finance month")
DESCRIPTION: Final = Text(
    "村级电站一个电量月份：预估、结算、到账、划拨、发放五种金额，各站与各村，账龄、差异、余额和稽核发现。",
    "A month of village-level stations: estimated to paid, by station and village; ages, balances, audits.",
)
NOTE: Final = say(
    "说明",
    "What this is",
    "本页的月份、时间范围与金额各指什么。",
    "What month, time range and amounts of this page mean.",
)
NOTE_TEXT: Final = Text(
    "**电量月份 ${month}，村级电站。** 预估、结算、到账、未到账、划拨都按**电量所属月份**，不论何时入账；"
    "**发放按付款月份**；余额与账龄为当前数。右上角的**时间范围只管“银行到账与汇出”一图，按银行日期**。五种金额互不替代。",
    "**Month of energy ${month}, village-level stations.** Estimated to passed on go by the **month of the energy**, "
    "whenever they were booked; **paid by the month of payment**; balances and ages are as of now. The **time range "
    "is of the chart of the bank alone, by the bank's date**. None of the five amounts stands for another.",
)
PAID: Final = say(
    "已发放（元）",
    "Paid (yuan)",
    "嘎查村账户在所选自然月付出的金额，减去退回；按付款月份，不分哪个月的电量，与时间范围无关。",
    "What left the villages' accounts in the chosen month, less what came back; by the month of payment, of whatever "
    "energy; the time range does not matter.",
)
SHARE_SETTLED: Final = of_energy(
    "已结算站月",
    "Stations settled",
    "状态为已结算或已关账的电站占当月并网村级电站的比例。",
    "The part of the village-level stations on grid whose month is settled or closed.",
)
SPLIT: Final = of_energy(
    "基础与补贴：从预估到划拨（元）",
    "Base and subsidy, estimate to village (yuan)",
    "所选月份两个部分各自到了哪一步；扣除为已承担的扣除。",
    "Where the two parts of the month are; deductions are those borne.",
)
STATES: Final = of_energy(
    "站月状态",
    "Stations by state",
    "当月并网村级电站的结算状态；没有记录的为未结。",
    "The states of the month of village-level stations on grid; one without a record is open.",
)
CAUSES: Final = of_energy(
    "结算与预估之差，按原因（元）",
    "Statements less estimates, by cause (yuan)",
    "已入账结算单比预估多或少，按原因合计；同一电站可有几种原因。",
    "What posted statements have more or less than the estimate, summed by cause; a station may have several.",
)
STATION_TABLE: Final = of_energy(
    "各站：预估、结算、差异、到账、未到账（元）",
    "Stations: estimate, settled, difference, received (yuan)",
    "村级电站一行；差异为结算减预估，主因是金额最大的原因；未到账多者在前，至多 300 座。",
    "The difference is settled less estimate, its cause the largest; most outstanding first, at most 300.",
)
VILLAGE_TABLE: Final = say(
    "各村：应收（预估）、划拨、发放、余额（元）",
    "Villages: estimate, passed on, paid, balance (yuan)",
    "各嘎查村在其全部电站中的份额；应收、可分配、划拨按电量月份，发放按付款月份，余额为村集体账银行存款当前数；与时间范围无关。"
    "至多 300 个村。",
    "Each village's part of all its stations; estimate and passed on by the month of energy, paid by the month of "
    "payment, the balance is of its bank account, now; the time range does not matter. At most 300.",
)
BALANCES: Final = of_now(
    "账面余额（元）",
    "Balances of the books (yuan)",
    "结转机构账与村集体账各科目的借方减贷方，全部电站与嘎查村。",
    "Debits less credits of each account of the agency's and the villages' books, of everybody.",
)
TRANSFERS: Final = of_energy(
    "划拨单（元）",
    "Transfers by state (yuan)",
    "所选范围的划拨行，按划拨单状态合计。",
    "Lines of transfers of the chosen places, by the transfer's state.",
)
PAYMENTS: Final = say(
    "付款（元）",
    "Payments by state (yuan)",
    "村集体账付款笔数与金额，按状态；按应付月份，与时间范围无关；不含个人信息。",
    "Payments of the villages' book, counts and sums by state, nobody named; by the month for which they are due, "
    "not the time range.",
)
BANK: Final = say(
    "银行到账与汇出：按银行日期（元）",
    "The bank: received and sent, by bank date (yuan)",
    "随右上角时间范围，按银行日期，不分电量月份：结转机构全部到账（含未核对），圆点为已汇出的划拨；不随地区变化。",
    "By the time range and the bank's date, of whatever energy: all that came into the agency's account, matched or "
    "not; dots are what was sent. Of the whole agency.",
)
FINDINGS: Final = say(
    "稽核发现",
    "Audit findings",
    "所选月份及其季度、年度的稽核发现，按检查合计，已消除的不计，与时间范围无关；"
    "文字与所涉个人不在此处，见网页或 guangfu audit。",
    "What audit checks found of the chosen month, its quarter and year, whatever the time range, by check, but what is "
    "cleared; words and persons are on the pages and in guangfu audit.",
)
DIFFERENCE: Final = Text("差异", "Difference")
DIFFERENCE_KWH: Final = Text("差异电量（kWh）", "kWh")
STEP: Final = Text("到哪一步", "Step")
CAUSE: Final = Text("主因", "Main cause")
OF_CAUSE: Final = Text("原因", "Cause")
BORNE: Final = Text("扣除", "Deductions")
DRAFTED: Final = Text("已起草", "Drafted")
TRANSIT: Final = Text("在途", "In transit")
ARRIVED: Final = Text("已到村", "Arrived")
BANK_BALANCE: Final = Text("银行存款", "In the bank")
DISTRIBUTABLE: Final = Text("可分配（预估）", "Distributable")
BOOK: Final = Text("账簿", "Book")
ACCOUNT: Final = Text("科目", "Account")
BALANCE: Final = Text("余额", "Balance")
COUNT: Final = Text("数量", "Count")
AMOUNT: Final = Text("金额", "Amount")
CAME_BASE: Final = Text("到账：基础", "Received: base")
CAME_SUBSIDY: Final = Text("到账：补贴", "Received: subsidy")
CAME_OTHER: Final = Text("到账：其他", "Received: other")
SENT: Final = Text("划拨汇出", "Passed on")
SEVERITY: Final = Text("程度", "Severity")
CHECK: Final = Text("检查", "Check")
PERIOD: Final = Text("期间", "Period")
IS_OPEN: Final = Text("待处理", "Open")
EXPLAINED: Final = Text("已说明", "Explained")
SINCE: Final = Text("最早发现", "Since")

"""The page that says why a figure is what it is."""

from typing import Final

from guangfu.texts import Text

EXPLAIN: Final = {
    "explain.title": Text("为什么是这个数", "Why this figure"),
    "explain.link": Text("为什么是这个数", "Why this figure"),
    "explain.answer": Text("各项金额", "The amounts"),
    "explain.month": Text("月份", "Month"),
    "explain.open_all": Text("全部展开", "Open all"),
    "explain.fold_all": Text("全部收起", "Fold all"),
    "explain.print": Text("打印", "Print"),
    "explain.how": Text(
        "点开任一步，可一直追到文件、分录和表码；“其中”各项之和等于上一级，分文不差。",
        "Open any step down to documents, entries and registers; its parts sum to the figure above, to the fen.",
    ),
    "explain.parts": Text("其中", "Parts"),
    "explain.grounds": Text("依据", "Computed from"),
    "explain.sum": Text("以下 {n} 项之和", "the sum of the {n} parts below"),
    "explain.many": Text("{label}（{n} 项）", "{label} ({n})"),
    "explain.entries": Text("账簿分录（{n}）", "Entries in the books ({n})"),
    "explain.entry": Text("{book} 第 {seq} 号，{key}，哈希", "{book} no. {seq}, {key}, hash"),
    "explain.see": Text("{id} {period}：从何而来", "{id} {period}: where it comes from"),
    "explain.to.statements": Text("结算单", "Statements"),
    "explain.to.finance": Text("财务月报", "The month of finance"),
    "explain.to.village": Text("收益使用计划与发放", "Plan of use and payments"),
    "explain.of.estimated": Text("预估", "Estimated"),
    "explain.of.distributable": Text("预估可分配", "Estimated, distributable"),
    "explain.of.settled": Text("结算", "Settled"),
    "explain.of.received": Text("到账", "Received"),
    "explain.of.passed_on": Text("划拨", "Passed on"),
    "explain.of.entitlement": Text("名额应得", "Owed to slots"),
    "explain.of.planned": Text("计划报酬", "Planned pay"),
    "explain.of.due": Text("应发", "Due"),
    "explain.of.paid": Text("发放", "Paid"),
    "explain.of.indicator": Text("指标（不是发放）", "Indicator, no payment"),
    "explain.why.estimated": Text(
        "遥测电量 × 电价；等结算单来核对，不是已到的钱。",
        "Metered energy × tariff; the power company's statement will check it. It is not money that came.",
    ),
    "explain.why.distributable": Text(
        "预估收益依次减去各项扣除：可以期待多少。", "The estimate less each deduction in its order: what to expect."
    ),
    "explain.why.settled": Text("供电公司结算单上的金额。", "What the power company's statement says."),
    "explain.why.received": Text("进入结转机构账户的钱。", "Money in the transfer agency's account."),
    "explain.why.passed_on": Text("从结转机构划往嘎查村的钱。", "Money that the agency passed on to villages."),
    "explain.why.entitlement": Text(
        "电站企业按名额应付，与电站收益无关。", "What the station's company owes, whatever the station earned."
    ),
    "explain.why.planned": Text("收益使用计划中岗位的报酬。", "The wage of a post in the plan of use."),
    "explain.why.due": Text("按考勤或单据应发的钱。", "What is owed by attendance or a document."),
    "explain.why.paid": Text("从账户付出的钱，退汇已减去。", "What left the account, less what came back."),
    "explain.why.indicator": Text(
        "可分配收益按户平均，只供比较，不是发放金额。",
        "An equal part per household, to compare only; it is no payment.",
    ),
}

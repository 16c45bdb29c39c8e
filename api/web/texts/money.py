"""The page of a month's finance, and what other pages tell of money that moves."""

from typing import Final

from guangfu.texts import Text

_FINANCE: Final = {
    "nav.finance": Text("财务", "Finance"),
    "finance.title": Text("{month} 的资金", "The money of {month}"),
    "finance.choose": Text("选择月份", "Choose a month"),
    "finance.answer": Text(
        "应到账 {due}，已到账 {got}（{part}），还差 {open}；扣除后可划拨 {ready}，在途 {transit}。",
        "Of {due} due, {got} came ({part}) and {open} are outstanding; {ready} may be passed on, "
        "{transit} are in transit.",
    ),
    "finance.unsettled": Text(
        "本月还没有结算单，应到账多少尚不能确定；下面只有预估。",
        "No statement has settled the month: what is due is not known yet, below are estimates only.",
    ),
    "finance.running": Text(
        "本月还在进行，月底之后才有结算单；下面只有到目前为止的预估。",
        "The month is still running and is settled after its end; below are estimates to date.",
    ),
    "finance.no_stations": Text("这个月没有并网的村级电站。", "No village-level station was on grid in this month."),
    "finance.ready": Text("现在可以划拨", "May be passed on now"),
    "finance.late": Text("其中逾期 {amount}", "{amount} of it past the deadline"),
    "finance.village_only": Text(
        "只含村级电站；集中式电站的收入属于电站企业，不经结转机构。",
        "Village-level stations only: what a centralized station earns is its company's.",
    ),
    "finance.stations": Text("各旗县和电站", "By banner and station"),
    "finance.ageing": Text("未到账的账龄（全部月份）", "What is outstanding, by age, all months"),
    "finance.nothing_open": Text("没有未到账的款项。", "Nothing is outstanding."),
    "findings.title": Text("审计检查：待处理", "What an auditor would find"),
    "findings.none": Text("没有待处理的发现。", "Nothing waits."),
    "findings.more": Text(
        "只列出 {total} 项中的前 {n} 项，全部见表格。", "The first {n} of {total}; the table has all."
    ),
    "findings.next": Text("处理：{what}。", "What to do: {what}."),
    "findings.document": Text("依据 {document}。", "By {document}."),
    "findings.csv": Text(
        "下载本月及其季度、年度的全部发现（CSV）", "Download all findings of the month, its quarter and year as CSV"
    ),
    "finance.downloads": Text("下载表格（CSV）：", "Download as CSV:"),
    "finance.csv_month": Text("本月明细", "the month"),
    "finance.csv_statements": Text("结算单", "statements"),
    "finance.csv_receipts": Text("到账", "receipts"),
    "finance.csv_transfers": Text("划拨单", "transfers"),
    "fold.open": Text("展开或收起 {name}", "Show or hide what is in {name}"),
    "step.title": Text("还差什么，下一步做什么", "What the month waits for, and what to do next"),
    "step.on_us": Text("要办", "to do"),
    "step.waits": Text("等待", "waiting"),
    "step.none": Text("本月没有待办事项。", "Nothing is left to do for this month."),
    "view.money": Text("资金到哪一步", "Where the money is"),
    "view.check": Text("预估与结算核对", "Estimate against statement"),
    "coverage.too_few": Text("数据不足", "too few data"),
    "month.open": Text("未结", "open"),
    "month.estimated": Text("已预估", "estimated"),
    "month.settled": Text("已结算", "settled"),
    "month.closed": Text("已关账", "closed"),
    "kind.settled": Text("结算", "Settled"),
    "kind.received": Text("到账", "Received"),
    "kind.outstanding": Text("未到账", "Outstanding"),
    "kind.passed_on": Text("划拨", "Passed on"),
    "kind.paid": Text("发放", "Paid"),
    "kind.deductions": Text("扣除", "Deducted"),
    "kind.difference": Text("差异", "Difference"),
    "column.banner_station": Text("旗县、电站", "Banner, station"),
    "column.month_state": Text("月份状态", "State"),
    "column.cause": Text("主要原因", "Main cause"),
    "column.part": Text("部分", "Part"),
    "column.payer": Text("付款方，展开到旗县和电站", "Payer, opens to banners and stations"),
    "column.total": Text("合计", "Total"),
    "column.receivable": Text("应到账", "Due"),
    "column.late": Text("其中逾期", "Of it late"),
    "column.ready": Text("可划拨", "May be passed on"),
    "column.drafted": Text("已起草", "Drafted"),
    "column.transit": Text("在途", "In transit"),
    "age.three": Text("3 个月以内", "Up to 3 months"),
    "age.twelve": Text("3 至 12 个月", "3 to 12 months"),
    "age.two_years": Text("1 至 2 年", "1 to 2 years"),
    "age.older": Text("2 年以上", "Over 2 years"),
    "finance.no_statement": Text("没有结算单", "No statement is posted"),
    "finance.no_estimate": Text("数据不足，没有预估", "Too few data for an estimate"),
}
_WAY: Final = {
    "way.title": Text("钱到了哪里", "Where the money is"),
    "way.answer": Text(
        "到账 {received} 元，扣除 {deducted} 元，划拨到村 {arrived} 元，已发放 {paid} 元。",
        "{received} yuan came, {deducted} were deducted, {arrived} have reached the village, {paid} were paid out.",
    ),
    "way.none": Text(
        "近 12 个月没有结算或到账；结算单和银行流水导入后显示在这里。",
        "Nothing was settled or received in 12 months; it appears here once statements and bank lines are in.",
    ),
    "way.arrived": Text("已到村账", "Arrived"),
    "way.paid_month": Text(
        "发放按实际发放的月份，其余按电量的月份。", "Paid by the month it was paid, the rest by energy month."
    ),
    "way.plan": Text("{year} 年收益使用计划：{state}", "Plan of use of {year}: {state}"),
    "way.no_plan": Text("今年还没有收益使用计划。", "There is no plan of use of this year yet."),
    "way.payments": Text("发放明细（只有编号和金额）", "Payments: ids and amounts only"),
    "column.use": Text("用途", "Purpose"),
    "column.planned": Text("计划", "Planned"),
    "column.due": Text("应付", "Due"),
    "column.rest": Text("余额", "Left"),
    "column.payment": Text("付款", "Payment"),
    "column.status": Text("状态", "State"),
    "payment.payable": Text("待发放", "payable"),
    "payment.drafted": Text("已起草", "drafted"),
    "payment.sent": Text("银行处理中", "with the bank"),
    "payment.paid": Text("已发放", "paid"),
    "payment.returned": Text("退回，可再发", "came back, payable again"),
    "spending.posts": Text("公益岗位", "Posts"),
    "spending.works": Text("小型公益事业", "Works"),
    "spending.awards": Text("奖励补助", "Awards"),
    "spending.other": Text("其他", "Other"),
    "settlements.title": Text("各月结算与到账", "Settlement and receipts by month"),
    "company.answer": Text(
        "电站企业应付名额补助 {due}，已付 {paid}，还差 {open}。",
        "The station's company owes its slots {due}, has paid {paid}; {open} are outstanding.",
    ),
    "company.late": Text("其中逾期 {late}，最长 {days} 天", "{late} of it late, by up to {days} days"),
    "overview.money": Text("资金", "Money"),
    "overview.late": Text("{n} 个月份的 {late} 逾期未到账", "{late} of {n} months is past its deadline"),
    "overview.not_late": Text("没有逾期未到账的款项", "Nothing is past its deadline"),
    "overview.outstanding": Text(
        "全部未到账 {open}，去看最早的一个月", "{open} outstanding in all; see the oldest month"
    ),
    "settlements.none": Text("还没有结算单。", "No statement is in yet."),
    "column.statement": Text("结算单", "Statement"),
    "column.causes": Text("差异原因", "Why it differs"),
}

_NOTICE: Final = {
    "notice.title": Text("核对公示", "Check a public notice"),
    "notice.ours": Text("这个验证码是我们登记的", "This code is ours"),
    "notice.compare": Text("请看纸上写的和下面是不是一样：", "Compare what the paper says with what stands here:"),
    "notice.village": Text("嘎查村", "Village"),
    "notice.what": Text("公示内容", "What it is about"),
    "notice.plan": Text("{period} 年光伏收益打算怎么用", "What PV income is to be used for in {period}"),
    "notice.result": Text("{period} 光伏收益发给了谁", "To whom PV income was paid in {period}"),
    "notice.planned": Text("计划总额", "Planned in all"),
    "notice.paid": Text("发放总额", "Paid in all"),
    "notice.lines": Text("一共几行", "Number of lines"),
    "notice.posted": Text("张贴时间", "Posted"),
    "notice.days": Text("{from} 至 {to}", "{from} to {to}"),
    "notice.code": Text("验证码", "Verification code"),
    "notice.differs": Text(
        "有一处不一样，就说明纸上的内容被改过：请向村委会或苏木乡镇反映。",
        "If anything differs, the paper was changed: tell the village committee or the township.",
    ),
    "notice.not_ours": Text("没有登记过这个验证码", "There is no notice of this code"),
    "notice.typed": Text(
        "可能抄错了字，也可能这张纸不是我们出具的。请对照纸上再输一次；还是不行，请向村委会或苏木乡镇反映。",
        "It may be mistyped, or the paper may not be ours. Type it again from the paper; if that does not help, "
        "tell the village committee or the township.",
    ),
    "notice.another": Text("输入公示上的验证码", "Type the code on the notice"),
    "notice.check": Text("核对", "Check"),
}

MONEY: Final = {**_FINANCE, **_WAY, **_NOTICE}

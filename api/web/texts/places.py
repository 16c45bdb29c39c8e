"""The pages of one station and of one village."""

from typing import Final

from guangfu.texts import Text

_STATION: Final = {
    "station.is.producing": Text("正在发电", "Producing"),
    "station.is.curtailed": Text("限电运行", "Producing under curtailment"),
    "station.is.night": Text("夜间，不发电", "Night, not producing"),
    "station.is.stale": Text("数据陈旧，现在的情况不明", "Stale: what it does now is not known"),
    "station.is.offline": Text("离线，没有收到任何数据", "Offline: nothing is heard of it"),
    "station.is.fault": Text("故障，没有正常发电", "Fault: not producing as it should"),
    "station.is.unknown": Text("从未收到数据", "Never heard of"),
    "neighbours.compared": Text(
        "今日等效利用 {mine} 小时，为同旗县其余 {n} 座电站中位数（{theirs} 小时）的 {part}",
        "{mine} full-load hours today, {part} of the median of {n} other stations in the banner ({theirs} h)",
    ),
    "neighbours.early": Text(
        "今日等效利用 {mine} 小时，同旗县其余 {n} 座电站的中位数为 {theirs} 小时；时间尚早，还不能比较",
        "{mine} full-load hours today, {theirs} h the median of {n} others in the banner; too early to compare",
    ),
    "neighbours.partial": Text(
        "今日数据完整率只有 {n}，不能与同旗县的电站比较",
        "Only {n} of today's data are here, too few to compare it with the other stations in the banner",
    ),
    "neighbours.too_few": Text(
        "同旗县有今日电量的电站太少，无法比较", "Too few stations in the banner have a figure of today to compare with"
    ),
    "station.curve": Text("功率", "Power"),
    "station.energy": Text("近 30 天上网电量", "Energy of 30 days"),
    "station.income": Text("收入（预估）", "Income, estimated"),
    "station.complete": Text("近 7 天数据完整率", "Data completeness of 7 days"),
    "reconcile.title": Text("近 7 天电量三种测法核对", "Energy of 7 days by three ways of measuring"),
    "reconcile.meter_power": Text("关口表：功率积分比表码", "Meter: power added up, to its register"),
    "reconcile.inverter_power": Text("逆变器：功率积分比电量", "Inverters: power added up, to their counters"),
    "reconcile.inverters": Text("逆变器电量比关口表", "Inverters' counters, to the meter"),
    "reconcile.beyond": Text("{share}，超出 {most}", "{share}, beyond {most}"),
    "reconcile.not_told": Text("当日读数不足以比较", "The day's readings do not tell it"),
    "reconcile.nothing": Text("近 7 天还没有可比较的电量。", "Nothing can be compared in the last 7 days yet."),
    "reconcile.note": Text(
        "正值表示前者较大；同一时段的读数相比，缺数两边都不计。",
        "Above zero the first is larger; both are of the same time, so a gap is on neither side.",
    ),
    "reconcile.rules": Text("容差为本系统取值", "the tolerances are ours"),
    "complete.slots_part": Text("数据完整率", "Data completeness"),
    "complete.slots": Text("实报 / 应报", "Readings / expected"),
    "complete.messages_part": Text("报文完整率", "Messages complete"),
    "complete.received": Text("收到报文", "Received"),
    "complete.missing": Text("缺失", "Missing"),
    "complete.doubled": Text("重复", "Doubled"),
    "complete.late": Text("迟到", "Late"),
    "complete.suspect": Text("可疑读数", "Suspect readings"),
    "complete.unknown": Text("数据太少，无法判断", "Too little is known to tell"),
    "complete.nothing": Text("近 7 天没有收到任何数据。", "Nothing came in the last 7 days."),
    "complete.gaps": Text("缺失的报文：{n} 处", "Missing messages: {n} gaps"),
    "complete.gap": Text(
        "{from} 至 {until}：缺 {n} 条（序号 {first}–{last}）", "{from} to {until}: {n} missing (numbers {first}–{last})"
    ),
    "complete.silences": Text("缺失的读数：{n} 处", "Missing readings: {n} silences"),
    "complete.silence.continues": Text(
        "{from} 至 {until}：缺 {n} 次；表码连续，其间上网 {energy}，电量没有丢失",
        "{from} to {until}: {n} missing; the register goes on, with {energy} meanwhile: no energy is lost",
    ),
    "complete.silence.reset": Text(
        "{from} 至 {until}：缺 {n} 次；表码不连续，其间的电量不明",
        "{from} to {until}: {n} missing; the register does not go on, the energy meanwhile is not known",
    ),
    "complete.silence.unknown": Text(
        "{from} 至 {until}：缺 {n} 次；两端没有表码，无法判断电量",
        "{from} to {until}: {n} missing; the register was not read at both ends",
    ),
    "complete.silence.lasts": Text("{from} 起：缺 {n} 次，尚未恢复", "Since {from}: {n} missing, and it lasts"),
    "complete.more": Text("另有 {n} 处更早的", "and {n} earlier ones"),
    "station.tariff": Text("电价", "Tariff"),
    "station.facts": Text("登记信息", "Registered facts"),
    "station.villages": Text("受益嘎查村", "Villages that benefit"),
    "station.devices": Text("设备", "Devices"),
    "day.before": Text("前一天", "The day before"),
    "day.after": Text("后一天", "The day after"),
    "day.running": Text("当天尚未结束", "The day is not over"),
    "interpolated": Text("其中内插 {energy}", "of it interpolated {energy}"),
    "energy.estimated": Text("含推算：{low} 至 {high}（95 %）", "partly estimated: {low} to {high} (95 %)"),
    "income.by": Text("按日或按月", "By day or month"),
    "income.by_day": Text("按日", "By day"),
    "income.by_month": Text("按月", "By month"),
    "chart.power_station": Text("{day} 的功率", "Power on {day}"),
    "chart.energy_station": Text("最近 {n} 天的上网电量", "On-grid energy of {n} days"),
    "chart.income_station.day": Text(
        "按日的预估收入，分基准价部分和国家补贴", "Estimated income by day, base and subsidy"
    ),
    "chart.income_station.month": Text(
        "按月的预估收入，分基准价部分和国家补贴", "Estimated income by month, base and subsidy"
    ),
    "tariff.document": Text("文号", "Document"),
    "tariff.base_document": Text("基准价文号", "Document of the base"),
    "tariff.none": Text(
        "没有适用于这座电站的电价规则，收入无法预估。请核对并网日期、计划年度和资源区。",
        "No tariff rule applies, so that no income is estimated. Check grid connection, plan year and zone.",
    ),
    "tariff.confidence": Text("依据", "Confidence"),
    "confidence.A": Text("A：已读原文", "A: read in the published source"),
    "confidence.B": Text("B：只见转载或摘录", "B: read in a copy or an excerpt"),
    "confidence.C": Text("C：尚未核实", "C: not confirmed"),
    "fact.connected": Text("并网日期", "Grid connection"),
    "fact.capacity": Text("装机（直流 / 交流）", "Capacity (DC / AC)"),
    "fact.zone": Text("资源区", "Resource zone"),
    "fact.grid": Text("电网", "Grid"),
    "fact.plan_year": Text("计划年度", "Plan year"),
    "fact.filed": Text("备案日期", "Filed on"),
    "fact.slots": Text("帮扶名额（户）", "Entitlements"),
    "fact.position": Text("位置", "Position"),
    "fact.id": Text("编号", "Number"),
    "zone.I": Text("Ⅰ类", "I"),
    "zone.II": Text("Ⅱ类", "II"),
    "zone.III": Text("Ⅲ类", "III"),
    "grid.mengxi": Text("蒙西", "Mengxi (west)"),
    "grid.mengdong": Text("蒙东", "Mengdong (east)"),
    "device.meter": Text("关口表", "Gateway meter"),
    "device.inverter": Text("逆变器", "Inverter"),
    "device.weather": Text("气象站", "Weather station"),
    "villages.none": Text("还没有登记受益嘎查村。", "No village is registered for it yet."),
    "villages.slots": Text(
        "{n} 个村，{households} 户，{slots} 个名额", "Villages: {n}, households: {households}, entitlements: {slots}"
    ),
    "villages.entitlement": Text(
        "集中式电站不按份额分配：电站企业每年向每个名额至少支付 {each}，连续 {years} 年，"
        "与电站收入多少无关（{document}）。{n} 个名额每年合计应付 {all}；这是应付额，不是已付金额。",
        "A centralized station is not shared by units: its company owes each entitlement at least {each} a year for "
        "{years} years, whatever the station earns ({document}). For {n} entitlements that is {all} a year; it is what "
        "is owed, not what was paid.",
    ),
    "villages.no_entitlement": Text("没有适用的标准", "No rule is in force"),
    "tariff.base_unknown": Text("尚未找到", "Not known yet"),
    "tariff.base_unknown.why": Text(
        "基准价凭记忆录入，所依据的文件和文号尚未找到；基准价与国家补贴的划分以它为准，待核实。",
        "The base price was recalled; the document that sets it has not been found yet. "
        "How the tariff is divided into base and subsidy rests on it and is to be confirmed.",
    ),
    "tariff.base_unconfirmed.why": Text(
        "基准价尚未核实；基准价与国家补贴的划分以它为准。",
        "The base price is not confirmed yet; how the tariff is divided into base and subsidy rests on it.",
    ),
    "villages.sum": Text("{n} 个村，受益户 {households} 户", "Villages: {n}, households: {households}"),
}

_VILLAGE: Final = {
    "village.month": Text("{month} 的收益", "Income of {month}"),
    "village.choose_month": Text("选择月份", "Choose a month"),
    "village.account": Text(
        "{month} 的预估收入、扣除和可分配收益", "Estimated income, deductions and distributable income of {month}"
    ),
    "village.indicator": Text(
        "户均参考值：{each}（按 {n} 户平均）。只供比较，不是发放金额；收益由村集体按年度收益使用计划使用。",
        "Indicator per household: {each}, over {n} households. For comparison, not a payment: "
        "the village spends the income by its yearly plan.",
    ),
    "village.owed": Text("名额应得（企业应付）", "Owed to the village's entitlements by the station's company"),
    "village.owed_kind": Text("应付，不是已付", "Owed, not paid"),
    "village.slots_only": Text(
        "本村不持有村级电站的份额，没有可分配收益；受益户的名额由集中式电站的企业支付。",
        "The village holds no units of a village-level station and has no income to distribute; "
        "what its households are entitled to is paid by the company of a centralized station.",
    ),
    "village.stations": Text("我们村的电站", "Our stations"),
    "village.income": Text("各月收入（预估）", "Income by month, estimated"),
    "chart.income_village": Text("各月预估收入，分基准价部分和国家补贴", "Estimated income by month, base and subsidy"),
    "village.household_list": Text("受益户（化名）", "Beneficiary households, as pseudonyms"),
    "village.households": Text("受益户 {n} 户", "{n} beneficiary households"),
    "village.units": Text("本村 {units} 份，共 {total} 份（{part}）", "ours {units} of {total} units ({part})"),
    "village.slots": Text("本村 {n} 个名额", "{n} entitlements held in our village"),
    "village.five_amounts": Text(
        "预估、结算、到账、划拨和发放是五个不同的金额，这张图只有预估，其余见下面。到账以结转机构的账户为准。",
        "Estimated, settled, received, passed on and paid are five different amounts; "
        "this chart has estimates only, the others are below.",
    ),
    "households.none": Text("没有登记受益户。", "No household is registered."),
    "basis.entitlement": Text("应得份额", "Entitlement"),
    "basis.entitlement.why": Text(
        "集中式电站的企业每年每户至少应付 3,000 元，这里是按月折算的应付额，不是已付金额。",
        "The company of a centralized station owes each listed household 3,000 yuan a year or more; "
        "this is what is due for the month, not what was paid.",
    ),
    "basis.indicator": Text("户均参考值", "Indicator"),
    "basis.indicator.why": Text(
        "村级电站可分配收益的户均数，只供比较，不是发放金额。",
        "The village's distributable income in equal parts, for comparison only; not a payment.",
    ),
}

PLACES: Final = {**_STATION, **_VILLAGE}

"""The overview, the wall and the list of stations."""

from typing import Final

from guangfu.texts import Text

_OVERVIEW: Final = {
    "attention.answer": Text("{total} 座电站中 {n} 座需要查看", "{n} of {total} stations need a look"),
    "attention.none": Text("{total} 座电站全部正常", "All {total} stations are well"),
    "attention.capacity": Text(
        "涉及装机容量 {power}，按装机从大到小：", "{power} of capacity concerned, the largest first:"
    ),
    "attention.unknown": Text(
        "{n} 个未登记的电站发来报文，{letters} 条在死信中等待，登记后自动入库：{names}",
        "{n} stations that are not registered have sent; {letters} messages wait as dead letters and are stored once "
        "they are: {names}",
    ),
    "attention.more": Text("查看全部", "See all of them"),
    "attention.rest": Text("另有 {n} 座，见电站列表", "and {n} more, see the list of stations"),
    "all_well": Text("正常", "All well"),
    "overview.curve": Text("今日总功率", "Fleet power today"),
    "overview.income": Text("近 30 天收入（预估）", "Income of 30 days, estimated"),
    "overview.map": Text("电站位置", "Where they are"),
    "overview.leagues": Text("各盟市", "Leagues and cities"),
    "kind.centralized.long": Text("集中式电站", "Centralized"),
    "kind.village.long": Text("村级电站", "Village-level"),
    "kind.joint_among": Text("其中联村电站 {n} 座", "{n} of them joint-village"),
    "fleet.beneficiaries": Text(
        "{villages} 个嘎查村，受益户 {households} 户", "{villages} villages, {households} beneficiary households"
    ),
    "map.label": Text("{n} 座电站按经纬度分布的示意图", "{n} stations by longitude and latitude"),
    "map.hint": Text("指向或点按一座电站。", "Point at a station or tap it."),
    "map.alternative": Text("图形大小表示装机容量。同样的内容见", "Size shows the capacity. The same as a list:"),
    "map.closer": Text("放大", "Zoom in"),
    "map.farther": Text("缩小", "Zoom out"),
    "map.whole": Text("全图", "Show everything"),
    "map.show_league": Text("在图上放大{name}", "Show {name} on the map"),
    "chart.power_fleet": Text("{day} 全部电站的总功率", "Power of the fleet on {day}"),
    "chart.income_fleet": Text(
        "最近 {n} 天的预估收入，分基准价部分和国家补贴", "Estimated income of {n} days, base and subsidy"
    ),
}

_COLUMNS: Final = {
    "column.state": Text("状态", "State"),
    "column.name": Text("电站", "Station"),
    "column.kind": Text("类型", "Kind"),
    "column.place": Text("盟市 · 旗县", "League · banner"),
    "column.capacity": Text("装机 kW", "Capacity kW"),
    "column.power": Text("功率 kW", "Power kW"),
    "column.energy": Text("今日电量 kWh", "Today kWh"),
    "column.income": Text("今日预估 元", "Est. today yuan"),
    "column.last": Text("最后数据", "Last reading"),
    "column.league": Text("盟市", "League or city"),
    "column.stations": Text("电站", "Stations"),
    "column.states": Text("状态", "States"),
    "column.attention": Text("需要查看", "Need a look"),
    "column.power_word": Text("功率", "Power"),
    "column.energy_word": Text("今日电量", "Energy today"),
    "column.income_word": Text("今日预估", "Est. income today"),
    "column.period": Text("日期", "Period"),
    "column.day": Text("日期", "Day"),
    "column.interpolated": Text("其中内插", "Of it interpolated"),
    "column.village": Text("嘎查村", "Village"),
    "column.units": Text("份额", "Units"),
    "column.share": Text("占比", "Share"),
    "column.households": Text("受益户", "Households"),
    "column.slots": Text("名额", "Entitlements"),
    "column.owed": Text("每年应付 元", "Owed a year, yuan"),
    "column.remark": Text("说明", "Remark"),
    "column.device": Text("设备", "Device"),
    "column.device_kind": Text("种类", "Kind"),
    "column.factor": Text("倍率", "Factor"),
}

_LIST: Final = {
    "list.search": Text("搜索电站、旗县或编号", "Search by name, banner or number"),
    "list.range": Text("第 {from}–{to} 座，共 {total} 座", "{from}–{to} of {total}"),
    "list.csv": Text("下载 CSV", "Download CSV"),
    "list.all": Text("全部", "All"),
    "list.none": Text("没有符合条件的电站。", "No station fits."),
    "list.clear": Text("清除条件", "Clear the filters"),
    "list.before": Text("上一页", "Previous"),
    "list.after": Text("下一页", "Next"),
    "list.sort": Text("排序", "Sort"),
    "filter.league": Text("全部盟市", "All leagues"),
    "filter.banner": Text("全部旗县", "All banners"),
    "filter.kind": Text("全部类型", "All kinds"),
    "filter.state": Text("按状态筛选", "Filter by state"),
    "sort.state": Text("先看有问题的", "Troubled first"),
    "sort.name": Text("按名称", "By name"),
    "sort.capacity": Text("按装机", "By capacity"),
    "sort.power": Text("按功率", "By power"),
    "sort.energy": Text("按今日电量", "By energy today"),
    "sort.income": Text("按今日收入", "By income today"),
}

LISTS: Final = {**_OVERVIEW, **_COLUMNS, **_LIST}

"""What stands on several pages: navigation, states, units, kinds of money, what went wrong."""

from typing import Final

from guangfu.texts import Text

_FRAME: Final = {
    "brand": Text("光伏帮扶电站监测", "Village Solar Monitor"),
    "footer": Text(
        "时间为北京时间（UTC+8）。没有写明结算、到账、划拨或发放的金额，都是应收（预估）。",
        "Times are China Standard Time (UTC+8). Amounts are estimates "
        "unless they are called settled, received, passed on or paid.",
    ),
    "nav.label": Text("主导航", "Main navigation"),
    "nav.overview": Text("总览", "Overview"),
    "nav.stations": Text("电站", "Stations"),
    "nav.station": Text("电站", "Station"),
    "nav.village": Text("嘎查村", "Village"),
    "nav.wall": Text("大屏", "Wall"),
    "synthetic": Text("演示数据", "Synthetic data"),
    "synthetic.why": Text(
        "电站、嘎查村、受益户和全部数值都是模拟的，不是真实电站。",
        "Stations, villages, households and all figures are simulated; none of them is real.",
    ),
    "action.skip": Text("跳到正文", "Skip to the content"),
    "action.language": Text("English", "中文"),
    "action.theme": Text("切换深色或浅色", "Switch between dark and light"),
    "action.retry": Text("重试", "Try again"),
    "action.as_table": Text("以表格查看", "Show as a table"),
    "loading": Text("正在读取…", "Loading…"),
    "live.stream": Text("实时", "Live"),
    "live.stream.why": Text("数据随时更新，最近一次 {time}", "Updated as it happens, last at {time}"),
    "live.poll": Text("定时更新", "Updating"),
    "live.poll.why": Text("每 15 秒更新一次，最近一次 {time}", "Updated every 15 seconds, last at {time}"),
    "live.cut": Text("连接中断", "Connection lost"),
    "live.cut.why": Text(
        "无法连接服务器，页面停留在 {time} 的数据", "The server can't be reached; what is shown is from {time}"
    ),
}

_WRONG: Final = {
    "error.title": Text("未能取得数据。", "The data did not come."),
    "error.unreachable": Text(
        "服务器没有应答，请检查网络或稍后重试。", "The server does not answer; check the network or try again."
    ),
    "error.status": Text("服务器返回错误 {status}。", "The server answered with error {status}."),
    "error.no_script": Text("本页面需要启用 JavaScript。", "This page needs JavaScript."),
    "missing.unknown": Text("暂无数据", "Not known yet"),
    "absent.station": Text("没有这座电站", "There is no such station"),
    "absent.village": Text("没有这个嘎查村", "There is no such village"),
    "absent.page": Text("没有这个页面", "There is no such page"),
    "absent.page_why": Text(
        "地址 {path} 上没有内容，链接可能已失效。", "There is nothing at {path}; the link may be old."
    ),
    "absent.home": Text("回到总览", "Back to the overview"),
    "absent.next": Text("查看全部电站", "See all stations"),
}

_STATES: Final = {
    "state.producing": Text("发电", "Producing"),
    "state.curtailed": Text("限电", "Curtailed"),
    "state.night": Text("夜间", "Night"),
    "state.stale": Text("数据陈旧", "Stale"),
    "state.offline": Text("离线", "Offline"),
    "state.fault": Text("故障", "Fault"),
    "state.unknown": Text("未知", "Unknown"),
    "never_heard": Text("从未收到数据", "Never heard of"),
    "last_heard": Text("最后数据 {ago}", "last heard {ago}"),
    "last_heard_at": Text("最后数据 {at}（{ago}）", "Last reading {at} ({ago})"),
    "stale.since": Text("{at} 的数值，不是现在的", "The value of {at}, not the present one"),
    "ago.now": Text("刚刚", "just now"),
    "ago.minutes": Text("{n} 分钟前", "{n} min ago"),
    "ago.hours": Text("{n} 小时前", "{n} h ago"),
    "ago.days": Text("{n} 天前", "{n} days ago"),
}

_FIGURES: Final = {
    "unit.stations": Text("座", "stations"),
    "unit.yuan": Text("元", "yuan"),
    "unit.wan_yuan": Text("万元", "10,000 yuan"),
    "unit.million_yuan": Text("百万元", "million yuan"),
    "unit.wan_kwh": Text("万 kWh", "10 MWh"),
    "unit.yuan_per_kwh": Text("元/kWh，含税", "yuan/kWh, VAT included"),
    "kind.estimate": Text("预估", "Estimate"),
    "kind.estimate.why": Text(
        "按关口表电量乘以电价计算的应收（预估），不是结算、到账、划拨或发放的金额。",
        "Energy at the gateway meter times the tariff: an estimate, not settled, received, passed on or paid.",
    ),
    "coverage": Text("数据完整率 {n}", "data completeness {n}"),
    "coverage.word": Text("数据完整率", "Data completeness"),
    "unconfirmed": Text("待核实", "Unconfirmed"),
    "unconfirmed.why": Text(
        "计算所用的规则中有尚未核实的部分，各电站页面的电价栏写明是哪一部分。",
        "A rule under this figure is not confirmed yet; the tariff on the station's page says which part.",
    ),
    "money.base": Text("基准价部分", "Base"),
    "money.base.long": Text("上网电费（燃煤基准价部分）", "Base part, paid by the grid company"),
    "money.subsidy": Text("国家补贴", "Subsidy"),
    "money.subsidy.long": Text("国家补贴（可再生能源电价附加）", "Subsidy part, paid by the state, arrives late"),
    "money.estimate": Text("应收（预估）", "Estimated receivable"),
    "money.estimate.long": Text("应收（预估）合计", "Estimated receivable, total"),
    "money.deductions": Text("扣除：用地、场租、税费、保险、运维", "Deducted: land, rent, taxes, insurance, operation"),
    "money.distributable": Text("可分配收益（预估）", "Distributable income, estimated"),
    "power.now": Text("当前功率", "Power now"),
    "power.none": Text("没有当前功率的数据", "No present power is known"),
    "power.stations": Text("{total} 座电站中 {n} 座有数据", "from {n} of {total} stations"),
    "power.night": Text("夜间，多数电站不发电", "Night: most stations do not produce"),
    "power.share": Text("装机容量 {capacity} 的 {n}", "{n} of the installed {capacity}"),
    "power.no_points": Text("{day} 没有功率数据。", "There is no power reading of {day}."),
    "energy.today": Text("今日上网电量", "Energy today"),
    "energy.measured": Text("实测", "Measured"),
    "energy.interpolated": Text("内插", "Interpolated"),
    "hours.today": Text("等效利用 {n} 小时", "{n} equivalent full-load hours"),
    "income.today": Text("今日收入", "Income today"),
    "income.month": Text("本月收入", "Income this month"),
    "income.none": Text(
        "还没有收入数据。第一天的电量算完后显示在这里。",
        "No income yet. It appears here when the first day has been computed.",
    ),
    "capacity.short": Text("装机 {power}", "{power} installed"),
    "capacity.long": Text("装机容量 {power}", "{power} installed"),
    "kind.centralized": Text("集中式", "Centralized"),
    "kind.village": Text("村级", "Village"),
    "kind.joint": Text("联村", "Joint-village"),
    "kind.village_all": Text("村级（含联村）", "Village-level, joint ones included"),
}

SHARED: Final = {**_FRAME, **_WRONG, **_STATES, **_FIGURES}
